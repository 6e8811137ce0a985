"""After an edit a row shows by how much its score is another than at the last Score, until the next one."""

from __future__ import annotations

from dataclasses import replace

import pytest
import slicer
from patients import BALLS, addPatient, draw, select, waitFor, waitIdle
from PySide6 import QtTest

from radioimmuno.signature.signature import default_signature, write_signature
from slicerbench import raw
from slicerbench.hands import click

SCORE, CHANGE, STATUS = 1, 2, 4
NODE = next(ball for ball in BALLS if ball.segmentID == "node")


def signatureFile(folder, name="lenient", added=0.0):
    """A signature that scores a lesion of any kind, and so much more than the demonstration."""
    signature, file = default_signature(), folder / f"{name}.json"
    changes = {"name": name, "intercept": signature.intercept + added}
    write_signature(replace(signature, distribution=None, extrapolation_limit=None, **changes), file)
    return str(file)


@pytest.fixture
def updating(panel, tmp_path):
    """(panel, nodes) of a scored patient whose edits are scored by themselves."""
    nodes = addPatient()
    select(panel, nodes)
    panel.panel.session.setSignature(signatureFile(tmp_path))
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    click(panel.panel.ui.updateCheckBox)
    return panel, nodes


def rowOf(panel, segmentID="node"):
    return next(row for row in panel.panel.session.rows if row.id == segmentID)


def cell(panel, column, segmentID="node"):
    number = panel.panel.section("LesionsSection").table.order.index(segmentID)
    return panel.panel.ui.lesionTable.item(number, column)


def isShown(panel):
    return not raw.read(panel.panel.ui.lesionTable, "isColumnHidden")(CHANGE)


def edit(panel, nodes, radiusMm=NODE.radiusMm + 3):
    """Draw the lesion larger or smaller, and wait until it was scored again by itself."""
    draw(nodes, "node", NODE.center, radiusMm)
    waitFor(lambda: rowOf(panel).status == "stale")
    waitFor(lambda: rowOf(panel).status != "stale")
    waitIdle(panel)


def test_after_score_there_is_no_change(updating):
    panel, _ = updating
    assert [row.change for row in panel.panel.session.rows] == [None] * 3
    assert not isShown(panel)


def test_an_edit_shows_the_change_until_the_next_score(updating):
    panel, nodes = updating
    before = rowOf(panel).score
    edit(panel, nodes)
    now = rowOf(panel).score
    assert now != before
    assert rowOf(panel).change == now - before
    assert isShown(panel)
    assert cell(panel, CHANGE).text() == f"{now - before:+.2f}"
    assert f"{before:.6g}" in cell(panel, CHANGE).toolTip()
    assert cell(panel, CHANGE, "liver_1").text() == ""
    panel.panel.selectLesion("node")
    assert f"{now - before:+.2f} since the last Score" in panel.panel.ui.selectedNameLabel.text
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert rowOf(panel).change is None
    assert not isShown(panel)


def test_drawn_as_it_was_there_is_no_change(updating):
    panel, nodes = updating
    before = rowOf(panel).score
    edit(panel, nodes)
    assert rowOf(panel).change is not None
    edit(panel, nodes, NODE.radiusMm)
    assert rowOf(panel).score == before
    assert rowOf(panel).change is None


def test_a_second_edit_is_compared_with_the_last_score_and_not_with_the_first(updating):
    panel, nodes = updating
    before = rowOf(panel).score
    edit(panel, nodes)
    edit(panel, nodes, NODE.radiusMm + 5)
    assert rowOf(panel).change == rowOf(panel).score - before


def test_left_out_it_has_none_and_taken_in_again_its_own(updating):
    panel, nodes = updating
    edit(panel, nodes)
    change = rowOf(panel).change
    assert change is not None
    notes = panel.panel.session.notes
    notes.setIncluded("node", False)
    assert rowOf(panel).change is None
    notes.setIncluded("node", True)
    waitIdle(panel)
    assert rowOf(panel).change == change


def test_what_was_left_out_at_the_last_score_is_compared_with_no_older_one(updating):
    panel, nodes = updating
    panel.panel.session.notes.setIncluded("node", False)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    panel.panel.session.notes.setIncluded("node", True)
    waitIdle(panel)
    edit(panel, nodes)
    assert rowOf(panel).score is not None
    assert rowOf(panel).change is None


def test_refused_it_has_no_change(updating):
    panel, nodes = updating
    edit(panel, nodes, 0.1)
    assert rowOf(panel).status == "refused"
    assert rowOf(panel).change is None
    assert cell(panel, CHANGE).text() == ""
    edit(panel, nodes)
    assert rowOf(panel).change is not None


def test_another_segment_of_the_same_identifier_is_another_lesion(updating):
    panel, nodes = updating
    segmentation = nodes[1].GetSegmentation()
    segmentation.RemoveSegment("node")
    QtTest.QTest.qWait(400)
    segmentation.AddEmptySegment("node", "another")
    draw(nodes, "node", NODE.center, NODE.radiusMm + 3)
    waitFor(lambda: rowOf(panel).score is not None)
    assert rowOf(panel).change is None


def test_another_signature_measures_something_else(updating, tmp_path):
    panel, _ = updating
    before = rowOf(panel).score
    panel.panel.session.setSignature(signatureFile(tmp_path, "other", added=1.0))
    waitFor(lambda: rowOf(panel).status != "stale")
    waitIdle(panel)
    assert rowOf(panel).score == pytest.approx(before + 1)
    assert rowOf(panel).change is None


def test_each_segmentation_is_compared_with_itself(updating):
    panel, nodes = updating
    edit(panel, nodes)
    change = rowOf(panel).change
    assert change is not None
    others = addPatient()
    select(panel, (nodes[0], others[1]))
    waitIdle(panel)
    assert [row.change for row in panel.panel.session.rows] == [None] * 3
    slicer.mrmlScene.RemoveNode(others[0])
    select(panel, nodes)
    waitIdle(panel)
    assert rowOf(panel).change == change


def test_testing_stability_changes_nothing_in_it(updating):
    panel, nodes = updating
    edit(panel, nodes)
    change = rowOf(panel).change
    assert change is not None
    click(panel.panel.ui.stabilityButton)
    waitIdle(panel)
    assert rowOf(panel).stability is not None
    assert rowOf(panel).change == change
