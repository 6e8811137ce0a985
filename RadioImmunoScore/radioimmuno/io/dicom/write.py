"""Results as DICOM in the CT's study: SEG objects of lesions and rings, reports, and RT Structure Sets."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...files.atomic import write_bytes
from ...findings import InputError
from ...geometry.image import Image
from ...lesion import Lesion
from ...scoring.records import uptake_record
from ...scoring.results import PatientScore
from ...signature.signature import Signature
from .designation import Designation
from .export_checks import check_export
from .export_names import (
    LESIONS_NAME,
    LESIONS_SEG_NAME,
    PATIENT_NAME,
    RINGS_SEG_NAME,
    Tracking,
    export_names,
    tracking_uids,
)
from .library import lenient_reading, pydicom
from .method import Method
from .source import SourceSeries
from .sr_items import Export
from .write_rtstruct import designated_lesions, make_rtstruct
from .write_seg import (
    LESIONS,
    RINGS,
    UNICODE,
    Segmentation,
    Slices,
    lesion_segments,
    make_seg,
    ring_segments,
)
from .write_sr import lesion_report, patient_report

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


@dataclass(frozen=True, eq=False)
class StudyExport:
    """A patient's results as DICOM, not written yet.

    Parameters
    ----------
    export : Export, what its parts share, the segmentations among it
    series_uid : str, UID of the reports' series
    reports : mapping of str to Dataset, by the names of their files
    """

    export: Export
    series_uid: str
    reports: Mapping[str, Any]

    @property
    def datasets(self) -> list[Any]:
        """All that is to be written, without pixels."""
        return [*(one.dataset for one in self.export.segmentations), *self.reports.values()]

    @property
    def instance_uids(self) -> set[str]:
        """UIDs of what a report may refer to: the images' instances, and what is to be written."""
        ct = {instance.sop_instance_uid for instance in self.export.source.instances}
        return ct | self.image_uids | {str(dataset.SOPInstanceUID) for dataset in self.datasets}

    @property
    def image_uids(self) -> set[str]:
        """UIDs of the instances of images beside the CT."""
        every = (one for series in self.export.images.values() for one in series.instances)
        return {one.sop_instance_uid for one in every}


def make_export(
    patient: PatientScore,
    signature: Signature | Method,
    image: Image,
    lesions: Sequence[Lesion],
    source: SourceSeries,
    trackings: Mapping[str, Tracking] | None = None,
    *,
    images: Mapping[str, SourceSeries] | None = None,
    uptakes: Mapping[str, Mapping[str, Any]] | None = None,
) -> StudyExport:
    """Results as DICOM in the CT's study: series of lesions, of rings, and of two reports.

    `lesion_segmentation.dcm` holds each lesion as a segment and `ring_segmentation.dcm` the rings of scored
    ones, `lesion_report.dcm` their volumes, features, scores and status; none of these is made when all
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
    trackings : mapping of str to Tracking or None, by lesion id; None for what follows from this study alone
    images : mapping of str to SourceSeries or None, by role, of the images beside the CT that are DICOM: the
        sources of what was measured on them
    uptakes : mapping of str to mapping or None, by role of the PET, as of `scoring.records.uptake_record`;
        None for those of the patient

    Returns
    -------
    StudyExport

    Raises
    ------
    InputError
        `dicom.incomplete` when the CT has no frame of reference, `dicom.no_library` without highdicom,
        `mask.geometry` when the image is not the source's.
    """
    _check_frame_of_reference(source)
    method = signature if isinstance(signature, Method) else Method.of(signature)
    header, names = _header(source, image), export_names({row.id: row.name for row in patient.lesions})
    lesions = [lesion for lesion in lesions if lesion.id in names]
    if trackings is None:
        uids = tracking_uids(lesions, patient_key(source))
        trackings = {key: Tracking(names[key], uid) for key, uid in uids.items()}
    segments = (
        (LESIONS, lesion_segments(lesions, names, trackings)),
        (RINGS, ring_segments(patient, lesions, image, names, trackings)),
    )
    slices = Slices(image.lattice, source)
    made = [make_seg(some, content, slices, header, _new_uid()) for content, some in segments if some]
    if uptakes is None:
        uptakes = {role: uptake_record(one) for role, one in patient.uptakes.items()}
    export = Export(patient, method, made, source, header, trackings, uptakes, images or {})
    series_uid = _new_uid()
    report = lesion_report(export, series_uid) if made else None
    reports = {} if report is None else {LESIONS_NAME: report}
    return StudyExport(
        export, series_uid, {**reports, PATIENT_NAME: patient_report(export, series_uid, report)}
    )


def write_export(
    made: StudyExport, folder: str | os.PathLike[str], earlier: Collection[str] = ()
) -> list[Path]:
    """Check and write what was made.

    Parameters
    ----------
    made : StudyExport
    folder : str or path, existing folder; each file is complete or not there
    earlier : collection of str, UIDs of instances of earlier studies that a report refers to

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    RuntimeError
        When what was made fails `check_export`; nothing is written then.
    """
    _check(made.datasets, made.export.source, {*earlier, *made.image_uids})
    contents = {_seg_name(one): one.file for one in made.export.segmentations}
    contents |= {name: _content(dataset) for name, dataset in made.reports.items()}
    for name, content in contents.items():
        write_bytes(Path(folder) / name, content)
    return [Path(folder) / name for name in contents]


def _seg_name(segmentation: Segmentation) -> str:
    return RINGS_SEG_NAME if segmentation.segments[0].ring else LESIONS_SEG_NAME


def write_dicom(
    patient: PatientScore,
    signature: Signature | Method,
    image: Image,
    lesions: Sequence[Lesion],
    source: SourceSeries,
    folder: str | os.PathLike[str],
    *,
    images: Mapping[str, SourceSeries] | None = None,
    uptakes: Mapping[str, Mapping[str, Any]] | None = None,
) -> list[Path]:
    """Write a patient's results into the CT's study: `make_export` and `write_export`.

    Parameters
    ----------
    patient : PatientScore
    signature : Signature or Method
    image : Image
    lesions : sequence of Lesion
    source : SourceSeries, all as of `make_export`
    folder : str or path, as of `write_export`
    images, uptakes : mapping or None, as of `make_export`

    Returns
    -------
    list of Path
        The files.
    """
    made = make_export(patient, signature, image, lesions, source, images=images, uptakes=uptakes)
    return write_export(made, folder)


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
    colors = method.required_colors()
    names = export_names({row.id: row.name for row in patient.lesions})
    structures = designated_lesions(designation.rows, patient.lesions, lesions, names)
    if not structures:
        raise InputError(
            "dicom.nothing_designated",
            f"No lesion with a voxel is designated ({designation.words}): there is no structure to write.",
        )
    header = _header(source, image)
    dataset = make_rtstruct(structures, designation.words, method, colors, source, header, _new_uid())
    _check([dataset], source)
    write_bytes(path, _content(dataset))
    return Path(path)


def _check_frame_of_reference(source: SourceSeries) -> None:
    if not source.frame_of_reference_uid:
        raise InputError(
            "dicom.incomplete", "The CT has no frame of reference: no lesion could be laid upon it."
        )


def _check(datasets: Sequence[Any], source: SourceSeries, earlier: Collection[str] = ()) -> None:
    problems = check_export(datasets, source, earlier)
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


def patient_key(source: SourceSeries) -> str:
    """What tracking UIDs of a patient's lesions are made from: who it is, and who says so.

    Parameters
    ----------
    source : SourceSeries, the CT's
    """
    identifier, issuer, _ = patient_of(source)
    return f"{issuer}\x1e{identifier}" if identifier else f"study {source.study_uid}"


def patient_of(source: SourceSeries) -> tuple[str, str, str]:
    """PatientID, who issued it, and the patient's name, as the CT's first instance has them.

    Parameters
    ----------
    source : SourceSeries, the CT's
    """
    tags = ["PatientID", "IssuerOfPatientID", "PatientName"]
    with lenient_reading():
        path = source.instances[0].path
        header = pydicom().dcmread(path, stop_before_pixels=True, specific_tags=tags)
        identifier, issuer, name = (str(header.get(tag) or "") for tag in tags)
    return identifier.strip(), issuer, name
