"""The Laplacian of Gaussian (IBSI code L6PA)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..numbers import is_number
from ..setting_fields import invalid
from .separable import SUM, Kernel, Request, SeparableFilter, oriented
from .spectral import Frequencies

MAX_MM = 1000.0
MAX_TRUNCATE = 20.0


@dataclass(frozen=True, kw_only=True)
class LaplacianOfGaussian(SeparableFilter):
    """The Laplacian of the image, smoothed by a Gaussian; per voxel squared, as the manual has it.

    Parameters
    ----------
    sigma_mm : float
        SD of the Gaussian.
    truncate : float, optional
        Where the kernel ends along each axis, in SD.
    """

    sigma_mm: float
    truncate: float = 4.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_number(self.sigma_mm, 0, MAX_MM) or not self.sigma_mm:
            raise invalid("filter.sigma_mm", f"must be a number above 0 and up to {MAX_MM:g} mm")
        if not is_number(self.truncate, 1, MAX_TRUNCATE):
            raise invalid("filter.truncate", f"must be a number of SD from 1 to {MAX_TRUNCATE:g}")

    @property
    def is_signed(self) -> bool:
        """Always, but for what is cut off the kernel."""
        return True

    def kernels(self, voxel_mm: float) -> tuple[Kernel, Kernel]:
        """The Gaussian and its second derivative along one axis.

        Parameters
        ----------
        voxel_mm : float
        """
        sigma = self.sigma_mm / voxel_mm
        reach = math.floor(self.truncate * sigma + 0.5)
        x = np.arange(-reach, reach + 1.0)
        gaussian = np.exp(-(x**2) / (2 * sigma**2)) / (math.sqrt(2 * math.pi) * sigma)
        curvature = (x**2 / sigma**4 - 1 / sigma**2) * gaussian
        return tuple(gaussian.tolist()), tuple(curvature.tolist())

    def request(self, voxel_mm: float) -> Request:
        """What is to be computed: the sum over the axes of the second derivative along one of them.

        Parameters
        ----------
        voxel_mm : float
        """
        gaussian, curvature = self.kernels(voxel_mm)
        count = self.dimensions
        terms = [[(curvature if b == a else gaussian,) for b in range(count)] for a in range(count)]
        return Request(tuple(oriented(term, count) for term in terms), SUM)

    def amplitude(self, frequencies: Frequencies, voxel_mm: float) -> np.ndarray:
        """The transfer function: that of the kernel as it is, sampled and cut.

        Parameters
        ----------
        frequencies : sequence of ndarray
            Radians a voxel along each axis; they broadcast.
        voxel_mm : float

        Returns
        -------
        ndarray of float64, shape (k, j, i)
        """
        smooth, curved = (
            [_transfer(kernel, frequency) for frequency in frequencies] for kernel in self.kernels(voxel_mm)
        )
        axes = range(len(frequencies))
        return np.asarray(sum(math.prod(curved[b] if b == a else smooth[b] for b in axes) for a in axes))


def _transfer(kernel: Kernel, frequency: np.ndarray) -> np.ndarray:
    """Of a symmetric kernel: real."""
    reach = len(kernel) // 2
    return np.cos(frequency[..., None] * np.arange(-reach, reach + 1)) @ np.array(kernel)
