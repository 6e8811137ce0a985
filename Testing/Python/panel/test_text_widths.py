"""What the table writes fits into its cells: in small and large letters, light and dark, narrow and wide."""

from __future__ import annotations

from itertools import product

import pytest
from PySide6 import QtCore, QtGui, QtTest, QtWidgets

from radioimmuno.lesion import Site
from RadioImmunoScoreLib.panel.state.rows import Row
from RadioImmunoScoreLib.panel.widgets.fitting import fittedWidths
from slicerbench import raw
from slicerbench.ctkwidgets import ctkComboBox
from slicerbench.hands import clickHeader
from slicerbench.palettes import applicationFont, applyPalette

LESION, SCORE, CHANGE, SCALE, STATUS, VOLUME, SITE, IRRADIATED = range(8)
MOST_ROWS = 12

POINTS, PALETTES, WIDTHS = (9, 11, 14, 16), ("light", "dark"), (330, 450, 700, 900)
STATUSES = ("scored", "warning", "refused", "unscored", "stale", "left_out")
WORDS = {"ok", "warning", "refused", "-", "stale", "left out"}
VOLUMES = (0.01, 0.7, 12.3, 480.0, 1234.5, 9999.9)
LONG_NAME = "Mediastinal lymph node of the left upper lobe"
WHEEL = 120


def rowOf(number, status="scored", site=Site.LUNG, volumeCc=3.2, score=0.6789, lastScore=None, name=""):
    return Row(
        f"lesion_{number}",
        name or f"Lesion {number}",
        site,
        None,
        status != "left_out",
        volumeCc,
        score,
        status,
        "",
        lastScore=lastScore,
    )


def rowsOfAllKinds():
    """A row for each site, every status, volumes up to the largest, scores of either sign."""
    rows = []
    for number, site in enumerate(Site):
        status = STATUSES[number % len(STATUSES)]
        hasScore = status in ("scored", "warning", "stale")
        score = (0.6789 if number % 2 else -1.2345) if hasScore else None
        name = LONG_NAME if number == 4 else ""
        volume = VOLUMES[number % len(VOLUMES)]
        rows.append(rowOf(number, status, site, volume, score, 0.1234 if number == 1 else None, name))
    return rows


@pytest.fixture
def shown(bench):
    """Opens the panel and shows rows in its table; gives the table."""

    def show(rows, width=450):
        panel = bench.open(width=width).panel
        # Other sections may want more room than the narrowest panel has.
        for other in (panel.ui.displayBox, panel.ui.inputsPlace, panel.ui.patientTab, panel.ui.segmentTab):
            other.setVisible(False)
        section = panel.section("LesionsSection")
        section.table.show(rows, section.pen, None)
        bench.process()
        return panel.ui.lesionTable

    return show


def textRoom(table, row, column):
    """The width that is left for a cell's text: the view puts a margin on both sides of all that it draws."""
    index = raw.read(table, "model")().index(row, column)
    style, metric = QtWidgets.QApplication.style(), QtWidgets.QStyle.PixelMetric
    margins = 2 * (style.pixelMetric(metric.PM_FocusFrameHMargin, None, table) + 1)
    room = raw.read(table, "visualRect")(index).width() - margins
    if column != LESION:
        return room
    return room - style.pixelMetric(metric.PM_IndicatorWidth) - table.iconSize.width() - 2 * margins


def titleRoom(table, column):
    """The width that the style leaves for the title of a column that is sorted by."""
    header = raw.read(table, "horizontalHeader")()
    option = QtWidgets.QStyleOptionHeader()
    option.initFrom(header)
    option.orientation = QtCore.Qt.Orientation.Horizontal
    option.sortIndicator = QtWidgets.QStyleOptionHeader.SortIndicator.SortDown
    height = raw.read(header, "height")()
    option.rect = QtCore.QRect(0, 0, raw.read(header, "sectionSize")(column), height)
    label = QtWidgets.QStyle.SubElement.SE_HeaderLabel
    return QtWidgets.QApplication.style().subElementRect(label, option, header).width()


def widthOf(table, text):
    return QtGui.QFontMetrics(raw.read(table, "font")()).horizontalAdvance(text)


def assertWhole(table):
    """Numbers and status are whole; what is not has a tooltip that is."""
    shown = [c for c in range(table.columnCount) if not raw.read(table, "isColumnHidden")(c)]
    assert {SCORE, CHANGE, STATUS, VOLUME, SITE} <= set(shown)
    texts = {column: set() for column in shown}
    for row in range(table.rowCount):
        for column in (SCORE, CHANGE, STATUS, VOLUME):
            text = table.item(row, column).text()
            texts[column].add(text)
            assert widthOf(table, text) <= textRoom(table, row, column), (text, column)
        name = table.item(row, LESION)
        assert name.text() in name.toolTip()
        assert textRoom(table, row, LESION) >= widthOf(table, "Lesio"), name.text()
    assert texts[STATUS] == WORDS
    assert "9,999.9" in texts[VOLUME]
    assert {"0.68", "-1.23"} <= texts[SCORE]
    assert "+0.56" in texts[CHANGE]


def assertSitesAreWhole(table):
    """Every name is whole in the list; a shortened one in a cell has its tooltip."""
    for row in range(table.rowCount):
        box = table.cellWidget(row, SITE)
        assert box.currentText in box.toolTip
    view = raw.read(box, "view")()
    room, needed = raw.read(view, "minimumWidth")(), raw.read(view, "sizeHintForColumn")(0)
    assert {box.itemText(n) for n in range(box.count)} >= {site.label for site in Site}
    assert room >= needed


@pytest.mark.parametrize("palette", PALETTES)
@pytest.mark.parametrize("points", POINTS)
def test_numbers_status_and_sites_are_read_whole(bench, shown, points, palette):
    applyPalette(palette)
    try:
        with applicationFont(points, stretch=115):
            table = shown(rowsOfAllKinds())
            for width in WIDTHS:
                QtWidgets.QWidget.resize(bench.panel, width, 1000)
                bench.process()
                assert raw.read(table, "width")() < width
                assertWhole(table)
                right = raw.read(table, "columnViewportPosition")(SCORE) + table.columnWidth(SCORE)
                assert right <= raw.read(table, "viewport")().width, width
            assertSitesAreWhole(table)
    finally:
        applyPalette("light")


@pytest.mark.parametrize("points", POINTS)
def test_the_sort_arrow_hides_no_title(bench, shown, points):
    with applicationFont(points):
        table = shown(rowsOfAllKinds())
        for width, column in product(WIDTHS, range(table.columnCount)):
            QtWidgets.QWidget.resize(bench.panel, width, 1000)
            bench.process()
            if raw.read(table, "isColumnHidden")(column):
                continue
            clickHeader(table, column)
            if raw.read(table, "isColumnHidden")(column):
                continue
            title = table.horizontalHeaderItem(column).text()
            assert widthOf(table, title) <= titleRoom(table, column), title


def test_the_table_is_as_high_as_its_rows_up_to_twelve(bench, shown):
    for count in (1, 3, MOST_ROWS, MOST_ROWS + 1):
        table = shown([rowOf(number) for number in range(count)])
        inside, bar = raw.read(table, "viewport")().height, raw.read(table, "verticalScrollBar")()
        assert inside == min(count, MOST_ROWS) * table.rowHeight(0)
        assert raw.read(bar, "isVisible")() == (count > MOST_ROWS)
        assert not raw.read(raw.read(table, "horizontalScrollBar")(), "isVisible")()
    assert not shown([]).visible


def test_larger_letters_make_higher_rows_and_wider_columns_while_the_panel_is_open(bench, shown):
    with applicationFont(9):
        table = shown(rowsOfAllKinds(), 700)
        before = table.rowHeight(0), table.columnWidth(SCORE)
    with applicationFont(16):
        bench.process()
        section = bench.widget.panel.section("LesionsSection")
        section.table.show(rowsOfAllKinds(), section.pen, None)
        assert table.rowHeight(0) > before[0]
        assert table.columnWidth(SCORE) > before[1]
        assertWhole(table)


def test_a_column_keeps_the_width_that_the_user_gave_it(bench, shown):
    table = shown(rowsOfAllKinds(), 700)
    wide = table.columnWidth(VOLUME) + 40
    table.horizontalHeader().resizeSection(VOLUME, wide)
    QtWidgets.QWidget.resize(bench.panel, 800, 1000)
    bench.process()
    assert table.columnWidth(VOLUME) == wide


def test_a_selected_row_does_not_tint_its_chip(shown):
    table = shown(rowsOfAllKinds())
    icon = table.item(1, LESION).icon()
    modes = QtGui.QIcon.Mode
    size = table.iconSize
    normal, selected = (icon.pixmap(size, mode).toImage() for mode in (modes.Normal, modes.Selected))
    assert normal == selected


def test_the_wheel_gives_no_lesion_another_site(shown):
    table = shown(rowsOfAllKinds())
    box = table.cellWidget(1, SITE)
    before = box.currentText
    place = QtCore.QPointF(raw.read(box, "rect")().center())
    event = QtGui.QWheelEvent(
        place,
        raw.read(box, "mapToGlobal")(place),
        QtCore.QPoint(),
        QtCore.QPoint(0, -WHEEL),
        QtCore.Qt.MouseButton.NoButton,
        QtCore.Qt.KeyboardModifier.NoModifier,
        QtCore.Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QtWidgets.QApplication.sendEvent(box, event)
    assert box.currentText == before
    assert not event.isAccepted()


def test_arrow_keys_walk_the_table_and_enter_opens_the_list_of_sites(scored, monkeypatch):
    panel, _ = scored
    table, session = panel.panel.ui.lesionTable, panel.panel.session
    opened = []
    monkeypatch.setattr(ctkComboBox, "showPopup", lambda box: opened.append(box))
    order = panel.panel.section("LesionsSection").table.order
    raw.read(table, "setFocus")()
    panel.panel.selectLesion(order[0])
    walked = []
    for key in ["Key_Down"] * 2 + ["Key_Right"] * 8 + ["Key_Left", "Key_Up"]:
        QtTest.QTest.keyClick(QtWidgets.QApplication.focusWidget(), getattr(QtCore.Qt.Key, key))
        walked.append(session.selection.segmentID)
    assert walked == [order[1], *[order[2]] * 10, order[1]]
    assert table.currentColumn() == SITE
    assert not opened
    QtTest.QTest.keyClick(table, QtCore.Qt.Key.Key_Return)
    assert opened == [table.cellWidget(1, SITE)]


def test_what_is_given_up_is_given_up_in_its_order():
    wanted, steps, growth = {0: 100, 1: 60, 2: 58, 3: 40}, [(0, 80), (2, 0), (1, 30), (0, 50)], [(0, 9999)]
    assert fittedWidths(wanted, steps, growth, 300) == {0: 142, 1: 60, 2: 58, 3: 40}
    assert fittedWidths(wanted, steps, growth, 250) == {0: 92, 1: 60, 2: 58, 3: 40}
    assert fittedWidths(wanted, steps, growth, 220) == {0: 120, 1: 60, 2: 0, 3: 40}
    assert fittedWidths(wanted, steps, growth, 170) == {0: 80, 1: 50, 2: 0, 3: 40}
    assert fittedWidths(wanted, steps, growth, 130) == {0: 60, 1: 30, 2: 0, 3: 40}
    # Too narrow for all of it: what is left is scrolled.
    assert fittedWidths(wanted, steps, growth, 100) == {0: 50, 1: 30, 2: 0, 3: 40}


def test_the_bars_grow_with_the_panel(bench, shown):
    table = shown(rowsOfAllKinds(), 700)
    before = table.cellWidget(1, SCALE).pixmap.width()
    QtWidgets.QWidget.resize(bench.panel, 900, 1000)
    bench.process()
    after = table.cellWidget(1, SCALE).pixmap.width()
    assert before < after < table.columnWidth(SCALE)
