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
    from numpy.typing import DTypeLike

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
        return cls((0, 0, 0), as_index(shape))

    @classmethod
    def around(cls, mask: np.ndarray, offset: Sequence[int] = (0, 0, 0)) -> Box | None:
        """Smallest box that holds all voxels of a mask, or None when there is none.

        Parameters
        ----------
        mask : ndarray of bool, shape (k, j, i)
        offset : sequence of int, optional
            Where `mask[0, 0, 0]` lies.

        Examples
        --------
        >>> mask = np.zeros((5, 5, 5), bool)
        >>> mask[2, 1:4, 3] = True
        >>> Box.around(mask)
        Box(start=(2, 1, 3), stop=(3, 4, 4))
        """
        start, stop = [], []
        for axis in range(3):
            others = tuple(a for a in range(3) if a != axis)
            hits = np.flatnonzero(mask.any(axis=others))
            if hits.size == 0:
                return None
            start.append(int(hits[0]) + offset[axis])
            stop.append(int(hits[-1]) + 1 + offset[axis])
        return cls(as_index(start), as_index(stop))

    @property
    def shape(self) -> Index:
        """Number of voxels along each array axis, never negative."""
        return as_index([max(0, b - a) for a, b in zip(self.start, self.stop, strict=True)])

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
            as_index([a - m for a, m in zip(self.start, margin, strict=True)]),
            as_index([b + m for b, m in zip(self.stop, margin, strict=True)]),
        )

    def intersect(self, other: Box) -> Box:
        """The voxels that both boxes hold; empty boxes stay well formed."""
        start = as_index([max(a, b) for a, b in zip(self.start, other.start, strict=True)])
        stop = as_index([max(s, min(a, b)) for s, a, b in zip(start, self.stop, other.stop, strict=True)])
        return Box(start, stop)

    def union(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            as_index([min(a, b) for a, b in zip(self.start, other.start, strict=True)]),
            as_index([max(a, b) for a, b in zip(self.stop, other.stop, strict=True)]),
        )

    def shift(self, by: Sequence[int]) -> Box:
        """The box moved by whole voxels."""
        return Box(
            as_index([a + d for a, d in zip(self.start, by, strict=True)]),
            as_index([a + d for a, d in zip(self.stop, by, strict=True)]),
        )

    def slices_in(self, outer: Box) -> tuple[slice, slice, slice]:
        """The box as an index into an array of the voxels of another one that holds it."""
        return self.shift([-a for a in outer.start]).slices


@dataclass(frozen=True)
class Lattice:
    """A regular lattice of voxels in the patient.

    Parameters
    ----------
    shape : tuple of int
        (nk, nj, ni), number of voxels along each array axis.
    spacing : tuple of float
        (sk, sj, si) in mm.
    origin : tuple of float
        (x, y, z) of the centre of voxel [0, 0, 0], LPS mm.
    axes : tuple of tuple of float
        Three unit vectors in LPS, one an array axis.
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
        """Points in space of array indices.

        Parameters
        ----------
        index : ndarray of float64, shape (..., 3)
            (k, j, i).

        Returns
        -------
        ndarray of float64, shape (..., 3), LPS mm

        Examples
        --------
        >>> Lattice((9, 9, 9), (5.0, 1.0, 0.5), (10.0, 20.0, -30.0)).to_lps(np.array([2, 0, 4])).tolist()
        [12.0, 20.0, -20.0]
        """
        return np.asarray(index, float) @ self.index_to_lps.T + np.array(self.origin)

    def to_index(self, points: np.ndarray) -> np.ndarray:
        """Continuous array indices of points in space.

        Parameters
        ----------
        points : ndarray of float64, shape (..., 3), LPS mm

        Returns
        -------
        ndarray of float64, shape (..., 3)
            (k, j, i).
        """
        return (np.asarray(points, float) - np.array(self.origin)) @ self._lps_to_index.T

    def window(self, box: Box) -> Lattice:
        """The lattice of a box of this one; the box may reach beyond it."""
        return replace(self, shape=box.shape, origin=as_triple(self.to_lps(np.array(box.start))))

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
        return as_index(start)

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
        return as_index(best), as_index(signs)


@dataclass(frozen=True, eq=False)
class Image:
    """Voxels of a box of a lattice.

    A crop keeps the lattice of the whole volume, so that what is computed on it (the resampled grid above
    all) does not depend on where it was cut.

    Parameters
    ----------
    values : ndarray, shape (k, j, i)
    lattice : Lattice
        The whole volume's.
    offset : tuple of int, optional
        Where `values[0, 0, 0]` lies on the lattice.
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
        return Image(self.values[inside.slices_in(self.box)], self.lattice, inside.start)

    def trimmed(self) -> Image:
        """The smallest crop that holds all voxels that are not 0; without a voxel where all are."""
        box = Box.around(self.values, self.offset)
        return self.crop(box if box else Box((0, 0, 0), (0, 0, 0)))

    def within(self, box: Box, fill: float | bool = 0, dtype: DTypeLike | None = None) -> np.ndarray:
        """A new array of just this box of the lattice.

        Parameters
        ----------
        box : Box
        fill : float or bool, optional
            Where there are no voxels.
        dtype : type, optional
            The image's own by default.

        Returns
        -------
        ndarray, shape (k, j, i)
        """
        out = np.full(box.shape, fill, self.values.dtype if dtype is None else dtype)
        part = self.crop(box)
        if part.values.size:
            out[part.box.slices_in(box)] = part.values
        return out

    def extended(self, box: Box) -> np.ndarray:
        """Just this box of the lattice; where there are no voxels the nearest ones are repeated.

        Parameters
        ----------
        box : Box
            At least one voxel of the image is in it.

        Returns
        -------
        ndarray, shape (k, j, i)
            A view where all voxels are at hand.
        """
        part = self.crop(box)
        before = [a - b for a, b in zip(part.box.start, box.start, strict=True)]
        after = [a - b for a, b in zip(box.stop, part.box.stop, strict=True)]
        if not any(before) and not any(after):
            return part.values
        return np.pad(part.values, list(zip(before, after, strict=True)), mode="edge")

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
        axes = [
            as_triple(np.array(self.lattice.axes[p]) * s) for p, s in zip(permutation, signs, strict=True)
        ]
        lattice = Lattice(
            shape=as_index(shape),
            spacing=as_triple([self.lattice.spacing[p] for p in permutation]),
            origin=as_triple(self.lattice.to_lps(np.array(corner))),
            axes=(axes[0], axes[1], axes[2]),
        )
        return Image(self.values.transpose(permutation)[flips], lattice, as_index(offset))

    def on_axes_of(self, lattice: Lattice) -> Image:
        """A canonical image on the axes that it had before: what `canonical` did, undone. A view.

        Parameters
        ----------
        lattice : Lattice
            The one whose canonical order the image is in.

        Examples
        --------
        A mask in the order of a CT whose rows run to the right is that mask again:

        >>> stored = Lattice((2, 3, 4), (2.0, 1.0, 1.0), (0.0, 0.0, 0.0), ((0, 0, 1), (0, 1, 0), (-1, 0, 0)))
        >>> mask = Image(np.arange(24).reshape(2, 3, 4) == 5, stored)
        >>> np.argwhere(mask.canonical().values)
        array([[0, 1, 2]])
        >>> np.argwhere(mask.canonical().on_axes_of(stored).values)
        array([[0, 1, 1]])
        """
        permutation, signs = lattice.orientation()
        flips = tuple(slice(None, None, s) for s in signs)
        offset = [0, 0, 0]
        for axis, (stored, sign) in enumerate(zip(permutation, signs, strict=True)):
            ends = self.box.start[axis], self.box.stop[axis]
            offset[stored] = ends[0] if sign > 0 else lattice.shape[stored] - ends[1]
        return Image(self.values[flips].transpose(np.argsort(permutation)), lattice, as_index(offset))


def along(axis: int, step: int = 1) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Voxels that have another one so many steps further along an axis, and those others, as indices.

    Parameters
    ----------
    axis : int
    step : int, optional

    Examples
    --------
    >>> lower, upper = along(2)
    >>> values = np.array([[[1, 3, 6]]])
    >>> values[upper] - values[lower]
    array([[[2, 3]]])
    """
    lower = tuple(slice(None, -step) if a == axis else slice(None) for a in range(3))
    upper = tuple(slice(step, None) if a == axis else slice(None) for a in range(3))
    return lower, upper


def from_sitk(image: sitk.Image) -> Image:
    """The SimpleITK image's voxels (a view where SimpleITK allows one) and geometry."""
    import SimpleITK as sitk

    direction = np.array(image.GetDirection()).reshape(3, 3)
    lattice = Lattice(
        shape=as_index(image.GetSize()[::-1]),
        spacing=as_triple(image.GetSpacing()[::-1]),
        origin=as_triple(image.GetOrigin()),
        axes=(as_triple(direction[:, 2]), as_triple(direction[:, 1]), as_triple(direction[:, 0])),
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


def as_index(values: Sequence[int] | np.ndarray) -> Index:
    """Three whole numbers, one an axis, as plain ones.

    Parameters
    ----------
    values : sequence of int, shape (3,)
    """
    k, j, i = (int(v) for v in values)
    return k, j, i


def as_triple(values: Sequence[float] | np.ndarray) -> Triple:
    """Three numbers, one an axis, as plain ones.

    Parameters
    ----------
    values : sequence of float, shape (3,)
    """
    a, b, c = (float(v) for v in values)
    return a, b, c
