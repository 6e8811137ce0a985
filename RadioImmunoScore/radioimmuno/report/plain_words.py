"""Features in words that need no handbook; the standard name stands beside them.

"Dark" and "bright" are low and high gray levels; a "run" is a row of neighboring voxels of one gray level, a
"zone" a connected group of them.
"""

from __future__ import annotations

from ..signature.variables import variable_of
from .markup import Child, element

_RUNS = {
    "short_runs_emphasis": "short runs of equal voxels",
    "long_runs_emphasis": "long runs of equal voxels",
    "low_gray_level_emphasis": "runs of dark voxels",
    "high_gray_level_emphasis": "runs of bright voxels",
    "short_run_low_gray_level_emphasis": "short runs of dark voxels",
    "short_run_high_gray_level_emphasis": "short runs of bright voxels",
    "long_run_low_gray_level_emphasis": "long runs of dark voxels",
    "long_run_high_gray_level_emphasis": "long runs of bright voxels",
    "gray_level_non_uniformity": "runs crowded on few gray levels",
    "run_length_non_uniformity": "runs crowded on few lengths",
    "run_percentage": "fine texture: many runs",
}

_ZONES = {
    "small_zone_emphasis": "small zones of equal voxels",
    "large_zone_emphasis": "large zones of equal voxels",
    "low_gray_level_emphasis": "zones of dark voxels",
    "high_gray_level_emphasis": "zones of bright voxels",
    "small_zone_low_gray_level_emphasis": "small zones of dark voxels",
    "small_zone_high_gray_level_emphasis": "small zones of bright voxels",
    "large_zone_low_gray_level_emphasis": "large zones of dark voxels",
    "large_zone_high_gray_level_emphasis": "large zones of bright voxels",
    "gray_level_non_uniformity": "zones crowded on few gray levels",
    "zone_size_non_uniformity": "zones crowded on few sizes",
    "zone_percentage": "fine texture: many zones",
}

_PAIRS = {
    "inverse_difference": "neighbors that are alike",
    "angular_second_moment": "few kinds of neighboring pairs prevail",
    "contrast": "large differences between neighbors",
    "correlation": "neighbors predict each other",
    "joint_entropy": "variety of neighboring pairs",
    "dissimilarity": "mean difference between neighbors",
}

# Family -> name -> words: the whole standard set, and simple ones beyond it.
_WORDS: dict[str, dict[str, str]] = {
    "morphology": {
        "volume": "volume",
        "surface_area": "area of the surface",
        "sphericity": "shape close to a ball",
        "compactness_2": "compact shape, 1 for a ball",
        "maximum_3d_diameter": "longest diameter in 3D",
    },
    "statistics": {
        "mean": "mean of the HU values",
        "variance": "spread of the HU values",
        "minimum": "lowest HU value",
        "maximum": "highest HU value",
        "median": "middle of the HU values",
        "skewness": "lopsided HU values: bright tail above 0, dark below",
        "kurtosis": "extreme HU values: more than a bell curve above 0",
    },
    "histogram": {
        "entropy": "variety of gray levels",
        "uniformity": "few gray levels prevail",
    },
    "glcm": _PAIRS,
    "glcm_merged": _PAIRS,
    "glrlm": _RUNS,
    "glrlm_merged": _RUNS,
    "ngtdm": {
        "coarseness": "coarse texture",
        "contrast": "strong local differences",
        "busyness": "rapid changes from voxel to voxel",
    },
    "glszm": _ZONES,
}


def plain_words(variable: str) -> str | None:
    """A feature in plain words: "lesion: long runs of bright voxels"; None where there are none."""
    known = variable_of(variable)
    words = known.feature and _WORDS.get(known.feature.family, {}).get(known.feature.name)
    return f"{known.region}: {words}" if words else None


def variable_name(variable: str) -> Child:
    """What the page calls a variable: its plain words over the feature's standard name, or its title.

    The standard name has the code: "run length: long run high gray level emphasis, IBSI 3KUM".
    """
    known, plain = variable_of(variable), plain_words(variable)
    if known.feature is None or plain is None:
        return known.title
    return [plain, element("small", f"{known.feature.title}, IBSI {known.feature.ibsi_code}")]
