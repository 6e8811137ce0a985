"""Two engines side by side: a row for every feature of every region, for a person to read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from ..extraction.lesion_features import LesionFeatures
from ..features.catalog import BY_KEY, split
from ..settings import ExtractionSettings

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


@dataclass(frozen=True)
class ComparedFeature:
    """One feature of one region as both engines give it.

    `difference` is (PyRadiomics - ours) / |ours|, None where one has no value or ours is 0; `note` says why
    they differ, and is empty where they do not.
    """

    lesion_id: str
    lesion: str
    region: str
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
    extraction: ExtractionSettings,
) -> list[ComparedFeature]:
    """A row for every lesion and identifier, whether both have a value or not.

    Parameters
    ----------
    ours, theirs : sequence of LesionFeatures
        The same lesions in the same order, by our own engine and by PyRadiomics.
    wanted : sequence of str
        Identifiers `<region>.<family>.<name>`.
    extraction : ExtractionSettings
        What both were made with; some differences depend on it.
    """
    return [
        _row(our, their, identifier, extraction)
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
    our: LesionFeatures, their: LesionFeatures, identifier: str, extraction: ExtractionSettings
) -> ComparedFeature:
    region, feature = split(identifier)
    mine, other = our.values.get(identifier), their.values.get(identifier)
    return ComparedFeature(
        lesion_id=our.id,
        lesion=our.name,
        region=region,
        feature=feature.key,
        ibsi_code=feature.ibsi_code,
        unit=feature.unit,
        ours=mine,
        pyradiomics_name=feature.pyradiomics_name,
        pyradiomics=other,
        difference=None if mine is None or other is None or mine == 0 else (other - mine) / abs(mine),
        note=_note(our, their, feature.key, mine, other, extraction),
    )


def _note(
    our: LesionFeatures,
    their: LesionFeatures,
    key: str,
    mine: float | None,
    other: float | None,
    extraction: ExtractionSettings,
) -> str:
    if not BY_KEY[key].pyradiomics:
        return reason(key, extraction)
    for measured in (our, their):
        if measured.refused:
            return " ".join(finding.text for finding in measured.findings)
    if mine is None or other is None:
        return "" if mine is other else "Only one of them defines the feature for this region."
    return "" if is_same(mine, other) else reason(key, extraction) or NOT_EXPLAINED


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
