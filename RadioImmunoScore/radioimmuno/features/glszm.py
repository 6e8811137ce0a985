"""Gray-level size-zone matrix (IBSI family 9SAK): a zone is a connected group (26) of voxels of one level."""

from __future__ import annotations

import numpy as np

from .emphasis import measures_of, size_matrix
from .family import Family, Row, Values
from .neighbours import Neighbours

# fmt: off
ROWS = (
    Row("small_zone_emphasis", "5QRC", "szm_sze", words="small zones of equal voxels",
        pyradiomics="SmallAreaEmphasis", lifex="SmallZoneEmphasis"),
    Row("large_zone_emphasis", "48P8", "szm_lze", words="large zones of equal voxels",
        pyradiomics="LargeAreaEmphasis", lifex="LargeZoneEmphasis"),
    Row("low_gray_level_emphasis", "XMSY", "szm_lgze", words="zones of dark voxels",
        pyradiomics="LowGrayLevelZoneEmphasis", lifex="LowGrayLevelZoneEmphasis"),
    Row("high_gray_level_emphasis", "5GN9", "szm_hgze", words="zones of bright voxels",
        pyradiomics="HighGrayLevelZoneEmphasis", lifex="HighGrayLevelZoneEmphasis"),
    Row("small_zone_low_gray_level_emphasis", "5RAI", "szm_szlge", words="small zones of dark voxels",
        pyradiomics="SmallAreaLowGrayLevelEmphasis", lifex="SmallZoneLowGreyLevelEmphasis"),
    Row("small_zone_high_gray_level_emphasis", "HW1V", "szm_szhge", words="small zones of bright voxels",
        pyradiomics="SmallAreaHighGrayLevelEmphasis", lifex="SmallZoneHighGreyLevelEmphasis"),
    Row("large_zone_low_gray_level_emphasis", "YH51", "szm_lzlge", words="large zones of dark voxels",
        pyradiomics="LargeAreaLowGrayLevelEmphasis", lifex="LargeZoneLowGreyLevelEmphasis"),
    Row("large_zone_high_gray_level_emphasis", "J17V", "szm_lzhge", words="large zones of bright voxels",
        pyradiomics="LargeAreaHighGrayLevelEmphasis", lifex="LargeZoneHighGreyLevelEmphasis"),
    Row("gray_level_non_uniformity", "JNSA", "szm_glnu", words="zones crowded on few gray levels",
        pyradiomics="GrayLevelNonUniformity", lifex="GreyLevelNonUniformity"),
    Row("normalized_gray_level_non_uniformity", "Y1RO", "szm_glnu_norm",
        pyradiomics="GrayLevelNonUniformityNormalized", lifex="NormalisedGreyLevelNonUniformity"),
    Row("zone_size_non_uniformity", "4JP3", "szm_zsnu", words="zones crowded on few sizes",
        pyradiomics="SizeZoneNonUniformity", lifex="ZoneSizeNonUniformity"),
    Row("normalized_zone_size_non_uniformity", "VB3A", "szm_zsnu_norm",
        pyradiomics="SizeZoneNonUniformityNormalized", lifex="NormalisedZoneSizeNonUniformity"),
    Row("zone_percentage", "P30P", "szm_z_perc", words="fine texture: many zones",
        pyradiomics="ZonePercentage", lifex="ZonePercentage"),
    Row("gray_level_variance", "BYLV", "szm_gl_var",
        pyradiomics="GrayLevelVariance", lifex="GreyLevelVariance"),
    Row("zone_size_variance", "3NSA", "szm_zs_var", pyradiomics="ZoneVariance", lifex="ZoneSizeVariance"),
    Row("zone_size_entropy", "GU8N", "szm_zs_entr", pyradiomics="ZoneEntropy", lifex="ZoneSizeEntropy"),
)
# fmt: on


def glszm(neighbours: Neighbours) -> Values:
    """Features of the matrix that counts zones by level and number of voxels.

    Parameters
    ----------
    neighbours : Neighbours
    """
    return measures_of(size_matrix(neighbours, neighbours.zone_levels, np.bincount(neighbours.zones)), ROWS)


FAMILY = Family(
    "glszm",
    "zone size",
    ROWS,
    lambda measurement, names: glszm(measurement.neighbours),
    tag_suffix="_3D",
    pyradiomics_class="glszm",
    lifex_prefix="GLSZM",
)
