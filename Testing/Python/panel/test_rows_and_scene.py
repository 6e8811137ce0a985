"""Rows and scene after edits of lesions and their neighbours.

As the application does: the Segment Editor's segments share one label map and so one time stamp; a segment is
added empty first and drawn later; *Duplicate* and *Delete* are the segmentation's own events.
"""

from __future__ import annotations

import pytest
import slicer
from consistency import assertRowsAreThoseOfAFullScore, assertSceneShowsRows
from patients import addPatient, draw, waitFor, waitIdle
from PySide6 import QtTest
from synthetic import addShift, addTurn

from radioimmuno.signature.color_scale import UNSCORED
from RadioImmunoScoreLib.scene.legend import legendOf
from RadioImmunoScoreLib.scene.nodes import ownedNode
from RadioImmunoScoreLib.scene.rings import RINGS
from slicerbench.hands import click

PAUSE_MS = 500
BESIDE_LIVER_1 = (18, 34, 41)


@pytest.fixture
def updating(scored):
    """As `scored`, with *Update while editing*."""
    click(scored[0].panel.ui.updateCheckBox)
    return scored


def settle(panel):
    QtTest.QTest.qWait(PAUSE_MS)
    waitIdle(panel)
    QtTest.QTest.qWait(PAUSE_MS)
    waitIdle(panel)


def statusOf(panel):
    return {row.id: row.status for row in panel.panel.session.rows}


def assertAllIsRight(panel):
    session = panel.panel.session
    assert "stale" not in statusOf(panel).values()
    assertRowsAreThoseOfAFullScore(session)
    assertSceneShowsRows(session)


def test_a_lesion_drawn_beside_another_marks_both(scored):
    panel, nodes = scored
    before = panel.panel.session.scoreOf("liver_1").score
    draw(nodes, "node", BESIDE_LIVER_1, 8.0)
    settle(panel)
    assert {i for i, status in statusOf(panel).items() if status == "stale"} == {"liver_1", "node"}
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert panel.panel.session.scoreOf("liver_1").score != before


def test_a_lesion_drawn_away_from_another_marks_the_one_it_left(scored):
    panel, nodes = scored
    draw(nodes, "node", BESIDE_LIVER_1, 8.0)
    click(panel.panel.ui.scoreButton)
    settle(panel)
    draw(nodes, "node", (34, 30, 66), 10.0)
    settle(panel)
    assert {i for i, status in statusOf(panel).items() if status == "stale"} == {"liver_1", "node"}


def test_with_updates_neighbours_are_scored_again(updating):
    panel, nodes = updating
    draw(nodes, "node", BESIDE_LIVER_1, 8.0)
    settle(panel)
    assertAllIsRight(panel)


def test_a_duplicate_is_scored_and_so_is_what_it_lies_on(updating):
    panel, nodes = updating
    segmentation = nodes[1].GetSegmentation()
    copy = slicer.vtkSegment()
    copy.DeepCopy(segmentation.GetSegment("liver_1"))
    copy.SetName("copy")
    segmentation.AddSegment(copy, "copy")
    settle(panel)
    assert any(f.code == "lesion.overlap" for f in panel.panel.session.scoreOf("liver_1").findings)
    assertAllIsRight(panel)
    copy = segmentation.GetSegment("copy")
    copy.SetName("renamed copy")
    settle(panel)
    assertAllIsRight(panel)
    segmentation.RemoveSegment("copy")
    settle(panel)
    assertAllIsRight(panel)


def test_what_shares_a_label_map_with_an_edited_lesion_stays_current(scored):
    panel, nodes = scored
    nodes[1].GetSegmentation().CollapseBinaryLabelmaps(False)
    settle(panel)
    assert "stale" not in statusOf(panel).values()
    draw(nodes, "liver_2", (18, 46, 62), 7.0)
    settle(panel)
    assert {i for i, status in statusOf(panel).items() if status == "stale"} == {"liver_2"}


def test_an_edit_that_is_taken_back_leaves_nothing_stale(scored):
    panel, nodes = scored
    before = dict(statusOf(panel))
    for radius in (7.0, 9.0):
        draw(nodes, "liver_2", (18, 46, 62), radius)
        settle(panel)
    assert statusOf(panel) == before


def test_an_edit_of_the_ct_marks_all(scored):
    panel, nodes = scored
    slicer.util.arrayFromVolume(nodes[0])[0, 0, 0] += 1
    slicer.util.arrayFromVolumeModified(nodes[0])
    settle(panel)
    assert set(statusOf(panel).values()) == {"stale"}
    assertSceneShowsRows(panel.panel.session)


def test_other_spacing_of_the_ct_marks_all(scored):
    panel, nodes = scored
    nodes[0].SetSpacing(1.4, 1.5, 2.5)
    settle(panel)
    assert set(statusOf(panel).values()) == {"stale"}


def test_nothing_of_a_lesion_that_is_gone_stays_in_the_scene(scored):
    panel, nodes = scored
    nodes[1].GetSegmentation().RemoveSegment("liver_1")
    settle(panel)
    assertSceneShowsRows(panel.panel.session)
    for segmentID in ("liver_2", "node"):
        nodes[1].GetSegmentation().RemoveSegment(segmentID)
    settle(panel)
    assertSceneShowsRows(panel.panel.session)
    assert ownedNode(nodes[1], RINGS) is None


def test_a_renamed_lesion_has_its_name_in_the_scene(scored):
    panel, nodes = scored
    nodes[1].GetSegmentation().GetSegment("node").SetName("hilar node")
    settle(panel)
    assert "stale" not in statusOf(panel).values()
    assertSceneShowsRows(panel.panel.session)


def test_rings_follow_the_transform_that_ct_and_lesions_are_put_under(scored):
    panel, nodes = scored
    turn = addTurn(slicer.mrmlScene)
    for node in nodes:
        node.SetAndObserveTransformNodeID(turn.GetID())
    settle(panel)
    assert "stale" not in statusOf(panel).values()
    assertSceneShowsRows(panel.panel.session)
    rings = ownedNode(nodes[1], RINGS)
    for segmentID in ("liver_1", "liver_2"):
        place = nodes[1].GetSegmentCenterRAS(segmentID)
        assert rings.GetSegmentCenterRAS(segmentID) == pytest.approx(place, abs=2.5)


def test_moving_the_lesions_alone_is_scored_again_with_updates(updating):
    panel, nodes = updating
    nodes[1].SetAndObserveTransformNodeID(addShift(slicer.mrmlScene, (6, 0, 0)).GetID())
    settle(panel)
    assertAllIsRight(panel)


def test_a_segment_of_the_segment_editor_is_scored_once_it_is_drawn(updating):
    panel, nodes = updating
    nodes[1].GetSegmentation().AddEmptySegment("new", "new one")
    settle(panel)
    assert statusOf(panel)["new"] == "unscored"
    draw(nodes, "new", (30, 55, 30), 8.0)
    waitFor(lambda: statusOf(panel)["new"] in ("scored", "warning"))
    settle(panel)
    assertAllIsRight(panel)


def test_without_updates_it_is_not(scored):
    panel, nodes = scored
    nodes[1].GetSegmentation().AddEmptySegment("new", "new one")
    draw(nodes, "new", (30, 55, 30), 8.0)
    settle(panel)
    assert statusOf(panel)["new"] == "unscored"


def test_an_excluded_lesion_is_gray_and_not_stale(scored):
    panel, nodes = scored
    session, segment = panel.panel.session, nodes[1].GetSegmentation().GetSegment("liver_1")
    painted = segment.GetColor()
    session.notes.setIncluded("liver_1", False)
    assert segment.GetColor() == pytest.approx(UNSCORED)
    draw(nodes, "liver_1", (18, 34, 28), 11.0)
    settle(panel)
    assert statusOf(panel)["liver_1"] == "left_out"
    assertSceneShowsRows(session)
    session.notes.setIncluded("liver_1", True)
    settle(panel)
    assert statusOf(panel)["liver_1"] == "stale"
    assert segment.GetColor() == pytest.approx(painted)
    assertSceneShowsRows(session)


def test_an_excluded_lesion_is_scored_again_when_it_is_included_with_updates(updating):
    panel, nodes = updating
    session = panel.panel.session
    session.notes.setIncluded("liver_1", False)
    draw(nodes, "liver_1", (18, 34, 28), 11.0)
    settle(panel)
    assertAllIsRight(panel)
    session.notes.setIncluded("liver_1", True)
    settle(panel)
    assertAllIsRight(panel)


def test_each_segmentation_keeps_its_scores(scored):
    panel, nodes = scored
    session, before = panel.panel.session, panel.panel.session.rows
    other = addPatient()
    session.setInputs(nodes[0], other[1])
    settle(panel)
    assert set(statusOf(panel).values()) == {"unscored"}
    assertSceneShowsRows(session)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    session.setInputs(*nodes)
    settle(panel)
    assert session.rows == before
    assertSceneShowsRows(session)
    assert legendOf(nodes[1]).GetVisibility()
    assert all(session.scoreOf(row.id).ring is not None for row in before if row.score is not None)


def test_what_was_edited_while_another_segmentation_was_looked_at_is_stale(scored):
    panel, nodes = scored
    other = addPatient()
    panel.panel.session.setInputs(nodes[0], other[1])
    draw(nodes, "node", BESIDE_LIVER_1, 8.0)
    settle(panel)
    panel.panel.session.setInputs(*nodes)
    settle(panel)
    assert {i for i, status in statusOf(panel).items() if status == "stale"} == {"liver_1", "node"}


def test_scores_of_another_ct_are_stale_and_current_again_on_their_own(scored):
    panel, nodes = scored
    before, other = statusOf(panel), addPatient()
    panel.panel.session.setInputs(other[0], nodes[1])
    settle(panel)
    assert set(statusOf(panel).values()) == {"stale"}
    panel.panel.session.setInputs(*nodes)
    settle(panel)
    assert statusOf(panel) == before


def test_a_scene_of_an_earlier_version_has_its_scores(bench, scored, tmp_path):
    from RadioImmunoScoreLib.scene.parameters import DIGESTS, SCORES

    panel, nodes = scored
    before, parameters = statusOf(panel), panel.panel.session.parameters.node
    parameters.SetParameter("rows", nodes[1].GetAttribute(SCORES))
    parameters.SetParameter("stale", '["node"]')
    parameters.SetParameter("excluded", '["liver_2"]')
    for name in (SCORES, DIGESTS):
        nodes[1].RemoveAttribute(name)
    panel.panel.session.observers.removeAll()
    file = bench.host.saveScene(tmp_path / "earlier.mrb")
    bench.host.loadScene(file)
    settle(panel)
    assert statusOf(panel) == {**before, "node": "stale", "liver_2": "left_out"}
    assertSceneShowsRows(panel.panel.session)
