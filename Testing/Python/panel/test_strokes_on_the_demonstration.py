"""More and less of a lesion by a second stroke, on the simulated patient, with nothing stood in for."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from patients import select, waitFor, waitIdle
from PySide6 import QtCore, QtTest
from stroking import dice, maskOf

from RadioImmunoScoreLib.scene import readImage
from RadioImmunoScoreLib.services.demonstration import simulate
from slicerbench.demonstration import loadDemonstration
from slicerbench.hands import click, clickInView, moveTo

# Of the ends of a stroke from the border of what it crosses, as a share of its length.
INTO = 0.02


@pytest.fixture(scope="module")
def patient():
    return simulate()


@pytest.fixture
def demonstration(bench, window, patient):
    """(panel, axial view, nodes, segment IDs from the largest lesion to the smallest)."""
    nodes = loadDemonstration(bench, patient)
    select(bench.widget, nodes)
    segmentIDs = nodes[1].GetSegmentation().GetSegmentIDs()
    sizes = {segmentID: np.count_nonzero(maskOf(nodes, segmentID)) for segmentID in segmentIDs}
    return bench.widget, window.views[0], nodes, sorted(sizes, key=sizes.get, reverse=True)


def longestStroke(nodes, mask):
    """The ends in RAS of the longest line through the largest slice of a mask."""
    k = int(mask.sum(axis=(1, 2)).argmax())
    points = np.argwhere(mask[k])
    far = ((points[:, None] - points[None]) ** 2).sum(-1)
    a, b = np.unravel_index(far.argmax(), far.shape)
    ends = np.array([[k, *points[a]], [k, *points[b]]], float)
    ends += INTO * (ends[::-1] - ends)
    return readImage(nodes[0]).lattice.to_lps(ends) * (-1, -1, 1)


def drawAlong(bench, view, ends):
    """Draw a line with the mouse in the axial slice that it lies in."""
    slice_ = bench.sliceViews["Red"]
    slice_.jumpTo(ends.mean(axis=0))
    bench.process()
    start, end = (QtCore.QPoint(*slice_.pixelOf(point)[::-1]) for point in ends)
    clickInView(view, start)
    moveTo(view, (start + end) / 2)
    clickInView(view, end)
    bench.process()


def write(nodes, segmentID, mask):
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask.astype(np.uint8), nodes[1], segmentID, nodes[0])


def test_a_stroke_across_the_missing_part_completes_a_lesion(bench, demonstration):
    panel, view, nodes, (segmentID, *_) = demonstration
    ui = panel.panel.ui
    whole = maskOf(nodes, segmentID)
    half = whole.copy()
    half[:, :, int(np.argwhere(whole)[:, 2].mean()) :] = False
    write(nodes, segmentID, half)
    bench.process(300)
    panel.panel.selectLesion(segmentID)
    click(ui.addButton)
    drawAlong(bench, view, longestStroke(nodes, whole))
    waitFor(lambda: ui.undoButton.enabled)
    waitIdle(panel)
    after = maskOf(nodes, segmentID)
    assert (after & half).sum() == half.sum()
    assert dice(after, whole) > 0.85 > dice(half, whole)
    click(ui.undoButton)
    assert (maskOf(nodes, segmentID) == half).all()


def test_a_stroke_with_shift_takes_a_second_lesion_out_of_a_segment(bench, demonstration):
    panel, view, nodes, (segmentID, other, *_) = demonstration
    ui = panel.panel.ui
    wanted, second = maskOf(nodes, segmentID), maskOf(nodes, other)
    nodes[1].GetSegmentation().RemoveSegment(other)
    write(nodes, segmentID, wanted | second)
    bench.process(300)
    panel.panel.selectLesion(segmentID)
    QtTest.QTest.mouseClick(
        ui.newButton, QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.ShiftModifier
    )
    drawAlong(bench, view, longestStroke(nodes, second))
    waitFor(lambda: ui.undoButton.enabled)
    waitIdle(panel)
    after = maskOf(nodes, segmentID)
    assert (after & wanted).sum() == wanted.sum()
    assert (after & second).sum() < 0.2 * second.sum()
    click(ui.undoButton)
    assert (maskOf(nodes, segmentID) == (wanted | second)).all()
