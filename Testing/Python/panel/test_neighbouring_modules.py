"""Slicer's other segmenters: offered where they are, never missed where they are not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import slicer
from patients import addPatient, select
from PySide6 import QtWidgets

from slicerbench.hands import click


@pytest.fixture
def opened(monkeypatch):
    """Names of the modules that were shown."""
    names = []
    monkeypatch.setattr(slicer.util, "selectModule", names.append)
    return names


def buttons(panel):
    box = panel.panel.ui.segmentersBox
    return {button.text: button for button in box.findChildren(QtWidgets.QPushButton)}


def test_without_them_they_are_not_mentioned(panel):
    assert not panel.panel.ui.segmentersBox.visible
    assert not panel.panel.ui.editorButton.visible


def test_deep_learning_segmenters_that_are_installed_are_one_click_away(bench, opened):
    slicer.modules.monailabel = SimpleNamespace()
    panel = bench.open()
    assert set(buttons(panel)) == {"MONAI Label"}
    click(buttons(panel)["MONAI Label"])
    assert opened == ["MONAILabel"]


def test_the_segment_editor_opens_on_the_selected_lesion(bench, opened):
    slicer.modules.segmenteditor = SimpleNamespace()
    panel = bench.open()
    nodes = addPatient()
    select(panel, nodes)
    panel.panel.selectLesion("liver_2")
    editor = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
    editor.SetSingletonTag("SegmentEditor")
    editor = slicer.mrmlScene.AddNode(editor)
    click(panel.panel.ui.editorButton)
    assert opened == ["SegmentEditor"]
    assert editor.GetSegmentationNode() is nodes[1]
    assert editor.GetSourceVolumeNode() is nodes[0]
    assert editor.GetSelectedSegmentID() == "liver_2"
    slicer.mrmlScene.RemoveNode(editor)
