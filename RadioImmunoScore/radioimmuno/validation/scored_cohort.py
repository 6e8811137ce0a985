"""A cohort's lesions scored by a signature from their table, and the patients' values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..findings import InputError
from ..scoring.extrapolation import beyond_range, beyond_scores
from ..signature.patient_rules import makes_one_row, value_of_scores
from ..signature.pooling import bags_of, pool
from ..signature.signature import Signature, Term
from ..signature.variables import variable_of
from ..tables.cohort_table import CohortTable
from ..tables.studies import BASELINE

DEFAULT_RULE = "scores_mean"
UNDEFINED, BEYOND = "a value is not known", "it lies too far outside of the training"


@dataclass(frozen=True, eq=False)
class ScoredCohort:
    """The rows of a table that have a score, and the patients.

    Parameters
    ----------
    table : CohortTable
        The rows with a score: a lesion each, or a patient where the signature's rule makes one row of the
        lesions.
    scores : ndarray of float64, shape (n,)
    rule : str
        How the patient's value is made.
    patients : ndarray of str, shape (patients,), sorted
    values : ndarray of float64, shape (patients,)
    counts : ndarray of int, shape (patients,)
        Lesions of each patient in the table, scored or not.
    unscored : mapping of str to int
        Why rows have no score, and how many.
    """

    table: CohortTable
    scores: np.ndarray
    rule: str
    patients: np.ndarray
    values: np.ndarray
    counts: np.ndarray
    unscored: dict[str, int]

    @property
    def first_rows(self) -> np.ndarray:
        """The first row of each patient, ndarray of int, shape (patients,)."""
        return np.unique(self.table.patients, return_index=True)[1]


def scored_cohort(signature: Signature, rows: CohortTable, lesions: CohortTable) -> ScoredCohort:
    """Score the rows of a table.

    Parameters
    ----------
    signature : Signature
    rows : CohortTable
        A row a lesion; a row a patient where the signature's rule makes it before scoring.
    lesions : CohortTable
        A row a lesion: for the number of them.

    Returns
    -------
    ScoredCohort

    Raises
    ------
    InputError
        `validation.variables` when the table lacks a variable, or no row has a score; `combat.unseen_batch`.
    """
    scores, reasons = lesion_scores(signature, rows)
    known = np.isfinite(scores)
    if not known.any():
        raise InputError("validation.variables", f"No row of the table has a score: {reasons[0]}.")
    table, scores = rows.rows(known), scores[known]
    rule = signature.patient_rule or DEFAULT_RULE
    patients = np.unique(table.patients)
    values = patient_values(signature, rule, table, scores)
    counts = [int((lesions.patients == patient).sum()) for patient in patients]
    unscored = dict(Counter(reason for reason in reasons if reason))
    return ScoredCohort(table, scores, rule, patients, values, np.array(counts), unscored)


def patient_values(signature: Signature, rule: str, table: CohortTable, scores: np.ndarray) -> np.ndarray:
    """The values of the sorted patients, made of the scores by a rule.

    Parameters
    ----------
    signature : Signature
    rule : str
        Its own, or `DEFAULT_RULE` where it names none.
    table : CohortTable
        The rows with a score.
    scores : ndarray of float64, shape (n,)

    Returns
    -------
    ndarray of float64, shape (patients,)
    """
    if signature.pooling is not None:
        terms = signature.terms
        values = harmonized_values(signature, table)[:, [table.variables.index(t.variable) for t in terms]]
        standard = (values - [term.mean for term in terms]) / [term.scale for term in terms]
        bags, order = bags_of(np.where(np.isnan(standard), 0.0, standard), table.patients)
        return pool(bags, scores[order], signature.pooling).values
    edges = None if signature.entropy_edges is None else np.array(signature.entropy_edges)
    groups = [scores[table.patients == patient] for patient in np.unique(table.patients)]
    return np.array(
        [group[0] if makes_one_row(rule) else value_of_scores(rule, group, edges) for group in groups]
    )


def lesion_scores(signature: Signature, table: CohortTable) -> tuple[np.ndarray, list[str]]:
    """Scores of a table's rows, summed as panel and shell sum them, and why a row has none.

    Parameters
    ----------
    signature : Signature
    table : CohortTable

    Returns
    -------
    scores : ndarray of float64, shape (n,)
        NaN where there is none.
    reasons : list of str
        Empty where there is a score.

    Raises
    ------
    InputError
        As `scored_cohort`.
    """
    missing = [term.variable for term in signature.terms if term.variable not in table.variables]
    if missing:
        text = f"The table lacks {len(missing)} of {len(signature.terms)} variables: {', '.join(missing[:5])}"
        text = f"{text}{' ...' if len(missing) > 5 else ''}."
        if table.study == BASELINE and any(variable_of(name).changing for name in missing):
            text += " A baseline has no changes: choose a later study (--study)."
        raise InputError("validation.variables", text)
    harmonized = replace(table, values=harmonized_values(signature, table))
    scores = weighted_sum(signature.intercept, signature.terms, harmonized)
    limit = np.inf if signature.extrapolation_limit is None else signature.extrapolation_limit
    columns = [table.variables.index(term.variable) for term in signature.terms]
    reasons = []
    for total, own in zip(scores.tolist(), harmonized.values[:, columns].tolist(), strict=True):
        known = [
            (term, value) for term, value in zip(signature.terms, own, strict=True) if not np.isnan(value)
        ]
        if np.isnan(total):
            reasons.append(UNDEFINED)
        elif max([beyond_scores(signature, total), *(beyond_range(*one) for one in known)]) > limit:
            reasons.append(BEYOND)
        else:
            reasons.append("")
    return np.where(np.array(reasons) == "", scores, np.nan), reasons


def weighted_sum(intercept: float, terms: Sequence[Term], table: CohortTable) -> np.ndarray:
    """Intercept + sum of coefficient x (value - mean) / scale, added up in the order of the terms.

    Parameters
    ----------
    intercept : float
    terms : sequence of Term
        Their variables are in the table.
    table : CohortTable

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN where a value is not known for which no mean stands in.
    """
    total = np.full(len(table), float(intercept))
    for term in terms:
        part = term.coefficient * (table.column(term.variable) - term.mean) / term.scale
        total += np.where(np.isnan(part), 0.0, part) if term.when_undefined == "mean" else part
    return total


def harmonized_values(signature: Signature, table: CohortTable) -> np.ndarray:
    """A table's values as the signature weighs them: after its ComBat, where it has one.

    Parameters
    ----------
    signature : Signature
    table : CohortTable

    Returns
    -------
    ndarray of float64, shape (n, variables)

    Raises
    ------
    InputError
        `validation.variables` where the table lacks the batch or a variable; `combat.unseen_batch`.
    """
    state = signature.harmonization
    if state is None:
        return table.values
    if table.batch is None:
        text = "The signature was trained with ComBat and needs each lesion's scanner or center: --batch."
        raise InputError("validation.variables", text)
    needed = [name for name in (*state.variables, *state.covariates) if name not in table.variables]
    if needed:
        raise InputError("validation.variables", f"ComBat needs columns that are not there: {needed[0]}.")
    columns = [table.variables.index(name) for name in state.variables]
    covariates = table.values[:, [table.variables.index(name) for name in state.covariates]]
    values = table.values.copy()
    values[:, columns] = state.harmonized(values[:, columns], table.batch, covariates)
    return values
