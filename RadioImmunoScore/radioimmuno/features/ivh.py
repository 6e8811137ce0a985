"""Intensity-volume histogram (IBSI family P88C)."""

from __future__ import annotations

import math

import numpy as np

from ..findings import Refusal
from ..settings import ExtractionSettings
from .family import Family, Row, Values
from .region import Region

# IBSI's configurations have up to a thousand; finer ones differ by less than a millionth of the range.
MAX_STEPS = 1_000_000

# fmt: off
ROWS = (
    Row("volume_fraction_at_10_intensity", "NK6P", "ivh_v10"),
    Row("volume_fraction_at_90_intensity", "4279", "ivh_v90"),
    Row("intensity_at_10_volume", "PWN1", "ivh_i10", "HU"),
    Row("intensity_at_90_volume", "BOHI", "ivh_i90", "HU"),
    Row("volume_fraction_difference_10_90", "WITY", "ivh_diff_v10_v90"),
    Row("intensity_difference_10_90", "JXJA", "ivh_diff_i10_i90", "HU"),
    Row("area_under_curve", "9CMM", "ivh_auc"),
)
# fmt: on


def ivh(region: Region) -> Values:
    """The intensity-volume histogram's features.

    The area under the curve has no consensus value in IBSI; ours is the trapezoid rule over intensity
    fraction and volume fraction.

    Parameters
    ----------
    region : Region

    Raises
    ------
    Refusal
        When the histogram would have more than `MAX_STEPS` steps.
    """
    intensity, count, beyond = _steps(region)
    volume = 1.0 - np.concatenate([[0], np.cumsum(count)[:-1]]) / count.sum()
    span = intensity[-1] - intensity[0]
    fraction = (intensity - intensity[0]) / span if span > 0 else np.zeros_like(intensity)

    def volume_at(share: float) -> float:
        reached = volume[fraction >= share]
        return float(reached.max()) if reached.size else 0.0

    def intensity_at(share: float) -> float:
        reached = intensity[volume <= share]
        return float(reached.min()) if reached.size else beyond

    v10, v90, i10, i90 = volume_at(0.1), volume_at(0.9), intensity_at(0.1), intensity_at(0.9)
    return {
        "volume_fraction_at_10_intensity": v10,
        "volume_fraction_at_90_intensity": v90,
        "intensity_at_10_volume": i10,
        "intensity_at_90_volume": i90,
        "volume_fraction_difference_10_90": v10 - v90,
        "intensity_difference_10_90": i10 - i90,
        "area_under_curve": float(((volume[1:] + volume[:-1]) / 2 * np.diff(fraction)).sum()),
    }


def _ends(settings: ExtractionSettings, values: np.ndarray) -> tuple[float, float]:
    """The resegmentation range; where it is open or not given, the region's own end."""
    low, high = settings.range_hu or (-math.inf, math.inf)
    return (
        low if math.isfinite(low) else float(values.min()),
        high if math.isfinite(high) else float(values.max()),
    )


def _steps(region: Region) -> tuple[np.ndarray, np.ndarray, float]:
    """Intensities of the histogram's steps (ascending), voxels at each, and the step beyond the last.

    Fixed bin size: bin centres from the lower end of the resegmentation range to the upper one. Fixed bin
    number: levels over the region's own range. Neither: the intensities as they are, over the resegmentation
    range in steps of 1 where they are whole numbers.
    """
    settings, values = region.settings, region.intensities
    low, high = _ends(settings, values)
    if settings.ivh_bin_width_hu is not None:
        width = settings.ivh_bin_width_hu
        _check_steps((high - low) / width)
        bins = int(np.ceil((high - low) / width)) + 1
        found = np.floor((values - low) / width).astype(np.intp)
        centres = low + (np.arange(bins) + 0.5) * width
        return centres, np.bincount(found, minlength=bins), float(centres[-1] + width)
    if settings.ivh_bin_count is not None:
        bins = settings.ivh_bin_count
        low, high = float(values.min()), float(values.max())
        share = (values - low) / (high - low) if high > low else np.zeros_like(values)
        found = np.minimum(np.floor(share * bins).astype(np.intp), bins - 1)
        return np.arange(1.0, bins + 1), np.bincount(found, minlength=bins), bins + 1.0
    if np.array_equal(values, np.rint(values)):
        _check_steps(high - low)
        steps = np.arange(low, high + 1)
        return steps, np.bincount((values - low).astype(np.intp), minlength=steps.size), float(high + 1)
    found, counts = np.unique(values, return_counts=True)
    return found, counts, float(found[-1])


def _check_steps(estimate: float) -> None:
    if estimate > MAX_STEPS:
        raise Refusal(
            "lesion.too_many_levels",
            f"The intensity-volume histogram would have about {estimate:.3g} steps; the limit is "
            f"{MAX_STEPS:,}. Use a larger bin width or a narrower intensity range.",
        )


FAMILY = Family("ivh", "intensity-volume", ROWS, lambda measurement, names: ivh(measurement.region))
