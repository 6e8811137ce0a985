"""Cut-offs of a score from training: median, quartiles, Youden. Never learnt where they are validated."""

from __future__ import annotations

import numpy as np

# Of a signature's `training`: the cut-off that Youden's index chose there.
YOUDEN_FIELD = "youden_cutoff"
METHODS = ("median", "quartiles", "youden")


def learn_cutoffs(scores: np.ndarray, method: str, positive: np.ndarray | None = None) -> tuple[float, ...]:
    """The cut-offs that a method takes from training scores, ascending.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
        Of training patients; inside a fold, of that fold's.
    method : str
        One of `METHODS`: the median; the three quartiles; where sensitivity + specificity is largest.
    positive : ndarray of bool, shape (n,), optional
        For Youden.

    Returns
    -------
    tuple of float

    Raises
    ------
    ValueError
        For another method, or for Youden without both classes.
    """
    if method == "median":
        return (float(np.median(scores)),)
    if method == "quartiles":
        return tuple(float(value) for value in np.percentile(scores, (25, 50, 75)))
    if method == "youden" and positive is not None:
        return (youden_cutoff(scores, positive),)
    raise ValueError(f"no cut-off by {method!r}: {', '.join(METHODS)}; youden needs the truth")


def youden_cutoff(scores: np.ndarray, positive: np.ndarray) -> float:
    """Halfway between the two neighboring scores that split best: sensitivity + specificity is largest.

    Of several equally good ones the lowest. Positive is what scores above it.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
    positive : ndarray of bool, shape (n,)

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When a class is missing or all scores are equal.

    Examples
    --------
    >>> youden_cutoff(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, False, True, True]))
    2.5
    """
    levels = np.unique(scores)
    truth = np.asarray(positive, bool)
    if not 0 < truth.sum() < len(truth) or len(levels) < 2:
        raise ValueError("Youden's cut-off needs both classes and two different scores")
    middles = (levels[:-1] + levels[1:]) / 2
    above = scores[:, None] > middles
    index = above[truth].mean(axis=0) - above[~truth].mean(axis=0)
    # Indices that differ by rounding alone count as equal.
    return float(middles[np.flatnonzero(index >= index.max() - 1e-12)[0]])
