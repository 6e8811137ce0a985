"""A table that is typed or pasted into; below what was entered there is always an empty row."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import slicer

import qt

from .pasted_cells import pastedCells


class EntryTable:
    """Texts in the cells of a QTableWidget.

    Parameters
    ----------
    table : QTableWidget
        Its columns are made by whoever uses it.
    readOnly : collection of int
        Columns that only show something.
    called : callable
        On any change by the user.
    namedColumn : int
        The column of names of variables, for what is pasted there; -1 for none.
    leastRows : int
        How many rows are shown at least.
    """

    def __init__(
        self,
        table: Any,
        readOnly: Collection[int],
        called: Callable[[], None],
        namedColumn: int = -1,
        leastRows: int = 1,
    ) -> None:
        self._table, self._readOnly, self._called = table, frozenset(readOnly), called
        self._namedColumn, self._leastRows = namedColumn, leastRows
        self._isFilling = False
        table.connect("itemChanged(QTableWidgetItem*)", self._changed)
        # Of the table itself: while a cell is typed into, its line edit has the keys.
        self._shortcuts = [
            _shortcut(table, "Ctrl+V", self.paste),
            _shortcut(table, "Del", self._deleteMarked),
        ]
        self.keepEmptyRow()

    @property
    def rowCount(self) -> int:
        """How many rows there are down to the last one with a text."""
        rows = range(self._table.rowCount)
        return 1 + max((row for row in rows if not self.isEmpty(row)), default=-1)

    def text(self, row: int, column: int) -> str:
        """What stands in a cell."""
        item = self._table.item(row, column)
        return item.text().strip() if item is not None else ""

    def setText(self, row: int, column: int, text: str) -> None:
        """Enter a text; nobody is called."""
        was, self._isFilling = self._isFilling, True
        item = self._table.item(row, column)
        if item is None:
            item = qt.QTableWidgetItem()
            if column in self._readOnly:
                item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
            self._table.setItem(row, column, item)
        item.setText(text)
        self._isFilling = was

    def show(self, row: int, column: int, text: str, tip: str, icon: Any = None) -> None:
        """Show something in a cell that is only read."""
        self.setText(row, column, text)
        self._isFilling = True
        item = self._table.item(row, column)
        item.setToolTip(tip)
        item.setIcon(icon if icon is not None else qt.QIcon())
        self._isFilling = False

    def isEmpty(self, row: int) -> bool:
        """Whether nothing was entered in a row."""
        columns = (column for column in range(self._table.columnCount) if column not in self._readOnly)
        return not any(self.text(row, column) for column in columns)

    def removeRow(self, row: int) -> None:
        """Take out a row."""
        if 0 <= row < self._table.rowCount:
            self._table.removeRow(row)
            self._told()

    def clear(self) -> None:
        """Take out all rows."""
        self._table.setRowCount(0)
        self.keepEmptyRow()

    def paste(self) -> None:
        """Enter what the clipboard holds, beginning at the marked cell."""
        column = max(self._table.currentColumn(), 0)
        row = max(self._table.currentRow(), 0)
        self.enter(pastedCells(slicer.app.clipboard().text(), column == self._namedColumn), row, column)

    def enter(self, cells: list[list[str]], row: int, column: int) -> None:
        """Enter rows of texts beginning at a cell; what is only read, or has no column, is left out."""
        self._table.setRowCount(max(self._table.rowCount, row + len(cells)))
        for n, texts in enumerate(cells):
            for k, text in enumerate(texts):
                if column + k < self._table.columnCount and column + k not in self._readOnly:
                    self.setText(row + n, column + k, text)
        self._told()

    def keepEmptyRow(self) -> None:
        """Have an empty row below what was entered, and as many as are to be seen at least."""
        self._isFilling = True
        self._table.setRowCount(max(self.rowCount + 1, self._leastRows))
        for row in range(self._table.rowCount):
            for column in self._readOnly:
                if self._table.item(row, column) is None:
                    self.setText(row, column, "")
        self._isFilling = False

    def _deleteMarked(self) -> None:
        for item in self._table.selectedItems():
            if item.column() not in self._readOnly:
                self.setText(item.row(), item.column(), "")
        self._told()

    def _changed(self, item: Any) -> None:
        if not self._isFilling:
            self._told()

    def _told(self) -> None:
        self.keepEmptyRow()
        self._called()


def _shortcut(table: Any, key: str, called: Callable[[], None]) -> Any:
    shortcut = qt.QShortcut(qt.QKeySequence(key), table)
    shortcut.setContext(qt.Qt.WidgetShortcut)
    shortcut.connect("activated()", called)
    return shortcut
