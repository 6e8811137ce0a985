"""Buttons side by side, in as many rows as the panel's width and the font ask for: no word is cut."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import qt

from .event_watch import EventWatch

SPACING_PX = 4


class ButtonRows:
    """Lays buttons out again whenever the width or the font changes.

    Parameters
    ----------
    box : QWidget
        Has a QGridLayout.
    buttons : sequence of QWidget
        In reading order. Their horizontal size policy is `Ignored`, or the box could not become narrow.
    """

    def __init__(self, box: Any, buttons: Sequence[Any]) -> None:
        self._box, self._buttons = box, list(buttons)
        self._columns = 0
        box.layout().setSpacing(SPACING_PX)
        self._watch = EventWatch(box, {qt.QEvent.Resize: self._arrange, qt.QEvent.FontChange: self._arrange})
        self._arrange()

    def _arrange(self, event: Any = None) -> None:
        layout = self._box.layout()
        hints = [button.sizeHint.width() for button in self._buttons]
        columns = columnsThatFit(hints, self._box.width, SPACING_PX)
        widths = columnWidths(hints, columns)
        for column in range(max(columns, self._columns)):
            # Shares after the words' lengths, so that where all fit none is cut.
            layout.setColumnStretch(column, widths[column] if column < columns else 0)
        if columns == self._columns:
            return
        self._columns = columns
        for button in self._buttons:
            layout.removeWidget(button)
        for number, button in enumerate(self._buttons):
            layout.addWidget(button, number // columns, number % columns)


def columnWidths(hints: Sequence[int], columns: int) -> list[int]:
    """The width in pixels of each column when so many widgets stand in a row."""
    return [max(hints[column::columns]) for column in range(columns)]


def columnsThatFit(hints: Sequence[int], width: int, spacing: int) -> int:
    """How many widgets of these widths in pixels stand in a row, at least one; the rows are about as full.

    >>> columnsThatFit([80, 40, 60], 200, 4), columnsThatFit([80, 40, 60], 180, 4), columnsThatFit([80], 9, 4)
    (3, 2, 1)
    >>> columnsThatFit([50, 50, 50, 50], 170, 4)
    2
    """
    count = len(hints)

    def fits(columns: int) -> bool:
        return sum(columnWidths(hints, columns)) + (columns - 1) * spacing <= width

    most = next((columns for columns in range(count, 1, -1) if fits(columns)), 1)
    even = ceil(count / ceil(count / most))
    return even if fits(even) else most
