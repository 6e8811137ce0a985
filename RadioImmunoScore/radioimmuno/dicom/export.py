"""Results as DICOM: lesions and rings as a SEG, scores as a structured report, in the CT's study."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..atomic import replacing
from ..findings import InputError
from ..image import Image
from ..lesion import Lesion
from ..results import PatientScore
from ..signature import Signature
from .export_check import check_export
from .export_seg import make_seg, segments_of
from .export_sr import Export, lesion_report, patient_report
from .library import lenient_reading, pydicom
from .names import LESIONS_NAME, PATIENT_NAME, SEG_NAME
from .report_method import Method
from .source import SourceSeries
from .tracking import tracking_uids

UNICODE = "ISO_IR 192"

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


def write_dicom(
    patient: PatientScore,
    signature: Signature | Method,
    image: Image,
    lesions: Sequence[Lesion],
    source: SourceSeries,
    folder: str | os.PathLike[str],
) -> list[Path]:
    """Write a patient's results into the CT's study: a new series with the SEG, and one with two reports.

    `segmentation.dcm` holds each lesion and the ring of each scored one as a segment, `lesion_report.dcm`
    their volumes, features, scores and status; neither is written when all lesions are empty.
    `patient_report.dcm` holds the patient's metrics, and the status of lesions that are empty. Series and
    instances have new UIDs each time; the tracking UIDs of lesions stay (`tracking`).

    Parameters
    ----------
    signature : what the scores were made with
    image : the CT as it was read from `source`
    lesions : the patient's lesions on the CT's lattice, by the same identifiers
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
    uids = tracking_uids(lesions, _patient_key(header, source))
    segments = segments_of(patient, lesions, image, uids)
    seg = make_seg(segments, image, source, header, _new_uid()) if segments else None
    export = Export(patient, method, segments, seg, source, header, uids)
    reports_uid = _new_uid()
    report = lesion_report(export, reports_uid) if segments else None
    made = {SEG_NAME: seg, LESIONS_NAME: report, PATIENT_NAME: patient_report(export, reports_uid, report)}
    datasets = {name: dataset for name, dataset in made.items() if dataset is not None}
    problems = check_export(datasets.values(), source)
    if problems:
        raise RuntimeError(f"the DICOM export would be wrong: {'; '.join(problems)}")
    for name, dataset in datasets.items():
        dataset.SpecificCharacterSet = UNICODE
        with replacing(Path(folder) / name) as unfinished:
            dataset.save_as(unfinished)
    return [Path(folder) / name for name in datasets]


def _new_uid() -> str:
    return str(pydicom().uid.generate_uid(prefix=None))


def _header(source: SourceSeries) -> Any:
    """The CT's first instance without pixels; what identifies patient and study is there, if only empty."""
    with lenient_reading():
        header = pydicom().dcmread(source.instances[0].path, stop_before_pixels=True)
    for keyword in MAY_BE_EMPTY:
        if keyword not in header:
            setattr(header, keyword, "")
    if not header.get("FrameOfReferenceUID"):
        header.FrameOfReferenceUID = source.frame_of_reference_uid
    return header


def _patient_key(header: Any, source: SourceSeries) -> str:
    identifier = str(header.PatientID or "").strip()
    if not identifier:
        return f"study {source.study_uid}"
    return f"{header.get('IssuerOfPatientID') or ''}\x1e{identifier}"
