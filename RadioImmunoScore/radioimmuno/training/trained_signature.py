"""The signature of a fitted linear model: its terms, cut-offs and bins, and what was learnt besides."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..learned.card import ModelCard
from ..settings import Settings
from ..signature.cutoffs import Cutoffs
from ..signature.harmonization import Harmonization
from ..signature.patient_rules import POOLED, makes_one_row
from ..signature.pooling import Pooling
from ..signature.signature import Distribution, Signature, Term
from ..signature.variables import settings_of, variable_of
from ..tables.cohort_table import CohortTable
from ..tables.outcomes import BINARY, CONTINUOUS, SURVIVAL
from ..validation.cutoffs import YOUDEN_FIELD, youden_cutoff
from ..validation.scored_cohort import harmonized_values, weighted_sum
from .multiple_instance import FOLDS, PENALTIES
from .penalties import rounded
from .trainer import ENTROPY_BINS, Fitted, edges_of, percentiles_of, rows_of

CUTOFFS_ARE = "25th, 50th and 75th percentile of the training scores: a convention of this software"
EDGES_ARE = f"{ENTROPY_BINS} equal bins from the 1st to the 99th percentile of the training scores"
PATIENT_CUTOFFS_ARE = (
    "25th, 50th and 75th percentile of the patients' values in training by patient_rule; cutoffs are those "
    "of lesions' scores"
)
YOUDEN_IS = (
    "chosen by Youden's index among all patients of the training, and tried on nobody else; sensitivity and "
    "specificity in training.json are of held-out patients, at cut-offs that were chosen inside the folds"
)
PREDICTED_BY = {
    CONTINUOUS: "elastic net",
    BINARY: "elastic net of the log odds",
    SURVIVAL: "Cox's model with an elastic net",
}
METHOD = (
    "{model} on standardized variables; of the penalties that leave at most {most_terms} variables, "
    "the one with the smallest {error} in cross-validation, whole patients in a fold"
)
POOLED_METHOD = (
    "multiple-instance learning: a weighted sum of standardized variables and how lesions make the patient's "
    f"value, learnt together; of {len(PENALTIES)} weights of an L2 penalty the one with the smallest loss in "
    "cross-validation over patients"
)


@dataclass(frozen=True)
class Description:
    """What a trained signature states of itself."""

    name: str
    version: str
    status: str
    predicts: str
    direction: str


def signature_of(
    fitted: Fitted,
    table: CohortTable,
    settings: Settings,
    description: Description,
    models: Sequence[ModelCard] = (),
) -> Signature:
    """The signature of a linear model; it has the variables whose coefficient is not 0.

    Parameters
    ----------
    fitted : Fitted
    table : CohortTable
        What it was fitted on.
    settings : Settings
        How the table's features were measured; they become part of the signature, those of images as far as
        its terms are measured on them.
    description : Description
    models : sequence of ModelCard, optional
        Cards of the outside models that made learned values; those of its terms become part of it.

    Returns
    -------
    Signature
        Its cut-offs and bins are percentiles of the training scores, `patient_cutoffs` are those of the
        patients' values; `training` states how it was made.

    Raises
    ------
    ValueError
        When no coefficient differs from 0, or the model is no weighted sum.
    """
    model, scaler = fitted.pipeline["model"], fitted.pipeline["scaler"]
    if not hasattr(model, "coef_"):
        raise ValueError("a random forest and a support vector machine are no weighted sum: no signature")
    rows = fitted.harmonized(rows_of(table, fitted.specification, fitted.of_lesion))
    weights = fitted.chosen()
    used = [int(n) for n in np.flatnonzero(weights)]
    if not used:
        raise ValueError("no variable says anything about the truth: there is no signature to make")
    terms = _terms(rows, used, weights, scaler)
    scores = weighted_sum(model.intercept_, terms, rows)
    names = [term.variable for term in terms]
    return Signature(
        name=description.name,
        version=description.version,
        status=description.status,
        predicts=description.predicts,
        direction=description.direction,
        settings=settings_of(names, settings),
        intercept=model.intercept_,
        terms=terms,
        cutoffs=_cutoffs(scores),
        distribution=_distribution(scores),
        patient_rule="" if fitted.of_lesion else fitted.specification.rule,
        patient_cutoffs=_patient_cutoffs(fitted, table),
        pooling=_pooling(fitted, used),
        harmonization=_harmonization(fitted, names),
        models=tuple(card for card in models if card.name in {variable_of(name).model for name in names}),
        training={**_provenance(fitted, rows), **_learnt(fitted, table)},
    )


def _terms(rows: CohortTable, used: Sequence[int], weights: np.ndarray, scaler: Any) -> tuple[Term, ...]:
    """The terms of the variables with these numbers."""
    return tuple(
        Term(
            rows.variables[n],
            float(weights[n]),
            float(scaler.mean_[n]),
            float(scaler.scale_[n]),
            _ends(rows, n),
            "mean" if np.isnan(rows.values[:, n]).any() else "refuse",
        )
        for n in used
    )


def score_table(signature: Signature, table: CohortTable) -> np.ndarray:
    """Scores of a table's rows, ndarray of float64, shape (n,); NaN where a needed value is missing."""
    harmonized = replace(table, values=harmonized_values(signature, table))
    return weighted_sum(signature.intercept, signature.terms, harmonized)


def _ends(table: CohortTable, column: int) -> tuple[float, float]:
    values = table.values[:, column]
    low, high = rounded([np.nanmin(values), np.nanmax(values)])
    return float(low), float(high)


def _cutoffs(scores: np.ndarray) -> Cutoffs:
    """The quartiles; the median alone where many scores are alike."""
    low, median, high = percentiles_of(scores, (25, 50, 75))
    return Cutoffs(low, median, high) if low < median < high else Cutoffs(None, median, None)


def _distribution(scores: np.ndarray) -> Distribution | None:
    p1, p99 = percentiles_of(scores, (1, 99))
    if not p1 < p99:
        return None
    return Distribution(len(scores), p1, p99, tuple(float(edge) for edge in edges_of(scores)))


def _pooling(fitted: Fitted, used: Sequence[int]) -> Pooling | None:
    """What multiple-instance learning pools by, of the variables that are terms; None for another rule."""
    if fitted.specification.rule not in POOLED:
        return None
    pooling: Pooling = fitted.pipeline["model"].pooling_
    places = np.searchsorted(fitted.pipeline["redundancy"].kept_, used)
    return replace(pooling, directions=tuple(tuple(row[n] for n in places) for row in pooling.directions))


def _harmonization(fitted: Fitted, variables: Sequence[str]) -> Harmonization | None:
    """The state of ComBat for these variables; None where none of them was harmonized."""
    if not fitted.batches:
        return None
    state = fitted.pipeline["harmonization"].combat_.state_.of_variables(variables)
    return state if state.variables else None


def _patient_cutoffs(fitted: Fitted, table: CohortTable) -> Cutoffs | None:
    """Those of the training patients' values; none where the outcome is a lesion's."""
    return None if fitted.of_lesion else _cutoffs(fitted.values(table)[fitted.specification.rule])


def _learnt(fitted: Fitted, table: CohortTable) -> dict[str, Any]:
    """What was learnt besides: percentiles of patients' values; of a yes or no, Youden's cut-off."""
    learnt: dict[str, Any] = {}
    if not fitted.of_lesion and not makes_one_row(fitted.specification.rule):
        learnt["patient_cutoffs_are"] = PATIENT_CUTOFFS_ARE
    if table.outcome is not None and table.outcome.kind == BINARY:
        first = slice(None) if fitted.of_lesion else np.unique(table.patients, return_index=True)[1]
        values = next(iter(fitted.values(table).values()))
        with suppress(ValueError):  # all alike: there is no cut-off
            learnt[YOUDEN_FIELD] = float(rounded(youden_cutoff(values, table.outcome.values[first] == 1)))
            learnt[f"{YOUDEN_FIELD}_is"] = YOUDEN_IS
    return learnt


def _provenance(fitted: Fitted, rows: CohortTable) -> dict[str, Any]:
    is_pooled = fitted.specification.rule in POOLED
    return {
        "patients": len(np.unique(rows.patients)),
        "lesions": len(rows),
        "lesions_left_out": rows.left_out,
        **(_pooled_method(fitted) if is_pooled else _penalized_method(fitted, rows)),
        "cutoffs": CUTOFFS_ARE,
        "entropy_edges": EDGES_ARE,
        "candidates": list(rows.variables),
    }


def _pooled_method(fitted: Fitted) -> dict[str, Any]:
    penalty = fitted.pipeline["model"].penalty_
    return {"method": POOLED_METHOD, "folds": FOLDS, "alpha": penalty, "l1_ratio": 0.0}


def _penalized_method(fitted: Fitted, rows: CohortTable) -> dict[str, Any]:
    penalty, grid = fitted.pipeline["model"].penalty_, fitted.pipeline["model"].grid
    kind = rows.outcome.kind if rows.outcome else CONTINUOUS
    is_number = kind == CONTINUOUS
    method = METHOD.format(
        model=PREDICTED_BY[kind],
        most_terms=grid.most_terms,
        error="squared error" if is_number else "loss of likelihood",
    )
    return {
        "method": method,
        "folds": grid.folds,
        "alpha": float(rounded(penalty.alpha)),
        "l1_ratio": penalty.l1_ratio,
        "cross_validated_mse" if is_number else "cross_validated_loss": float(rounded(penalty.error)),
    }
