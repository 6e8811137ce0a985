"""Results as DICOM: lesions and rings as SEG objects, scores as structured reports, in the CT's study."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ...files.atomic import write_bytes
from ...findings import InputError
from ...geometry.image import Image
from ...lesion import Lesion
from ...scoring.results import PatientScore
from ...signature.signature import Signature
from .export_check import check_export
from .export_frames import Slices
from .export_seg import LESIONS, RINGS, UNICODE, lesion_segments, make_seg, ring_segments
from .export_sr import Export, lesion_report, patient_report
from .library import lenient_reading, pydicom
from .names import LESIONS_NAME, LESIONS_SEG_NAME, PATIENT_NAME, RINGS_SEG_NAME, export_names
from .report_method import Method
from .source import SourceSeries
from .tracking import tracking_uids

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
    lesions are empty, and no rings when no lesion has a score.
    `patient_report.dcm` holds the patient's metrics, and the status of lesions that are empty. Series and
    instances have new UIDs each time; the tracking UIDs of lesions stay (`tracking`).

    Parameters
    ----------
    signature : what the scores were made with
    image : the CT as it was read from `source`
    lesions : the patient's lesions on the CT's lattice, by the same identifiers; structures that are not
        among the scores (organs that were left out) are not written
    folder : existing folder; each file is whole or not there

    Raises
    ------
    InputError
        `dicom.incomplete` when the CT has no frame of reference, `dicom.no_library` without highdicom,
        `mask.geometry` when the image is not the source's.
    RuntimeError
        When what was made fails our own checks (`export_check`); nothing is written then.
    """
    if not source.frame_of_reference_uid:
        raise InputError(
            "dicom.incomplete", "The CT has no frame of reference: a segmentation could not be laid upon it."
        )
    method = signature if isinstance(signature, Method) else Method.of(signature)
    header = _header(source)
    names = export_names({row.id: row.name for row in patient.lesions})
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
    problems = check_export(datasets, source)
    if problems:
        raise RuntimeError(f"the DICOM export would be wrong: {'; '.join(problems)}")
    for name, segmentation in segmentations.items():
        write_bytes(Path(folder) / name, segmentation.file)
    for name, dataset in reports.items():
        dataset.SpecificCharacterSet = UNICODE
        content = io.BytesIO()
        dataset.save_as(content)
        write_bytes(Path(folder) / name, content.getvalue())
    return [Path(folder) / name for name in (*segmentations, *reports)]


def _new_uid() -> str:
    return str(pydicom().uid.generate_uid(prefix=None))


def _header(source: SourceSeries) -> Any:
    """The CT's first instance without pixels; what identifies patient and study is there, if only empty.

    Dates, times and a sex that the CT has in a form that does not exist are empty: nobody could read them. Of
    identifiers and names nothing is changed, so that the results are filed where the CT is.
    """
    valuerep = pydicom().valuerep
    with lenient_reading():
        header = pydicom().dcmread(source.instances[0].path, stop_before_pixels=True)
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
