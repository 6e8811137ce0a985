"""Scores outlive saving and loading, whatever the module was doing meanwhile.

The bench has the application's order of events here: while a scene is loaded, a node is removed (the merged
subject hierarchy) after the import's state ended and before the module hears of the end.
"""

from __future__ import annotations

import threading

import pytest
import slicer
from patients import waitFor
from PySide6 import QtTest

from slicerbench.hands import click

PAUSE_MS = 500


def closeAndLoad(bench, file):
    """As *Add data* into a closed scene: the hierarchy node goes before the end of the import is told."""
    slicer.mrmlScene.Clear(False)
    assert slicer.mrmlScene.ReadFromMRB(str(file), False)


def replaceScene(bench, file):
    """In one batch: the merged hierarchy node goes after the end of the import was told."""
    bench.host.loadScene(file)


@pytest.fixture(params=[closeAndLoad, replaceScene])
def load(request, bench):
    """Loads a scene file in place of the present scene, and waits."""

    def loadAndWait(file):
        request.param(bench, file)
        QtTest.QTest.qWait(PAUSE_MS)

    return loadAndWait


def rowsOf(panel):
    return {row.id: row for row in panel.panel.session.rows}


@pytest.fixture
def saved(bench, scored, tmp_path):
    """(panel, rows, scene file) of a scored patient."""
    panel, _ = scored
    return panel, rowsOf(panel), bench.host.saveScene(tmp_path / "patient.mrb")


def test_a_scene_that_is_loaded_over_another_keeps_its_scores(load, saved):
    panel, before, file = saved
    assert {row.status for row in before.values()} <= {"scored", "warning"}
    load(file)
    assert rowsOf(panel) == before


def test_loading_twice_and_saving_again_loses_nothing(bench, load, saved, tmp_path):
    panel, before, file = saved
    for n in range(2):
        load(file)
        file = bench.host.saveScene(tmp_path / f"again{n}.mrb")
    slicer.mrmlScene.Clear()
    QtTest.QTest.qWait(50)
    assert rowsOf(panel) == {}
    load(file)
    assert rowsOf(panel) == before


def test_loading_while_lesions_are_scored_stops_that_and_keeps_what_was_saved(load, saved):
    panel, before, file = saved
    started = threading.Event()

    def endless(study, signature, only=None, progress=None):
        started.set()
        while True:
            threading.Event().wait(0.01)
            progress(0, len(only))

    panel.panel.session._scorer = endless
    click(panel.panel.ui.scoreButton)
    waitFor(started.is_set)
    load(file)
    assert panel.panel.session.jobs.state == "idle"
    assert rowsOf(panel) == before
    waitFor(lambda: not any(t.name == "RadioImmunoScore" for t in threading.enumerate()))


def test_a_scene_that_is_loaded_before_the_module_is_opened_has_its_scores(bench, load, saved):
    _, before, file = saved
    bench.closePanel()
    load(file)
    assert rowsOf(bench.open()) == before


def test_nothing_of_another_node_that_is_removed_reaches_the_rows(scored):
    panel, _ = scored
    before = rowsOf(panel)
    other = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode")
    slicer.mrmlScene.RemoveNode(other)
    QtTest.QTest.qWait(PAUSE_MS)
    assert rowsOf(panel) == before


def test_a_scene_that_is_imported_beside_a_patient_leaves_both_their_scores(bench, saved):
    panel, before, file = saved
    first = panel.panel.session.inputs.segmentationNode
    first.SetName("First")
    assert slicer.mrmlScene.ReadFromMRB(str(file), False)
    QtTest.QTest.qWait(PAUSE_MS)
    session = panel.panel.session
    imported = session.inputs.segmentationNode
    assert imported is not first
    assert rowsOf(panel) == before
    session.setInputs(slicer.util.getFirstNodeByClassByName("vtkMRMLScalarVolumeNode", "CT"), first)
    QtTest.QTest.qWait(PAUSE_MS)
    assert {i: row.score for i, row in rowsOf(panel).items()} == {i: row.score for i, row in before.items()}
