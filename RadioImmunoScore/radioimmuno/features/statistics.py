"""Intensity-based statistics (IBSI family UHIW)."""

from __future__ import annotations

from .family import Family, Row, Values
from .moments import describe, value_counts
from .region import Region

# fmt: off
ROWS = (
    Row("mean", "Q4LE", "stat_mean", "HU", words="mean of the HU values",
        pyradiomics="Mean", lifex="MeanIntensity"),
    Row("variance", "ECT3", "stat_var", "HU2", words="spread of the HU values",
        pyradiomics="Variance", lifex="IntensityVariance"),
    Row("skewness", "KE2A", "stat_skew", words="lopsided HU values: bright tail above 0, dark below",
        pyradiomics="Skewness", lifex="IntensitySkewness"),
    Row("kurtosis", "IPH6", "stat_kurt", words="extreme HU values: more than a bell curve above 0",
        pyradiomics="Kurtosis", lifex="IntensityKurtosis"),
    Row("median", "Y12H", "stat_median", "HU", words="middle of the HU values",
        pyradiomics="Median", lifex="MedianIntensity"),
    Row("minimum", "1GSF", "stat_min", "HU", words="lowest HU value",
        pyradiomics="Minimum", lifex="MinimumIntensity"),
    Row("percentile_10", "QG58", "stat_p10", "HU",
        pyradiomics="10Percentile", lifex="10thIntensityPercentile"),
    Row("percentile_90", "8DWT", "stat_p90", "HU",
        pyradiomics="90Percentile", lifex="90thIntensityPercentile"),
    Row("maximum", "84IY", "stat_max", "HU", words="highest HU value",
        pyradiomics="Maximum", lifex="MaximumIntensity"),
    Row("interquartile_range", "SALO", "stat_iqr", "HU",
        pyradiomics="InterquartileRange", lifex="IntensityInterquartileRange"),
    Row("range", "2OJQ", "stat_range", "HU", pyradiomics="Range", lifex="IntensityRange"),
    Row("mean_absolute_deviation", "4FUA", "stat_mad", "HU",
        pyradiomics="MeanAbsoluteDeviation", lifex="IntensityBasedMeanAbsoluteDeviation"),
    Row("robust_mean_absolute_deviation", "1128", "stat_rmad", "HU",
        pyradiomics="RobustMeanAbsoluteDeviation", lifex="IntensityBasedRobustMeanAbsoluteDeviation"),
    Row("median_absolute_deviation", "N72L", "stat_medad", "HU",
        lifex="IntensityBasedMedianAbsoluteDeviation"),
    Row("coefficient_of_variation", "7TET", "stat_cov", lifex="IntensityBasedCoefficientOfVariation"),
    Row("quartile_coefficient_of_dispersion", "9S40", "stat_qcod",
        lifex="IntensityBasedQuartileCoefficientOfDispersion"),
    Row("energy", "N8CA", "stat_energy", "HU2", pyradiomics="Energy", lifex="IntensityBasedEnergy"),
    Row("root_mean_square", "5ZWQ", "stat_rms", "HU",
        pyradiomics="RootMeanSquared", lifex="RootMeanSquareIntensity"),
)
# fmt: on


def statistics(region: Region) -> Values:
    """The statistics of the intensities inside the intensity mask.

    Parameters
    ----------
    region : Region
    """
    return describe(*value_counts(region.intensities))


FAMILY = Family(
    "statistics",
    "intensity",
    ROWS,
    lambda measurement, names: statistics(measurement.region),
    pyradiomics_class="firstorder",
    lifex_prefix="INTENSITY-BASED",
)
