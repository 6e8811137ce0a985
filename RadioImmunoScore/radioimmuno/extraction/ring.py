"""The peritumoral ring: all points within a distance of the lesion's surface, exact below the voxel.

The surface is the zero level of the mask's signed Euclidean distance, taken on the CT's own voxels and
interpolated to the grid: between slices by a cubic spline where slices are far apart, linearly elsewhere.
It crosses the grid's edges between two voxels at points known to a fraction of a millimetre; the distance
to the nearest of them makes the ring. Both distances are needed near the surface only, so that a few
shifted minima give them exactly (the lower envelope of parabolas, Felzenszwalb and Huttenlocher 2012, for a
bounded reach).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry.grid import Grid
from ..geometry.image import Box, Image, Triple
from ..lesion import Lesion
from ..memory import require_memory
from ..settings import RingSettings
from .preprocessing import sample_mask

# Slices this many grid steps apart or more are joined by a cubic spline: straight lines would cut the bulge
# off.
CUBIC_FROM_STEPS = 2.0

# How far the mask's distance is followed, in diagonals of a CT voxel: one reaches every voxel beside the
# surface, the cubic spline looks at the ones behind as well. What is further off moves it by under 0.01 mm.
REACH_DIAGONALS = 1.0
REACH_DIAGONALS_CUBIC = 1.5

FAR = np.float32(1e12)

# What the distances on a window of the CT take for each voxel: the mask and four arrays in single precision.
WINDOW_BYTES = 17
TIE_MM = 1e-4


@dataclass(frozen=True, eq=False)
class Ring:
    """A lesion's ring on the grid.

    Parameters
    ----------
    mask : the ring as it is measured, bool Image on the grid's lattice, cropped
    inner : the part of it inside the lesion's surface, bool array like `mask.values`
    share : voxels left of the full ring once the volume's border, other lesions and intensities have cut
        it, 0-1
    """

    mask: Image
    inner: np.ndarray
    share: float


def ring_box(box: Box, grid: Grid, settings: RingSettings) -> Box:
    """The box of the grid that holds the ring of a lesion in a box of CT voxels; it may leave the volume."""
    return grid.reach(box, settings.outer_mm + max(grid.lattice.spacing))


def signed_distance(lesion: Lesion, grid: Grid, box: Box, reach_mm: float) -> np.ndarray:
    """Distance in mm to the lesion's surface on a box of the grid, negative inside, float32 (k, j, i).

    Exact to `reach_mm`; beyond that only the sign means something.
    """
    level = _surface_level(lesion, grid, box)
    spacing = grid.lattice.spacing
    on_k, on_j, on_i = (_crossings(level, axis, spacing[axis], reach_mm) for axis in range(3))
    # A crossing on a line along one axis is looked for along the two others.
    beside = _nearest_squared(on_k, spacing, (1, 2), reach_mm)
    in_slice = np.minimum(
        _nearest_squared(on_j, spacing, (2,), reach_mm), _nearest_squared(on_i, spacing, (1,), reach_mm)
    )
    nearest = np.minimum(beside, _nearest_squared(in_slice, spacing, (0,), reach_mm), out=beside)
    distance = np.sqrt(nearest, out=nearest)
    np.negative(distance, out=distance, where=level <= 0)
    return distance


def make_ring(
    lesion: Lesion,
    grid: Grid,
    settings: RingSettings,
    others: Sequence[Lesion] = (),
    intensities: tuple[np.ndarray, Box] | None = None,
) -> Ring:
    """The ring of a lesion: near its surface, inside the volume, not in other lesions, in the range of HU.

    Parameters
    ----------
    lesion : canonical, not empty
    grid : the grid of the CT's canonical lattice
    others : the patient's other lesions, canonical
    intensities : sampled intensities and the grid box they cover; needed when the settings have a range of HU
    """
    if lesion.box is None:
        raise ValueError("an empty lesion has no ring")
    box = ring_box(lesion.box, grid, settings)
    distance = signed_distance(lesion, grid, box, max(settings.inner_mm, settings.outer_mm))
    inner = (distance <= 0) & (distance >= -settings.inner_mm - TIE_MM)
    full = inner | ((distance > 0) & (distance <= settings.outer_mm + TIE_MM))
    inside = box.intersect(Box.whole(grid.lattice.shape))
    local = inside.shift([-a for a in box.start]).slices
    ring = full[local].copy()
    for other in others:
        if other.box is None:
            continue
        shared = grid.cover(other.box, 0.0).intersect(inside)
        if shared.size:
            ring[shared.shift([-a for a in inside.start]).slices] &= ~sample_mask(other, grid, shared)
    if settings.range_hu is not None and intensities is not None:
        values = Image(intensities[0], grid.lattice, intensities[1].start).within(inside, np.nan)
        low, high = settings.range_hu
        ring &= (values >= low) & (values <= high)
    share = int(np.count_nonzero(ring)) / max(1, int(np.count_nonzero(full)))
    return Ring(Image(ring, grid.lattice, inside.start), inner[local] & ring, share)


def _surface_level(lesion: Lesion, grid: Grid, box: Box) -> np.ndarray:
    """The mask's signed distance on the grid; its zero level is the surface."""
    source = grid.source.spacing
    coarse = [s >= CUBIC_FROM_STEPS * g for s, g in zip(source, grid.lattice.spacing, strict=True)]
    orders = (3 if coarse[0] else 1, 3 if coarse[1] else 1, 3 if coarse[2] else 1)
    diagonals = REACH_DIAGONALS_CUBIC if any(coarse) else REACH_DIAGONALS
    reach = diagonals * math.hypot(*source)
    window = grid.source_of(box)
    require_memory(WINDOW_BYTES * math.prod(window.shape), "The part of the CT around a ring")
    mask = _with_border_repeated(lesion, window)
    axes = (0, 1, 2)
    outside = _nearest_squared(np.where(mask, np.float32(0), FAR), source, axes, reach)
    inside = _nearest_squared(np.where(mask, FAR, np.float32(0)), source, axes, reach)
    # One of the two is 0 everywhere.
    level = np.maximum(outside, inside, out=outside)
    np.minimum(level, np.float32(reach**2), out=level)
    np.sqrt(level, out=level)
    np.negative(level, out=level, where=mask)
    return grid.sample(Image(level, grid.source, window.start), box, orders=orders)


def _with_border_repeated(lesion: Lesion, window: Box) -> np.ndarray:
    """The mask on a window, continued beyond the volume: a border that cuts a lesion is no surface of it."""
    inside = window.intersect(Box.whole(lesion.mask.lattice.shape))
    before = [a - b for a, b in zip(inside.start, window.start, strict=True)]
    after = [a - b for a, b in zip(window.stop, inside.stop, strict=True)]
    return np.pad(lesion.mask.within(inside, False), list(zip(before, after, strict=True)), mode="edge")


def _crossings(level: np.ndarray, axis: int, spacing: float, reach_mm: float) -> np.ndarray:
    """Squared distance along one axis to the nearest crossing of the surface on the voxel's own grid line."""
    lower = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
    upper = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
    a, b = level[lower], level[upper]
    crossed = (a <= 0) != (b <= 0)
    where = np.nonzero(crossed)
    share = a[where] / (a[where] - b[where])
    distance = np.full(level.shape, np.sqrt(FAR), np.float32)
    np.minimum.at(distance[lower], where, (share * spacing).astype(np.float32))
    np.minimum.at(distance[upper], where, ((1 - share) * spacing).astype(np.float32))
    step = np.float32(spacing)
    for _ in range(math.ceil(reach_mm / spacing)):
        np.minimum(distance[upper], distance[lower] + step, out=distance[upper])
        np.minimum(distance[lower], distance[upper] + step, out=distance[lower])
    return np.square(distance, out=distance)


def _nearest_squared(
    squared: np.ndarray, spacing: Triple, axes: Sequence[int], reach_mm: float
) -> np.ndarray:
    """Smallest of `squared` + squared distance over all voxels within reach along these axes."""
    for axis in axes:
        nearest = squared.copy()
        moved = np.empty_like(squared)
        for step in range(1, math.ceil(reach_mm / spacing[axis]) + 1):
            lower = tuple(slice(None, -step) if a == axis else slice(None) for a in range(3))
            upper = tuple(slice(step, None) if a == axis else slice(None) for a in range(3))
            if squared.shape[axis] <= step:
                break
            further = np.float32((step * spacing[axis]) ** 2)
            np.add(squared, further, out=moved)
            np.minimum(nearest[upper], moved[lower], out=nearest[upper])
            np.minimum(nearest[lower], moved[upper], out=nearest[lower])
        squared = nearest
    return squared
