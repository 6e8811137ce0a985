"""Compute the features that are asked for, and nothing besides what they need."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import glcm, glrlm, morphology, ngldm, ngtdm, zones
from .catalog import AUTOCORRELATION, ENCLOSING
from .emphasis import SizeMatrix
from .histogram import histogram
from .ivh import ivh
from .local_intensity import local_intensity
from .mesh import mesh_volume_and_area
from .neighbours import Neighbours
from .region import Region
from .statistics import statistics

Values = dict[str, float | None]


@dataclass(frozen=True, eq=False)
class Measurement:
    """What the families share about one region, each made when first asked for."""

    region: Region

    @cached_property
    def mesh(self) -> tuple[float, float]:
        """Volume (mm3) and area (mm2) of the mesh."""
        return mesh_volume_and_area(self.region.mask, self.region.spacing)

    @cached_property
    def extremes(self) -> np.ndarray:
        """Mesh vertices that span the convex hull, (m, 3) in mm."""
        return morphology.mesh_extremes(self.region)

    @cached_property
    def neighbours(self) -> Neighbours:
        """Neighbouring voxels and their levels."""
        return Neighbours.of(self.region)

    @cached_property
    def co_occurrences(self) -> np.ndarray:
        """Co-occurrence counts of each direction."""
        return glcm.co_occurrences(self.neighbours)

    @cached_property
    def runs(self) -> SizeMatrix:
        """Run-length counts of each direction."""
        return glrlm.run_lengths(self.neighbours)


# Groups of features that are computed together; a group's keys are those of its family that no other group
# has.
_GROUPS: dict[str, Callable[[Measurement], Values]] = {
    "morphology.mesh": lambda m: morphology.mesh_features(m.region, *m.mesh),
    "morphology.mass": lambda m: morphology.mass_features(m.region, m.mesh[0]),
    "morphology.axes": lambda m: morphology.axis_features(m.region, *m.mesh),
    "morphology.hull": lambda m: morphology.hull_features(m.extremes, *m.mesh),
    "morphology.enclosing": lambda m: morphology.enclosing_features(m.extremes, *m.mesh),
    "morphology.autocorrelation": lambda m: morphology.autocorrelation_features(m.region),
    "local_intensity": lambda m: local_intensity(m.region),
    "statistics": lambda m: statistics(m.region),
    "histogram": lambda m: histogram(m.region),
    "ivh": lambda m: ivh(m.region),
    "glcm": lambda m: glcm.glcm(m.neighbours, m.co_occurrences),
    "glcm_merged": lambda m: glcm.glcm_merged(m.neighbours, m.co_occurrences),
    "glrlm": lambda m: glrlm.glrlm(m.runs),
    "glrlm_merged": lambda m: glrlm.glrlm_merged(m.runs),
    "glszm": lambda m: zones.glszm(m.neighbours),
    "gldzm": lambda m: zones.gldzm(m.neighbours, m.region),
    "ngtdm": lambda m: ngtdm.ngtdm(m.neighbours),
    "ngldm": lambda m: ngldm.ngldm(m.neighbours),
}

_MORPHOLOGY = {
    "morphology.mass": ("centre_of_mass_shift", "integrated_intensity"),
    "morphology.axes": (
        "major_axis_length",
        "minor_axis_length",
        "least_axis_length",
        "elongation",
        "flatness",
        "volume_density_aee",
        "area_density_aee",
    ),
    "morphology.hull": (
        "maximum_3d_diameter",
        "volume_density_aabb",
        "area_density_aabb",
        "volume_density_convex_hull",
        "area_density_convex_hull",
    ),
}
_GROUP_OF: dict[str, str] = {
    f"morphology.{name}": group for group, names in _MORPHOLOGY.items() for name in names
}
_GROUP_OF |= dict.fromkeys(ENCLOSING, "morphology.enclosing")
_GROUP_OF |= dict.fromkeys(AUTOCORRELATION, "morphology.autocorrelation")


def group_of(key: str) -> str:
    """The group that computes a feature."""
    family = key.partition(".")[0]
    return _GROUP_OF.get(key, "morphology.mesh" if family == "morphology" else family)


def extract(region: Region, keys: Collection[str]) -> Values:
    """The values of the features asked for, by key, in the order asked; None where one is not defined.

    Parameters
    ----------
    region : Region
    keys : keys of the catalog, `<family>.<name>`
    """
    measurement = Measurement(region)
    computed: Values = {}
    for group in dict.fromkeys(group_of(key) for key in keys):
        family = group.partition(".")[0]
        computed.update({f"{family}.{name}": value for name, value in _GROUPS[group](measurement).items()})
    return {key: computed[key] for key in keys}
