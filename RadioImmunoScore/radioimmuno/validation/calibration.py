"""Whether predicted probabilities are those that come true, and what acting on them would gain.

Source of intercept and slope: Cox, Biometrika 1958;45:562-565; of the decision curve: Vickers and Elkin,
Medical Decision Making 2006;26:565-574.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .discrimination import CONFIDENCE, Estimate

# Probabilities of 0 and 1 have no log odds.
LEAST_PROBABILITY = 1e-12
MOST_STEPS, TOLERANCE = 100, 1e-12
THRESHOLDS = np.arange(1, 100) / 100
GROUPS = 10


@dataclass(frozen=True, eq=False)
class Calibration:
    """How predicted and observed agree.

    Parameters
    ----------
    intercept : Estimate
        Log odds that the predictions lack on the whole (slope fixed at 1); 0 is right.
    slope : Estimate
        1 is right; below 1 the predictions are too extreme.
    brier : float
        Mean squared error; `brier_of_mean` is what the observed share for everybody would have.
    brier_of_mean : float
    predicted, observed : ndarray of float64, shape (groups,)
        Means in groups of equal size by prediction.
    sizes : ndarray of int, shape (groups,)
    """

    intercept: Estimate
    slope: Estimate
    brier: float
    brier_of_mean: float
    predicted: np.ndarray
    observed: np.ndarray
    sizes: np.ndarray


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit in true positives a patient, shape (thresholds,): of scores, of treating all; none is 0."""

    thresholds: np.ndarray
    scores: np.ndarray
    treat_all: np.ndarray


def calibration(probability: np.ndarray, positive: np.ndarray, groups: int = GROUPS) -> Calibration:
    """Calibration of predicted probabilities.

    Parameters
    ----------
    probability : ndarray of float64, shape (n,)
    positive : ndarray of bool, shape (n,)
    groups : int, optional
        Of the curve; no more than there are patients for (10 a group).

    Returns
    -------
    Calibration
        Intercept and slope are NaN where a class is missing or the classes are apart.
    """
    truth = np.asarray(positive, float)
    odds = log_odds(probability)
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, max(1, min(groups, len(order) // 10)))
    return Calibration(
        intercept=logistic_fit(np.ones((len(odds), 1)), truth, odds)[0],
        slope=logistic_fit(np.stack([np.ones(len(odds)), odds], axis=1), truth)[1],
        brier=float(np.mean((probability - truth) ** 2)),
        brier_of_mean=float(truth.mean() * (1 - truth.mean())),
        predicted=np.array([probability[part].mean() for part in parts]),
        observed=np.array([truth[part].mean() for part in parts]),
        sizes=np.array([len(part) for part in parts]),
    )


def decision_curve(
    probability: np.ndarray, positive: np.ndarray, thresholds: np.ndarray = THRESHOLDS
) -> DecisionCurve:
    """Net benefit of treating whom the probability puts at a threshold or above.

    Parameters
    ----------
    probability : ndarray of float64, shape (n,)
    positive : ndarray of bool, shape (n,)
    thresholds : ndarray of float64, shape (thresholds,), optional
        Above 0 and below 1.

    Returns
    -------
    DecisionCurve
    """
    treated = probability[:, None] >= thresholds
    truth = np.asarray(positive, bool)[:, None]
    odds = thresholds / (1 - thresholds)
    prevalence = truth.mean()
    return DecisionCurve(
        thresholds=thresholds,
        scores=(treated & truth).mean(axis=0) - (treated & ~truth).mean(axis=0) * odds,
        treat_all=prevalence - (1 - prevalence) * odds,
    )


def probability_of(odds: np.ndarray) -> np.ndarray:
    """Probabilities of log odds, ndarray of float64, shape (n,).

    Parameters
    ----------
    odds : ndarray of float64, shape (n,), natural logarithm
    """
    from scipy.special import expit

    return np.asarray(expit(odds))


def log_odds(probability: np.ndarray) -> np.ndarray:
    """Log odds, ndarray of float64, shape (n,); probabilities of 0 and 1 are taken as next to them.

    Parameters
    ----------
    probability : ndarray of float64, shape (n,)
    """
    kept = np.clip(probability, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    return np.log(kept / (1 - kept))


def logistic_fit(design: np.ndarray, truth: np.ndarray, offset: np.ndarray | None = None) -> list[Estimate]:
    """Coefficients of a logistic regression without a penalty, with Wald intervals; by Newton's method.

    Parameters
    ----------
    design : ndarray of float64, shape (n, columns)
    truth : ndarray of float64, shape (n,), 0 or 1
    offset : ndarray of float64, shape (n,), optional
        Added to the log odds as it stands.

    Returns
    -------
    list of Estimate
        NaN where there is no finite solution: one class, or classes that the columns separate.
    """
    from scipy.special import expit, ndtri

    missing = [Estimate(float("nan"), float("nan"), float("nan"))] * design.shape[1]
    fixed = np.zeros(len(truth)) if offset is None else offset
    weights = np.zeros(design.shape[1])
    if not 0 < truth.sum() < len(truth):
        return missing
    for _ in range(MOST_STEPS):
        chance = expit(fixed + design @ weights)
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        if np.linalg.cond(information) > 1e14:
            return missing
        step = np.linalg.solve(information, design.T @ (truth - chance))
        # Far from the solution Newton's step may overshoot without bound.
        weights = weights + step * min(1.0, 5 / max(np.abs(step).max(), 1e-300))
        if np.abs(step).max() < TOLERANCE * max(1.0, np.abs(weights).max()):
            break
    else:
        return missing
    half = ndtri((1 + CONFIDENCE) / 2) * np.sqrt(np.diag(np.linalg.inv(information)))
    return [Estimate(float(w), float(w - h), float(w + h)) for w, h in zip(weights, half, strict=True)]
