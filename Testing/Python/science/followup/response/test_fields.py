"""Assessments in and out of the irradiated field."""

from __future__ import annotations

from dataclasses import replace

import pytest
from courses import course

from radioimmuno.followup.response.course_response import respond
from radioimmuno.followup.response.fields import Field, assess_field, change_words
from radioimmuno.followup.response.measured import MeasuredCourse, checked


def words(made: MeasuredCourse, field: Field) -> list[str | None]:
    return [one.recist for one in assess_field(made, field)[1:]]


def sums(made: MeasuredCourse, field: Field) -> list[tuple[int | None, ...]]:
    readings = [one.reading for one in assess_field(made, field)]
    return [(one.baseline, one.nadir, one.sum) for one in readings if one is not None]


def irradiated_from(made: MeasuredCourse, name: str, place: int) -> MeasuredCourse:
    studies = tuple(
        replace(
            study,
            lesions=tuple(
                replace(one, irradiated=n >= place) if one.name == name else one for one in study.lesions
            ),
        )
        for n, study in enumerate(made.studies)
    )
    return checked(MeasuredCourse(made.patient, studies))


def test_the_three_sums_are_of_their_own_lesions():
    made = course({"T1": 50, "T2r": 30}, {"T1": 60, "T2r": 10})
    assert words(made, Field.ALL) == ["SD"]
    assert words(made, Field.IN) == ["PR"]
    assert words(made, Field.OUT) == ["PD"]
    assert sums(made, Field.IN) == [(300, None, 300), (300, 300, 100)]


def test_a_new_lesion_in_an_irradiated_volume_is_in_field():
    made = course({"T1": 50, "T2r": 30}, {"T1": 50, "T2r": 30, "X1r": 12})
    assert (words(made, Field.IN), words(made, Field.OUT)) == (["PD"], ["SD"])


def test_a_lesion_that_is_irradiated_later_leaves_all_three_sums_together():
    made = irradiated_from(course({"T1": 50, "T2": 50}, {"T1": 50, "T2": 50}, {"T1": 50, "T2": 10}), "T2", 2)
    # As a mere exit from the present sum it would fall from 100 to 50 mm: a response by bookkeeping.
    assert sums(made, Field.OUT) == [(1000, None, 1000), (1000, 1000, 1000), (500, 500, 500)]
    assert words(made, Field.OUT) == ["SD", "SD"]
    assert sums(made, Field.IN) == [(500, 500, 100)]
    texts = {field: assess_field(made, field)[2].sentence for field in Field}
    assert texts[Field.OUT].endswith(
        "Irradiated after baseline: T2, taken out of baseline, nadir and present sum."
    )
    assert texts[Field.ALL].endswith(
        "Irradiated after baseline: T2, counted here all the same, though RECIST takes out what was treated "
        "locally."
    )
    assert "sum 100.0 to 60.0 mm" in texts[Field.ALL]


def immune(made: MeasuredCourse, field: Field) -> list[str | None]:
    return [one.irecist for one in assess_field(made, field)[1:]]


def test_a_change_of_field_makes_no_progression_of_earlier_studies():
    sizes = [{"T1": 50, "T2": 100}, {"T1": 62, "T2": 60}, {"T1": 70, "T2": 20}, {"T1": 75, "T2": 20}]
    made = irradiated_from(course(*sizes, days=35), "T2", 2)
    # Without T2 its sum grew in S1 already (50 to 62 mm), but no progression was seen there.
    assert immune(made, Field.OUT) == ["iSD", "iUPD", "iCPD"]
    assert "35 days after the iUPD of S2" in assess_field(made, Field.OUT)[3].sentence


def test_a_progression_whose_lesion_was_irradiated_is_open_no_longer():
    sizes = [{"T1": 50, "T2": 50}, {"T1": 50, "T2": 90}, {"T1": 50, "T2": 99}]
    made = irradiated_from(course(*sizes, days=35), "T2", 2)
    assert immune(made, Field.OUT) == ["iUPD", "iSD"]
    assert "iSD: what progressed in S1 (2026-02-05) counts here no longer, and the bar is reset" in (
        assess_field(made, Field.OUT)[2].sentence
    )
    assert immune(made, Field.ALL) == ["iUPD", "iCPD"]


def test_what_was_not_said_is_as_in_the_study_before():
    made = course({"T1": 50, "T2r": 30}, {"T1": 50, "T2r": 30})
    later = replace(
        made.studies[1], lesions=tuple(replace(one, irradiated=None) for one in made.studies[1].lesions)
    )
    assert words(MeasuredCourse("P", (made.studies[0], later)), Field.IN) == ["SD"]


def test_without_knowing_what_was_irradiated_there_is_no_answer_but_a_sentence():
    made = course({"T1": 50}, {"T1": 60}, irradiated=None)
    assert words(made, Field.ALL) == ["PD"]
    for field in (Field.IN, Field.OUT):
        found = assess_field(made, field)[1]
        assert (found.recist, found.irecist, found.reading) == (None, None, None)
        assert found.sentence == "It is not known whether T1 was irradiated."


def test_an_empty_field_has_a_sentence():
    found = assess_field(course({"T1": 50}, {"T1": 60}), Field.IN)
    assert [one.sentence for one in found] == ["There is no irradiated lesion."] * 2


def test_departures_from_the_rules_for_targets_stand_at_baseline():
    made = course({f"T{n}": 20 for n in range(6)} | {"T7": 8}, {})
    text = respond(made).studies[0].fields[Field.ALL].sentence
    assert text == (
        "Baseline: sum 128.0 mm of 7 targets. 7 targets, where RECIST has 5 at most. 7 targets in lung, "
        "where RECIST has 2 at most. Target T7 is not measurable: its long axis of 8.0 mm is below 10.0."
    )


@pytest.mark.parametrize(
    ("before", "now", "shown"),
    [
        (1000, 700, "-30 %"),
        (1000, 1200, "+20 %"),
        (1000, 996, "-0.4 %"),
        (1000, 1000, "+0 %"),
        (1000, 0, "-100 %"),
        (10000, 11999, "+19.99 %"),
        (10000, 12001, "+20.01 %"),
        (0, 0, "+0 %"),
        (0, 5, "from 0"),
    ],
)
def test_percentages_stay_on_their_side_of_a_threshold(before, now, shown):
    assert change_words(before, now) == shown
