"""Scores are never saved over a file that the scene was loaded from."""

from __future__ import annotations

import slicer
from patients import addPatient, select, waitIdle

from RadioImmunoScoreLib.services.results_export import sceneFiles
from slicerbench.hands import click


def test_a_file_of_the_scene_is_refused_and_stays(panel, tmp_path):
    select(panel, addPatient())
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    markups = tmp_path / "Landmarks.mrk.json"
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", "Landmarks")
    node.AddDefaultStorageNode()
    assert node.GetStorageNode().SetFileName(str(markups)) is None
    markups.write_text("mine")
    assert markups in sceneFiles(slicer.mrmlScene)
    panel.panel.section("SaveSection").save(str(markups))
    assert "is the input" in panel.panel.ui.messageLabel.text
    assert markups.read_text() == "mine"
    panel.panel.section("SaveSection").save(str(tmp_path / "scores.json"))
    assert (tmp_path / "scores.json").stat().st_size > 0
