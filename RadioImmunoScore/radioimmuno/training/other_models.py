"""Models that are no weighted sum, trained for comparison. Imported only where something is trained."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.svm import SVC, SVR

from ..tables.outcomes import BINARY
from .truth import Truth, grouped_folds

TREES = 300
SVM_COSTS = (0.01, 0.1, 1.0, 10.0)


class OtherModel(BaseEstimator):
    """A random forest or a support vector machine, for comparison: no signature is made of it.

    Parameters
    ----------
    name : str
        `random-forest` or `svm`.
    folds : int
        Of the cross-validation that chooses the cost of the support vector machine.
    seed : int
    """

    def __init__(self, name: str, folds: int = 5, seed: int = 0) -> None:
        self.name = name
        self.folds = folds
        self.seed = seed

    def fit(
        self, values: np.ndarray, truth: Truth, groups: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> OtherModel:
        """Fit, and choose the cost of a support vector machine before.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables)
        truth : Truth
        groups : ndarray, shape (n,)
        sample_weight : ndarray of float64, shape (n,), optional
        """
        weights = np.ones(len(values)) if sample_weight is None else sample_weight
        self.is_binary_ = truth.kind == BINARY
        costs = SVM_COSTS if self.name == "svm" else (1.0,)
        if len(costs) > 1:
            costs = (self._best_cost(values, truth, groups, weights),)
        self.model_ = self._made(costs[0]).fit(values, truth.values, sample_weight=weights)
        return self

    def predict(self, values: np.ndarray) -> np.ndarray:
        """The scores: a number, log odds, or a distance from the border.

        Parameters
        ----------
        values : ndarray of float64, shape (n, variables)

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        return self._scores(self.model_, values)

    def _made(self, cost: float) -> Any:
        if self.name == "svm":
            return SVC(C=cost) if self.is_binary_ else SVR(C=cost)
        kind = RandomForestClassifier if self.is_binary_ else RandomForestRegressor
        return kind(TREES, min_samples_leaf=3, max_features="sqrt", random_state=self.seed)

    def _scores(self, model: Any, values: np.ndarray) -> np.ndarray:
        if not self.is_binary_:
            return model.predict(values)
        if self.name == "svm":
            return model.decision_function(values)
        chance = np.clip(model.predict_proba(values)[:, 1], 0.5 / TREES, 1 - 0.5 / TREES)
        return np.log(chance / (1 - chance))

    def _best_cost(self, values: np.ndarray, truth: Truth, groups: np.ndarray, weights: np.ndarray) -> float:
        losses = np.zeros(len(SVM_COSTS))
        for train, test in grouped_folds(truth, groups, self.folds, self.seed):
            for n, cost in enumerate(SVM_COSTS):
                model = self._made(cost).fit(values[train], truth.values[train], sample_weight=weights[train])
                scores = self._scores(model, values[test])
                wrong = (
                    np.maximum(0, 1 - (2 * truth.values[test] - 1) * scores)
                    if self.is_binary_
                    else (truth.values[test] - scores) ** 2
                )
                losses[n] += weights[test] @ wrong
        return SVM_COSTS[int(np.argmin(losses))]
