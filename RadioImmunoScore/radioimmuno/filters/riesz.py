"""The Riesz transform (IBSI code AYRS) of a Laplacian of Gaussian or a Simoncelli wavelet."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..numbers import is_whole_number
from ..setting_fields import invalid
from .filter import Filter, Window
from .laplacian_of_gaussian import LaplacianOfGaussian
from .simoncelli import Simoncelli
from .spectral import Frequencies, transformed

MAX_ORDER = 8

# Of a Laplacian of Gaussian the transform has no end. At this many SD less than `DISTANT_SHARE` of it lies
# further away: 0.5 %.
LOG_REACH_SD = 6.0


@dataclass(frozen=True, kw_only=True)
class Riesz(Filter):
    """All-pass derivatives of a filter: its directions told apart.

    Parameters
    ----------
    of : LaplacianOfGaussian or Simoncelli
        Of the same dimensions and boundary; `riesz` takes them from it.
    order : tuple of int
        Of the derivatives along x, y and z.
    """

    of: LaplacianOfGaussian | Simoncelli
    order: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.of, (LaplacianOfGaussian, Simoncelli)):
            raise invalid("filter.of", "must be a Laplacian of Gaussian or a Simoncelli wavelet")
        if (self.of.dimensions, self.of.boundary) != (self.dimensions, self.boundary):
            raise invalid("filter.of", "must have the dimensions and the boundary of its transform")
        order = self.order
        if not (
            isinstance(order, tuple)
            and len(order) == self.dimensions
            and all(is_whole_number(one, 0, MAX_ORDER) for one in order)
            and 1 <= sum(order) <= MAX_ORDER
        ):
            raise invalid(
                "filter.order",
                f"must be {self.dimensions} whole numbers, one for each dimension, of sum 1 to {MAX_ORDER}",
            )

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
        reach = self.of.reach(voxel_mm)
        if isinstance(self.of, LaplacianOfGaussian):
            return max(reach, math.ceil(LOG_REACH_SD * self.of.sigma_mm / voxel_mm))
        return reach

    def amplitude(self, frequencies: Frequencies, voxel_mm: float) -> np.ndarray:
        """The transfer function, without a factor -i for each axis with an odd order.

        Parameters
        ----------
        frequencies : sequence of ndarray
            Radians a voxel along each axis, in the order of array axes; they broadcast.
        voxel_mm : float

        Returns
        -------
        ndarray of float64, shape (k, j, i)
        """
        total = sum(self.order)
        squared = sum(frequency**2 for frequency in frequencies)
        factor = math.sqrt(math.factorial(total) / math.prod(math.factorial(one) for one in self.order))
        sign = (-1) ** sum(one // 2 for one in self.order)
        out = sign * factor * self.of.amplitude(frequencies, voxel_mm)
        for frequency, one in zip(frequencies, self.order[::-1], strict=True):
            out *= frequency**one
        # At frequency 0 there is no direction.
        out /= np.where(squared == 0, 1.0, squared) ** (total / 2)
        out[squared == 0] = 0.0
        return out

    def filtered(self, image: np.ndarray, voxel_mm: float, window: Window) -> np.ndarray:
        """The response in a part of the image, without any check.

        Parameters
        ----------
        image : ndarray of float, shape (k, j, i)
        voxel_mm : float
        window : tuple of slice, (k, j, i)
        """
        odd_axes = [axis for axis, one in zip(self.axes, self.order[::-1], strict=True) if one % 2]
        response = transformed(
            image,
            lambda frequencies: self.amplitude(frequencies, voxel_mm),
            self.axes,
            self.boundary,
            self.reach(voxel_mm),
            odd_axes,
        )
        return response[window]


def riesz(of: LaplacianOfGaussian | Simoncelli, order: tuple[int, ...]) -> Riesz:
    """The Riesz transform of a filter.

    Parameters
    ----------
    of : LaplacianOfGaussian or Simoncelli
    order : tuple of int
        Of the derivatives along x, y and z.
    """
    return Riesz(of=of, order=order, dimensions=of.dimensions, boundary=of.boundary)
