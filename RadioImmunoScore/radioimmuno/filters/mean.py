"""The mean filter (IBSI code S60F)."""

from __future__ import annotations

from dataclasses import dataclass

from ..numbers import is_whole_number
from ..setting_fields import invalid
from .separable import SUM, Request, SeparableFilter, odd, oriented

MAX_SUPPORT = 999


@dataclass(frozen=True, kw_only=True)
class Mean(SeparableFilter):
    """The mean of a square or cube around each voxel.

    Parameters
    ----------
    support : int
        Its edge, in voxels.
    """

    support: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_whole_number(self.support, 1, MAX_SUPPORT):
            raise invalid("filter.support", f"must be a whole number of voxels from 1 to {MAX_SUPPORT}")

    def request(self, voxel_mm: float) -> Request:
        """What is to be computed.

        Parameters
        ----------
        voxel_mm : float
        """
        cascade = (odd([1 / self.support] * self.support),)
        return Request((oriented([cascade] * self.dimensions, self.dimensions),), SUM)
