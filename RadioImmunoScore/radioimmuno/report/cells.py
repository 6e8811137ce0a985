"""Cells of a CSV file: numbers with all their digits, texts that no spreadsheet computes."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence

from ..atomic import write_text

# A spreadsheet takes a cell that begins so for a formula, and names come from files of unknown origin.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")


def write_rows(path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file (UTF-8, comma, header row first); it is whole or not there."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, table.getvalue())


def number_cell(value: float | None) -> str:
    """The number with all its digits; an empty cell for None."""
    return "" if value is None else repr(float(value))


def text_cell(text: str) -> str:
    """The text as a cell that no spreadsheet computes; a plain negative number stays one.

    A lone carriage return, which the csv module leaves bare, would end the row for some readers.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.lstrip(" ").startswith(FORMULA_STARTS) or _is_number(text):
        return text
    return "'" + text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
