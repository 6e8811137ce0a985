"""The score axis: what it holds, and where on it scores, ticks and cut-offs lie."""

from __future__ import annotations

from pathlib import Path

import pytest
import report_cases as cases
from report_page import page, parsed

from radioimmuno.report.axis import MARGIN_SHARE, Axis, axis_of
from radioimmuno.report.formatting import MINUS
from radioimmuno.signature.color_scale import ColorScale
from radioimmuno.signature.cutoffs import Cutoffs

SCALE = ColorScale(2.0, 8.0)
AXIS = Axis(0.0, 10.0, SCALE, Cutoffs(2.5, 4.0, 7.5))


@pytest.mark.parametrize(
    ("cutoffs", "ends"),
    [
        (Cutoffs(1.0, 4.0, 7.0), (1.0, 8.0)),  # the low one lies beyond the color scale
        (Cutoffs(3.0, 4.0, 9.0), (2.0, 9.0)),  # the high one does
        (Cutoffs(1.0, 4.0, 9.0), (1.0, 9.0)),
        (None, (2.0, 8.0)),
    ],
)
def test_the_axis_holds_the_color_scale_and_every_cutoff(cutoffs, ends):
    axis = axis_of(cases.patient(lesions=()), SCALE, cutoffs)
    margin = MARGIN_SHARE * (ends[1] - ends[0])
    assert (axis.low, axis.high) == pytest.approx((ends[0] - margin, ends[1] + margin))


def test_places_are_percent_of_the_axis_and_end_with_it():
    assert [AXIS.at(score) for score in (-1, 0, 2.5, 10, 11)] == [
        "0.00%",
        "0.00%",
        "25.00%",
        "100.00%",
        "100.00%",
    ]
    assert [AXIS.beyond(score) for score in (-0.1, 0, 10, 10.1)] == [-1, 0, 0, 1]
    assert AXIS.middle == 5.0


def test_each_cutoff_has_its_line():
    lines = [line.attributes for line in parsed("".join(AXIS.cutoff_lines(1, 9))).all("line")]
    assert [line["x1"] for line in lines] == ["25.00%", "40.00%", "75.00%"]
    assert [line["x2"] for line in lines] == ["25.00%", "40.00%", "75.00%"]
    assert {(line["y1"], line["y2"]) for line in lines} == {("1", "9")}


def test_ticks_are_round_scores_and_every_other_one_can_be_spared():
    ticks = Axis(0.13, 0.87, SCALE, None).ticks()
    assert [tick.text for tick in ticks] == ["0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8"]
    assert [tick.spare for tick in ticks] == [False, True, False, True, False, True, False]
    assert [tick.score for tick in ticks] == pytest.approx([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])


def test_the_plots_head_and_every_row_show_all_three_cutoffs(tmp_path: Path) -> None:
    """The page's axis is symmetric about the median cut-off, 0; its scale reaches from -2 to 2."""
    plot = page(tmp_path).one("table", class_="plot")
    head, first, *_, ruler = [
        svg for svg in plot.all("svg") if "edge" not in (svg.attributes.get("class") or "")
    ]
    expected = [f"{50 + 100 * cutoff / (4 * (1 + 2 * MARGIN_SHARE)):.2f}%" for cutoff in (-1.0, 0.0, 1.0)]
    for drawing in (head, first, ruler):
        lines = drawing.all("line", class_="cutoff")
        assert sorted(line.attributes["x1"] or "" for line in lines) == expected
    words = {text.text: text.attributes["x"] for text in head.all("text")}
    assert words == dict(zip((f"low {MINUS}1.00", "median 0.00", "high 1.00"), expected, strict=True))
