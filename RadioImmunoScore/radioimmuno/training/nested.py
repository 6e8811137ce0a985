"""Nested, repeated cross-validation by patient, and the permutation test of the whole pipeline.

Every fold fits everything again: standardization, redundancy filter, penalty (by folds of its own inside),
model, bins of scores. Of those held out nothing is used but their features, once, for the prediction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from ..findings import TableError
from ..tables.cohort_table import CohortTable
from ..tables.outcomes import BINARY, CONTINUOUS
from ..validation.cutoffs import youden_cutoff
from .out_of_fold import FIGURES, OutOfFold
from .trainer import truth_of

Progress = Callable[[int, int], None]
Fold = tuple[np.ndarray, np.ndarray]

LEAST_PATIENTS = 10


class Predicting(Protocol):
    """What a method made of its training table."""

    def values(self, table: CohortTable) -> dict[str, np.ndarray]:
        """Name -> the values of the sorted patients, or of the lesions where the outcome is theirs.

        Returns
        -------
        dict of str to ndarray of float64, shape (units,)
        """


Method = Callable[[CohortTable], Predicting]


@dataclass(frozen=True)
class Plan:
    """How often patients are divided.

    Parameters
    ----------
    folds, repeats : int
        Outer folds, and how often they are drawn anew.
    seed : int
    """

    folds: int = 5
    repeats: int = 20
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Nested:
    """What nested cross-validation gave.

    Parameters
    ----------
    found : dict of str to OutOfFold
        By name of the method's values.
    fitted : list
        What was fitted, a fold each.
    folds : list of list of (ndarray of int, ndarray of int)
        Rows to train on and held out, of each repetition.
    """

    found: dict[str, OutOfFold]
    fitted: list[Any]
    folds: list[list[Fold]]


def patient_folds(table: CohortTable, plan: Plan) -> list[list[Fold]]:
    """Rows to train on and held out, for each repetition; a patient's rows are together.

    An outcome of the patient is balanced over the folds by patients, one of the lesion by lesions.

    Parameters
    ----------
    table : CohortTable
        With an outcome.
    plan : Plan

    Returns
    -------
    list of list of (ndarray of int, ndarray of int)

    Raises
    ------
    TableError
        `cohort_table.rows` when there are too few patients.
    """
    from .truth import grouped_folds

    if table.patient_count < LEAST_PATIENTS:
        text = f"{table.patient_count} patients are too few to train and test on: {LEAST_PATIENTS} at least."
        raise TableError("cohort_table.rows", text)
    assert table.outcome is not None
    units = table if table.outcome.of_lesion else one_row_a_patient(table)
    truth = truth_of(units)
    if truth.kind != CONTINUOUS:
        rarer = min(len(np.unique(units.patients[truth.strata == answer])) for answer in (0, 1))
        if rarer < 2:
            raise TableError("cohort_table.outcome", f"Only {rarer} patients have the rarer outcome.")
    repetitions = []
    for repeat in range(plan.repeats):
        made = grouped_folds(truth, units.patients, plan.folds, plan.seed + repeat)
        held_out = [np.isin(table.patients, np.unique(units.patients[test])) for _, test in made]
        repetitions.append([(np.flatnonzero(~held), np.flatnonzero(held)) for held in held_out])
    return repetitions


def one_row_a_patient(table: CohortTable) -> CohortTable:
    """The first row of each patient, in the order of the sorted patients."""
    return table.rows(np.unique(table.patients, return_index=True)[1])


def cross_validate(
    table: CohortTable,
    method: Method,
    folds: Sequence[Sequence[Fold]],
    progress: Progress | None = None,
) -> Nested:
    """Fit a method in each fold on those trained on, and let it predict those held out.

    Parameters
    ----------
    table : CohortTable
        With an outcome.
    method : callable
        From a table to what it made of it; gets the rows to train on and nothing else.
    folds : sequence of sequence of (ndarray of int, ndarray of int)
        As of `patient_folds`.
    progress : callable, optional
        Called with (folds done, folds in all); an exception it raises stops the work.

    Returns
    -------
    Nested
    """
    assert table.outcome is not None
    units = table if table.outcome.of_lesion else one_row_a_patient(table)
    place = {name: n for n, name in enumerate(units.patients)}
    raw: dict[str, np.ndarray] = {}
    centered: dict[str, np.ndarray] = {}
    above: dict[str, np.ndarray] = {}
    fitted = []
    total, done = sum(map(len, folds)), 0
    for repeat, repetition in enumerate(folds):
        for train, test in repetition:
            part = table.rows(train)
            made = method(part)
            fitted.append(made)
            # those held out without their outcome, so that no method can look at it
            values = made.values(replace(table.rows(test), outcome=None))
            at = test if table.outcome.of_lesion else [place[one] for one in np.unique(table.patients[test])]
            trained = made.values(part)
            for name, found in values.items():
                empty = np.full((len(folds), len(units)), np.nan)
                raw.setdefault(name, empty.copy())[repeat, at] = found
                centered.setdefault(name, empty.copy())[repeat, at] = found - trained[name].mean()
                cutoff = _cutoff(trained[name], part)
                above.setdefault(name, np.zeros(empty.shape, bool))[repeat, at] = found > cutoff
            done += 1
            if progress:
                progress(done, total)
    assert units.outcome is not None
    outcome = units.outcome
    found_all = {
        name: OutOfFold(
            units.patients,
            outcome.kind,
            outcome.values,
            outcome.events,
            raw[name],
            centered[name],
            above[name],
        )
        for name in raw
    }
    return Nested(found_all, fitted, list(map(list, folds)))


def held_out_weights(table: CohortTable, nested: Nested) -> np.ndarray:
    """How much each lesion counts in its patient by what was learnt without the patient.

    Parameters
    ----------
    table : CohortTable
    nested : Nested
        Of a rule of multiple-instance learning.

    Returns
    -------
    ndarray of float64, shape (n,)
        Mean over the repetitions; sums to 1 in a patient.
    """
    folds = [fold for repetition in nested.folds for fold in repetition]
    total = np.zeros(len(table))
    for made, (_, test) in zip(nested.fitted, folds, strict=True):
        total[test] += made.lesion_weights(table.rows(test))
    return total / len(nested.folds)


def _cutoff(values: np.ndarray, trained: CohortTable) -> float:
    """Youden's cut-off among those who were trained on; where there is none, nobody lies above it."""
    assert trained.outcome is not None
    outcome = trained.outcome if trained.outcome.of_lesion else one_row_a_patient(trained).outcome
    if outcome is not None and outcome.kind == BINARY:
        with suppress(ValueError):  # all values alike
            return youden_cutoff(values, outcome.values == 1)
    return np.inf


def permuted(table: CohortTable, rng: np.random.Generator) -> CohortTable:
    """The table with the patients' outcomes shuffled; where the outcome is a lesion's, the lesions'.

    Parameters
    ----------
    table : CohortTable
    rng : Generator
    """
    assert table.outcome is not None
    if table.outcome.of_lesion:
        return replace(table, outcome=table.outcome.rows(rng.permutation(len(table))))
    patients, first, place = np.unique(table.patients, return_index=True, return_inverse=True)
    return replace(table, outcome=table.outcome.rows(first[rng.permutation(len(patients))][place]))


def permutation_test(
    table: CohortTable, method: Method, plan: Plan, draws: int, progress: Progress | None = None
) -> tuple[float, np.ndarray]:
    """The whole pipeline, folds and all, on shuffled outcomes: p = (1 + #>=) / (1 + draws).

    Parameters
    ----------
    table : CohortTable
    method : callable
    plan : Plan
        One repetition of it is used, for the outcome as it is and for each draw.
    draws : int
    progress : callable, optional
        Called with (draws done, draws in all).

    Returns
    -------
    p : float
        Of the first figure of this kind of outcome.
    null : ndarray of float64, shape (draws,)
        The figure on shuffled outcomes.
    """
    assert table.outcome is not None
    once = replace(plan, repeats=1)
    name = FIGURES[table.outcome.kind][0]

    def figure(one: CohortTable) -> float:
        found = cross_validate(one, method, patient_folds(one, once)).found
        return float(next(iter(found.values())).figures()[name][0])

    rng = np.random.Generator(np.random.PCG64(plan.seed))
    observed, null = figure(table), np.empty(draws)
    for draw in range(draws):
        null[draw] = figure(permuted(table, rng))
        if progress:
            progress(draw + 1, draws)
    return (1 + int((null >= observed).sum())) / (1 + draws), null
