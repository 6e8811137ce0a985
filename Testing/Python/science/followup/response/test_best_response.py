"""The best response: confirmed for RECIST, the eight rows of table 3 for iRECIST."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from courses import START

from radioimmuno.followup.response.best_response import BestLimits, best_irecist, best_recist
from radioimmuno.followup.response.measured import MeasuredCourse, MeasuredStudy


def of_days(days: list[int | None]) -> MeasuredCourse:
    dates = [None if day is None else START + timedelta(days=day) for day in days]
    return MeasuredCourse("P", tuple(MeasuredStudy(f"S{n}", when, ()) for n, when in enumerate(dates)))


CONFIRMED = [
    # words after baseline, days after baseline, best
    ("CR CR", (30, 58), "CR"),
    ("CR CR", (30, 57), "SD"),  # not confirmed, but on day 57 the second one is at least SD
    ("CR NE CR", (30, 50, 60), "CR"),
    ("CR PR CR", (30, 50, 60), "PR"),
    ("CR SD CR", (30, 50, 60), "PR"),
    ("PR CR CR", (30, 60, 90), "CR"),
    ("PR PR", (30, 58), "PR"),
    ("PR CR", (30, 58), "PR"),
    ("PR SD PR", (30, 50, 60), "PR"),
    ("PR NE SD NE PR", (30, 40, 50, 60, 70), "PR"),
    ("SD PR SD PR", (30, 50, 60, 80), "PR"),
    ("PR SD SD PR", (30, 50, 60, 90), "SD"),
    ("PR PD PR", (30, 60, 90), "PD"),
    ("PR PD", (50, 80), "SD"),
    ("SD PD", (42, 80), "SD"),
    ("SD PD", (41, 80), "PD"),
    ("SD NE", (41, 80), "NE"),
    ("NE NE", (50, 80), "NE"),
    ("NE PD", (50, 80), "PD"),
    ("PD CR CR", (50, 80, 120), "PD"),
    ("non-CR/non-PD CR CR", (50, 80, 120), "CR"),
    ("non-CR/non-PD PD", (50, 80), "non-CR/non-PD"),
]


@pytest.mark.parametrize(("words", "days", "best"), CONFIRMED)
def test_confirmed_response(words, days, best):
    found = best_recist(of_days([0, *days]), [None, *words.split()])
    assert found.value == best
    assert found.sentence.startswith(best)


def test_an_unconfirmed_response_counts_as_stable_from_any_study_on():
    found = best_recist(of_days([0, 41, 42]), [None, "PR", "SD"])
    assert found.sentence == "SD (S2), 42 days after baseline or later; PR was not confirmed"


def test_sentences_say_what_was_confirmed_and_what_was_not():
    assert best_recist(of_days([0, 30, 58]), [None, "PR", "PR"]).sentence == (
        "PR (S1, S2), confirmed 28 days later or more"
    )
    assert best_recist(of_days([0, 50, 58]), [None, "PR", "SD"]).sentence == (
        "SD (S1), 42 days after baseline or later; PR was not confirmed"
    )


def test_times_can_be_chosen():
    limits = BestLimits(confirmation_days=10, stable_days=100)
    assert best_recist(of_days([0, 30, 40]), [None, "PR", "PR"], limits).value == "PR"
    assert best_recist(of_days([0, 99]), [None, "SD"], limits).value == "NE"


def test_without_dates_an_answer_is_given_where_it_does_not_depend_on_them():
    undated = of_days([None, None, None])
    assert best_recist(undated, [None, "PD", "PD"]).value == "PD"
    assert best_recist(undated, [None, "NE", "NE"]).value == "NE"
    found = best_recist(undated, [None, "PR", "PR"])
    assert found.value is None
    assert found.sentence == "without dates it cannot be told whether it is NE or PR"


def test_baseline_alone_has_no_best_response():
    assert best_recist(of_days([0]), [None]).value is None
    assert best_irecist(of_days([0]), [None]).value is None


ANY = ("iCR", "iPR", "iSD", "iUPD", "iCPD", "NE")
LATER = ("iPR", "iSD", "iUPD", "NE", "iCPD")
# Table 3 of Seymour 2017: what each of five studies may be, and the best response.
EIGHT_ROWS = [
    ([("iCR",), ("iCR", "iPR", "iUPD", "NE"), ("iCR", "iPR", "iUPD", "NE"), ("iUPD",), ("iCPD",)], "iCR"),
    ([("iUPD",), ("iPR", "iSD", "NE"), ("iCR",), ("iCR", "iUPD", "NE"), ANY], "iCR"),
    ([("iUPD",), ("iPR",), ("iPR", "iSD", "iUPD", "NE"), LATER, LATER], "iPR"),
    ([("iUPD",), ("iSD", "NE"), ("iPR",), ("iPR", "iSD", "iUPD", "NE"), LATER], "iPR"),
    (
        [("iUPD",), ("iSD",), ("iSD", "iUPD", "NE"), *[("iSD", "iUPD", "iCPD", "NE")] * 2],
        "iSD",
    ),
    ([("iUPD",), ("iCPD",), ANY, ANY, ANY], "iCPD"),
    ([("iUPD",), ("iUPD",), ("iCPD",), ANY, ANY], "iCPD"),
    ([("iUPD",), ("NE",), ("NE",), ("NE",), ("NE",)], "iUPD"),
]


@pytest.mark.parametrize("row", range(8))
def test_the_eight_rows_of_irecist(row):
    studies, best = EIGHT_ROWS[row]
    course = of_days([0, 30, 60, 90, 120, 150])
    for words in product(*studies):
        assert best_irecist(course, [None, *words]).value == best, words


def test_what_cannot_be_told_makes_no_best_response_of_irecist():
    course = of_days([None] * 4)
    found = best_irecist(course, [None, "iUPD", None, None])
    assert (found.value, found.sentence) == (None, "it cannot be told, because the answer in S2 cannot")
    assert best_irecist(course, [None, "iCR", "iUPD", None]).value == "iCR"
    assert best_irecist(course, [None, None, "iSD", "iSD"]).value is None
