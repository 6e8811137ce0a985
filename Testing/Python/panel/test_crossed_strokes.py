"""Two crossed lines drawn with the mouse as one gesture: the long axis, then at once the short one."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from patients import waitFor, waitIdle
from PySide6 import QtCore, QtTest
from stroking import TUMOR, dice, drawLine, isPlaceMode, maskOf, placeIn, segmentIDs
from synthetic import ballMask

from radioimmuno.segmentation.segmented_lesion import BY_DIAMETERS
from RadioImmunoScoreLib.scene.segment_properties import delineationOf
from slicerbench.hands import click, clickInView, press

LONG = ((-11, 0, 0), (11, 0, 0))
SHORT = ((0, -11, 0), (0, 11, 0))


def markups():
    return slicer.util.getNodesByClass("vtkMRMLMarkupsNode")


@pytest.fixture
def begun(bench, ready):
    """(panel, axial view, nodes): the first line of a cross is drawn."""
    panel, view, nodes = ready
    click(panel.panel.ui.crossButton)
    drawLine(bench, view, "Red", *LONG)
    return panel, view, nodes


def test_two_lines_make_one_lesion(bench, begun):
    panel, view, nodes = begun
    drawLine(bench, view, "Red", *SHORT)
    waitFor(lambda: len(segmentIDs(nodes)) == 4)
    waitIdle(panel)
    assert dice(maskOf(nodes, segmentIDs(nodes)[-1]), ballMask(TUMOR)) > 0.85
    segment = nodes[1].GetSegmentation().GetSegment(segmentIDs(nodes)[-1])
    assert delineationOf(segment) == BY_DIAMETERS
    assert markups() == []
    assert not isPlaceMode()
    assert not panel.panel.ui.crossButton.checked
    click(panel.panel.ui.undoButton)
    assert len(segmentIDs(nodes)) == 3


def test_after_the_first_line_it_stays_and_the_second_is_asked_for(bench, begun):
    panel, view, nodes = begun
    ui = panel.panel.ui
    assert isPlaceMode()
    assert ui.crossButton.checked
    assert "second line" in ui.strokeLabel.text
    first, second = markups()
    assert first.GetDisplayNode().GetVisibility()
    assert first.GetNumberOfDefinedControlPoints() == 2
    assert second.GetNumberOfDefinedControlPoints() == 0
    # A click on the first line's end begins the second line and moves nothing.
    before = slicer.util.arrayFromMarkupsControlPoints(first)
    clickInView(view, placeIn(bench, "Red", LONG[0]))
    assert (slicer.util.arrayFromMarkupsControlPoints(first) == before).all()
    assert second.GetNumberOfDefinedControlPoints() == 1
    assert len(segmentIDs(nodes)) == 3


@pytest.mark.parametrize("points", [0, 1])
def test_escape_ends_both_lines(bench, begun, points):
    panel, view, nodes = begun
    if points:
        clickInView(view, placeIn(bench, "Red", SHORT[0]))
    press(view, QtCore.Qt.Key.Key_Escape)
    QtTest.QTest.qWait(50)
    assert markups() == []
    assert not isPlaceMode()
    assert not panel.panel.ui.crossButton.checked
    assert len(segmentIDs(nodes)) == 3


def drawBesideIt(bench, view):
    drawLine(bench, view, "Red", (-5, 4, 0), (5, 4, 0))


def drawOnAnotherSlice(bench, view):
    node = bench.sliceViews["Red"].node
    node.SetSliceOffset(node.GetSliceOffset() + 5)
    bench.process()
    drawLine(bench, view, "Red", *SHORT)
    node.SetSliceOffset(node.GetSliceOffset() - 5)
    bench.process()


@pytest.mark.parametrize("draw", [drawBesideIt, drawOnAnotherSlice], ids=["beside", "slice"])
def test_a_second_line_that_does_not_cross_is_drawn_again(bench, begun, draw):
    panel, view, nodes = begun
    draw(bench, view)
    assert "cross the first" in panel.panel.ui.messageLabel.text
    assert isPlaceMode()
    assert [node.GetNumberOfDefinedControlPoints() for node in markups()] == [2, 0]
    drawLine(bench, view, "Red", *SHORT)
    waitFor(lambda: len(segmentIDs(nodes)) == 4)
    waitIdle(panel)
    assert "cross the first" not in panel.panel.ui.messageLabel.text


def test_the_first_line_alone_is_a_stroke_by_a_click_on_new_lesion(bench, begun, monkeypatch):
    panel, _view, _nodes = begun
    asked = []
    segmenting = panel.panel.session.strokes.segmenting
    monkeypatch.setattr(segmenting, "segment", lambda *arguments: asked.append(arguments))
    click(panel.panel.ui.newButton)
    ((points, what, segmentID),) = asked
    assert (what, segmentID) == ("new", None)
    assert np.linalg.norm(np.subtract(*points)) == pytest.approx(22, abs=2)
    assert markups() == []
    assert not isPlaceMode()


def test_a_first_line_that_somebody_deletes_ends_it(bench, begun):
    panel, *_ = begun
    slicer.mrmlScene.RemoveNode(markups()[0])
    bench.process(50)
    assert markups() == []
    assert not panel.panel.ui.crossButton.checked
