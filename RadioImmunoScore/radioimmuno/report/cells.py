"""Cells of a CSV file: numbers with all their digits, texts that no spreadsheet computes."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Sequence

from ..files.atomic import write_text
from ..naming import REORDERING, UNPRINTABLE

# A spreadsheet takes a cell that begins so for a formula, and names come from files of unknown origin. The
# wide forms of East Asian scripts do the same.
_COMPUTES, _SIGNS = "=@\uff1d\uff20", "+\\-\uff0b\uff0d"

# Where a semicolon or a tab parts cells, and at a line break, a cell begins in the middle of a text. A sign
# counts there without blanks before it alone: "HU; -5" is prose.
FORMULA_STARTS = re.compile(
    f"^(?=[ \u00a0]*[{_COMPUTES}{_SIGNS}\t\n])|(?<=[;\t\n])(?=[ \u00a0]*[{_COMPUTES}]|[{_SIGNS}])"
)
HIDDEN = re.compile(f"{UNPRINTABLE.pattern}|{REORDERING.pattern}")


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
    r"""The text as a cell that no spreadsheet computes; a plain negative number stays one.

    An apostrophe stands before what would begin a formula. Control characters, and what turns or hides the
    text around it, become escapes such as `\u202e`. A lone carriage return, which the csv module leaves
    bare, would end the row for some readers.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text if _is_number(text) else FORMULA_STARTS.sub("'", text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
