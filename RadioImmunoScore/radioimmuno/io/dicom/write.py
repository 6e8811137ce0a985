"""Results as DICOM in the CT's study: SEG objects of lesions and rings, reports, and RT Structure Sets.

Before anything is written it is checked for what no validator of single files can: whether the frame of
reference is the CT's, and whether a report and its segmentation are of the same lesions.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ...files.atomic import write_bytes
from ...findings import InputError
from ...geometry.image import Image
from ...lesion import Lesion
from ...scoring.results import PatientScore
from ...signature.signature import Signature
from .designation import Designation
from .export_names import (
    LESIONS_NAME,
    LESIONS_SEG_NAME,
    PATIENT_NAME,
    RINGS_SEG_NAME,
    export_names,
    tracking_uids,
)
from .library import lenient_reading, pydicom
from .method import Method
from .source import SourceSeries
from .write_rtstruct import designated_lesions, make_rtstruct
from .write_seg import LESIONS, RINGS, UNICODE, Slices, lesion_segments, make_seg, ring_segments
from .write_sr import Export, is_item, lesion_report, patient_report

# What a patient's and study's modules must have, be it empty (DICOM PS3.3 C.7.1.1, C.7.2.1).
MAY_BE_EMPTY = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
)
SEXES = ("M", "F", "O", "")

TRACKING_UID = "112040"
# Most of a report: ConceptNameCodeSequence, ConceptCodeSequence, MeasuredValueSequence.
WITHOUT_REFERENCES = frozenset((0x0040A043, 0x0040A168, 0x0040A300))
REFERENCE, REFERENCE_BYTES = 0x00081155, b"\x08\x00\x55\x11"  # ReferencedSOPInstanceUID


def write_dicom(
    patient: PatientScore,
    signature: Signature | Method,
    image: Image,
    lesions: Sequence[Lesion],
    source: SourceSeries,
    folder: str | os.PathLike[str],
) -> list[Path]:
    """Write a patient's results into the CT's study: series of lesions, of rings, and of two reports.

    `lesion_segmentation.dcm` holds each lesion as a segment and `ring_segmentation.dcm` the rings of scored
    ones, `lesion_report.dcm` their volumes, features, scores and status; none of these is written when all
    lesions are empty, and no rings when no lesion has a score. `patient_report.dcm` holds the metrics and the
    status of empty lesions. UIDs of series and instances are new each time, those of lesions stay.

    Parameters
    ----------
    patient : PatientScore
    signature : Signature or Method, what the scores were made with
    image : Image, the CT as it was read from `source`
    lesions : sequence of Lesion, the patient's on the CT's lattice, by the same identifiers; structures that
        are not among the scores (organs that were left out) are not written
    source : SourceSeries, the CT's
    folder : str or path, existing folder; each file is complete or not there

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    InputError
        `dicom.incomplete` when the CT has no frame of reference, `dicom.no_library` without highdicom,
        `mask.geometry` when the image is not the source's.
    RuntimeError
        When what was made fails `check_export`; nothing is written then.
    """
    _check_frame_of_reference(source)
    method = signature if isinstance(signature, Method) else Method.of(signature)
    header, names = _header(source, image), export_names({row.id: row.name for row in patient.lesions})
    lesions = [lesion for lesion in lesions if lesion.id in names]
    uids = tracking_uids(lesions, _patient_key(header, source))
    segments = {
        LESIONS_SEG_NAME: (LESIONS, lesion_segments(lesions, names, uids)),
        RINGS_SEG_NAME: (RINGS, ring_segments(patient, lesions, image, names, uids)),
    }
    slices = Slices(image.lattice, source)
    segmentations = {
        name: make_seg(some, content, slices, header, _new_uid())
        for name, (content, some) in segments.items()
        if some
    }
    export = Export(patient, method, list(segmentations.values()), source, header, names, uids)
    reports_uid = _new_uid()
    report = lesion_report(export, reports_uid) if segmentations else None
    reports = {} if report is None else {LESIONS_NAME: report}
    reports[PATIENT_NAME] = patient_report(export, reports_uid, report)
    datasets = [*(one.dataset for one in segmentations.values()), *reports.values()]
    _check(datasets, source)
    contents = {name: one.file for name, one in segmentations.items()}
    contents |= {name: _content(dataset) for name, dataset in reports.items()}
    for name, content in contents.items():
        write_bytes(Path(folder) / name, content)
    return [Path(folder) / name for name in contents]


def write_structures(
    patient: PatientScore,
    designation: Designation,
    signature: Signature | Method,
    image: Image,
    lesions: Sequence[Lesion],
    source: SourceSeries,
    path: str | os.PathLike[str],
) -> Path:
    """Write designated lesions into the CT's study, as an RT Structure Set for a planning system.

    Parameters
    ----------
    patient : PatientScore
    designation : Designation, of rows of the patient
    signature : Signature or Method, what the scores were made with
    image, lesions, source : Image, sequence of Lesion, SourceSeries, as of `write_dicom`
    path : str or path, the file; it is complete or not there

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        `dicom.nothing_designated` when no designated lesion has a voxel; `dicom.incomplete`,
        `dicom.no_library` (without pydicom) and `mask.geometry` as of `write_dicom`.
    """
    _check_frame_of_reference(source)
    method = signature if isinstance(signature, Method) else Method.of(signature)
    if method.colors is None:
        raise InputError("result.unreadable", "The result has no colors of its scores. Score again.")
    names = export_names({row.id: row.name for row in patient.lesions})
    structures = designated_lesions(designation.rows, patient.lesions, lesions, names)
    if not structures:
        raise InputError(
            "dicom.nothing_designated",
            f"No lesion with a voxel is designated ({designation.words}): there is no structure to write.",
        )
    header = _header(source, image)
    dataset = make_rtstruct(structures, designation.words, method, method.colors, source, header, _new_uid())
    _check([dataset], source)
    write_bytes(path, _content(dataset))
    return Path(path)


def _check_frame_of_reference(source: SourceSeries) -> None:
    if not source.frame_of_reference_uid:
        raise InputError(
            "dicom.incomplete", "The CT has no frame of reference: no lesion could be laid upon it."
        )


def _check(datasets: Sequence[Any], source: SourceSeries) -> None:
    problems = check_export(datasets, source)
    if problems:
        raise RuntimeError(f"the DICOM export would be wrong: {'; '.join(problems)}")


def _content(dataset: Any) -> bytes:
    """A report or a structure set as the bytes of its file."""
    dataset.SpecificCharacterSet = UNICODE
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _new_uid() -> str:
    return str(pydicom().uid.generate_uid(prefix=None))


def _header(source: SourceSeries, image: Image) -> Any:
    """The CT's first instance without pixels; what identifies patient and study is there, if only empty.

    Dates, times and a sex that the CT has in a form that does not exist are empty: nobody could read them. Of
    identifiers and names nothing is changed, so that the results are filed where the CT is.
    """
    valuerep = pydicom().valuerep
    with lenient_reading():
        header = pydicom().dcmread(source.instances[0].path, stop_before_pixels=True)
    if (header.Rows, header.Columns) != image.lattice.shape[1:]:
        raise InputError("mask.geometry", "The image is not the series that results are to refer to.")
    for keyword in MAY_BE_EMPTY:
        if keyword not in header:
            setattr(header, keyword, "")
    for keyword, parse in (
        ("PatientBirthDate", valuerep.DA),
        ("StudyDate", valuerep.DA),
        ("StudyTime", valuerep.TM),
    ):
        if not _is_valid(str(header[keyword].value or ""), parse):
            setattr(header, keyword, "")
    if str(header.PatientSex) not in SEXES:
        header.PatientSex = ""
    if not header.get("FrameOfReferenceUID"):
        header.FrameOfReferenceUID = source.frame_of_reference_uid
    return header


def _is_valid(text: str, parse: Callable[[str], Any]) -> bool:
    try:
        parse(text)
    except ValueError:
        return False
    return True


def _patient_key(header: Any, source: SourceSeries) -> str:
    identifier = str(header.PatientID or "").strip()
    if not identifier:
        return f"study {source.study_uid}"
    return f"{header.get('IssuerOfPatientID') or ''}\x1e{identifier}"


def check_export(datasets: Iterable[Any], source: SourceSeries) -> list[str]:
    """What is wrong with the files of one export; nothing when all is well.

    Parameters
    ----------
    datasets : iterable of pydicom Dataset, reports, segmentations, structure sets
    source : SourceSeries, the CT's
    """
    everything = list(datasets)
    segs = [dataset for dataset in everything if "SegmentSequence" in dataset]
    sets = [dataset for dataset in everything if "StructureSetROISequence" in dataset]
    reports = [dataset for dataset in everything if _kind(dataset) == "a report"]
    problems = [problem for dataset in everything for problem in _check_study(dataset, source)]
    known = {source.study_uid, *(instance.sop_instance_uid for instance in source.instances)}
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
