"""The steps of the pipeline, as scikit-learn has them. Imported only where something is trained."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import ElasticNet, ElasticNetCV, enet_path
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from ..tables.outcomes import CONTINUOUS
from .combat import ComBat
from .multiple_instance import learn
from .penalized import largest_alpha, path
from .penalties import Penalty, PenaltyGrid, rounded
from .truth import Truth, grouped_folds

ITERATIONS = 100_000
# Tight, so that coefficients do not depend on where the solver happened to stop.
TOLERANCE = 1e-10


class RoundedScaler(StandardScaler):
    """Standardization by means and SDs that are rounded: the model is fitted on what the file will hold."""

    def fit(self, values: np.ndarray, truth: Any = None, sample_weight: np.ndarray | None = None) -> Any:
        """Learn means and SDs; NaN is passed over.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables)
        truth : object, optional
        sample_weight : ndarray of float64, shape (n,), optional
        """
        # A variable that is known of no lesion has neither mean nor SD.
        with np.errstate(invalid="ignore"):
            super().fit(values, sample_weight=sample_weight)
        means, scales = np.asarray(vars(self)["mean_"]), np.asarray(vars(self)["scale_"])
        self.mean_ = rounded(np.where(np.isfinite(means), means, 0.0))
        self.scale_ = rounded(np.where(np.isfinite(scales) & (scales > 0), scales, 1.0))
        return self


class MeanFill(TransformerMixin, BaseEstimator):
    """What is not known of a standardized variable is its mean, 0: it adds nothing to the score."""

    def fit(self, values: np.ndarray, truth: Any = None) -> MeanFill:
        """Learn nothing but how many variables there are.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables)
        truth : object, optional
        """
        self.n_features_in_ = values.shape[1]
        return self

    def transform(self, values: np.ndarray) -> np.ndarray:
        """The values with 0 for NaN.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables)

        Returns
        -------
        ndarray of float64, shape (n, variables)
        """
        return np.where(np.isnan(values), 0.0, values)


class Harmonizer(TransformerMixin, BaseEstimator):
    """ComBat as the first step: batch and patient are the first two columns, covariates the last.

    A variable that does not vary in a batch cannot be harmonized and counts as not known: it adds nothing.

    Parameters
    ----------
    names : tuple of str
        Of the variables and covariates.
    batch_names : tuple of str
        What the whole numbers in the first column stand for.
    covariates : int
        How many of the last columns are covariates, whose effect stays.
    least_patients : int
        Fewer in a batch are refused.
    """

    def __init__(
        self, names: tuple[str, ...], batch_names: tuple[str, ...], covariates: int, least_patients: int
    ) -> None:
        self.names = names
        self.batch_names = batch_names
        self.covariates = covariates
        self.least_patients = least_patients

    def fit(self, values: np.ndarray, truth: Truth | None = None) -> Harmonizer:
        """Estimate the batches' shifts.

        Parameters
        ----------
        values : ndarray of float64, shape (n, 2 + variables)
        truth : Truth, optional
            Compared with the batches, never used.
        """
        count = values.shape[1] - self.covariates
        members = [values[values[:, 0] == batch, 2:count] for batch in np.unique(values[:, 0])]
        self.varying_ = 2 + np.flatnonzero(np.all([np.ptp(part, axis=0) > 0 for part in members], axis=0))
        last = np.arange(count, values.shape[1])
        self.columns_ = np.concatenate([[0, 1], self.varying_, last])
        self.combat_ = ComBat(
            covariate_columns=tuple(range(2 + len(self.varying_), len(self.columns_))),
            column_names=("batch", "patient", *(self.names[n - 2] for n in self.columns_[2:])),
            batch_names=self.batch_names,
            least_patients=self.least_patients,
        )
        outcome = None if truth is None else truth.values if truth.events is None else truth.events
        self.combat_.fit(values[:, self.columns_], outcome)
        return self

    def transform(self, values: np.ndarray) -> np.ndarray:
        """The variables without their batch's shift.

        Parameters
        ----------
        values : ndarray of float64, shape (n, 2 + variables)

        Returns
        -------
        ndarray of float64, shape (n, variables)
        """
        found = np.full((len(values), values.shape[1] - 2), np.nan)
        found[:, self.columns_[2:] - 2] = self.combat_.transform(values[:, self.columns_])
        return found


class RedundancyFilter(TransformerMixin, BaseEstimator):
    """Leaves out a variable that goes with an earlier one: |correlation| above a limit. Sees no outcome.

    Parameters
    ----------
    limit : float, optional
        None keeps all.
    first : int
        How many of the last variables (covariates) go before all others.
    """

    def __init__(self, limit: float | None = 0.95, first: int = 0) -> None:
        self.limit = limit
        self.first = first

    def fit(
        self, values: np.ndarray, truth: Any = None, sample_weight: np.ndarray | None = None
    ) -> RedundancyFilter:
        """Learn which variables stay.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables), standardized
        truth : object, optional
        sample_weight : ndarray of float64, shape (n,), optional
        """
        count = values.shape[1]
        self.kept_ = np.arange(count)
        if self.limit is not None:
            weights = np.ones(len(values)) if sample_weight is None else sample_weight
            centered = values - weights @ values / weights.sum()
            spread = np.sqrt(weights @ centered**2)
            scaled = np.sqrt(weights)[:, None] * centered / np.where(spread > 1e-9, spread, np.inf)
            near = np.abs(scaled.T @ scaled) > self.limit
            kept: list[int] = []
            for n in [*range(count - self.first, count), *range(count - self.first)]:
                if not near[n, kept].any():
                    kept.append(n)
            self.kept_ = np.array(sorted(kept))
        return self

    def transform(self, values: np.ndarray) -> np.ndarray:
        """The variables that stay.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables)

        Returns
        -------
        ndarray of float64, shape (n, kept)
        """
        return values[:, self.kept_]


class PenalizedModel(BaseEstimator):
    """A weighted sum of standardized variables; the penalty is chosen by cross-validation over patients.

    Parameters
    ----------
    grid : PenaltyGrid
    seed : int
        Of the folds of an outcome that is balanced over them.
    """

    def __init__(self, grid: PenaltyGrid, seed: int = 0) -> None:
        self.grid = grid
        self.seed = seed

    def fit(
        self, values: np.ndarray, truth: Truth, groups: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> PenalizedModel:
        """Choose the penalty and fit.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables), standardized
        truth : Truth
        groups : ndarray, shape (n,)
            Each row's patient.
        sample_weight : ndarray of float64, shape (n,), optional
        """
        if truth.kind == CONTINUOUS:
            self.penalty_ = choose_penalty(values, truth.values, groups, self.grid, sample_weight)
            net = ElasticNet(
                alpha=self.penalty_.alpha,
                l1_ratio=self.penalty_.l1_ratio,
                max_iter=ITERATIONS,
                tol=TOLERANCE,
            ).fit(values, truth.values, sample_weight=sample_weight)
            intercept, weights = net.intercept_, net.coef_
        else:
            weight = np.ones(len(values)) if sample_weight is None else sample_weight
            intercept, weights = self._fit_likelihood(values, truth, groups, weight)
        self.coef_, self.intercept_ = rounded(weights), float(rounded(intercept))
        return self

    def predict(self, values: np.ndarray) -> np.ndarray:
        """The scores: number, log odds or log hazard.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables), standardized

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        return self.intercept_ + values @ self.coef_

    def _fit_likelihood(
        self, values: np.ndarray, truth: Truth, groups: np.ndarray, weights: np.ndarray
    ) -> tuple[float, np.ndarray]:
        grid, likelihood = self.grid, truth.likelihood(weights)
        folds = grouped_folds(truth, groups, grid.folds, self.seed)
        best: tuple[float, Penalty] | None = None
        for l1_ratio in grid.l1_ratios:
            alphas = grid.descending(largest_alpha(values, likelihood, l1_ratio))
            alphas = alphas[: len(path(values, likelihood, l1_ratio, alphas, grid.most_terms)[0])]
            losses = np.zeros(len(alphas))
            for train, _ in folds:
                part = truth.rows(train).likelihood(weights[train])
                there, slopes = path(values[train], part, l1_ratio, alphas)
                for n in range(len(alphas)):
                    scores = there[n] + values @ slopes[n]
                    # what the held out rows add to the loss, given the others
                    whole = likelihood.loss(scores) * weights.sum()
                    losses[n] += whole - part.loss(scores[train]) * part.weights.sum()
            for loss, alpha in zip(losses, alphas, strict=True):
                if best is None or loss < best[0]:
                    best = float(loss), Penalty(float(alpha), l1_ratio, float(loss / weights.sum()))
        assert best is not None
        self.penalty_ = best[1]
        chosen = path(values, likelihood, self.penalty_.l1_ratio, [self.penalty_.alpha], tolerance=TOLERANCE)
        return float(chosen[0][0]), chosen[1][0]


class PooledModel(BaseEstimator):
    """Scores of lesions and how they make the patient's value, learnt together.

    Parameters
    ----------
    rule : str
        One of `POOLED`.
    seed : int
        Of the folds that choose the penalty, and of the start of the attention.
    """

    def __init__(self, rule: str, seed: int = 0) -> None:
        self.rule = rule
        self.seed = seed

    def fit(
        self, values: np.ndarray, truth: Truth, groups: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> PooledModel:
        """Choose the penalty and fit.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables), standardized
        truth : Truth
        groups : ndarray, shape (n,)
            Each row's patient.
        sample_weight : ndarray of float64, shape (n,), optional
            Not used: a patient has one value and counts once, however many lesions there are.
        """
        found = learn(values, truth, groups, self.rule, self.seed)
        self.coef_, self.intercept_ = found.coefficients, found.intercept
        self.pooling_, self.penalty_ = found.pooling, found.penalty
        return self

    def predict(self, values: np.ndarray) -> np.ndarray:
        """The lesions' scores: number, log odds or log hazard.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables), standardized

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        return self.intercept_ + values @ self.coef_


def choose_penalty(
    standard: np.ndarray,
    truth: np.ndarray,
    patients: np.ndarray,
    grid: PenaltyGrid,
    weights: np.ndarray | None = None,
) -> Penalty:
    """The penalty with the smallest cross-validated error of those that leave few enough variables.

    Parameters
    ----------
    standard : ndarray of float64, shape (n, variables)
        Standardized values.
    truth, patients : ndarray, shape (n,)
        What is to be predicted, and whose lesion it is.
    grid : PenaltyGrid
        The penalties to choose from.
    weights : ndarray of float64, shape (n,), optional
        All alike by default.
    """
    count = min(grid.folds, len(np.unique(patients)))
    folds = list(GroupKFold(count).split(standard, truth, patients))
    share = np.ones(len(truth)) if weights is None else weights / weights.mean()
    centered = truth - (truth.mean() if weights is None else np.average(truth, weights=share))
    root = np.sqrt(share)
    steepest = np.abs(standard.T @ (share * centered)).max(initial=0.0) / len(truth)
    alphas = grid.descending(max(steepest, 1e-12) / max(grid.l1_ratios))
    search = ElasticNetCV(l1_ratio=list(grid.l1_ratios), alphas=alphas, cv=folds, max_iter=ITERATIONS)
    found = search.fit(standard, truth, sample_weight=weights).mse_path_
    errors = found.reshape(len(grid.l1_ratios), len(alphas), count)
    values = standard if weights is None else root[:, None] * standard
    paths = [
        enet_path(values, root * centered, l1_ratio=ratio, alphas=alphas, max_iter=ITERATIONS)[1]
        for ratio in grid.l1_ratios
    ]
    few = np.count_nonzero(paths, axis=1) <= grid.most_terms
    error = np.where(few, errors.mean(axis=2), np.inf)
    ratio, alpha = np.unravel_index(np.argmin(error), error.shape)
    return Penalty(alphas[alpha], grid.l1_ratios[ratio], float(error[ratio, alpha]))
