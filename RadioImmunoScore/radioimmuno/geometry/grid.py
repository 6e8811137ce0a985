"""The isotropic grid on which everything is measured, and sampling the CT's voxels on it.

The grid is aligned with the centre of the whole CT volume (IBSI 1: "align grid centres") and computed from
the volume's geometry alone. Where a crop was cut therefore changes no position and no weight, not even in
the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..memory import require_memory
from .image import Box, Image, Lattice, Triple, as_index, as_triple

# Grid sizes are rounded up; this keeps 60 x 3 mm at 2 mm from becoming 91 by a rounding error in the header.
SIZE_TOLERANCE = 1e-6

Orders = tuple[int, int, int]
LINEAR: Orders = (1, 1, 1)
CUBIC: Orders = (3, 3, 3)

SLAB_PLANES = 16

# What sampling takes for each voxel: values in double precision, and once more while they are put together.
SAMPLE_BYTES = 16

# A cubic spline's coefficients decay by 0.268 a voxel: at these margins a crop's border is below the last
# digit of double and of single precision.
SPLINE_MARGIN_VOXELS = 24
SPLINE_MARGIN_VOXELS_SINGLE = 12


@dataclass(frozen=True)
class Grid:
    """A resampled lattice and the CT lattice it samples.

    Both must be in canonical axis order; `lattice` shares the source's axes and centre.

    Parameters
    ----------
    source, lattice : Lattice
    """

    source: Lattice
    lattice: Lattice

    def positions(self, axis: int, start: int, stop: int) -> np.ndarray:
        """Continuous source indices of the grid's planes start..stop-1 along one axis, (stop - start,)."""
        ratio = self.lattice.spacing[axis] / self.source.spacing[axis]
        centre = (self.lattice.shape[axis] - 1) / 2
        return (np.arange(start, stop) - centre) * ratio + (self.source.shape[axis] - 1) / 2

    def reach(self, box: Box, margin_mm: float) -> Box:
        """The grid voxels within `margin_mm` of a box of source voxels; they may reach beyond the grid."""
        start, stop = [], []
        for axis in range(3):
            ratio = self.source.spacing[axis] / self.lattice.spacing[axis]
            margin = margin_mm / self.lattice.spacing[axis]
            centre = (self.lattice.shape[axis] - 1) / 2
            shift = (self.source.shape[axis] - 1) / 2
            start.append(math.floor((box.start[axis] - 1 - shift) * ratio + centre - margin))
            stop.append(math.ceil((box.stop[axis] - shift) * ratio + centre + margin) + 1)
        return _box(start, stop)

    def cover(self, box: Box, margin_mm: float) -> Box:
        """The voxels of the grid within `margin_mm` of a box of source voxels."""
        return self.reach(box, margin_mm).intersect(Box.whole(self.lattice.shape))

    def source_of(self, box: Box, interpolation: str = "linear") -> Box:
        """The source voxels that a box of the grid is interpolated from; they may reach beyond the volume."""
        margin = SPLINE_MARGIN_VOXELS if interpolation == "cubic" else 0
        start, stop = [], []
        for axis in range(3):
            x = self.positions(axis, box.start[axis], box.stop[axis])
            start.append(math.floor(x[0]) - 1 - margin)
            stop.append(math.floor(x[-1]) + 3 + margin)
        return _box(start, stop)

    def sample(
        self, image: Image, box: Box, *, orders: Orders = LINEAR, outside: float | None = None
    ) -> np.ndarray:
        """Values of the image on a box of the grid, computed in its own precision.

        Parameters
        ----------
        image : Image
            On the source lattice.
        box : Box
            Of the grid; it may reach beyond it.
        orders : tuple of int, optional
            For each axis, 1 (linear) or 3 (cubic spline).
        outside : float, optional
            Value of voxels that are not at hand; None repeats the nearest one that is.

        Returns
        -------
        ndarray of float32 or float64, shape (k, j, i)
        """
        require_memory(SAMPLE_BYTES * math.prod(box.shape), "A part of the resampled CT")
        if self.lattice == self.source:
            return self._fetch(image, box, outside)
        if orders != LINEAR:
            return self._interpolate(image, box, orders, outside)
        # A few planes at a time stay in the processor's cache and need no copy of the whole crop.
        slabs = [self._interpolate(image, slab, orders, outside) for slab in _slabs(box, SLAB_PLANES)]
        return np.concatenate(slabs)

    def _interpolate(self, image: Image, box: Box, orders: Orders, outside: float | None) -> np.ndarray:
        taps = [
            _taps(self.positions(axis, box.start[axis], box.stop[axis]), orders[axis]) for axis in range(3)
        ]
        single = image.values.dtype == np.float32
        margin = SPLINE_MARGIN_VOXELS_SINGLE if single else SPLINE_MARGIN_VOXELS
        margins = [margin if order == 3 else 0 for order in orders]
        start = [int(at[0][0]) - m for (at, _), m in zip(taps, margins, strict=True)]
        stop = [int(at[-1][-1]) + 1 + m for (at, _), m in zip(taps, margins, strict=True)]
        values = self._fetch(image, _box(start, stop), outside)
        for axis in range(3):
            at, weights = taps[axis]
            values = _along(values, axis, [a - start[axis] for a in at], weights)
        return values

    def _fetch(self, image: Image, box: Box, outside: float | None) -> np.ndarray:
        """Source voxels of a box; whole numbers and truth values become float64."""
        require_memory(SAMPLE_BYTES * math.prod(box.shape), "A part of the CT")
        kind = image.values.dtype if image.values.dtype.kind == "f" else np.dtype(float)
        if outside is not None:
            return image.within(box, outside, kind)
        return image.extended(box).astype(kind)


def resampled(lattice: Lattice, spacing_mm: float | None) -> Lattice:
    """The isotropic lattice of this spacing that covers the volume, centre on centre; None keeps the voxels.

    Source: IBSI 1 reference manual, "interpolation grid": sizes rounded up, grid centres aligned.

    Parameters
    ----------
    lattice : Lattice
    spacing_mm : float or None
    """
    return lattice if spacing_mm is None else covering(lattice, (spacing_mm,) * 3)


def covering(lattice: Lattice, spacing_mm: Triple) -> Lattice:
    """The lattice of this spacing along each axis that covers the volume, centre on centre.

    Parameters
    ----------
    lattice : Lattice
    spacing_mm : tuple of float, (k, j, i)
    """
    nk, nj, ni = (
        max(1, math.ceil(n * s / spacing - SIZE_TOLERANCE))
        for n, s, spacing in zip(lattice.shape, lattice.spacing, spacing_mm, strict=True)
    )
    centre = lattice.to_lps((np.array(lattice.shape) - 1) / 2)
    unplaced = replace(lattice, shape=(nk, nj, ni), spacing=spacing_mm, origin=(0.0, 0.0, 0.0))
    origin = centre - unplaced.to_lps((np.array(unplaced.shape) - 1) / 2)
    return replace(unplaced, origin=as_triple(origin))


def grid_of(lattice: Lattice, spacing_mm: float | None) -> Grid:
    """The grid of a CT's (canonical) lattice."""
    return Grid(lattice, resampled(lattice, spacing_mm))


def _slabs(box: Box, planes: int) -> list[Box]:
    """The box cut across its first axis."""
    cuts = range(box.start[0], box.stop[0], planes)
    return [Box((cut, *box.start[1:]), (min(cut + planes, box.stop[0]), *box.stop[1:])) for cut in cuts]


def _taps(x: np.ndarray, order: int) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Which source planes make up each grid plane, and their weights: two lists, nearest below first."""
    below = np.floor(x).astype(np.intp)
    w = x - below
    if order == 1:
        return [below, below + 1], [1 - w, w]
    cubic = [(1 - w) ** 3, 4 - 6 * w**2 + 3 * w**3, 1 + 3 * w + 3 * w**2 - 3 * w**3, w**3]
    return [below + shift for shift in (-1, 0, 1, 2)], [c / 6 for c in cubic]


def _along(values: np.ndarray, axis: int, at: list[np.ndarray], weights: list[np.ndarray]) -> np.ndarray:
    """Interpolate along one axis; four taps are those of a cubic B-spline."""
    shape = [-1 if a == axis else 1 for a in range(3)]
    if len(at) == 2:
        # low + w (high - low) gives back equal neighbours exactly, which low (1 - w) + high w does not.
        low, high = values.take(at[0], axis), values.take(at[1], axis)
        high -= low
        high *= weights[1].astype(values.dtype).reshape(shape)
        low += high
        return low
    from scipy.ndimage import spline_filter1d

    coefficients = spline_filter1d(values, 3, axis, output=values.dtype, mode="mirror")
    found = np.zeros_like(
        coefficients, shape=[at[0].size if a == axis else n for a, n in enumerate(values.shape)]
    )
    for plane, weight in zip(at, weights, strict=True):
        part = coefficients.take(plane, axis)
        part *= weight.astype(values.dtype).reshape(shape)
        found += part
    return found


def _box(start: Sequence[int], stop: Sequence[int]) -> Box:
    return Box(as_index(start), as_index(stop))
