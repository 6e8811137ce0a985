"""Multiple-instance learning: the score of a lesion and how lesions make a patient are learnt together.

A lesion's score is a weighted sum of its standardized variables; the patient's value pools the scores
(`signature.pooling`): a soft minimum with a learnt sharpness, or attention of rank 2. Both with an L2 penalty
that folds over patients choose, fitted by L-BFGS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..signature.patient_rules import SOFT_MIN
from ..signature.pooling import Bags, Pooled, Pooling, attention, bags_of, pool, soft_minimum
from ..tables.outcomes import CONTINUOUS
from .penalties import rounded

if TYPE_CHECKING:
    from .truth import Truth

RANK = 2
PENALTIES = (0.03, 0.3, 3.0)
FOLDS = 3
STEPS = 150
# The sharpness of the soft minimum stays between these: beyond it is the mean, or the minimum.
SHARPNESS = (0.1, 10.0)
FEW_PATIENTS = 150
NOTE = (
    "F (multiple-instance learning) learns more than there is to learn from below about {few} patients: with "
    "{patients} it is discouraged, and its figures belong beside those of C (features_mean)."
)


@dataclass(frozen=True, eq=False)
class Learnt:
    """What was learnt, rounded as a file holds it.

    Parameters
    ----------
    coefficients : ndarray of float64, shape (variables,)
        Of the standardized variables.
    intercept : float
    pooling : Pooling
    penalty : float
        Weight of the L2 norm that the folds chose.
    """

    coefficients: np.ndarray
    intercept: float
    pooling: Pooling
    penalty: float


def few_patients_note(patients: int) -> str:
    """That there are few patients for multiple-instance learning; empty where they are enough.

    Parameters
    ----------
    patients : int

    Examples
    --------
    >>> few_patients_note(150)
    ''
    """
    return NOTE.format(few=FEW_PATIENTS, patients=patients) if patients < FEW_PATIENTS else ""


def pooled_by(bags: Bags, parameters: np.ndarray, rule: str) -> Pooled:
    """The patients' values by parameters that are being learnt.

    Parameters
    ----------
    bags : Bags
    parameters : ndarray of float64, shape (parameters,)
        Weights of the variables; then the logarithm of the sharpness, or the heads and the directions.
    rule : str
        One of `POOLED`.

    Returns
    -------
    Pooled
    """
    count = bags.values.shape[1]
    scores = bags.values @ parameters[:count]
    if rule == SOFT_MIN:
        return soft_minimum(bags, scores, float(np.exp(parameters[count])))
    directions = parameters[count + RANK :].reshape(RANK, count)
    return attention(bags, scores, parameters[count : count + RANK], directions)


def gradient(bags: Bags, pooled: Pooled, slopes: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """The gradient of slopes @ values by the parameters.

    Parameters
    ----------
    bags : Bags
    pooled : Pooled
        By these parameters.
    slopes : ndarray of float64, shape (patients,)
    parameters : ndarray of float64, shape (parameters,), as of `pooled_by`

    Returns
    -------
    ndarray of float64, shape (parameters,)
    """
    count = bags.values.shape[1]
    each = bags.spread(slopes)
    found = np.zeros_like(parameters)
    found[:count] = (each * pooled.weights) @ bags.values
    if pooled.hidden is None:
        mean = bags.sums(pooled.weights * pooled.scores)
        # by the logarithm of the sharpness, which is the parameter
        found[count] = slopes @ (mean - pooled.values)
        return found
    heads = parameters[count : count + RANK]
    beyond = each * pooled.weights * (pooled.scores - bags.spread(pooled.values))
    found[count : count + RANK] = beyond @ pooled.hidden
    inner = beyond[:, None] * heads * (1 - pooled.hidden**2)
    found[count + RANK :] = (inner.T @ bags.values).ravel()
    return found


def learn(values: np.ndarray, truth: Truth, patients: np.ndarray, rule: str, seed: int = 0) -> Learnt:
    """Choose the penalty by folds over patients, and fit.

    Parameters
    ----------
    values : ndarray of float64, shape (lesions, variables)
        Standardized.
    truth : Truth
        The patient's outcome in the row of each lesion.
    patients : ndarray, shape (lesions,)
    rule : str
        One of `POOLED`.
    seed : int
        Of the folds, and of the start of the attention.

    Returns
    -------
    Learnt
    """
    from .truth import grouped_folds

    bags, order = bags_of(values, patients)
    truth = truth.rows(order[bags.starts])
    losses = np.zeros(len(PENALTIES))
    for train, test in grouped_folds(truth, np.arange(len(bags.starts)), FOLDS, seed):
        inside, outside = _part(bags, train), _part(bags, test)
        part = _Loss(truth.rows(train))
        for n, penalty in enumerate(PENALTIES):
            found = _minimize(inside, part, rule, penalty, seed)
            there = np.concatenate([pooled_by(one, found, rule).values for one in (inside, outside)])
            losses[n] += part.held_out_loss(there, truth.rows(np.concatenate([train, test])), len(train))
    penalty, loss = PENALTIES[int(np.argmin(losses))], _Loss(truth)
    parameters = _minimize(bags, loss, rule, penalty, seed)
    coefficients, pooling = _rounded(parameters, values.shape[1], rule, loss.unit)
    pooled = pool(bags, bags.values @ coefficients, pooling).values
    intercept = loss.unit * loss.intercept(pooled / loss.unit) + loss.middle
    return Learnt(coefficients, float(rounded(intercept)), pooling, penalty)


def _rounded(parameters: np.ndarray, count: int, rule: str, unit: float) -> tuple[np.ndarray, Pooling]:
    """Coefficients and pooling of scores in the outcome's unit, with as many digits as a file has."""
    coefficients = rounded(unit * parameters[:count])
    if rule == SOFT_MIN:
        return coefficients, Pooling(float(rounded(np.exp(parameters[count]) / unit)))
    directions = rounded(parameters[count + RANK :]).reshape(RANK, count)
    # A variable that does not vary in training has no coefficient and is no term.
    directions[:, coefficients == 0] = 0.0
    heads = rounded(parameters[count : count + RANK])
    return coefficients, Pooling(
        heads=tuple(heads.tolist()), directions=tuple(map(tuple, directions.tolist()))
    )


class _Loss:
    """The loss of patients' values and its slope: squared error in SDs, or -log likelihood."""

    def __init__(self, truth: Truth) -> None:
        self._truth, ones = truth, np.ones(len(truth))
        self.middle, self.unit = 0.0, 1.0
        if truth.kind == CONTINUOUS:
            self.middle, self.unit = float(truth.values.mean()), float(truth.values.std()) or 1.0
        else:
            self._likelihood = truth.likelihood(ones)

    def at(self, values: np.ndarray, intercept: float) -> tuple[float, np.ndarray]:
        values = values + intercept
        if self._truth.kind == CONTINUOUS:
            wrong = values - (self._truth.values - self.middle) / self.unit
            return float((wrong**2).mean() / 2), wrong / len(wrong)
        return self._likelihood.loss(values), -self._likelihood.slopes(values)[0] / len(values)

    def intercept(self, values: np.ndarray) -> float:
        if self._truth.kind == CONTINUOUS:
            return -float(values.mean())
        shift = 0.0
        if self._likelihood.has_intercept:
            for _ in range(20):
                slope, curvature = self._likelihood.slopes(values + shift)
                shift += float(np.clip(slope.sum() / max(curvature.sum(), 1e-9), -2, 2))
        return shift

    def held_out_loss(self, values: np.ndarray, truth: Truth, trained: int) -> float:
        """What those after the first `trained` add to the loss.

        Parameters
        ----------
        values : ndarray of float64, shape (patients,)
        truth : Truth
        trained : int
        """
        shift = self.intercept(values[:trained])
        if truth.kind == CONTINUOUS:
            wrong = values[trained:] + shift - (truth.values[trained:] - self.middle) / self.unit
            return float((wrong**2).sum() / 2)
        whole = truth.likelihood(np.ones(len(truth))).loss(values + shift) * len(truth)
        return whole - self._likelihood.loss(values[:trained] + shift) * trained


def _minimize(bags: Bags, loss: _Loss, rule: str, penalty: float, seed: int) -> np.ndarray:
    from scipy.optimize import minimize

    count = bags.values.shape[1]
    rng = np.random.Generator(np.random.PCG64(seed))
    if rule == SOFT_MIN:
        start = np.zeros(count + 1)
        bounds = [(None, None)] * count + [tuple(np.log(SHARPNESS))]
    else:
        # small numbers, because with heads and directions of 0 no step leads away from the mean
        start = np.concatenate([np.zeros(count), rng.normal(0, 0.1, RANK * (count + 1))])
        bounds = [(None, None)] * len(start)

    def at(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        pooled = pooled_by(bags, parameters, rule)
        # the best intercept at these values: its own slope is 0 there, and the gradient is whole without it
        value, slopes = loss.at(pooled.values, loss.intercept(pooled.values))
        total = value + penalty * float(parameters @ parameters) / 2
        return total, gradient(bags, pooled, slopes, parameters) + penalty * parameters

    return minimize(at, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS}).x


def _part(bags: Bags, chosen: np.ndarray) -> Bags:
    sizes = bags.sizes
    rows = np.concatenate([np.arange(bags.starts[n], bags.starts[n] + sizes[n]) for n in chosen])
    return Bags(bags.values[rows], np.concatenate([[0], np.cumsum(sizes[chosen])[:-1]]).astype(int))
