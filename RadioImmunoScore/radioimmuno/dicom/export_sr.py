"""A patient's scores as DICOM structured reports (Comprehensive 3D SR, template TID 1500): two documents.

The report of the lesions has a measurement group (TID 1411) for each region in the segmentation: a lesion's
has its volume, features, score and status, its ring's the ring's features. The report of the patient has
groups without a region (TID 1501): the metrics of each set of lesions, and the lesions without a voxel. They
are two documents because the PixelMed validator takes the groups of one document for all of one kind: it asks
each for a region as soon as one has it. What has no value is said in a coded evaluation, never in an empty
measurement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .. import __version__
from ..results import LesionScore, PatientScore
from .codes import coded, scheme_identification
from .export_seg import Segment
from .library import highdicom
from .measurements import features_of, metrics_of, score_of, text_item, volume_of
from .report_method import Method
from .source import SourceSeries
from .tracking import derived_uid

SERIES_DESCRIPTION = "RadioImmunoScore: scores"
DEMONSTRATION_DESCRIPTION = "RadioImmunoScore: DEMONSTRATION, no meaning for a patient"
SERIES_NUMBER = 9102
MANUFACTURER = "RadioImmunoScore"
STATUS_CODES = {"scored": "STATUS_SCORED", "warning": "STATUS_WARNING", "refused": "STATUS_REFUSED"}


@dataclass(frozen=True, eq=False)
class Export:
    """What all parts of an export share.

    Parameters
    ----------
    segments, seg : the segments and the dataset that holds them; none and None when all lesions are empty
    header : dataset of the CT's first instance, for patient and study
    uids : lesion id -> tracking UID
    """

    patient: PatientScore
    method: Method
    segments: Sequence[Segment]
    seg: Any
    source: SourceSeries
    header: Any
    uids: Mapping[str, str]


def lesion_report(export: Export, series_uid: str) -> Any:
    """The report of the lesions that have voxels, and of their rings; there has to be one."""
    rows = {row.id: row for row in export.patient.lesions}
    groups = [
        (_ring if segment.ring else _lesion)(export, rows[segment.lesion_id], segment)
        for segment in export.segments
    ]
    return _document(export, groups, series_uid, 1, [export.seg])


def patient_report(export: Export, series_uid: str, lesions: Any) -> Any:
    """The report of the patient's metrics and of lesions without voxels.

    `lesions` is the dataset of the lesions' report, None where there is none.
    """
    drawn = {segment.lesion_id for segment in export.segments}
    groups = [_lesion(export, row, None) for row in export.patient.lesions if row.id not in drawn]
    groups += [
        _subset(export, name)
        for name, metrics in export.patient.subsets.items()
        if name == "all" or metrics.n
    ]
    others = [dataset for dataset in (export.seg, lesions) if dataset is not None]
    return _document(export, groups, series_uid, 2, others)


def _document(
    export: Export, groups: Sequence[Any], series_uid: str, number: int, others: Sequence[Any]
) -> Any:
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
        procedure_reported=hd.sr.CodedConcept("25045-6", "LN", "CT unspecified body region"),
        imaging_measurements=groups,
    )
    demonstration = export.method.is_demonstration
    dataset = hd.sr.Comprehensive3DSR(
        evidence=[*_instances(export), *others],
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
    )
    dataset.CodingSchemeIdentificationSequence = scheme_identification()
    return dataset


def _lesion(export: Export, row: LesionScore, segment: Segment | None) -> Any:
    hd = highdicom()
    tracking = hd.sr.TrackingIdentifier(uid=export.uids[row.id], identifier=row.name)
    evaluations = [
        hd.sr.QualitativeEvaluation(coded("STATUS"), coded(STATUS_CODES[row.status])),
        _use(export.method),
    ]
    code = row.site.snomed_code if row.site else None
    site = hd.sr.CodedConcept(code, "SCT", row.site.label.capitalize()) if row.site and code else None
    shared = {
        "tracking_identifier": tracking,
        "finding_category": hd.sr.CodedConcept("49755003", "SCT", "Morphologically Abnormal Structure"),
        "finding_type": hd.sr.CodedConcept("4147007", "SCT", "Mass"),
        "finding_sites": [hd.sr.FindingSite(site)] if site else None,
        "algorithm_id": _algorithm(export.method),
        "qualitative_evaluations": evaluations,
    }
    if segment is None:
        group = hd.sr.MeasurementsAndQualitativeEvaluations(**shared)
    else:
        measurements = [volume_of(row), *features_of(row, "lesion"), *score_of(row)]
        group = hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
            **shared, measurements=measurements, referenced_segment=_region(export, segment)
        )
    if row.reasons:
        group[0].ContentSequence.append(text_item("FINDINGS", row.reasons))
    return group


def _ring(export: Export, row: LesionScore, segment: Segment) -> Any:
    hd = highdicom()
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=segment.tracking_uid, identifier=segment.name),
        finding_category=hd.sr.CodedConcept("309825002", "SCT", "Spatial and Relational Concept"),
        finding_type=coded("RING"),
        algorithm_id=_algorithm(export.method),
        measurements=features_of(row, "ring"),
        qualitative_evaluations=[_use(export.method)],
        referenced_segment=_region(export, segment),
    )


def _subset(export: Export, name: str) -> Any:
    """The metrics of a set of lesions, as a group without a region."""
    hd = highdicom()
    metrics = export.patient.subsets[name]
    measurements, evaluations = metrics_of(metrics)
    identifier = "Patient, all lesions" if name == "all" else f"Patient, lesions: {name}"
    group = hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=derived_uid("subset", name, *sorted(export.uids.values())), identifier=identifier
        ),
        finding_type=coded("SUBSET"),
        algorithm_id=_algorithm(export.method),
        measurements=measurements,
        qualitative_evaluations=[*evaluations, _use(export.method)],
    )
    names = {row.id: row.name for row in export.patient.lesions}
    for code, lesion in (("LOWEST", metrics.minimum_lesion), ("HIGHEST", metrics.maximum_lesion)):
        if lesion is not None:
            group[0].ContentSequence.append(text_item(code, names[lesion]))
    return group


def _use(method: Method) -> Any:
    """What the signature's notice says, in each group: groups are read one by one."""
    value = coded("USE_NONE" if method.is_demonstration else "USE_RESEARCH")
    return highdicom().sr.QualitativeEvaluation(coded("USE"), value)


def _algorithm(method: Method) -> Any:
    return highdicom().sr.AlgorithmIdentification(method.title, method.version, [method.parameters])


def _region(export: Export, segment: Segment) -> Any:
    """The segment, and the CT's instances that its slices are."""
    hd = highdicom()
    first, stop = segment.mask.box.start[0], segment.mask.box.stop[0]
    frames: dict[tuple[str, str], list[int]] = {}
    for instance in export.source.instances:
        if first <= instance.k < stop:
            numbers = frames.setdefault((instance.sop_class_uid, instance.sop_instance_uid), [])
            if instance.frame is not None:
                numbers.append(instance.frame)
    images = [
        hd.sr.SourceImageForSegmentation(sop_class, instance, numbers or None)
        for (sop_class, instance), numbers in frames.items()
    ]
    return hd.sr.ReferencedSegment(
        export.seg.SOPClassUID, export.seg.SOPInstanceUID, segment.number, source_images=images
    )


def _instances(export: Export) -> list[Any]:
    """The CT's instances as evidence, the first with patient and study."""
    from pydicom.dataset import Dataset

    source, evidence = export.source, [export.header]
    known = {str(export.header.SOPInstanceUID)}
    for instance in source.instances:
        if instance.sop_instance_uid not in known:
            known.add(instance.sop_instance_uid)
            item = Dataset()
            item.StudyInstanceUID = source.study_uid
            item.SeriesInstanceUID = source.series_uid
            item.SOPClassUID = instance.sop_class_uid
            item.SOPInstanceUID = instance.sop_instance_uid
            evidence.append(item)
    return evidence
