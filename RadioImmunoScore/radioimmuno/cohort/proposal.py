"""A manifest proposed from a folder of patients, for a person to correct: one folder a patient."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..findings import InputError, OutputError
from ..identity import ENDINGS, iso_date
from ..io.volume_reader import is_dicom
from ..modality import CT, MR, PET, image_title
from ..report.csv_tables import text_cell, write_rows
from .manifest import DATE, SERIES

if TYPE_CHECKING:
    from ..io.dicom.read import Series

COLUMNS = ("patient", "study", "ct", "series", "lesions", "site", "irradiated", "kvp", "batch", "note")
SEGMENTATION = ".seg.nrrd"
WORD = re.compile(r"[a-z]+")
LESION_WORDS = frozenset(
    {
        *("mask", "masks", "label", "labels", "labelmap", "seg", "segmentation", "lesion", "lesions", "roi"),
        *("rois", "gtv", "tumor", "tumour", "tumors", "contour", "contours", "annotation", "rtstruct"),
    }
)
OTHER_IMAGES = frozenset(
    {"pet", "suv", "mr", "mri", "t", "flair", "dwi", "adc", "dose", "rtdose", "us", "spect", "rings", "prob"}
)
# Which image beside the CT a file's name says it is; of an MR also which one.
BESIDE = {"pet": PET, "suv": PET, "mr": MR, "mri": MR}
SEQUENCE = re.compile(r"t1|t2|flair|dwi|adc|pd")
CT_WORDS = frozenset({"ct", "cect", "ncct"})
NO_LESIONS = "no lesions were found"


@dataclass(frozen=True)
class ProposedRow:
    """A row that is proposed.

    Parameters
    ----------
    patient, study : str
    ct, lesions : Path or None
        None where none was found.
    series : str
        UID, where the DICOM folder has several.
    note : str
        What a person should look at.
    date : str
        Of the study, where the patient has several: ISO 8601, "" where it is not known.
    images : mapping of str to (Path, str)
        By role, an image beside the CT: its file or folder, and the UID where the folder has several series.
    several : mapping of str to int
        By role, how many images could be meant, where they are several: none is proposed.
    """

    patient: str
    ct: Path | None = None
    lesions: Path | None = None
    study: str = ""
    series: str = ""
    note: str = ""
    date: str = ""
    images: Mapping[str, tuple[Path, str]] = field(default_factory=dict)
    several: Mapping[str, int] = field(default_factory=dict)


def propose(folder: Path, progress: Callable[[int, int], None] | None = None) -> list[ProposedRow]:
    """The rows of a manifest for a folder of patients.

    Parameters
    ----------
    folder : Path
        With a folder for each patient: DICOM (CT series, RTSTRUCT or SEG), or files whose names say which is
        the CT and which hold lesions; also with a folder for each study.
    progress : callable, optional
        Called with (patients done, patients in all).

    Returns
    -------
    list of ProposedRow

    Raises
    ------
    InputError
        `cohort.manifest` when there is no folder of a patient.
    """
    if not folder.is_dir():
        raise InputError("cohort.manifest", f"{folder} is no folder.")
    patients = sorted(
        place for place in folder.iterdir() if place.is_dir() and not place.name.startswith(".")
    )
    if not patients:
        raise InputError(
            "cohort.manifest", f"{folder} holds no folders; there has to be one for each patient."
        )
    rows: list[ProposedRow] = []
    for number, place in enumerate(patients, start=1):
        rows += rows_of(place)
        if progress:
            progress(number, len(patients))
    return rows


def write_proposal(rows: Sequence[ProposedRow], path: Path) -> None:
    """Write proposed rows as a manifest; never over a file that is there.

    Parameters
    ----------
    rows : sequence of ProposedRow
    path : Path
        Paths in it are relative to its folder where they lie below it.

    Raises
    ------
    OutputError
        `output.foreign` when the file is there: somebody may have corrected it.
    """
    if os.path.lexists(path):
        raise OutputError(
            "output.foreign", f"{path} is there already, perhaps corrected. Name another --out."
        )
    base = Path(os.path.realpath(path)).parent
    # A column more where it says which study is the baseline.
    has_dates = any(_are_studies(own) for own in _by_patient(rows))
    columns = [*COLUMNS[:2], DATE, *COLUMNS[2:]] if has_dates else list(COLUMNS)
    # And those of images that a patient has.
    roles = sorted({role for row in rows for role in row.images})
    chosen = [role for role in roles if any(row.images.get(role, ("", ""))[1] for row in rows)]
    place = columns.index("lesions") + 1
    columns[place:place] = [*roles, *(f"{role}{SERIES}" for role in chosen)]
    write_rows(
        path,
        columns,
        (
            [
                text_cell(row.patient),
                text_cell(row.study),
                *([row.date] if has_dates else []),
                _written(row.ct, base),
                row.series,
                _written(row.lesions, base),
                *(_written(row.images[role][0], base) if role in row.images else "" for role in roles),
                *(row.images[role][1] if role in row.images else "" for role in chosen),
                *[""] * 4,
                text_cell(row.note),
            ]
            for row in rows
        ),
    )


def _by_patient(rows: Sequence[ProposedRow]) -> Iterable[list[ProposedRow]]:
    found: dict[str, list[ProposedRow]] = {}
    for row in rows:
        found.setdefault(row.patient, []).append(row)
    return found.values()


def _are_studies(rows: Sequence[ProposedRow]) -> bool:
    """Whether a patient has several CT, each a study of its own."""
    cts = {(row.ct, row.series): row.study for row in rows}
    return len(cts) == len({*cts.values()} - {""}) > 1


def _written(path: Path | None, base: Path) -> str:
    if path is None:
        return ""
    real = Path(os.path.realpath(path))
    return real.relative_to(base).as_posix() if base in real.parents else str(real)


def rows_of(place: Path) -> list[ProposedRow]:
    """The rows of one patient's folder: each CT with each file of lesions that goes with it.

    Parameters
    ----------
    place : Path

    Returns
    -------
    list of ProposedRow
        One with a note and without a CT where there is none.
    """
    files = sorted(Path(folder, name) for folder, _, names in os.walk(place) for name in names)
    volumes = [file for file in files if file.name.lower().endswith(ENDINGS) and file.suffix != ".img"]
    dicom = [file for file in files if file not in set(volumes) and is_dicom(file)]
    rows = list(_of_dicom(place, dicom)) if dicom else []
    of_volumes = _of_volumes(place, volumes, bool(rows)) if volumes else []
    drawn = [file for file in volumes if _holds_lesions(file)]
    if drawn and not of_volumes and all(row.ct is not None and row.lesions is None for row in rows):
        # A DICOM series whose lesions were drawn elsewhere.
        rows = [
            replace(row, lesions=file, note="" if row.note == NO_LESIONS else row.note)
            for row in rows
            for file in _nearest(drawn, row.ct or place)
        ]
    rows += of_volumes
    if not rows:
        return [ProposedRow(place.name, note="no CT was found")]
    cts = {(row.ct, row.series) for row in rows}
    if len(cts) > 1:
        text = f"{len(cts)} CT: keep the one that is meant, or give each a study"
        if _are_studies(rows):
            rows = [replace(row, date=iso_date(Path(row.study).name)) for row in rows]
            lacking = "" if all(row.date for row in rows) else " give each its date,"
            text = f"{len(cts)} studies, which are followed;{lacking} or keep the one that is meant"
        rows = [replace(row, note="; ".join(filter(None, [row.note, text]))) for row in rows]
    return rows


def _of_volumes(place: Path, volumes: Sequence[Path], has_dicom_ct: bool) -> list[ProposedRow]:
    """The CT of each folder with the lesions that lie beside it."""
    lesions = [file for file in volumes if _holds_lesions(file)]
    images = [file for file in volumes if file not in lesions and not _words(file) & OTHER_IMAGES]
    named = [file for file in images if _words(file) & CT_WORDS]
    by_folder = {
        file.parent: [one for one in named or images if one.parent == file.parent] for file in images
    }
    rows = []
    for folder, cts in by_folder.items():
        for ct in cts:
            own = [file for file in lesions if file.parent == folder]
            own = own or (
                [file for file in lesions if folder in file.parents] if len(by_folder) == 1 else own
            )
            own = own or (lesions if len(by_folder) == len(cts) == 1 else [])
            study = folder.relative_to(place).as_posix() if len(by_folder) > 1 else ""
            known = "" if _words(ct) & CT_WORDS else "is this the CT?"
            beside, several = _images_among([file for file in volumes if file.parent == folder])
            known = "; ".join(filter(None, [known, several_words(several)]))
            row = ProposedRow(place.name, ct, None, study, images=beside, several=several)
            rows += [replace(row, lesions=file, note=known) for file in own] or [
                replace(row, note=known or NO_LESIONS)
            ]
    return rows if rows or has_dicom_ct else [ProposedRow(place.name, note="no CT was found")]


def several_words(several: Mapping[str, int]) -> str:
    """What a person should look at where several images of a role could be meant; "" for none.

    Parameters
    ----------
    several : mapping of str to int
        As of `ProposedRow`.

    Examples
    --------
    >>> several_words({"mr_t1": 2})
    '2 MR T1: name the one that is meant (mr_t1)'
    """
    return "; ".join(
        f"{count} {image_title(role)}: name the one that is meant ({role})" for role, count in several.items()
    )


def _images_among(volumes: Sequence[Path]) -> tuple[dict[str, tuple[Path, str]], dict[str, int]]:
    """The images beside a CT by the names of files, and how many fit a role where several do."""
    found: dict[str, list[tuple[Path, str]]] = {}
    for file in volumes:
        kind = next((BESIDE[word] for word in BESIDE if word in _words(file)), None)
        if kind is None or _words(file) & LESION_WORDS:
            continue
        sequence = SEQUENCE.search(file.name.lower()) if kind is MR else None
        found.setdefault(f"{kind.role}_{sequence[0]}" if sequence else kind.role, []).append((file, ""))
    return _each_one(found)


def _each_one(
    found: Mapping[str, Sequence[tuple[Path, str]]],
) -> tuple[dict[str, tuple[Path, str]], dict[str, int]]:
    """What there is one of, and how many there are of what there are several of."""
    several = {role: len(own) for role, own in found.items() if len(own) > 1}
    return {role: own[0] for role, own in found.items() if role not in several}, several


def _holds_lesions(file: Path) -> bool:
    words = _words(file)
    return file.name.lower().endswith(SEGMENTATION) or bool(words & LESION_WORDS and not words & OTHER_IMAGES)


def _words(file: Path) -> frozenset[str]:
    return frozenset(WORD.findall(file.name.lower()))


def _of_dicom(place: Path, files: Sequence[Path]) -> Iterator[ProposedRow]:
    """A row for each file of lesions of each CT series."""
    from ..io.dicom import find_series
    from ..io.dicom.lesions import holds_lesions

    lesions = [file for file in files if holds_lesions(file)]
    try:
        found = find_series(place)
    except InputError as error:
        yield ProposedRow(place.name, note=str(error))
        return
    series = [one for one in found if one.usable and one.kind is CT]
    if not series:
        reasons = "; ".join(finding.text for one in found for finding in one.findings)
        yield ProposedRow(place.name, note=f"no series is a usable CT: {reasons}")
        return
    others = [one for one in found if one.usable and one.kind is not CT]
    dates = {
        one.uid: iso_date(next((h.study_date for h in one.headers if h.study_date), "")) for one in series
    }
    are_studies = len({*dates.values()} - {""}) == len(series) > 1
    if are_studies:
        series.sort(key=lambda one: dates[one.uid])
    for one in series:
        study = dates[one.uid] if are_studies else ""
        folder, uid = _place_of(one, found)
        beside: dict[str, list[tuple[Path, str]]] = {}
        for other in others:
            if other.kind is not None and _frame(other) == _frame(one) != "":
                beside.setdefault(other.kind.role, []).append(_place_of(other, found))
        images, several = _each_one(beside)
        note = "; ".join(filter(None, ["" if len(series) == 1 else one.title, several_words(several)]))
        row = ProposedRow(place.name, folder, None, study, uid, note, images=images, several=several)
        own = _nearest(lesions, folder)
        yield from [replace(row, lesions=file) for file in own] or [replace(row, note=note or NO_LESIONS)]


def _place_of(one: Series, found: Sequence[Series]) -> tuple[Path, str]:
    """The folder of a series, and its UID where other series lie in it, too."""
    folder = Path(os.path.commonpath([header.path.parent for header in one.headers]))
    alone = all(other is one or not _within(other, folder) for other in found)
    return folder, "" if alone else one.uid


def _frame(one: Series) -> str:
    """The frame of reference of a series."""
    return one.headers[0].frame_of_reference_uid


def _nearest(files: Sequence[Path], folder: Path) -> list[Path]:
    """Of several files those that share most of their way with a folder: a PET has lesions of its own."""
    shared = [len(Path(os.path.commonpath([file, folder])).parts) for file in files]
    return [file for file, depth in zip(files, shared, strict=True) if depth == max(shared)]


def _within(series: Series, folder: Path) -> bool:
    return any(folder == header.path.parent or folder in header.path.parents for header in series.headers)
