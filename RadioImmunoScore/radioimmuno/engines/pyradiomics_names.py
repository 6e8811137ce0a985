"""Which feature of PyRadiomics is which of the catalog's, and why some values differ all the same.

Source: the definitions in PyRadiomics' documentation and in the IBSI 1 reference manual. Features that
PyRadiomics has marked as deprecated are left out where they repeat another one.
"""

from __future__ import annotations

from ..settings import ExtractionSettings

_SHAPE = {
    "volume": "MeshVolume",
    "approximate_volume": "VoxelVolume",
    "surface_area": "SurfaceArea",
    "surface_to_volume_ratio": "SurfaceVolumeRatio",
    "compactness_1": "Compactness1",
    "compactness_2": "Compactness2",
    "spherical_disproportion": "SphericalDisproportion",
    "sphericity": "Sphericity",
    "maximum_3d_diameter": "Maximum3DDiameter",
    "major_axis_length": "MajorAxisLength",
    "minor_axis_length": "MinorAxisLength",
    "least_axis_length": "LeastAxisLength",
    "elongation": "Elongation",
    "flatness": "Flatness",
}
_STATISTICS = {
    "mean": "Mean",
    "variance": "Variance",
    "skewness": "Skewness",
    "kurtosis": "Kurtosis",
    "median": "Median",
    "minimum": "Minimum",
    "percentile_10": "10Percentile",
    "percentile_90": "90Percentile",
    "maximum": "Maximum",
    "interquartile_range": "InterquartileRange",
    "range": "Range",
    "mean_absolute_deviation": "MeanAbsoluteDeviation",
    "robust_mean_absolute_deviation": "RobustMeanAbsoluteDeviation",
    "energy": "Energy",
    "root_mean_square": "RootMeanSquared",
}
_HISTOGRAM = {"entropy": "Entropy", "uniformity": "Uniformity"}
_GLCM = {
    "joint_maximum": "MaximumProbability",
    "joint_average": "JointAverage",
    "joint_variance": "SumSquares",
    "joint_entropy": "JointEntropy",
    "difference_average": "DifferenceAverage",
    "difference_variance": "DifferenceVariance",
    "difference_entropy": "DifferenceEntropy",
    "sum_average": "SumAverage",
    "sum_variance": "ClusterTendency",
    "sum_entropy": "SumEntropy",
    "angular_second_moment": "JointEnergy",
    "contrast": "Contrast",
    "dissimilarity": "DifferenceAverage",
    "inverse_difference": "Id",
    "normalized_inverse_difference": "Idn",
    "inverse_difference_moment": "Idm",
    "normalized_inverse_difference_moment": "Idmn",
    "inverse_variance": "InverseVariance",
    "correlation": "Correlation",
    "autocorrelation": "Autocorrelation",
    "cluster_tendency": "ClusterTendency",
    "cluster_shade": "ClusterShade",
    "cluster_prominence": "ClusterProminence",
    "information_correlation_1": "Imc1",
    "information_correlation_2": "Imc2",
}
_GLRLM = {
    "short_runs_emphasis": "ShortRunEmphasis",
    "long_runs_emphasis": "LongRunEmphasis",
    "low_gray_level_emphasis": "LowGrayLevelRunEmphasis",
    "high_gray_level_emphasis": "HighGrayLevelRunEmphasis",
    "short_run_low_gray_level_emphasis": "ShortRunLowGrayLevelEmphasis",
    "short_run_high_gray_level_emphasis": "ShortRunHighGrayLevelEmphasis",
    "long_run_low_gray_level_emphasis": "LongRunLowGrayLevelEmphasis",
    "long_run_high_gray_level_emphasis": "LongRunHighGrayLevelEmphasis",
    "gray_level_non_uniformity": "GrayLevelNonUniformity",
    "normalized_gray_level_non_uniformity": "GrayLevelNonUniformityNormalized",
    "run_length_non_uniformity": "RunLengthNonUniformity",
    "normalized_run_length_non_uniformity": "RunLengthNonUniformityNormalized",
    "run_percentage": "RunPercentage",
    "gray_level_variance": "GrayLevelVariance",
    "run_length_variance": "RunVariance",
    "run_entropy": "RunEntropy",
}
_GLSZM = {
    "small_zone_emphasis": "SmallAreaEmphasis",
    "large_zone_emphasis": "LargeAreaEmphasis",
    "low_gray_level_emphasis": "LowGrayLevelZoneEmphasis",
    "high_gray_level_emphasis": "HighGrayLevelZoneEmphasis",
    "small_zone_low_gray_level_emphasis": "SmallAreaLowGrayLevelEmphasis",
    "small_zone_high_gray_level_emphasis": "SmallAreaHighGrayLevelEmphasis",
    "large_zone_low_gray_level_emphasis": "LargeAreaLowGrayLevelEmphasis",
    "large_zone_high_gray_level_emphasis": "LargeAreaHighGrayLevelEmphasis",
    "gray_level_non_uniformity": "GrayLevelNonUniformity",
    "normalized_gray_level_non_uniformity": "GrayLevelNonUniformityNormalized",
    "zone_size_non_uniformity": "SizeZoneNonUniformity",
    "normalized_zone_size_non_uniformity": "SizeZoneNonUniformityNormalized",
    "zone_percentage": "ZonePercentage",
    "gray_level_variance": "GrayLevelVariance",
    "zone_size_variance": "ZoneVariance",
    "zone_size_entropy": "ZoneEntropy",
}
_NGTDM = {
    name: name.capitalize() for name in ("coarseness", "contrast", "busyness", "complexity", "strength")
}
_NGLDM = {
    "low_dependence_emphasis": "SmallDependenceEmphasis",
    "high_dependence_emphasis": "LargeDependenceEmphasis",
    "low_gray_level_emphasis": "LowGrayLevelEmphasis",
    "high_gray_level_emphasis": "HighGrayLevelEmphasis",
    "low_dependence_low_gray_level_emphasis": "SmallDependenceLowGrayLevelEmphasis",
    "low_dependence_high_gray_level_emphasis": "SmallDependenceHighGrayLevelEmphasis",
    "high_dependence_low_gray_level_emphasis": "LargeDependenceLowGrayLevelEmphasis",
    "high_dependence_high_gray_level_emphasis": "LargeDependenceHighGrayLevelEmphasis",
    "gray_level_non_uniformity": "GrayLevelNonUniformity",
    "dependence_count_non_uniformity": "DependenceNonUniformity",
    "normalized_dependence_count_non_uniformity": "DependenceNonUniformityNormalized",
    "gray_level_variance": "GrayLevelVariance",
    "dependence_count_variance": "DependenceVariance",
    "dependence_count_entropy": "DependenceEntropy",
}
# Family of the catalog -> (class of PyRadiomics, name in the catalog -> name in PyRadiomics).
_FAMILIES = {
    "morphology": ("shape", _SHAPE),
    "statistics": ("firstorder", _STATISTICS),
    "histogram": ("firstorder", _HISTOGRAM),
    "glcm": ("glcm", _GLCM),
    "glcm_merged": ("glcm", _GLCM),
    "glrlm": ("glrlm", _GLRLM),
    "glrlm_merged": ("glrlm", _GLRLM),
    "glszm": ("glszm", _GLSZM),
    "ngtdm": ("ngtdm", _NGTDM),
    "ngldm": ("gldm", _NGLDM),
}

NAMES: dict[str, str] = {
    f"{family}.{name}": f"{kind}_{theirs}"
    for family, (kind, table) in _FAMILIES.items()
    for name, theirs in table.items()
}

# Why a value differs from ours though the feature is the same.
KURTOSIS = "PyRadiomics gives kurtosis; ours is excess kurtosis (IBSI), which is 3 less."
AXES = "PyRadiomics divides the covariance of the voxels' places by n, ours by n - 1."
MESH = (
    "The surface has cells that can be joined in two ways; PyRadiomics joins them the one way, ours (VTK's "
    "marching cubes) the other."
)
FIRST_LEVEL = (
    "PyRadiomics' level 1 is the region's darkest voxel; ours begins at the lower end of the intensity range "
    "(IBSI), so that a level means the same HU in every lesion."
)
LEVEL_COUNT = (
    "PyRadiomics divides by the number of levels from the region's darkest voxel on; ours counts them from "
    "the lower end of the intensity range."
)
BIN_EDGES = (
    "PyRadiomics puts bin edges at multiples of the bin width, ours count from the lower end of the "
    "intensity range, and here the two are not the same."
)
NO_SUCH_FEATURE = "PyRadiomics has no such feature."

_BY_MESH = (
    "volume",
    "surface_area",
    "surface_to_volume_ratio",
    "compactness_1",
    "compactness_2",
    "spherical_disproportion",
    "sphericity",
)
_BY_FIRST_LEVEL = ("joint_average", "sum_average", "autocorrelation", "busyness")


def reason(key: str, extraction: ExtractionSettings) -> str:
    """Why PyRadiomics' value of a feature may differ from ours at these settings; empty when it should not.

    Parameters
    ----------
    key : of the catalog
    """
    family, _, name = key.partition(".")
    if key not in NAMES:
        return NO_SUCH_FEATURE
    if key == "statistics.kurtosis":
        return KURTOSIS
    if family == "morphology":
        return AXES if name.endswith("axis_length") else MESH if name in _BY_MESH else ""
    if family == "statistics" or extraction.bin_count is not None:
        return ""
    if not _same_edges(extraction):
        return BIN_EDGES
    if name.startswith("normalized_inverse_difference"):
        return LEVEL_COUNT
    return FIRST_LEVEL if name in _BY_FIRST_LEVEL or name.endswith("_level_emphasis") else ""


def _same_edges(extraction: ExtractionSettings) -> bool:
    """Whether bins from the range's lower end have their edges at multiples of the bin width too."""
    if extraction.bin_width_hu is None:
        return True  # the levels are the intensities
    return extraction.range_hu is not None and extraction.range_hu[0] % extraction.bin_width_hu == 0
