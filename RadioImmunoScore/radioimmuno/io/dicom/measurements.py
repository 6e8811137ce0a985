"""Values of the results as measurements of a structured report: what each is called and in which unit."""

from __future__ import annotations

import math
from typing import Any

from ...features import catalog
from ...features.family import UCUM_UNITS
from ...scoring.results import LesionScore, Metrics
from .codes import coded
from .library import highdicom
from .names import cleaned

# Units -> UCUM code and what a person reads.
UNITS = {**UCUM_UNITS, "cc": ("cm3", "cubic centimeter"), "bit": ("bit", "bit")}
DERIVATIONS = {
    "mean": ("373098007", "SCT", "Mean"),
    "median": ("373099004", "SCT", "Median"),
    "minimum": ("255605001", "SCT", "Minimum"),
    "maximum": ("56851009", "SCT", "Maximum"),
    "sd": ("386136009", "SCT", "Standard Deviation"),
}


# Volumes, scores and metrics have so many significant digits, features more: they are compared with those of
# other software. The exact values are in patient.json.
DIGITS, FEATURE_DIGITS = 4, 6


def rounded(value: float, digits: int = DIGITS) -> int | float:
    """The value to so many significant digits; a whole number as one, so that it has no decimals."""
    number = float(f"{value:.{digits - 1}e}")
    return int(number) if number.is_integer() else number


def volume_of(row: LesionScore) -> Any:
    """The volume of the lesion's voxels."""
    concept = highdicom().sr.CodedConcept
    method = concept("126030", "DCM", "Sum of segmented voxel volumes")
    return _measurement(concept("118565006", "SCT", "Volume"), rounded(row.volume_cc), "cc", method=method)


def features_of(row: LesionScore, region: str) -> list[Any]:
    """The features of a region that the signature asked for, by IBSI codes; what is not defined is left out.

    The two ways to sum up the 13 directions share a code; the method tells them apart.
    """
    concept = highdicom().sr.CodedConcept
    found = []
    for identifier, value in row.features.items():
        where, feature = catalog.split(identifier)
        if where == region and math.isfinite(value):
            name = concept(feature.ibsi_code, "IBSI", feature.title[:64])
            way = feature.family.directions
            number = rounded(value, FEATURE_DIGITS)
            found.append(_measurement(name, number, feature.unit, method=coded(way) if way else None))
    return found


def score_of(row: LesionScore) -> list[Any]:
    """The score as a measurement; none where there is no score."""
    return [] if row.score is None else [_measurement(coded("SCORE"), rounded(row.score), "1")]


def metrics_of(metrics: Metrics) -> tuple[list[Any], list[Any]]:
    """Measurements of a set of lesions, and an evaluation for each metric that is not defined."""
    hd = highdicom()
    measurements = [_measurement(coded("SCORED"), metrics.n, "1")]
    missing: list[tuple[Any, str]] = []
    for name, derivation in DERIVATIONS.items():
        value = getattr(metrics, name)
        concept = hd.sr.CodedConcept(*derivation)
        if value is None:
            missing.append((concept, "NOT_DEFINED"))
        else:
            measurements.append(_measurement(coded("SCORE"), rounded(value), "1", derivation=concept))
    if metrics.entropy is None:
        reason = "NO_BINS" if metrics.n > 1 else "NOT_DEFINED"
        missing.append((coded("ENTROPY"), reason))
    else:
        measurements.append(_measurement(coded("ENTROPY"), rounded(metrics.entropy), "bit"))
        measurements.append(_measurement(coded("OUTSIDE_BINS"), metrics.outside_bins or 0, "1"))
    return measurements, [hd.sr.QualitativeEvaluation(concept, coded(reason)) for concept, reason in missing]


def text_item(code: str, text: str) -> Any:
    """An evaluation in words, on one line."""
    hd = highdicom()
    return hd.sr.TextContentItem(coded(code), cleaned(text), hd.sr.RelationshipTypeValues.CONTAINS)


def _measurement(name: Any, value: int | float, unit: str, **more: Any) -> Any:
    hd = highdicom()
    code, meaning = UNITS[unit]
    made = hd.sr.Measurement(name, value, hd.sr.CodedConcept(code, "UCUM", meaning), **more)
    if isinstance(value, int):
        # highdicom would write 2 as 2.0.
        made[0].MeasuredValueSequence[0].NumericValue = str(value)
    return made
