# ruff: noqa: RUF001 - the page writes true minus signs
"""The page's plot, contributions and metrics: the right numbers in the right place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import report_cases as cases
from report_page import cards, page

from radioimmuno.features.catalog import STANDARD
from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.color_scale import color_scale


def test_contributions_are_bars_around_zero_in_order_of_size_and_sum_up(tmp_path: Path) -> None:
    table = next(cards(page(tmp_path))[0].all("table", class_="terms"))
    rows = list(table.one("tbody").all("tr"))
    # -1.5 - 0.5 - 0.25 = -2.25 is the largest of all cards, +0.5 the next
    assert [row.one("th").text for row in rows] == [
        "lesion: large differences between neighbors co-occurrence: contrast, IBSI ACUI",
        "ring: mean of the HU values intensity: mean, IBSI Q4LE",
        "site: liver",
        "tube voltage",
    ]
    assert [list(row.all("td"))[-1].text for row in rows] == ["−2.250", "+0.500", "−0.350", "+0.100"]
    bars = [row.one("rect").attributes for row in rows]
    assert [bar["class"] for bar in bars] == ["takes", "adds", "takes", "adds"]
    assert bars[0]["x"] == "0.00%"
    assert bars[0]["width"] == "50.00%"
    assert bars[1]["x"] == "50.00%"
    assert float((bars[1]["width"] or "")[:-1]) == pytest.approx(50 * 0.5 / 2.25, abs=0.01)
    sums = [row.text for row in table.one("tfoot").all("tr")]
    assert sums == ["intercept +0.500", "score −1.50"]


def test_many_terms_are_folded_with_their_sum(tmp_path: Path) -> None:
    lesion = cases.patient().lesions[0]
    many = tuple(
        replace(lesion.contributions[0], variable=f"lesion.{key}", contribution=1.0 / n)
        for n, key in enumerate(STANDARD[:12], start=1)
    )
    card = cards(page(tmp_path, cases.patient(lesions=(replace(lesion, contributions=many),))))[0]
    first, folded = card.all("table", class_="terms")
    assert len(list(first.one("tbody").all("tr"))) == 8
    assert len(list(folded.one("tbody").all("tr"))) == 4
    rest = 1 / 9 + 1 / 10 + 1 / 11 + 1 / 12
    assert f"4 further terms together +{rest:.3f}" in first.text


def test_a_value_outside_the_training_range_is_flagged_in_its_row(tmp_path: Path) -> None:
    flags = [[flag.text for flag in card.all("span", class_="flag")] for card in cards(page(tmp_path))]
    assert flags == [[], ["outside the training range"], [], []]


def test_the_plot_orders_lesions_by_score_and_places_them_on_one_axis(tmp_path: Path) -> None:
    plot = page(tmp_path).one("table", class_="plot")
    names = [row.one("a").text for row in plot.all("tr") if list(row.all("a"))]
    assert names == ["Liver segment 7", "Liver segment 4", "Node", "Empty"]
    dots = [dot.attributes for dot in plot.all("circle")]
    places = [float((dot["cx"] or "")[:-1]) for dot in dots]
    scores = [-1.5, 0.25, 1.75]
    slope = np.diff(places) / np.diff(scores)
    assert slope[0] == pytest.approx(slope[1], rel=1e-3)
    lines = [float((x.attributes["x1"] or "")[:-1]) for x in plot.all("line", class_="cutoff")]
    assert {-1.0, 0.0, 1.0} == {round(-1.5 + (x - places[0]) / slope[0], 2) for x in lines}
    assert [dot["fill"] for dot in dots] == [color_scale(cases.signature()).hex(score) for score in scores]


def with_scores(*scores: float) -> PatientScore:
    first = cases.patient().lesions[0]
    return cases.patient(
        lesions=tuple(replace(first, id=str(n), score=score) for n, score in enumerate(scores))
    )


def test_a_score_a_little_beyond_the_color_scale_lies_on_the_axis(tmp_path: Path) -> None:
    # the scale is -2 to 2
    plot = page(tmp_path, with_scores(3.5)).one("table", class_="plot")
    assert 0 < float((plot.one("circle").attributes["cx"] or "")[:-1]) < 100
    assert not list(plot.all("text", class_="beyond"))


def test_one_score_far_off_does_not_crush_the_others(tmp_path: Path) -> None:
    usual = page(tmp_path, with_scores(-1.0, 1.0)).one("table", class_="plot")
    crushed = page(tmp_path, with_scores(-1.0, 1.0, 5550653.0)).one("table", class_="plot")
    places = [[dot.attributes["cx"] for dot in plot.all("circle")] for plot in (usual, crushed)]
    assert places[0] == places[1]


@pytest.mark.parametrize(("score", "edge", "text"), [(40.0, "100.00%", "40.00"), (-40.0, "0.00%", "−40.00")])
def test_a_score_far_off_is_an_arrow_at_the_edge_with_its_value(
    tmp_path: Path, score: float, edge: str, text: str
) -> None:
    root = page(tmp_path, with_scores(0.5, score))
    plot = root.one("table", class_="plot")
    assert plot.one("svg", class_="edge").attributes["x"] == edge
    assert plot.one("text", class_="beyond").text == text
    assert cards(root)[1].one("svg", class_="edge").attributes["x"] == edge


def test_what_a_subset_is_too_small_for_is_not_defined(tmp_path: Path) -> None:
    rows = [row.text for row in page(tmp_path).one("table", class_="metrics").one("tbody").all("tr")]
    assert rows[0] == "all 3 −1.50 Liver segment 7 0.17 0.25 1.75 Node 1.63 1.58"
    undefined = "not defined (fewer than two lesions)"
    assert rows[1].endswith(f"−1.50 Liver segment 7 {undefined} {undefined}")
    assert rows[2] == "site: brain 0 no scored lesion"


def test_the_entropys_bins_are_stated(tmp_path: Path) -> None:
    text = page(tmp_path).text
    assert "over the signature's bins (4 bins from −2.00 to 2.00, which go on beyond" in text
    assert "publications do not state theirs" in text
