"""How stable the scores are: whiskers, words, Cancel, and rows that get stale."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import slicer
from patients import addPatient, draw, select, waitFor, waitIdle
from PySide6 import QtTest

from radioimmuno.stability.agreement import LesionStability, PatientStability
from radioimmuno.stability.perturbation import Perturbation
from RadioImmunoScoreLib.panel.widgets.drawing import scoreBar
from RadioImmunoScoreLib.services.scene_study import stabilityOf
from slicerbench.hands import click

SCORE, SCALE = 1, 3


def wide(study, signature, only=None, progress=None):
    """A stand-in for the science: every score may lie anywhere on the scale."""
    progress(1, 2)
    each = LesionStability(0.1, -9.0, 9.0, {"low": 0.5, "median": 0.2, "high": 0.0}, 28, 30)
    return PatientStability(dict.fromkeys(only, each), {}, Perturbation())


def pixels(label):
    return pixelsOf(label.pixmap)


def pixelsOf(pixmap):
    image = pixmap.toImage()
    return np.array([[image.pixel(x, y) for x in range(image.width())] for y in range(image.height())])


def test_a_click_puts_a_whisker_on_every_bar_and_its_words_beside_it(scored):
    panel, _ = scored
    ui = panel.panel.ui
    panel.panel.session.stability.tester = wide
    before, plot = pixels(ui.lesionTable.cellWidget(0, SCALE)), pixels(ui.scorePlotLabel)
    click(ui.stabilityButton)
    waitIdle(panel)
    after = pixels(ui.lesionTable.cellWidget(0, SCALE))
    assert (before != after).any(axis=0).mean() > 0.5
    assert (pixels(ui.scorePlotLabel) != plot).any()
    words = ui.lesionTable.item(0, SCORE).toolTip()
    assert "28 could be scored" in words
    assert "low 50 %" in words
    assert ui.lesionTable.cellWidget(0, SCALE).toolTip == words
    assert "3 cross a cut-off" in ui.messageLabel.text


def test_the_whisker_runs_from_low_to_high_percentile(scored):
    panel, _ = scored
    pen = panel.panel.section("LesionsSection").pen
    low, high = pen.scale.low, pen.scale.high
    quarter = (high - low) / 4
    narrow = LesionStability(0.1, low + quarter, high - quarter, {}, 30, 30)
    score = (low + high) / 2
    unknown = LesionStability(None, None, None, {}, 1, 30)
    empty, without, withOne = (
        pixelsOf(scoreBar(pen, *what)) for what in ((None, unknown), (score, unknown), (score, narrow))
    )
    width = without.shape[1]
    dot, whisker = (np.flatnonzero((a != b).any(axis=1)) for a, b in ((empty, without), (without, withOne)))
    assert dot[-1] + 2 < whisker[0] < whisker[-1] < without.shape[0] - 1
    differing = np.flatnonzero((without != withOne).any(axis=0))
    assert differing[0] == pytest.approx(width / 4, abs=3)
    assert differing[-1] == pytest.approx(3 * width / 4, abs=3)


def test_a_bar_has_a_line_at_each_outer_cut_off_and_at_a_median_that_is_the_only_one(scored):
    panel, _ = scored
    pen = panel.panel.section("LesionsSection").pen
    of = pen.signature.cutoffs
    drawn = {
        name: pixelsOf(scoreBar(replace(pen, signature=replace(pen.signature, cutoffs=cutoffs)), None))
        for name, cutoffs in {
            "none": None,
            "median": replace(of, low=None, high=None),
            "all": of,
        }.items()
    }
    width = drawn["none"].shape[1]
    for name, cutoffs in (("median", [of.median]), ("all", [of.low, of.high])):
        places = np.flatnonzero((drawn[name] != drawn["none"]).any(axis=0))
        expected = [(c - pen.scale.low) / (pen.scale.high - pen.scale.low) * width for c in cutoffs]
        apart = np.abs(places[:, None] - np.array(expected))
        assert apart.min(axis=0).max() < 3
        assert apart.min(axis=1).max() < 3


def test_the_real_thing_gives_every_lesion_its_spread(scored):
    panel, nodes = scored

    def quick(study, signature, only=None, progress=None):
        return stabilityOf(study, signature, only, progress, Perturbation(draws=3))

    panel.panel.session.stability.tester = quick
    click(panel.panel.ui.stabilityButton)
    waitIdle(panel)
    for row in panel.panel.session.rows:
        assert row.stability.draws == 3
        assert row.stability.low <= row.stability.high
    expected = panel.logic.stability(*nodes, perturbation=Perturbation(draws=3))
    found = {row.id: row.stability.sd for row in panel.panel.session.rows}
    assert found == pytest.approx({i: each.sd for i, each in expected.lesions.items()})


def test_without_scores_there_is_nothing_to_test(panel):
    select(panel, addPatient())
    assert not panel.panel.ui.stabilityButton.enabled
    assert "Score" in panel.panel.ui.stabilityButton.toolTip


@pytest.mark.alone
def test_cancel_takes_less_than_half_a_second_and_leaves_no_whisker(scored):
    panel, _ = scored
    started = threading.Event()

    def endless(study, signature, only=None, progress=None):
        started.set()
        while True:
            time.sleep(0.01)
            progress(0, 30)

    panel.panel.session.stability.tester = endless
    click(panel.panel.ui.stabilityButton)
    waitFor(started.is_set)
    assert panel.panel.ui.cancelButton.visible
    begin = time.perf_counter()
    click(panel.panel.ui.cancelButton)
    assert time.perf_counter() - begin < 0.5
    assert panel.panel.session.jobs.state == "idle"
    assert not panel.panel.ui.cancelButton.visible
    assert all(row.stability is None for row in panel.panel.session.rows)
    waitFor(lambda: not any(t.name == "RadioImmunoScore" for t in threading.enumerate()))


def test_an_edited_lesion_is_not_tested_and_scored_again_it_has_no_whisker(scored):
    from RadioImmunoScoreLib.panel.sections.score_section import testable

    panel, nodes = scored
    panel.panel.session.stability.tester = wide
    click(panel.panel.ui.stabilityButton)
    waitIdle(panel)
    draw(nodes, "liver_2", (18, 46, 62), 7.0)
    QtTest.QTest.qWait(300)
    assert "liver_2" not in testable(panel.panel.session.state)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert {row.stability for row in panel.panel.session.rows} == {None}


def test_the_scenes_score_table_says_it_where_it_was_measured(scored):
    panel, nodes = scored
    tableNode = nodes[1].GetNodeReference("RadioImmunoScore.table")
    assert tableNode.GetTable().GetColumnByName("score_sd") is None
    panel.panel.session.stability.tester = wide
    click(panel.panel.ui.stabilityButton)
    waitIdle(panel)
    table = tableNode.GetTable()
    cells = {name: table.GetColumnByName(name).GetValue(0) for name in ("score_sd", "flip_share_median")}
    assert cells == {"score_sd": "0.1000", "flip_share_median": "0.2000"}
    assert tableNode.GetColumnUnitLabel("score_p95") == "1"
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert tableNode.GetTable().GetColumnByName("score_sd") is None


def test_a_saved_scene_keeps_it(bench, scored, tmp_path):
    panel, _ = scored
    panel.panel.session.stability.tester = wide
    click(panel.panel.ui.stabilityButton)
    waitIdle(panel)
    before = {row.id: row.stability for row in panel.panel.session.rows}
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    QtTest.QTest.qWait(50)
    bench.host.loadScene(file)
    QtTest.QTest.qWait(300)
    assert {row.id: row.stability for row in panel.panel.session.rows} == before
