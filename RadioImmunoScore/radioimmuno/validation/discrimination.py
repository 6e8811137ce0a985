"""How well scores order lesions by the truth; intervals respect that a patient's lesions belong together.

A figure is computed in all draws of patients at once: `draws` says how often each row is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

RESAMPLES = 2000
# So many draws are computed together, which bounds the memory.
BLOCK = 250
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
        NaN when all are positive or none is.

    Examples
    --------
    >>> auc(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, True, False, True]))
    0.75
    """
    return float(areas(scores, positive, once(scores))[0])


def areas(scores: np.ndarray, positive: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Areas under the ROC curve in draws, by the ranks of the positive.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
    positive : ndarray of bool, shape (n,)
    draws : ndarray of float64, shape (draws, n)

    Returns
    -------
    ndarray of float64, shape (draws,)
        NaN in a draw without a positive or a negative.
    """
    drawn = draws * np.asarray(positive, bool)
    count, others = drawn.sum(axis=1), draws @ ~np.asarray(positive, bool)
    above = (drawn * midranks(scores, draws)).sum(axis=1) - count * (count + 1) / 2
    return quotient(above, count * others)


def rank_correlations(first: np.ndarray, second: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Spearman's correlation in draws; what is drawn is ranked anew in each.

    Parameters
    ----------
    first, second : ndarray of float64, shape (n,)
    draws : ndarray of float64, shape (draws, n)

    Returns
    -------
    ndarray of float64, shape (draws,)
        NaN in a draw where one of the two does not vary.
    """
    middle = (draws.sum(axis=1, keepdims=True) + 1) / 2
    one, other = midranks(first, draws) - middle, midranks(second, draws) - middle
    spread = (draws * one**2).sum(axis=1) * (draws * other**2).sum(axis=1)
    return quotient((draws * one * other).sum(axis=1), np.sqrt(spread))


def explained_variances(truth: np.ndarray, predicted: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """R2 in draws: 1 - sum of squared errors / sum of squares about the draw's mean.

    Parameters
    ----------
    truth, predicted : ndarray of float64, shape (n,)
    draws : ndarray of float64, shape (draws, n)

    Returns
    -------
    ndarray of float64, shape (draws,)
        NaN in a draw where the truth does not vary.
    """
    mean = draws @ truth / draws.sum(axis=1)
    spread = (draws * (truth - mean[:, None]) ** 2).sum(axis=1)
    return 1 - quotient(draws @ (truth - predicted) ** 2, spread)


def midranks(values: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Ranks from 1 in draws, ties sharing the mean of theirs.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
    draws : ndarray of float64, shape (draws, n)

    Returns
    -------
    ndarray of float64, shape (draws, n)

    Examples
    --------
    >>> values = np.array([5.0, 7.0, 5.0])
    >>> midranks(values, once(values))
    array([[1.5, 3. , 1.5]])
    """
    _, place = np.unique(values, return_inverse=True)
    counts = sums_by_place(draws, place)
    return (np.cumsum(counts, axis=1) - (counts - 1) / 2)[:, place]


def sums_by_place(draws: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Sums over the rows of each place.

    Parameters
    ----------
    draws : ndarray of float64, shape (draws, n)
    place : ndarray of int, shape (n,)
        Whole numbers from 0 to k - 1, each of which occurs.

    Returns
    -------
    ndarray of float64, shape (draws, k)
    """
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    return np.add.reduceat(draws[:, order], starts, axis=1)


def quotient(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """The quotients; NaN where there is nothing below.

    Parameters
    ----------
    above, below : ndarray of float64, shape (n,)

    Returns
    -------
    ndarray of float64, shape (n,)
    """
    return np.divide(above, below, out=np.full(np.shape(below), np.nan), where=below > 0)


def once(rows: np.ndarray) -> np.ndarray:
    """The draw of each row once, ndarray of float64, shape (1, n).

    Parameters
    ----------
    rows : ndarray, shape (n,)
    """
    return np.ones((1, len(rows)))


def roc_points(scores: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The corners of the ROC curve.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
    positive : ndarray of bool, shape (n,)
        Both classes occur.

    Returns
    -------
    false, true : ndarray of float64, shape (cut-offs + 1,)
        Shares of the negative and of the positive at or above each score, from none to all.

    Examples
    --------
    >>> false, true = roc_points(np.array([3.0, 1.0, 2.0, 2.0]), np.array([True, False, True, False]))
    >>> false.tolist(), true.tolist()
    ([0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0])
    """
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, True)
    true = np.concatenate([[0], np.cumsum(positive[order])[last]]) / positive.sum()
    false = np.concatenate([[0], np.cumsum(~positive[order])[last]]) / (~positive).sum()
    return false, true


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
    drawn = rng.integers(len(names), size=(count, len(names)))
    times = np.bincount(
        (drawn + len(names) * np.arange(count)[:, None]).ravel(), minlength=count * len(names)
    )
    return times.reshape(count, len(names))[:, place].astype(float)


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


def bootstrap(figure: Callable[[np.ndarray], np.ndarray], patients: np.ndarray, seed: int) -> Estimate:
    """A figure on all rows, with the percentile interval of drawing whole patients.

    Parameters
    ----------
    figure : callable of an ndarray of float64, shape (draws, n)
        Gives the figure in each draw, shape (draws,); NaN where it is not defined, such draws are left out.
    patients : ndarray, shape (n,)
        Patient of each row.
    seed : int
        Of the draws.
    """
    draws = patient_draws(patients, seed)
    parts = [figure(draws[start : start + BLOCK]) for start in range(0, len(draws), BLOCK)]
    return interval_of(float(figure(once(patients))[0]), np.concatenate(parts))
