"""Figures of out-of-fold predictions, with one interval by resampling patients.

Where predictions were repeated, a figure is the mean over the repetitions, in each draw of patients as in the
estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..tables.outcomes import BINARY, CONTINUOUS, SURVIVAL
from ..validation.discrimination import (
    RESAMPLES,
    Estimate,
    areas,
    explained_variances,
    interval_of,
    once,
    patient_draws,
    quotient,
    rank_correlations,
)
from ..validation.survival import harrell_c

AUC, C_INDEX, R2, SPEARMAN = "auc", "c_index", "r2", "spearman"
SENSITIVITY, SPECIFICITY = "sensitivity", "specificity"
FIGURES: Mapping[str, tuple[str, ...]] = {BINARY: (AUC,), SURVIVAL: (C_INDEX,), CONTINUOUS: (SPEARMAN, R2)}
# The figures of scores that have nothing to do with the outcome.
NOTHING_IS: Mapping[str, float] = {AUC: 0.5, C_INDEX: 0.5, SPEARMAN: 0.0, R2: 0.0}


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Predictions for those who were not trained on.

    Parameters
    ----------
    patients : ndarray of str, shape (n,)
        Sorted patients, or the patient of each lesion where the outcome is a lesion's.
    kind : str
    truth : ndarray of float64, shape (n,)
    events : ndarray of float64, shape (n,), optional
    raw : ndarray of float64, shape (repetitions, n)
        What the models predict.
    centered : ndarray of float64, shape (repetitions, n)
        The same less the mean of the model's own training predictions: models of different folds are
        compared, and one that learnt nothing predicts 0 for all instead of its training prevalence, which is
        lower where more of those held out are positive.
    above : ndarray of bool, shape (repetitions, n), optional
        Of a yes or no: whether a prediction lies above the cut-off that Youden's index chose in the fold,
        among those who were trained on.
    """

    patients: np.ndarray
    kind: str
    truth: np.ndarray
    events: np.ndarray | None
    raw: np.ndarray
    centered: np.ndarray
    above: np.ndarray | None = None

    def figures(self, draws: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """The figures of this kind of outcome, each of shape (draws,).

        Parameters
        ----------
        draws : ndarray of float64, shape (draws, n), optional
            How often each row is drawn; each once by default.
        """
        drawn = once(self.truth) if draws is None else draws
        if self.kind == BINARY:
            each = [areas(scores, self.truth == 1, drawn) for scores in self.centered]
            return {AUC: np.mean(each, axis=0)}
        if self.events is not None:
            return {C_INDEX: harrell_c(self.centered, self.truth, self.events == 1, drawn)}
        order = [rank_correlations(scores, self.truth, drawn) for scores in self.centered]
        explained = [explained_variances(self.truth, scores, drawn) for scores in self.raw]
        # a model that predicts the same for all orders nothing
        return {SPEARMAN: np.mean(np.nan_to_num(order), axis=0), R2: np.mean(explained, axis=0)}


def estimates(found: OutOfFold, seed: int = 0, count: int = RESAMPLES) -> dict[str, Estimate]:
    """The figures with their interval: percentiles over draws of patients.

    Parameters
    ----------
    found : OutOfFold
    seed : int
        Of the draws.
    count : int
        How many.
    """
    drawn = found.figures(patient_draws(found.patients, seed, count))
    values = found.figures()
    return {name: interval_of(float(values[name][0]), drawn[name]) for name in values}


def operating_point(found: OutOfFold, seed: int = 0, count: int = RESAMPLES) -> dict[str, Estimate]:
    """Sensitivity and specificity at cut-offs that were learnt inside the folds; empty but for a yes or no.

    Parameters
    ----------
    found : OutOfFold
    seed : int
        Of the draws.
    count : int
        How many.
    """
    if found.kind != BINARY or found.above is None:
        return {}
    positive, above = found.truth == 1, found.above.mean(axis=0)
    draws = np.concatenate([once(found.truth), patient_draws(found.patients, seed, count)])
    shares = {SENSITIVITY: (positive, above), SPECIFICITY: (~positive, 1 - above)}
    drawn = {name: quotient(draws @ (of * right), draws @ of) for name, (of, right) in shares.items()}
    return {name: interval_of(float(each[0]), each[1:]) for name, each in drawn.items()}


def paired_differences(
    found: Mapping[str, OutOfFold], reference: str, seed: int = 0, count: int = RESAMPLES
) -> dict[str, Estimate]:
    """Difference of the first figure to the reference's, with an interval over the same draws of patients.

    Parameters
    ----------
    found : mapping of str to OutOfFold
        By method; the same patients on the same folds.
    reference : str
        One of the methods.
    seed : int
    count : int
    """
    draws = patient_draws(found[reference].patients, seed, count)
    name = FIGURES[found[reference].kind][0]
    value, drawn = found[reference].figures()[name], found[reference].figures(draws)[name]
    return {
        method: interval_of(float(one.figures()[name][0] - value[0]), one.figures(draws)[name] - drawn)
        for method, one in found.items()
        if method != reference
    }
