"""Penalized likelihoods of a binary outcome and of survival: iteratively reweighted least squares.

Minimized is -log likelihood / sum of weights + alpha (l1_ratio |b| + (1 - l1_ratio) b^2 / 2), for logistic
regression and for Cox's partial likelihood with Breslow's ties: with weights (a lesion's 1/n of its patient)
and a patient's lesions at one time it stays a likelihood of patients. Source: Simon, Friedman, Hastie,
Tibshirani, Journal of Statistical Software 39(5), 2011.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from inspect import unwrap

import numpy as np

# Iterations end where no coefficient moves by more than this (variables have an SD of 1): on the way along a
# path, and for the coefficients that are kept.
TOLERANCE_ON_THE_WAY, TOLERANCE = 1e-3, 1e-9
ITERATIONS = 200
HALVINGS = 30
# The least curvature of a row: below, a row says nothing of its score.
LEAST_CURVATURE = 1e-9
LARGEST_SCORE = 30.0


@dataclass(frozen=True, eq=False)
class Binomial:
    """The likelihood of a yes or no.

    Parameters
    ----------
    truth : ndarray of float64, shape (n,), 0 or 1
    weights : ndarray of float64, shape (n,)
    """

    truth: np.ndarray
    weights: np.ndarray
    has_intercept: bool = True

    def loss(self, scores: np.ndarray) -> float:
        """-log likelihood a unit of weight.

        Parameters
        ----------
        scores : ndarray of float64, shape (n,), log odds
        """
        return float(self.weights @ (np.logaddexp(0, scores) - self.truth * scores) / self.weights.sum())

    def slopes(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First and negative second derivative of the log likelihood by each score.

        Parameters
        ----------
        scores : ndarray of float64, shape (n,)

        Returns
        -------
        tuple of ndarray of float64, shape (n,) each
        """
        chance = 1 / (1 + np.exp(-np.clip(scores, -LARGEST_SCORE, LARGEST_SCORE)))
        return self.weights * (self.truth - chance), self.weights * chance * (1 - chance)


@dataclass(frozen=True, eq=False)
class PartialLikelihood:
    """Cox's partial likelihood with Breslow's ties.

    Parameters
    ----------
    times : ndarray of float64, shape (n,)
    events : ndarray of float64, shape (n,), 1 for an event
    weights : ndarray of float64, shape (n,)
    """

    times: np.ndarray
    events: np.ndarray
    weights: np.ndarray
    has_intercept: bool = False

    def loss(self, scores: np.ndarray) -> float:
        """-log likelihood a unit of weight.

        Parameters
        ----------
        scores : ndarray of float64, shape (n,), log hazards
        """
        place, _, at_risk = self._at_risk(scores)
        top = scores.max()
        found = self.weights * self.events * (scores - top - np.log(at_risk[place]))
        return float(-found.sum() / self.weights.sum())

    def slopes(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """First and negative second derivative of the log likelihood by each score.

        Parameters
        ----------
        scores : ndarray of float64, shape (n,)

        Returns
        -------
        tuple of ndarray of float64, shape (n,) each
        """
        place, risk, at_risk = self._at_risk(scores)
        dead = np.bincount(place, self.weights * self.events, len(at_risk))
        first = np.cumsum(dead / at_risk)[place]
        second = np.cumsum(dead / at_risk**2)[place]
        return self.weights * self.events - risk * first, risk * first - risk**2 * second

    def _at_risk(self, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Each row's place among the times, its weighted hazard, the sum of those at risk at each time."""
        risk = self.weights * np.exp(scores - scores.max())
        sums = np.bincount(self._place, risk)
        return self._place, risk, np.maximum(np.cumsum(sums[::-1])[::-1], 1e-100)

    @cached_property
    def _place(self) -> np.ndarray:
        """Each row's place among the times, ndarray of int, shape (n,)."""
        return np.unique(self.times, return_inverse=True)[1]


Likelihood = Binomial | PartialLikelihood


def largest_alpha(values: np.ndarray, likelihood: Likelihood, l1_ratio: float) -> float:
    """The smallest weight of the penalty that leaves no variable.

    Parameters
    ----------
    values : ndarray of float64, shape (n, variables), standardized
    likelihood : Likelihood
    l1_ratio : float
    """
    slope, _ = likelihood.slopes(np.full(len(values), _null_score(likelihood)))
    steepest = np.abs(values.T @ slope).max(initial=0.0) / likelihood.weights.sum()
    return float(max(steepest / l1_ratio, 1e-12))


def path(
    values: np.ndarray,
    likelihood: Likelihood,
    l1_ratio: float,
    alphas: Sequence[float],
    most: int | None = None,
    tolerance: float = TOLERANCE_ON_THE_WAY,
) -> tuple[np.ndarray, np.ndarray]:
    """Intercepts and coefficients along descending weights of the penalty.

    Parameters
    ----------
    values : ndarray of float64, shape (n, variables), standardized
    likelihood : Likelihood
    l1_ratio : float
    alphas : sequence of float, descending
    most : int, optional
        The path ends before it has more variables than this.
    tolerance : float

    Returns
    -------
    intercepts : ndarray of float64, shape (m,)
        As many as there are weights, or fewer where the path ended.
    coefficients : ndarray of float64, shape (m, variables)
    """
    from sklearn.exceptions import ConvergenceWarning

    at = np.concatenate([[_null_score(likelihood)], np.zeros(values.shape[1])])
    found = []
    values = np.asfortranarray(values)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for alpha in alphas:
            for _ in range(ITERATIONS):
                before, at = at, _stepped(at, values, likelihood, l1_ratio, alpha, tolerance)
                moved = np.abs(at - before)[0 if likelihood.has_intercept else 1 :].max(initial=0.0)
                if moved < tolerance:
                    break
            if most is not None and np.count_nonzero(at[1:]) > most:
                break
            found.append(at)
    made = np.array(found).reshape(-1, 1 + values.shape[1])
    return made[:, 0] * likelihood.has_intercept, made[:, 1:]


def _stepped(
    at: np.ndarray,
    values: np.ndarray,
    likelihood: Likelihood,
    l1_ratio: float,
    alpha: float,
    tolerance: float,
) -> np.ndarray:
    """Intercept and coefficients after a step of weighted least squares that makes nothing worse."""
    scores = at[0] + values @ at[1:]
    slope, curvature = likelihood.slopes(scores)
    least = LEAST_CURVATURE * likelihood.weights.mean()
    step = np.where(curvature > least, slope / np.maximum(curvature, least), 0.0)
    curvature = np.maximum(curvature, least)
    own = float(alpha * likelihood.weights.sum() / curvature.sum())
    new = _least_squares(values, scores + step, curvature, own, l1_ratio, at[1:], 0.01 * tolerance)

    def objective(here: np.ndarray) -> float:
        size = np.abs(here[1:]).sum(), here[1:] @ here[1:]
        penalty = alpha * (l1_ratio * size[0] + (1 - l1_ratio) * size[1] / 2)
        return likelihood.loss(here[0] + values @ here[1:]) + float(penalty)

    worst = objective(at)
    for _ in range(HALVINGS):
        if objective(new) <= worst:
            return new
        new = (at + new) / 2
    return at


def _least_squares(
    values: np.ndarray,
    target: np.ndarray,
    weights: np.ndarray,
    alpha: float,
    l1_ratio: float,
    start: np.ndarray,
    tolerance: float,
) -> np.ndarray:
    """Intercept and coefficients of weighted least squares with an elastic net.

    As `ElasticNet.fit`, without its checks, which take longer than the solver where fits are small and many.
    """
    from sklearn.linear_model import enet_path

    weights = weights * (len(weights) / weights.sum())
    root, middle = np.sqrt(weights), np.average(values, axis=0, weights=weights)
    mean = np.average(target, weights=weights)
    found = unwrap(enet_path)(
        (values - middle) * root[:, None],
        (target - mean) * root,
        l1_ratio=l1_ratio,
        alphas=[alpha],
        precompute=False,
        coef_init=start.copy(),  # the solver writes into it
        check_input=False,
        max_iter=5000,
        tol=tolerance,
    )[1][:, 0]
    return np.concatenate([[mean - middle @ found], found])


def _null_score(likelihood: Likelihood) -> float:
    if isinstance(likelihood, PartialLikelihood):
        return 0.0
    share = float(likelihood.weights @ likelihood.truth / likelihood.weights.sum())
    share = min(max(share, 1e-6), 1 - 1e-6)
    return float(np.log(share / (1 - share)))
