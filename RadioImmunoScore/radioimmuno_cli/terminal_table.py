"""Tables on the terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from radioimmuno.identity import Identity

GAP = "  "
NARROWEST_LAST = 30


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    numbers: Collection[str] = (),
    colors: Sequence[str] | None = None,
) -> str:
    """Aligned columns, the last one wrapped to the terminal.

    Parameters
    ----------
    header : sequence of str
    rows : sequence of sequence of str
        The cells; what would command the terminal or turn text around is shown instead.
    numbers : collection of str
        The columns that are aligned to the right.
    colors : sequence of str, optional
        One `#rrggbb` a row, shown as a block in front where the terminal can.
    """
    from radioimmuno.naming import one_line

    rows = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)][:-1]
    right = [name in numbers for name in header[:-1]]
    blocks = [_block(color) for color in colors] if colors is not None and _in_color() else [""] * len(rows)
    indent = "   " if any(blocks) else ""
    room = _room() - len(indent) - sum(widths) - len(GAP) * len(widths)

    def line(cells: Sequence[str]) -> list[str]:
        first = GAP.join(
            c.rjust(w) if r else c.ljust(w) for c, w, r in zip(cells[:-1], widths, right, strict=True)
        )
        last = textwrap.wrap(cells[-1], max(NARROWEST_LAST, room)) or [""]
        blank = " " * len(first)
        return [
            (part + GAP + text).rstrip()
            for part, text in zip([first, *[blank] * len(last)], last, strict=False)
        ]

    lines = [indent + part for part in line(header)]
    lines.append(indent + GAP.join("-" * width for width in [*widths, len(header[-1])]))
    for row, block in zip(rows, blocks, strict=True):
        first, *others = line(row)
        lines += [block + first, *(indent + other for other in others)]
    return "\n".join(lines)


def heading(identity: Identity) -> str:
    """The line above a table: whose it is, and what to know of the pseudonym."""
    from radioimmuno.naming import one_line

    return "\n".join(one_line(text) for text in (identity.title, identity.note) if text) + "\n"


def _room() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000


def _in_color() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def _block(color: str) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"\x1b[48;2;{red};{green};{blue}m  \x1b[0m "
