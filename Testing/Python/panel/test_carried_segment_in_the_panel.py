"""A lesion of a study that the next one does not have: segmented there, too, from where it was."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from follow_up_patients import LESION, rowOf, rowsOf
from patients import BALLS, Ball, waitIdle
from synthetic import ballMask

from radioimmuno.findings import InputError
from radioimmuno.geometry.axes import measure_axes
from radioimmuno.geometry.image import Image
from radioimmuno.segmentation.segmented_lesion import SegmentedLesion
from slicerbench.hands import click, clickCell


def test_a_lesion_of_the_study_before_is_segmented_in_the_later_one_too(matched, bench):
    panel, first, second = matched
    ui = panel.panel.ui
    clickCell(ui.courseTable, rowOf(panel, "lymph node"), LESION)
    assert not ui.segmentHereButton.isVisible()
    clickCell(ui.courseTable, rowOf(panel, "metastasis\ngone"), LESION)
    asked = []
    carried = panel.panel.session.followUp.carried

    def segmenter(image, points, what):
        asked.append(points)
        assert what == "box"
        mask = Image(ballMask(Ball("", "", BALLS[1].center, 7.0)), image.lattice)
        return SegmentedLesion(mask, measure_axes(mask))

    carried.segmenter = segmenter
    click(ui.segmentHereButton)
    waitIdle(panel)
    # The box around the lesion as it was, 18 mm wide.
    (corners,) = asked
    middle = np.mean(corners, axis=0) * (-1, -1, 1)
    assert middle == pytest.approx(first[1].GetSegmentCenterRAS("liver_2"), abs=1.5)
    assert np.abs(np.subtract(*corners)) == pytest.approx(18, abs=3)
    rows = rowsOf(panel)
    assert float(rows["metastasis\nsame, by hand"][1].split(" mm")[0]) == pytest.approx(14, abs=1.5)
    assert second[1].GetSegmentation().GetNumberOfSegments() == 4
    assert not ui.segmentHereButton.isVisible()
    assert "metastasis: " in ui.messageLabel.text
    click(ui.undoButton)
    bench.process(200)
    assert second[1].GetSegmentation().GetNumberOfSegments() == 3
    assert "metastasis\nedited since" in rowsOf(panel)
    click(ui.matchButton)
    waitIdle(panel)
    assert "metastasis\ngone" in rowsOf(panel)


@pytest.mark.slow
def test_what_is_segmented_too_is_found_in_its_box(two):
    panel, _first, second = two
    volume = second[0]
    values = slicer.util.arrayFromVolume(volume)
    values[ballMask(Ball("", "", BALLS[1].center, 9.0))] += 80
    slicer.util.arrayFromVolumeModified(volume)
    ui = panel.panel.ui
    click(ui.matchButton)
    waitIdle(panel)
    clickCell(ui.courseTable, rowOf(panel, "metastasis\ngone"), LESION)
    click(ui.segmentHereButton)
    waitIdle(panel)
    volume_cc = float(rowsOf(panel)["metastasis\nsame, by hand"][1].split("\n")[1].split(" cc")[0])
    assert volume_cc == pytest.approx(4 / 3 * np.pi * 0.9**3, rel=0.2)


def test_where_nothing_is_left_nothing_is_segmented(matched):
    panel, _, second = matched
    ui = panel.panel.ui
    clickCell(ui.courseTable, rowOf(panel, "metastasis\ngone"), LESION)

    def nothing(image, points, what):
        raise InputError("stroke.nothing_found", "Draw it otherwise.")

    panel.panel.session.followUp.carried.segmenter = nothing
    click(ui.segmentHereButton)
    waitIdle(panel)
    assert ui.messageLabel.text.startswith("Nothing was segmented: nothing differs there")
    assert second[1].GetSegmentation().GetNumberOfSegments() == 3
    assert "metastasis\ngone" in rowsOf(panel)
