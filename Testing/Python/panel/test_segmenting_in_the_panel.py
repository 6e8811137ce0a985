"""One stroke drawn with the mouse: a lesion, its color, its score; more of it, less of it, and back."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import slicer
from patients import waitFor, waitIdle
from PySide6 import QtTest
from stroking import TUMOR, dice, drawn, drawStroke, isPlaceMode, maskOf, placeOf, segmentIDs
from synthetic import SPACING, ballMask, centerRas

from slicerbench.hands import click, clickInView


def test_a_stroke_drawn_with_the_mouse_ends_in_a_colored_scored_lesion(bench, ready):
    panel, _, nodes = ready
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    click(panel.panel.ui.updateCheckBox)
    picture = bench.sliceViews["Red"].render()
    segmentID = drawn(bench, ready)
    waitFor(lambda: panel.panel.session.scoreOf(segmentID) is not None)
    waitIdle(panel)
    score = panel.panel.session.scoreOf(segmentID)
    assert score.score is not None
    assert dice(maskOf(nodes, segmentID), ballMask(TUMOR)) > 0.85
    color = nodes[1].GetSegmentation().GetSegment(segmentID).GetColor()
    assert color == pytest.approx(panel.panel.section("LesionsSection").table._pen.scale.rgb(score.score))
    row, column = bench.sliceViews["Red"].pixelOf(centerRas(TUMOR))
    after = bench.sliceViews["Red"].render()
    assert (picture[row, column] != after[row, column]).any()
    assert panel.panel.section("LesionsSection").table.selectedID == segmentID
    assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []
    assert not isPlaceMode()
    assert not panel.panel.ui.newButton.checked


def test_where_others_have_scores_a_new_lesion_gets_one_and_an_edit_waits(bench, ready):
    panel, _, nodes = ready
    drawn(bench, ready)
    QtTest.QTest.qWait(400)
    # The first Score is the user's.
    assert {row.status for row in panel.panel.session.rows} == {"unscored"}
    click(panel.panel.ui.undoButton)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    segmentID = drawn(bench, ready)
    waitFor(lambda: panel.panel.session.scoreOf(segmentID) is not None)
    waitIdle(panel)
    assert "long axis" in panel.panel.ui.messageLabel.text
    mask = ballMask(TUMOR).astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, nodes[1], segmentID, nodes[0])
    waitFor(lambda: statusOf(panel)[segmentID] == "stale")
    QtTest.QTest.qWait(400)
    assert statusOf(panel)[segmentID] == "stale"


def statusOf(panel):
    return {row.id: row.status for row in panel.panel.session.rows}


def test_its_row_and_its_tag_say_the_axes(bench, ready):
    panel, _, nodes = ready
    segmentID = drawn(bench, ready)
    from RadioImmunoScoreLib.scene.segment_properties import axesOf

    axes = axesOf(nodes[1].GetSegmentation().GetSegment(segmentID))
    assert axes == pytest.approx((22, 22), abs=4)
    row = panel.panel.section("LesionsSection").table.order.index(segmentID)
    assert f"long axis {axes[0]:.0f} mm" in panel.panel.ui.lesionTable.item(row, 0).toolTip()
    assert f"long axis {axes[0]:.0f} mm" in panel.panel.ui.messageLabel.text


def test_a_click_inside_segments_too(bench, ready):
    panel, view, nodes = ready
    click(panel.panel.ui.clickButton)
    clickInView(view, placeOf(bench, 0))
    waitFor(lambda: len(segmentIDs(nodes)) == 4)
    assert dice(maskOf(nodes, segmentIDs(nodes)[-1]), ballMask(TUMOR)) > 0.8


def test_undo_removes_it_and_redo_brings_it_back(bench, ready):
    panel, _, nodes = ready
    before = segmentIDs(nodes)
    segmentID = drawn(bench, ready)
    mask = maskOf(nodes, segmentID)
    click(panel.panel.ui.undoButton)
    QtTest.QTest.qWait(100)
    assert segmentIDs(nodes) == before
    assert panel.panel.section("LesionsSection").table.order == before
    assert not panel.panel.ui.undoButton.enabled
    click(panel.panel.ui.redoButton)
    QtTest.QTest.qWait(100)
    assert (maskOf(nodes, segmentID) == mask).all()


def test_a_stroke_on_the_selected_lesion_takes_away_or_adds_as_chosen(bench, ready):
    panel, view, nodes = ready
    ui = panel.panel.ui
    segmentID = drawn(bench, ready)
    whole = maskOf(nodes, segmentID)
    calls = []

    def half(image, points, what, lesion):
        from radioimmuno.geometry.image import Image
        from radioimmuno.segmentation.segmented_lesion import SegmentedLesion

        calls.append((what, len(points)))
        keep = np.array(lesion.values)
        keep[:, :, : keep.shape[2] // 2] = what == "add"
        return SegmentedLesion(Image(keep, lesion.lattice, lesion.offset), None, ())

    panel.panel.session.strokes.segmenting.segmenter = half
    click(ui.removeButton)
    drawStroke(bench, view, -11, 0)
    waitIdle(panel)
    less = maskOf(nodes, segmentID)
    assert 0 < less.sum() < whole.sum()
    click(ui.addButton)
    drawStroke(bench, view, -11, 0)
    waitIdle(panel)
    assert maskOf(nodes, segmentID).sum() > less.sum()
    assert calls == [("remove", 2), ("add", 2)]
    assert len(segmentIDs(nodes)) == 4
    click(ui.undoButton)
    click(ui.undoButton)
    assert (maskOf(nodes, segmentID) == whole).all()


@pytest.mark.parametrize("offsetMm", [8.5, 14])
def test_a_click_pulls_the_border_there_and_leaves_the_other_side(bench, ready, offsetMm):
    panel, view, nodes = ready
    ui = panel.panel.ui
    segmentID = drawn(bench, ready)
    before = maskOf(nodes, segmentID)
    click(ui.pullButton)
    clickInView(view, placeOf(bench, offsetMm))
    bench.process(20)
    waitIdle(panel)
    after = maskOf(nodes, segmentID)
    # On the line from the centre to the click and on beyond it, mm; a voxel is 1.5 mm long.
    k, j, i = TUMOR.center
    toRight = [SPACING[2] * np.count_nonzero(mask[k, j, i:]) for mask in (before, after)]
    toLeft = [SPACING[2] * np.count_nonzero(mask[k, j, : i + 1]) for mask in (before, after)]
    assert toRight == pytest.approx([11, offsetMm], abs=2)
    assert toLeft[0] == pytest.approx(toLeft[1], abs=1.6)
    assert (after.sum() > before.sum()) == (offsetMm > 11)
    assert len(segmentIDs(nodes)) == 4
    click(ui.undoButton)
    assert (maskOf(nodes, segmentID) == before).all()


def test_a_lesion_that_is_deleted_while_it_is_corrected_is_not_missed(bench, ready):
    panel, view, nodes = ready
    segmentID = drawn(bench, ready)
    click(panel.panel.ui.removeButton)
    clickInView(view, placeOf(bench, -11))
    nodes[1].GetSegmentation().RemoveSegment(segmentID)
    bench.process(100)
    clickInView(view, placeOf(bench, 0))
    bench.process(50)
    waitIdle(panel)
    assert "deleted meanwhile" in panel.panel.ui.messageLabel.text
    assert len(segmentIDs(nodes)) == 3


def test_without_a_segmentation_one_is_made(bench, ready):
    panel, view, nodes = ready
    slicer.mrmlScene.RemoveNode(nodes[1])
    bench.process()
    click(panel.panel.ui.newButton)
    drawStroke(bench, view, -11, 11)
    waitFor(lambda: panel.panel.session.inputs.segmentationNode is not None)
    waitIdle(panel)
    assert [row.name for row in panel.panel.session.rows] == ["Lesion 1"]
    assert panel.panel.ui.segmentationSelector.currentNode().GetName() == "CT lesions"
    assert panel.panel.ui.scoreButton.enabled


def test_a_stroke_where_there_is_nothing_says_so_in_plain_words(bench, ready):
    panel, view, nodes = ready
    from radioimmuno.findings import InputError

    def nothing(image, points, what, lesion):
        raise InputError("stroke.nothing_found", "No lesion was found there.")

    panel.panel.session.strokes.segmenting.segmenter = nothing
    click(panel.panel.ui.newButton)
    drawStroke(bench, view, -11, 11)
    waitIdle(panel)
    assert panel.panel.ui.messageLabel.text == "No lesion was found there."
    assert len(segmentIDs(nodes)) == 3
    assert not panel.panel.ui.undoButton.enabled


def test_cancel_while_segmenting_leaves_no_lesion(bench, ready):
    panel, view, nodes = ready
    started, release = threading.Event(), threading.Event()

    def slow(image, points, what, lesion):
        started.set()
        release.wait(30)
        raise RuntimeError("nobody hears of it")

    panel.panel.session.strokes.segmenting.segmenter = slow
    click(panel.panel.ui.newButton)
    drawStroke(bench, view, -11, 11)
    waitFor(started.is_set)
    assert panel.panel.ui.cancelButton.visible
    click(panel.panel.ui.cancelButton)
    release.set()
    waitFor(lambda: not any(t.name == "RadioImmunoScore" for t in threading.enumerate()))
    QtTest.QTest.qWait(100)
    assert len(segmentIDs(nodes)) == 3
    assert "Cancelled" in panel.panel.ui.messageLabel.text


def test_closing_the_scene_while_segmenting_stops(bench, ready):
    panel, view, _ = ready
    started, release = threading.Event(), threading.Event()

    def slow(image, points, what, lesion):
        started.set()
        release.wait(30)
        raise RuntimeError("nobody hears of it")

    panel.panel.session.strokes.segmenting.segmenter = slow
    click(panel.panel.ui.newButton)
    drawStroke(bench, view, -11, 11)
    waitFor(started.is_set)
    slicer.mrmlScene.Clear()
    release.set()
    QtTest.QTest.qWait(200)
    assert panel.panel.session.jobs.state == "idle"
    assert slicer.util.getNodesByClass("vtkMRMLSegmentationNode") == []


def test_a_saved_scene_keeps_the_lesion_and_its_axes_and_can_be_drawn_in(bench, ready, tmp_path):
    panel, view, _ = ready
    segmentID = drawn(bench, ready)
    before = {row.id: row for row in panel.panel.session.rows}
    file = bench.host.saveScene(tmp_path / "patient.mrb")
    slicer.mrmlScene.Clear()
    bench.process(50)
    bench.host.loadScene(file)
    bench.process(300)
    assert {row.id: row for row in panel.panel.session.rows} == before
    assert before[segmentID].axesMm is not None
    inputs = panel.panel.session.inputs
    inputs.segmentationNode.GetSegmentation().RemoveSegment(segmentID)
    bench.sliceViews["Red"].showVolume(inputs.volumeNode)
    bench.sliceViews["Red"].jumpTo(centerRas(TUMOR))
    bench.process(50)
    click(panel.panel.ui.newButton)
    drawStroke(bench, view, -11, 11)
    waitFor(lambda: len(inputs.segmentIDs) == 4)


def test_editing_a_stroke_lesion_by_other_means_forgets_what_was_measured(bench, ready):
    from RadioImmunoScoreLib.scene.segment_properties import expectedAgreementOf, setExpectedAgreement

    panel, _, nodes = ready
    segmentID = drawn(bench, ready)
    segment = nodes[1].GetSegmentation().GetSegment(segmentID)
    setExpectedAgreement(segment, 0.75, 5.0)
    QtTest.QTest.qWait(300)
    assert expectedAgreementOf(segment) == 0.75
    mask = ballMask(TUMOR).astype(np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, nodes[1], segmentID, nodes[0])
    QtTest.QTest.qWait(300)
    row = panel.panel.section("LesionsSection").table.order.index(segmentID)
    assert "axis" not in panel.panel.ui.lesionTable.item(row, 0).toolTip()
    assert expectedAgreementOf(segment) is None
