"""What lies beyond an image's border: the boundary conditions of the IBSI 2 reference manual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..numbers import is_number
from ..setting_fields import invalid

# What they are called in scipy.ndimage and in numpy.pad.
_NDIMAGE = {"constant": "constant", "nearest": "nearest", "periodic": "wrap", "mirror": "reflect"}
_PAD: dict[str, Literal["edge", "wrap", "symmetric"]] = {
    "nearest": "edge",
    "periodic": "wrap",
    "mirror": "symmetric",
}

KINDS = tuple(_NDIMAGE)


@dataclass(frozen=True)
class Boundary:
    """A boundary condition.

    Parameters
    ----------
    kind : str
        "constant", "nearest" (the voxel at the border is repeated), "periodic" (the image is repeated) or
        "mirror" (the image is mirrored at the faces of its outer voxels: c b a | a b c).
    value : float, optional
        Of all that lies beyond the border where it is constant; has no meaning for the others.

    Examples
    --------
    >>> MIRROR.padded(np.array([[[1.0, 2.0, 3.0]]]), (0, 0, 2))
    array([[[2., 1., 1., 2., 3., 3., 2.]]])
    """

    kind: str
    value: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise invalid("filter.boundary", f"must be one of {', '.join(KINDS)}")
        if not is_number(self.value):
            raise invalid("filter.boundary.value", "must be a number")
        if self.value and self.kind != "constant":
            raise invalid("filter.boundary.value", "is for a constant boundary only")

    @property
    def ndimage_mode(self) -> str:
        """Its name in scipy.ndimage."""
        return _NDIMAGE[self.kind]

    def padded(self, image: np.ndarray, widths: Sequence[int]) -> np.ndarray:
        """The image with so many voxels more at both ends of each axis.

        Parameters
        ----------
        image : ndarray of float64, shape (k, j, i)
        widths : sequence of int, shape (3,)
        """
        if not any(widths):
            return image
        ends = [(width, width) for width in widths]
        if self.kind == "constant":
            return np.pad(image, ends, mode="constant", constant_values=self.value)
        return np.pad(image, ends, mode=_PAD[self.kind])


ZERO = Boundary("constant")
NEAREST = Boundary("nearest")
PERIODIC = Boundary("periodic")
MIRROR = Boundary("mirror")
