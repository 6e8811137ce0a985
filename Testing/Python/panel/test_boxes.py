"""A box around a lesion: two corners with the mouse, then its sides, then the lesion."""

from __future__ import annotations

from threading import Event

import numpy as np
import pytest
import slicer
from patients import waitFor, waitIdle
from PySide6 import QtCore
from stroking import TUMOR, dice, isPlaceMode, maskOf, placeIn, segmentIDs
from synthetic import addTurn, ballMask, centerRas

from radioimmuno.segmentation.segmented_lesion import BY_BOX
from RadioImmunoScoreLib.scene.segment_properties import delineationOf
from slicerbench.hands import click, clickInView, moveTo, press


def boxes():
    return slicer.util.getNodesByClass("vtkMRMLMarkupsROINode")


def drawBox(bench, view, corner=(-11, -11, 0), opposite=(11, 11, 0), name="Red"):
    clickInView(view, placeIn(bench, name, corner))
    moveTo(view, placeIn(bench, name, opposite))
    clickInView(view, placeIn(bench, name, opposite))
    bench.process(20)


@pytest.fixture
def drawn(bench, ready):
    """(panel, axial view, nodes): a box is drawn around the tumor, and can be adjusted."""
    panel, view, nodes = ready
    click(panel.panel.ui.boxButton)
    drawBox(bench, view)
    return panel, view, nodes


def test_two_corners_make_a_box_that_waits_to_be_adjusted(drawn):
    panel, _view, nodes = drawn
    (box,) = boxes()
    ui = panel.panel.ui
    # As deep as it is wide, around the slice that it was drawn in.
    assert np.array(box.GetSize()) == pytest.approx(22, abs=1)
    assert np.array(box.GetCenterWorld()) == pytest.approx(centerRas(TUMOR), abs=1)
    assert not isPlaceMode()
    assert ui.boxButton.checked
    assert "Drag its sides" in ui.strokeLabel.text
    assert not box.GetLocked()
    assert not box.GetSaveWithScene()
    assert len(segmentIDs(nodes)) == 3


def again(panel, view):
    click(panel.panel.ui.boxButton)


def enter(panel, view):
    press(view, QtCore.Qt.Key.Key_Return)


@pytest.mark.parametrize("use", [again, enter], ids=lambda use: use.__name__)
def test_the_adjusted_box_becomes_a_lesion(drawn, use):
    panel, view, nodes = drawn
    (box,) = boxes()
    box.SetSize(22, 22, 23)
    use(panel, view)
    waitFor(lambda: len(segmentIDs(nodes)) == 4)
    waitIdle(panel)
    segmentID = segmentIDs(nodes)[-1]
    assert dice(maskOf(nodes, segmentID), ballMask(TUMOR)) > 0.85
    assert delineationOf(nodes[1].GetSegmentation().GetSegment(segmentID)) == BY_BOX
    assert boxes() == []
    assert not panel.panel.ui.boxButton.checked
    click(panel.panel.ui.undoButton)
    assert len(segmentIDs(nodes)) == 3


@pytest.mark.parametrize("isTurned", [False, True])
def test_what_is_handed_on_are_its_corners_in_the_cts_own_frame(bench, ready, monkeypatch, isTurned):
    panel, view, nodes = ready
    asked = []
    segmenting = panel.panel.session.strokes.segmenting
    monkeypatch.setattr(segmenting, "segment", lambda *arguments: asked.append(arguments))
    if isTurned:
        for node in nodes:
            node.SetAndObserveTransformNodeID(addTurn(slicer.mrmlScene).GetID())
    click(panel.panel.ui.boxButton)
    drawBox(bench, view)
    (box,) = boxes()
    box.SetSize(20, 24, 28)
    center = np.array(box.GetCenterWorld())
    click(panel.panel.ui.boxButton)
    (((corner, opposite), what, segmentID),) = asked
    assert (what, segmentID) == ("box", None)
    extent = np.abs(np.subtract(corner, opposite))
    # Along the CT's axes, whichever way they lie in the world.
    assert sorted(extent) == pytest.approx([20, 24, 28])
    if not isTurned:
        assert np.add(corner, opposite) / 2 * (-1, -1, 1) == pytest.approx(center)


@pytest.mark.parametrize("clicks", [0, 1, 2])
def test_escape_ends_it(bench, ready, clicks):
    panel, view, nodes = ready
    click(panel.panel.ui.boxButton)
    if clicks == 2:
        drawBox(bench, view)
    elif clicks:
        clickInView(view, placeIn(bench, "Red", (-11, -11, 0)))
    press(view, QtCore.Qt.Key.Key_Escape)
    assert boxes() == []
    assert not isPlaceMode()
    assert not panel.panel.ui.boxButton.checked
    assert len(segmentIDs(nodes)) == 3


def test_a_box_in_a_coronal_slice_lies_in_it(bench, ready, window):
    panel, *_ = ready
    for name in ("Yellow", "Green"):
        bench.sliceViews[name].jumpTo(centerRas(TUMOR))
    bench.process()
    click(panel.panel.ui.boxButton)
    drawBox(bench, window.views[3], (-10, 0, -8), (10, 0, 8), "Green")
    (box,) = boxes()
    assert np.array(box.GetSize()) == pytest.approx((20, 16, 16), abs=1)
    assert np.array(box.GetCenterWorld()) == pytest.approx(centerRas(TUMOR), abs=1)


def test_enter_is_the_applications_own_while_no_box_is_adjusted(bench, ready):
    panel, view, nodes = ready
    click(panel.panel.ui.boxButton)
    clickInView(view, placeIn(bench, "Red", (-11, -11, 0)))
    press(view, QtCore.Qt.Key.Key_Return)
    assert len(boxes()) == 1
    assert isPlaceMode()
    assert len(segmentIDs(nodes)) == 3


def test_enter_stops_nothing_that_is_under_way(drawn):
    panel, view, nodes = drawn
    jobs, release = panel.panel.session.jobs, Event()
    jobs.start("scoring", lambda progress: release.wait(30), lambda result: None)
    press(view, QtCore.Qt.Key.Key_Return)
    assert jobs.state == "scoring"
    assert len(boxes()) == 1
    release.set()
    waitIdle(panel)
    press(view, QtCore.Qt.Key.Key_Return)
    waitFor(lambda: len(segmentIDs(nodes)) == 4)


def test_another_button_gives_the_box_up(drawn):
    panel, *_ = drawn
    click(panel.panel.ui.newButton)
    assert boxes() == []
    assert panel.panel.ui.newButton.checked
