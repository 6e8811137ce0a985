"""Two engines side by side: a row for every feature of every region, for a person to read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from ..extraction.lesion_features import LesionFeatures
from ..extraction.responses import response_extraction
from ..features.catalog import BY_KEY
from ..filters.filter import Filter
from ..modality import settings_on, with_role
from ..settings import ExtractionSettings, Settings
from ..signature.filtered_names import INTENSITY_FAMILY, RECURSIVE, WITHOUT_UNIT
from ..signature.variables import Variable, variable_of
from .pyradiomics_filters import PyRadiomicsLaplacian, counterpart

# Values that differ by no more than this are the same but for rounding: both add up in double precision,
# where PyRadiomics adds 2.2e-16 to each logarithm's argument.
SAME_SHARE = 1e-6
SAME_NEAR_ZERO = 1e-8

NOT_EXPLAINED = "They differ for a reason that is not known here."

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
    "intensity range (the region's minimum where there is none), and here the two are not the same."
)
UNSCALED = (
    "PyRadiomics multiplies the response by the square of the SD in voxels, which is taken out of its value "
    "here."
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


@dataclass(frozen=True)
class ComparedFeature:
    """One feature of one region as both engines give it.

    `difference` is (PyRadiomics - ours) / |ours|, None where one has no value or ours is 0; `note` says why
    they differ, and is empty where they do not.
    """

    lesion_id: str
    lesion: str
    region: str
    filter: str
    feature: str
    ibsi_code: str
    unit: str
    ours: float | None
    pyradiomics_name: str
    pyradiomics: float | None
    difference: float | None
    note: str


COLUMNS: tuple[str, ...] = tuple(field.name for field in fields(ComparedFeature))


def compare(
    ours: Sequence[LesionFeatures],
    theirs: Sequence[LesionFeatures],
    wanted: Sequence[str],
    settings: Settings,
) -> list[ComparedFeature]:
    """A row for every lesion and identifier, whether both have a value or not.

    Parameters
    ----------
    ours, theirs : sequence of LesionFeatures
        The same lesions in the same order, by our own engine and by PyRadiomics; on filtered images by
        `Counterparts.ours` and `Counterparts.comparable`.
    wanted : sequence of str
        Identifiers `<region>.<family>.<name>`, with a filter behind the region or without.
    settings : Settings
        What ours were made with; some differences depend on it.
    """
    return [
        _row(our, their, variable_of(identifier), settings)
        for our, their in zip(ours, theirs, strict=True)
        for identifier in wanted
    ]


def is_same(ours: float, theirs: float) -> bool:
    """Whether two values are the same but for rounding."""
    return abs(theirs - ours) <= SAME_SHARE * abs(ours) + SAME_NEAR_ZERO


def cells(row: ComparedFeature) -> tuple[str | float | None, ...]:
    """The row's values in the order of `COLUMNS`."""
    return astuple(row)


def _row(
    our: LesionFeatures, their: LesionFeatures, variable: Variable, settings: Settings
) -> ComparedFeature:
    feature = variable.feature
    assert feature is not None
    of_image = settings_on(settings, variable.image)
    mine, other = our.values.get(variable.key), their.values.get(variable.key)
    return ComparedFeature(
        lesion_id=our.id,
        lesion=our.name,
        region=with_role(variable.image, variable.region),
        filter=variable.filter,
        feature=feature.key,
        ibsi_code=feature.ibsi_code,
        unit=variable.unit,
        ours=mine,
        pyradiomics_name=pyradiomics_name(variable, of_image),
        pyradiomics=other,
        difference=None if mine is None or other is None or mine == 0 else (other - mine) / abs(mine),
        note=_note(our, their, feature.key, mine, other, _reason_on(variable, of_image)),
    )


def pyradiomics_name(variable: Variable, settings: Settings) -> str:
    """What PyRadiomics calls a feature: that of a filtered image has its name in front.

    Parameters
    ----------
    variable : Variable
        Of a feature.
    settings : Settings
        Of its image.

    Returns
    -------
    str
        Empty where PyRadiomics has no such feature or filter.

    Examples
    --------
    >>> pyradiomics_name(variable_of("ring.statistics.mean"), Settings())
    'firstorder_Mean'
    >>> pyradiomics_name(variable_of("ring.log_sigma_3mm.statistics.mean"), Settings())
    'log-sigma-3-0-mm-3D_firstorder_Mean'
    """
    feature = variable.feature
    if feature is None or not feature.pyradiomics_name or not variable.filter:
        return feature.pyradiomics_name if feature else ""
    found = counterpart(settings.response(variable.filter).filter)
    return f"{found.image_name}_{feature.pyradiomics_name}" if found else ""


def _note(
    our: LesionFeatures,
    their: LesionFeatures,
    key: str,
    mine: float | None,
    other: float | None,
    why: str,
) -> str:
    if not BY_KEY[key].pyradiomics:
        return why
    for measured in (our, their):
        if measured.refused:
            return " ".join(finding.text for finding in measured.findings)
    if mine is None or other is None:
        return "" if mine is other else "Only one of them defines the feature for this region."
    return "" if is_same(mine, other) else why or NOT_EXPLAINED


def _reason_on(variable: Variable, settings: Settings) -> str:
    """Why PyRadiomics' value of a feature may differ on its image, filtered or not."""
    assert variable.feature is not None
    if not variable.filter:
        return reason(variable.feature.key, settings.extraction)
    response = settings.response(variable.filter)
    extraction = response_extraction(settings.extraction, response)
    return reason_after(variable.feature.key, extraction, response.filter)


def reason_after(key: str, extraction: ExtractionSettings, one: Filter) -> str:
    """The same as `reason` for a feature of a filtered image.

    Parameters
    ----------
    key : str
        Of the catalog.
    extraction : ExtractionSettings
        How the response is measured.
    one : Filter
    """
    of_feature = reason(key, extraction)
    feature = BY_KEY[key]
    if not feature.pyradiomics or not isinstance(counterpart(one), PyRadiomicsLaplacian):
        return of_feature
    of_intensities = feature.family.key == INTENSITY_FAMILY and feature.unit != WITHOUT_UNIT
    has_scale = of_intensities or extraction.bin_width_hu is not None
    parts = [RECURSIVE, UNSCALED if has_scale else "", of_feature]
    return " ".join(filter(None, parts))


def reason(key: str, extraction: ExtractionSettings) -> str:
    """Why PyRadiomics' value of a feature may differ from ours at these settings; empty when it should not.

    Parameters
    ----------
    key : str
        Of the catalog.
    extraction : ExtractionSettings
    """
    family, _, name = key.partition(".")
    if not BY_KEY[key].pyradiomics:
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
    low = -math.inf if extraction.range_hu is None else extraction.range_hu[0]
    return math.isfinite(low) and low % extraction.bin_width_hu == 0
