"""What the mouse does while a stroke is asked for, and that nothing of it stays."""

from __future__ import annotations

import slicer
from PySide6 import QtCore, QtTest
from stroking import drawn, drawStroke, isPlaceMode, placeOf

from RadioImmunoScoreLib.scene.strokes import INTERACTION
from slicerbench.hands import click, clickInView


def test_shift_at_the_button_takes_away(bench, ready, monkeypatch):
    panel, view, _ = ready
    drawn(bench, ready)
    asked = []
    monkeypatch.setattr(
        panel.panel.segment.segmenting, "segment", lambda points, what, segmentID: asked.append(what)
    )
    button = panel.panel.ui.drawButton
    QtTest.QTest.mouseClick(
        button, QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.ShiftModifier
    )
    drawStroke(bench, view, -11, 0)
    assert asked == ["remove"]


def test_pressing_the_button_again_gives_the_stroke_up(bench, ready):
    panel, view, _ = ready
    click(panel.panel.ui.drawButton)
    assert isPlaceMode()
    assert panel.panel.ui.drawButton.checked
    clickInView(view, placeOf(bench, 0))
    click(panel.panel.ui.drawButton)
    assert not isPlaceMode()
    assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []
    assert not panel.panel.ui.drawButton.checked


def test_another_tool_of_the_application_gives_the_stroke_up(bench, ready):
    panel, *_ = ready
    click(panel.panel.ui.drawButton)
    node = slicer.mrmlScene.GetNodeByID(INTERACTION)
    node.SetCurrentInteractionMode(node.ViewTransform)
    bench.process(20)
    assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []
    assert not panel.panel.ui.drawButton.checked


def test_leaving_or_closing_the_panel_leaves_no_place_mode_and_no_observer(bench, ready, window):
    panel, *_ = ready
    click(panel.panel.ui.drawButton)
    panel.exit()
    assert not isPlaceMode()
    click(panel.panel.ui.drawButton)
    door = panel.door
    window.detach()
    bench.closePanel()
    assert not isPlaceMode()
    assert door.observerCount == 0
    assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []
