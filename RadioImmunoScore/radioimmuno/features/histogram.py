"""Intensity histogram of the levels (IBSI family ZVCW)."""

from __future__ import annotations

import numpy as np

from .moments import describe
from .region import Region

_SHARED = [
    "mean",
    "variance",
    "skewness",
    "kurtosis",
    "median",
    "minimum",
    "percentile_10",
    "percentile_90",
    "maximum",
    "interquartile_range",
    "range",
    "mean_absolute_deviation",
    "robust_mean_absolute_deviation",
    "median_absolute_deviation",
    "coefficient_of_variation",
    "quartile_coefficient_of_dispersion",
]


def histogram(region: Region) -> dict[str, float | None]:
    """The 23 features of the histogram over the levels 1 to Ng, named as in the catalog."""
    levels = np.arange(1, region.level_count + 1, dtype=float)
    counts = np.bincount(region.levels[region.intensity_mask], minlength=region.level_count + 1)[1:]
    present = counts > 0
    described = describe(levels[present], counts[present])
    share = counts[present] / counts.sum()
    # One level has no neighbours to take a difference with: its gradient is 0.
    gradient = np.gradient(counts.astype(float)) if counts.size > 1 else np.zeros(1)
    modes = levels[counts == counts.max()]
    return {
        **{name: described[name] for name in _SHARED},
        # Of several equally frequent levels the one nearest to the mean (IBSI).
        "mode": float(modes[np.argmin(np.abs(modes - (described["mean"] or 0.0)))]),
        "entropy": float(-(share * np.log2(share)).sum()),
        "uniformity": float((share**2).sum()),
        "maximum_gradient": float(gradient.max()),
        "maximum_gradient_level": float(levels[gradient.argmax()]),
        "minimum_gradient": float(gradient.min()),
        "minimum_gradient_level": float(levels[gradient.argmin()]),
    }
