"""From slice to slice: slices that were not drawn, contours that jump to and fro, and what mends both.

Shape-based interpolation (Raya and Udupa, IEEE TMI 1990): between two slices a contour is the zero level of
their interpolated signed distances.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from ..geometry.image import Triple
from ..thresholds import (
    JAGGED_ALONE_TIMES,
    JAGGED_SLICE_DISTANCES,
    JAGGED_SLICES,
    JAGGED_SLICES_SHARE,
    JAGGED_TAPER_SHARE,
    JAGGED_VOXELS,
    MAX_GAP_SLICES,
)

MAX_SMOOTHINGS = 20


def slice_axis(spacing: Sequence[float]) -> int:
    """The axis across the slices of a canonical mask: the one of the largest spacing, else the first."""
    return int(np.argmax(spacing))


def fill_gaps(mask: np.ndarray, spacing: Triple) -> np.ndarray:
    """The mask with its missing slices interpolated from the drawn ones beside them, bool (k, j, i).

    Missing are up to `MAX_GAP_SLICES` empty planes in a row, along any axis, between planes whose
    interpolation is not empty: what lies apart altogether is two pieces, no gap.

    Parameters
    ----------
    mask : ndarray of bool, shape (k, j, i)
        Cropped to what it covers, so that its outermost planes are drawn.
    spacing : tuple of 3 floats
        Of the array axes, mm.
    """
    filled = mask.copy()
    while True:
        before = filled.copy()
        for axis in range(3):
            _fill_along(np.moveaxis(filled, axis, 0), [s for a, s in enumerate(spacing) if a != axis])
        if np.array_equal(filled, before):  # what is filled along one axis may make a gap along another
            return filled


def _fill_along(planes: np.ndarray, spacing: Sequence[float]) -> None:
    """Fill the missing ones of these planes, in place."""
    drawn = np.flatnonzero(planes.any(axis=(1, 2)))
    for low, high in itertools.pairwise(drawn):
        if 1 < high - low <= MAX_GAP_SLICES + 1:
            below, above = (_signed_distance(planes[k], spacing) for k in (low, high))
            for k in range(low + 1, high):
                share = (k - low) / (high - low)
                planes[k] = (1 - share) * below + share * above <= 0


def zigzag_mm(mask: np.ndarray, spacing: Triple) -> np.ndarray:
    """How far the contour of each slice jumps and jumps back, mean along it, in mm; NaN where unknown.

    Along the contour of slice k: the signed distances' deviation from the mean of k - 1 and k + 1, against
    the mean of the neighbours' deviations. Curvature gives all three the same deviation and cancels; a
    contour that alternates by +-a gives 2a. Of that, `JAGGED_TAPER_SHARE` of the change from k - 1 to k + 1
    is taken off. The two slices at either end, which have not the four neighbours, are not judged.

    Parameters
    ----------
    mask : ndarray of bool, shape (k, j, i)
        Cropped to what it covers.
    spacing : tuple of 3 floats
        Of the array axes, mm.
    """
    axis = slice_axis(spacing)
    planes = np.moveaxis(mask, axis, 0)
    in_plane = [s for a, s in enumerate(spacing) if a != axis]
    jumps = np.full(len(planes), np.nan)
    if len(planes) < 5:
        return jumps
    level = _levels(planes, in_plane)
    drawn = np.array([bool(plane.any()) for plane in planes])
    for k in range(2, len(planes) - 2):
        if not drawn[k - 2 : k + 3].all():
            continue
        at = np.abs(level[k]) <= max(in_plane)
        a, b, c, d, e = (level[n][at] for n in range(k - 2, k + 3))
        here, before, after = c - (b + d) / 2, b - (a + c) / 2, d - (c + e) / 2
        jump = np.abs(here - (before + after) / 2) / 2
        taper = np.abs(d - b) / 2
        jumps[k] = max(0.0, float((jump - JAGGED_TAPER_SHARE * taper).mean()))
    return jumps


def jagged_slices(mask: np.ndarray, spacing: Triple) -> tuple[int, float]:
    """How many slices of a jagged mask jump too far, and the worst of them in mm; (0, 0) if it is not.

    Parameters
    ----------
    mask : ndarray of bool, shape (k, j, i)
        Cropped to what it covers.
    spacing : tuple of 3 floats
        Of the array axes, mm.
    """
    jumps = zigzag_mm(mask, spacing)
    axis = slice_axis(spacing)
    in_plane = max(s for a, s in enumerate(spacing) if a != axis)
    limit = max(JAGGED_SLICE_DISTANCES * spacing[axis], JAGGED_VOXELS * in_plane)
    judged = jumps[~np.isnan(jumps)]
    beyond = judged[judged > limit]
    worst = float(judged.max(initial=0.0))
    many = max(JAGGED_SLICES, JAGGED_SLICES_SHARE * judged.size)
    least = max(1, min(many, judged.size))
    if beyond.size >= least or worst > JAGGED_ALONE_TIMES * limit:
        return int(beyond.size), worst
    return 0, 0.0


def smooth_between_slices(mask: np.ndarray, spacing: Triple) -> np.ndarray:
    """The mask smoothed across its slices until it is not jagged, with as many voxels as before.

    Each pass takes the mean (1, 2, 1) / 4 of the signed distances of neighbouring slices, which cancels what
    alternates, and keeps the voxels deepest inside: as many as there were. The outermost slices take part
    but stay in their own place.

    Parameters
    ----------
    mask : ndarray of bool, shape (k, j, i)
        Cropped to what it covers.
    spacing : tuple of 3 floats
        Of the array axes, mm.
    """
    axis = slice_axis(spacing)
    in_plane = [s for a, s in enumerate(spacing) if a != axis]
    smooth = np.moveaxis(mask, axis, 0)
    for _ in range(MAX_SMOOTHINGS):
        if not jagged_slices(np.moveaxis(smooth, 0, axis), spacing)[0]:
            break
        level = _levels(smooth, in_plane)
        level[1:-1] = (level[:-2] + 2 * level[1:-1] + level[2:]) / 4
        smooth = _deepest(level, smooth)
    return np.moveaxis(smooth, 0, axis)


def _deepest(level: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """As many voxels as the mask has, of the lowest level; of equal ones those of the mask first."""
    order = np.lexsort((~mask.ravel(), level.ravel()))
    found = np.zeros(mask.size, bool)
    found[order[: np.count_nonzero(mask)]] = True
    return found.reshape(mask.shape)


def _levels(planes: np.ndarray, spacing: Sequence[float]) -> np.ndarray:
    """Signed distance in mm in each plane, float (k, j, i); far outside where a plane is empty."""
    far = float(np.hypot(*(n * s for n, s in zip(planes.shape[1:], spacing, strict=True))))
    return np.stack(
        [_signed_distance(plane, spacing) if plane.any() else np.full(plane.shape, far) for plane in planes]
    )


def _signed_distance(plane: np.ndarray, spacing: Sequence[float]) -> np.ndarray:
    """Distance in mm to the contour in a plane, negative inside: 0 half-way between inside and outside."""
    from scipy.ndimage import distance_transform_edt

    padded = np.pad(plane, 1)
    outside = distance_transform_edt(~padded, sampling=spacing)
    inside = distance_transform_edt(padded, sampling=spacing)
    return (outside - inside)[1:-1, 1:-1]
