"""The penalties that cross-validation chooses from, and how numbers are rounded on the way to a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

# What differs between machines in a number's last bits does not reach the file.
DIGITS = 10
# How far below the smallest penalty that leaves no variable the others reach.
RELATIVE = tuple(float(share) for share in np.logspace(0, -1.5, 20))


@dataclass(frozen=True)
class PenaltyGrid:
    """The penalties that cross-validation chooses from.

    Parameters
    ----------
    l1_ratios : tuple of float
        Share of the l1 norm in the penalty.
    alphas : tuple of float, optional
        Weight of the penalty; by default it follows the data: from the smallest weight that leaves no
        variable to a thirtieth of it.
    folds : int
        Of the cross-validation; a patient's lesions are all in the same one.
    most_terms : int
        No more variables than this may be left, so that a person can read the signature.
    """

    l1_ratios: tuple[float, ...] = (0.5, 0.9)
    alphas: tuple[float, ...] | None = None
    folds: int = 5
    most_terms: int = 12

    def descending(self, largest: float) -> list[float]:
        """The weights, largest first; `largest` is the smallest weight that leaves no variable.

        It is among them: of all others each may leave more variables than `most_terms`.
        """
        if self.alphas is not None:
            return sorted({*self.alphas, largest}, reverse=True)
        return [largest * share for share in RELATIVE]


@dataclass(frozen=True)
class Penalty:
    """What cross-validation chose, and the error that it found there: squared, or -log likelihood."""

    alpha: float
    l1_ratio: float
    error: float


def rounded(values: Any) -> np.ndarray:
    """The numbers with `DIGITS` significant digits, in their shape."""
    return np.vectorize(lambda value: float(f"{value:.{DIGITS}g}"), otypes=[float])(values)
