"""What the panel does when the scene changes under it: edits, deletions, transforms, saving, closing."""

from __future__ import annotations

import threading

import pytest
import slicer
from patients import addPatient, draw, select, waitFor, waitIdle
from PySide6 import QtTest

from radioimmuno.lesion import Site
from RadioImmunoScoreLib.scene.legend import legendOf
from RadioImmunoScoreLib.scene.nodes import ownedNode
from RadioImmunoScoreLib.scene.rings import RINGS
from slicerbench.hands import click

PAUSE_MS = 500


def rowsOf(panel):
    return {row.id: row for row in panel.panel.session.rows}


def scoresOf(panel):
    return {row.id: row.score for row in panel.panel.session.rows}


def counting(panel, monkeypatch):
    """A list that gets the IDs of every scoring from now on."""
    asked = []
    scorer = panel.panel.session._scorer

    def count(study, signature, only=None, progress=None):
        asked.append(set(only))
        return scorer(study, signature, only=only, progress=progress)

    monkeypatch.setattr(panel.panel.session, "_scorer", count)
    return asked


def test_clearing_the_scene_mid_run_stops_and_leaves_nothing_half_done(panel):
    select(panel, addPatient())
    started = threading.Event()

    def endless(study, signature, only=None, progress=None):
        started.set()
        while True:
            threading.Event().wait(0.01)
            progress(0, len(only))

    panel.panel.session._scorer = endless
    click(panel.panel.ui.scoreButton)
    waitFor(started.is_set)
    slicer.mrmlScene.Clear()
    QtTest.QTest.qWait(PAUSE_MS)
    assert panel.panel.session.jobs.state == "idle"
    assert panel.panel.ui.lesionTable.rowCount == 0
    assert not panel.panel.ui.cancelButton.visible
    assert slicer.util.getNodesByClass("vtkMRMLTableNode") == []
    assert slicer.util.getNodesByClass("vtkMRMLSegmentationNode") == []
    waitFor(lambda: not any(t.name == "RadioImmunoScore" for t in threading.enumerate()))


def test_the_panel_works_again_after_the_scene_was_cleared(scored):
    panel, _ = scored
    slicer.mrmlScene.Clear()
    QtTest.QTest.qWait(50)
    select(panel, addPatient())
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert all(score is not None for score in scoresOf(panel).values())


def test_deleting_the_segmentation_empties_the_table(scored):
    panel, nodes = scored
    slicer.mrmlScene.RemoveNode(nodes[1])
    QtTest.QTest.qWait(50)
    assert panel.panel.ui.lesionTable.rowCount == 0
    assert panel.panel.session.patient is None
    assert "segmentation" in panel.panel.ui.scoreButton.toolTip


def test_deleting_a_segment_removes_its_row(scored):
    panel, nodes = scored
    nodes[1].GetSegmentation().RemoveSegment("liver_1")
    QtTest.QTest.qWait(PAUSE_MS)
    assert panel.panel.section("LesionsSection").table.order == ["liver_2", "node"]
    assert panel.panel.session.patient.metrics.n == 2


def test_renaming_renames(scored):
    panel, nodes = scored
    nodes[1].GetSegmentation().GetSegment("node").SetName("hilar node")
    QtTest.QTest.qWait(PAUSE_MS)
    row = panel.panel.section("LesionsSection").table.order.index("node")
    assert panel.panel.ui.lesionTable.item(row, 0).text() == "hilar node"
    assert rowsOf(panel)["node"].status == "scored" or rowsOf(panel)["node"].status == "warning"


def test_an_added_segment_is_there_and_not_scored(scored):
    panel, nodes = scored
    nodes[1].GetSegmentation().AddEmptySegment("new", "new one")
    QtTest.QTest.qWait(PAUSE_MS)
    assert rowsOf(panel)["new"].status == "unscored"
    assert len(panel.panel.session.patient.lesions) == 3


def test_an_edited_lesion_is_marked_stale_and_no_other(scored):
    panel, nodes = scored
    draw(nodes, "liver_2", (18, 46, 62), 7.0)
    QtTest.QTest.qWait(PAUSE_MS)
    status = {i: row.status for i, row in rowsOf(panel).items()}
    assert status["liver_2"] == "stale"
    assert status["liver_1"] != "stale"
    assert status["node"] != "stale"


def test_update_while_editing_scores_only_the_lesion_that_changed(scored, monkeypatch):
    panel, nodes = scored
    before = scoresOf(panel)
    click(panel.panel.ui.updateCheckBox)
    asked = counting(panel, monkeypatch)
    draw(nodes, "liver_2", (18, 46, 62), 7.0)
    waitFor(lambda: asked)
    waitIdle(panel)
    after = scoresOf(panel)
    assert asked == [{"liver_2"}]
    assert after["liver_2"] != before["liver_2"]
    assert (after["liver_1"], after["node"]) == (before["liver_1"], before["node"])
    assert rowsOf(panel)["liver_2"].status != "stale"
    alone = {lesion.id: lesion.score for lesion in panel.logic.score(*nodes).lesions}
    assert after["liver_2"] == pytest.approx(alone["liver_2"], rel=1e-12)
    scale = panel.panel.section("LesionsSection").table._pen.scale
    color = nodes[1].GetSegmentation().GetSegment("liver_2").GetColor()
    assert color == pytest.approx(scale.rgb(after["liver_2"]))


@pytest.mark.alone
def test_a_storm_of_edits_is_scored_once(scored, monkeypatch):
    panel, nodes = scored
    click(panel.panel.ui.updateCheckBox)
    asked = counting(panel, monkeypatch)
    for radius in (7.0, 7.5, 8.0, 8.5):
        draw(nodes, "liver_2", (18, 46, 62), radius)
        QtTest.QTest.qWait(40)
    waitFor(lambda: asked)
    waitIdle(panel)
    QtTest.QTest.qWait(PAUSE_MS)
    assert asked == [{"liver_2"}]


def test_a_transform_of_ct_and_segmentation_together_changes_no_score(scored):
    from synthetic import addTurn

    panel, nodes = scored
    before = scoresOf(panel)
    turn = addTurn(slicer.mrmlScene)
    for node in nodes:
        node.SetAndObserveTransformNodeID(turn.GetID())
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert scoresOf(panel) == pytest.approx(before)


def test_moving_the_segmentation_alone_marks_all_rows_stale(scored):
    from synthetic import addShift

    panel, nodes = scored
    nodes[1].SetAndObserveTransformNodeID(addShift(slicer.mrmlScene, (3, 0, 0)).GetID())
    QtTest.QTest.qWait(PAUSE_MS)
    assert {row.status for row in rowsOf(panel).values()} == {"stale"}


def test_closing_and_reopening_the_panel_keeps_no_observer_alive(bench, scored):
    panel, nodes = scored
    lifeCycle = panel.lifeCycle
    count = lifeCycle.observerCount
    assert count > 0
    told = []
    session = panel.panel.session
    session.changed.connect(lambda: told.append("changed"))
    session._edits.schedule = lambda: told.append("edited")
    bench.closePanel()
    assert lifeCycle.observerCount == 0
    # Whatever happens to the nodes now reaches nobody.
    told.clear()
    nodes[1].GetSegmentation().GetSegment("liver_1").SetName("renamed")
    draw(nodes, "liver_2", (18, 46, 62), 7.0)
    nodes[0].Modified()
    QtTest.QTest.qWait(400)
    assert told == []
    again = bench.open()
    assert again.lifeCycle.observerCount == count
    click(again.panel.ui.scoreButton)
    waitIdle(again)
    assert scoresOf(again) == {lesion.id: lesion.score for lesion in again.logic.score(*nodes).lesions}


def test_a_saved_scene_restores_inputs_sites_flags_scores_and_colors(bench, scored, tmp_path):
    panel, nodes = scored
    session = panel.panel.session
    session.notes.setSite("node", Site.LYMPH_NODE)
    session.notes.setIrradiated("liver_1", True)
    session.notes.setIncluded("liver_2", False)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    before, metrics = rowsOf(panel), session.patient.metrics
    segmentation = nodes[1].GetSegmentation()
    colors = {i: segmentation.GetSegment(i).GetColor() for i in segmentation.GetSegmentIDs()}
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    QtTest.QTest.qWait(50)
    bench.host.loadScene(file)
    QtTest.QTest.qWait(PAUSE_MS)
    assert panel.panel.ui.ctSelector.currentNode().GetName() == "CT"
    assert rowsOf(panel) == before
    assert panel.panel.session.patient.metrics == metrics
    again = panel.panel.session.inputs.segmentationNode.GetSegmentation()
    for segmentID, color in colors.items():
        assert again.GetSegment(segmentID).GetColor() == pytest.approx(color, abs=1e-6)


def test_what_is_hidden_stays_hidden_when_scored_again_and_in_a_saved_scene(bench, scored, tmp_path):
    panel, nodes = scored
    click(panel.panel.ui.legendCheckBox)
    click(panel.panel.ui.ringsCheckBox)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert not legendOf(nodes[1]).GetVisibility()
    assert not ownedNode(nodes[1], RINGS).GetDisplayNode().GetVisibility()
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    QtTest.QTest.qWait(50)
    assert panel.panel.ui.legendCheckBox.checked
    bench.host.loadScene(file)
    QtTest.QTest.qWait(100)
    assert not panel.panel.ui.legendCheckBox.checked
    assert not panel.panel.ui.ringsCheckBox.checked
    assert not legendOf(panel.panel.session.inputs.segmentationNode).GetVisibility()


def test_the_segment_selected_in_the_segment_editor_selects_its_row(scored):
    panel, nodes = scored
    editor = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    editor.SetAndObserveSegmentationNode(nodes[1])
    editor.SetSelectedSegmentID("node")
    assert panel.panel.section("LesionsSection").table.selectedID == "node"
