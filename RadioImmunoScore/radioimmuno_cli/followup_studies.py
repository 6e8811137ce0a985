"""The studies that `radioimmuno follow-up` gets: folders with a CT and lesions, and results of `score`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError

from .followup_images import images_of_studies, not_taken, references_of_studies
from .options import naming_of
from .result import LESIONS_NAME, MARKER

if TYPE_CHECKING:
    from radioimmuno.followup.reading import StudyOrder
    from radioimmuno.io.dicom.result_reader import Result
    from radioimmuno.io.study_files import StudyFiles
    from radioimmuno.signature.signature import Signature

CODE = "followup.study"


@dataclass(frozen=True)
class NamedStudy:
    """A folder that was named, and the result of `score` in it, if it is one."""

    folder: Path
    result: Result | None


def named_studies(folders: Sequence[Path]) -> list[NamedStudy]:
    """What the folders are; a result that was edited since is refused."""
    from radioimmuno.io.dicom.result_reader import check_unchanged, read_result

    found = []
    for folder in folders:
        if not folder.is_dir():
            raise InputError(CODE, f"{folder} is no folder: name one with a CT and its lesions.")
        result = None
        if (folder / MARKER).is_file():
            result = read_result(folder / MARKER)
            check_unchanged(folder / name for name in (MARKER, LESIONS_NAME))
        found.append(NamedStudy(folder, result))
    return found


def signature_for(asked: Path | None, studies: Sequence[NamedStudy]) -> Signature | None:
    """The signature of all scores; None where all studies have scores of one that is not at hand.

    Raises
    ------
    InputError
        `followup.study` where the studies do not have scores of one signature, and none is given.
    """
    from radioimmuno.signature.signature import default_signature, read_signature

    if asked is not None:
        return read_signature(asked)
    usual = default_signature()
    known = {study.result.method.sha256: study.result.method.name for study in studies if study.result}
    if set(known) <= {usual.sha256}:
        return usual
    if len(known) == 1 and all(study.result for study in studies):
        return None
    names = ", ".join(dict.fromkeys(known.values()))
    text = (
        f"The results were scored by {names}, and not all studies by one: give the one for all, --signature."
    )
    raise InputError(CODE, text)


def orders_of(
    arguments: argparse.Namespace, studies: Sequence[NamedStudy], signature: Signature | None
) -> list[StudyOrder]:
    """Where each study's files are.

    Parameters
    ----------
    arguments : Namespace
        `ct`, `dates`, `kvp`, `accepted`, `dicom`, `clinical`, `batch`, the naming, and what
        `followup_images` asks for.
    studies : sequence of NamedStudy
    signature : Signature or None

    Raises
    ------
    InputError
        `followup.study` where a CT or lesions are not found, `followup.dates`.
    """
    from radioimmuno.followup.reading import StudyOrder
    from radioimmuno.followup.study_dates import checked_dates
    from radioimmuno.modality import PET, modality_of_role
    from radioimmuno.pet.reference import ROLES

    dates = checked_dates(arguments.dates or [""] * len(studies), len(studies))
    places = [
        (_files_of_result(one, arguments.ct), {}) if one.result else _files_in(one.folder) for one in studies
    ]
    found = [files for files, _ in places]
    images = images_of_studies(arguments, [files.beside for files in found])
    references = references_of_studies(arguments.references, len(studies))
    clinical, batches = _given_values(arguments, len(studies), signature)
    orders = []
    for number, (study, day) in enumerate(zip(studies, dates, strict=True)):
        result = study.result
        has_pet = any(modality_of_role(one.role) is PET for one in images[number])
        files = replace(
            found[number],
            kvp=arguments.kvp,
            accepted=frozenset(arguments.accepted),
            naming=naming_of(arguments),
            beside=images[number],
            references=references[number],
            references_by_name=ROLES if has_pet else (),
            suv=arguments.suv,
        )
        kept = result is not None and (signature is None or result.method.sha256 == signature.sha256)
        patient = None if result is None else result.patient
        order = StudyOrder(study.folder.resolve().name, files, patient, kept, day, arguments.dicom)
        left = not_taken(arguments, places[number][1])
        orders.append(replace(order, clinical=clinical, batch=batches[number], findings=left))
    return orders


def _given_values(
    arguments: argparse.Namespace, count: int, signature: Signature | None
) -> tuple[dict[str, float], Sequence[str]]:
    """The patient's values, and the batch of each study: named once, it is that of all."""
    from radioimmuno.scoring.given_values import check_batch, check_clinical

    clinical, named = dict(arguments.clinical), arguments.batch
    if signature is None:
        if clinical or named:
            text = (
                "The results keep their scores, for which --clinical and --batch mean nothing: leave it out."
            )
            raise InputError(CODE, text)
        return {}, [""] * count
    if len(named) not in (0, 1, count):
        text = f"--batch names {len(named)} scanners of {count} studies: name one for all, or one for each."
        raise InputError(CODE, text)
    for batch in named:
        check_batch(signature, batch)
    check_clinical(signature, clinical)
    return clinical, named if len(named) == count else (named or [""]) * count


def _files_in(folder: Path) -> tuple[StudyFiles, Mapping[str, int]]:
    """The CT of a folder, its lesions, and what lies beside; how many images of a role could be meant."""
    from radioimmuno.cohort.proposal import rows_of
    from radioimmuno.io.images_beside import ImageFile
    from radioimmuno.io.study_files import LesionFile, StudyFiles

    rows = rows_of(folder)
    cts = {(row.ct, row.series) for row in rows if row.ct is not None}
    lesions = list(dict.fromkeys(row.lesions for row in rows if row.lesions is not None))
    if len(cts) != 1:
        notes = "; ".join(dict.fromkeys(row.note for row in rows if row.note))
        raise InputError(CODE, f"{folder} holds {len(cts)} CT, and has to hold one ({notes}).")
    if not lesions:
        text = (
            f"{folder} holds no lesions beside the CT. Where nothing is left of them, give a segmentation "
            f"with empty segments (.seg.nrrd)."
        )
        raise InputError(CODE, text)
    ((ct, series),) = cts
    assert ct is not None
    beside = tuple(ImageFile(role, path, uid or None) for role, (path, uid) in rows[0].images.items())
    files = StudyFiles(ct, tuple(LesionFile(path) for path in lesions), series or None, beside=beside)
    return files, rows[0].several


def roles_of_all(orders: Sequence[StudyOrder]) -> tuple[str, ...]:
    """The images beside the CT that all studies have: of others nothing can be compared."""
    named = [[one.role for one in order.files.beside] for order in orders]
    return tuple(role for role in named[0] if all(role in own for own in named))


def _files_of_result(study: NamedStudy, given: Sequence[Path]) -> StudyFiles:
    """The lesions of a result and the CT that they were scored on."""
    from radioimmuno.io.study_files import LesionFile, StudyFiles

    assert study.result is not None
    recorded = study.result.patient.provenance["inputs"].get("ct", {})
    series = study.result.series_uid
    ct = _ct_of_series(given, series) if series else _ct_with_hash(study.folder, recorded, given)
    if ct is None:
        what = f"the series {series}" if series else f"the file {recorded.get('name', 'of the CT')}"
        text = (
            f"{study.folder} was scored on {what}, which is not found: a result holds no CT and not the way "
            f"to it. Name the CT: --ct."
        )
        raise InputError(CODE, text)
    lesions = LesionFile(study.folder / LESIONS_NAME, ("*",))
    return StudyFiles(ct, (lesions,), series if ct.is_dir() else None)


def _ct_of_series(given: Sequence[Path], series: str) -> Path | None:
    from radioimmuno.io.dicom import find_series

    for place in given:
        if place.is_dir() and any(one.uid == series for one in find_series(place)):
            return place
    return next((place for place in given if place.is_file()), None)


def _ct_with_hash(folder: Path, recorded: Any, given: Sequence[Path]) -> Path | None:
    """The file with the recorded hash: one that was named, or of the recorded name beside the result."""
    from radioimmuno.files.written_files import sha256

    name = Path(str(recorded.get("name", ""))).name
    beside = [place / name for place in (folder, folder.resolve().parent)] if name else []
    for place in (*given, *beside):
        if place.is_file() and sha256(place) == recorded.get("sha256"):
            return place
    return None
