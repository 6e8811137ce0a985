"""What was drawn, and what that says of a lesion before the CT is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from .surface import Ellipsoid


class Known(IntEnum):
    """How much of a lesion's size was drawn."""

    LENGTH = 0
    LENGTH_AND_WIDTH = 1
    BOX = 2


@dataclass(frozen=True, eq=False)
class Prior:
    """What is known of a lesion before the CT is looked at.

    Parameters
    ----------
    guess : Ellipsoid
        The likeliest ellipsoid; its axes along the stroke, across it in its slice, through the slices.
    core : ndarray, shape (m, 3)
        Places that are inside, mm.
    ends : ndarray, shape (2, 3)
        The ends of the stroke along the longest extent, mm; or (0, 3).
    known : Known, optional
        Which of the guess's extents were drawn.
    is_axial : bool, optional
        Whether the stroke is the longest extent in axial slices.
    certainty : float, optional
        Of the ends: 1 when they were drawn, less when they were guessed from a click.
    """

    guess: Ellipsoid
    core: np.ndarray
    ends: np.ndarray
    known: Known = Known.LENGTH
    is_axial: bool = False
    certainty: float = 1.0

    @property
    def length_mm(self) -> float:
        """The longest extent."""
        return 2 * float(self.guess.semi_mm[0])
