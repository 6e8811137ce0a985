"""Regions small enough to reckon by hand."""

from __future__ import annotations

import numpy as np

from radioimmuno.features.region import Region
from radioimmuno.settings import ExtractionSettings


def region_of(
    values: object,
    *,
    levels: object = None,
    level_count: int | None = None,
    inside: object = None,
    spacing: tuple[float, float, float] = (1.0, 1.0, 1.0),
    **settings: object,
) -> Region:
    """A region of these intensities, all of them inside by default; whole numbers are their own levels."""
    intensities = np.atleast_3d(np.array(values, np.float32))
    mask = np.ones(intensities.shape, bool) if inside is None else np.atleast_3d(np.array(inside, bool))
    numbers = np.atleast_3d(np.array(values if levels is None else levels, np.int32)) * mask
    settings = {"range_hu": None, "bin_width_hu": None} | settings
    return Region(
        intensities,
        mask,
        mask,
        numbers,
        int(numbers.max()) if level_count is None else level_count,
        spacing,
        ExtractionSettings(**settings),
    )
