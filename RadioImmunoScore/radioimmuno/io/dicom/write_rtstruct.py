"""Lesions as an RT Structure Set on the slices of their CT: for a planning system, named, colored by score.

What systems read in other ways is written so that all read it alike:

- a contour is the outline of one connected part of a lesion in one slice, CLOSED_PLANAR, halfway between
  voxels inside and outside. It runs through no voxel's centre: whoever fills it finds the same voxels;
- holes are reached through keyholes (PS3.3, C.8.8.6.3). Two contours, one in the other, are a ring for
  readers that combine them by exclusive or and a disk for those that unite them; CLOSEDPLANAR_XOR is not
  known to older ones;
- each contour refers to its slice, and the structure set to all slices of the series;
- RTROIInterpretedType is empty. GTV would make a target of what is a suggestion for research, CONTROL an aid
  of the optimizer, and a planning system would treat either as such unasked: the type is for the person who
  takes a structure over;
- values are written with implicit VR: with explicit VR a contour could not have more than 65,534 bytes.

Older systems cut names (16 characters are usual): the ROI's number is the lesion's place among the patient's,
the same in every structure set of a study.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from ... import __version__
from ...geometry.image import Image
from ...geometry.outline import keyholed_outlines
from ...lesion import DelineationType, Lesion
from ...scoring.results import LesionScore
from ...signature.color_scale import ColorScale
from .export_names import cleaned, derived_uid, shortened
from .library import lenient_reading, pydicom
from .method import Method
from .source import SourceInstance, SourceSeries
from .write_seg import MANUFACTURER
from .write_sr import DEMONSTRATION_DESCRIPTION

SOP_CLASS = "1.2.840.10008.5.1.4.1.1.481.3"  # RT Structure Set Storage
STUDY_CLASS = "1.2.840.10008.3.1.2.3.1"  # what references to studies name, though it is retired
SERIES_DESCRIPTION = "RadioImmunoScore: designated lesions, research only"
SERIES_NUMBER = 9104
LABEL, DEMONSTRATION_LABEL = "RIS RESEARCH", "RIS DEMO"
CONTOUR_DATA = 0x30060050

# The most that values of ST hold, as `LO_BYTES` those of LO (DICOM PS3.5, 6.2).
ST_BYTES = 1024
# Coordinates have as many decimals of a mm: a thousandth of a voxel, and no file of twice the size.
DECIMALS_MM = 4

# What a structure set copies of the CT's header where it has it, besides what it has to have.
IDENTIFYING = (
    *("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "IssuerOfPatientID"),
    *("PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence"),
    *("StudyInstanceUID", "StudyID", "StudyDate", "StudyTime", "StudyDescription", "AccessionNumber"),
    *("ReferringPhysicianName", "PatientAge", "PatientSize", "PatientWeight"),
)


@dataclass(frozen=True, eq=False)
class DesignatedLesion:
    """One structure: a lesion with at least one voxel, on the CT's lattice.

    Parameters
    ----------
    number : int, its ROI number
    name : str, at most 64 bytes, no other structure's
    """

    number: int
    name: str
    row: LesionScore
    lesion: Lesion


def designated_lesions(
    rows: Sequence[LesionScore],
    among: Sequence[LesionScore],
    lesions: Sequence[Lesion],
    names: Mapping[str, str],
) -> list[DesignatedLesion]:
    """The structures of these rows; those without a voxel have none.

    Parameters
    ----------
    rows : sequence of LesionScore, what was designated
    among : sequence of LesionScore, all of the patient
    lesions : sequence of Lesion, by the same identifiers
    names : mapping of str to str, lesion id -> name in the export
    """
    drawn = {lesion.id: lesion for lesion in lesions if lesion.box is not None}
    numbers = {row.id: number for number, row in enumerate(among, start=1)}
    return [
        DesignatedLesion(numbers[row.id], names[row.id], row, drawn[row.id])
        for row in rows
        if row.id in drawn
    ]


def make_rtstruct(
    structures: Sequence[DesignatedLesion],
    designation: str,
    method: Method,
    colors: ColorScale,
    source: SourceSeries,
    header: Any,
    uid: str,
) -> Any:
    """The RT Structure Set of these lesions, a Dataset.

    Parameters
    ----------
    structures : sequence of DesignatedLesion, at least one
    designation : str, how they were designated
    method : Method, what the scores were made with
    colors : ColorScale, the method's
    source : SourceSeries, the CT's
    header : Dataset of the CT's first instance, for patient and study
    uid : str, UID of the series to be made; that of the instance follows from it
    """
    made = datetime.now()
    dataset = pydicom().Dataset()
    dataset.file_meta = pydicom().dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom().uid.ImplicitVRLittleEndian
    with lenient_reading():
        for keyword in IDENTIFYING:
            if keyword in header:
                dataset[keyword] = header[keyword]
    dataset.SOPClassUID, dataset.SOPInstanceUID = SOP_CLASS, derived_uid(uid, "1")
    dataset.InstanceCreationDate = dataset.StructureSetDate = made.strftime("%Y%m%d")
    dataset.InstanceCreationTime = dataset.StructureSetTime = made.strftime("%H%M%S")
    dataset.Modality = "RTSTRUCT"
    dataset.SeriesInstanceUID, dataset.SeriesNumber, dataset.InstanceNumber = uid, SERIES_NUMBER, 1
    demonstration = method.is_demonstration
    dataset.SeriesDescription = DEMONSTRATION_DESCRIPTION if demonstration else SERIES_DESCRIPTION
    dataset.OperatorsName = ""
    dataset.Manufacturer = dataset.ManufacturerModelName = MANUFACTURER
    dataset.SoftwareVersions = __version__
    dataset.FrameOfReferenceUID = source.frame_of_reference_uid
    dataset.PositionReferenceIndicator = ""
    dataset.StructureSetLabel = DEMONSTRATION_LABEL if demonstration else LABEL
    dataset.StructureSetName = shortened(cleaned(f"Lesions: {designation}"))
    dataset.StructureSetDescription = shortened(_description(designation, method), ST_BYTES)
    dataset.ReferencedFrameOfReferenceSequence = [_frame_of_reference(source)]
    images = {instance.k: _image(instance) for instance in source.instances}
    dataset.StructureSetROISequence = [_roi(one, method, source) for one in structures]
    dataset.ROIContourSequence = [_contours(one, colors, images) for one in structures]
    dataset.RTROIObservationsSequence = [_observation(one, method) for one in structures]
    dataset.ApprovalStatus = "UNAPPROVED"
    return dataset


def _description(designation: str, method: Method) -> str:
    cutoffs = method.cutoffs
    parts = [method.notice, f"Lesions of RadioImmunoScore {__version__} by: {designation}."]
    parts.append(f"Signature: {method.name}, version {method.version}, SHA-256 {method.sha256}.")
    if cutoffs is not None:
        named = (f"{name} {_number(value)}" for name, value in cutoffs.named.items())
        parts.append(f"Cut-offs: {', '.join(named)}.")
    parts.append("Colors: blue for low scores, red for high ones, gray for lesions without a score.")
    return cleaned(" ".join(parts))


def _number(score: float) -> str:
    return f"{score:.4g}"


def _frame_of_reference(source: SourceSeries) -> Any:
    """The CT's frame of reference with its study, its series and all instances of that."""
    series, study, frame = (pydicom().Dataset() for _ in range(3))
    series.SeriesInstanceUID = source.series_uid
    series.ContourImageSequence = [_image(instance) for instance in source.instances]
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = STUDY_CLASS, source.study_uid
    study.RTReferencedSeriesSequence = [series]
    frame.FrameOfReferenceUID = source.frame_of_reference_uid
    frame.RTReferencedStudySequence = [study]
    return frame


def _image(instance: SourceInstance) -> Any:
    item = pydicom().Dataset()
    item.ReferencedSOPClassUID = instance.sop_class_uid
    item.ReferencedSOPInstanceUID = instance.sop_instance_uid
    if instance.frame is not None:
        item.ReferencedFrameNumber = instance.frame
    return item


def _roi(one: DesignatedLesion, method: Method, source: SourceSeries) -> Any:
    item, drawn = pydicom().Dataset(), one.lesion.delineation
    item.ROINumber = one.number
    item.ReferencedFrameOfReferenceUID = source.frame_of_reference_uid
    item.ROIName = one.name
    item.ROIDescription = _score_words(one, method)
    item.ROIVolume = _number(one.lesion.volume_cc)
    item.ROIGenerationAlgorithm = drawn.type.value if drawn else ""
    if drawn and drawn.type is not DelineationType.MANUAL and drawn.algorithm:
        item.ROIGenerationDescription = shortened(cleaned(drawn.algorithm))
    return item


def _score_words(one: DesignatedLesion, method: Method) -> str:
    score = "no score" if one.row.score is None else f"score {_number(one.row.score)}"
    reasons = "" if one.row.score is not None else one.row.reasons
    text = " ".join([f"RadioImmunoScore: {score}.", method.notice, reasons])
    return shortened(cleaned(text), ST_BYTES)


def _contours(one: DesignatedLesion, colors: ColorScale, images: Mapping[int, Any]) -> Any:
    item = pydicom().Dataset()
    item.ROIDisplayColor = [round(255 * channel) for channel in colors.rgb(one.row.score)]
    item.ContourSequence = [
        _contour(number, points, images.get(k))
        for number, (k, points) in enumerate(_outlines(one.lesion.mask), 1)
    ]
    item.ReferencedROINumber = one.number
    return item


def _outlines(mask: Image) -> Iterator[tuple[int, np.ndarray]]:
    """(slice, corners in LPS mm) of every connected part of every slice, by rising slices."""
    first, row, column = mask.offset
    for number, plane in enumerate(mask.values, start=first):
        for outline in keyholed_outlines(plane):
            index = np.insert(outline + (row, column), 0, number, axis=1)
            yield number, mask.lattice.to_lps(index)


def _contour(number: int, points: np.ndarray, image: Any) -> Any:
    from pydicom.dataelem import RawDataElement
    from pydicom.tag import Tag

    item = pydicom().Dataset()
    if image is not None:
        item.ContourImageSequence = [image]
    item.ContourGeometricType = "CLOSED_PLANAR"
    item.NumberOfContourPoints = len(points)
    item.ContourNumber = number
    # As objects of the library the numbers would take longer than all the rest: they are encoded here, and
    # the item is marked as encoded, or the library would read and encode them again.
    item.set_original_encoding(True, True, pydicom().charset.default_encoding)
    text = "\\".join(_coordinate(value) for value in points.ravel().tolist())
    content = (text + " " * (len(text) % 2)).encode("ascii")
    item[CONTOUR_DATA] = RawDataElement(Tag(CONTOUR_DATA), "DS", len(content), content, 0, True, True)
    return item


def _coordinate(value: float) -> str:
    text = f"{value:.{DECIMALS_MM}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _observation(one: DesignatedLesion, method: Method) -> Any:
    item, site = pydicom().Dataset(), one.row.site
    item.ObservationNumber = item.ReferencedROINumber = one.number
    item.ROIObservationLabel = "no score" if one.row.score is None else f"score {one.row.score:.3g}"
    item.ROIObservationDescription = _score_words(one, method)
    if site is not None and site.snomed_code is not None:
        item.AnatomicRegionSequence = [_code(site.snomed_code, site.label.capitalize())]
    item.SegmentedPropertyCategoryCodeSequence = [_code("49755003", "Morphologically Abnormal Structure")]
    item.RTROIIdentificationCodeSequence = [_code("4147007", "Mass")]
    item.RTROIInterpretedType = ""
    item.ROIInterpreter = ""
    return item


def _code(value: str, meaning: str) -> Any:
    """A concept of SNOMED CT."""
    item = pydicom().Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return item
