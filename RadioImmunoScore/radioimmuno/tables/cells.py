"""The cells of a table's file as text: CSV, Parquet (with pyarrow), the first sheet of an XLSX."""

from __future__ import annotations

import csv
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from ..findings import TableError

MISSING = frozenset(
    {"", "nan", "na", "n/a", "none", "null", "<na>", "-", ".", "?", "no data", "missing", "unknown"}
)
SPREADSHEET_ERRORS = frozenset({"#name?", "#n/a", "#div/0!", "#ref!", "#value!", "#num!", "#null!"})
INFINITE = re.compile(r"[+-]?inf(inity)?", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
COMMA_NUMBER = re.compile(r"[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?", re.ASCII)
ANSWERS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# An XLSX is unpacked in memory: what says that it is larger than this is no table of a study.
MAX_SHEET_BYTES = 500_000_000


@dataclass(frozen=True, eq=False)
class Cells:
    """The cells of a file.

    Parameters
    ----------
    path : Path
    columns : tuple of str
        Names, each once.
    rows : tuple of tuple of str
        As many cells each as there are columns; blanks around them are gone.
    lines : tuple of int
        Where each row begins in the file; the header is line 1.
    decimal_comma : bool
        Whether a comma inside a number is its decimal sign: semicolons or tabs separate the cells.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    decimal_comma: bool = False

    def column(self, name: str) -> tuple[str, ...]:
        """The cells below a name.

        Parameters
        ----------
        name : str

        Returns
        -------
        tuple of str

        Raises
        ------
        TableError
            `cohort_table.column` when there is no such column; the text lists those that there are.
        """
        if name not in self.columns:
            known = ", ".join(self.columns[:40]) + (" ..." if len(self.columns) > 40 else "")
            raise TableError("cohort_table.column", f"{self.path} has no column {name!r}; it has: {known}.")
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)


def read_cells(path: str | Path) -> Cells:
    """The cells of a table's file; its ending says what it is: .csv (also .tsv, .txt), .parquet or .xlsx.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    Cells

    Raises
    ------
    TableError
        `cohort_table.unreadable` when it cannot be read, has no row, a column twice, or a row with more or
        fewer cells than the header.
    """
    path = Path(path)
    if not path.is_file():
        raise _unreadable(path, "is no file")
    ending = path.suffix.lower()
    comma = False
    if ending == ".parquet":
        rows = _parquet_rows(path)
    elif ending == ".xlsx":
        rows = _xlsx_rows(path)
    else:
        rows, comma = _csv_rows(path)
    rows = [(line, cells) for line, cells in rows if any(cells)]
    if len(rows) < 2:
        raise _unreadable(path, "has no row below its header" if rows else "is empty")
    columns = _names(path, rows[0][1], [cells for _, cells in rows[1:]])
    body = []
    for line, cells in rows[1:]:
        if len(cells) < len(columns) or any(cells[len(columns) :]):
            counts = f"{len(cells)} cells and the header {len(columns)}"
            raise _unreadable(path, f"has {counts} in line {line}")
        body.append((line, tuple(cells[: len(columns)])))
    return Cells(path, columns, tuple(c for _, c in body), tuple(line for line, _ in body), comma)


def is_missing(cell: str) -> bool:
    """Whether a cell holds nothing: empty, a word for it, or a spreadsheet's error.

    >>> is_missing("NaN"), is_missing("#NAME?"), is_missing("0")
    (True, True, False)
    """
    return cell.lower() in MISSING or cell.lower() in SPREADSHEET_ERRORS


def number_in(cell: str, decimal_comma: bool = False) -> float | None:
    """The number that a cell holds; None for a text, NaN for nothing, infinity as it stands.

    >>> number_in("1.5"), number_in("1,5", True), number_in("1,5"), number_in("lung")
    (1.5, 1.5, None, None)
    """
    if is_missing(cell):
        return float("nan")
    if NUMBER.fullmatch(cell) or INFINITE.fullmatch(cell):
        return float(cell)
    if decimal_comma and COMMA_NUMBER.fullmatch(cell):
        return float(cell.replace(",", "."))
    return None


def _names(path: Path, header: list[str], body: list[list[str]]) -> tuple[str, ...]:
    """The columns' names; one without a name is called by its place, an empty one at the end is none."""
    width = len(header)
    while width and not header[width - 1] and not any(row[width - 1] for row in body if len(row) >= width):
        width -= 1
    names = tuple(name or f"column_{place}" for place, name in enumerate(header[:width], start=1))
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _unreadable(path, f"names a column twice: {', '.join(twice)}")
    return names


def _csv_rows(path: Path) -> tuple[list[tuple[int, list[str]]], bool]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        if "\0" in text:
            raise _unreadable(path, "holds bytes that no text has")
        first = text.partition("\n")[0]
        sign = max(",;\t", key=first.count)
        reader = csv.reader(text.splitlines(), delimiter=sign, strict=True)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error):
        raise _unreadable(path, "is not a CSV file in UTF-8") from None
    return rows, sign != ","


def _parquet_rows(path: Path) -> list[tuple[int, list[str]]]:
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import read_table
    except ImportError:
        raise _unreadable(
            path, "is a Parquet file, which needs pyarrow: python -m pip install pyarrow, or save it as CSV"
        ) from None
    try:
        columns = read_table(path).to_pydict()
    except (ArrowException, OSError) as error:
        raise _unreadable(path, f"is not a Parquet file that can be read: {error}") from None
    rows = zip(*columns.values(), strict=True)
    body = [["" if cell is None else str(cell).strip() for cell in row] for row in rows]
    return [(line, cells) for line, cells in enumerate([list(map(str, columns)), *body], start=1)]


def _xlsx_rows(path: Path) -> list[tuple[int, list[str]]]:
    """The first sheet: what its cells show is their stored value; formulas are not computed."""
    try:
        with zipfile.ZipFile(path) as archive:
            shared = (
                [
                    "".join(text.text or "" for text in item.iter(f"{_SHEET}t"))
                    for item in _parsed(archive, path, "xl/sharedStrings.xml").iter(f"{_SHEET}si")
                ]
                if "xl/sharedStrings.xml" in archive.namelist()
                else []
            )
            sheets = sorted(n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", n))
            sheet = _parsed(archive, path, sheets[0])
    except (zipfile.BadZipFile, KeyError, IndexError, ElementTree.ParseError, OSError):
        raise _unreadable(path, "is not an XLSX file that can be read") from None
    rows = []
    for number, row in enumerate(sheet.iter(f"{_SHEET}row"), start=1):
        cells: dict[int, str] = {}
        for cell in row.iter(f"{_SHEET}c"):
            place = _column_of(cell.get("r", ""), len(cells))
            cells[place] = _cell_text(cell, shared).strip()
        rows.append(
            (int(row.get("r", number)), [cells.get(n, "") for n in range(max(cells, default=-1) + 1)])
        )
    width = max((len(cells) for _, cells in rows), default=0)
    return [(number, cells + [""] * (width - len(cells))) for number, cells in rows]


def _parsed(archive: zipfile.ZipFile, path: Path, name: str) -> ElementTree.Element:
    if archive.getinfo(name).file_size > MAX_SHEET_BYTES:
        raise _unreadable(path, "is larger than a table of lesions is")
    content = archive.read(name)
    if b"<!DOCTYPE" in content[:1000] or b"<!ENTITY" in content:
        raise _unreadable(path, "is not an XLSX file that can be read")
    return ElementTree.fromstring(content)


def _column_of(reference: str, default: int) -> int:
    letters = re.match(r"[A-Z]+", reference)
    place = 0
    for letter in letters[0] if letters else "":
        place = 26 * place + ord(letter) - ord("A") + 1
    return place - 1 if letters else default


def _cell_text(cell: ElementTree.Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_SHEET}t"))
    value = cell.find(f"{_SHEET}v")
    text = (value.text or "") if value is not None else ""
    return shared[int(text)] if cell.get("t") == "s" and text else text


def _unreadable(path: Path, problem: str) -> TableError:
    return TableError("cohort_table.unreadable", f"{path} {problem}.")
