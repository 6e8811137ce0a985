"""The manifest of a cohort: which files are a patient's, and what is known of patients and lesions.

One row a lesion, or one row a file of lesions; both kinds may be mixed. What is wrong with a patient's rows
is that patient's problem; only what cannot be told to a patient refuses the manifest.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ..acquisition import check_kvp
from ..findings import InputError, TableError
from ..io.images_beside import IDENTITY, ImageFile
from ..modality import CT, modality_of_role, split_role
from ..signature.variables import CHANGES
from ..site import Site
from ..tables.cells import Cells, is_missing, number_in, read_cells

CODE = "cohort.manifest"
# What the columns mean that are not carried along.
KNOWN = {
    "patient": "what tables call the patient",
    "study": "which of a patient's studies; may be empty where a patient has one CT",
    "ct": "the CT: a file or a DICOM folder",
    "series": "UID of the series where the DICOM folder has several",
    "lesions": "the file (or DICOM folder) of lesions; empty for a patient without",
    "lesion": "identifier or name of the one lesion that the row is about",
    "roi": "names or patterns of lesions to take, as 'GTV*', separated by |",
    "site": "where the lesion sits",
    "irradiated": "yes or no",
    "kvp": "tube voltage, where the CT does not say it or says it wrong",
    "note": "for people; not read",
}
# Beside these a column may be called as an image of the study is (`pet`, `mr_t1`): it holds the image's file
# or DICOM folder, one called `pet_series` the UID of the series where the folder has several, and one called
# `pet_transform` what takes the image's points to the CT's.
SERIES, TRANSFORM = "_series", "_transform"
NEEDED = ("patient", "ct", "lesions")
ALIASES = {"lesion_id": "lesion", "patient_id": "patient", "patientid": "patient", "mask": "lesions"}
# Columns of the tables that come out, which no column that is carried along may be called.
TAKEN = frozenset(
    {"lesion_id", "name", "status", "codes", "reasons", "measured", "refused", "left_out", "text"}
)
# Of what is carried along, the scanner or center that a signature with ComBat asks for, and a study's date.
BATCH, DATE = "batch", "date"
# Further columns of the tables of a cohort in which a patient has several studies.
COURSE_COLUMNS = (
    *(DATE, "study_number", "followed_lesion", "followed_match", "followed_since", "followed_days"),
    "followed_notes",
)
TAKEN_TEXT = "The column {name!r} of {path} has the name of one of the table's own: rename it."
YES, NO = ("yes", "true", "1", "y"), ("no", "false", "0", "n")
PATTERN_SEPARATOR = "|"
CLOSE = 0.75


@dataclass(frozen=True)
class ManifestRow:
    """A line of the manifest.

    Parameters
    ----------
    line : int
        Where it stands in the file.
    ct, lesions : Path or None
        Absolute; `lesions` is None where none were drawn.
    study : str
    series : str or None
    images : mapping of str to ImageFile
        By role, the images beside the CT.
    lesion : str
        The one lesion that it is about; "" for all of the file.
    patterns : tuple of str
        Which lesions of the file it is about.
    site : Site or None
    irradiated : bool or None
    kvp : float or None
    carried : mapping of str to str
        The further columns.
    """

    line: int
    ct: Path
    lesions: Path | None = None
    study: str = ""
    series: str | None = None
    lesion: str = ""
    patterns: tuple[str, ...] = ()
    site: Site | None = None
    irradiated: bool | None = None
    kvp: float | None = None
    carried: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, ImageFile] = field(default_factory=dict)


@dataclass(frozen=True)
class ManifestPatient:
    """A patient of the manifest.

    Parameters
    ----------
    patient : str
    rows : tuple of ManifestRow
        In the manifest's order; no two are the same.
    problem : str
        Why they cannot be used; "" where they can.
    """

    patient: str
    rows: tuple[ManifestRow, ...]
    problem: str = ""

    @property
    def is_followed(self) -> bool:
        """Whether the patient has several studies."""
        return len({row.study for row in self.rows}) > 1


@dataclass(frozen=True)
class Manifest:
    """A manifest that was read.

    Parameters
    ----------
    path : Path
    patients : tuple of ManifestPatient
        In the order in which they first stand in the file.
    carried : tuple of str
        The columns that are carried along.
    notes : tuple of str
        What was passed over, a sentence each.
    """

    path: Path
    patients: tuple[ManifestPatient, ...]
    carried: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """What images beside the CT are called, in the order of the first patient that has them."""
        rows = (row for one in self.patients for row in one.rows)
        return tuple(dict.fromkeys(role for row in rows for role in row.images))

    @property
    def has_courses(self) -> bool:
        """Whether a patient has several studies."""
        return any(one.is_followed for one in self.patients)


def read_manifest(path: str | os.PathLike[str]) -> Manifest:
    """Read a manifest: CSV (also with semicolons or tabs), or the first sheet of an XLSX file.

    Parameters
    ----------
    path : path-like
        Relative paths in it are relative to its folder.

    Returns
    -------
    Manifest

    Raises
    ------
    TableError
        `cohort.manifest` when rows cannot be told to patients.
    """
    path = Path(path)
    try:
        cells = read_cells(path)
    except TableError as error:
        raise TableError(CODE, str(error)) from None
    columns = _columns(cells)
    carried = tuple(name for name in columns if name not in KNOWN and not _is_image(name))
    folder = Path.cwd() / path.parent
    rows: dict[str, list[ManifestRow]] = {}
    problems: dict[str, list[str]] = {}
    notes: list[str] = []
    for line, texts in zip(cells.lines, cells.rows, strict=True):
        given = {
            name: "" if (name in KNOWN or _is_image(name)) and is_missing(text) else text
            for name, text in zip(columns, texts, strict=True)
        }
        patient = given["patient"]
        if not patient:
            raise TableError(CODE, f"Line {line} of {path} names no patient.")
        own = rows.setdefault(patient, [])
        try:
            row = _row(line, given, carried, folder, cells.decimal_comma)
        except InputError as error:
            problems.setdefault(patient, []).append(f"Line {line}: {error}")
            continue
        same = next((one for one in own if _without_line(one) == _without_line(row)), None)
        if same is not None:
            notes.append(f"Line {line} repeats line {same.line} and is passed over.")
            continue
        own.append(row)
    for patient, own in rows.items():
        problems.setdefault(patient, []).extend(_contradictions(own))
    patients = tuple(
        ManifestPatient(name, tuple(own), " ".join(problems[name])) for name, own in rows.items()
    )
    manifest = Manifest(path, patients, carried, tuple(notes))
    if manifest.has_courses:
        for name in carried:
            if name in COURSE_COLUMNS[1:] or name.startswith(CHANGES):
                raise TableError(CODE, TAKEN_TEXT.format(name=name, path=path))
    return manifest


def _columns(cells: Cells) -> tuple[str, ...]:
    """The columns' names, those that are known in small letters."""
    small = [name.lower() for name in cells.columns]
    names = []
    for name, lower in zip(cells.columns, small, strict=True):
        known = ALIASES.get(lower, lower)
        is_alias = lower in ALIASES and known not in small
        names.append(known if is_alias or lower in KNOWN or _is_image(lower) else name)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TableError(CODE, f"{cells.path} names a column twice: {', '.join(twice)}.")
    for needed in NEEDED:
        if needed not in names:
            near = difflib.get_close_matches(needed, small, 1, CLOSE)
            hint = f" Is {near[0]!r} meant?" if near else ""
            known = ", ".join(KNOWN)
            raise TableError(
                CODE,
                f"{cells.path} has no column {needed!r}.{hint} Known are {known}; others are carried along.",
            )
    for name in names:
        image = _image_of(name)
        if image not in (None, name) and image not in names:
            raise TableError(CODE, f"{cells.path} has a column {name!r} and none called {image!r}.")
        if name not in KNOWN and (name.lower() in TAKEN or _is_variable(name)):
            raise TableError(CODE, TAKEN_TEXT.format(name=name, path=cells.path))
    return tuple(names)


def _is_image(name: str) -> bool:
    """Whether a column is of an image beside the CT."""
    return name != CT.role and modality_of_role(name) is not None


def _image_of(name: str) -> str | None:
    """The role of the image that a column is about; None for other columns."""
    if not _is_image(name):
        return None
    return next((name.removesuffix(end) for end in (SERIES, TRANSFORM) if name.endswith(end)), name)


def _is_variable(name: str) -> bool:
    return split_role(name)[1].startswith(
        (
            "lesion.",
            "ring.",
            "acquisition.",
            "location.",
            "learned.",
            "score:",
            "score_status:",
            "score_reasons:",
        )
    )


def _row(
    line: int, given: Mapping[str, str], carried: Sequence[str], folder: Path, decimal_comma: bool
) -> ManifestRow:
    ct, lesions = given["ct"], given["lesions"]
    if not ct:
        raise InputError("cohort.row", "no CT is named.")
    lesion, roi = given.get("lesion", ""), given.get("roi", "")
    patterns = tuple(part.strip() for part in roi.split(PATTERN_SEPARATOR) if part.strip())
    if lesion and patterns:
        raise InputError("cohort.row", "lesion and roi are both given; one of them says which lesions.")
    if (lesion or patterns) and not lesions:
        raise InputError("cohort.row", "a lesion is named and no file of lesions.")
    return ManifestRow(
        line,
        _place(folder, ct),
        _place(folder, lesions) if lesions else None,
        given.get("study", ""),
        given.get("series", "") or None,
        lesion,
        patterns,
        _site(given.get("site", "")),
        _irradiated(given.get("irradiated", "")),
        _kvp(given.get("kvp", ""), decimal_comma),
        {name: _with_point(given[name], decimal_comma) for name in carried},
        _images(given, folder),
    )


def _images(given: Mapping[str, str], folder: Path) -> dict[str, ImageFile]:
    """The images beside the CT that a row names."""
    return {
        role: ImageFile(
            role,
            _place(folder, text),
            given.get(f"{role}{SERIES}") or None,
            _transform(folder, given.get(f"{role}{TRANSFORM}", "")),
        )
        for role, text in given.items()
        if text and _image_of(role) == role
    }


def _transform(folder: Path, text: str) -> str:
    return text if text in ("", IDENTITY) else str(_place(folder, text))


def _with_point(text: str, decimal_comma: bool) -> str:
    """A number with a point for its comma; any other text as it is."""
    number = number_in(text, decimal_comma) if decimal_comma and "," in text else None
    return text if number is None else text.replace(",", ".")


def _place(folder: Path, text: str) -> Path:
    """Absolute, with what leads up and down again taken out; links stay as they are."""
    return Path(
        os.path.normpath(folder / Path(text.replace("\\", "/") if os.sep == "/" else text).expanduser())
    )


def _site(text: str) -> Site | None:
    if not text:
        return None
    try:
        return Site.parse(text)
    except ValueError as error:
        raise InputError("cohort.row", f"{error}.") from None


def _irradiated(text: str) -> bool | None:
    answer = text.lower()
    if not answer:
        return None
    if answer not in YES + NO:
        raise InputError("cohort.row", f"irradiated is {text!r}; write yes or no.")
    return answer in YES


def _kvp(text: str, decimal_comma: bool) -> float | None:
    if not text:
        return None
    value = number_in(text.lower().removesuffix("kv").strip(), decimal_comma)
    if value is None:
        raise InputError("cohort.row", f"kvp is {text!r}; write a number.")
    check_kvp(value)
    return value


def _without_line(row: ManifestRow) -> tuple[object, ...]:
    values = {
        **vars(row),
        "line": 0,
        "carried": tuple(row.carried.items()),
        "images": tuple(row.images.items()),
    }
    return tuple(values.values())


def _contradictions(rows: Sequence[ManifestRow]) -> list[str]:
    """What the rows of one patient say differently, a sentence each."""
    problems = []
    first: dict[str, ManifestRow] = {}
    for row in rows:
        one = first.setdefault(row.study, row)
        where = f"Lines {one.line} and {row.line}"
        if (row.ct, row.series) != (one.ct, one.series):
            which = f"of the study {row.study!r}" if row.study else "and no study that tells them apart"
            problems.append(f"{where}: two CT {which}; give each CT a study of its own.")
        elif row.images != one.images:
            problems.append(f"{where}: the images beside one CT differ ({_differing(row, one)}).")
        elif row.kvp != one.kvp:
            problems.append(f"{where}: the tube voltage of one CT differs (kvp).")
        elif row.carried.get(BATCH) != one.carried.get(BATCH):
            problems.append(f"{where}: the batch of one CT differs.")
        elif (row.lesions is None) != (one.lesions is None):
            problems.append(f"{where}: one names a file of lesions and the other none, for the same CT.")
    if len(first) > 1:
        problems += _problems_of_dates(rows, first)
    about: dict[tuple[object, ...], ManifestRow] = {}
    for row in rows:
        key = (row.study, row.lesions, row.lesion.casefold(), row.patterns)
        one = about.setdefault(key, row)
        if one is not row:
            problems.append(f"Lines {one.line} and {row.line}: about the same lesions, and they differ.")
    return list(dict.fromkeys(problems))


def _differing(row: ManifestRow, one: ManifestRow) -> str:
    roles = sorted({*row.images, *one.images})
    return ", ".join(role for role in roles if row.images.get(role) != one.images.get(role))


def _problems_of_dates(rows: Sequence[ManifestRow], first: Mapping[str, ManifestRow]) -> list[str]:
    """What is wrong with the dates of a patient's studies, where they are given."""
    problems = []
    for row in rows:
        day, one = row.carried.get(DATE, ""), first[row.study]
        if day != one.carried.get(DATE, ""):
            problems.append(f"Lines {one.line} and {row.line}: the date of one study differs.")
            continue
        try:
            if row is one and not is_missing(day):
                date.fromisoformat(day)
        except ValueError:
            problems.append(f"Line {row.line}: {day!r} is no date; write it as 2024-03-05.")
    return problems
