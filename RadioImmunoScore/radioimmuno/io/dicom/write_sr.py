"""A patient's scores as DICOM structured reports (Comprehensive 3D SR, template TID 1500): two documents.

The report of the lesions has a measurement group (TID 1411) for each segment: a lesion's has its volume,
features, score and status, its ring's the ring's features. The report of the patient has groups without a
region (TID 1501): the patient's value by the signature's rule, the metrics of each set of lesions, and the
lesions without a voxel. They are two documents because the PixelMed validator takes the groups of one
document for all of one kind: it requires a region of each as soon as one has it. What has no value stands in
a coded evaluation, never in an empty measurement; what has no code of its own in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ... import __version__
from ...features import catalog
from ...scoring.results import LesionScore, Metrics, PatientValue
from ...signature.patient_rules import PATIENT_RULES
from ...signature.variables import Source, variable_of
from .codes import coded, lesion_concepts, region_of, scheme_identification
from .export_names import derived_uid
from .library import highdicom
from .sr_items import (
    Export,
    algorithm_item,
    image_instances,
    instances,
    is_item,
    region_item,
    text_item,
    tracking_item,
    use_item,
)
from .sr_numbers import FEATURE_DIGITS, measurement, rounded
from .write_seg import MANUFACTURER, Segment
from .write_sr_images import image_groups, total_group

SERIES_DESCRIPTION = "RadioImmunoScore: scores"
DEMONSTRATION_DESCRIPTION = "RadioImmunoScore: DEMONSTRATION, no meaning for a patient"
SERIES_NUMBER = 9102
IMAGING_MEASUREMENTS = "126010"
# DICOM PS3.16 CID 100, by the role of the image that lesions were drawn on. Of one of these alone: newer
# versions of TID 1500 take several, and the PixelMed validator takes one.
PROCEDURES = {
    "ct": ("25045-6", "LN", "CT unspecified body region"),
    "pet": ("44136-0", "LN", "PET unspecified body region"),
    "mr": ("25056-3", "LN", "MRI unspecified body region"),
}
# The rule whose values are in bits; all others are as scores are.
ENTROPY = "scores_entropy"
# Kinds of variables that no coding scheme has; filtered images have no codes, either.
WITHOUT_CODES = (Source.LEARNED, Source.CHANGE, Source.CLINICAL)
STATUS_CODES = {"scored": "STATUS_SCORED", "warning": "STATUS_WARNING", "refused": "STATUS_REFUSED"}

DERIVATIONS = {
    "mean": ("373098007", "SCT", "Mean"),
    "median": ("373099004", "SCT", "Median"),
    "minimum": ("255605001", "SCT", "Minimum"),
    "maximum": ("56851009", "SCT", "Maximum"),
    "sd": ("386136009", "SCT", "Standard Deviation"),
}


def lesion_report(export: Export, series_uid: str) -> Any:
    """The report of the lesions that have voxels, and of their rings; there has to be one.

    Parameters
    ----------
    export : Export
    series_uid : str, UID of the reports' series
    """
    rows = {row.id: row for row in export.patient.lesions}
    groups = []
    for segmentation, segment in export.segments:
        row, region = rows[segment.lesion_id], region_item(export, segmentation, segment)
        groups.append(_ring(export, row, segment, region) if segment.ring else _lesion(export, row, region))
    for segmentation, segment in export.segments:
        for role in export.roles:
            groups += image_groups(export, rows[segment.lesion_id], role, segmentation, segment)
    segs = [one.dataset for one in export.segmentations]
    return document(export, groups, series_uid, 1, [*instances(export), *image_instances(export), *segs])


def patient_report(export: Export, series_uid: str, lesions: Any) -> Any:
    """The report of the patient's metrics and of lesions without voxels.

    Parameters
    ----------
    export : Export
    series_uid : str, UID of the reports' series
    lesions : Dataset, the lesions' report; None where there is none
    """
    drawn = {segment.lesion_id for _, segment in export.segments}
    groups = [_lesion(export, row, None) for row in export.patient.lesions if row.id not in drawn]
    if export.patient.value is not None:
        groups.append(_value(export, export.patient.value))
    groups += [
        _subset(export, name)
        for name, metrics in export.patient.subsets.items()
        if name == "all" or metrics.n
    ]
    groups += [total_group(export, role, uptake) for role, uptake in export.uptakes.items()]
    segs = [one.dataset for one in export.segmentations]
    return document(export, groups, series_uid, 2, [export.header] if lesions is None else [lesions, *segs])


def document(
    export: Export,
    groups: Sequence[Any],
    series_uid: str,
    number: int,
    evidence: Sequence[Any],
    predecessors: Sequence[Any] = (),
) -> Any:
    """A report, as highdicom's Comprehensive3DSR.

    Parameters
    ----------
    export : Export
    groups : sequence of highdicom's groups of measurements, at least one
    series_uid : str, UID of the report's series
    number : int, of the report in its series
    evidence : sequence of Dataset, what is referred to; the first has all that identifies patient and study
    predecessors : sequence of Dataset, reports of which this one repeats values
    """
    # highdicom copies, checks and searches the whole content several times, which takes longer than all
    # else. So it is given the first group, and the others are added to what it made.
    hd = highdicom()
    device = hd.sr.DeviceObserverIdentifyingAttributes(
        uid=derived_uid("software", __version__),
        name="RadioImmunoScore",
        manufacturer_name=MANUFACTURER,
        model_name=f"radioimmuno {__version__}",
    )
    observer = hd.sr.ObserverContext(hd.sr.CodedConcept("121007", "DCM", "Device"), device)
    report = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=observer),
        procedure_reported=hd.sr.CodedConcept(*PROCEDURES[export.main_role]),
        imaging_measurements=groups[:1],
    )
    demonstration = export.method.is_demonstration
    dataset = hd.sr.Comprehensive3DSR(
        evidence=evidence,
        content=report[0],
        series_instance_uid=series_uid,
        series_number=SERIES_NUMBER,
        sop_instance_uid=derived_uid(series_uid, str(number)),
        instance_number=number,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MANUFACTURER,
        software_versions=__version__,
        device_serial_number="none",
        is_complete=True,
        is_final=False,
        is_verified=False,
        series_description=DEMONSTRATION_DESCRIPTION if demonstration else SERIES_DESCRIPTION,
        previous_versions=list(predecessors) or None,
    )
    measured = next(item for item in dataset.ContentSequence if is_item(item, IMAGING_MEASUREMENTS))
    for group in groups[1:]:
        measured.ContentSequence.extend(group)
    dataset.CodingSchemeIdentificationSequence = scheme_identification()
    return dataset


def _lesion(export: Export, row: LesionScore, region: Any) -> Any:
    """The group of a lesion; `region` is None for one without voxels."""
    hd = highdicom()
    tracking = tracking_item(export.trackings[row.id])
    evaluations = [
        hd.sr.QualitativeEvaluation(coded("STATUS"), coded(STATUS_CODES[row.status])),
        use_item(export.method),
    ]
    site = region_of(row.site)
    category, kind = lesion_concepts()
    shared = {
        "tracking_identifier": tracking,
        "finding_category": category,
        "finding_type": kind,
        "finding_sites": [hd.sr.FindingSite(site)] if site else None,
        "algorithm_id": algorithm_item(export.method),
        "qualitative_evaluations": evaluations,
    }
    if region is None:
        group = hd.sr.MeasurementsAndQualitativeEvaluations(**shared)
    else:
        measurements = [volume_item(row.volume_cc), *_features(row, "lesion"), *_score(row)]
        group = hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
            **shared, measurements=measurements, referenced_segment=region
        )
    if row.reasons:
        group[0].ContentSequence.append(text_item("FINDINGS", row.reasons))
    if words := _without_codes(row):
        group[0].ContentSequence.append(text_item("UNCODED", words))
    return group


def _ring(export: Export, row: LesionScore, segment: Segment, region: Any) -> Any:
    hd, site = highdicom(), region_of(row.site)
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=tracking_item(segment.tracking),
        finding_category=hd.sr.CodedConcept("309825002", "SCT", "Spatial and Relational Concept"),
        finding_type=coded("RING"),
        finding_sites=[hd.sr.FindingSite(site)] if site else None,
        algorithm_id=algorithm_item(export.method),
        measurements=_features(row, "ring"),
        qualitative_evaluations=[use_item(export.method)],
        referenced_segment=region,
    )


def _subset(export: Export, name: str) -> Any:
    """The metrics of a set of lesions, as a group without a region."""
    hd = highdicom()
    metrics = export.patient.subsets[name]
    measurements, evaluations = _metrics(metrics)
    identifier = "Patient, all lesions" if name == "all" else f"Patient, lesions: {name}"
    group = hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=derived_uid("subset", name, *export.lesion_uids), identifier=identifier
        ),
        finding_type=coded("SUBSET"),
        algorithm_id=algorithm_item(export.method),
        measurements=measurements,
        qualitative_evaluations=[*evaluations, use_item(export.method)],
    )
    for code, lesion in (("LOWEST", metrics.minimum_lesion), ("HIGHEST", metrics.maximum_lesion)):
        if lesion is not None:
            group[0].ContentSequence.append(text_item(code, export.trackings[lesion].identifier))
    return group


def _value(export: Export, value: PatientValue) -> Any:
    """The patient's value by the signature's rule, or why there is none, as a group without a region."""
    hd = highdicom()
    measurements = [measurement(coded("LESIONS"), value.lesions, "1")]
    evaluations = []
    unit = "bit" if value.rule == ENTROPY else "1"
    if value.value is None:
        evaluations.append(hd.sr.QualitativeEvaluation(coded("PATIENT_VALUE"), coded("NO_VALUE")))
    else:
        measurements.append(measurement(coded("PATIENT_VALUE"), rounded(value.value), unit))
    if value.cutoff is not None:
        measurements.append(measurement(coded("CUTOFF"), rounded(value.cutoff), unit))
    if value.group:
        evaluations.append(hd.sr.QualitativeEvaluation(coded("GROUP"), coded(f"GROUP_{value.group.upper()}")))
    group = hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=derived_uid("value", *export.lesion_uids), identifier="Patient, value"
        ),
        finding_type=coded("SUBSET"),
        algorithm_id=algorithm_item(export.method),
        measurements=measurements,
        qualitative_evaluations=[*evaluations, use_item(export.method)],
    )
    group[0].ContentSequence.append(text_item("RULE", PATIENT_RULES[value.rule].partition(": ")[2]))
    if value.why_missing:
        group[0].ContentSequence.append(text_item("REASON", value.why_missing))
    return group


def volume_item(volume_cc: float) -> Any:
    """The volume of a lesion's voxels.

    Parameters
    ----------
    volume_cc : float
    """
    concept = highdicom().sr.CodedConcept
    method = concept("126030", "DCM", "Sum of segmented voxel volumes")
    return measurement(concept("118565006", "SCT", "Volume"), rounded(volume_cc), "cc", method=method)


def _features(row: LesionScore, region: str) -> list[Any]:
    """The features of a region that the signature needs, by IBSI codes; what is not defined is left out.

    The two ways to sum up the 13 directions share a code; they differ in the method. Those of filtered images
    are not among them (`_without_codes`).
    """
    concept = highdicom().sr.CodedConcept
    found = []
    for identifier, value in row.features.items():
        # Values of the patient, and changes, are no features of a region.
        if identifier.startswith(f"{region}.") and math.isfinite(value):
            place, feature = catalog.split(identifier)
            if place != region:
                continue
            name = concept(feature.ibsi_code, "IBSI", feature.title[:64])
            way = feature.family.directions
            number = rounded(value, FEATURE_DIGITS)
            found.append(measurement(name, number, feature.unit, method=coded(way) if way else None))
    return found


def _without_codes(row: LesionScore) -> str:
    """What the score was made of beside features of the images themselves, in words.

    IBSI's codes of features say nothing of a filter, and a reader need not mind what TID 1500 can add to a
    measurement: by its feature's code, a filtered image's value would be taken for the image's own. Changes,
    outputs of outside models and what a person gives have no code at all.
    """
    found = []
    for name, value in row.features.items():
        variable = variable_of(name)
        if (variable.filter or variable.source in WITHOUT_CODES) and math.isfinite(value):
            unit = "" if variable.unit in ("", "1") else f" {variable.unit}"
            found.append(f"{name}: {rounded(value, FEATURE_DIGITS)}{unit}")
    return "; ".join(found)


def _score(row: LesionScore) -> list[Any]:
    """The score as a measurement; none where there is no score."""
    return [] if row.score is None else [measurement(coded("SCORE"), rounded(row.score), "1")]


def _metrics(metrics: Metrics) -> tuple[list[Any], list[Any]]:
    """Measurements of a set of lesions, and an evaluation for each metric that is not defined."""
    hd = highdicom()
    measurements = [measurement(coded("SCORED"), metrics.n, "1")]
    missing: list[tuple[Any, str]] = []
    for name, derivation in DERIVATIONS.items():
        value = getattr(metrics, name)
        concept = hd.sr.CodedConcept(*derivation)
        if value is None:
            missing.append((concept, "NOT_DEFINED"))
        else:
            measurements.append(measurement(coded("SCORE"), rounded(value), "1", derivation=concept))
    if metrics.entropy is None:
        reason = "NO_BINS" if metrics.n > 1 else "NOT_DEFINED"
        missing.append((coded("ENTROPY"), reason))
    else:
        measurements.append(measurement(coded("ENTROPY"), rounded(metrics.entropy), "bit"))
        measurements.append(measurement(coded("OUTSIDE_BINS"), metrics.outside_bins or 0, "1"))
    return measurements, [hd.sr.QualitativeEvaluation(concept, coded(reason)) for concept, reason in missing]
