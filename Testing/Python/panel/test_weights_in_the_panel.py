"""Multiple-instance learning: the lesion table has a column of weights, all others after one edit."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import slicer
from patients import BALLS, addPatient, draw, select, waitFor, waitIdle
from PySide6 import QtTest

from radioimmuno.signature.pooling import Pooling
from radioimmuno.signature.signature import default_signature, write_signature
from slicerbench import raw
from slicerbench.hands import click

WEIGHT = 8
SHARPNESS = 1.5
NODE = next(ball for ball in BALLS if ball.segmentID == "node")


def signatureFile(folder, name, **changes):
    file = folder / f"{name}.json"
    lenient = {"distribution": None, "extrapolation_limit": None, "name": name}
    write_signature(replace(default_signature(), **lenient, **changes), file)
    return str(file)


@pytest.fixture
def weighed(panel, tmp_path):
    """(panel, nodes) of a patient whose lesions were scored and weighed; edits are scored by themselves."""
    nodes = addPatient()
    select(panel, nodes)
    rule = {"patient_rule": "mil_soft_min", "pooling": Pooling(sharpness=SHARPNESS)}
    panel.panel.session.setSignature(signatureFile(tmp_path, "pooled", **rule))
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return panel, nodes


def isShown(panel):
    return not raw.read(panel.panel.ui.lesionTable, "isColumnHidden")(WEIGHT)


def texts(panel):
    """What stands in the column, by segment ID."""
    order, table = panel.panel.section("LesionsSection").table.order, panel.panel.ui.lesionTable
    return {i: table.item(n, WEIGHT).text() for n, i in enumerate(order)}


def expected(session):
    """The weights by segment ID, reckoned from the scores in the rows."""
    raised = {
        row.id: math.exp(-SHARPNESS * row.score)
        for row in session.rows
        if row.score is not None and row.included
    }
    return {i: one / sum(raised.values()) for i, one in raised.items()}


def nodeColumns():
    table = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLTableNode").GetTable()
    return {table.GetColumn(n).GetName(): table.GetColumn(n) for n in range(table.GetNumberOfColumns())}


def test_the_column_is_there_with_such_a_signature_alone(weighed, tmp_path):
    panel, _ = weighed
    session = panel.panel.session
    weights = expected(session)
    assert len(weights) == 3
    assert isShown(panel)
    assert {row.id: row.weight for row in session.rows} == pytest.approx(weights)
    assert texts(panel) == {i: f"{weight:.2f}" for i, weight in weights.items()}
    assert "soft minimum of the lesions' scores, learnt with them (3 lesions)" in (
        panel.panel.ui.patientValueLabel.text
    )
    cells = nodeColumns()["weight"]
    assert [cells.GetValue(n) for n in range(3)] == [f"{row.weight:.4f}" for row in session.rows]
    session.setSignature(signatureFile(tmp_path, "plain", patient_rule="scores_min"))
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert not isShown(panel)
    assert [row.weight for row in session.rows] == [None] * 3
    assert "weight" not in nodeColumns()


def test_one_edit_makes_all_weights_others_and_no_other_ring(weighed, monkeypatch):
    panel, nodes = weighed
    session, before = panel.panel.session, texts(panel)
    from RadioImmunoScoreLib.scene import rings

    drawn, draws = [], rings._showRing
    monkeypatch.setattr(rings, "_showRing", lambda *of: drawn.append(of[1].id) or draws(*of))
    click(panel.panel.ui.updateCheckBox)
    draw(nodes, "node", NODE.center, NODE.radiusMm + 3)
    waitFor(lambda: any(row.status == "stale" for row in session.rows))
    waitFor(lambda: all(row.status != "stale" for row in session.rows))
    waitIdle(panel)
    weights = expected(session)
    assert {row.id: row.weight for row in session.rows} == pytest.approx(weights)
    assert texts(panel) == {i: f"{weight:.2f}" for i, weight in weights.items()}
    assert texts(panel) != before
    assert set(drawn) == {"node"}


def test_a_lesion_that_is_left_out_has_none_and_the_others_sum_to_one(weighed):
    panel, _ = weighed
    session = panel.panel.session
    session.notes.setIncluded("node", False)
    QtTest.QTest.qWait(20)
    found = {row.id: row.weight for row in session.rows}
    assert found.pop("node") is None
    assert texts(panel)["node"] == ""
    assert sum(found.values()) == pytest.approx(1.0)
    assert found == pytest.approx(expected(session))


def test_the_column_is_sorted_by(weighed):
    panel, _ = weighed
    table, session = panel.panel.section("LesionsSection").table, panel.panel.session
    table.sortBy(WEIGHT)
    weights = {row.id: row.weight for row in session.rows}
    assert table.order == sorted(weights, key=weights.get)
    table.sortBy(WEIGHT)
    assert table.order == sorted(weights, key=weights.get, reverse=True)


def test_a_saved_scene_shows_the_weights_again(bench, weighed, tmp_path):
    panel, _ = weighed
    before = texts(panel)
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    bench.host.loadScene(file)
    QtTest.QTest.qWait(300)
    assert isShown(panel)
    assert texts(panel) == before
    assert panel.panel.session.patient.value.rule == "mil_soft_min"
