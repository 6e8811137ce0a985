"""Intensity histogram of the levels (IBSI family ZVCW)."""

from __future__ import annotations

import numpy as np

from .family import Family, Row, Values
from .moments import describe
from .region import Region

# fmt: off
ROWS = (
    Row("mean", "X6K6", "ih_mean", lifex="IntensityHistogramMean"),
    Row("variance", "CH89", "ih_var", lifex="IntensityHistogramVariance"),
    Row("skewness", "88K1", "ih_skew", lifex="IntensityHistogramSkewness"),
    Row("kurtosis", "C3I7", "ih_kurt", lifex="IntensityHistogramKurtosis"),
    Row("median", "WIFQ", "ih_median", lifex="IntensityHistogramMedian"),
    Row("minimum", "1PR8", "ih_min", lifex="IntensityHistogramMinimumGreyLevel"),
    Row("percentile_10", "GPMT", "ih_p10", lifex="IntensityHistogram10thPercentile"),
    Row("percentile_90", "OZ0C", "ih_p90", lifex="IntensityHistogram90thPercentile"),
    Row("maximum", "3NCY", "ih_max", lifex="IntensityHistogramMaximumGreyLevel"),
    Row("mode", "AMMC", "ih_mode", lifex="IntensityHistogramMode"),
    Row("interquartile_range", "WR0O", "ih_iqr", lifex="IntensityHistogramInterquartileRange"),
    Row("range", "5Z3W", "ih_range", lifex="IntensityHistogramRange"),
    Row("mean_absolute_deviation", "D2ZX", "ih_mad", lifex="IntensityHistogramMeanAbsoluteDeviation"),
    Row("robust_mean_absolute_deviation", "WRZB", "ih_rmad",
        lifex="IntensityHistogramRobustMeanAbsoluteDeviation"),
    Row("median_absolute_deviation", "4RNL", "ih_medad", lifex="IntensityHistogramMedianAbsoluteDeviation"),
    Row("coefficient_of_variation", "CWYJ", "ih_cov", lifex="IntensityHistogramCoefficientOfVariation"),
    Row("quartile_coefficient_of_dispersion", "SLWD", "ih_qcod",
        lifex="IntensityHistogramQuartileCoefficientOfDispersion"),
    Row("entropy", "TLU2", "ih_entropy", words="variety of gray levels",
        pyradiomics="Entropy", lifex="IntensityHistogramEntropyLog2"),
    Row("uniformity", "BJ5W", "ih_uniformity", words="few gray levels prevail",
        pyradiomics="Uniformity", lifex="Uniformity"),
    Row("maximum_gradient", "12CE", "ih_max_grad", lifex="MaximumHistogramGradient"),
    Row("maximum_gradient_level", "8E6O", "ih_max_grad_g", lifex="MaximumHistogramGradientGreyLevel"),
    Row("minimum_gradient", "VQB3", "ih_min_grad", lifex="MinimumHistogramGradient"),
    Row("minimum_gradient_level", "RHQZ", "ih_min_grad_g", lifex="MinimumHistogramGradientGreyLevel"),
)
# fmt: on

# What `describe` gives besides: of levels it says nothing.
_NOT_OF_LEVELS = ("energy", "root_mean_square")


def histogram(region: Region) -> Values:
    """The features of the histogram over the levels 1 to Ng.

    Parameters
    ----------
    region : Region
    """
    levels = np.arange(1, region.level_count + 1, dtype=float)
    counts = np.bincount(region.levels[region.intensity_mask], minlength=region.level_count + 1)[1:]
    present = counts > 0
    described = describe(levels[present], counts[present])
    share = counts[present] / counts.sum()
    # One level has no neighbours to take a difference with: its gradient is 0.
    gradient = np.gradient(counts.astype(float)) if counts.size > 1 else np.zeros(1)
    modes = levels[counts == counts.max()]
    return {
        **{name: value for name, value in described.items() if name not in _NOT_OF_LEVELS},
        # Of several equally frequent levels the one nearest to the mean (IBSI).
        "mode": float(modes[np.argmin(np.abs(modes - (described["mean"] or 0.0)))]),
        "entropy": float(-(share * np.log2(share)).sum()),
        "uniformity": float((share**2).sum()),
        "maximum_gradient": float(gradient.max()),
        "maximum_gradient_level": float(levels[gradient.argmax()]),
        "minimum_gradient": float(gradient.min()),
        "minimum_gradient_level": float(levels[gradient.argmin()]),
    }


FAMILY = Family(
    "histogram",
    "histogram",
    ROWS,
    lambda measurement, names: histogram(measurement.region),
    pyradiomics_class="firstorder",
    lifex_prefix="INTENSITY-HISTOGRAM",
)
