"""From inputs to colors with the mouse: what the panel does when all goes well, and when it does not."""

from __future__ import annotations

import threading
import time

import pytest
from patients import BALLS, addPatient, select, waitFor, waitIdle
from PySide6 import QtCore, QtTest, QtWidgets

from slicerbench.hands import click, clickCell, clickHeader

LESION, SCORE, CHANGE, SCALE, STATUS, VOLUME, SITE, IRRADIATED = range(8)


@pytest.fixture
def ready(panel):
    """The panel with its patient selected; (panel, CT node, segmentation node)."""
    nodes = addPatient()
    select(panel, nodes)
    return panel, *nodes


@pytest.fixture
def scored(ready):
    """The same, scored by a click."""
    panel = ready[0]
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return ready


def colorsOf(segmentationNode):
    segmentation = segmentationNode.GetSegmentation()
    return {i: segmentation.GetSegment(i).GetColor() for i in segmentation.GetSegmentIDs()}


def cells(panel, column):
    table = panel.panel.ui.lesionTable
    return [table.item(row, column).text() for row in range(table.rowCount)]


def slowScorer(started, release):
    """A scorer that waits between lesions until it is let go."""

    def score(study, signature, only=None, progress=None):
        started.set()
        for step in range(1000):
            release.wait(0.01)
            progress(min(step, 1), len(only))
        return []

    return score


def test_the_score_buttons_tooltip_names_each_missing_input(panel):
    ui = panel.panel.ui
    assert not ui.scoreButton.enabled
    assert "CT" in ui.scoreButton.toolTip
    assert "segmentation" in ui.scoreButton.toolTip
    volumeNode, segmentationNode = addPatient()
    ui.ctSelector.setCurrentNode(volumeNode)
    assert "CT" not in ui.scoreButton.toolTip
    assert "segmentation" in ui.scoreButton.toolTip
    ui.segmentationSelector.setCurrentNode(segmentationNode)
    assert ui.scoreButton.enabled


def test_a_click_scores_all_lesions_and_colors_them(scored):
    panel, _, segmentationNode = scored
    expected = panel.logic.score(*scored[1:])
    rows = {row.id: row.score for row in panel.panel.session.rows}
    assert rows == {lesion.id: lesion.score for lesion in expected.lesions}
    assert all(score is not None for score in rows.values())
    assert cells(panel, SCORE) == [f"{rows[ball.segmentID]:.2f}" for ball in BALLS]
    scale = panel.panel.section("LesionsSection").table._pen.scale
    for segmentID, color in colorsOf(segmentationNode).items():
        assert color == pytest.approx(scale.rgb(rows[segmentID]))


def test_original_colors_come_back_exactly(ready):
    panel, _, segmentationNode = ready
    before = colorsOf(segmentationNode)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    assert colorsOf(segmentationNode) != before
    click(panel.panel.ui.colorCheckBox)
    assert colorsOf(segmentationNode) == before
    click(panel.panel.ui.colorCheckBox)
    assert colorsOf(segmentationNode) != before


def test_two_segments_of_one_name_stay_apart(scored):
    panel = scored[0]
    names = cells(panel, LESION)
    assert names[:2] == ["metastasis (liver_1)", "metastasis (liver_2)"]
    same = [row for row in panel.panel.session.rows if row.name == "metastasis"]
    assert same[0].score != same[1].score


@pytest.mark.alone
def test_cancel_takes_less_than_half_a_second_and_changes_nothing(ready):
    panel, _, segmentationNode = ready
    before = colorsOf(segmentationNode)
    started, release = threading.Event(), threading.Event()
    panel.panel.session._scorer = slowScorer(started, release)
    click(panel.panel.ui.scoreButton)
    waitFor(started.is_set)
    assert panel.panel.ui.cancelButton.visible
    begin = time.perf_counter()
    click(panel.panel.ui.cancelButton)
    waitFor(lambda: panel.panel.session.jobs.state == "idle" and not panel.panel.ui.cancelButton.visible)
    assert time.perf_counter() - begin < 0.5
    assert colorsOf(segmentationNode) == before
    assert {row.status for row in panel.panel.session.rows} == {"unscored"}
    waitFor(lambda: not any(t.name == "RadioImmunoScore" for t in threading.enumerate()))


def test_an_exception_in_one_lesion_shows_in_its_row_and_the_others_are_scored(ready, monkeypatch):
    panel = ready[0]
    from radioimmuno.extraction import lesion_features

    make_regions = lesion_features.make_regions

    def failing(image, lesion, *rest):
        if lesion.id == "node":
            raise RuntimeError("it broke")
        return make_regions(image, lesion, *rest)

    monkeypatch.setattr(lesion_features, "make_regions", failing)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    rows = {row.id: row for row in panel.panel.session.rows}
    assert rows["node"].status == "refused"
    assert "it broke" in rows["node"].reasons
    assert rows["liver_1"].score is not None
    assert rows["liver_2"].score is not None
    row = panel.panel.section("LesionsSection").table.order.index("node")
    assert "it broke" in panel.panel.ui.lesionTable.item(row, STATUS).toolTip()


def test_the_event_loop_goes_on_while_a_lesion_is_scored(ready):
    """How long it stands still at the most is what `make benchmark-editing` prints."""
    panel = ready[0]
    started, release = threading.Event(), threading.Event()
    panel.panel.session._scorer = slowScorer(started, release)
    click(panel.panel.ui.scoreButton)
    waitFor(started.is_set)
    ticks = []
    timer = QtCore.QTimer()
    timer.setInterval(2)
    timer.connect("timeout()", lambda: ticks.append(panel.panel.session.jobs.state))
    timer.start()
    waitFor(lambda: len(ticks) >= 20)
    assert set(ticks) == {"scoring"}
    release.set()
    waitIdle(panel)


def test_an_excluded_lesion_is_not_scored_and_not_counted(scored):
    panel = scored[0]
    assert panel.panel.session.patient.metrics.n == 3
    panel.panel.ui.lesionTable.item(0, LESION).setCheckState(QtCore.Qt.CheckState.Unchecked)
    assert panel.panel.session.patient.metrics.n == 2
    assert panel.panel.ui.metricsTable.item(0, 0).text() == "2"
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    status = {row.id: row.status for row in panel.panel.session.rows}
    assert status["liver_1"] == "left_out"
    assert status["liver_2"] != "unscored"


def test_the_irradiated_flag_reaches_segment_and_subsets_without_scoring_again(scored):
    panel, _, segmentationNode = scored
    assert panel.panel.session.patient.subsets["irradiated"].n == 0
    panel.panel.ui.lesionTable.item(1, IRRADIATED).setCheckState(QtCore.Qt.CheckState.Checked)
    assert panel.panel.session.patient.subsets["irradiated"].n == 1
    assert panel.panel.ui.metricsTable.item(0, 1).text() == "1"
    from RadioImmunoScoreLib.scene.segment_properties import irradiatedOf

    assert irradiatedOf(segmentationNode.GetSegmentation().GetSegment("liver_2")) is True
    assert "stale" not in {row.status for row in panel.panel.session.rows}


def test_a_head_sorts_the_rows_and_sorts_them_back(scored):
    panel = scored[0]
    scores = {row.id: row.score for row in panel.panel.session.rows}
    clickHeader(panel.panel.ui.lesionTable, SCORE)
    assert panel.panel.section("LesionsSection").table.order == sorted(scores, key=scores.get)
    clickHeader(panel.panel.ui.lesionTable, SCORE)
    assert panel.panel.section("LesionsSection").table.order == sorted(scores, key=scores.get, reverse=True)


def test_selecting_a_row_jumps_the_views_and_lets_the_lesion_stand_out(scored, bench):
    panel, _, segmentationNode = scored
    clickCell(panel.panel.ui.lesionTable, 2, VOLUME)
    wanted = segmentationNode.GetSegmentCenterRAS("node")
    offset = bench.sliceViews["Red"].node.GetSliceOffset()
    assert offset == pytest.approx(wanted[2], abs=3)
    display = segmentationNode.GetDisplayNode()
    assert display.GetSegmentOpacity2DFill("node") == 1.0
    assert display.GetSegmentOpacity2DFill("liver_1") < 1.0
    panel.exit()
    assert display.GetSegmentOpacity2DFill("liver_1") == 1.0


def test_clicking_the_patients_minimum_selects_that_lesion(scored):
    panel = scored[0]
    clickCell(panel.panel.ui.metricsTable, 1, 0)
    assert (
        panel.panel.section("LesionsSection").table.selectedID
        == panel.panel.session.patient.metrics.minimum_lesion
    )


def test_switching_the_signature_marks_all_rows_stale(scored, dialogs, tmp_path):
    panel = scored[0]
    from dataclasses import replace

    from radioimmuno.signature.signature import default_signature, write_signature

    file = tmp_path / "other.json"
    write_signature(replace(default_signature(), name="Other", version="2", status="research"), file)
    dialogs.answers.append(str(file))
    box = panel.panel.ui.signatureBox
    box.setCurrentIndex(box.count - 1)
    box.activated.emit(box.count - 1)
    assert panel.panel.session.inputs.signature.name == "Other"
    assert {row.status for row in panel.panel.session.rows} == {"stale"}
    assert not panel.panel.ui.noticeLabel.visible
    another = write_signature(replace(default_signature(), name="Another"), tmp_path / "another.json")
    dialogs.answers.append(str(tmp_path / "another.json"))
    box.setCurrentIndex(box.count - 1)
    box.activated.emit(box.count - 1)
    assert panel.panel.session.inputs.signature.sha256 == another.sha256
    offered = [box.itemText(index) for index in range(box.count)]
    assert offered[-2:] == ["From file: Another", "From file..."]
    assert box.currentText == "From file: Another"
    dialogs.answers.append("")
    box.activated.emit(box.count - 1)
    assert box.currentText == "From file: Another"
    box.activated.emit(offered.index("demonstration"))
    assert box.itemText(box.count - 2) == "demonstration"


def test_the_banner_says_so_as_long_as_the_signature_is_a_demonstration(panel):
    assert panel.panel.ui.noticeLabel.visible
    assert "Demonstration" in panel.panel.ui.noticeLabel.text
    assert "DEMONSTRATION" in panel.panel.ui.noticeLabel.toolTip


@pytest.mark.parametrize("suffix", [".csv", ".json", ".html"])
def test_a_report_is_saved_where_the_user_says(scored, dialogs, tmp_path, suffix):
    panel = scored[0]
    file = tmp_path / f"scores{suffix}"
    dialogs.answers.append(str(file))
    click(getattr(panel.panel.ui, f"{suffix[1:]}Button"))
    assert "metastasis" in file.read_text(encoding="utf-8")
    assert str(file) in panel.panel.ui.messageLabel.text


def tabTo(target):
    """Press Tab, or Shift and Tab where Tab does not lead there, until the widget has the focus."""
    keys = QtCore.Qt.Key
    for key in (keys.Key_Tab, keys.Key_Backtab):
        for _ in range(60):
            focus = QtWidgets.QApplication.focusWidget()
            if focus is target:
                return
            QtTest.QTest.keyClick(focus, key)
    raise AssertionError(f"the keyboard does not lead to {target.objectName}")


def test_the_keyboard_alone_runs_the_flow(panel, dialogs, tmp_path):
    """Load, score, select a lesion, save: no mouse."""
    ui, session = panel.panel.ui, panel.panel.session
    ui.ctSelector.setFocus()
    tabTo(ui.demonstrationButton)
    QtTest.QTest.keyClick(ui.demonstrationButton, QtCore.Qt.Key.Key_Space)
    waitFor(lambda: session.inputs.segmentationNode is not None and session.jobs.state == "idle")
    tabTo(ui.scoreButton)
    QtTest.QTest.keyClick(ui.scoreButton, QtCore.Qt.Key.Key_Space)
    waitIdle(panel)
    assert all(row.score is not None for row in session.rows)
    tabTo(ui.lesionTable)
    QtTest.QTest.keyClick(ui.lesionTable, QtCore.Qt.Key.Key_Down)
    QtTest.QTest.keyClick(ui.lesionTable, QtCore.Qt.Key.Key_Down)
    assert panel.panel.section("LesionsSection").table.selectedID in {row.id for row in session.rows}
    file = tmp_path / "scores.csv"
    dialogs.answers.append(str(file))
    tabTo(ui.tabs.tabBar())
    for _ in range(2):
        QtTest.QTest.keyClick(ui.tabs.tabBar(), QtCore.Qt.Key.Key_Right)
    tabTo(ui.csvButton)
    QtTest.QTest.keyClick(ui.csvButton, QtCore.Qt.Key.Key_Space)
    assert file.read_text(encoding="utf-8").count("\n") == 1 + len(session.rows)
