"""Intraclass correlations of targets that the same readers (or repeated contours) measured.

Source: Shrout and Fleiss, Psychological Bulletin 1979;86:420-428; intervals from the F distribution as there
and in McGraw and Wong, Psychological Methods 1996;1:30-46.
"""

from __future__ import annotations

import numpy as np

from .discrimination import CONFIDENCE, Estimate


def icc_1_1(values: np.ndarray) -> Estimate:
    """ICC(1,1): each target measured by others; agreement of single measurements.

    Parameters
    ----------
    values : ndarray of float64, shape (targets, readers)

    Returns
    -------
    Estimate
    """
    n, k, rows, _, _, within = _mean_squares(values)
    low, high = _f_limits(rows / within, n - 1, n * (k - 1))
    return _ratio((rows - within) / (rows + (k - 1) * within), low, high, k)


def icc_3_1(values: np.ndarray) -> Estimate:
    """ICC(3,1): consistency of single measurements by these readers; constant shifts do not count.

    Parameters
    ----------
    values : ndarray of float64, shape (targets, readers)

    Returns
    -------
    Estimate
    """
    n, k, rows, _, error, _ = _mean_squares(values)
    low, high = _f_limits(rows / error, n - 1, (n - 1) * (k - 1))
    return _ratio((rows - error) / (rows + (k - 1) * error), low, high, k)


def icc_2_1(values: np.ndarray) -> Estimate:
    """ICC(2,1): absolute agreement of single measurements by readers drawn at random.

    Parameters
    ----------
    values : ndarray of float64, shape (targets, readers)

    Returns
    -------
    Estimate
    """
    from scipy.stats import f

    n, k, rows, columns, error, _ = _mean_squares(values)
    value = (rows - error) / (rows + (k - 1) * error + k * (columns - error) / n)
    ratio = columns / error
    numerator = (k - 1) * (n - 1) * (k * value * ratio + n * (1 + (k - 1) * value) - k * value) ** 2
    denominator = (n - 1) * k**2 * value**2 * ratio**2 + (n * (1 + (k - 1) * value) - k * value) ** 2
    freedom, upper = numerator / denominator, (1 + CONFIDENCE) / 2
    above, below = f.ppf(upper, n - 1, freedom), f.ppf(upper, freedom, n - 1)
    spread = k * columns + (k * n - k - n) * error
    low = n * (rows - above * error) / (above * spread + n * rows)
    high = n * (below * rows - error) / (spread + n * below * rows)
    return Estimate(float(value), float(low), float(high))


def _mean_squares(values: np.ndarray) -> tuple[int, int, float, float, float, float]:
    """Targets, readers, and mean squares: between targets, between readers, error, within targets."""
    n, k = values.shape
    if n < 2 or k < 2:
        raise ValueError("an intraclass correlation needs two targets and two measurements of each")
    grand, of_rows, of_columns = values.mean(), values.mean(axis=1), values.mean(axis=0)
    rows = k * ((of_rows - grand) ** 2).sum() / (n - 1)
    columns = n * ((of_columns - grand) ** 2).sum() / (k - 1)
    error = ((values - of_rows[:, None] - of_columns + grand) ** 2).sum() / ((n - 1) * (k - 1))
    within = ((values - of_rows[:, None]) ** 2).sum() / (n * (k - 1))
    return n, k, float(rows), float(columns), float(error), float(within)


def _f_limits(ratio: float, between: int, within: int) -> tuple[float, float]:
    from scipy.stats import f

    upper = (1 + CONFIDENCE) / 2
    return ratio / f.ppf(upper, between, within), ratio * f.ppf(upper, within, between)


def _ratio(value: float, low: float, high: float, k: int) -> Estimate:
    return Estimate(float(value), float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1)))
