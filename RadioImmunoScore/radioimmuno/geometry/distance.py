"""Signed distance of the CT's voxels to a mask's surface, below the voxel.

A mask alone says only on which side of the surface a voxel's centre lies. Where the surface passes between
two voxels follows from their neighbourhood: blurred by about a voxel, a mask becomes a Gaussian's cumulative
function of the distance to the surface, so that its inverse is linear across the surface and, divided by its
slope, a distance in mm. The side stays the mask's own, so that the surface parts exactly its voxels.
"""

from __future__ import annotations

import numpy as np

from ..lesion import Lesion
from .image import Box, Triple

# Of the finest spacing: wide enough for voxels not to show through, narrow enough for corners to stay.
SMOOTHING_VOXELS = 1.0
MARGIN_VOXELS = 4
# Shares of the blurred mask nearer to 0 and 1 than this are of voxels that no surface is near of.
SMALLEST_SHARE = 1e-6
# What is on the other side by its neighbourhood (the tip of a spur, a speck) lies at the surface, on its own
# side by this much of a voxel's blur.
SMALLEST_LEVEL = 1e-3
FLAT_PER_MM = 1e-6


def contour_distance(lesion: Lesion, box: Box, reach_mm: float) -> np.ndarray:
    """Distance in mm to the lesion's surface on a box of the CT's voxels, negative inside, float (k, j, i).

    Parameters
    ----------
    lesion : canonical
    box : inside the CT, so large that it holds the lesion
    reach_mm : how far off the surface the distance is wanted; beyond, it is infinite. The CT's border is no
        surface
    """
    from scipy.spatial import cKDTree

    lattice = lesion.mask.lattice
    window = box.grow(MARGIN_VOXELS).intersect(Box.whole(lattice.shape))
    mask = lesion.mask.within(window, False)
    level = _level(mask, lattice.spacing)
    nearest = _along_axes(level, mask, lattice.spacing)
    beside = np.nonzero(np.isfinite(nearest))
    inwards = np.stack([slope[beside] for slope in np.gradient(level, *lattice.spacing)], axis=1)
    slope = np.maximum(np.linalg.norm(inwards, axis=1), FLAT_PER_MM)
    # Never further than along an axis: in a sheet of one voxel the slope vanishes, and nothing else is known.
    off = np.minimum(np.abs(level[beside]) / slope, nearest[beside])
    nearest[beside] = off
    further = np.nonzero(np.isinf(nearest))
    if off.size:
        signed = np.where(mask[beside], off, -off) / slope
        surface = np.stack(beside, axis=1) * lattice.spacing - signed[:, None] * inwards
        points = np.stack(further, axis=1) * lattice.spacing
        nearest[further] = cKDTree(surface).query(points, distance_upper_bound=reach_mm)[0]
    distance = np.negative(nearest, out=nearest, where=mask)
    return distance[box.shift([-a for a in window.start]).slices]


def _level(mask: np.ndarray, spacing: Triple) -> np.ndarray:
    """What crosses 0 at the surface, linearly where that is flat; positive inside the mask."""
    from scipy.ndimage import gaussian_filter
    from scipy.special import ndtri

    width = [SMOOTHING_VOXELS * min(spacing) / step for step in spacing]
    share = gaussian_filter(mask.astype(float), width, mode="nearest")
    level = ndtri(np.clip(share, SMALLEST_SHARE, 1 - SMALLEST_SHARE))
    return np.where(mask, np.maximum(level, SMALLEST_LEVEL), np.minimum(level, -SMALLEST_LEVEL))


def _along_axes(level: np.ndarray, mask: np.ndarray, spacing: Triple) -> np.ndarray:
    """Distance in mm to the surface along the axes for voxels beside it, infinite elsewhere."""
    nearest = np.full(level.shape, np.inf)
    for axis in range(3):
        lower = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        upper = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        crossed = mask[lower] != mask[upper]
        share = level[lower][crossed] / (level[lower][crossed] - level[upper][crossed])
        nearest[lower][crossed] = np.minimum(nearest[lower][crossed], spacing[axis] * share)
        nearest[upper][crossed] = np.minimum(nearest[upper][crossed], spacing[axis] * (1 - share))
    return nearest
