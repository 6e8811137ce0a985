"""The patient's value by the rule that a signature names, and how much each lesion counts in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..acquisition import Acquisition
from ..signature.patient_rules import LESION_COUNT, makes_one_row, row_of_lesions, value_of_scores
from ..signature.pooling import Bags, Pooled, Pooling, pool
from ..signature.signature import Signature
from ..signature.variables import Source, Variable, variable_of
from .results import NO_BINS, NO_SCORE, OTHER_SCORES, LesionScore, PatientValue
from .weighing import weighted_sum

# By which the lesions of a rule that goes by volume are weighed, as in the table of a cohort.
VOLUME = "lesion.morphology.volume"
# These are no scores: a cut-off of scores says nothing about them.
SPREADS = ("scores_sd", "scores_entropy")


def patient_value(
    rows: Sequence[LesionScore], signature: Signature, acquisition: Acquisition
) -> PatientValue | None:
    """The patient's value.

    Parameters
    ----------
    rows : sequence of LesionScore
    signature : Signature
    acquisition : Acquisition

    Returns
    -------
    PatientValue or None
        None where the signature names no rule. A rule of scores takes the lesions that have one; a rule that
        makes one row of the lesions takes those that were measured, also where one has no score by itself.
    """
    rule = signature.patient_rule
    if not rule:
        return None
    cutoffs = signature.patient_cutoffs or (None if rule in SPREADS else signature.cutoffs)
    cutoff = cutoffs.median if cutoffs else None
    if makes_one_row(rule):
        return _of_features(rows, signature, acquisition, cutoff)
    scored = [row for row in rows if row.score is not None]
    edges = None if signature.entropy_edges is None else np.array(signature.entropy_edges)
    if not scored:
        return PatientValue(rule, None, cutoff, why_missing=NO_SCORE)
    if signature.pooling is not None:
        value = float(_pooled(scored, signature, signature.pooling).values[0])
        known = bool(np.isfinite(value))
        return PatientValue(
            rule, value if known else None, cutoff, len(scored), "" if known else OTHER_SCORES
        )
    if rule == "scores_entropy" and edges is None:
        return PatientValue(rule, None, cutoff, len(scored), NO_BINS)
    return PatientValue(rule, value_of_scores(rule, _scores(scored), edges), cutoff, len(scored))


def with_weights(rows: Sequence[LesionScore], signature: Signature) -> tuple[LesionScore, ...]:
    """The patient's rows with how much each counts in the patient's value.

    Parameters
    ----------
    rows : sequence of LesionScore
    signature : Signature

    Returns
    -------
    tuple of LesionScore
        Without weights where the signature's rule weighs no lesions.
    """
    scored = [row for row in rows if row.score is not None]
    known: dict[str, float] = {}
    if signature.pooling is not None and scored:
        weights = _pooled(scored, signature, signature.pooling).weights.tolist()
        found = zip(scored, weights, strict=True)
        known = {row.id: weight for row, weight in found if np.isfinite(weight)}
    # The same object where nothing is another: the panel goes by that.
    return tuple(
        row if row.weight == known.get(row.id) else replace(row, weight=known.get(row.id)) for row in rows
    )


def _scores(scored: Sequence[LesionScore]) -> np.ndarray:
    return np.array([row.score for row in scored], float)


def _pooled(scored: Sequence[LesionScore], signature: Signature, pooling: Pooling) -> Pooled:
    """The scored lesions pooled; NaN where attention goes by a value that a row does not have."""
    parts = [{part.variable: part.value for part in row.contributions} for row in scored]
    standard = [
        [(own.get(term.variable, np.nan) - term.mean) / term.scale for term in signature.terms]
        for own in parts
    ]
    return pool(Bags(np.array(standard), np.array([0])), _scores(scored), pooling)


def _of_features(
    rows: Sequence[LesionScore], signature: Signature, acquisition: Acquisition, cutoff: float | None
) -> PatientValue:
    rule = signature.patient_rule
    measured = [row for row in rows if row.features]
    if not measured:
        return PatientValue(rule, None, cutoff, why_missing="not defined (no measured lesion)")
    variables = [variable_of(name) for name in signature.needed if name != LESION_COUNT]
    values = np.array([[_known(each, row, acquisition) for each in variables] for row in measured], float)
    volumes = np.array([row.features.get(VOLUME, 0.0) for row in measured], float)
    sites = ["" if row.site is None else row.site.value for row in measured]
    names = [each.key for each in variables]
    together = row_of_lesions(rule, names, values, volumes, sites)
    known = {
        each.key: None if np.isnan(value) else float(value)
        for each, value in zip(variables, together, strict=True)
        if not (each.source is Source.CHANGE and np.isnan(value))  # of no lesion there is an earlier study
    }
    weighed = weighted_sum(signature, {**known, LESION_COUNT: float(len(measured))}, acquisition.batch)
    why = " ".join(finding.text for finding in (*weighed.missing, *weighed.beyond))
    score = weighed.score
    return PatientValue(rule, score, cutoff, len(measured), "" if score is not None else why)


def _known(variable: Variable, row: LesionScore, acquisition: Acquisition) -> float:
    """A lesion's value as it was measured or given; NaN where it is not known."""
    value: float | None
    if variable.source is Source.SITE:
        value = float(row.site is variable.site)
    elif variable.source is Source.TUBE_VOLTAGE:
        value = acquisition.tube_voltage
    else:
        value = row.features.get(variable.key)
    return np.nan if value is None else value
