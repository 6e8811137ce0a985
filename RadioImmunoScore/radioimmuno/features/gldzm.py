"""Gray-level distance-zone matrix (IBSI family VMDZ)."""

from __future__ import annotations

import numpy as np

from .emphasis import measures_of, size_matrix
from .family import Family, Measurement, Row, Values

# fmt: off
ROWS = (
    Row("small_distance_emphasis", "0GBI", "dzm_sde"),
    Row("large_distance_emphasis", "MB4I", "dzm_lde"),
    Row("low_gray_level_emphasis", "S1RA", "dzm_lgze"),
    Row("high_gray_level_emphasis", "K26C", "dzm_hgze"),
    Row("small_distance_low_gray_level_emphasis", "RUVG", "dzm_sdlge"),
    Row("small_distance_high_gray_level_emphasis", "DKNJ", "dzm_sdhge"),
    Row("large_distance_low_gray_level_emphasis", "A7WM", "dzm_ldlge"),
    Row("large_distance_high_gray_level_emphasis", "KLTH", "dzm_ldhge"),
    Row("gray_level_non_uniformity", "VFT7", "dzm_glnu"),
    Row("normalized_gray_level_non_uniformity", "7HP3", "dzm_glnu_norm"),
    Row("zone_distance_non_uniformity", "V294", "dzm_zdnu"),
    Row("normalized_zone_distance_non_uniformity", "IATH", "dzm_zdnu_norm"),
    Row("zone_percentage", "VIWW", "dzm_z_perc"),
    Row("gray_level_variance", "QK93", "dzm_gl_var"),
    Row("zone_distance_variance", "7WT1", "dzm_zd_var"),
    Row("zone_distance_entropy", "GBDU", "dzm_zd_entr"),
)
# fmt: on


def gldzm(measurement: Measurement) -> Values:
    """Features of the matrix that counts zones by level and distance from the region's border.

    A zone's distance is the smallest of its voxels': steps across faces (city block) to the outside of the
    morphological mask, 1 for a voxel at the border; the crop's border is outside.

    Parameters
    ----------
    measurement : Measurement
    """
    from scipy.ndimage import distance_transform_cdt

    neighbours = measurement.neighbours
    depth = distance_transform_cdt(np.pad(measurement.region.mask, 1), metric="taxicab").ravel()
    distance = np.full(neighbours.zone_levels.size, np.iinfo(np.int32).max)
    np.minimum.at(distance, neighbours.zones, depth[neighbours.where])
    return measures_of(size_matrix(neighbours, neighbours.zone_levels, distance), ROWS)


FAMILY = Family(
    "gldzm", "zone distance", ROWS, lambda measurement, names: gldzm(measurement), tag_suffix="_3D"
)
