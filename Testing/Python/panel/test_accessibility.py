"""Everything that somebody can act on has a name for a screen reader and a tooltip that says what it does."""

from __future__ import annotations

import pytest
from keyboard import actedOn, nameOf
from PySide6 import QtGui, QtWidgets


@pytest.fixture
def widgets(scored):
    """What can be acted on in the panel of a scored patient whose first lesion is selected."""
    panel = scored[0]
    panel.panel.selectLesion("liver_1")
    QtWidgets.QApplication.processEvents()
    return actedOn(panel.panel.root)


def accessibleName(widget):
    """What a screen reader says: the accessible name, the text of a button, the label beside a box."""
    interface = QtGui.QAccessible.queryAccessibleInterface(widget)
    return interface.text(QtGui.QAccessible.Text.Name).strip()


def test_every_widget_has_an_accessible_name(widgets):
    assert len(widgets) > 20
    assert [nameOf(widget) for widget in widgets if not accessibleName(widget)] == []


def test_every_widget_has_a_tooltip(widgets):
    # Tabs, and the columns of tables, have one each.
    kinds = (QtWidgets.QTabBar, QtWidgets.QTableWidget)
    own = [widget for widget in widgets if not isinstance(widget, kinds)]
    assert [nameOf(widget) for widget in own if not widget.toolTip.strip()] == []


def test_every_tab_has_a_tooltip(widgets):
    (bar,) = [widget for widget in widgets if isinstance(widget, QtWidgets.QTabBar)]
    assert bar.count == 3
    assert all(bar.tabText(n) and bar.tabToolTip(n) for n in range(bar.count))


def test_every_column_of_a_table_has_a_title_and_a_tooltip(widgets):
    tables = [widget for widget in widgets if isinstance(widget, QtWidgets.QTableWidget)]
    assert len(tables) >= 3
    heads = [
        (nameOf(table), column, table.horizontalHeaderItem(column))
        for table in tables
        for column in range(table.columnCount)
    ]
    assert [(name, n) for name, n, head in heads if not (head and head.text() and head.toolTip())] == []
