"""What the mouse does while a stroke is asked for, and that nothing of it stays."""

from __future__ import annotations

import pytest
import slicer
from patients import waitIdle
from PySide6 import QtCore, QtTest
from stroking import drawn, drawStroke, isPlaceMode, placeOf, segmentIDs

from RadioImmunoScoreLib.scene.stroke_markups import INTERACTION
from slicerbench.hands import click, clickInView, press


def test_shift_at_the_button_takes_away(bench, ready, monkeypatch):
    panel, view, _ = ready
    drawn(bench, ready)
    asked = []
    monkeypatch.setattr(
        panel.panel.session.strokes.segmenting, "segment", lambda points, what, segmentID: asked.append(what)
    )
    button = panel.panel.ui.newButton
    QtTest.QTest.mouseClick(
        button, QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.ShiftModifier
    )
    drawStroke(bench, view, -11, 0)
    assert asked == ["remove"]


def test_pressing_the_button_again_gives_the_stroke_up(bench, ready):
    panel, view, _ = ready
    click(panel.panel.ui.newButton)
    assert isPlaceMode()
    assert panel.panel.ui.newButton.checked
    clickInView(view, placeOf(bench, 0))
    click(panel.panel.ui.newButton)
    assert not isPlaceMode()
    assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []
    assert not panel.panel.ui.newButton.checked


@pytest.mark.parametrize("points", [0, 1])
def test_escape_gives_the_stroke_up(bench, ready, points):
    panel, view, _ = ready
    click(panel.panel.ui.newButton)
    if points:
        clickInView(view, placeOf(bench, 0))
    press(view, QtCore.Qt.Key.Key_Escape)
    assert not isPlaceMode()
    assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []
    assert not panel.panel.ui.newButton.checked
    click(panel.panel.ui.newButton)
    assert isPlaceMode(), "it can be begun again"
    press(view, QtCore.Qt.Key.Key_Escape)
    assert not isPlaceMode()


@pytest.mark.parametrize("button", ["newButton", "clickButton"])
def test_what_is_placed_in_the_3d_view_segments_nothing(bench, ready, window, button):
    panel, _, nodes = ready
    threeD, before = window.views[1], segmentIDs(nodes)
    click(getattr(panel.panel.ui, button))
    for x in (0.4, 0.6)[: 2 if button == "newButton" else 1]:
        clickInView(threeD, QtCore.QPoint(int(x * threeD.width), threeD.height // 2))
    bench.process(50)
    waitIdle(panel)
    assert not isPlaceMode()
    assert segmentIDs(nodes) == before
    assert "slice view" in panel.panel.ui.messageLabel.text
    assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []


def test_a_stroke_whose_ends_lie_on_two_slices_segments_nothing(bench, ready):
    panel, view, nodes = ready
    before = segmentIDs(nodes)
    click(panel.panel.ui.newButton)
    clickInView(view, placeOf(bench, -11))
    node = bench.sliceViews["Red"].node
    node.SetSliceOffset(node.GetSliceOffset() + 5)
    bench.process()
    clickInView(view, placeOf(bench, 11))
    bench.process(50)
    waitIdle(panel)
    assert segmentIDs(nodes) == before
    assert "on one slice" in panel.panel.ui.messageLabel.text


def test_another_tool_of_the_application_gives_the_stroke_up(bench, ready):
    panel, *_ = ready
    click(panel.panel.ui.newButton)
    node = slicer.mrmlScene.GetNodeByID(INTERACTION)
    node.SetCurrentInteractionMode(node.ViewTransform)
    bench.process(20)
    assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []
    assert not panel.panel.ui.newButton.checked


def test_leaving_or_closing_the_panel_leaves_no_place_mode_and_no_observer(bench, ready, window):
    panel, *_ = ready
    click(panel.panel.ui.newButton)
    panel.exit()
    assert not isPlaceMode()
    click(panel.panel.ui.newButton)
    lifeCycle = panel.lifeCycle
    window.detach()
    bench.closePanel()
    assert not isPlaceMode()
    assert lifeCycle.observerCount == 0
    assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []
