"""Responses as files and as a page.

Tests of: response_files, response_page.
"""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta

import pytest

from radioimmuno.followup.response.course_response import CourseResponse, Rules, respond
from radioimmuno.followup.response.measured import MeasuredCourse, MeasuredLesion, MeasuredStudy, Role
from radioimmuno.followup.response.table import RefusedPatient
from radioimmuno.report.response_files import document_text, response_document, write_response_csv
from radioimmuno.report.response_page import response_page

RULES = Rules()
REFUSED = (RefusedPatient("P<9>", "response.row", "Patient 'P<9>': line 3, role 'x' is none of ..."),)
ANSWER = {
    *("sum_mm", "nadir_mm", "baseline_mm", "target", "non_target", "new_lesions", "recist", "irecist"),
    "sentence",
}
STUDY = {
    *("study", "date", "all", "in_field", "out_of_field", "abscopal_a", "abscopal_b", "dissociated"),
    *("pseudoprogression", "hyperprogression"),
}


def made(patient: str, sizes: list[tuple[float, float]], *, dated: bool = True) -> CourseResponse:
    """A course of an irradiated and another target, 60 days between the studies."""
    studies = []
    for n, (inside, outside) in enumerate(sizes):
        lesions = (
            MeasuredLesion("a", Role.TARGET, "lung", inside, inside, irradiated=True),
            MeasuredLesion("=b", Role.TARGET, "liver", outside, outside, irradiated=False),
        )
        when = date(2026, 1, 1) + timedelta(days=60 * n) if dated else None
        studies.append(MeasuredStudy(f"S{n}", when, lesions))
    return respond(MeasuredCourse(patient, tuple(studies)), RULES)


@pytest.fixture(scope="module")
def responses() -> list[CourseResponse]:
    return [
        made("P1", [(50, 30), (20, 20), (20, 18)]),
        made("P2", [(50, 30), (50, 40)]),
        made("<P3>", [(50, 30), (20, 20)], dated=False),
    ]


def test_the_document_has_the_form_that_was_agreed_on(responses):
    text = document_text(response_document(responses, REFUSED, RULES))
    document = json.loads(text)
    assert [patient["patient"] for patient in document["patients"]] == ["P1", "P2", "<P3>"]
    for patient in document["patients"]:
        assert set(patient["best"]) == {"recist", "irecist"}
        for study in patient["studies"]:
            assert set(study) >= STUDY
            assert all(set(study[name]) == ANSWER for name in ("all", "in_field", "out_of_field"))
            assert set(study["hyperprogression"]) == {"champiat", "saada-bouzid", "ferrara", "kas", "matos"}
    assert document["refused"] == [{"patient": "P<9>", "code": "response.row", "text": REFUSED[0].text}]
    assert len(text.splitlines()) < 40


def test_the_numbers_of_the_document(responses):
    first = response_document(responses, (), RULES)["patients"][0]
    assert first["best"] == {"recist": "PR", "irecist": "iPR"}
    study = first["studies"][1]
    assert (study["date"], study["days"]) == ("2026-03-02", 60)
    assert {name: study["all"][name] for name in ("sum_mm", "baseline_mm", "nadir_mm")} == {
        "sum_mm": 40.0,
        "baseline_mm": 80.0,
        "nadir_mm": 80.0,
    }
    assert (study["in_field"]["recist"], study["out_of_field"]["recist"]) == ("PR", "PR")
    assert (study["abscopal_a"], study["abscopal_b"]) == ("yes", "yes")
    assert study["all"]["new_lesions"] == []
    start = first["studies"][0]
    assert (start["all"]["recist"], start["all"]["nadir_mm"], start["abscopal_b"]) == (None, None, None)


def test_what_is_null_has_a_sentence(responses):
    for patient in response_document(responses, (), RULES)["patients"]:
        for name, value in patient["best"].items():
            assert value or patient["sentences"][name]
        for study in patient["studies"]:
            for name in ("all", "in_field", "out_of_field"):
                assert study[name]["sentence"]
            for name in ("abscopal_a", "abscopal_b", "dissociated", "pseudoprogression"):
                assert study["sentences"][name]
            assert all(study["sentences"]["hyperprogression"][name] for name in study["hyperprogression"])
    undated = response_document(responses, (), RULES)["patients"][2]
    assert undated["best"]["recist"] is None
    assert undated["sentences"]["recist"] == "without dates it cannot be told whether it is NE or SD"


def test_one_row_a_patient_study_and_field(responses, tmp_path):
    write_response_csv(responses, RULES, tmp_path / "response.csv")
    with (tmp_path / "response.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * (3 + 2 + 2)
    row = next(r for r in rows if (r["patient"], r["study"], r["field"]) == ("P1", "S1", "out_of_field"))
    assert (row["sum_mm"], row["baseline_mm"], row["nadir_mm"]) == ("20.0", "30.0", "30.0")
    assert float(row["change_from_baseline_percent"]) == pytest.approx(-100 / 3)
    assert (row["recist"], row["recist_continuing"], row["irecist"]) == ("PR", "PR", "iPR")
    assert (row["abscopal_b"], row["best_recist"], row["days"]) == ("yes", "PR", "60")
    assert row["hyperprogression:matos"] == "no"
    assert rows[0]["recist"] == ""


def test_the_page_has_plots_sums_and_sentences(responses):
    page = response_page(responses, REFUSED, RULES, "table <1>")
    for words in (
        "table &lt;1&gt;: 3 patients, 7 studies",
        "<dt>CR or PR by RECIST 1.1</dt><dd>1 of 3<",
        "confirmed 28 days later; PR\N{NO-BREAK SPACE}1",
        "<dt>iCR or iPR by iRECIST</dt><dd>2 of 3<",
        "Not for reporting a trial",
        "Waterfall plot, all lesions: each patient&#x27;s smallest sum after baseline, 3 patients",
        "Waterfall plot, non-irradiated",
        "Spider plot, all lesions, 2 patients; a dot is a study with a new lesion; 1 without dates",
        "Sum 80.0 to 40.0 mm, -50 % of baseline, -40.0 mm (-50 %) of nadir 80.0: PR; no new lesion",
        "P&lt;9&gt;",
        "&lt;P3&gt;",
    ):
        assert words in page, words
    assert "<script" not in page
    assert "<P3>" not in page


def test_bars_and_lines_are_where_the_numbers_are(responses):
    page = response_page(responses[:1], (), RULES, "x")
    waterfall, spider = page.split("<figure>")[1:3]
    # Best change -52.5 % (80 to 38 mm) between -105 and 45 of 246 units: the bar is 86.1 high.
    assert 'height="86.1"' in waterfall
    points = spider.split('points="')[1].split('"')[0].split()
    x = [float(point.split(",")[0]) for point in points]
    assert x == pytest.approx([52, 200, 348])


def test_many_patients_are_counted_and_the_first_are_shown(responses):
    page = response_page([made(f"Q{n}", [(50, 30), (20, 20)]) for n in range(60)], (), RULES, "x")
    assert "The first 50 of 60; all are in response.csv and response.json." in page
    assert page.count("<article") == 50


def test_a_page_without_patients():
    page = response_page([], REFUSED, RULES, "x")
    assert "Not read" in page
    assert "Waterfall" not in page
