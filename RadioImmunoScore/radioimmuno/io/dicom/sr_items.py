"""What all reports of an export share: the results, what they refer to, and items that many groups have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...modality import CT, modality_of_code, split_role
from ...scoring.results import PatientScore
from .codes import coded
from .export_names import Tracking, cleaned
from .library import highdicom
from .method import Method
from .source import SourceSeries
from .write_seg import Segment, Segmentation


@dataclass(frozen=True, eq=False)
class Export:
    """What all parts of an export share.

    Parameters
    ----------
    segmentations : sequence of Segmentation, of the lesions, and of the rings where there are any; none when
        all lesions are empty
    header : Dataset of the CT's first instance, for patient and study
    trackings : mapping of str to Tracking, by lesion id
    uptakes : mapping of str to mapping, by role of the PET, as of `scoring.records.uptake_record`
    images : mapping of str to SourceSeries, by role, of the images beside the CT that are DICOM
    """

    patient: PatientScore
    method: Method
    segmentations: Sequence[Segmentation]
    source: SourceSeries
    header: Any
    trackings: Mapping[str, Tracking]
    uptakes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    images: Mapping[str, SourceSeries] = field(default_factory=dict)

    @property
    def main_role(self) -> str:
        """Of the image that lesions were drawn on."""
        modality = modality_of_code(str(self.header.get("Modality", "")))
        return (modality or CT).role

    @property
    def roles(self) -> tuple[str, ...]:
        """The images other than a CT that something was measured on."""
        names = (name for row in self.patient.lesions for name in row.features)
        of_features = (split_role(name)[0] for name in names if split_role(name)[1] != name)
        return tuple(dict.fromkeys([*self.uptakes, *of_features]))

    @property
    def lesion_uids(self) -> list[str]:
        """The tracking UIDs of all lesions, in an order of their own."""
        return sorted(tracking.uid for tracking in self.trackings.values())

    @property
    def segments(self) -> Iterator[tuple[Segmentation, Segment]]:
        """All segments, each with where it is."""
        for segmentation in self.segmentations:
            for segment in segmentation.segments:
                yield segmentation, segment


def tracking_item(tracking: Tracking) -> Any:
    """A lesion's identity in a group, highdicom's TrackingIdentifier.

    Parameters
    ----------
    tracking : Tracking
    """
    return highdicom().sr.TrackingIdentifier(uid=tracking.uid, identifier=tracking.identifier)


def is_item(item: Any, code: str) -> bool:
    """Whether a content item's name has this code.

    Parameters
    ----------
    item : Dataset
    code : str
    """
    return str(item.ConceptNameCodeSequence[0].CodeValue) == code


def use_item(method: Method) -> Any:
    """The meaning of the signature's notice, in each group: groups are read one by one.

    Parameters
    ----------
    method : Method
    """
    value = coded("USE_NONE" if method.is_demonstration else "USE_RESEARCH")
    return highdicom().sr.QualitativeEvaluation(coded("USE"), value)


def algorithm_item(method: Method) -> Any:
    """The signature as highdicom's AlgorithmIdentification.

    Parameters
    ----------
    method : Method
    """
    return highdicom().sr.AlgorithmIdentification(method.title, method.version, [method.parameters])


def region_item(export: Export, segmentation: Segmentation, segment: Segment) -> Any:
    """The segment, and the CT's series; which of its instances the slices are stands in the segmentation.

    Parameters
    ----------
    export : Export
    segmentation : Segmentation
    segment : Segment, of it
    """
    hd, seg = highdicom(), segmentation.dataset
    series = hd.sr.SourceSeriesForSegmentation(export.source.series_uid)
    return hd.sr.ReferencedSegment(seg.SOPClassUID, seg.SOPInstanceUID, segment.number, source_series=series)


def instances(export: Export) -> list[Any]:
    """The CT's instances as evidence, the first with patient and study.

    Parameters
    ----------
    export : Export
    """
    first = str(export.header.SOPInstanceUID)
    return [export.header, *(one for one in _evidence(export.source) if one.SOPInstanceUID != first)]


def image_instances(export: Export) -> list[Any]:
    """The instances of the images beside the CT as evidence.

    Parameters
    ----------
    export : Export
    """
    return [one for series in export.images.values() for one in _evidence(series)]


def _evidence(series: SourceSeries) -> list[Any]:
    """The instances of a series, each once, as far as evidence names them."""
    from pydicom.dataset import Dataset

    found: dict[str, Any] = {}
    for instance in series.instances:
        item = Dataset()
        item.StudyInstanceUID = series.study_uid
        item.SeriesInstanceUID = series.series_uid
        item.SOPClassUID = instance.sop_class_uid
        item.SOPInstanceUID = instance.sop_instance_uid
        found.setdefault(instance.sop_instance_uid, item)
    return list(found.values())


def text_item(code: str, text: str) -> Any:
    """An evaluation in words, on one line.

    Parameters
    ----------
    code : str, of `codes.MEANINGS`
    text : str
    """
    hd = highdicom()
    return hd.sr.TextContentItem(coded(code), cleaned(text), hd.sr.RelationshipTypeValues.CONTAINS)
