"""Organs among the segments: left out with a reason, and a tick takes them in."""

from __future__ import annotations

import pytest
from consistency import assertRowsAreThoseOfAFullScore, assertSceneShowsRows
from patients import addPatient, draw, select, waitIdle
from PySide6 import QtTest

from slicerbench.editor import addInEditor
from slicerbench.hands import click

BESIDE_LIVER_1 = (18, 34, 41)
ANATOMY = "Segmentation category and type~SCT^123037004^Anatomical Structure~SCT^10200004^Liver~^^~~^^~^^"


def scoreAndWait(panel):
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    QtTest.QTest.qWait(400)


def rowsOf(panel):
    return {row.id: row for row in panel.panel.session.rows}


@pytest.fixture
def withCord(panel):
    """(panel, nodes, score of the lesion beside): scored without the cord, which is drawn then."""
    nodes = addPatient()
    select(panel, nodes)
    scoreAndWait(panel)
    nodes[1].GetSegmentation().AddEmptySegment("cord", "Spinal cord")
    draw(nodes, "cord", BESIDE_LIVER_1, 8.0)
    QtTest.QTest.qWait(400)
    return panel, nodes, panel.panel.session.scoreOf("liver_1").score


def test_an_organ_is_left_out_with_the_reason_and_cuts_no_ring(withCord):
    panel, _, before = withCord
    row = rowsOf(panel)["cord"]
    assert (row.status, row.included) == ("left_out", False)
    assert "spinal cord" in row.reasons
    assert rowsOf(panel)["liver_1"].status == "warning"
    scoreAndWait(panel)
    assert panel.panel.session.scoreOf("liver_1").score == before
    assert panel.panel.session.scoreOf("cord") is None
    assert [left.name for left in panel.panel.session.patient.left_out] == ["Spinal cord"]
    assertSceneShowsRows(panel.panel.session)


def test_a_tick_takes_it_in_and_its_neighbour_is_stale(bench, withCord, tmp_path):
    panel, _, before = withCord
    panel.panel.session.notes.setIncluded("cord", True)
    assert rowsOf(panel)["liver_1"].status == "stale"
    scoreAndWait(panel)
    session = panel.panel.session
    assert session.scoreOf("liver_1").score != before
    assert any("chosen by hand" in f.text for f in session.scoreOf("cord").findings)
    assertRowsAreThoseOfAFullScore(session)
    assertSceneShowsRows(session)
    rows = session.rows
    bench.host.loadScene(bench.host.saveScene(tmp_path / "cord.mrb"))
    QtTest.QTest.qWait(400)
    assert session.rows == rows
    session.notes.setIncluded("cord", False)
    assert rowsOf(panel)["cord"].status == "left_out"
    assert rowsOf(panel)["liver_1"].status == "stale"


def test_renaming_to_an_organ_leaves_it_out(withCord):
    panel, nodes, _ = withCord
    nodes[1].GetSegmentation().GetSegment("node").SetName("PTV 60")
    QtTest.QTest.qWait(400)
    assert rowsOf(panel)["node"].status == "left_out"
    assertSceneShowsRows(panel.panel.session)


def test_the_console_leaves_them_out_too(withCord):
    panel, nodes, before = withCord
    patient = panel.logic.score(*nodes)
    assert {lesion.id: lesion.score for lesion in patient.lesions}["liver_1"] == before
    assert [left.id for left in patient.left_out] == ["cord"]


def test_the_reason_is_seen_without_a_tooltip(withCord):
    panel, *_ = withCord
    label = panel.panel.ui.leftOutLabel
    assert label.visible
    assert f"Spinal cord: {rowsOf(panel)['cord'].reasons}" in label.text
    panel.panel.session.notes.setIncluded("cord", True)
    assert not label.visible


def test_a_lesion_added_after_an_organ_is_none_for_the_terminology_that_slicer_copied(withCord):
    panel, nodes, _ = withCord
    segmentation = nodes[1].GetSegmentation()
    segmentation.GetSegment("cord").SetName("something")
    segmentation.GetSegment("cord").SetTag("TerminologyEntry", ANATOMY)
    QtTest.QTest.qWait(400)
    assert rowsOf(panel)["cord"].status == "left_out"
    new = addInEditor(nodes[1])
    QtTest.QTest.qWait(400)
    assert rowsOf(panel)[new].included
