"""Local intensity: peaks of the mean over a sphere of 1 cc (IBSI family 9ST6)."""

from __future__ import annotations

import numpy as np

from .family import Family, Row, Values
from .region import Region

# Radius of a sphere of 1 cc (IBSI 1).
PEAK_RADIUS_MM = 10.0 * (3.0 / (4.0 * np.pi)) ** (1.0 / 3.0)

# fmt: off
ROWS = (
    Row("local_peak", "VJGA", "loc_peak_loc", "HU", lifex="LocalIntensityPeak"),
    Row("global_peak", "0F91", "loc_peak_glob", "HU", lifex="GlobalIntensityPeak"),
)
# fmt: on


def local_intensity(region: Region) -> Values:
    """Local and global intensity peak.

    The mean is taken over all voxels of the volume whose centres lie within the sphere, in the region or not;
    the region's crop must reach that far where the volume does.

    Parameters
    ----------
    region : Region
    """
    from scipy.signal import fftconvolve

    kernel = _sphere(region)
    total = fftconvolve(region.values.astype(float), kernel, mode="same")
    # Near the volume's border the sphere holds fewer voxels.
    count = np.rint(fftconvolve(np.ones(region.values.shape), kernel, mode="same"))
    means = (total / count)[region.intensity_mask]
    brightest = region.intensities == region.intensities.max()
    return {"local_peak": float(means[brightest].max()), "global_peak": float(means.max())}


def _sphere(region: Region) -> np.ndarray:
    reach = [int(PEAK_RADIUS_MM // s) for s in region.spacing]
    k, j, i = np.ogrid[tuple(slice(-r, r + 1) for r in reach)]
    distance2 = sum((a * s) ** 2 for a, s in zip((k, j, i), region.spacing, strict=True))
    return (distance2 <= PEAK_RADIUS_MM**2).astype(float)


FAMILY = Family(
    "local_intensity",
    "local intensity",
    ROWS,
    lambda measurement, names: local_intensity(measurement.region),
    lifex_prefix="LOCAL_INTENSITY_BASED",
    reach_mm=PEAK_RADIUS_MM,
    of_responses=False,
)
