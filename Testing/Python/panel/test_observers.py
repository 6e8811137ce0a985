"""The panel gone, nothing of it is left on the scene: observers counted on the nodes themselves."""

from __future__ import annotations

import slicer
from patients import addPatient, draw, select, waitIdle

from slicerbench.hands import click
from slicerbench.observers import observerCount


def subjectsOf(nodes):
    """Scene, CT, segmentation node and its segmentation, Segment Editor: all that the panel could observe."""
    volumeNode, segmentationNode = nodes
    return {
        "scene": slicer.mrmlScene,
        "CT": volumeNode,
        "segmentation node": segmentationNode,
        "segmentation": segmentationNode.GetSegmentation(),
        "editor": slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentEditorNode"),
    }


def counts(nodes):
    return {name: observerCount(subject) for name, subject in subjectsOf(nodes).items()}


def test_closing_the_panel_leaves_no_observer_on_any_node(bench):
    from RadioImmunoScoreLib.services.console import ConsoleCommands

    nodes = addPatient()
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    # What scoring leaves in the scene (legend, rings) observes the segmentation too: it is there beforehand.
    # The module's logic would make the panel, as in the application.
    ConsoleCommands().score(*nodes)
    before = counts(nodes)
    panel = bench.open()
    select(panel, nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    during = counts(nodes)
    for name in ("scene", "CT", "segmentation node", "editor"):
        assert during[name] > before[name], name
    panel.panel.ui.updateCheckBox.setChecked(True)
    draw(nodes, "liver_2", (18, 46, 62), 7.0)
    bench.process(500)
    waitIdle(panel)
    panel.panel.selectLesion("liver_1")
    assert counts(nodes) == during
    del panel
    bench.closePanel()
    assert counts(nodes) == before


def test_choosing_other_inputs_leaves_no_observer_on_those_before(bench):
    panel = bench.open()
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    first, second = addPatient(), addPatient()
    untouched = counts(first)
    select(panel, first)
    observed = counts(first)
    select(panel, second)
    assert observed["segmentation node"] > untouched["segmentation node"]
    for name in ("CT", "segmentation node", "segmentation"):
        assert counts(first)[name] == untouched[name], name
