"""A follow-up as DICOM: what `radioimmuno follow-up --dicom` writes, a folder for each study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from radioimmuno.findings import InputError

from .process import library_output_discarded
from .result import DICOM_FOLDER

if TYPE_CHECKING:
    from radioimmuno.followup.follow_up import FollowUp
    from radioimmuno.followup.reading import ReadStudies, StudyOrder
    from radioimmuno.io.dicom.method import Method
    from radioimmuno.signature.signature import Signature

    from .progress import Progress


def dicom_names(studies: int) -> list[str]:
    """The files of so many studies that may be written."""
    from radioimmuno.io.dicom.export_names import ALL, FOLLOW_UP_NAME, STRUCTURES_NAME

    names = [*(name for name in ALL if name != STRUCTURES_NAME), FOLLOW_UP_NAME]
    return [f"{folder_of(number)}/{name}" for number in range(studies) for name in names]


def folder_of(number: int) -> str:
    """The folder of a study, 0 for the baseline; its date or name could be identifying."""
    return f"{DICOM_FOLDER}/study{number + 1}"


def check_is_dicom(orders: Sequence[StudyOrder]) -> None:
    """Say it before the long work when a CT is a file that is no DICOM.

    Raises
    ------
    InputError
        `followup.study`
    """
    from radioimmuno.followup.exported_study import STUDY
    from radioimmuno.io.volume_reader import is_dicom

    for order in orders:
        if order.files.ct.is_file() and not is_dicom(order.files.ct):
            text = f"{order.files.ct} is no DICOM: there is no study that --dicom could write into."
            raise InputError(STUDY, text)


def write_followup_dicom(
    folder: Path,
    found: FollowUp,
    read: ReadStudies,
    orders: Sequence[StudyOrder],
    method: Signature | Method,
    progress: Progress,
) -> list[str]:
    """Write segmentations and reports of each study; their names in the folder are returned."""
    from dataclasses import replace

    from radioimmuno.followup.dicom_report import with_reports
    from radioimmuno.followup.exported_study import patient_score_of
    from radioimmuno.followup.tracking import trackings
    from radioimmuno.io.dicom.write import make_export, patient_key, write_export
    from radioimmuno.scoring.score import with_rings
    from radioimmuno.settings import Settings
    from radioimmuno.signature.signature import Signature

    sources = [source for source in read.sources if source is not None]
    written = trackings(found.course, patient_key(sources[0]))
    settings = method.settings if isinstance(method, Signature) else Settings.from_dict(method.settings)
    signature = method if isinstance(method, Signature) else None
    exports = []
    for number, (scored, order, source) in enumerate(zip(found.studies, orders, sources, strict=True)):
        progress.step(number, len(orders))
        image, lesions = read.images.of(number), scored.study.lesions
        patient = patient_score_of(scored, order.result if order.is_scored else None, signature)
        patient = replace(patient, lesions=with_rings(patient.lesions, image, lesions, settings))
        exports.append(make_export(patient, method, image, lesions, source, written.drawn[number]))
    names: list[str] = []
    earlier: set[str] = set()
    with library_output_discarded():
        for number, made in enumerate(with_reports(found, exports, written)):
            place = folder / folder_of(number)
            place.mkdir(parents=True)
            names += [f"{folder_of(number)}/{file.name}" for file in write_export(made, place, earlier)]
            earlier |= made.instance_uids
    return names
