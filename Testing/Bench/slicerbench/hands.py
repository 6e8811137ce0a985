"""What a person does: clicks, types, presses keys, chooses."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from PySide6 import QtCore, QtGui, QtTest, QtWidgets

from . import ctkwidgets, raw


def click(widget: Any, position: QtCore.QPoint | None = None) -> None:
    """Click with the left button, by default in the middle.

    Raises
    ------
    AssertionError
        When a person could not: the widget is hidden or disabled.
    """
    _reachable(widget)
    if position is None:
        position = raw.read(widget, "rect")().center()
        # The text and the box of a check box are at its left, whatever its width.
        if isinstance(widget, QtWidgets.QCheckBox | QtWidgets.QRadioButton):
            position.setX(8)
    QtTest.QTest.mouseClick(
        widget, QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier, position
    )
    QtWidgets.QApplication.processEvents()


def clickCell(table: Any, row: int, column: int) -> None:
    """Click into a cell of a table."""
    _reachable(table)
    item = raw.read(table, "model")().index(row, column)
    raw.read(table, "scrollTo")(item)
    position = raw.read(table, "visualRect")(item).center()
    viewport = raw.read(table, "viewport")()
    click(viewport, position)


def clickHeader(table: Any, column: int) -> None:
    """Click on the head of a column, which sorts by it."""
    header = raw.read(table, "horizontalHeader")()
    x = raw.read(header, "sectionViewportPosition")(column) + 4
    click(raw.read(header, "viewport")(), QtCore.QPoint(x, raw.read(header, "height")() // 2))


def moveTo(view: Any, position: QtCore.QPoint) -> None:
    """Move the mouse over a view, no button pressed: markups that are being placed follow it."""
    _reachable(view)
    point, none = QtCore.QPointF(position), QtCore.Qt.MouseButton.NoButton
    event = QtGui.QMouseEvent(
        QtCore.QEvent.Type.MouseMove, point, point, none, none, QtCore.Qt.KeyboardModifier.NoModifier
    )
    QtWidgets.QApplication.sendEvent(view, event)
    QtWidgets.QApplication.processEvents()


def clickInView(view: Any, position: QtCore.QPoint) -> None:
    """Click at a place of a view, the mouse brought there first."""
    moveTo(view, position)
    click(view, position)


def typeText(widget: Any, text: str) -> None:
    """Replace what a line or spin box shows, and press Return."""
    _reachable(widget)
    raw.read(widget, "setFocus")()
    raw.read(widget, "selectAll")()
    QtTest.QTest.keyClicks(widget, text)
    press(widget, QtCore.Qt.Key.Key_Return)


def press(widget: Any, key: Any, modifiers: Any = QtCore.Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key in a widget."""
    QtTest.QTest.keyClick(widget, key, modifiers)
    QtWidgets.QApplication.processEvents()


def pressInFocus(key: Any, modifiers: Any = QtCore.Qt.KeyboardModifier.NoModifier) -> Any:
    """Press a key where the keyboard is; the widget that has it afterwards."""
    focus = QtWidgets.QApplication.focusWidget()
    assert focus is not None, "no widget has the keyboard"
    press(focus, key, modifiers)
    return QtWidgets.QApplication.focusWidget()


def choose(combo: Any, text: str) -> None:
    """Choose an entry of a drop-down by its text, with the keyboard, as a person does.

    Raises
    ------
    AssertionError
        When there is no such entry.
    """
    inner = getattr(combo, "_combo", combo)
    _reachable(inner)
    row = raw.read(inner, "findText")(text)
    assert row >= 0, f"no {text!r} in {[raw.read(inner, 'itemText')(n) for n in range(inner.count)]}"
    while inner.currentIndex != row:
        before = inner.currentIndex
        press(inner, QtCore.Qt.Key.Key_Down if before < row else QtCore.Qt.Key.Key_Up)
        assert inner.currentIndex != before, f"the drop-down stays at {inner.currentText!r}"


def reveal(widget: Any) -> None:
    """Turn to the tab a widget is on and unfold what it is folded in, as a person does before clicking it."""
    parents, parent = [], raw.read(widget, "parentWidget")()
    while parent is not None:
        parents.append(parent)
        parent = raw.read(parent, "parentWidget")()
    for inner, outer in reversed(list(pairwise(parents))):
        tabs = raw.read(outer, "parentWidget")()
        if isinstance(tabs, QtWidgets.QTabWidget):
            raw.read(tabs, "setCurrentWidget")(inner)
        if isinstance(inner, ctkwidgets.ctkCollapsibleButton) and inner.collapsed:
            inner.collapsed = False
    QtWidgets.QApplication.processEvents()


def _reachable(widget: Any) -> None:
    reveal(widget)
    name = raw.read(widget, "objectName")() or type(widget).__name__
    assert raw.read(widget, "isVisible")(), f"{name} is hidden"
    assert raw.read(widget, "isEnabled")(), f"{name} is disabled"
