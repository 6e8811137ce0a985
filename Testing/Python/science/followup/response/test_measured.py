"""What was measured, and courses that contradict themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from courses import course, lesion

from radioimmuno.followup.response.measured import (
    CourseError,
    MeasuredCourse,
    MeasuredStudy,
    checked,
    millimetres,
    tenths,
)


@pytest.mark.parametrize(
    ("length", "expected"),
    [(12.25, 123), (12.35, 124), (0.05, 1), (0.049, 0), (8.2, 82), (1e2, 1000), (69.95, 700), (69.949, 699)],
)
def test_tenths_are_those_on_paper(length, expected):
    assert tenths(length) == expected


def test_millimetres():
    assert [millimetres(n) for n in (0, 5, 824, 1000)] == ["0.0", "0.5", "82.4", "100.0"]


@pytest.mark.parametrize(
    ("name", "what", "size", "is_disease"),
    [
        ("T1", 12, 120, True),
        ("T1", "gone", 0, False),
        ("T1", "small", 50, True),
        ("T1", (3, "small"), 50, True),
        ("T1", "unseen", None, None),
        ("T1", "there", None, None),
        ("T1n", 9.9, 99, False),
        ("T1n", 10, 100, True),
        ("T1n", "small", 50, False),
        ("N1", "there", None, True),
        ("N1", "worse", None, True),
        ("N1n", "there", None, True),
        ("X1", "unseen", None, None),
    ],
)
def test_size_and_disease(name, what, size, is_disease):
    one = lesion(name, what)
    assert (one.size, one.is_disease) == (size, is_disease)


@pytest.mark.parametrize(
    ("name", "what", "expected"),
    [
        ("T1", 9.9, False),
        ("T1", 10, True),
        ("T1n", 14.9, False),
        ("T1n", 15, True),
        ("N1", "there", False),
        ("X1", 10, True),
    ],
)
def test_measurable(name, what, expected):
    assert lesion(name, what).is_measurable is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((True, None, None), (True, True, True)),
        ((None, None, True), (None, None, True)),
        ((False, None, True), (False, False, True)),
        (("no row", None, True), (None, None, True)),
        (("no row", False, True), (False, False, True)),
        (("no row", "no row", True), (True, True, True)),
        ((False, "no row", None), (False, False, False)),
        ((None, None, None), (None, None, None)),
    ],
)
def test_what_a_row_does_not_know_of_the_field_is_as_in_the_row_before(given, expected):
    studies = tuple(
        MeasuredStudy(f"S{n}", None, () if known == "no row" else (lesion("N1", 9, irradiated=known),))
        for n, known in enumerate(given)
    )
    assert MeasuredCourse("P", studies).irradiation == {"N1": expected}


def test_days_need_both_dates():
    dated = course({"T1": 20}, {"T1": 20})
    undated = replace(dated.studies[0], date=None)
    assert dated.days(0, 1) == 60
    assert MeasuredCourse("P", (undated, dated.studies[1])).days(0, 1) is None
    assert MeasuredCourse("P", (dated.studies[0], undated)).days(0, 1) is None


def test_a_site_that_is_told_later_counts_from_then_on():
    made = course({"T1": 20}, {"T1": 20}, {"T1": 20})
    sites = ("", "lung", "liver")
    studies = tuple(
        replace(study, lesions=tuple(replace(one, site=site) for one in study.lesions))
        for study, site in zip(made.studies, sites, strict=True)
    )
    with pytest.raises(CourseError, match="lung in study 'S1', liver in 'S2'"):
        checked(MeasuredCourse("P", studies))


@pytest.mark.parametrize(
    ("site", "node", "organ"),
    [
        ("Left lung", False, "lung"),
        ("lung, right", False, "lung"),
        ("LUNG", False, "lung"),
        ("mediastinum", True, "lymph node"),
        ("Lymph node", False, "lymph node"),
        ("soft tissue", False, "soft tissue"),
        ("", False, ""),
    ],
)
def test_organs(site, node, organ):
    assert lesion("T1", 20, site=site, node=node).organ == organ


def test_an_organ_is_known_from_any_row():
    made = course({"T1": 20}, {"T1": 20})
    later = replace(
        made.studies[1], lesions=tuple(replace(one, site="bone") for one in made.studies[1].lesions)
    )
    first = replace(made.studies[0], lesions=tuple(replace(one, site="") for one in made.studies[0].lesions))
    assert checked(MeasuredCourse("P", (first, later))).organs == {"T1": "bone"}


def changed(**known: object) -> MeasuredCourse:
    made = course({"T1": 20}, {"T1": 20})
    later = tuple(replace(one, **known) for one in made.studies[1].lesions)
    return MeasuredCourse("P", (made.studies[0], replace(made.studies[1], lesions=later)))


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"site": "liver"}, "changes its site: lung in study 'S0', liver in 'S1'"),
        ({"site": "left lung"}, "changes its site"),
        ({"node": True}, "changes its node: no in study 'S0', yes in 'S1'"),
        ({"role": lesion("N1", 1).role}, "changes its role: target in study 'S0', non-target in 'S1'"),
    ],
)
def test_a_lesion_stays_what_it_is(known, words):
    with pytest.raises(CourseError) as refused:
        checked(changed(**known))
    assert words in str(refused.value)
    assert refused.value.code == "response.lesion"
    assert refused.value.places == (("S0", "T1"), ("S1", "T1"))


def test_a_site_in_other_letters_is_the_same():
    checked(changed(site="LUNG "))


def test_what_was_irradiated_stays_so():
    made = changed(irradiated=False)
    first = replace(made.studies[0], lesions=(replace(made.studies[0].lesions[0], irradiated=True),))
    with pytest.raises(CourseError, match="irradiated in study 'S0' and no longer in 'S1'"):
        checked(MeasuredCourse("P", (first, made.studies[1])))


@pytest.mark.parametrize(
    ("studies", "words"),
    [
        (({"X1": 20}, {}), "is new in the first study"),
        (({"T1": 20, "N1": "worse"},), "cannot have progressed at baseline"),
        (({"T1": "gone"},), "is a target without a size at baseline"),
        (({"T1": "unseen"},), "is a target without a size at baseline"),
        (({"N1": "gone"},), "is gone at baseline"),
        (({"T1": 20}, {"T1": 20, "T2": 30}), "the baseline study 'S0' has no row of it"),
        (({"T1": 20}, {"N1": 30}), "What was not there at baseline is new"),
    ],
)
def test_a_baseline_holds_all_that_is_not_new(studies, words):
    with pytest.raises(CourseError) as refused:
        course(*studies)
    assert words in str(refused.value)
    assert refused.value.code == "response.baseline"


@pytest.mark.parametrize(
    ("days", "words"), [([0, 0], "have the same date, 2026-01-01"), ([9, 0], "dates go back")]
)
def test_dates(days, words):
    with pytest.raises(CourseError) as refused:
        course({"T1": 20}, {"T1": 20}, days=days)
    assert words in str(refused.value)
    assert refused.value.code == "response.dates"


def test_studies_before_baseline_hold_no_new_lesion():
    with pytest.raises(CourseError, match="is new in study 'S0', which is before baseline"):
        course({"X1": 20}, {"T1": 20}, before=1)
    assert course({"T1": 10}, {"T1": 20}, {"T1": 30}, before=1).baseline.name == "S1"
