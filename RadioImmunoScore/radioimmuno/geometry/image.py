"""Arrays with their place in the patient: the voxel lattice, boxes of it and windows onto it.

Arrays are in numpy order, (k, j, i) = (slice, row, column), and so are `shape`, `spacing` and `axes`.
Points in space are (x, y, z) in LPS millimetres, as SimpleITK and DICOM have them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import SimpleITK as sitk

Triple = tuple[float, float, float]
Index = tuple[int, int, int]

# Lattices count as the same when no corner differs by more than this share of a voxel: NIfTI and NRRD
# store directions in single precision.
SAME_LATTICE_VOXELS = 1e-3


@dataclass(frozen=True)
class Box:
    """Axis-aligned box of voxels, `start` included, `stop` excluded, in array order."""

    start: Index
    stop: Index

    @classmethod
    def whole(cls, shape: Sequence[int]) -> Box:
        """The box of all voxels of an array of this shape."""
        return cls((0, 0, 0), _index(shape))

    @classmethod
    def around(cls, mask: np.ndarray, offset: Sequence[int] = (0, 0, 0)) -> Box | None:
        """Smallest box that holds all True voxels of `mask`, or None when there is none."""
        start, stop = [], []
        for axis in range(3):
            others = tuple(a for a in range(3) if a != axis)
            hits = np.flatnonzero(mask.any(axis=others))
            if hits.size == 0:
                return None
            start.append(int(hits[0]) + offset[axis])
            stop.append(int(hits[-1]) + 1 + offset[axis])
        return cls(_index(start), _index(stop))

    @property
    def shape(self) -> Index:
        """Number of voxels along each array axis, never negative."""
        return _index([max(0, b - a) for a, b in zip(self.start, self.stop, strict=True)])

    @property
    def size(self) -> int:
        """Number of voxels."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """The box as an index into an array."""
        a, b = self.start, self.stop
        return slice(a[0], b[0]), slice(a[1], b[1]), slice(a[2], b[2])

    def grow(self, voxels: int | Sequence[int]) -> Box:
        """The box with `voxels` more on every side (one number, or one an axis)."""
        margin = (voxels,) * 3 if isinstance(voxels, int) else tuple(voxels)
        return Box(
            _index([a - m for a, m in zip(self.start, margin, strict=True)]),
            _index([b + m for b, m in zip(self.stop, margin, strict=True)]),
        )

    def intersect(self, other: Box) -> Box:
        """The voxels that both boxes hold; empty boxes stay well formed."""
        start = _index([max(a, b) for a, b in zip(self.start, other.start, strict=True)])
        stop = _index([max(s, min(a, b)) for s, a, b in zip(start, self.stop, other.stop, strict=True)])
        return Box(start, stop)

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            _index([min(a, b) for a, b in zip(self.start, other.start, strict=True)]),
            _index([max(a, b) for a, b in zip(self.stop, other.stop, strict=True)]),
        )

    def shift(self, by: Sequence[int]) -> Box:
        """The box moved by whole voxels."""
        return Box(
            _index([a + d for a, d in zip(self.start, by, strict=True)]),
            _index([a + d for a, d in zip(self.stop, by, strict=True)]),
        )


@dataclass(frozen=True)
class Lattice:
    """A regular lattice of voxels in the patient.

    Parameters
    ----------
    shape : (nk, nj, ni), number of voxels along each array axis
    spacing : (sk, sj, si) in mm
    origin : (x, y, z) of the centre of voxel [0, 0, 0], LPS mm
    axes : three unit vectors in LPS, one an array axis
    """

    shape: Index
    spacing: Triple
    origin: Triple
    axes: tuple[Triple, Triple, Triple] = ((0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))

    @cached_property
    def index_to_lps(self) -> np.ndarray:
        """(3, 3) matrix whose columns are the steps in mm of one voxel along each array axis; read only."""
        return _read_only(np.array(self.axes).T * np.array(self.spacing))

    @cached_property
    def _lps_to_index(self) -> np.ndarray:
        return _read_only(np.linalg.inv(self.index_to_lps))

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel in mm3."""
        return float(np.prod(self.spacing))

    def to_lps(self, index: np.ndarray) -> np.ndarray:
        """Points in LPS mm, shape (..., 3), of array indices (k, j, i), shape (..., 3)."""
        return np.asarray(index, float) @ self.index_to_lps.T + np.array(self.origin)

    def to_index(self, points: np.ndarray) -> np.ndarray:
        """Continuous array indices (k, j, i), shape (..., 3), of points in LPS mm, shape (..., 3)."""
        return (np.asarray(points, float) - np.array(self.origin)) @ self._lps_to_index.T

    def window(self, box: Box) -> Lattice:
        """The lattice of a box of this one; the box may reach beyond it."""
        return replace(self, shape=box.shape, origin=_triple(self.to_lps(np.array(box.start))))

    def coincides(self, other: Lattice) -> bool:
        """Whether both lattices have the same voxels in the same places."""
        return self.shape == other.shape and self.offset_of(other) == (0, 0, 0)

    def offset_of(self, other: Lattice) -> Index | None:
        """Where voxel [0, 0, 0] of `other` lies on this lattice, or None when the voxels do not coincide."""
        last = np.array(other.shape) - 1
        ends = np.array(list(itertools.product((0, 1), repeat=3))) * np.maximum(last, 1)
        mine = self.to_index(other.to_lps(ends))
        start = np.round(mine[0])
        if np.abs(mine - (start + ends)).max() > SAME_LATTICE_VOXELS:
            return None
        return _index(start)

    def orientation(self) -> tuple[Index, Index]:
        """How the array lies in the patient: (permutation, signs).

        `permutation[a]` is the array axis nearest to canonical axis a (0 = superior, 1 = posterior, 2 = left)
        and `signs[a]` is +1 or -1 for its sense.
        """
        cosines = np.array(self.axes)[:, ::-1]  # columns now z, y, x: canonical array order
        best = max(
            itertools.permutations(range(3)),
            key=lambda p: sum(abs(cosines[p[a], a]) for a in range(3)),
        )
        signs = [1 if cosines[best[a], a] >= 0 else -1 for a in range(3)]
        return _index(best), _index(signs)


@dataclass(frozen=True, eq=False)
class Image:
    """Voxels of a box of a lattice.

    A crop keeps the lattice of the whole volume, so that what is computed on it (the resampled grid above
    all) does not depend on where it was cut.

    Parameters
    ----------
    values : array (k, j, i)
    lattice : the whole volume's lattice
    offset : where `values[0, 0, 0]` lies on the lattice
    """

    values: np.ndarray
    lattice: Lattice
    offset: Index = (0, 0, 0)

    @property
    def box(self) -> Box:
        """The box of the lattice that `values` covers."""
        return Box.whole(self.values.shape).shift(self.offset)

    @property
    def window(self) -> Lattice:
        """The lattice of just the voxels at hand."""
        return self.lattice.window(self.box)

    def crop(self, box: Box) -> Image:
        """The voxels inside `box` (given on the lattice), as a view; what lies outside is left out."""
        inside = self.box.intersect(box)
        local = inside.shift([-o for o in self.offset])
        return Image(self.values[local.slices], self.lattice, inside.start)

    def within(self, box: Box, fill: float | bool = 0) -> np.ndarray:
        """A new array of just this box of the lattice; `fill` where there are no voxels."""
        out = np.full(box.shape, fill, self.values.dtype)
        part = self.crop(box)
        if part.values.size:
            out[part.box.shift([-a for a in box.start]).slices] = part.values
        return out

    def canonical(self) -> Image:
        """The same voxels with array axes along superior, posterior, left: a view, nothing is interpolated.

        Files hold the same anatomy in any of 48 axis orders. Computing on this one makes results identical.
        """
        permutation, signs = self.lattice.orientation()
        if permutation == (0, 1, 2) and signs == (1, 1, 1):
            return self
        shape = [self.lattice.shape[p] for p in permutation]
        flips = tuple(slice(None, None, s) for s in signs)
        offset = [
            self.offset[p] if s > 0 else n - self.offset[p] - self.values.shape[p]
            for p, s, n in zip(permutation, signs, shape, strict=True)
        ]
        corner = [0, 0, 0]
        for p, s, n in zip(permutation, signs, shape, strict=True):
            corner[p] = 0 if s > 0 else n - 1
        axes = [_triple(np.array(self.lattice.axes[p]) * s) for p, s in zip(permutation, signs, strict=True)]
        lattice = Lattice(
            shape=_index(shape),
            spacing=_triple([self.lattice.spacing[p] for p in permutation]),
            origin=_triple(self.lattice.to_lps(np.array(corner))),
            axes=(axes[0], axes[1], axes[2]),
        )
        return Image(self.values.transpose(permutation)[flips], lattice, _index(offset))


def from_sitk(image: sitk.Image) -> Image:
    """The SimpleITK image's voxels (a view where SimpleITK allows one) and geometry."""
    import SimpleITK as sitk

    direction = np.array(image.GetDirection()).reshape(3, 3)
    lattice = Lattice(
        shape=_index(image.GetSize()[::-1]),
        spacing=_triple(image.GetSpacing()[::-1]),
        origin=_triple(image.GetOrigin()),
        axes=(_triple(direction[:, 2]), _triple(direction[:, 1]), _triple(direction[:, 0])),
    )
    return Image(sitk.GetArrayFromImage(image), lattice)


def to_sitk(image: Image) -> sitk.Image:
    """A SimpleITK image of the voxels at hand, in place; booleans become 0 and 1."""
    import SimpleITK as sitk

    values = image.values.astype(np.uint8) if image.values.dtype == bool else image.values
    window = image.window
    out = sitk.GetImageFromArray(np.ascontiguousarray(values))
    out.SetSpacing(window.spacing[::-1])
    out.SetOrigin(window.origin)
    out.SetDirection(np.array(window.axes)[::-1].T.ravel().tolist())
    return out


def _read_only(matrix: np.ndarray) -> np.ndarray:
    matrix.flags.writeable = False
    return matrix


def _index(values: Sequence[int] | np.ndarray) -> Index:
    k, j, i = (int(v) for v in values)
    return k, j, i


def _triple(values: Sequence[float] | np.ndarray) -> Triple:
    a, b, c = (float(v) for v in values)
    return a, b, c
