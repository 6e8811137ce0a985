"""From voxels and a mask to what features are computed on: intensities, masks and levels on the grid.

Order and definitions as in the IBSI 1 reference manual: interpolation, rounding, resegmentation,
discretization.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..features.region import Region
from ..findings import Refusal
from ..geometry.grid import CUBIC, LINEAR, Grid
from ..geometry.image import Box, Image, Triple
from ..lesion import Lesion
from ..settings import ExtractionSettings
from ..thresholds import MAX_LEVELS

# Trilinear weights of a mask reach one half exactly, but for rounding: such a voxel counts as inside.
HALF = np.float32(0.5 - 1e-6)


def sample_intensities(image: Image, grid: Grid, box: Box, settings: ExtractionSettings) -> np.ndarray:
    """Intensities of the CT on a box of the grid, rounded where the settings say so.

    Interpolated in double and rounded from single precision: a half is a half then, whatever order its
    parts were added in.

    Parameters
    ----------
    image : Image
        The CT.
    grid : Grid
    box : Box
        Of the grid.
    settings : ExtractionSettings

    Returns
    -------
    ndarray of float32, shape (k, j, i), HU
    """
    orders = CUBIC if settings.interpolation == "cubic" else LINEAR
    if orders == CUBIC:
        # Coefficients of a spline in single precision move voxels that lie on a bin's edge across it.
        image = replace(image, values=image.values.astype(float))
    values = grid.sample(image, box, orders=orders)
    single = values.astype(np.float32)
    return np.rint(single, out=single) if settings.round_intensities else single


def sample_mask(lesion: Lesion, grid: Grid, box: Box) -> np.ndarray:
    """The lesion's mask on a box of the grid: trilinear, inside where >= 0.5, or the one that it brings.

    Parameters
    ----------
    lesion : Lesion
    grid : Grid
    box : Box
        Of the grid.

    Returns
    -------
    ndarray of bool, shape (k, j, i)
    """
    if lesion.resampled is not None and lesion.resampled.lattice == grid.lattice:
        return lesion.resampled.within(box, False)
    if grid.lattice == grid.source:
        return lesion.mask.within(box, False)
    mask = Image(lesion.mask.values.astype(np.float32), lesion.mask.lattice, lesion.mask.offset)
    return grid.sample(mask, box, outside=0.0) >= HALF


def make_region(
    values: np.ndarray,
    mask: np.ndarray,
    spacing: Triple,
    settings: ExtractionSettings,
    usable: np.ndarray | None = None,
) -> Region:
    """Resegment and discretize one region.

    Parameters
    ----------
    values : ndarray of float32, shape (k, j, i), HU
    mask : ndarray of bool, shape (k, j, i)
    spacing : tuple of float
        In mm.
    settings : ExtractionSettings
    usable : ndarray of bool, shape (k, j, i), optional
        Voxels that hold an intensity at all; every one by default.

    Raises
    ------
    Refusal
        When nothing is left of the region or it would make too many levels.
    """
    kept = resegment(values, mask if usable is None else mask & usable, settings)
    if not kept.any():
        raise Refusal("feature.undefined", "No voxel of the region lies within the intensity range.")
    levels, count = discretize(values, kept, settings)
    return Region(values, mask, kept, levels, count, spacing, settings)


def resegment(values: np.ndarray, mask: np.ndarray, settings: ExtractionSettings) -> np.ndarray:
    """The mask without intensities out of range and, after that, without outliers.

    Mean and SD (n in the denominator) of the outlier filter are those of the voxels in the mask and in range.

    Parameters
    ----------
    values : ndarray of float32, shape (k, j, i), HU
    mask : ndarray of bool, shape (k, j, i)
    settings : ExtractionSettings

    Returns
    -------
    ndarray of bool, shape (k, j, i)
    """
    kept = mask
    if settings.range_hu is not None:
        low, high = settings.range_hu
        kept = kept & (values >= low) & (values <= high)
    if settings.outlier_sigma is not None and kept.any():
        inside = values[kept].astype(float)
        half = settings.outlier_sigma * inside.std()
        kept = kept & (np.abs(values - inside.mean()) <= half)
    return kept


def discretize(values: np.ndarray, mask: np.ndarray, settings: ExtractionSettings) -> tuple[np.ndarray, int]:
    """Levels from 1 inside the mask, 0 outside; and how many levels the discretization makes.

    Fixed bin size counts from the lower end of the resegmentation range (IBSI 1, fixed bin size), fixed bin
    number from the region's own minimum; with neither, integer intensities from 1 are the levels.

    Parameters
    ----------
    values : ndarray of float32, shape (k, j, i), HU
    mask : ndarray of bool, shape (k, j, i)
    settings : ExtractionSettings

    Returns
    -------
    tuple of (ndarray of int32, shape (k, j, i)) and int

    Raises
    ------
    Refusal
        When there would be more than `MAX_LEVELS`, or intensities cannot be levels.
    """
    inside = values[mask].astype(float)
    low, high = float(inside.min()), float(inside.max())
    if settings.bin_width_hu is not None:
        start = settings.range_hu[0] if settings.range_hu is not None else -math.inf
        start = start if math.isfinite(start) else low
        width = settings.bin_width_hu
        _check_levels((high - start) / width)
        found = np.floor((inside - start) / width).astype(np.int32) + 1
        count = int(found.max())
    elif settings.bin_count is not None:
        count = settings.bin_count
        share = (inside - low) / (high - low) if high > low else np.zeros_like(inside)
        found = np.minimum(np.floor(share * count).astype(np.int32) + 1, count)
    else:
        _check_levels(high)
        if low < 1 or not np.array_equal(inside, np.rint(inside)):
            raise Refusal("feature.undefined", "Intensities used as levels must be whole numbers from 1.")
        found = inside.astype(np.int32)
        count = int(high)
    levels = np.zeros(values.shape, np.int32)
    levels[mask] = found
    return levels, count


def _check_levels(estimate: float) -> None:
    if estimate > MAX_LEVELS:
        raise Refusal(
            "lesion.too_many_levels",
            f"The values would make about {estimate:.0f} intensity levels; the limit is {MAX_LEVELS}. "
            "Use a larger bin width or a narrower intensity range.",
        )
