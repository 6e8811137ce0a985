"""The table of measured lesions: one row a lesion and study, read into courses.

A patient whose rows contradict each other is refused, with the lines and what to do; the others are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as Date
from datetime import timedelta
from pathlib import Path

from ...findings import TableError
from ...site import Site
from ...tables.cells import Cells, is_missing, number_in, read_cells
from ...tables.joined_files import JoinedFiles, numbers_of
from .measured import CourseError, MeasuredCourse, MeasuredLesion, MeasuredStudy, Role, Status, checked

NEEDED = ("patient", "study", "lesion", "role", "longest_mm")
COLUMNS = (
    *("patient", "study", "date", "lesion", "site", "role", "longest_mm", "shortest_mm", "node"),
    *("irradiated", "status"),
)
LENGTHS = "longest_mm", "shortest_mm"

# Nothing in a body is longer; a table in micrometres has to be found out.
MAX_LENGTH_MM = 1000.0
NO_STATUS = frozenset({"", "nan", "<na>", "none", "null"})
ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
DATE = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ][\d:.]+)?", re.ASCII)

# Spreadsheets store a date as the number of days since this one (the numbers are of 1954 to 2119).
SPREADSHEET_DAY_0 = Date(1899, 12, 30)
SPREADSHEET_DATE = re.compile(r"[2-7]\d{4}(\.0)?", re.ASCII)


@dataclass(frozen=True)
class RefusedPatient:
    """A patient whose rows cannot be read.

    Parameters
    ----------
    patient, code, text : str
    """

    patient: str
    code: str
    text: str


@dataclass(frozen=True)
class MeasuredTable:
    """What a table holds.

    Parameters
    ----------
    courses : tuple of MeasuredCourse
        In the order of the table.
    refused : tuple of RefusedPatient
    """

    courses: tuple[MeasuredCourse, ...]
    refused: tuple[RefusedPatient, ...]


@dataclass(frozen=True)
class _Row:
    """A row of the table: its line, its study with its date, and the lesion."""

    line: int
    study: str
    date: Date | None
    lesion: MeasuredLesion


def read_measured_table(path: str | Path, baseline: str = "") -> MeasuredTable:
    """Read a table of measured lesions.

    Parameters
    ----------
    path : path-like
        CSV (commas, semicolons or tabs), XLSX or Parquet.
    baseline : str, optional
        The study that is baseline in all patients who have it; the first one otherwise.

    Returns
    -------
    MeasuredTable

    Raises
    ------
    TableError
        Where the table as a whole cannot be read: `cohort_table.unreadable`, `cohort_table.column`,
        `cohort_table.rows` or `cohort_table.value`.
    """
    cells = read_cells(path)
    columns = {name: cells.column(name) for name in COLUMNS if name in cells.columns or name in NEEDED}
    for name in LENGTHS:
        if name in columns:
            numbers_of(cells, name)
    patients = JoinedFiles(cells, "patient").patients
    places: dict[str, list[int]] = {}
    for place, patient in enumerate(patients):
        places.setdefault(patient, []).append(place)
    courses, refused = [], []
    for patient, own in places.items():
        try:
            courses.append(_course(patient, [_row(cells, columns, place) for place in own], baseline))
        except TableError as error:
            refused.append(RefusedPatient(patient, error.code, f"Patient {patient!r}: {error}"))
    return MeasuredTable(tuple(courses), tuple(refused))


def _row(cells: Cells, columns: Mapping[str, Sequence[str]], place: int) -> _Row:
    line = cells.lines[place]
    cells_here = {name: column[place] for name, column in columns.items()}
    texts = {name: cell for name, cell in cells_here.items() if cell and not is_missing(cell)}
    # A name may be a word that means "nothing" elsewhere.
    study, name = cells_here["study"], cells_here["lesion"]
    if not study or not name:
        raise _refused(line, "study" if not study else "lesion", "", "is empty; every row needs one")
    try:
        role = Role(texts.get("role", "").lower().replace("_", "-").replace(" ", "-"))
    except ValueError:
        raise _refused(line, "role", texts.get("role", ""), f"is none of {_listed(Role)}") from None
    status = _status(line, cells_here.get("status", ""))
    longest, shortest = (_length(cells, line, column, texts.get(column, "")) for column in LENGTHS)
    site = texts.get("site", "")
    node = _answer(line, "node", texts.get("node", ""))
    lesion = MeasuredLesion(
        name=name,
        role=role,
        site=site,
        longest_mm=longest,
        shortest_mm=shortest,
        node=_is_node_site(site) if node is None else node,
        irradiated=_answer(line, "irradiated", texts.get("irradiated", "")),
        status=status or Status.PRESENT,
    )
    date = _date(cells, line, texts.get("date", ""))
    return _Row(line, study, date, _consistent(line, lesion, status is not None))


def _status(line: int, text: str) -> Status | None:
    """The status; None where the cell is empty. "Missing" and "unknown" are no empty cells here."""
    if text.lower() in NO_STATUS:
        return None
    try:
        return Status(text.lower().replace("_", " ").replace("-", " "))
    except ValueError:
        raise _refused(line, "status", text, f"is neither empty nor one of {_listed(Status)}") from None


def _consistent(line: int, lesion: MeasuredLesion, explicit: bool) -> MeasuredLesion:
    """The lesion, whose sizes and status fit together; without a size and a status it was not evaluated.

    `explicit` is whether the table has a status.
    """
    longest, shortest, status = lesion.longest_mm, lesion.shortest_mm, lesion.status
    if longest is not None and shortest is not None and shortest > longest:
        raise _refused(
            line, "shortest_mm", f"{shortest:g}", f"is longer than longest_mm, {longest:g}; are they swapped?"
        )
    if status is Status.UNEQUIVOCAL and lesion.role is Role.TARGET:
        text = "is for non-targets; a target's size says whether it progresses, leave its status empty"
        raise _refused(line, "status", status.value, text)
    length = shortest if lesion.node else longest
    if status is Status.GONE and length:
        raise _refused(
            line, "status", status.value, f"contradicts its size of {length:g} mm; which one holds?"
        )
    if status not in (Status.PRESENT, Status.UNEQUIVOCAL):
        return lesion
    if lesion.node and longest is not None and shortest is None:
        text = "is empty, and of a lymph node the short axis counts; give it, or leave both axes empty"
        raise _refused(line, "shortest_mm", "", text)
    if length == 0:
        if explicit:
            raise _refused(line, "status", status.value, "contradicts its size of 0 mm; call it gone")
        return replace(lesion, status=Status.GONE)
    if length is None and (lesion.role is Role.TARGET or (lesion.node and lesion.role is Role.NEW)):
        if explicit:
            text = "but the lesion has no size: give it, or the status too small or not evaluated"
            raise _refused(line, "status", status.value, text)
        return replace(lesion, status=Status.NOT_EVALUATED)
    return lesion


def _length(cells: Cells, line: int, column: str, text: str) -> float | None:
    if not text:
        return None
    value = number_in(text, cells.decimal_comma)
    if value is None or value != value or abs(value) == float("inf"):
        raise _refused(line, column, text, "is no number; write millimetres as 12.5, without a unit")
    if value < 0:
        raise _refused(line, column, text, "is negative; a lesion that is gone has the status gone")
    if value > MAX_LENGTH_MM:
        raise _refused(line, column, text, f"is more than {MAX_LENGTH_MM:g} mm; is the unit millimetres?")
    return value


def _answer(line: int, column: str, text: str) -> bool | None:
    if not text:
        return None
    if text.lower() not in ANSWERS:
        raise _refused(line, column, text, "is neither yes nor no")
    return ANSWERS[text.lower()]


def _is_node_site(site: str) -> bool:
    try:
        return bool(site) and Site.parse(site) is Site.LYMPH_NODE
    except ValueError:
        return False


def _date(cells: Cells, line: int, text: str) -> Date | None:
    if not text:
        return None
    if cells.path.suffix.lower() == ".xlsx" and SPREADSHEET_DATE.fullmatch(text):
        return SPREADSHEET_DAY_0 + timedelta(days=int(float(text)))
    found = DATE.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return Date(*map(int, found.groups()))
    except ValueError:
        text_of = "is no date; write year-month-day, as 2024-03-05"
        raise TableError("response.dates", _cell_words(line, "date", text, text_of)) from None


def _refused(line: int, column: str, cell: str, problem: str) -> TableError:
    return TableError("response.row", _cell_words(line, column, cell, problem))


def _cell_words(line: int, column: str, cell: str, problem: str) -> str:
    shown = f" {cell!r}" if cell else ""
    return f"line {line}, {column}{shown} {problem}."


def _listed(words: type[Role] | type[Status]) -> str:
    return ", ".join(word.value for word in words)


def _course(patient: str, rows: Sequence[_Row], baseline: str) -> MeasuredCourse:
    studies: dict[str, list[_Row]] = {}
    for row in rows:
        studies.setdefault(row.study, []).append(row)
    made = [_study(name, own) for name, own in studies.items()]
    if all(study.date is not None for study in made):
        made.sort(key=lambda study: study.date or Date.min)
    names = [study.name for study in made]
    start = names.index(baseline) if baseline in names else 0
    try:
        return checked(MeasuredCourse(patient, tuple(made[start:]), tuple(made[:start])))
    except CourseError as error:
        about = {(row.study, row.lesion.name): row.line for row in rows} | {
            (row.study, ""): row.line for row in rows
        }
        lines = sorted({str(about[place]) for place in error.places if place in about}, key=int)
        where = f" (line{'s' if len(lines) > 1 else ''} {', '.join(lines)})" if lines else ""
        raise TableError(error.code, f"{error}{where}") from None


def _study(name: str, rows: Sequence[_Row]) -> MeasuredStudy:
    seen: dict[str, int] = {}
    dates: dict[Date, int] = {}
    for row in rows:
        if row.lesion.name in seen:
            lines = f"Lines {seen[row.lesion.name]} and {row.line}"
            text = (
                f"{lines} are both of lesion {row.lesion.name!r} in study {name!r}; keep the one that holds."
            )
            raise TableError("response.lesion", text)
        seen[row.lesion.name] = row.line
        if row.date is not None:
            dates.setdefault(row.date, row.line)
    if len(dates) > 1:
        (one, first), (other, second) = list(dates.items())[:2]
        text = (
            f"Study {name!r} has two dates, {one} in line {first} and {other} in line {second}; give it one."
        )
        raise TableError("response.dates", text)
    return MeasuredStudy(name, next(iter(dates), None), tuple(row.lesion for row in rows))
