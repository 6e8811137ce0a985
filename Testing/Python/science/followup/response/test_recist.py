"""RECIST 1.1: the overall table, the order of the target rules, and what public implementations get wrong."""

from __future__ import annotations

import pytest
from courses import course, recist, sentences

from radioimmuno.followup.response.course_response import respond
from radioimmuno.followup.response.fields import Field
from radioimmuno.followup.response.recist import overall_response, target_response

# Table 1 and 2 of RECIST 1.1, written out: rows by target, columns by non-target, without a new lesion.
COLUMNS = ("CR", "non-CR/non-PD", "PD", "NE", None)
ROWS = {
    "CR": ("CR", "PR", "PD", "PR", "CR"),
    "PR": ("PR", "PR", "PD", "PR", "PR"),
    "SD": ("SD", "SD", "PD", "SD", "SD"),
    "PD": ("PD", "PD", "PD", "PD", "PD"),
    "NE": ("NE", "NE", "PD", "NE", "NE"),
    None: ("CR", "non-CR/non-PD", "PD", "NE", None),
}
COMBINATIONS = [
    (target, other, new, "PD" if new else word)
    for target, words in ROWS.items()
    for other, word in zip(COLUMNS, words, strict=True)
    for new in (False, True)
]


def test_there_are_sixty_combinations():
    assert len({row[:3] for row in COMBINATIONS}) == 60


@pytest.mark.parametrize(("target", "other", "new", "expected"), COMBINATIONS)
def test_overall_response(target, other, new, expected):
    assert overall_response(target, other, new) == expected


# What a study has to look like for each word, beside a baseline of T1 20 mm and N1.
SEEN_TARGET = {"CR": "gone", "PR": 10, "SD": 20, "PD": 30, "NE": None}
SEEN_OTHER = {"CR": "gone", "non-CR/non-PD": 20, "PD": "worse", "NE": None}


@pytest.mark.parametrize(("target", "other", "new", "expected"), COMBINATIONS)
def test_overall_response_of_a_course(target, other, new, expected):
    start, then = {}, {}
    if target is not None:
        start["T1"], then["T1"] = 20, SEEN_TARGET[target]
    if other is not None:
        start["N1"], then["N1"] = 20, SEEN_OTHER[other]
    then["X1"] = 12 if new else None
    found = respond(course(start, then)).studies[1].fields[Field.ALL]
    assert found.recist == expected
    if found.reading is not None:
        assert (found.reading.target, found.reading.non_target) == (target, other)
    words = f"overall {expected}" if expected else "There is no lesion."
    assert words in found.sentence


@pytest.mark.parametrize(
    ("baseline", "nadir", "now", "complete", "gone", "expected"),
    [
        (1000, 1000, 700, True, False, "PR"),
        (1000, 1000, 701, True, False, "SD"),
        (1000, 1000, 1199, True, False, "SD"),
        (1000, 1000, 1200, True, False, "PD"),
        (240, 240, 289, True, False, "SD"),  # 20 % and 4.9 mm
        (250, 250, 300, True, False, "PD"),  # 20 % and 5.0 mm
        (1000, 500, 600, True, False, "PD"),  # against the nadir, though 40 % below baseline
        (1000, 0, 49, True, False, "PR"),
        (1000, 0, 50, True, False, "PD"),
        (1000, 1000, 95, True, True, "CR"),
        (1000, 0, 95, True, True, "CR"),  # nodes below 10 mm come before growth
        (1000, 1000, 1199, False, False, "NE"),
        (1000, 1000, 1200, False, False, "PD"),
        (100, 100, 140, False, False, "NE"),  # 40 % and 4 mm
        (1000, 1000, 0, False, True, "NE"),
    ],
)
def test_target_rules_in_their_order(baseline, nadir, now, complete, gone, expected):
    assert target_response(baseline, nadir, now, complete, gone) == expected


def test_sums_are_compared_in_tenths_and_never_in_floats():
    before, after = (10.1, 20.2, 30.7), (10.7, 20.6, 11.4)
    assert sum(after) > 0.7 * sum(before)  # in floats; it is 42.7 of 61.0 mm
    names = ("T1", "T2", "T3")
    assert recist(dict(zip(names, before, strict=True)), dict(zip(names, after, strict=True))) == ["PR"]


@pytest.mark.parametrize(
    ("before", "after", "word", "shown"),
    [
        (100, 70.1, "SD", "-29.9 %"),
        (1000, 700.4, "SD", "-29.96 %"),
        (300, 359.9, "SD", "+19.97 %"),
        (100, 70, "PR", "-30 %"),
    ],
)
def test_no_percentage_is_rounded_before_it_is_compared(before, after, word, shown):
    assert recist({"T1": before}, {"T1": after}) == [word]
    assert f"{shown} of baseline" in sentences({"T1": before}, {"T1": after})[1]


def test_non_targets_and_new_lesions_are_not_in_the_sum():
    found = respond(course({"T1": 50, "N1": 40}, {"T1": 40, "N1": 40, "X1": 30}))
    readings = [study.fields[Field.ALL].reading for study in found.studies]
    assert [reading.sum for reading in readings] == [500, 400]


def test_of_nodes_the_short_axis_counts():
    found = respond(course({"T1n": 20}, {"T1n": 18}, longest_mm=90.0))
    assert [study.fields[Field.ALL].reading.sum for study in found.studies] == [200, 180]


def test_nodes_below_ten_are_a_complete_response_with_a_sum_above_zero():
    found = respond(course({"T1": 30, "T2n": 20}, {"T1": "gone", "T2n": 9.9}))
    reading = found.studies[1].fields[Field.ALL].reading
    assert (reading.target, reading.sum) == ("CR", 99)
    assert recist({"T1": 30, "T2n": 20}, {"T1": "gone", "T2n": 10}) == ["PR"]


def test_progression_is_against_the_nadir_and_needs_five_millimetres():
    assert recist({"T1": 100}, {"T1": 50}, {"T1": 60}) == ["PR", "PD"]
    assert recist({"T1": 20}, {"T1": 24.9}) == ["SD"]
    assert recist({"T1": 20}, {"T1": 25}) == ["PD"]


def test_the_nadir_includes_baseline_but_never_the_present_study():
    found = respond(course({"T1": 100}, {"T1": 110}, {"T1": 80}, {"T1": 90}))
    assert [study.fields[Field.ALL].reading.nadir for study in found.studies] == [None, 1000, 1000, 800]


def test_an_incomplete_sum_is_no_nadir():
    found = respond(course({"T1": 50, "T2": 50}, {"T1": 20}, {"T1": 50, "T2": 50}))
    assert [study.fields[Field.ALL].reading.nadir for study in found.studies] == [None, 1000, 1000]
    assert [study.fields[Field.ALL].recist for study in found.studies[1:]] == ["NE", "SD"]


def test_a_missing_target_is_progression_where_the_others_suffice():
    text = sentences({"T1": 50, "T2": 50}, {"T1": 120})[1]
    assert text.startswith("T2 not evaluated, the rest 120.0 mm, +20.0 mm (+20 %) of nadir 100.0: PD")
    assert recist({"T1": 50, "T2": 50}, {"T1": 119.9}) == ["NE"]


def test_a_zero_nadir_divides_by_nothing():
    assert recist({"T1": 20, "N1": 10}, {"T1": "gone", "N1": 10}, {"T1": "small", "N1": 10}) == ["PR", "PD"]
    assert recist({"T1": 20, "N1": 10}, {"T1": "gone", "N1": 10}, {"T1": 4.9, "N1": 10}) == ["PR", "PR"]
    assert "from 0" in sentences({"T1": 20, "N1": 10}, {"T1": "gone", "N1": 10}, {"T1": 4.9, "N1": 10})[2]


def test_what_is_too_small_to_measure_is_five_millimetres():
    found = respond(course({"T1": 20}, {"T1": "small"}, {"T1": (3, "small")}))
    assert [study.fields[Field.ALL].reading.sum for study in found.studies] == [200, 50, 50]


def test_coming_back_is_progression_only_after_an_overall_complete_response():
    assert recist({"T1": 20}, {"T1": "gone"}, {"T1": 3}) == ["CR", "PD"]
    assert recist({"T1": 20, "T2": 60}, {"T1": "gone", "T2": 40}, {"T1": 3, "T2": 40}) == ["PR", "PR"]
    assert recist({"T1": 20, "N1": 10}, {"T1": "gone", "N1": "gone"}, {"T1": "gone", "N1": 9}) == ["CR", "PD"]
    text = sentences({"T1": 20}, {"T1": "gone"}, {"T1": 3})[2]
    assert "sum 20.0 to 3.0 mm, -85 % of baseline, +3.0 mm (from 0) of nadir 0.0: PR" in text
    assert "new: T1 3.0 mm, back after CR; overall PD" in text


def test_a_node_comes_back_at_ten_millimetres():
    assert recist({"T1n": 20}, {"T1n": 8}, {"T1n": 9.9}, {"T1n": 10}) == ["CR", "CR", "PD"]


def test_a_partial_response_goes_on_until_progression():
    found = respond(course({"T1": 100}, {"T1": 70}, {"T1": 80}, {"T1": 90}, {"T1": 80}))
    readings = [study.fields[Field.ALL].reading for study in found.studies[1:]]
    assert [reading.overall for reading in readings] == ["PR", "SD", "PD", "SD"]
    assert [reading.continuing for reading in readings] == ["PR", "PR", "PD", "SD"]
    assert "overall SD (PR, once reached, goes on until PD: continuing PR)" in (
        found.studies[2].fields[Field.ALL].sentence
    )


def test_non_targets():
    beside = {"T1": 20}
    assert recist({**beside, "N1": 9}, {**beside, "N1": "unseen"}) == ["SD"]
    for seen, word in ((None, "NE"), ("unseen", "NE"), ("gone", "CR"), (9, "non-CR/non-PD"), ("worse", "PD")):
        found = respond(course({**beside, "N1": 9}, {**beside, "N1": seen}))
        assert found.studies[1].fields[Field.ALL].reading.non_target == word
    found = respond(course({"N1n": 12, "N2": 9}, {"N1n": 9.9, "N2": "gone"}))
    assert found.studies[1].fields[Field.ALL].recist == "CR"
    found = respond(course({"N1": 12, "N2": 9}, {"N1": "worse"}))
    assert found.studies[1].fields[Field.ALL].recist == "PD"


def test_a_new_node_needs_ten_millimetres():
    assert recist({"T1": 20}, {"T1": 20, "X1n": 9.9}) == ["SD"]
    assert recist({"T1": 20}, {"T1": 20, "X1n": 10}) == ["PD"]
    assert recist({"T1": 20}, {"T1": 20, "X1": 4}) == ["PD"]
    assert recist({"T1": 20}, {"T1": 20, "X1": "unseen"}) == ["SD"]


def test_a_new_lesion_that_is_not_seen_counts_as_there_until_it_is_gone():
    seen = recist({"T1": 20}, {"T1": 20, "X1": 12}, {"T1": 20}, {"T1": 20, "X1": "gone"})
    assert seen == ["PD", "PD", "SD"]
    text = sentences({"T1": 20}, {"T1": 20, "X1": 12}, {"T1": 20})[2]
    assert "new: X1, not evaluated and counted as there" in text


def test_the_sentence_has_the_numbers():
    stable = "SD; no new lesion; overall SD; iSD."
    found = sentences({"T1": 60, "T2n": 22.4}, {"T1": 46, "T2n": 15}, {"T1": 46, "T2n": 15})
    assert found == [
        "Baseline: sum 82.4 mm of 2 targets.",
        f"sum 82.4 to 61.0 mm, -26 % of baseline, -21.4 mm (-26 %) of nadir 82.4: {stable}",
        f"sum 82.4 to 61.0 mm, -26 % of baseline, +0.0 mm (+0 %) of nadir 61.0: {stable}",
    ]
