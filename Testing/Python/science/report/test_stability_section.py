"""What the report, the table and the JSON say of redrawn contours."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest
import report_cases as cases
from report_page import cards, page

from radioimmuno.report import write_patient_json, write_scores_csv
from radioimmuno.report.formatting import MINUS
from radioimmuno.report.stability_section import flip_sentences
from radioimmuno.scoring.results import PatientScore, with_stability
from radioimmuno.stability.agreement import LesionStability, Spread, patient_stability
from radioimmuno.stability.perturbation import Perturbation

HOW = Perturbation(sd_mm=1.5, draws=30, seed=4)
CONTRAST, MEAN = cases.VARIABLES[:2]


def measured(low: float, high: float, flips: dict[str, float], scored: int = 30) -> LesionStability:
    spreads = {CONTRAST: Spread(scored, 4.0 + low, 0.1), MEAN: Spread(scored, -70.0, 2.0)}
    return LesionStability(0.125, low, high, flips, scored, 30, spreads, HOW)


def patient() -> PatientScore:
    """Two of the lesions redrawn: one crosses a cut-off, the other could not always be scored."""
    found = {
        "1": measured(-1.75, -0.75, {"low": 0.1, "median": 0.0, "high": 0.0}),
        "2": measured(0.5, 2.75, {"low": 0.0, "median": 0.0, "high": 0.0}, scored=28),
    }
    return with_stability(cases.patient(), patient_stability(found))


def test_the_table_has_sd_range_shares_and_counts(tmp_path: Path) -> None:
    write_scores_csv(patient(), cases.signature(), tmp_path / "s.csv")
    with (tmp_path / "s.csv").open(newline="") as stream:
        first, second, *others = csv.DictReader(stream, strict=True)
    assert [float(first[name]) for name in ("score_sd", "score_p5", "score_p95")] == [0.125, -1.75, -0.75]
    assert [float(first[f"flip_share_{name}"]) for name in ("low", "median", "high")] == [0.1, 0.0, 0.0]
    assert (second["contours_scored"], second["contours_drawn"]) == ("28", "30")
    columns = [name for name in first if name.startswith(("score_", "flip_", "contours_"))]
    assert len(columns) == 8
    assert {other[name] for other in others for name in columns} == {""}


def test_the_json_has_the_lesions_figures_the_icc_and_how_contours_were_redrawn(tmp_path: Path) -> None:
    write_patient_json(patient(), cases.signature(), tmp_path / "p.json")
    document = json.loads((tmp_path / "p.json").read_text())
    first = document["lesions"][0]["stability"]
    assert (first["sd"], first["p5"], first["p95"]) == (0.125, -1.75, -0.75)
    assert first["flip_shares"]["low"] == 0.1
    assert first["features"][CONTRAST] == {"n": 30, "mean": 2.25, "sd": 0.1}
    assert document["lesions"][2]["stability"] is None
    assert document["stability"]["perturbation"]["sd_mm"] == 1.5
    assert document["stability"]["icc_kind"].startswith("ICC(1,1)")
    assert document["stability"]["icc"][CONTRAST] > 0.9
    assert document["stability"]["icc"][MEAN] < 0.1


def test_without_measurement_nothing_speaks_of_stability(tmp_path: Path) -> None:
    write_patient_json(cases.patient(), cases.signature(), tmp_path / "p.json")
    document = json.loads((tmp_path / "p.json").read_text())
    assert document["stability"] is None
    root = page(tmp_path)
    assert not list(root.all("g", class_="whisker"))
    assert "edrawn" not in root.text


def test_whiskers_run_from_the_5th_to_the_95th_percentile_in_plot_and_card(tmp_path: Path) -> None:
    root = page(tmp_path, patient())
    plot = root.one("table", class_="plot")
    dots = [float((dot.attributes["cx"] or "")[:-1]) for dot in plot.all("circle")]
    slope = (dots[1] - dots[0]) / (0.25 + 1.5)
    strips = [card.one("svg", class_="strip") for card in cards(root)[:2]]
    whiskers = [list(plot.all("g", class_="whisker")), [s.one("g", class_="whisker") for s in strips]]
    for found in whiskers:
        ends = []
        for whisker in found:
            line = next(whisker.all("line", class_="core")).attributes
            ends.append([float((line[name] or "")[:-1]) for name in ("x1", "x2")])
        scores = [[-1.5 + (x - dots[0]) / slope for x in pair] for pair in ends]
        assert scores == [pytest.approx([-1.75, -0.75], abs=0.01), pytest.approx([0.5, 2.75], abs=0.01)]
    # The second whisker reaches beyond the color scale and every score: the axis has room for it.
    assert max(x for pair in ends for x in pair) < 100


def test_a_lesions_card_says_in_words_what_its_whisker_means(tmp_path: Path) -> None:
    first, second, third, _ = cards(page(tmp_path, patient()))
    words = first.one("p", class_="stability").text
    assert f"SD 0.125, 5th to 95th percentile {MINUS}1.75 to {MINUS}0.75 (whisker)." in words
    assert "In 3 of 30 redrawn contours the score lies on the other side of the low cut-off." in words
    words = second.one("p", class_="stability").text
    assert "In none of 28 redrawn contours does the score lie on the other side of a cut-off." in words
    assert "2 of 30 redrawn contours could not be scored." in words
    assert not list(third.all("p", class_="stability"))


def test_the_page_tells_how_contours_were_redrawn_and_how_reliable_terms_are(tmp_path: Path) -> None:
    text = page(tmp_path, patient()).text
    assert "from the 5th to the 95th percentile of the scores of contours redrawn at random" in text
    assert "SD 1.5 mm, correlation falling to 1/e at 5 mm" in text
    assert "seed 4" in text
    assert "one-way random effects" in text
    assert "10 % 0 % 0 % 30 of 30" in text


def test_too_few_scored_contours_are_said_to_give_no_figure(tmp_path: Path) -> None:
    nothing = LesionStability(None, None, None, {}, 0, 30, {}, HOW)
    first = replace(cases.patient().lesions[0], stability=nothing)
    root = page(tmp_path, cases.patient(lesions=(first,), stability=patient_stability({"1": nothing})))
    assert not list(root.all("g", class_="whisker"))
    assert flip_sentences(nothing) == ["30 of 30 redrawn contours could not be scored."]
    assert "not defined" in root.text
