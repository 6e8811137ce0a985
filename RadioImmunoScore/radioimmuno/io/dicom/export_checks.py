"""What is wrong with an export, as far as no validator of single files can find out.

Whether the frame of reference is the CT's, whether a report and its segmentation are of the same lesions, and
whether all that is referred to is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from .source import SourceSeries
from .sr_items import is_item

TRACKING_UID = "112040"
# Most of a report: ConceptNameCodeSequence, ConceptCodeSequence, MeasuredValueSequence.
WITHOUT_REFERENCES = frozenset((0x0040A043, 0x0040A168, 0x0040A300))
REFERENCE, REFERENCE_BYTES = 0x00081155, b"\x08\x00\x55\x11"  # ReferencedSOPInstanceUID


def check_export(datasets: Iterable[Any], source: SourceSeries, earlier: Collection[str] = ()) -> list[str]:
    """What is wrong with the files of one export; nothing when all is well.

    Parameters
    ----------
    datasets : iterable of pydicom Dataset, reports, segmentations, structure sets
    source : SourceSeries, the CT's
    earlier : collection of str, UIDs of instances of earlier studies that may be referred to
    """
    everything = list(datasets)
    segs = [dataset for dataset in everything if "SegmentSequence" in dataset]
    sets = [dataset for dataset in everything if "StructureSetROISequence" in dataset]
    reports = [dataset for dataset in everything if _kind(dataset) == "a report"]
    problems = [problem for dataset in everything for problem in _check_study(dataset, source)]
    known = {source.study_uid, *earlier, *(instance.sop_instance_uid for instance in source.instances)}
    known |= {str(dataset.get("SOPInstanceUID")) for dataset in everything}
    problems += [problem for dataset in everything for problem in _check_references(dataset, known)]
    problems += [problem for report in reports for problem in _check_values(report)]
    problems += [problem for seg in segs for problem in _check_frames(seg, source)]
    problems += [problem for one in sets for problem in _check_structures(one, source)]
    problems += _check_tracking(segs, reports)
    return problems


def _check_study(dataset: Any, source: SourceSeries) -> Iterator[str]:
    if str(dataset.get("StudyInstanceUID", "")) != source.study_uid:
        yield f"{_kind(dataset)} is not in the CT's study"
    if str(dataset.get("SeriesInstanceUID", "")) in ("", source.series_uid):
        yield f"{_kind(dataset)} has no series of its own"


def _kind(dataset: Any) -> str:
    kinds = {"SegmentSequence": "a segmentation", "StructureSetROISequence": "a structure set"}
    return next((kind for keyword, kind in kinds.items() if keyword in dataset), "a report")


def _check_frames(seg: Any, source: SourceSeries) -> Iterator[str]:
    frame = str(seg.get("FrameOfReferenceUID", ""))
    if not frame or frame != source.frame_of_reference_uid:
        yield "a segmentation's frame of reference is not the CT's"
    described = {int(item.SegmentNumber) for item in seg.SegmentSequence}
    drawn = {
        int(item.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
        for item in seg.PerFrameFunctionalGroupsSequence
    }
    if drawn != described:
        yield "a segmentation's frames are not those of its segments"


def _check_structures(structures: Any, source: SourceSeries) -> Iterator[str]:
    items = structures.StructureSetROISequence
    frames = {str(item.get("ReferencedFrameOfReferenceUID", "")) for item in items}
    if frames != {source.frame_of_reference_uid}:
        yield "a structure's frame of reference is not the CT's"
    numbers = [int(item.ROINumber) for item in items]
    parts = (structures.ROIContourSequence, structures.RTROIObservationsSequence)
    if any([int(item.ReferencedROINumber) for item in part] != numbers for part in parts):
        yield "a structure set's contours or observations are not those of its structures"


def _check_tracking(segs: Iterable[Any], reports: Iterable[Any]) -> Iterator[str]:
    """Each segment's UID is that of the group which refers to it."""
    segments = {
        (str(seg.SOPInstanceUID), int(item.SegmentNumber)): str(item.get("TrackingUID", ""))
        for seg in segs
        for item in seg.SegmentSequence
    }
    instances = {instance for instance, _ in segments}
    if "" in segments.values():
        yield "a segment has no tracking UID"
    if len(set(segments.values())) < len(segments):
        yield "two segments have the same tracking UID"
    referred = {}
    for group in (item for report in reports for item in _items(report)):
        children = group.get("ContentSequence") or []
        own = [str(c.UID) for c in children if c.ValueType == "UIDREF" and is_item(c, TRACKING_UID)]
        for reference in (r for c in children for r in c.get("ReferencedSOPSequence") or []):
            instance = str(reference.get("ReferencedSOPInstanceUID", ""))
            if instance in instances:
                referred[instance, int(reference.get("ReferencedSegmentNumber", 0))] = own
    for segment, uid in segments.items():
        if segment not in referred:
            yield f"no report refers to segment {segment[1]}"
        elif referred[segment] != [uid]:
            yield f"the report's group of segment {segment[1]} has not its tracking UID"


def _check_references(dataset: Any, known: set[str]) -> Iterator[str]:
    """All that is referred to is the CT's or was made together with it."""
    named = set(_references(dataset, set()))
    if not named:
        yield f"{_kind(dataset)} refers to nothing"
    if named - known:
        yield f"{_kind(dataset)} refers to instances that do not exist: {', '.join(sorted(named - known))}"


def _check_values(report: Any) -> Iterator[str]:
    for item in _items(report):
        if item.get("ValueType") == "NUM" and not item.get("MeasuredValueSequence"):
            yield "a report has a measurement without a value"


def _items(dataset: Any) -> Iterator[Any]:
    """The content items of a report, the root first."""
    yield dataset
    for child in dataset.get("ContentSequence") or []:
        yield from _items(child)


def _references(dataset: Any, seen: set[bytes]) -> Iterator[str]:
    """The instances that a dataset refers to; of sequences that were not read yet, those that matter are."""
    for element in list(dataset.elements()):
        if element.tag == REFERENCE:
            yield str(dataset[element.tag].value)
        elif element.VR == "SQ" and element.tag not in WITHOUT_REFERENCES:
            if element.is_raw:
                if element.value in seen or REFERENCE_BYTES not in element.value:
                    continue
                seen.add(element.value)
            for item in dataset[element.tag].value:
                yield from _references(item, seen)
