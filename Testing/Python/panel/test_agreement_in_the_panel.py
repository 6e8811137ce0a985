"""A lesion that a reader would probably draw otherwise is marked in its row and named in the message."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import slicer
from patients import waitFor, waitIdle
from stroking import TUMOR, drawStroke, segmentIDs
from synthetic import ballMask

from radioimmuno.segmentation.parameters import PARAMETERS
from radioimmuno.segmentation.segmented_lesion import judged
from radioimmuno.segmentation.stroke import segment_stroke
from slicerbench.hands import click

LOW, HIGH = PARAMETERS.unsure_agreement - 0.08, PARAMETERS.unsure_agreement + 0.08


@pytest.fixture
def drawnWith(bench, ready):
    """Draws the tumor by a stroke of which this agreement is expected; gives (panel, nodes, segment ID)."""

    def draw(agreement):
        panel, view, nodes = ready

        def segmenter(image, points, what, lesion):
            segmented = segment_stroke(image, *points)
            plain = replace(segmented, findings=(), expected_agreement=None)
            return plain if agreement is None else judged(plain, agreement)

        panel.panel.session.strokes.segmenting.segmenter = segmenter
        click(panel.panel.ui.newButton)
        drawStroke(bench, view, -11, 11)
        waitFor(lambda: len(segmentIDs(nodes)) == 4)
        waitIdle(panel)
        return panel, nodes, segmentIDs(nodes)[-1]

    return draw


def cellsOf(panel, segmentID):
    from RadioImmunoScoreLib.panel.widgets.lesion_table_view import LESION, STATUS

    table = panel.panel.ui.lesionTable
    row = panel.panel.section("LesionsSection").table.order.index(segmentID)
    return table.item(row, LESION), table.item(row, STATUS)


def isMarked(cell):
    from RadioImmunoScoreLib.panel.widgets.lesion_table_view import UNSURE_RGBA

    color = cell.background().color()
    return (color.red(), color.green(), color.blue(), color.alpha()) == UNSURE_RGBA


def test_a_low_one_is_marked_and_said_once_in_plain_words(drawnWith):
    panel, _nodes, segmentID = drawnWith(LOW)
    name, status = cellsOf(panel, segmentID)
    assert isMarked(name)
    assert status.text() == "look at"
    text = panel.panel.ui.messageLabel.text
    assert f"Expected agreement with a reader {LOW:.2f}: look at its border." in text
    assert text.count(f"{LOW:.2f}") == 1
    for cell in (name, status):
        assert f"Expected agreement with a reader {LOW:.2f}: look at its border." in cell.toolTip()
    assert "Pull" in name.toolTip()


def test_a_high_one_is_said_and_not_marked(drawnWith):
    panel, _nodes, segmentID = drawnWith(HIGH)
    name, status = cellsOf(panel, segmentID)
    assert not isMarked(name)
    assert status.text() == "-"
    expected = f"Expected agreement with a reader {HIGH:.2f}."
    assert expected in name.toolTip()
    assert expected in panel.panel.ui.messageLabel.text
    assert "look at" not in panel.panel.ui.messageLabel.text


def test_where_none_is_known_nothing_is_said(drawnWith):
    panel, _nodes, segmentID = drawnWith(None)
    name, _status = cellsOf(panel, segmentID)
    assert not isMarked(name)
    assert "agreement" not in name.toolTip() + panel.panel.ui.messageLabel.text


def test_it_goes_when_the_lesion_is_edited_by_hand_and_comes_back_with_undo(bench, drawnWith):
    panel, nodes, segmentID = drawnWith(LOW)
    mask = ballMask(TUMOR).astype(np.uint8)
    mask[: TUMOR.center[0]] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, nodes[1], segmentID, nodes[0])
    waitFor(lambda: not isMarked(cellsOf(panel, segmentID)[0]))
    name, status = cellsOf(panel, segmentID)
    assert "agreement" not in name.toolTip()
    assert status.text() == "-"
    click(panel.panel.ui.undoButton)
    click(panel.panel.ui.redoButton)
    bench.process(100)
    assert not isMarked(cellsOf(panel, segmentID)[0])


def test_a_scored_one_is_looked_at_too(drawnWith):
    panel, _nodes, segmentID = drawnWith(LOW)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    rows = {row.id: row for row in panel.panel.session.rows}
    assert rows[segmentID].status in ("scored", "warning")
    name, status = cellsOf(panel, segmentID)
    assert isMarked(name)
    assert status.text() == {"scored": "look at", "warning": "warning"}[rows[segmentID].status]
    others = [cellsOf(panel, i)[0] for i in rows if i != segmentID]
    assert not any(map(isMarked, others))
