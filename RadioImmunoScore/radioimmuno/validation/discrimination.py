"""How well scores order lesions by the truth; intervals respect that a patient's lesions belong together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

RESAMPLES = 2000
CONFIDENCE = 0.95
INTERVAL_METHOD = "percentile bootstrap over patients"


@dataclass(frozen=True)
class Estimate:
    """A figure with its confidence interval (95 %)."""

    value: float
    low: float
    high: float

    def record(self, digits: int = 10) -> dict[str, Any]:
        """As plain values for JSON; null for what is not defined.

        Parameters
        ----------
        digits : int
            After the point.

        Returns
        -------
        dict of str to Any
            `value`, and `interval` of its two ends.
        """
        value, low, high = (
            round(float(number), digits) if np.isfinite(number) else None
            for number in (self.value, self.low, self.high)
        )
        return {"value": value, "interval": [low, high]}


def auc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve: how often a positive scores above a negative, ties counting half.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        Any numbers.
    positive : ndarray of bool, shape (n,)
        The truth.

    Returns
    -------
    float
        NaN when all are positive or none is: scikit-learn refuses that or warns, by its version.

    Raises
    ------
    ImportError
        When scikit-learn is not installed.
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(positive, scores)) if 0 < positive.sum() < len(positive) else float("nan")


def ordered_pairs(
    scores: np.ndarray, truth: np.ndarray, patients: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Per patient: pairs of lesions that the scores order as the truth does, and all pairs.

    Parameters
    ----------
    scores, truth : ndarray, shape (n,)
        Of each lesion.
    patients : ndarray, shape (n,)
        Whose lesion it is.

    Returns
    -------
    ordered, pairs : ndarray of float64, shape (patients,)
        In the order of the sorted patients. Ties of scores count half; pairs of equal truth do not count.

    Examples
    --------
    >>> ordered_pairs(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.2, 0.1]), np.array([7, 7, 7]))
    (array([1.]), array([2.]))
    """
    counts = []
    for patient in np.unique(patients):
        mine = patients == patient
        first, second = np.triu_indices(int(mine.sum()), 1)
        by_score = np.sign(scores[mine][first] - scores[mine][second])
        by_truth = np.sign(truth[mine][first] - truth[mine][second])
        ordered = (0.5 + 0.5 * by_score * by_truth)[by_truth != 0]
        counts.append((ordered.sum(), ordered.size))
    ordered, pairs = np.array(counts, float).reshape(-1, 2).T
    return ordered, pairs


def bootstrap(figure: Callable[[np.ndarray], float], patients: np.ndarray, seed: int) -> Estimate:
    """A figure on all rows, with the percentile interval of drawing whole patients.

    Parameters
    ----------
    figure : callable of an ndarray of int, shape (m,)
        Takes row numbers and gives the figure; NaN where it is not defined, such draws are left out.
    patients : ndarray, shape (n,)
        Patient of each row.
    seed : int
        Of the draws.
    """
    groups = [np.flatnonzero(patients == patient) for patient in np.unique(patients)]
    rng = np.random.Generator(np.random.PCG64(seed))
    draws = [
        figure(np.concatenate([groups[n] for n in rng.integers(len(groups), size=len(groups))]))
        for _ in range(RESAMPLES)
    ]
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.nanpercentile(draws, [tail, 100 - tail])
    return Estimate(figure(np.concatenate(groups)), float(low), float(high))
