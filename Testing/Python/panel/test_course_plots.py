"""Spider and waterfall plot: who stands where, what the mouse learns, what irradiated lesions look like."""

from __future__ import annotations

import numpy as np
import pytest
from patients import tipAt, waitIdle
from PySide6 import QtCore, QtGui

from radioimmuno.signature.signature import default_signature
from RadioImmunoScoreLib.scene.segment_properties import setIrradiated
from RadioImmunoScoreLib.services.course_display import LesionCurve
from slicerbench.hands import click, reveal

DATES, DAYS = ("2024-01-08", "2024-03-11"), (0, 63)
WIDTH_PX = 420


def curve(lesionID, now, irradiated=False):
    """A lesion of 20 mm that has another diameter now."""
    return LesionCurve(lesionID, f"Lung {lesionID}", "long", irradiated, DATES, DAYS, (20.0, now))


@pytest.fixture
def pen(panel):
    from RadioImmunoScoreLib.panel.widgets.drawing import PenHolder

    return PenHolder(panel.panel.ui.spiderLabel).of(default_signature())


def waterfall(pen, *curves):
    """(RGBA values of the picture, its spots) of the plot with these lesions."""
    from RadioImmunoScoreLib.panel.widgets.course_plots import waterfall

    pixmap, spots = waterfall(pen, curves, None, WIDTH_PX)
    image = pixmap.toImage().convertToFormat(QtGui.QImage.Format.Format_RGBA8888)
    values = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return values, spots


def colored(values, spot, name):
    """How many pixels of a lesion's row have a color, and the columns in which they are."""
    row = values[spot.y - spot.reachY : spot.y + spot.reachY]
    wanted = [int(name[n : n + 2], 16) for n in (1, 3, 5)]
    isOf = (row[..., 3] == 255) & (row[..., :3] == wanted).all(axis=-1)
    return isOf.sum(), np.flatnonzero(isOf.any(axis=0))


def test_growth_stands_above_shrinkage_and_bars_are_as_long_as_their_change(pen):
    from RadioImmunoScoreLib.panel.widgets.course_plots import COLORS

    values, spots = waterfall(pen, curve("L1", 10.0), curve("L2", 24.0), curve("L3", 0.0))
    assert [spot.id for spot in spots] == ["L2", "L1", "L3"]
    assert [spot.y for spot in spots] == sorted(spot.y for spot in spots)
    half, whole = (np.ptp(colored(values, spots[n], COLORS[c])[1]) for n, c in ((1, 0), (2, 2)))
    assert half == pytest.approx(whole / 2, abs=3)


def test_bars_of_the_thresholds_end_at_their_lines(pen):
    from RadioImmunoScoreLib.panel.widgets.course_plots import COLORS

    values, spots = waterfall(pen, curve("L1", 14.0), curve("L2", 24.0), curve("L3", 20.0))
    grown, same, shrunk = spots
    left, right = colored(values, shrunk, COLORS[0])[1].min(), colored(values, grown, COLORS[1])[1].max()
    # The row of a lesion that stayed as it was has no bar over them.
    row = values[same.y - same.reachY : same.y + same.reachY, :, 3] > 100
    assert row[:, left - 1 : left + 2].any()
    assert row[:, right - 1 : right + 2].any()
    assert not row[:, left - 15 : left - 3].any()


def test_the_bar_of_an_irradiated_lesion_is_hatched(pen):
    from RadioImmunoScoreLib.panel.widgets.course_plots import COLORS

    values, spots = waterfall(pen, curve("L1", 0.0, irradiated=True), curve("L2", 0.0))
    hatched, full = (
        colored(values, next(s for s in spots if s.id == i), COLORS[n])[0] for n, i in enumerate(("L1", "L2"))
    )
    assert 0 < hatched < 0.6 * full


def test_what_was_measured_once_has_no_bar(pen):
    once = LesionCurve("L2", "new", "long", False, DATES[1:], DAYS[1:], (12.0,))
    _, spots = waterfall(pen, curve("L1", 10.0), once)
    assert [spot.id for spot in spots] == ["L1"]


@pytest.mark.parametrize("name", ["spiderLabel", "waterfallLabel"])
def test_the_mouse_learns_of_a_lesion_and_a_click_chooses_it(matched, bench, name):
    panel, first, _ = matched
    setIrradiated(first[1].GetSegmentation().GetSegment("liver_1"), True)
    click(panel.panel.ui.matchButton)
    waitIdle(panel)
    label, plots = getattr(panel.panel.ui, name), panel.panel.section("FollowUpSection")._plots
    reveal(label)
    bench.process(50)
    curves = panel.panel.session.state.followUp.curves
    lesion = next(each for each in curves if each.name == "metastasis")
    place = QtCore.QPoint(*plots.placeOf(label, lesion.id))
    assert "metastasis, irradiated" in tipAt(label, place)
    assert "2024-03-11: long axis 1" in tipAt(label, place)
    click(label, place)
    assert panel.panel.session.state.followUp.selectedID == lesion.id
