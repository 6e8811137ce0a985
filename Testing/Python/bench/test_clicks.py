"""Clicks are counted as a person makes them; what is out of sight is scrolled to first."""

from __future__ import annotations

import pytest
from PySide6 import QtTest

PAGE_PX, HIGH_PX = 100, 250


@pytest.fixture
def hand():
    from slicerbench.clicks import CountedHands

    return CountedHands()


@pytest.fixture
def form(qt, complaints):
    """(area of one page, button at the top, button two pages and a half below it)."""
    area, contents = qt.QScrollArea(), qt.QWidget()
    column = qt.QVBoxLayout(contents)
    column.setContentsMargins(0, 0, 0, 0)
    top, between, low = qt.QPushButton("top"), qt.QLabel(), qt.QPushButton("low")
    between.setFixedHeight(HIGH_PX)
    for widget in (top, between, low):
        column.addWidget(widget)
    area.setWidget(contents)
    area.frameShape = qt.QFrame.NoFrame
    area.resize(300, PAGE_PX)
    area.show()
    QtTest.QTest.qWait(1)
    yield area, top, low
    area.hide()


@pytest.fixture
def table(qt, complaints):
    """A shown table of twenty rows, of which about four are seen; the first column has check boxes."""
    table = qt.QTableWidget(20, 2)
    for row in range(20):
        box = qt.QTableWidgetItem(f"row {row}")
        box.setCheckState(qt.Qt.Checked)
        box.setToolTip(f"tip {row}")
        table.setItem(row, 0, box)
        table.setRowHeight(row, 20)
    table.resize(250, 20 * 4 + 4 + table.horizontalHeader().sizeHint.height() + 2 * table.frameWidth)
    table.horizontalScrollBarPolicy = qt.Qt.ScrollBarAlwaysOff
    table.show()
    QtTest.QTest.qWait(1)
    yield table
    table.hide()


def test_a_click_on_what_is_seen_is_one(form, hand):
    _, top, _ = form
    heard = []
    top.connect("clicked()", lambda: heard.append(1))
    hand.click(top)
    assert (len(hand.steps), heard) == (1, [1])


def test_what_is_below_takes_a_step_for_each_page(form, hand):
    area, top, low = form
    heard = []
    low.connect("clicked()", lambda: heard.append(1))
    hand.click(low)
    # Between 100 and 200 px have to be scrolled, so two pages.
    assert len(hand.steps) == 2 + 1
    assert heard == [1]
    assert area.verticalScrollBar().value == area.verticalScrollBar().maximum
    hand.click(low)
    assert len(hand.steps) == 4
    hand.click(top)
    assert len(hand.steps) == 4 + 2 + 1


def test_a_choice_is_two_and_a_file_dialog_is_two(qt, complaints, hand):
    combo = qt.QComboBox()
    combo.addItems(["one", "two", "three"])
    combo.show()
    hand.choose(combo, "three")
    hand.dialog()
    combo.hide()
    assert combo.currentText == "three"
    assert len(hand.steps) == 4


def test_typing_is_a_click_and_a_step_for_each_key(qt, complaints, hand):
    line = qt.QLineEdit("before")
    line.show()
    hand.type(line, "120")
    line.hide()
    assert line.text == "120"
    assert len(hand.steps) == 1 + 3 + 1


def test_a_cell_is_scrolled_to_and_ticked(qt, table, hand):
    hand.tickCell(table, 2, 0)
    assert table.item(2, 0).checkState() == qt.Qt.Unchecked
    assert len(hand.steps) == 1
    # Rows 0 to 3 are seen; row 7 is a page further down.
    hand.tickCell(table, 7, 0)
    assert table.item(7, 0).checkState() == qt.Qt.Unchecked
    assert len(hand.steps) == 1 + 2
    assert hand.pointAtCell(table, 7, 0) == "tip 7"
    assert len(hand.steps) == 4


def test_a_tab_that_is_shown_needs_no_click(qt, complaints, hand):
    tabs, pages = qt.QTabWidget(), [qt.QLabel("one"), qt.QLabel("two")]
    for page in pages:
        tabs.addTab(page, page.text)
    tabs.show()
    hand.clickTab(tabs, pages[0])
    assert hand.steps == []
    with pytest.raises(AssertionError, match="hidden"):
        hand.look(pages[1])
    hand.clickTab(tabs, pages[1])
    assert tabs.currentIndex == len(hand.steps) == 1
    tabs.hide()
