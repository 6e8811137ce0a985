"""Laws' kernels and their texture energy (IBSI code JTXT)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..numbers import is_whole_number
from ..setting_fields import invalid
from .filter import Window, grown, inside, whole
from .separable import (
    POOLINGS,
    SUM,
    Kernel,
    Request,
    SeparableFilter,
    oriented,
    pooled_responses,
    rotated,
)

# Laws 1980; before each is divided by its norm (IBSI 2).
KERNELS = {
    "L3": (1, 2, 1),
    "E3": (-1, 0, 1),
    "S3": (-1, 2, -1),
    "L5": (1, 4, 6, 4, 1),
    "E5": (-1, -2, 0, 2, 1),
    "S5": (-1, 0, 2, 0, -1),
    "W5": (-1, 2, 0, -2, 1),
    "R5": (1, -4, 6, -4, 1),
}
# How the names of those begin whose sum is not 0.
LEVEL = "L"

MAX_DISTANCE = 100


@dataclass(frozen=True, kw_only=True)
class Laws(SeparableFilter):
    """Level, edge, spot, wave and ripple kernels along the axes.

    Parameters
    ----------
    kernels : tuple of str
        Keys of `KERNELS`, along x, y and z.
    pooling : str or None, optional
        Over all rotations by right angles: "max", "mean" or "min"; None leaves the kernels as they lie.
    energy_distance : int or None, optional
        Chebyshev distance, in voxels, of the neighbourhood whose mean absolute response is taken; None leaves
        the response.
    """

    kernels: tuple[str, ...]
    pooling: str | None = None
    energy_distance: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        names = self.kernels
        if not isinstance(names, tuple) or any(name not in list(KERNELS) for name in names):
            raise invalid("filter.kernels", f"must be of {', '.join(KERNELS)}")
        if len(self.kernels) != self.dimensions:
            raise invalid("filter.kernels", f"must be {self.dimensions}, one for each dimension")
        if self.pooling is not None and self.pooling not in POOLINGS:
            raise invalid("filter.pooling", f"must be null or one of {', '.join(POOLINGS)}")
        if self.energy_distance is not None and not is_whole_number(self.energy_distance, 0, MAX_DISTANCE):
            raise invalid(
                "filter.energy_distance", f"must be null or a whole number of voxels up to {MAX_DISTANCE}"
            )

    @property
    def is_plain(self) -> bool:
        """Whether the pooled response is all: nothing is done to it after."""
        return self.energy_distance is None

    @property
    def is_signed(self) -> bool:
        """Where a kernel is no level, whose values sum up to more than 0; an energy never is."""
        return self.energy_distance is None and any(not name.startswith(LEVEL) for name in self.kernels)

    def request(self, voxel_mm: float) -> Request:
        """What is to be computed.

        Parameters
        ----------
        voxel_mm : float
        """
        cascades = oriented([(_normalized(name),) for name in self.kernels], self.dimensions)
        if self.pooling is None:
            return Request((cascades,), SUM)
        return Request(rotated(cascades, self.dimensions), self.pooling)

    def reach(self, voxel_mm: float) -> int:
        """How far away, in voxels, a voxel still counts.

        Parameters
        ----------
        voxel_mm : float
        """
        return super().reach(voxel_mm) + (self.energy_distance or 0)

    def filtered(self, image: np.ndarray, voxel_mm: float, window: Window) -> np.ndarray:
        """The response in a part of the image, without any check, or its texture energy.

        Parameters
        ----------
        image : ndarray of float, shape (k, j, i)
        voxel_mm : float
        window : tuple of slice, (k, j, i)
        """
        if self.energy_distance is None:
            return super().filtered(image, voxel_mm, window)
        around = grown(window, self.energy_distance, image.shape, self.axes)
        if not self.is_local:
            around = whole(image.shape)
        response = super().filtered(image, voxel_mm, around)
        width = 2 * self.energy_distance + 1
        box = ((1 / width,) * width,)
        request = Request((oriented([box] * self.dimensions, self.dimensions),), SUM)
        ((_, energy),) = pooled_responses(np.abs(response), [request], self.boundary, inside(window, around))
        return energy


def _normalized(name: str) -> Kernel:
    kernel = KERNELS[name]
    norm = math.sqrt(sum(value**2 for value in kernel))
    return tuple(value / norm for value in kernel)
