"""The lesion table: what is known about lesions besides their masks, as a CSV file."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ..findings import InputError, TableError
from ..lesion import Delineation, DelineationType, LeftOut, Lesion, Site
from ..scoring.given_values import number_in
from ..signature.variables import CLINICAL

COLUMNS = ("lesion_id", "name", "site", "irradiated", "drawn")
EXPECTED = f"lesion_id (or name), site, irradiated, drawn, {CLINICAL}NAME"
YES, NO = ("yes", "true", "1"), ("no", "false", "0")


def apply_lesion_table(
    path: str | os.PathLike[str], lesions: Sequence[Lesion], left_out: Sequence[LeftOut] = ()
) -> list[Lesion]:
    """The lesions with the site, the irradiation, the name and the delineation that a table gives them.

    The table's first line names its columns: `lesion_id` (or `name`) says which lesion, `site` where it sits,
    `irradiated` (yes or no) whether it was in a radiotherapy field, `drawn` (manual, semiautomatic or
    automatic) how its contour was made, `clinical.<name>` a value that a signature needs; beside `lesion_id`,
    `name` gives a new name. Empty cells and lesions without a line stay as they are.

    Raises
    ------
    TableError
        `table.unreadable`, `table.unknown_lesion` or `table.unknown_site`; the text names the line.
    """
    path = Path(path)
    columns, lines = _lines(path)
    key = "lesion_id" if "lesion_id" in columns else "name"
    found: dict[str, Lesion] = {}
    for number, cells in lines:
        try:
            lesion = _changed(_lesion(lesions, left_out, key, cells[key]), cells)
        except TableError as error:
            raise TableError(error.code, f"Line {number} of {path}: {error}") from None
        if lesion.id in found:
            raise TableError("table.unreadable", f"Line {number} of {path}: {cells[key]!r} has two lines.")
        found[lesion.id] = lesion
    return [found.get(lesion.id, lesion) for lesion in lesions]


def _lines(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """The columns, and of each further line that is not empty its number and its cells by column."""
    if path.exists() and not path.is_file():
        raise TableError("table.unreadable", f"{path} is no file.")
    try:
        text = path.read_text(encoding="utf-8-sig")
        # Spreadsheets write semicolons where the comma is the decimal sign.
        first = text.partition("\n")[0]
        reader = csv.reader(text.splitlines(), delimiter=";" if ";" in first and "," not in first else ",")
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except OSError as error:
        raise TableError("table.unreadable", f"{path} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise TableError("table.unreadable", f"{path} is not a CSV file in UTF-8.") from None
    rows = [(number, row) for number, row in rows if any(row)]
    columns = [_column(cell) for cell in rows[0][1]] if rows else []
    if problem := _problem_of(columns):
        raise TableError("table.unreadable", f"Line 1 of {path} {problem}; expected are: {EXPECTED}.")
    for number, row in rows[1:]:
        if len(row) != len(columns):
            counts = f"{len(row)} cells and the header {len(columns)}"
            raise TableError("table.unreadable", f"Line {number} of {path} has {counts}.")
    return columns, [(number, dict(zip(columns, row, strict=True))) for number, row in rows[1:]]


def _column(cell: str) -> str:
    """The column of a cell in the first line; the name of a value is a signature's and keeps its case."""
    lower = cell.lower()
    return CLINICAL + cell[len(CLINICAL) :] if lower.startswith(CLINICAL) and lower != CLINICAL else lower


def _problem_of(columns: Sequence[str]) -> str | None:
    for column in columns:
        if column not in COLUMNS and not column.startswith(CLINICAL):
            return f"names an unknown column {column!r}"
    if len(set(columns)) < len(columns):
        return "names a column twice"
    if "lesion_id" not in columns and "name" not in columns:
        return "has no column that says which lesion"
    return None


def _lesion(lesions: Sequence[Lesion], left_out: Sequence[LeftOut], key: str, text: str) -> Lesion:
    called = [lesion.id if key == "lesion_id" else lesion.name for lesion in lesions]
    matches = [lesion for lesion, own in zip(lesions, called, strict=True) if own == text]
    if not matches:
        for one in left_out:
            if text == (one.id if key == "lesion_id" else one.name):
                words = f"{text!r} was left out. {one.reason} Take its line away, or choose it: --roi."
                raise TableError("table.unknown_lesion", words)
        known = ", ".join(called)
        raise TableError("table.unknown_lesion", f"there is no lesion {text!r}; there are: {known}.")
    if len(matches) > 1:
        raise TableError(
            "table.unknown_lesion", f"{len(matches)} lesions are called {text!r}; use lesion_id."
        )
    return matches[0]


def _changed(lesion: Lesion, cells: Mapping[str, str]) -> Lesion:
    site, irradiated = lesion.site, lesion.irradiated
    if cells.get("site"):
        try:
            site = Site.parse(cells["site"])
        except ValueError as error:
            raise TableError("table.unknown_site", f"{error}.") from None
    if answer := cells.get("irradiated", "").lower():
        if answer not in YES + NO:
            raise TableError("table.unreadable", f"irradiated is {answer!r}; write yes or no.")
        irradiated = answer in YES
    name = cells.get("name") or lesion.name
    drawn = _delineation(lesion, cells.get("drawn", ""))
    return replace(
        lesion,
        name=name,
        site=site,
        irradiated=irradiated,
        delineation=drawn,
        clinical={**lesion.clinical, **_clinical(cells)},
    )


def _clinical(cells: Mapping[str, str]) -> dict[str, float]:
    """The values of a line; an empty cell is none."""
    found = {}
    for column, text in cells.items():
        if column.startswith(CLINICAL) and text:
            name = column.removeprefix(CLINICAL)
            try:
                found[name] = number_in(name, text)
            except InputError as error:
                raise TableError("table.unreadable", str(error)) from None
    return found


def _delineation(lesion: Lesion, text: str) -> Delineation | None:
    """How the lesion was drawn, where the cell says so; the algorithm's name stays when its kind does."""
    if not text:
        return lesion.delineation
    drawn = Delineation.parse(text)
    if drawn is None:
        kinds = ", ".join(kind.value.lower() for kind in DelineationType)
        raise TableError("table.unreadable", f"drawn is {text!r}; write one of: {kinds}.")
    return lesion.delineation if lesion.delineation and lesion.delineation.type is drawn.type else drawn
