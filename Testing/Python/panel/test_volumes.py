"""Volumes in the table before anything is scored."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from patients import BALLS, addPatient, draw, select
from PySide6 import QtTest
from synthetic import SPACING, ballMask

from RadioImmunoScoreLib.panel.state import rows
from RadioImmunoScoreLib.panel.state.rows import Volumes

VOLUME = 5
VOXEL_CC = float(np.prod(SPACING)) / 1000


def drawnCc(ball):
    return np.count_nonzero(ballMask(ball)) * VOXEL_CC


def test_lesions_that_are_not_scored_yet_show_what_is_drawn(panel):
    nodes = addPatient()
    select(panel, nodes)
    table = panel.panel.ui.lesionTable
    assert [table.item(n, VOLUME).text() for n in range(3)] == [f"{drawnCc(ball):.1f}" for ball in BALLS]
    draw(nodes, "node", (34, 30, 66), 14.0)
    QtTest.QTest.qWait(300)
    assert float(table.item(2, VOLUME).text()) == pytest.approx(4 / 3 * np.pi * 1.4**3, abs=0.3)


def test_segments_that_share_a_label_map_are_counted_apart(bench):
    _, node = addPatient()
    segmentation = node.GetSegmentation()
    segmentation.CollapseBinaryLabelmaps(False)
    assert segmentation.GetNumberOfLayers("Binary labelmap") == 1
    counted = Volumes()
    for ball in BALLS:
        found = counted.of(segmentation.GetSegment(ball.segmentID), ball.segmentID)
        assert found == pytest.approx(drawnCc(ball))


def test_voxels_are_counted_again_only_when_they_were_edited(bench, monkeypatch):
    nodes = addPatient()
    segment = nodes[1].GetSegmentation().GetSegment("node")
    calls, count = [], rows._volumeCc
    monkeypatch.setattr(rows, "_volumeCc", lambda *what: calls.append(what) or count(*what))
    counted = Volumes()
    before = [counted.of(segment, "node") for _ in range(5)]
    assert len(calls) == 1
    draw(nodes, "node", (34, 30, 66), 14.0)
    assert counted.of(segment, "node") > before[0]
    assert len(calls) == 2


def test_a_label_map_that_takes_long_is_not_counted(bench, monkeypatch):
    nodes = addPatient()
    segment = nodes[1].GetSegmentation().GetSegment("node")
    monkeypatch.setattr(rows, "MAX_COUNTED_VOXELS", 10)
    assert Volumes().of(segment, "node") is None


def test_a_segment_without_a_label_map_has_no_volume_yet(bench):
    slicer.mrmlScene.Clear()
    assert Volumes().of(slicer.vtkSegment(), "surface") is None
