"""What `radioimmuno follow-up` writes: tables and page, a scene of all studies, DICOM of each."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError

from .process import library_output_discarded
from .result import DICOM_FOLDER

if TYPE_CHECKING:
    from radioimmuno.followup.follow_up import FollowUp
    from radioimmuno.followup.reading import ReadStudies, StudyOrder
    from radioimmuno.followup.response.course_response import Rules
    from radioimmuno.io.dicom.method import Method
    from radioimmuno.report.markup import Markup
    from radioimmuno.scoring.results import PatientScore
    from radioimmuno.signature.signature import Signature

    from .progress import Progress

JSON_NAME, LESIONS_CSV, CHANGES_CSV, FEATURES_CSV, PAIRS_CSV, HTML_NAME = FILES = (
    *("response.json", "lesions.csv", "changes.csv", "feature_changes.csv", "pairs.csv"),
    "report.html",
)
SCENE_NAME = "scene.mrb"


def followup_names(studies: int, scene: bool, dicom: bool) -> list[str]:
    """The files that may be written of so many studies."""
    from radioimmuno.io.dicom.export_names import ALL, FOLLOW_UP_NAME, STRUCTURES_NAME

    names = [*FILES, *[SCENE_NAME] * scene]
    if dicom:
        exported = [*(name for name in ALL if name != STRUCTURES_NAME), FOLLOW_UP_NAME]
        names += [f"{_folder_of(number)}/{name}" for number in range(studies) for name in exported]
    return names


def _folder_of(number: int) -> str:
    """The folder of a study, 0 for the baseline; its date or name could be identifying."""
    return f"{DICOM_FOLDER}/study{number + 1}"


def check_outputs(
    arguments: argparse.Namespace, orders: Sequence[StudyOrder], signature: Signature | None
) -> None:
    """Say it before the long work when what was asked for cannot be made of these studies.

    Raises
    ------
    InputError
        `followup.study`
    """
    from radioimmuno.followup.exported_study import STUDY
    from radioimmuno.io.volume_reader import is_dicom

    if arguments.scene and signature is None:
        text = "The colors of a scene are the signature's, which is not at hand: give it, --signature."
        raise InputError(STUDY, text)
    for order in orders if arguments.dicom else ():
        if order.files.ct.is_file() and not is_dicom(order.files.ct):
            text = f"{order.files.ct} is no DICOM: there is no study that --dicom could write into."
            raise InputError(STUDY, text)


def write_tables(
    folder: Path, found: FollowUp, pictures: Sequence[dict[str, Markup]], notice: str, rules: Rules
) -> dict[str, Any]:
    """Write tables, response and page; the content of response.json is returned."""
    from radioimmuno.files.atomic import write_text
    from radioimmuno.report.followup_files import (
        write_changes_csv,
        write_feature_changes_csv,
        write_lesions_csv,
        write_pairs_csv,
    )
    from radioimmuno.report.followup_page import followup_page
    from radioimmuno.report.followup_uptake import percist_record
    from radioimmuno.report.response_files import document_text, response_document

    document = {
        **response_document([found.response], [], rules),
        **percist_record(found),
        "notes": list(found.notes),
    }
    write_text(folder / JSON_NAME, document_text(document))
    write_lesions_csv(found, folder / LESIONS_CSV)
    write_changes_csv(found, folder / CHANGES_CSV)
    write_feature_changes_csv(found, folder / FEATURES_CSV)
    write_pairs_csv(found, folder / PAIRS_CSV)
    write_text(folder / HTML_NAME, followup_page(found, pictures, notice, rules))
    return document


def patients_with_rings(
    found: FollowUp,
    read: ReadStudies,
    orders: Sequence[StudyOrder],
    method: Signature | Method,
    progress: Progress,
) -> list[PatientScore]:
    """The scores of each study as `score` gives them; rings are built again, the last CT first."""
    from dataclasses import replace

    from radioimmuno.followup.exported_study import patient_score_of
    from radioimmuno.pet.study_uptake import study_uptakes
    from radioimmuno.scoring.score import with_rings
    from radioimmuno.settings import Settings
    from radioimmuno.signature.signature import Signature

    signature = method if isinstance(method, Signature) else None
    settings = method.settings if isinstance(method, Signature) else Settings.from_dict(method.settings)
    made: list[PatientScore] = []
    for number in reversed(range(len(orders))):
        progress.step(len(made), len(orders))
        scored, order = found.studies[number], orders[number]
        patient = patient_score_of(scored, order.result if order.is_scored else None, signature)
        rows = with_rings(patient.lesions, read.images.of(number), scored.study.lesions, settings)
        made.append(replace(patient, lesions=rows, uptakes=study_uptakes(scored.study)))
    return made[::-1]


def write_followup_scene(
    folder: Path,
    found: FollowUp,
    read: ReadStudies,
    patients: Sequence[PatientScore],
    signature: Signature,
) -> list[str]:
    """Write the scene of all studies; its name is returned."""
    from RadioImmunoScoreLib.headless.followup_scene import writeFollowUpScene

    with library_output_discarded():
        return [writeFollowUpScene(found, patients, read.images.of, signature, folder).name]


def write_followup_dicom(
    folder: Path,
    found: FollowUp,
    read: ReadStudies,
    patients: Sequence[PatientScore],
    method: Signature | Method,
) -> list[str]:
    """Write segmentations and reports of each study; their names in the folder are returned."""
    from radioimmuno.followup.dicom_report import with_reports
    from radioimmuno.followup.tracking import trackings
    from radioimmuno.io.dicom.write import make_export, patient_key, write_export

    sources = [source for source in read.sources if source is not None]
    written = trackings(found.course, patient_key(sources[0]))
    names: list[str] = []
    earlier: set[str] = set()
    with library_output_discarded():
        exports = [
            make_export(
                *(patient, method, read.images.of(number), scored.study.lesions, source, own),
                images=read.beside[number],
            )
            for number, (patient, scored, source, own) in enumerate(
                zip(patients, found.studies, sources, written.drawn, strict=True)
            )
        ]
        for number, made in enumerate(with_reports(found, exports, written)):
            place = folder / _folder_of(number)
            place.mkdir(parents=True)
            names += [f"{_folder_of(number)}/{file.name}" for file in write_export(made, place, earlier)]
            earlier |= made.instance_uids
    return names
