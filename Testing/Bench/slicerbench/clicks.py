"""Hands that count: what a person has to do to reach something in the panel.

One each: a click of the mouse, a key, pointing at something to read its tooltip, a page of the mouse wheel.
A choice from a drop-down is two clicks. What lies out of sight is scrolled to first, a page at a time, where
a page is what the scrolled area shows at once; the file dialogs of the application take two, for they offer
a name.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore, QtWidgets

from . import hands

CHOICE, DIALOG = 2, 2
# Where the box of a cell or of a check box is, px from its left.
BOX_PX = 9


class CountedHands:
    """What `hands` does, counted.

    Attributes
    ----------
    steps : list of str
        What was done, in words; its length is the count.
    """

    def __init__(self) -> None:
        self.steps: list[str] = []

    def click(self, widget: Any) -> None:
        """Click on a button or into a widget."""
        self.look(widget)
        hands.click(widget)
        self._count(f"click {_nameOf(widget)}")

    def clickCell(self, table: Any, row: int, column: int) -> None:
        """Click on a cell's text."""
        rect = self._lookAtCell(table, row, column)
        hands.click(table.viewport(), rect.center())
        self._count(f"click on a cell of {_nameOf(table)}")

    def tickCell(self, table: Any, row: int, column: int) -> None:
        """Click on a cell's check box."""
        rect = self._lookAtCell(table, row, column)
        hands.click(table.viewport(), QtCore.QPoint(rect.left() + BOX_PX, rect.center().y()))
        self._count(f"tick a cell of {_nameOf(table)}")

    def clickHeader(self, table: Any, column: int) -> None:
        """Click on the head of a column."""
        self.look(table.horizontalHeader())
        hands.clickHeader(table, column)
        self._count(f"click a head of {_nameOf(table)}")

    def clickTab(self, tabs: Any, page: Any) -> None:
        """Click on the tab of a page, unless that is shown."""
        index = tabs.indexOf(page)
        if tabs.currentIndex != index:
            bar = tabs.tabBar()
            hands.click(bar, bar.tabRect(index).center())
            self._count(f"tab {tabs.tabText(index)}")

    def choose(self, combo: Any, text: str) -> None:
        """Open a drop-down and choose an entry."""
        self.look(combo)
        hands.choose(combo, text)
        self._count(*["choose from a drop-down"] * CHOICE)

    def type(self, widget: Any, text: str) -> None:
        """Click into a line, type, and press Return."""
        self.look(widget)
        hands.typeText(widget, text)
        self._count(f"click {_nameOf(widget)}", *(f"key {letter}" for letter in text), "key Return")

    def stroke(self, view: Any, ends: Any) -> None:
        """Draw a line in a view by its two ends."""
        start, end = (QtCore.QPoint(*map(int, place)) for place in ends)
        hands.clickInView(view, start)
        hands.moveTo(view, (start + end) / 2)
        hands.clickInView(view, end)
        self._count("click in the view", "click in the view")

    def dialog(self) -> None:
        """Answer a file dialog that was opened."""
        self._count(*["file dialog"] * DIALOG)

    def point(self, widget: Any) -> str:
        """Point at a widget; its tooltip."""
        self.look(widget)
        self._count(f"point at {_nameOf(widget)}")
        return widget.toolTip

    def pointAtCell(self, table: Any, row: int, column: int) -> str:
        """Point at a cell; its tooltip."""
        self._lookAtCell(table, row, column)
        self._count(f"point at a cell of {_nameOf(table)}")
        return table.item(row, column).toolTip()

    def look(self, widget: Any) -> None:
        """Scroll until the whole of a widget is seen, or as much as there is room for.

        Raises
        ------
        AssertionError
            When nobody sees it: it is hidden, in another tab or folded away.
        """
        assert widget.visible, f"{_nameOf(widget)} is hidden"
        self._scrollTo(widget, lambda: widget.rect)

    def _lookAtCell(self, table: Any, row: int, column: int) -> QtCore.QRect:
        index = table.model().index(row, column)
        self._scrollTo(table.viewport(), lambda: table.visualRect(index))
        return table.visualRect(index)

    def _scrollTo(self, widget: Any, place: Callable[[], QtCore.QRect]) -> None:
        """Turn the wheel until a rectangle of a widget is seen, in each area that the widget lies in."""
        for area in _areasAround(widget):
            viewport, bar, rect = area.viewport(), area.verticalScrollBar(), place()
            top = widget.mapTo(viewport, rect.topLeft()).y() if widget is not viewport else rect.top()
            bottom = top + min(rect.height(), viewport.height)
            outside = min(top, 0) or max(bottom - viewport.height, 0)
            if outside:
                # The bar of a table counts rows; one that is partly seen is brought in whole.
                unitPx = 1 if isinstance(area, QtWidgets.QScrollArea) else rect.height()
                units, before = math.ceil(abs(outside) / unitPx), bar.value
                bar.value = before + int(math.copysign(units, outside))
                QtWidgets.QApplication.processEvents()
                assert bar.value != before, f"{_nameOf(widget)} cannot be scrolled to"
                self._count(*[f"wheel to {_nameOf(widget)}"] * math.ceil(units / bar.pageStep))

    def _count(self, *steps: str) -> None:
        self.steps += steps


def _areasAround(widget: Any) -> list[Any]:
    """The scrolled areas that a widget lies in, the innermost first."""
    areas, child, parent = [], widget, widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QtWidgets.QAbstractScrollArea) and parent.viewport() is child:
            areas.append(parent)
        child, parent = parent, parent.parentWidget()
    return areas


def _nameOf(widget: Any) -> str:
    name = widget.objectName or getattr(widget, "text", "")
    return name or type(widget).__name__
