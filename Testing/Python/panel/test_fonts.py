"""The panel in small and in large fonts: what matters is not cut off."""

from __future__ import annotations

import pytest
import slicer
from patients import addPatient, select, waitFor, waitIdle
from PySide6 import QtCore, QtGui, QtWidgets

from slicerbench import raw
from slicerbench.hands import click, reveal

# Columns of the table that must be read whole.
VOLUME, SCORE, STATUS = 5, 1, 4
# A name column of no width would be none.
LEAST_NAME_PX = 24
WIDTH_PX = 480


@pytest.fixture(params=[9, 14])
def scored(request, bench):
    """The panel with three scored lesions in a font of so many points."""
    before = QtWidgets.QApplication.font()
    font = QtGui.QFont(before)
    font.setPointSize(request.param)
    QtWidgets.QApplication.setFont(font)
    panel = bench.open(width=WIDTH_PX)
    select(panel, addPatient())
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    yield panel
    QtWidgets.QApplication.setFont(before)


def isElided(table, row, column):
    """Whether the view writes fewer characters than the cell has."""
    item = raw.read(table, "item")(row, column)
    metrics = QtGui.QFontMetrics(raw.read(table, "font")())
    style = QtWidgets.QApplication.style()
    margin = 2 * (style.pixelMetric(QtWidgets.QStyle.PixelMetric.PM_FocusFrameHMargin) + 1)
    room = raw.read(table, "columnWidth")(column) - margin
    text = item.text()
    return metrics.elidedText(text, QtCore.Qt.TextElideMode.ElideRight, room) != text


def test_volume_score_and_status_are_read_whole(scored):
    table = scored.panel.ui.lesionTable
    rows = raw.read(table, "rowCount")()
    assert rows == 3
    for column in (VOLUME, SCORE, STATUS):
        assert not any(isElided(table, row, column) for row in range(rows)), column
    assert raw.read(table, "columnWidth")(0) >= LEAST_NAME_PX


def test_rows_are_as_high_as_their_text(scored):
    for table in (scored.panel.ui.lesionTable, scored.panel.ui.metricsTable):
        height = QtGui.QFontMetrics(raw.read(table, "font")()).height()
        assert raw.read(table, "rowHeight")(0) >= height
    metrics = scored.panel.ui.metricsTable
    reveal(metrics)
    shown = raw.read(metrics, "viewport")().height
    assert shown >= sum(raw.read(metrics, "rowHeight")(row) for row in range(7))


def test_the_line_that_refuses_all_is_read_whole(scored):
    from radioimmuno.acquisition import Acquisition
    from RadioImmunoScoreLib.services.node_origin import noteAcquisition

    panel = scored.panel
    noteAcquisition(slicer.util.getNode("CT"), Acquisition(kvp=120.0, modality="MR"))
    panel.show()
    label = panel.ui.acceptLabel

    def isWhole():
        needed = raw.read(label, "heightForWidth")(raw.read(label, "width")())
        return raw.read(label, "height")() >= needed

    # The layout settles over several turns of the event loop.
    waitFor(isWhole)
