"""Texts and controls of all tabs are seen whole, in a narrow panel and in large letters."""

from __future__ import annotations

import pytest
from keyboard import nameOf
from patients import addPatient, select, waitIdle
from PySide6 import QtCore, QtGui, QtWidgets

import ctk
from slicerbench.hands import click
from slicerbench.palettes import applicationFont
from slicerbench.window import BenchWindow

WINDOW, HEIGHT_PX = (1366, 900), 560
LOOKS = [(330, 9), (450, 9), (900, 9), (330, 14), (450, 14), (450, 16)]
TABS = ("scoreTab", "segmentTab", "patientTab")


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}px-{look[1]}pt")
def panel(request, bench):
    """A scored and checked patient in a panel of a width and letters of a size, a lesion selected."""
    widthPx, points = request.param
    with applicationFont(points):
        window = BenchWindow(bench, WINDOW)
        window.setPanelSize(widthPx, HEIGHT_PX)
        ui = bench.widget.panel.ui
        select(bench.widget, addPatient())
        click(ui.scoreButton)
        waitIdle(bench.widget)
        bench.widget.panel.selectLesion("liver_1")
        ui.tabs.currentIndex = 1
        click(ui.checkButton)
        waitIdle(bench.widget)
        assert window.modulePanel.width == widthPx, "the panel cannot be made so narrow"
        yield bench.widget.panel
        window.close()


def test_nothing_is_cut_off(panel):
    bar = panel.ui.tabs.tabBar()
    assert bar.tabRect(len(TABS) - 1).right() < bar.width, "a tab is out of sight"
    for name in TABS:
        tab = getattr(panel.ui, name)
        panel.ui.tabs.setCurrentWidget(tab)
        QtWidgets.QApplication.processEvents()
        page = tab.widget()
        assert (name, _wider(page)) == (name, [])
        assert (name, _cutWords(page)) == (name, [])
        assert (name, _cutCells(page)) == (name, [])


def test_what_is_folded_away_or_long_makes_no_tab_wider(bench):
    # By itself such a button is never narrower than its longest text would like to be.
    buttons = bench.widget.panel.root.findChildren(ctk.ctkCollapsibleButton)
    assert {"inputsButton", "advancedButton", "followUpButton"} <= {button.objectName for button in buttons}
    for button in buttons:
        assert button.sizePolicy.horizontalPolicy() == QtWidgets.QSizePolicy.Policy.Ignored, button.objectName


def _wider(page):
    """What reaches beyond the tab's right edge, which is not scrolled sideways as tables are."""
    room = page.parentWidget().width
    tables = page.findChildren(QtWidgets.QAbstractItemView)
    # A menu is a window of its own.
    widgets = [w for w in page.findChildren(QtWidgets.QWidget) if not isinstance(w, QtWidgets.QMenu)]
    shown = [w for w in widgets if w.visible]
    outside = [w for w in shown if not any(table.isAncestorOf(w) for table in tables)]
    return [nameOf(w) for w in outside if _right(w, page) > room]


def _cutWords(page):
    """Labels and buttons that are narrower than their words."""
    kinds = (QtWidgets.QLabel, QtWidgets.QAbstractButton)
    shown = [w for w in page.findChildren(QtWidgets.QWidget) if isinstance(w, kinds) and w.visible and w.text]
    return [(nameOf(w), w.text) for w in shown if _needed(w) > w.width]


def _cutCells(page):
    """Texts of cells that are not read whole and do not stand in the cell's tooltip."""
    tables = [table for table in page.findChildren(QtWidgets.QTableWidget) if table.visible]
    return [
        text for table in tables for item, text, room in _cells(table) if _width(item, table, text) > room
    ]


def _right(widget, page):
    return widget.mapTo(page, QtCore.QPoint(widget.width, 0)).x()


def _needed(widget):
    """How wide a widget's words are, wrapped where they may be."""
    metrics = QtGui.QFontMetrics(widget.font)
    if isinstance(widget, QtWidgets.QLabel):
        document = QtGui.QTextDocument()
        document.setDefaultFont(widget.font)
        document.setDocumentMargin(0)
        document.setHtml(widget.text) if "<" in widget.text else document.setPlainText(widget.text)
        if widget.wordWrap:
            return max(metrics.horizontalAdvance(word) for word in document.toPlainText().split())
        return int(document.idealWidth())
    icon = 0 if widget.icon.isNull() else widget.iconSize.width()
    return metrics.size(QtCore.Qt.TextFlag.TextShowMnemonic, widget.text).width() + icon


def _cells(table):
    """(item, text, room in px) of what has no tooltip with the text: heads and cells."""
    style = QtWidgets.QApplication.style()
    margin = 2 * (style.pixelMetric(QtWidgets.QStyle.PixelMetric.PM_FocusFrameHMargin) + 1)
    for column in range(table.columnCount):
        if table.isColumnHidden(column):
            continue
        room = table.columnWidth(column) - margin
        head = table.horizontalHeaderItem(column)
        yield head, max(head.text().split("\n"), key=len), room
        for row in range(table.rowCount):
            item = table.item(row, column)
            if item is not None and item.text() and item.text() not in item.toolTip():
                yield item, item.text(), room


def _width(item, table, text):
    box = QtCore.Qt.ItemDataRole.CheckStateRole
    beside = 0 if item.data(box) is None else 20
    beside += 0 if item.icon().isNull() else 22
    return QtGui.QFontMetrics(table.font).horizontalAdvance(text) + beside
