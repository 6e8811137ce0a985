"""Zones of one level: size-zone and distance-zone matrices (IBSI families 9SAK and VMDZ)."""

from __future__ import annotations

import numpy as np

from .emphasis import measures, names, renamed, size_matrix
from .neighbours import Neighbours
from .region import Region

_SIZE_NAMES = names(
    "small_zone", "large_zone", "zone_size", "zone_size_variance", "zone_percentage", "zone_size_entropy"
)
_DISTANCE_NAMES = names(
    "small_distance",
    "large_distance",
    "zone_distance",
    "zone_distance_variance",
    "zone_percentage",
    "zone_distance_entropy",
)


def glszm(neighbours: Neighbours) -> dict[str, float | None]:
    """Features of the matrix that counts zones by level and number of voxels."""
    zones = neighbours.zones
    size = np.bincount(zones)
    return _measured(_zone_levels(neighbours), size, neighbours, _SIZE_NAMES)


def gldzm(neighbours: Neighbours, region: Region) -> dict[str, float | None]:
    """Features of the matrix that counts zones by level and distance from the region's border.

    A zone's distance is the smallest of its voxels': steps across faces (city block) to the outside of the
    morphological mask, 1 for a voxel at the border; the crop's border is outside.
    """
    from scipy.ndimage import distance_transform_cdt

    depth = distance_transform_cdt(np.pad(region.mask, 1), metric="taxicab").ravel()
    zones = neighbours.zones
    distance = np.full(int(zones.max()) + 1, np.iinfo(np.int32).max)
    np.minimum.at(distance, zones, depth[neighbours.where])
    return _measured(_zone_levels(neighbours), distance, neighbours, _DISTANCE_NAMES)


def _zone_levels(neighbours: Neighbours) -> np.ndarray:
    levels = np.zeros(int(neighbours.zones.max()) + 1, np.intp)
    levels[neighbours.zones] = neighbours.own
    return levels


def _measured(
    level: np.ndarray, size: np.ndarray, neighbours: Neighbours, own_names: dict[str, str]
) -> dict[str, float | None]:
    matrix = size_matrix(level, size, neighbours.lowest, neighbours.span, neighbours.where.size)
    return renamed(measures(matrix), own_names)
