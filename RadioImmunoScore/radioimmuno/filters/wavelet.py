"""Separable wavelets, undecimated (IBSI code 25BO): Haar, Daubechies, coiflets."""

from __future__ import annotations

from dataclasses import dataclass

from ..numbers import is_whole_number
from ..setting_fields import invalid
from .separable import POOLINGS, SUM, Cascade, Request, SeparableFilter, odd, oriented, rotated, with_holes
from .wavelet_coefficients import SCALING_FILTERS

LOW, HIGH = "l", "h"
MAX_LEVEL = 6


@dataclass(frozen=True, kw_only=True)
class Wavelet(SeparableFilter):
    """A band of a stationary wavelet transform.

    Parameters
    ----------
    family : str
        A key of `SCALING_FILTERS`.
    bands : str
        "l" (low-pass) or "h" (high-pass) along x, y and z, for example "lhl".
    level : int, optional
        Of the decomposition: the low-pass filter comes before, along all axes, on the levels below.
    pooling : str or None, optional
        Over all rotations by right angles: "max", "mean" or "min"; None leaves the kernels as they lie.
    """

    family: str
    bands: str
    level: int = 1
    pooling: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.family, str) or self.family not in SCALING_FILTERS:
            raise invalid("filter.family", f"must be one of {', '.join(SCALING_FILTERS)}")
        if not isinstance(self.bands, str) or set(self.bands) - {LOW, HIGH}:
            raise invalid("filter.bands", "must be letters l (low-pass) and h (high-pass)")
        if len(self.bands) != self.dimensions:
            raise invalid("filter.bands", f"must be {self.dimensions} letters, one for each dimension")
        if not is_whole_number(self.level, 1, MAX_LEVEL):
            raise invalid("filter.level", f"must be a whole number from 1 to {MAX_LEVEL}")
        if self.pooling is not None and self.pooling not in POOLINGS:
            raise invalid("filter.pooling", f"must be null or one of {', '.join(POOLINGS)}")

    @property
    def is_signed(self) -> bool:
        """Where it is high-pass along an axis."""
        return HIGH in self.bands

    def request(self, voxel_mm: float) -> Request:
        """What is to be computed.

        Parameters
        ----------
        voxel_mm : float
        """
        by_letter = {band: self._cascade(band) for band in set(self.bands)}
        cascades = oriented([by_letter[band] for band in self.bands], self.dimensions)
        if self.pooling is None:
            return Request((cascades,), SUM)
        return Request(rotated(cascades, self.dimensions), self.pooling)

    def _cascade(self, band: str) -> Cascade:
        low, last = analysis_kernel(self.family, LOW), analysis_kernel(self.family, band)
        before = [with_holes(odd(low), level) for level in range(1, self.level)]
        return (*before, with_holes(odd(last), self.level))


def analysis_kernel(family: str, band: str) -> tuple[float, ...]:
    """The kernel that an image is convolved with.

    Low-pass is the scaling filter reversed, high-pass its quadrature mirror filter.

    Parameters
    ----------
    family : str
    band : str
        "l" or "h".

    Examples
    --------
    >>> [round(value, 3) for value in analysis_kernel("haar", "h")]
    [-0.707, 0.707]
    """
    scaling = SCALING_FILTERS[family]
    if band == LOW:
        return scaling[::-1]
    return tuple(value * (-1) ** (at + 1) for at, value in enumerate(scaling))
