"""A patient's scores as DICOM structured reports (Comprehensive 3D SR, template TID 1500): two documents.

The report of the lesions has a measurement group (TID 1411) for each segment: a lesion's
has its volume, features, score and status, its ring's the ring's features. The report of the patient has
groups without a region (TID 1501): the metrics of each set of lesions, and the lesions without a voxel. They
are two documents because the PixelMed validator takes the groups of one document for all of one kind: it asks
each for a region as soon as one has it. What has no value is said in a coded evaluation, never in an empty
measurement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ... import __version__
from ...scoring.results import LesionScore, PatientScore
from .codes import coded, region_of, scheme_identification
from .export_seg import Segment, Segmentation
from .library import highdicom
from .measurements import features_of, metrics_of, score_of, text_item, volume_of
from .report_method import Method
from .source import SourceSeries
from .tracking import derived_uid

SERIES_DESCRIPTION = "RadioImmunoScore: scores"
DEMONSTRATION_DESCRIPTION = "RadioImmunoScore: DEMONSTRATION, no meaning for a patient"
SERIES_NUMBER = 9102
MANUFACTURER = "RadioImmunoScore"
IMAGING_MEASUREMENTS = "126010"
STATUS_CODES = {"scored": "STATUS_SCORED", "warning": "STATUS_WARNING", "refused": "STATUS_REFUSED"}


@dataclass(frozen=True, eq=False)
class Export:
    """What all parts of an export share.

    Parameters
    ----------
    segmentations : of the lesions, and of the rings where there are any; none when all lesions are empty
    header : dataset of the CT's first instance, for patient and study
    names, uids : lesion id -> name in the export, tracking UID
    """

    patient: PatientScore
    method: Method
    segmentations: Sequence[Segmentation]
    source: SourceSeries
    header: Any
    names: Mapping[str, str]
    uids: Mapping[str, str]

    @property
    def segments(self) -> Iterator[tuple[Segmentation, Segment]]:
        """All segments, each with where it is."""
        for segmentation in self.segmentations:
            for segment in segmentation.segments:
                yield segmentation, segment


def lesion_report(export: Export, series_uid: str) -> Any:
    """The report of the lesions that have voxels, and of their rings; there has to be one."""
    rows = {row.id: row for row in export.patient.lesions}
    groups = []
    for segmentation, segment in export.segments:
        row, region = rows[segment.lesion_id], _region(export, segmentation, segment)
        groups.append(_ring(export, row, segment, region) if segment.ring else _lesion(export, row, region))
    segs = [one.dataset for one in export.segmentations]
    return _document(export, groups, series_uid, 1, [*_instances(export), *segs])


def patient_report(export: Export, series_uid: str, lesions: Any) -> Any:
    """The report of the patient's metrics and of lesions without voxels.

    `lesions` is the dataset of the lesions' report, None where there is none.
    """
    drawn = {segment.lesion_id for _, segment in export.segments}
    groups = [_lesion(export, row, None) for row in export.patient.lesions if row.id not in drawn]
    groups += [
        _subset(export, name)
        for name, metrics in export.patient.subsets.items()
        if name == "all" or metrics.n
    ]
    segs = [one.dataset for one in export.segmentations]
    return _document(export, groups, series_uid, 2, [export.header] if lesions is None else [lesions, *segs])


def _document(
    export: Export, groups: Sequence[Any], series_uid: str, number: int, evidence: Sequence[Any]
) -> Any:
    """The document of these groups, of which there is at least one.

    The first instance of the evidence has all that identifies patient and study.

    highdicom copies, checks and searches the whole content several times, which takes longer than all else.
    So it is given the first group, and the others are added to what it made.
    """
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
    )
    measured = next(item for item in dataset.ContentSequence if _is(item, IMAGING_MEASUREMENTS))
    for group in groups[1:]:
        measured.ContentSequence.extend(group)
    dataset.CodingSchemeIdentificationSequence = scheme_identification()
    return dataset


def _is(item: Any, code: str) -> bool:
    return str(item.ConceptNameCodeSequence[0].CodeValue) == code


def _lesion(export: Export, row: LesionScore, region: Any) -> Any:
    """The group of a lesion; `region` is None for one without voxels."""
    hd = highdicom()
    tracking = hd.sr.TrackingIdentifier(uid=export.uids[row.id], identifier=export.names[row.id])
    evaluations = [
        hd.sr.QualitativeEvaluation(coded("STATUS"), coded(STATUS_CODES[row.status])),
        _use(export.method),
    ]
    site = region_of(row.site)
    shared = {
        "tracking_identifier": tracking,
        "finding_category": hd.sr.CodedConcept("49755003", "SCT", "Morphologically Abnormal Structure"),
        "finding_type": hd.sr.CodedConcept("4147007", "SCT", "Mass"),
        "finding_sites": [hd.sr.FindingSite(site)] if site else None,
        "algorithm_id": _algorithm(export.method),
        "qualitative_evaluations": evaluations,
    }
    if region is None:
        group = hd.sr.MeasurementsAndQualitativeEvaluations(**shared)
    else:
        measurements = [volume_of(row), *features_of(row, "lesion"), *score_of(row)]
        group = hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
            **shared, measurements=measurements, referenced_segment=region
        )
    if row.reasons:
        group[0].ContentSequence.append(text_item("FINDINGS", row.reasons))
    return group


def _ring(export: Export, row: LesionScore, segment: Segment, region: Any) -> Any:
    hd, site = highdicom(), region_of(row.site)
    return hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=segment.tracking_uid, identifier=segment.name),
        finding_category=hd.sr.CodedConcept("309825002", "SCT", "Spatial and Relational Concept"),
        finding_type=coded("RING"),
        finding_sites=[hd.sr.FindingSite(site)] if site else None,
        algorithm_id=_algorithm(export.method),
        measurements=features_of(row, "ring"),
        qualitative_evaluations=[_use(export.method)],
        referenced_segment=region,
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
    for code, lesion in (("LOWEST", metrics.minimum_lesion), ("HIGHEST", metrics.maximum_lesion)):
        if lesion is not None:
            group[0].ContentSequence.append(text_item(code, export.names[lesion]))
    return group


def _use(method: Method) -> Any:
    """What the signature's notice says, in each group: groups are read one by one."""
    value = coded("USE_NONE" if method.is_demonstration else "USE_RESEARCH")
    return highdicom().sr.QualitativeEvaluation(coded("USE"), value)


def _algorithm(method: Method) -> Any:
    return highdicom().sr.AlgorithmIdentification(method.title, method.version, [method.parameters])


def _region(export: Export, segmentation: Segmentation, segment: Segment) -> Any:
    """The segment, and the CT's series; which of its instances the slices are, the segmentation says."""
    hd, seg = highdicom(), segmentation.dataset
    series = hd.sr.SourceSeriesForSegmentation(export.source.series_uid)
    return hd.sr.ReferencedSegment(seg.SOPClassUID, seg.SOPInstanceUID, segment.number, source_series=series)


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
