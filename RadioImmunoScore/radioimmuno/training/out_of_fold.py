"""Figures of out-of-fold predictions, with one interval by resampling patients.

Where predictions were repeated, a figure is the mean over the repetitions, in each draw of patients as in the
estimate. AUC and C-index are sums over pairs, so that a draw is a product with the matrix of pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..tables.outcomes import BINARY, CONTINUOUS, SURVIVAL
from ..validation.discrimination import CONFIDENCE, RESAMPLES, Estimate

AUC, C_INDEX, R2, SPEARMAN = "auc", "c_index", "r2", "spearman"
FIGURES: Mapping[str, tuple[str, ...]] = {BINARY: (AUC,), SURVIVAL: (C_INDEX,), CONTINUOUS: (SPEARMAN, R2)}


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
    """

    patients: np.ndarray
    kind: str
    truth: np.ndarray
    events: np.ndarray | None
    raw: np.ndarray
    centered: np.ndarray

    def figures(self, draws: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """The figures of this kind of outcome, each of shape (draws,).

        Parameters
        ----------
        draws : ndarray of float64, shape (draws, n), optional
            How often each row is drawn; each once by default.
        """
        drawn = np.ones((1, len(self.truth))) if draws is None else draws
        if self.kind == CONTINUOUS:
            return {SPEARMAN: _spearman(self, drawn), R2: _r2(self, drawn)}
        right, pairs = self._pairs()
        below = np.einsum("dn,nm,dm->d", drawn, pairs, drawn, optimize=True)
        above = np.einsum("dn,nm,dm->d", drawn, right, drawn, optimize=True)
        name = AUC if self.kind == BINARY else C_INDEX
        return {name: np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan)}

    def _pairs(self) -> tuple[np.ndarray, np.ndarray]:
        """Of each pair (the first positive, or earlier with an event): share in order, whether it counts."""
        if self.events is None:
            pairs = (self.truth[:, None] == 1) & (self.truth[None, :] == 0)
        else:
            earlier = self.truth[:, None] < self.truth[None, :]
            # one who was censored at the time of an event lived longer
            same = (self.truth[:, None] == self.truth[None, :]) & (self.events[None, :] == 0)
            pairs = (self.events[:, None] == 1) & (earlier | same)
        right = np.zeros(pairs.shape)
        for scores in self.centered:
            right += 0.5 + 0.5 * np.sign(scores[:, None] - scores[None, :])
        return right / len(self.centered) * pairs, pairs.astype(float)


def patient_draws(patients: np.ndarray, seed: int, count: int = RESAMPLES) -> np.ndarray:
    """How often each row is drawn when whole patients are drawn with replacement.

    Parameters
    ----------
    patients : ndarray, shape (n,)
    seed : int
    count : int

    Returns
    -------
    ndarray of float64, shape (count, n)
    """
    names, place = np.unique(patients, return_inverse=True)
    rng = np.random.Generator(np.random.PCG64(seed))
    times = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=count)
    return times[:, place].astype(float)


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


def interval_of(value: float, draws: np.ndarray) -> Estimate:
    """The value with the percentiles of its draws; NaN are left out.

    Parameters
    ----------
    value : float
    draws : ndarray of float64, shape (draws,)

    Returns
    -------
    Estimate
    """
    tail = 100 * (1 - CONFIDENCE) / 2
    known = draws[np.isfinite(draws)]
    if not len(known):
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.percentile(known, [tail, 100 - tail])
    return Estimate(value, float(low), float(high))


def _spearman(found: OutOfFold, draws: np.ndarray) -> np.ndarray:
    """Rank correlation in each draw; ranks are those in all rows, weighted by how often a row is drawn."""
    from scipy.stats import rankdata

    truth = rankdata(found.truth)
    each = [_correlation(rankdata(scores), truth, draws) for scores in found.centered]
    return np.mean(each, axis=0)


def _correlation(one: np.ndarray, other: np.ndarray, draws: np.ndarray) -> np.ndarray:
    total = draws.sum(axis=1)

    def mean(values: np.ndarray) -> np.ndarray:
        return draws @ values / total

    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = mean(one * other) - mean(one) * mean(other)
        variances = (mean(one**2) - mean(one) ** 2) * (mean(other**2) - mean(other) ** 2)
        found = covariance / np.sqrt(np.maximum(variances, 0.0))
    return np.where(np.isfinite(found), found, 0.0)


def _r2(found: OutOfFold, draws: np.ndarray) -> np.ndarray:
    total = draws.sum(axis=1)
    mean = draws @ found.truth / total
    spread = draws @ found.truth**2 - total * mean**2
    wrong = np.mean([draws @ (found.truth - scores) ** 2 for scores in found.raw], axis=0)
    return np.where(spread > 0, 1 - wrong / np.where(spread > 0, spread, 1.0), np.nan)
