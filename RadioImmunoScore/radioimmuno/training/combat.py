"""ComBat: takes the shifts of scanners or centers out of features, by parametric empirical Bayes.

Source: Johnson, Li and Rabinovic, Biostatistics 2007;8:118-127; weights for patients are this software's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..findings import InputError
from ..signature.harmonization import BatchShift, Harmonization

LEAST_PATIENTS = 10
# Relative change of the last step at which the empirical Bayes estimates count as found.
CONVERGENCE, MOST_STEPS = 1e-4, 10_000
# A covariate or an outcome of whose variance batches explain so much cannot be told from them.
CONFOUNDED_SHARE = 0.9


@dataclass(frozen=True, eq=False)
class Lesions:
    """What ComBat is fitted on, a row a lesion.

    Parameters
    ----------
    values : ndarray of float64, shape (n, variables)
    batch : ndarray of str, shape (n,)
    patients : ndarray, shape (n,)
    covariates : ndarray of float64, shape (n, covariates)
    outcome : ndarray of float64, shape (n,), optional
        What is to be predicted. Nothing is estimated from it; batches and covariates are compared with it.
    """

    values: np.ndarray
    batch: np.ndarray
    patients: np.ndarray
    covariates: np.ndarray
    outcome: np.ndarray | None = None


class ComBat(TransformerMixin, BaseEstimator):
    """ComBat as a step of a pipeline: batch, patient and covariates come as columns of its input.

    scikit-learn routes metadata through pipelines only since 1.4, so that they travel in the array itself:
    batch and patient as whole numbers, which stand for their names. They are left out of what comes out;
    covariates stay, unchanged, for they may be terms of the model.

    Parameters
    ----------
    batch_column, patient_column : int
    covariate_columns : tuple of int
    column_names : tuple of str, optional
        Of all columns of the input; x0, x1, ... by default. For messages and for the state.
    batch_names : tuple of str, optional
        What the whole numbers in the batch's column stand for; themselves by default.
    reference : str, optional
        The batch whose values stay as they are.
    least_patients : int, optional
        Fewer in a batch are refused. Inside folds the training part of a batch is smaller than the batch.

    Attributes
    ----------
    state_ : Harmonization
    """

    def __init__(
        self,
        batch_column: int = 0,
        patient_column: int = 1,
        covariate_columns: tuple[int, ...] = (),
        column_names: tuple[str, ...] = (),
        batch_names: tuple[str, ...] = (),
        reference: str | None = None,
        least_patients: int = LEAST_PATIENTS,
    ) -> None:
        self.batch_column = batch_column
        self.patient_column = patient_column
        self.covariate_columns = covariate_columns
        self.column_names = column_names
        self.batch_names = batch_names
        self.reference = reference
        self.least_patients = least_patients

    def fit(self, X: np.ndarray, y: np.ndarray | None = None) -> ComBat:
        """Estimate the batches' shifts.

        Parameters
        ----------
        X : ndarray of float64, shape (n, columns)
        y : ndarray, shape (n,), optional
            The outcome: a number, or a record whose first field is the event. Compared, never used.

        Returns
        -------
        ComBat

        Raises
        ------
        InputError
            As `fit_combat` does.
        """
        values = np.asarray(X, float)
        self.n_features_in_ = values.shape[1]
        names = self.column_names or tuple(f"x{n}" for n in range(values.shape[1]))
        lesions = Lesions(
            values=values[:, self._variable_columns()],
            batch=self._batches(values),
            patients=values[:, self.patient_column],
            covariates=values[:, list(self.covariate_columns)],
            outcome=None if y is None else _numbers(y),
        )
        self.state_ = fit_combat(
            lesions,
            tuple(names[n] for n in self._variable_columns()),
            tuple(names[n] for n in self.covariate_columns),
            self.reference,
            self.least_patients,
        )
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Values without their batch's shift.

        Parameters
        ----------
        X : ndarray of float64, shape (n, columns)

        Returns
        -------
        ndarray of float64, shape (n, columns - 2)
            All columns in their order but batch and patient.

        Raises
        ------
        InputError
            `combat.unseen_batch`.
        """
        check_is_fitted(self)
        values = np.array(X, float)
        columns = self._variable_columns()
        covariates = values[:, list(self.covariate_columns)]
        values[:, columns] = self.state_.harmonized(values[:, columns], self._batches(values), covariates)
        return np.delete(values, [self.batch_column, self.patient_column], axis=1)

    def _variable_columns(self) -> list[int]:
        others = {self.batch_column, self.patient_column, *self.covariate_columns}
        return [n for n in range(self.n_features_in_) if n not in others]

    def _batches(self, values: np.ndarray) -> np.ndarray:
        codes = values[:, self.batch_column].astype(int)
        names = self.batch_names
        return np.array([names[code] if 0 <= code < len(names) else str(code) for code in codes], dtype=str)


def fit_combat(
    lesions: Lesions,
    variables: tuple[str, ...],
    covariates: tuple[str, ...] = (),
    reference: str | None = None,
    least_patients: int = LEAST_PATIENTS,
) -> Harmonization:
    """Estimate what shifts and scales the values of each batch.

    A lesion weighs 1 / (lesions of its patient in its batch), so that patients count as n everywhere; with
    one lesion a patient this is ComBat as published.

    Parameters
    ----------
    lesions : Lesions
    variables, covariates : tuple of str
        Names of the columns of values and covariates.
    reference : str, optional
        Mean and SD are this batch's, whose values stay as they are.
    least_patients : int, optional

    Returns
    -------
    Harmonization

    Raises
    ------
    InputError
        `combat.values`, `combat.few_patients`, `combat.confounded`, `combat.constant` or
        `combat.outcome_covariate`; the text names the batch, the covariate or the variables.
    """
    names = tuple(dict.fromkeys(sorted(map(str, lesions.batch))))
    weights, patients = _weights(lesions)
    member = np.stack([lesions.batch.astype(str) == name for name in names], axis=1).astype(float)
    count = np.array([patients[name] for name in names], float)
    _check(lesions, variables, covariates, names, count, member, weights, least_patients, reference)
    design = np.hstack([member, lesions.covariates])
    root = np.sqrt(weights)[:, None]
    coefficients = np.linalg.lstsq(root * design, root * lesions.values, rcond=None)[0]
    means, beta = coefficients[: len(names)], coefficients[len(names) :]
    residuals = lesions.values - design @ coefficients
    if reference is None:
        alpha, rows = count @ means / count.sum(), np.ones(len(weights), bool)
    else:
        alpha, rows = means[names.index(reference)], member[:, names.index(reference)] == 1
    sigma = np.sqrt(weights[rows] @ residuals[rows] ** 2 / weights[rows].sum())
    standard = (lesions.values - alpha - lesions.covariates @ beta) / sigma
    shifts = {
        name: _shift(standard[member[:, n] == 1], weights[member[:, n] == 1], name == reference)
        for n, name in enumerate(names)
    }
    return Harmonization(variables, covariates, alpha, sigma, beta, shifts, reference)


def _weights(lesions: Lesions) -> tuple[np.ndarray, dict[str, int]]:
    """Weights of the lesions, shape (n,), and how many patients each batch has."""
    pairs = list(zip(lesions.batch.astype(str).tolist(), lesions.patients.tolist(), strict=True))
    lesions_of = {pair: pairs.count(pair) for pair in dict.fromkeys(pairs)}
    patients: dict[str, int] = {}
    for name, _ in lesions_of:
        patients[name] = patients.get(name, 0) + 1
    return np.array([1 / lesions_of[pair] for pair in pairs]), patients


def _shift(standard: np.ndarray, weights: np.ndarray, is_reference: bool) -> BatchShift:
    """The empirical Bayes estimates of a batch from its standardized values, shape (n, variables)."""
    n = weights.sum()
    if is_reference:
        return BatchShift(np.zeros(standard.shape[1]), np.ones(standard.shape[1]), round(n))
    gamma_hat = weights @ standard / n
    delta_hat = weights @ (standard - gamma_hat) ** 2 / (n - 1)
    mean, variance = delta_hat.mean(), delta_hat.var(ddof=1)
    # Variables whose variances agree to the last bit leave nothing to estimate but their mean.
    variance = max(variance, np.finfo(float).tiny, 1e-12 * mean**2)
    a, b = (2 * variance + mean**2) / variance, (mean * variance + mean**3) / variance
    gamma_bar, tau = gamma_hat.mean(), gamma_hat.var(ddof=1)
    gamma, delta = gamma_hat, delta_hat
    for _ in range(MOST_STEPS):
        next_gamma = (n * tau * gamma_hat + delta * gamma_bar) / (n * tau + delta)
        square = weights @ (standard - next_gamma) ** 2
        next_delta = (square / 2 + b) / (n / 2 + a - 1)
        change = max(_change(gamma, next_gamma), _change(delta, next_delta))
        gamma, delta = next_gamma, next_delta
        if change <= CONVERGENCE:
            break
    return BatchShift(gamma, delta, round(n))


def _change(before: np.ndarray, after: np.ndarray) -> float:
    """Largest relative change; as published it is divided by the signed value, which sets where it stops."""
    usable = before != 0
    return float((np.abs(after - before)[usable] / before[usable]).max(initial=-np.inf))


def _check(
    lesions: Lesions,
    variables: tuple[str, ...],
    covariates: tuple[str, ...],
    names: tuple[str, ...],
    count: np.ndarray,
    member: np.ndarray,
    weights: np.ndarray,
    least_patients: int,
    reference: str | None,
) -> None:
    """Raise the first reason for which the batches' shifts cannot be estimated."""
    if not (np.isfinite(lesions.values).all() and np.isfinite(lesions.covariates).all()):
        raise InputError("combat.values", "ComBat: a value is missing or not finite; leave those rows out.")
    if len(variables) < 2:
        raise InputError(
            "combat.values", "ComBat learns from many variables together; there are fewer than 2."
        )
    if reference is not None and reference not in names:
        known = ", ".join(names)
        raise InputError(
            "combat.unseen_batch", f"ComBat: no lesion is of batch {reference}; there is {known}."
        )
    for name, patients in zip(names, count, strict=True):
        if patients < least_patients:
            text = f"batch {name} has {patients:.0f} patients; {least_patients} are the least."
            raise InputError("combat.few_patients", f"ComBat: {text}")
    flat = {
        variable: name
        for n, name in enumerate(names)
        for variable, spread in zip(variables, np.ptp(lesions.values[member[:, n] == 1], axis=0), strict=True)
        if spread == 0
    }
    if flat:
        first = ", ".join(f"{variable} in batch {name}" for variable, name in list(flat.items())[:5])
        raise InputError("combat.constant", f"ComBat: {len(flat)} variables do not vary, as {first}.")
    _check_covariates(lesions, covariates, member, weights)


def _check_covariates(
    lesions: Lesions, covariates: tuple[str, ...], member: np.ndarray, weights: np.ndarray
) -> None:
    for n, name in enumerate(covariates):
        others = np.hstack([member, np.delete(lesions.covariates, n, axis=1)])
        own = lesions.covariates[:, n]
        if lesions.outcome is not None and _explained(own, _beside_one(lesions.outcome), weights) > 1 - 1e-9:
            text = f"covariate {name} is the outcome itself."
            raise InputError("combat.outcome_covariate", f"ComBat: {text}")
        if _explained(own, others, weights) >= CONFOUNDED_SHARE:
            text = f"batches and the other covariates nearly determine covariate {name}."
            raise InputError("combat.confounded", f"ComBat: {text}")
    if lesions.outcome is not None and member.shape[1] > 1:
        share = _explained(lesions.outcome, member, weights)
        if share >= CONFOUNDED_SHARE:
            text = f"batches explain {100 * share:.0f} % of the outcome; taking them out takes it out."
            raise InputError("combat.confounded", f"ComBat: {text}")


def _beside_one(column: np.ndarray) -> np.ndarray:
    return np.stack([np.ones(len(column)), column], axis=1)


def _explained(values: np.ndarray, design: np.ndarray, weights: np.ndarray) -> float:
    """Share of the weighted variance of values, shape (n,), that a design explains; 1 for a constant."""
    root = np.sqrt(weights)
    centred = values - weights @ values / weights.sum()
    total = weights @ centred**2
    if total <= 1e-20 * max(1.0, weights @ values**2):
        return 1.0
    fitted = design @ np.linalg.lstsq(root[:, None] * design, root * values, rcond=None)[0]
    return float(1 - weights @ (values - fitted) ** 2 / total)


def _numbers(outcome: np.ndarray) -> np.ndarray:
    """An outcome as numbers, shape (n,): of a record the first field, of classes their place."""
    outcome = np.asarray(outcome)
    if outcome.dtype.names:
        outcome = outcome[outcome.dtype.names[0]]
    if outcome.dtype.kind in "biuf":
        return outcome.astype(float)
    return np.unique(outcome, return_inverse=True)[1].astype(float)
