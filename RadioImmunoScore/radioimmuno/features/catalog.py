"""The catalog of features: our names, IBSI codes and tags, units, and the names a person reads.

Source of codes and definitions: Image Biomarker Standardisation Initiative, reference manual
(arXiv:1612.07003). A feature's key is `<family>.<name>`; an identifier, as a signature's terms use it, has
the region in front: `ring.glcm.contrast`. GLCM and GLRLM come twice: averaged over the 13 directions
(`glcm`, `glrlm`) and from the directions' merged matrix (`glcm_merged`, `glrlm_merged`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from .catalog_rows import AUTOCORRELATION, ENCLOSING, ROWS

REGIONS = ("lesion", "ring")

FAMILY_TITLES = {
    "morphology": "shape",
    "local_intensity": "local intensity",
    "statistics": "intensity",
    "histogram": "histogram",
    "ivh": "intensity-volume",
    "glcm": "co-occurrence",
    "glcm_merged": "co-occurrence, merged",
    "glrlm": "run length",
    "glrlm_merged": "run length, merged",
    "glszm": "zone size",
    "gldzm": "zone distance",
    "ngtdm": "gray-tone difference",
    "ngldm": "gray-level dependence",
}


@dataclass(frozen=True)
class Feature:
    """One feature.

    `reference_tag` is its tag in the table of IBSI consensus values (3D), `unit` a UCUM-like unit ("1" for
    none).
    """

    family: str
    name: str
    ibsi_code: str
    reference_tag: str
    unit: str

    @property
    def key(self) -> str:
        """`<family>.<name>`."""
        return f"{self.family}.{self.name}"

    @property
    def title(self) -> str:
        """What a person reads: "run length: short runs emphasis"."""
        return f"{FAMILY_TITLES[self.family]}: {self.name.replace('_', ' ')}"


FEATURES: tuple[Feature, ...] = tuple(Feature(*row) for row in ROWS)
BY_KEY: dict[str, Feature] = {feature.key: feature for feature in FEATURES}

ALL: tuple[str, ...] = tuple(BY_KEY)
ON_REQUEST = frozenset(AUTOCORRELATION + ENCLOSING)
LOCAL_INTENSITY = frozenset(key for key in ALL if key.startswith("local_intensity."))
DEFAULT: tuple[str, ...] = tuple(key for key in ALL if key not in ON_REQUEST)

_SHAPE = ("volume", "surface_area", "sphericity", "compactness_2")
_STANDARD_NAMES = {
    "statistics": "mean variance minimum maximum skewness kurtosis",
    "histogram": "entropy uniformity",
    "glcm": "inverse_difference angular_second_moment contrast correlation joint_entropy dissimilarity",
    "glrlm": (
        "short_runs_emphasis long_runs_emphasis low_gray_level_emphasis high_gray_level_emphasis "
        "short_run_low_gray_level_emphasis short_run_high_gray_level_emphasis "
        "long_run_low_gray_level_emphasis long_run_high_gray_level_emphasis "
        "gray_level_non_uniformity run_length_non_uniformity run_percentage"
    ),
    "ngtdm": "coarseness contrast busyness",
    "glszm": (
        "small_zone_emphasis large_zone_emphasis low_gray_level_emphasis high_gray_level_emphasis "
        "small_zone_low_gray_level_emphasis small_zone_high_gray_level_emphasis "
        "large_zone_low_gray_level_emphasis large_zone_high_gray_level_emphasis "
        "gray_level_non_uniformity zone_size_non_uniformity zone_percentage"
    ),
}
# The standard set follows the CT list of LIFEx as far as its public descriptions go (43; 39 without shape).
STANDARD_WITHOUT_SHAPE: tuple[str, ...] = tuple(
    f"{family}.{name}" for family, names in _STANDARD_NAMES.items() for name in names.split()
)
STANDARD: tuple[str, ...] = tuple(f"morphology.{name}" for name in _SHAPE) + STANDARD_WITHOUT_SHAPE


def identifiers(keys: Collection[str], regions: Collection[str] = REGIONS) -> tuple[str, ...]:
    """The keys with each region in front: `lesion.statistics.mean`, ..., `ring.statistics.mean`, ..."""
    return tuple(f"{region}.{key}" for region in regions for key in keys)


def split(identifier: str) -> tuple[str, Feature]:
    """(region, feature) of an identifier.

    Raises
    ------
    KeyError
        When there is no such region or feature.
    """
    region, _, key = identifier.partition(".")
    if region not in REGIONS:
        raise KeyError(identifier)
    return region, BY_KEY[key]
