"""A training as a whole: the fit on all, nested cross-validation, permutations, and the record of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..signature.patient_rules import POOLED
from ..tables.cohort_table import CohortTable
from ..tables.outcomes import BINARY, SURVIVAL
from ..validation.discrimination import INTERVAL_METHOD, RESAMPLES, Estimate
from .multiple_instance import few_patients_note
from .nested import (
    Nested,
    Plan,
    cross_validate,
    held_out_weights,
    one_row_a_patient,
    patient_folds,
    permutation_test,
)
from .out_of_fold import OutOfFold, estimates, operating_point
from .trainer import Fitted, Specification, fit

FITTING, VALIDATING, PERMUTING = "fitting on all patients", "cross-validating", "permuting the outcome"

# The least patients of a batch where a fold's patients are held out of at least ten.
LEAST_INSIDE = 4

Stage = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class TrainingRun:
    """What was trained, and how well it predicts those it was not trained on.

    Parameters
    ----------
    table : CohortTable
    specification : Specification
    plan : Plan
    fitted : Fitted
        On all patients.
    nested : Nested
    figures : dict of str to Estimate
        Of the out-of-fold predictions.
    permutation : tuple of (float, ndarray of float64, shape (draws,)), optional
        p and the figure on shuffled outcomes.
    at_cutoff : dict of str to Estimate
        Sensitivity and specificity of a yes or no, at cut-offs that were learnt inside the folds.
    """

    table: CohortTable
    specification: Specification
    plan: Plan
    fitted: Fitted
    nested: Nested
    figures: dict[str, Estimate]
    permutation: tuple[float, np.ndarray] | None
    at_cutoff: dict[str, Estimate]

    @property
    def out_of_fold(self) -> OutOfFold:
        """The predictions for those who were not trained on."""
        return next(iter(self.nested.found.values()))

    @property
    def frequency(self) -> dict[str, float]:
        """In which share of the folds a variable was chosen, the most frequent first; none of trees."""
        names = self.variables
        weights = np.array([one.chosen() for one in self.nested.fitted])
        if np.isnan(weights).any():
            return {}
        share = (weights != 0).mean(axis=0)
        return {names[n]: float(share[n]) for n in np.argsort(-share, kind="stable") if share[n] > 0}

    @property
    def lesion_weights(self) -> np.ndarray | None:
        """How much each lesion of the table counts in its patient, by what was learnt without the patient.

        None for a rule that is no multiple-instance learning; else ndarray of float64, shape (lesions,).
        """
        if self.specification.rule not in POOLED:
            return None
        return held_out_weights(self.table, self.nested)

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables of the rows that are fitted."""
        from .trainer import rows_of

        return rows_of(self.table, self.specification, self.fitted.of_lesion).variables


def run(
    table: CohortTable,
    specification: Specification,
    plan: Plan,
    permutations: int = 0,
    progress: Stage | None = None,
) -> TrainingRun:
    """Fit on all patients, and validate the whole pipeline by nested cross-validation.

    Parameters
    ----------
    table : CohortTable
        With an outcome.
    specification : Specification
    plan : Plan
    permutations : int
        Draws of the permutation test; none by default.
    progress : callable, optional
        Called with (stage, steps done, steps in all); an exception it raises stops the work.

    Returns
    -------
    TrainingRun
        Its table has a note where multiple-instance learning has few patients to learn from.
    """

    def step(stage: str) -> Callable[[int, int], None] | None:
        return progress and (lambda done, total: progress(stage, done, total))

    if specification.rule in POOLED and (note := few_patients_note(table.patient_count)):
        table = replace(table, notes=(*table.notes, note))
    if progress:
        progress(FITTING, 0, 1)
    folds = patient_folds(table, plan)
    fitted = fit(table, specification)

    inside = replace(specification, least_of_a_batch=LEAST_INSIDE)

    def method(part: CohortTable) -> Fitted:
        return fit(part, inside)

    nested = cross_validate(table, method, folds, step(VALIDATING))
    tested = permutation_test(table, method, plan, permutations, step(PERMUTING)) if permutations else None
    found = next(iter(nested.found.values()))
    figures, at_cutoff = estimates(found, plan.seed), operating_point(found, plan.seed)
    return TrainingRun(table, specification, plan, fitted, nested, figures, tested, at_cutoff)


def training_record(done: TrainingRun, terms: Sequence[tuple[str, float]] = ()) -> dict[str, Any]:
    """A training as plain values for JSON.

    Parameters
    ----------
    done : TrainingRun
    terms : sequence of (str, float)
        Variables and coefficients of the signature.
    """
    table, plan = done.table, done.plan
    assert table.outcome is not None
    found = done.out_of_fold
    weights = done.lesion_weights
    return {
        "outcome": table.outcome.name,
        "kind": table.outcome.kind,
        "of": "lesion" if table.outcome.of_lesion else "patient",
        "model": done.specification.model_of(table.outcome.kind),
        "patient_rule": "" if table.outcome.of_lesion else done.specification.rule,
        "patients": table.patient_count,
        "lesions": len(table),
        "events": event_count(table),
        "candidates": len(done.variables),
        "covariates": list(table.covariates),
        **({"study": table.study} if table.study else {}),
        "left_out": table.left_out,
        "notes": list(table.notes),
        "out_of_fold": {name: one.record() for name, one in done.figures.items()},
        "operating_point": {name: one.record() for name, one in done.at_cutoff.items()} or None,
        "intervals": f"95 %, {INTERVAL_METHOD}, {RESAMPLES} draws",
        "cross_validation": {"folds": plan.folds, "repeats": plan.repeats, "seed": plan.seed},
        "permutation": None
        if done.permutation is None
        else {"p": done.permutation[0], "draws": len(done.permutation[1])},
        "chosen_in_folds": done.frequency,
        "terms": [{"variable": name, "coefficient": weight} for name, weight in terms],
        "predictions": [
            {"patient": str(patient), "value": float(value)}
            for patient, value in zip(found.patients, found.raw.mean(axis=0), strict=True)
        ],
        "lesion_weights": None
        if weights is None
        else [
            {"patient": str(patient), "lesion": str(lesion), "weight": float(weight)}
            for patient, lesion, weight in zip(table.patients, table.lesions, weights, strict=True)
        ],
    }


def event_count(table: CohortTable) -> int | None:
    """How many patients (lesions, where the outcome is theirs) had the event; None for a number."""
    assert table.outcome is not None
    units = table if table.outcome.of_lesion else one_row_a_patient(table)
    assert units.outcome is not None
    if units.outcome.kind == SURVIVAL:
        assert units.outcome.events is not None
        return int(units.outcome.events.sum())
    return int(units.outcome.values.sum()) if units.outcome.kind == BINARY else None


def coefficient_paths(done: TrainingRun, steps: int = 30) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """The coefficients of the fit on all patients along the weight of the penalty, for a picture.

    Parameters
    ----------
    done : TrainingRun
        Of a linear model.
    steps : int

    Returns
    -------
    alphas : ndarray of float64, shape (steps,), descending
    weights : ndarray of float64, shape (steps, variables)
    variables : tuple of str
    """
    from sklearn.linear_model import enet_path

    from .penalized import path
    from .trainer import patient_weights, raw_columns, rows_of, truth_of

    pipeline = done.fitted.pipeline
    rows = rows_of(done.table, done.specification, done.fitted.of_lesion)
    standard = pipeline[:-1].transform(raw_columns(rows, done.fitted.batches))
    kept = pipeline["redundancy"].kept_
    penalty, truth = pipeline["model"].penalty_, truth_of(rows)
    weights = np.ones(len(rows)) if done.specification.equal_weights else patient_weights(rows.patients)
    alphas = penalty.alpha * np.logspace(0.8, -0.5, steps)
    if truth.kind in (BINARY, SURVIVAL):
        found = path(standard, truth.likelihood(weights), penalty.l1_ratio, list(alphas))[1]
    else:
        root = np.sqrt(weights / weights.mean())
        centered = truth.values - np.average(truth.values, weights=weights)
        values = root[:, None] * standard
        found = enet_path(values, root * centered, l1_ratio=penalty.l1_ratio, alphas=alphas)[1].T
    return alphas, found, tuple(rows.variables[n] for n in kept)
