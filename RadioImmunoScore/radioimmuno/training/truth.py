"""What is to be predicted as the pipeline takes it, and folds that keep a patient's rows together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..tables.outcomes import CONTINUOUS
from .penalized import Binomial, Likelihood, PartialLikelihood


@dataclass(frozen=True, eq=False)
class Truth:
    """What is to be predicted, row by row, as the last step of the pipeline gets it.

    Parameters
    ----------
    kind : str
        `continuous`, `binary` or `survival`.
    values : ndarray of float64, shape (n,)
    events : ndarray of float64, shape (n,), optional
    """

    kind: str
    values: np.ndarray
    events: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values)

    def rows(self, chosen: np.ndarray) -> Truth:
        """The truth of these rows.

        Parameters
        ----------
        chosen : ndarray of int, shape (m,), or of bool, shape (n,)
        """
        return Truth(self.kind, self.values[chosen], None if self.events is None else self.events[chosen])

    @property
    def strata(self) -> np.ndarray:
        """What folds are balanced by, ndarray of int, shape (n,): events, yes or no, quarters of numbers."""
        if self.kind != CONTINUOUS:
            return np.asarray(self.values if self.events is None else self.events).astype(int)
        return np.searchsorted(np.quantile(self.values, (0.25, 0.5, 0.75)), self.values, side="right")

    def likelihood(self, weights: np.ndarray) -> Likelihood:
        """The likelihood of a yes or no, or of survival.

        Parameters
        ----------
        weights : ndarray of float64, shape (n,)
        """
        if self.events is not None:
            return PartialLikelihood(self.values, self.events, weights)
        return Binomial(self.values, weights)


def grouped_folds(
    truth: Truth, groups: np.ndarray, count: int, seed: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Folds that keep a patient's rows together and balance the outcome.

    Parameters
    ----------
    truth : Truth
    groups : ndarray, shape (n,)
    count : int
        How many; fewer where the rarer outcome has fewer patients.
    seed : int

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        Row numbers to train on, and held out.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    strata = truth.strata
    rarest = min(len(np.unique(groups[strata == stratum])) for stratum in np.unique(strata))
    splits = max(2, min(count, rarest))
    folds = StratifiedGroupKFold(splits, shuffle=True, random_state=seed).split(groups, strata, groups)
    return [(train, test) for train, test in folds if len(train) and len(test)]
