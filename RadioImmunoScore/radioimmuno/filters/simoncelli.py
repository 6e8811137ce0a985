"""The Simoncelli wavelet, non-separable (IBSI codes LODD and PRT7): a band of all directions alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..numbers import is_whole_number
from ..setting_fields import invalid
from .filter import Filter, Window
from .spectral import Frequencies, transformed

MAX_LEVEL = 6

# The kernel falls off with its third power and has no end. At this many voxels on level 1, twice as many on
# each further one, less than `DISTANT_SHARE` of it lies further away: 0.9 % in slices, 0.7 % in space.
REACH_OF_LEVEL_1 = 16


@dataclass(frozen=True, kw_only=True)
class Simoncelli(Filter):
    """An isotropic band-pass filter of about two octaves.

    Parameters
    ----------
    level : int, optional
        Of the decomposition: 1 has the frequencies from 1/4 of the highest on, each further one half of
        those before.
    """

    level: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_whole_number(self.level, 1, MAX_LEVEL):
            raise invalid("filter.level", f"must be a whole number from 1 to {MAX_LEVEL}")

    @property
    def is_signed(self) -> bool:
        """Always."""
        return True

    def reach(self, voxel_mm: float) -> int:
        """How far away, in voxels, a voxel still counts (see `DISTANT_SHARE`).

        Parameters
        ----------
        voxel_mm : float
        """
        return REACH_OF_LEVEL_1 * 2 ** (self.level - 1)

    def amplitude(self, frequencies: Frequencies, voxel_mm: float) -> np.ndarray:
        """The transfer function.

        Parameters
        ----------
        frequencies : sequence of ndarray
            Radians a voxel along each axis; they broadcast.
        voxel_mm : float

        Returns
        -------
        ndarray of float64, shape (k, j, i)
        """
        highest = math.pi / 2 ** (self.level - 1)
        radius = np.sqrt(sum(frequency**2 for frequency in frequencies))
        inside = (radius >= highest / 4) & (radius <= highest)
        octaves = np.log2(2 * radius / highest, where=inside, out=np.ones_like(radius))
        return np.where(inside, np.cos(math.pi / 2 * octaves), 0.0)

    def filtered(self, image: np.ndarray, voxel_mm: float, window: Window) -> np.ndarray:
        """The response in a part of the image, without any check.

        Parameters
        ----------
        image : ndarray of float, shape (k, j, i)
        voxel_mm : float
        window : tuple of slice, (k, j, i)
        """
        response = transformed(
            image,
            lambda frequencies: self.amplitude(frequencies, voxel_mm),
            self.axes,
            self.boundary,
            self.reach(voxel_mm),
        )
        return response[window]
