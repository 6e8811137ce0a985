"""Neighbouring gray-level dependence matrix, distance 1, coarseness 0 (IBSI family REK0)."""

from __future__ import annotations

from .emphasis import measures_of, size_matrix
from .family import Family, Row, Values
from .neighbours import Neighbours

# fmt: off
ROWS = (
    Row("low_dependence_emphasis", "SODN", "ngl_lde", pyradiomics="SmallDependenceEmphasis"),
    Row("high_dependence_emphasis", "IMOQ", "ngl_hde", pyradiomics="LargeDependenceEmphasis"),
    Row("low_gray_level_emphasis", "TL9H", "ngl_lgce", pyradiomics="LowGrayLevelEmphasis"),
    Row("high_gray_level_emphasis", "OAE7", "ngl_hgce", pyradiomics="HighGrayLevelEmphasis"),
    Row("low_dependence_low_gray_level_emphasis", "EQ3F", "ngl_ldlge",
        pyradiomics="SmallDependenceLowGrayLevelEmphasis"),
    Row("low_dependence_high_gray_level_emphasis", "JA6D", "ngl_ldhge",
        pyradiomics="SmallDependenceHighGrayLevelEmphasis"),
    Row("high_dependence_low_gray_level_emphasis", "NBZI", "ngl_hdlge",
        pyradiomics="LargeDependenceLowGrayLevelEmphasis"),
    Row("high_dependence_high_gray_level_emphasis", "9QMG", "ngl_hdhge",
        pyradiomics="LargeDependenceHighGrayLevelEmphasis"),
    Row("gray_level_non_uniformity", "FP8K", "ngl_glnu", pyradiomics="GrayLevelNonUniformity"),
    Row("normalized_gray_level_non_uniformity", "5SPA", "ngl_glnu_norm"),
    Row("dependence_count_non_uniformity", "Z87G", "ngl_dcnu", pyradiomics="DependenceNonUniformity"),
    Row("normalized_dependence_count_non_uniformity", "OKJI", "ngl_dcnu_norm",
        pyradiomics="DependenceNonUniformityNormalized"),
    Row("dependence_count_percentage", "6XV8", "ngl_dc_perc"),
    Row("gray_level_variance", "1PFV", "ngl_gl_var", pyradiomics="GrayLevelVariance"),
    Row("dependence_count_variance", "DNX2", "ngl_dc_var", pyradiomics="DependenceVariance"),
    Row("dependence_count_entropy", "FCBV", "ngl_dc_entr", pyradiomics="DependenceEntropy"),
    Row("dependence_count_energy", "CAS9", "ngl_dc_energy"),
)
# fmt: on


def ngldm(neighbours: Neighbours) -> Values:
    """Features of the matrix that counts voxels by level and dependence: 1 + neighbours of the same level.

    Parameters
    ----------
    neighbours : Neighbours
    """
    return measures_of(size_matrix(neighbours, neighbours.own, neighbours.same_count + 1), ROWS)


FAMILY = Family(
    "ngldm",
    "gray-level dependence",
    ROWS,
    lambda measurement, names: ngldm(measurement.neighbours),
    tag_suffix="_3D",
    pyradiomics_class="gldm",
)
