"""The catalog of features: keys, identifiers and the sets of them that are in use.

It follows from the families' rows (`registry.FAMILIES`). A feature's key is `<family>.<name>`; an identifier,
as a signature's terms use it, has the region in front: `ring.glcm.contrast`. GLCM and GLRLM come twice:
averaged over the 13 directions (`glcm`, `glrlm`) and from the directions' merged matrix (`glcm_merged`,
`glrlm_merged`). A feature of a filtered image has the filter between region and family:
`ring.log_sigma_3mm.glcm.contrast`.

>>> region, feature = split("ring.statistics.mean")
>>> region, feature.key, feature.title, feature.ibsi_code, feature.unit
('ring', 'statistics.mean', 'intensity: mean', 'Q4LE', 'HU')
>>> feature.pyradiomics_name, feature.lifex_name
('firstorder_Mean', 'INTENSITY-BASED_MeanIntensity')
"""

from __future__ import annotations

from collections.abc import Collection

from ..filters.response_settings import FILTER_NAME
from ..modality import split_role, with_role
from .family import Feature
from .registry import FAMILIES

REGIONS = ("lesion", "ring")

FEATURES: tuple[Feature, ...] = tuple(
    Feature(**vars(row), family=family) for family in FAMILIES for row in family.rows
)
BY_KEY: dict[str, Feature] = {feature.key: feature for feature in FEATURES}

ALL: tuple[str, ...] = tuple(BY_KEY)
DEFAULT: tuple[str, ...] = tuple(feature.key for feature in FEATURES if not feature.on_request)


def of_responses(keys: Collection[str]) -> tuple[str, ...]:
    """The keys whose features are measured on filtered images, too: neither shape nor local intensity.

    Parameters
    ----------
    keys : collection of str
    """
    return tuple(key for key in keys if BY_KEY[key].family.of_responses)


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
    """The keys with each region in front, region by region.

    Parameters
    ----------
    keys : collection of str
    regions : collection of str, optional

    Examples
    --------
    >>> identifiers(["statistics.mean", "ivh.area_under_curve"], ["ring"])
    ('ring.statistics.mean', 'ring.ivh.area_under_curve')
    """
    return tuple(f"{region}.{key}" for region in regions for key in keys)


def response_identifiers(
    keys: Collection[str], filters: Collection[str], regions: Collection[str] = REGIONS
) -> tuple[str, ...]:
    """The identifiers of keys on filtered images, filter by filter.

    Parameters
    ----------
    keys : collection of str
        Those that are not measured on filtered images are left out.
    filters : collection of str
        Names.
    regions : collection of str, optional

    Examples
    --------
    >>> response_identifiers(["morphology.volume", "glcm.contrast"], ["log_sigma_3mm"], ["ring"])
    ('ring.log_sigma_3mm.glcm.contrast',)
    """
    places = [with_filter(region, name) for name in filters for region in regions]
    return identifiers(of_responses(keys), places)


def split(identifier: str) -> tuple[str, Feature]:
    """The region and the feature of an identifier.

    Parameters
    ----------
    identifier : str

    Returns
    -------
    tuple of (str, Feature)
        The region of another image than the CT has its role in front, that of a filtered image the filter
        behind: `pet.lesion`, `ring.log_sigma_3mm`.

    Raises
    ------
    KeyError
        When there is no such region or feature.

    Examples
    --------
    >>> split("pet.lesion.statistics.maximum")[0], split("ring.log_sigma_3mm.glcm.contrast")[0]
    ('pet.lesion', 'ring.log_sigma_3mm')
    """
    role, name = split_role(identifier)
    region, _, key = name.partition(".")
    if region not in REGIONS:
        raise KeyError(identifier)
    if key in BY_KEY:
        return with_role(role, region), BY_KEY[key]
    filtered, _, key = key.partition(".")
    if not FILTER_NAME.fullmatch(filtered) or not BY_KEY[key].family.of_responses:
        raise KeyError(identifier)
    return with_role(role, with_filter(region, filtered)), BY_KEY[key]


def split_filter(region: str) -> tuple[str, str]:
    """The region of an image and the name of the filter behind it, which is "" for the image itself.

    Parameters
    ----------
    region : str
        Without a role in front.

    Examples
    --------
    >>> split_filter("ring.log_sigma_3mm"), split_filter("lesion")
    (('ring', 'log_sigma_3mm'), ('lesion', ''))
    """
    region, _, name = region.partition(".")
    return region, name


def with_filter(region: str, name: str) -> str:
    """The region of a filtered image; that of the image itself where there is no filter.

    Parameters
    ----------
    region, name : str

    Examples
    --------
    >>> with_filter("ring", "log_sigma_3mm"), with_filter("ring", "")
    ('ring.log_sigma_3mm', 'ring')
    """
    return f"{region}.{name}" if name else region
