"""Areas under ROC curves with the variance of DeLong, and two scores of the same patients compared.

Source: DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837-845; by midranks: Sun and Xu, IEEE Signal
Processing Letters 2014;21:1389-1393.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .discrimination import CONFIDENCE, Estimate, midranks, once

INTERVAL_METHOD = "DeLong, normal"


@dataclass(frozen=True)
class Comparison:
    """The difference of two figures on the same patients.

    Parameters
    ----------
    difference : Estimate
        First minus second.
    p : float
        Two-sided; NaN where the two never differ.
    """

    difference: Estimate
    p: float


def delong_auc(scores: np.ndarray, positive: np.ndarray) -> Estimate:
    """Area under the ROC curve with its interval; for independent rows, so one a patient.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
    positive : ndarray of bool, shape (n,)

    Returns
    -------
    Estimate
        NaN when all are positive or none is; the interval is NaN when there is one of a class. The interval
        ends at 0 and 1.

    Examples
    --------
    >>> round(delong_auc(np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, False, True, True])).value, 3)
    0.875
    """
    areas, covariance = _areas(np.asarray(scores, float)[None], np.asarray(positive, bool))
    half = _normal_quantile() * np.sqrt(covariance[0, 0])
    low, high = np.clip([areas[0] - half, areas[0] + half], 0, 1)
    return Estimate(float(areas[0]), float(low), float(high))


def compare_aucs(first: np.ndarray, second: np.ndarray, positive: np.ndarray) -> Comparison:
    """Difference of the areas of two scores of the same patients, with its interval and p.

    Parameters
    ----------
    first, second : ndarray of float64, shape (n,)
    positive : ndarray of bool, shape (n,)

    Returns
    -------
    Comparison
    """
    areas, covariance = _areas(np.stack([first, second]).astype(float), np.asarray(positive, bool))
    difference = float(areas[0] - areas[1])
    variance = float(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    if variance <= 1e-15:
        missing = float("nan")
        return Comparison(
            Estimate(difference, difference, difference)
            if variance >= 0
            else Estimate(difference, missing, missing),
            missing,
        )
    from scipy.special import ndtr

    sd = np.sqrt(variance)
    half = _normal_quantile() * sd
    estimate = Estimate(difference, float(difference - half), float(difference + half))
    return Comparison(estimate, float(2 * ndtr(-abs(difference) / sd)))


def _areas(scores: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Areas (k,) of scores (k, n) and their covariance (k, k)."""
    m, n = int(positive.sum()), int((~positive).sum())
    if not m or not n:
        return np.full(len(scores), np.nan), np.full((len(scores), len(scores)), np.nan)
    everywhere, among_positive, among_negative = (
        np.concatenate([midranks(row[part], once(row[part])) for row in scores])
        for part in (np.ones_like(positive), positive, ~positive)
    )
    above = (everywhere[:, positive] - among_positive) / n
    below = 1 - (everywhere[:, ~positive] - among_negative) / m
    if min(m, n) < 2:
        return above.mean(axis=1), np.full((len(scores), len(scores)), np.nan)
    return above.mean(axis=1), np.atleast_2d(np.cov(above) / m + np.cov(below) / n)


def _normal_quantile() -> float:
    from scipy.special import ndtri

    return float(ndtri((1 + CONFIDENCE) / 2))
