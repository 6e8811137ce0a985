"""Two engines side by side: a row for every feature of every region, for a person to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from ..extraction.extract import LesionFeatures
from ..features.catalog import split
from ..settings import ExtractionSettings
from .pyradiomics_names import NAMES, reason

# Values that differ by no more than this are the same but for rounding: both add up in double precision,
# where PyRadiomics adds 2.2e-16 to each logarithm's argument.
SAME_SHARE = 1e-6
SAME_NEAR_ZERO = 1e-8

NOT_EXPLAINED = "They differ for a reason that is not known here."


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
    ours, theirs : the same lesions in the same order, by our own engine and by PyRadiomics
    wanted : identifiers `<region>.<family>.<name>`
    extraction : the settings that both were made with; some differences depend on them
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
        pyradiomics_name=NAMES.get(feature.key, ""),
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
    if key not in NAMES:
        return reason(key, extraction)
    for measured in (our, their):
        if measured.refused:
            return " ".join(finding.text for finding in measured.findings)
    if mine is None or other is None:
        return "" if mine is other else "Only one of them defines the feature for this region."
    return "" if is_same(mine, other) else reason(key, extraction) or NOT_EXPLAINED
