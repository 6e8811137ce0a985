"""Multiple-instance learning: the score of a lesion and how lesions make a patient are learnt together.

A lesion's score is a weighted sum of its standardized variables. Soft-min pooling: the patient's value
is -log(mean(exp(-t s))) / t with a learnt sharpness t; attention pooling (rank 2): the mean of the scores
weighted by softmax(u . tanh(V x)). Both with an L2 penalty that folds over patients choose, fitted by
L-BFGS. Sources: Ilse, Tomczak, Welling 2018 (attention); the log-sum-exp pooling of Ramon, De Raedt 2000.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..findings import TableError
from ..tables.cohort_table import CohortTable
from ..tables.outcomes import CONTINUOUS

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from .truth import Truth

SOFT_MIN, ATTENTION = "mil_soft_min", "mil_attention"
POOLINGS = (SOFT_MIN, ATTENTION)
RANK = 2
PENALTIES = (0.03, 0.3, 3.0)
FOLDS = 3
STEPS = 150
# The sharpness of the soft minimum stays between these: beyond it is the mean, or the minimum.
SHARPNESS = (0.1, 10.0)
FEW_PATIENTS = 150


@dataclass(frozen=True, eq=False)
class Bags:
    """Lesions of patients, patient by patient.

    Parameters
    ----------
    values : ndarray of float64, shape (lesions, variables)
        Standardized.
    starts : ndarray of int, shape (patients,)
        The first row of each patient; rows of a patient are together.
    """

    values: np.ndarray
    starts: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """How many lesions each patient has, shape (patients,)."""
        return np.diff([*self.starts, len(self.values)])

    def sums(self, rows: np.ndarray) -> np.ndarray:
        """Sums over each patient's rows.

        Parameters
        ----------
        rows : ndarray of float64, shape (lesions, ...)

        Returns
        -------
        ndarray of float64, shape (patients, ...)
        """
        return np.add.reduceat(rows, self.starts, axis=0)

    def spread(self, patients: np.ndarray) -> np.ndarray:
        """A value of each patient for each of its lesions.

        Parameters
        ----------
        patients : ndarray of float64, shape (patients,)

        Returns
        -------
        ndarray of float64, shape (lesions,)
        """
        return np.repeat(patients, self.sizes)

    def softmax(self, rows: np.ndarray) -> np.ndarray:
        """Weights of the lesions that sum to 1 in a patient.

        Parameters
        ----------
        rows : ndarray of float64, shape (lesions,)

        Returns
        -------
        ndarray of float64, shape (lesions,)
        """
        top = np.maximum.reduceat(rows, self.starts)
        raised = np.exp(rows - self.spread(top))
        return raised / self.spread(self.sums(raised))


@dataclass(frozen=True, eq=False)
class Pooled:
    """The patients' values, the lesions' weights, and the gradient of a weighted sum of the values."""

    values: np.ndarray
    weights: np.ndarray
    bags: Bags
    scores: np.ndarray
    hidden: np.ndarray | None
    sharpness: float

    def gradient(self, slopes: np.ndarray, parameters: np.ndarray) -> np.ndarray:
        """The gradient of slopes @ values by the parameters.

        Parameters
        ----------
        slopes : ndarray of float64, shape (patients,)
        parameters : ndarray of float64, shape (parameters,), as of `pool`

        Returns
        -------
        ndarray of float64, shape (parameters,)
        """
        bags, count = self.bags, self.bags.values.shape[1]
        each = bags.spread(slopes)
        found = np.zeros_like(parameters)
        found[:count] = (each * self.weights) @ bags.values
        if self.hidden is None:
            mean = bags.sums(self.weights * self.scores)
            # by the logarithm of the sharpness, which is the parameter
            found[count] = slopes @ (mean - self.values)
            return found
        beyond = each * self.weights * (self.scores - bags.spread(self.values))
        found[count : count + RANK] = beyond @ self.hidden
        heads = parameters[count : count + RANK]
        inner = beyond[:, None] * heads * (1 - self.hidden**2)
        found[count + RANK :] = (inner.T @ bags.values).ravel()
        return found


def pool(bags: Bags, parameters: np.ndarray, pooling: str) -> Pooled:
    """The patients' values.

    Parameters
    ----------
    bags : Bags
    parameters : ndarray of float64, shape (parameters,)
        Weights of the variables; then the logarithm of the sharpness, or the heads and the rows of V.
    pooling : str
        One of `POOLINGS`.
    """
    count = bags.values.shape[1]
    scores = bags.values @ parameters[:count]
    if pooling == SOFT_MIN:
        sharpness = float(np.exp(parameters[count]))
        low = np.minimum.reduceat(scores, bags.starts)
        sums = bags.sums(np.exp(-sharpness * (scores - bags.spread(low)))) / bags.sizes
        values = low - np.log(sums) / sharpness
        return Pooled(values, bags.softmax(-sharpness * scores), bags, scores, None, sharpness)
    heads = parameters[count : count + RANK]
    hidden = np.tanh(bags.values @ parameters[count + RANK :].reshape(RANK, count).T)
    weights = bags.softmax(hidden @ heads)
    return Pooled(bags.sums(weights * scores), weights, bags, scores, hidden, 1.0)


@dataclass(frozen=True, eq=False)
class MultipleInstance:
    """A model that was fitted.

    Parameters
    ----------
    steps : Pipeline
        Standardization and redundancy filter.
    pooling : str
    parameters : ndarray of float64, shape (parameters,)
    penalty : float
    """

    steps: Pipeline
    pooling: str
    parameters: np.ndarray
    penalty: float

    def values(self, table: CohortTable) -> dict[str, np.ndarray]:
        """Name of the pooling -> the values of the table's sorted patients.

        Returns
        -------
        dict of str to ndarray of float64, shape (patients,)
        """
        return {self.pooling: self._pooled(table)[0].values}

    def lesion_weights(self, table: CohortTable) -> np.ndarray:
        """How much each lesion counts in its patient, shape (n,), in the order of the table; sums to 1."""
        pooled, order = self._pooled(table)
        found = np.empty(len(table))
        found[order] = pooled.weights
        return found

    def _pooled(self, table: CohortTable) -> tuple[Pooled, np.ndarray]:
        bags, order = _bags(self.steps.transform(table.values), table.patients)
        return pool(bags, self.parameters, self.pooling), order


def fit_multiple_instance(
    table: CohortTable, pooling: str, redundancy: float | None = 0.95, seed: int = 0
) -> MultipleInstance:
    """Fit on a table with an outcome of the patient.

    Parameters
    ----------
    table : CohortTable
    pooling : str
        One of `POOLINGS`.
    redundancy : float, optional
        As of the trainer's pipeline.
    seed : int
        Of the folds that choose the penalty, and of the start of the attention.

    Returns
    -------
    MultipleInstance

    Raises
    ------
    TableError
        `cohort_table.outcome` when the outcome is a lesion's.
    """
    from sklearn.pipeline import Pipeline

    from .estimators import MeanFill, RedundancyFilter, RoundedScaler
    from .trainer import patient_weights, truth_of
    from .truth import grouped_folds

    if table.outcome is None or table.outcome.of_lesion:
        raise TableError(
            "cohort_table.outcome", "Multiple-instance learning needs an outcome of the patient."
        )
    weights = patient_weights(table.patients)
    steps = Pipeline(
        [("scaler", RoundedScaler()), ("fill", MeanFill()), ("redundancy", RedundancyFilter(redundancy))]
    )
    standard = steps.fit_transform(
        table.values, scaler__sample_weight=weights, redundancy__sample_weight=weights
    )
    bags, order = _bags(standard, table.patients)
    truth = truth_of(table).rows(order[bags.starts])
    losses = np.zeros(len(PENALTIES))
    names = np.arange(len(bags.starts))
    for train, test in grouped_folds(truth, names, FOLDS, seed):
        inside, outside = _part(bags, train), _part(bags, test)
        part = _Loss(truth.rows(train))
        for n, penalty in enumerate(PENALTIES):
            found = _minimize(inside, part, pooling, penalty, seed)
            there = np.concatenate(
                [pool(inside, found, pooling).values, pool(outside, found, pooling).values]
            )
            losses[n] += part.held_out_loss(there, truth.rows(np.concatenate([train, test])), len(train))
    penalty = PENALTIES[int(np.argmin(losses))]
    return MultipleInstance(steps, pooling, _minimize(bags, _Loss(truth), pooling, penalty, seed), penalty)


class _Loss:
    """The loss of patients' values and its slope: squared error in SDs, or -log likelihood."""

    def __init__(self, truth: Truth) -> None:
        self._truth, ones = truth, np.ones(len(truth))
        self._mean, self._sd = 0.0, 1.0
        if truth.kind == CONTINUOUS:
            self._mean, self._sd = float(truth.values.mean()), float(truth.values.std()) or 1.0
        else:
            self._likelihood = truth.likelihood(ones)

    def at(self, values: np.ndarray, intercept: float) -> tuple[float, np.ndarray]:
        values = values + intercept
        if self._truth.kind == CONTINUOUS:
            wrong = values - (self._truth.values - self._mean) / self._sd
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
            wrong = values[trained:] + shift - (truth.values[trained:] - self._mean) / self._sd
            return float((wrong**2).sum() / 2)
        whole = truth.likelihood(np.ones(len(truth))).loss(values + shift) * len(truth)
        return whole - self._likelihood.loss(values[:trained] + shift) * trained


def _minimize(bags: Bags, loss: _Loss, pooling: str, penalty: float, seed: int) -> np.ndarray:
    from scipy.optimize import minimize

    count = bags.values.shape[1]
    rng = np.random.Generator(np.random.PCG64(seed))
    if pooling == SOFT_MIN:
        start = np.zeros(count + 1)
        bounds = [(None, None)] * count + [tuple(np.log(SHARPNESS))]
    else:
        # small numbers, because with heads and V of 0 no step leads away from the mean
        start = np.concatenate([np.zeros(count), rng.normal(0, 0.1, RANK * (count + 1))])
        bounds = [(None, None)] * len(start)

    def at(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        pooled = pool(bags, parameters, pooling)
        # the best intercept at these values: its own slope is 0 there, and the gradient is whole without it
        value, slopes = loss.at(pooled.values, loss.intercept(pooled.values))
        total = value + penalty * float(parameters @ parameters) / 2
        return total, pooled.gradient(slopes, parameters) + penalty * parameters

    return minimize(at, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS}).x


def _bags(standard: np.ndarray, patients: np.ndarray) -> tuple[Bags, np.ndarray]:
    order = np.argsort(patients, kind="stable")
    _, starts = np.unique(patients[order], return_index=True)
    return Bags(standard[order], starts), order


def _part(bags: Bags, chosen: np.ndarray) -> Bags:
    sizes = bags.sizes
    rows = np.concatenate([np.arange(bags.starts[n], bags.starts[n] + sizes[n]) for n in chosen])
    return Bags(bags.values[rows], np.concatenate([[0], np.cumsum(sizes[chosen])[:-1]]).astype(int))
