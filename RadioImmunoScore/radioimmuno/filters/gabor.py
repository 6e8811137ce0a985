"""The Gabor filter (IBSI code Q88H): its modulus, in the planes of the image, pooled over orientations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from ..numbers import is_number
from ..setting_fields import invalid
from .filter import IN_SPACE, Filter, Window, grown, inside, whole
from .separable import POOLINGS, combination

MAX_MM = 1000.0
GAMMA_LIMITS = (0.05, 20.0)
MIN_STEP_DEG = 5.0

# The kernel ends where its Gaussian falls below this (ours: the manual does not end it).
CUT_OFF = 1e-6
CUT_OFF_SD = math.sqrt(2 * math.log(1 / CUT_OFF))

# Slices that are transformed at a time, by their memory.
CHUNK_BYTES = 16_000_000
COMPLEX_BYTES = 16


@dataclass(frozen=True, kw_only=True)
class Gabor(Filter):
    """A Gaussian times a plane wave, in two dimensions: the modulus of the complex response.

    Parameters
    ----------
    sigma_mm : float
        SD of the Gaussian along the wave's direction.
    wavelength_mm : float
    gamma : float, optional
        The SD across is `sigma_mm / gamma`.
    theta_deg : float, optional
        The wave's direction, from x towards y: clockwise where y points down.
    step_deg : float or None, optional
        Pooled over directions in such steps, all round from `theta_deg` on; None takes the one.
    pooling : str, optional
        Over directions, and over the three planes in three dimensions: "max", "mean" or "min".

    Notes
    -----
    With `dimensions` 3 it acts in slices across each of the three axes, the responses are pooled.
    """

    sigma_mm: float
    wavelength_mm: float
    gamma: float = 1.0
    theta_deg: float = 0.0
    step_deg: float | None = None
    pooling: str = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("sigma_mm", "wavelength_mm"):
            if not is_number(getattr(self, name), 0, MAX_MM) or not getattr(self, name):
                raise invalid(f"filter.{name}", f"must be a number above 0 and up to {MAX_MM:g} mm")
        if not is_number(self.gamma, *GAMMA_LIMITS):
            low, high = GAMMA_LIMITS
            raise invalid("filter.gamma", f"must be a number from {low:g} to {high:g}")
        if not is_number(self.theta_deg, -360, 360):
            raise invalid("filter.theta_deg", "must be an angle from -360 to 360 degrees")
        if self.step_deg is not None and not _divides_circle(self.step_deg):
            raise invalid(
                "filter.step_deg",
                f"must be null or an angle from {MIN_STEP_DEG:g} degrees on that divides 360 degrees evenly",
            )
        if self.pooling not in POOLINGS:
            raise invalid("filter.pooling", f"must be one of {', '.join(POOLINGS)}")

    def reach(self, voxel_mm: float) -> int:
        """How far away, in voxels, a voxel still counts.

        Parameters
        ----------
        voxel_mm : float
        """
        return math.ceil(CUT_OFF_SD * self.sigma_mm / voxel_mm * max(1.0, 1 / self.gamma))

    def directions(self) -> list[float]:
        """The wave's directions, in radians, without those that are opposite to another one.

        The opposite wave's response is the complex conjugate: of the same modulus.
        """
        if self.step_deg is None:
            return [math.radians(self.theta_deg)]
        count = round(360 / self.step_deg)
        count = count // 2 if count % 2 == 0 else count
        return [math.radians(self.theta_deg + step * self.step_deg) for step in range(count)]

    def kernel(self, direction: float, voxel_mm: float) -> np.ndarray:
        """The complex kernel of one direction.

        Parameters
        ----------
        direction : float
            In radians.
        voxel_mm : float

        Returns
        -------
        ndarray of complex128, shape (2 reach + 1, 2 reach + 1)
            Axes as those of a slice: y, x.
        """
        sigma, wavelength = self.sigma_mm / voxel_mm, self.wavelength_mm / voxel_mm
        reach = self.reach(voxel_mm)
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(float)
        along = x * math.cos(direction) + y * math.sin(direction)
        across = x * math.sin(direction) - y * math.cos(direction)
        gaussian = np.exp(-(along**2 + (self.gamma * across) ** 2) / (2 * sigma**2))
        gaussian[gaussian < CUT_OFF] = 0
        return gaussian * np.exp(2j * math.pi * along / wavelength)

    def filtered(self, image: np.ndarray, voxel_mm: float, window: Window) -> np.ndarray:
        """The response in a part of the image, without any check.

        Parameters
        ----------
        image : ndarray of float, shape (k, j, i)
        voxel_mm : float
        window : tuple of slice, (k, j, i)
        """
        kernels = [self.kernel(direction, voxel_mm) for direction in self.directions()]
        combine = combination(self.pooling)
        normals = (0, 1, 2) if self.dimensions == IN_SPACE else (0,)
        planes = (self._in_planes(image, normal, kernels, combine, window) for normal in normals)
        pooled: np.ndarray = reduce(combine, planes)
        return pooled / (len(kernels) * len(normals)) if self.pooling == "mean" else pooled

    def _in_planes(
        self, image: np.ndarray, normal: int, kernels: list[np.ndarray], combine: np.ufunc, window: Window
    ) -> np.ndarray:
        """The moduli of all directions, combined, in slices across an axis."""
        around = grown(window, kernels[0].shape[0] // 2, image.shape, tuple({0, 1, 2} - {normal}))
        if not self.is_local:
            around = whole(image.shape)
        response = self._in_slices(np.moveaxis(image[around], normal, 0), kernels, combine)
        return np.moveaxis(response, 0, normal)[inside(window, around)]

    def _in_slices(self, slices: np.ndarray, kernels: list[np.ndarray], combine: np.ufunc) -> np.ndarray:
        """The moduli of all directions, combined, in slices of the first axis."""
        from scipy.fft import fft2, ifft2, next_fast_len

        reach = kernels[0].shape[0] // 2
        height, width = slices.shape[1:]
        size = [next_fast_len(n + 2 * reach) for n in (height, width)]
        spectra = [fft2(kernel, size) for kernel in kernels]
        # What wraps around stays in the first lines, which are those of the border.
        unwrapped = (slice(None), slice(2 * reach, 2 * reach + height), slice(2 * reach, 2 * reach + width))
        out = np.empty(slices.shape)
        count = max(1, CHUNK_BYTES // (COMPLEX_BYTES * size[0] * size[1]))
        for start in range(0, slices.shape[0], count):
            part = self.boundary.padded(slices[start : start + count].astype(float), (0, reach, reach))
            spectrum = fft2(part, size)
            moduli = (np.abs(ifft2(spectrum * kernel)[unwrapped]) for kernel in spectra)
            out[start : start + count] = reduce(combine, moduli)
        return out


def _divides_circle(step: Any) -> bool:
    if not is_number(step, MIN_STEP_DEG, 360):
        return False
    count = 360 / step
    return abs(count - round(count)) < 1e-9
