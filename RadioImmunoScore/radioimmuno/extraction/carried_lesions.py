"""Lesions that were drawn on one image, on the voxels of another one of the same patient.

A voxel belongs to a lesion where the lesion covers at least half of it. Two rules of `io.resampling` do not
serve here. The nearest voxel decides by one point, the centre: on a PET, whose voxels hold many of a CT, a
thin lesion comes out by chance. And a change of volume by 5 % says there that a mask was drawn on another
grid than it is measured on; on voxels of 0.1 cc small lesions change by more, whatever the rule. So the
change is told, warned of where it is large, and only a lesion that covers no voxel by half is refused.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..findings import Finding, Severity
from ..geometry.image import SAME_LATTICE_VOXELS, Box, Image, Lattice, as_index
from ..lesion import Lesion
from ..thresholds import CARRIED_VOLUME_CHANGE

if TYPE_CHECKING:
    import SimpleITK as sitk

PointMap = Callable[[np.ndarray], np.ndarray]
Carried = tuple[Lesion, tuple[Finding, ...]]

COVERED_SHARE = 0.5
SAME_VOLUME = 1e-6

# Points along an axis on which a voxel's coverage is counted: about four in each voxel of the mask, within
# these limits. Their number is odd: of an even one, half is reached too early, by half the distance of two.
POINTS_A_MASK_VOXEL = 4
POINT_LIMITS = (3, 11)

TOO_SMALL = (
    "covers no voxel of this image by half: it lies outside of it, or the voxels are too large for it. Leave "
    "it out here."
)
OUTSIDE = "lies outside of this image: was it drawn on another one?"

# Where a map takes the lattice is looked at on points so far apart, mm.
NODES_MM = 8.0

# Points that are looked at together, to stay small in memory.
POINTS_AT_ONCE = 1 << 20


def carried_lesions(
    lesions: Sequence[Lesion], lattice: Lattice, to_lesions: PointMap | None = None
) -> list[Carried]:
    """The lesions on another image's lattice: its voxels of which they cover at least half.

    Parameters
    ----------
    lesions : sequence of Lesion
        Their masks on any lattices, in any axis order.
    lattice : Lattice
        Of the other image, in any axis order.
    to_lesions : callable, optional
        Gets points of the other image, ndarray (n, 3), LPS mm, and gives the same places where the lesions
        were drawn, as a registration does that takes the other image's points to theirs. It must be smooth
        over 8 mm. None within one frame of reference.

    Returns
    -------
    list of (Lesion, tuple of Finding)
        In their order. A lesion with as many voxels of the same size has no finding; else `mask.carried`
        tells how its volume changed, as a warning where that is much. It refuses a lesion that covers no
        voxel by half: its mask is empty then.
    """
    frame = _canonical(lattice)
    anywhere = None if to_lesions is None else _nodes(frame, to_lesions, Box.whole(frame.shape))
    found = []
    for lesion in lesions:
        stored = lesion.mask.canonical().trimmed()
        nodes = anywhere or _nodes(frame, _same_place, _around(stored.window, frame))
        extents = nodes.half_extents(stored.window)
        box = nodes.reach(stored.window, extents)
        covered = _covered(stored, nodes, extents, box)
        carried = replace(lesion, mask=covered.on_axes_of(lattice))
        found.append((carried, _findings(lesion, carried, TOO_SMALL if box.size else OUTSIDE)))
    return found


def points_of(transform: sitk.Transform) -> PointMap:
    """A SimpleITK transform as a map of points: at once where it is linear, else two seconds for a million.

    Parameters
    ----------
    transform : SimpleITK.Transform
        From points of the other image to those where the lesions were drawn, as registration methods return
        it with the other image as the fixed one.

    Returns
    -------
    callable
        As `carried_lesions` takes it.
    """
    if transform.IsLinear():
        corners = np.array([transform.TransformPoint(point) for point in np.eye(4, 3, k=-1).tolist()])
        origin, axes = corners[0], corners[1:] - corners[0]
        return lambda points: points @ axes + origin

    def mapped(points: np.ndarray) -> np.ndarray:
        return np.array([transform.TransformPoint(point) for point in points.tolist()]).reshape(-1, 3)

    return mapped


@dataclass(frozen=True, eq=False)
class _Nodes:
    """Points all over a box of a canonical lattice, and where they lie in the lesions' frame of reference.

    Parameters
    ----------
    lattice : Lattice
    to_lesions : callable
    ticks : tuple of ndarray
        The nodes' indices along each axis, from edge to edge of the box.
    places : ndarray of float64, shape (k, j, i, 3), LPS mm
    """

    lattice: Lattice
    to_lesions: PointMap
    ticks: tuple[np.ndarray, ...]
    places: np.ndarray

    @property
    def steps(self) -> np.ndarray:
        """The largest distance between nodes along each axis, in voxels, (3,)."""
        return np.array([np.diff(ticks).max() for ticks in self.ticks])

    def half_extents(self, mask: Lattice) -> np.ndarray:
        """How far half a voxel reaches along the axes of a mask's lattice: the most that the map makes of it.

        Parameters
        ----------
        mask : Lattice

        Returns
        -------
        ndarray of float64, shape (3, 3)
            A row for each axis of this lattice, in voxels along each of the mask's.
        """
        index = mask.to_index(self.places)
        rows = []
        for axis, ticks in enumerate(self.ticks):
            shape = [-1 if a == axis else 1 for a in range(4)]
            change = np.abs(np.diff(index, axis=axis)) / np.diff(ticks).reshape(shape)
            rows.append(change.reshape(-1, 3).max(axis=0) / 2)
        return np.array(rows)

    def reach(self, mask: Lattice, extents: np.ndarray) -> Box:
        """The voxels of this lattice that may share space with a mask's.

        Parameters
        ----------
        mask : Lattice
        extents : ndarray of float64, shape (3, 3)
            Of `half_extents`.

        Returns
        -------
        Box
        """
        index = mask.to_index(self.places)
        # Each place is within half a step of a node along each axis.
        margin = self.steps @ extents + 1.0
        near = ((index > -1 - margin) & (index < np.array(mask.shape) + margin)).all(axis=-1)
        start, stop = [], []
        for axis, (ticks, step) in enumerate(zip(self.ticks, self.steps, strict=True)):
            hits = np.flatnonzero(near.any(axis=tuple(a for a in range(3) if a != axis)))
            if not hits.size:
                return Box((0, 0, 0), (0, 0, 0))
            start.append(math.floor(ticks[hits[0]] - step))
            stop.append(math.ceil(ticks[hits[-1]] + step) + 1)
        return Box(as_index(start), as_index(stop)).intersect(Box.whole(self.lattice.shape))


@dataclass(frozen=True, eq=False)
class _Mask:
    """A mask with a border around, and where a voxel of the other image is all inside or may be.

    Parameters
    ----------
    window : Lattice
        Of the voxels at hand, border included.
    inside, all_inside, any_inside : ndarray of bool, shape (k, j, i)
    """

    window: Lattice
    inside: np.ndarray
    all_inside: np.ndarray
    any_inside: np.ndarray

    @classmethod
    def of(cls, mask: Image, reach: np.ndarray) -> _Mask:
        """A mask with what is asked of it.

        Parameters
        ----------
        mask : Image
        reach : ndarray of float64, shape (3,)
            How far a voxel of the other image reaches from its centre along the mask's axes, in its voxels.
        """
        from scipy.ndimage import maximum_filter, minimum_filter

        margin = as_index(np.ceil(reach - SAME_LATTICE_VOXELS))
        padded = mask.within(mask.box.grow(margin))
        size = tuple(2 * m + 1 for m in margin)
        return cls(
            mask.lattice.window(mask.box.grow(margin)),
            padded,
            minimum_filter(padded.view(np.uint8), size, mode="constant") > 0,
            maximum_filter(padded.view(np.uint8), size, mode="constant") > 0,
        )

    def at(self, values: np.ndarray, index: np.ndarray) -> np.ndarray:
        """What one of the arrays holds at places, False beyond the window.

        Parameters
        ----------
        values : ndarray of bool, shape (k, j, i)
        index : ndarray of float64, shape (n, 3)
            Continuous indices of the window.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        voxels = np.floor(index + 0.5).astype(np.int64)
        there = ((voxels >= 0) & (voxels < self.window.shape)).all(axis=-1)
        voxels[~there] = 0
        return np.asarray(values[tuple(voxels.T)] & there)

    def share_inside(self, index: np.ndarray) -> np.ndarray:
        """What share of points is inside; one between two voxels belongs to either by half.

        Parameters
        ----------
        index : ndarray of float64, shape (n, m, 3)
            Continuous indices of the window.

        Returns
        -------
        ndarray of float64, shape (n,)
        """
        flat = index.reshape(-1, 3)
        halves = [self.at(self.inside, flat + side) for side in (-SAME_LATTICE_VOXELS, SAME_LATTICE_VOXELS)]
        count = sum(half.reshape(index.shape[:2]).sum(axis=1) for half in halves)
        return np.asarray(count / (2 * index.shape[1]))


def _around(window: Lattice, lattice: Lattice) -> Box:
    """The voxels of a lattice within one voxel of those of another."""
    edges = np.array(list(itertools.product(*((-0.5, n - 0.5) for n in window.shape))))
    reach = lattice.to_index(window.to_lps(edges))
    low, high = np.floor(reach.min(axis=0)) - 1, np.ceil(reach.max(axis=0)) + 2
    return Box(as_index(low), as_index(high)).intersect(Box.whole(lattice.shape))


def _nodes(lattice: Lattice, to_lesions: PointMap, box: Box) -> _Nodes:
    ticks = []
    for start, count, spacing in zip(box.start, box.shape, lattice.spacing, strict=True):
        cells = max(1, math.ceil(count * spacing / NODES_MM))
        ticks.append(start - 0.5 + np.linspace(0.0, max(1, count), cells + 1))
    grid = np.stack(np.meshgrid(*ticks, indexing="ij"), axis=-1)
    places = to_lesions(lattice.to_lps(grid.reshape(-1, 3))).reshape(grid.shape)
    return _Nodes(lattice, to_lesions, tuple(ticks), places)


def _same_place(points: np.ndarray) -> np.ndarray:
    return points


def _canonical(lattice: Lattice) -> Lattice:
    return Image(np.broadcast_to(np.False_, lattice.shape), lattice).canonical().lattice


def _covered(stored: Image, nodes: _Nodes, extents: np.ndarray, box: Box) -> Image:
    """The voxels in a box of the nodes' lattice of which a canonical, trimmed mask covers at least half."""
    if not (stored.values.size and box.size):
        return Image(np.zeros((0, 0, 0), bool), nodes.lattice)
    mask = _Mask.of(stored, extents.sum(axis=0))
    offsets = _offsets(extents.max(axis=1))
    values = np.zeros(box.size, bool)

    def index_of(voxels: np.ndarray) -> np.ndarray:
        return mask.window.to_index(nodes.to_lesions(nodes.lattice.to_lps(voxels)))

    for chunk in _chunks(box.size, POINTS_AT_ONCE):
        voxels = np.stack(np.unravel_index(chunk, box.shape), axis=-1) + np.array(box.start)
        centres = index_of(voxels)
        values[chunk] = mask.at(mask.all_inside, centres)
        unsure = np.flatnonzero(mask.at(mask.any_inside, centres) & ~values[chunk])
        for part in _chunks(unsure.size, max(1, POINTS_AT_ONCE // len(offsets))):
            which = unsure[part]
            points = voxels[which][:, None] + offsets
            share = mask.share_inside(index_of(points.reshape(-1, 3)).reshape(points.shape))
            values[chunk[which]] = share >= COVERED_SHARE
    return Image(values.reshape(box.shape), nodes.lattice, box.start).trimmed()


def _offsets(extents: np.ndarray) -> np.ndarray:
    """Points evenly inside of a voxel, as offsets from its centre in voxels, (n, 3).

    Parameters
    ----------
    extents : ndarray of float64, shape (3,)
        How far half a voxel reaches along each of its axes, in voxels of the mask.
    """
    wanted = np.clip(np.ceil(2 * POINTS_A_MASK_VOXEL * extents), *POINT_LIMITS).astype(int) | 1
    axes = [(np.arange(count) + 0.5) / count - 0.5 for count in wanted.tolist()]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _chunks(size: int, most: int) -> Iterator[np.ndarray]:
    for start in range(0, size, most):
        yield np.arange(start, min(start + most, size))


def _findings(before: Lesion, after: Lesion, missing: str) -> tuple[Finding, ...]:
    """What carrying changed, nothing where volume and voxels are the same; `missing` is why none is left."""
    old, new = before.volume_cc, after.volume_cc
    if not before.voxels:
        return ()
    if not after.voxels:
        text = f"The lesion ({old:.2f} cc where it was drawn) {missing}"
        return (Finding("mask.carried", Severity.REFUSE, text),)
    change = new / old - 1.0
    if before.voxels == after.voxels and abs(change) < SAME_VOLUME:
        return ()
    text = (
        "The lesion was drawn on another grid; the voxels of which it covers at least half were taken: "
        f"{old:.2f} cc became {new:.2f} cc ({100 * change:+.1f} %)."
    )
    if abs(change) <= CARRIED_VOLUME_CHANGE:
        return (Finding("mask.carried", Severity.FIXED, text),)
    advice = " Look whether it is small for these voxels, or reaches beyond this image."
    return (Finding("mask.carried", Severity.WARN, text + advice),)
