"""Signed distance to a mask's surface, known below the voxel, negative inside.

A mask alone says only on which side of the surface a voxel's centre lies. The surface is where a level that
is made of the mask crosses zero between two voxels. Which level depends on whose surface is wanted:

- `signed_distance`, on a resampled grid: the mask's exact Euclidean distance on the CT's own voxels,
  interpolated to the grid: between slices by a cubic spline where slices are far apart, linearly elsewhere.
  It follows the mask's corners. The distance to the nearest crossing is needed near the surface only, so
  that a few shifted minima give it exactly (the lower envelope of parabolas, Felzenszwalb and Huttenlocher
  2012, for a bounded reach).
- `contour_distance`, on the CT's own voxels: blurred by about a voxel, a mask becomes a Gaussian's cumulative
  function of the distance to the surface, so that its inverse is linear across the surface and, divided by
  its slope, a distance in mm. It is smooth, as a contour is that a hand draws. The side stays the mask's own,
  so that the surface parts exactly its voxels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..memory import require_memory
from .grid import Grid
from .image import Box, Image, Triple, along

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

# Of the finest spacing: wide enough for voxels not to show through, narrow enough for corners to stay.
SMOOTHING_VOXELS = 1.0
MARGIN_VOXELS = 4
# Shares of the blurred mask nearer to 0 and 1 than this are of voxels that no surface is near of.
SMALLEST_SHARE = 1e-6
# What is on the other side by its neighbourhood (the tip of a spur, a speck) lies at the surface, on its own
# side by this much of a voxel's blur.
SMALLEST_LEVEL = 1e-3
FLAT_PER_MM = 1e-6


def signed_distance(mask: Image, grid: Grid, box: Box, reach_mm: float) -> np.ndarray:
    """Distance in mm to the surface of the mask as it is resampled, on a box of the grid.

    Parameters
    ----------
    mask : Image
        Bool, on the grid's source lattice, not empty.
    grid : Grid
    box : Box
        Of the grid; it may reach beyond it.
    reach_mm : float
        How far off the surface the distance is exact; beyond, only the sign means something.

    Returns
    -------
    ndarray of float32, shape (k, j, i)
    """
    level = _resampled_level(mask, grid, box)
    spacing = grid.lattice.spacing
    on_k, on_j, on_i = (_along_line(level, axis, spacing[axis], reach_mm) for axis in range(3))
    # A crossing on a line along one axis is looked for along the two others.
    beside = _nearest_squared(on_k, spacing, (1, 2), reach_mm)
    in_slice = np.minimum(
        _nearest_squared(on_j, spacing, (2,), reach_mm), _nearest_squared(on_i, spacing, (1,), reach_mm)
    )
    nearest = np.minimum(beside, _nearest_squared(in_slice, spacing, (0,), reach_mm), out=beside)
    distance = np.sqrt(nearest, out=nearest)
    np.negative(distance, out=distance, where=level <= 0)
    return distance


def contour_distance(mask: Image, box: Box, reach_mm: float) -> np.ndarray:
    """Distance in mm to the surface of the mask as it was drawn, on a box of its lattice.

    Parameters
    ----------
    mask : Image
        Bool.
    box : Box
        Inside the lattice, so large that it holds the mask.
    reach_mm : float
        How far off the surface the distance is wanted; beyond, it is infinite. The lattice's border is no
        surface.

    Returns
    -------
    ndarray of float64, shape (k, j, i)
    """
    from scipy.spatial import cKDTree

    spacing = mask.lattice.spacing
    window = box.grow(MARGIN_VOXELS).intersect(Box.whole(mask.lattice.shape))
    inside = mask.within(window, False)
    level = _blurred_level(inside, spacing)
    nearest = _along_axes(level, spacing)
    beside = np.nonzero(np.isfinite(nearest))
    inwards = np.stack([slope[beside] for slope in np.gradient(level, *spacing)], axis=1)
    slope = np.maximum(np.linalg.norm(inwards, axis=1), FLAT_PER_MM)
    # Never further than along an axis: in a sheet of one voxel the slope vanishes, and nothing else is known.
    off = np.minimum(np.abs(level[beside]) / slope, nearest[beside])
    nearest[beside] = off
    further = np.nonzero(np.isinf(nearest))
    if off.size:
        signed = np.where(inside[beside], off, -off) / slope
        surface = np.stack(beside, axis=1) * spacing - signed[:, None] * inwards
        points = np.stack(further, axis=1) * spacing
        nearest[further] = cKDTree(surface).query(points, distance_upper_bound=reach_mm)[0]
    distance = np.negative(nearest, out=nearest, where=inside)
    return distance[box.slices_in(window)]


def _resampled_level(mask: Image, grid: Grid, box: Box) -> np.ndarray:
    """The mask's signed distance on the grid; its zero level is the surface."""
    source = grid.source.spacing
    coarse = [s >= CUBIC_FROM_STEPS * g for s, g in zip(source, grid.lattice.spacing, strict=True)]
    orders = (3 if coarse[0] else 1, 3 if coarse[1] else 1, 3 if coarse[2] else 1)
    diagonals = REACH_DIAGONALS_CUBIC if any(coarse) else REACH_DIAGONALS
    reach = diagonals * math.hypot(*source)
    window = grid.source_of(box)
    require_memory(WINDOW_BYTES * math.prod(window.shape), "The part of the CT around a ring")
    # Continued beyond the volume: a border that cuts a lesion is no surface of it.
    volume = window.intersect(Box.whole(mask.lattice.shape))
    inside = Image(mask.within(volume, False), mask.lattice, volume.start).extended(window)
    axes = (0, 1, 2)
    level = _nearest_squared(np.where(inside, np.float32(0), FAR), source, axes, reach)
    depth = _nearest_squared(np.where(inside, FAR, np.float32(0)), source, axes, reach)
    # One of the two is 0 everywhere.
    np.maximum(level, depth, out=level)
    np.minimum(level, np.float32(reach**2), out=level)
    np.sqrt(level, out=level)
    np.negative(level, out=level, where=inside)
    return grid.sample(Image(level, grid.source, window.start), box, orders=orders)


def _blurred_level(mask: np.ndarray, spacing: Triple) -> np.ndarray:
    """What crosses 0 at the surface, linearly where that is flat; positive inside the mask."""
    from scipy.ndimage import gaussian_filter
    from scipy.special import ndtri

    width = [SMOOTHING_VOXELS * min(spacing) / step for step in spacing]
    share = gaussian_filter(mask.astype(float), width, mode="nearest")
    level = ndtri(np.clip(share, SMALLEST_SHARE, 1 - SMALLEST_SHARE))
    return np.where(mask, np.maximum(level, SMALLEST_LEVEL), np.minimum(level, -SMALLEST_LEVEL))


Places = tuple[np.ndarray, ...]


def _crossings(level: np.ndarray, axis: int) -> tuple[Places, np.ndarray]:
    """Where the level crosses zero before the next voxel along an axis, and after which share of the step."""
    lower, upper = along(axis)
    a, b = level[lower], level[upper]
    where = np.nonzero((a <= 0) != (b <= 0))
    return where, a[where] / (a[where] - b[where])


def _along_axes(level: np.ndarray, spacing: Triple) -> np.ndarray:
    """Distance in mm to the surface along the axes for voxels beside it, infinite elsewhere."""
    nearest = np.full(level.shape, np.inf)
    for axis, step in enumerate(spacing):
        lower, upper = along(axis)
        where, share = _crossings(level, axis)
        for beside, off in ((nearest[lower], step * share), (nearest[upper], step * (1 - share))):
            beside[where] = np.minimum(beside[where], off)
    return nearest


def _along_line(level: np.ndarray, axis: int, spacing: float, reach_mm: float) -> np.ndarray:
    """Squared distance along one axis to the nearest crossing of the surface on the voxel's own grid line."""
    lower, upper = along(axis)
    where, share = _crossings(level, axis)
    distance = np.full(level.shape, np.sqrt(FAR), np.float32)
    for beside, off in ((distance[lower], share * spacing), (distance[upper], (1 - share) * spacing)):
        beside[where] = np.minimum(beside[where], off.astype(np.float32))
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
            lower, upper = along(axis, step)
            if squared.shape[axis] <= step:
                break
            further = np.float32((step * spacing[axis]) ** 2)
            np.add(squared, further, out=moved)
            np.minimum(nearest[upper], moved[lower], out=nearest[upper])
            np.minimum(nearest[lower], moved[upper], out=nearest[lower])
        squared = nearest
    return squared
