"""Courses: studies in order of time, lesions through all of them, what makes studies hard to compare."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bodies import back, ball, body_hu, image_of, lattice_of

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import InputError
from radioimmuno.followup.course import Course, acquisition_findings, follow, in_order, rematched
from radioimmuno.followup.matching import GivenPair
from radioimmuno.geometry.image import Image
from radioimmuno.identity import Identity
from radioimmuno.study import Study

SHIFT = np.array([12.0, -9.0, 66.0])
COARSE = lattice_of((8.0, 8.0, 8.0))


def dated(day: str, **known) -> Study:
    return Study({"ct": Image(np.zeros((1, 1, 1), np.int16), COARSE)}, date=day, **known)


def there(point: tuple[float, float, float]) -> tuple[float, float, float]:
    """Where a point of the baseline is in the follow-up: the inverse of `back`, by fixed-point iteration."""
    found = np.array(point) + SHIFT
    for _ in range(40):
        found = found + np.array(point) - back(found)
    x, y, z = (float(value) for value in found)
    return x, y, z


@pytest.fixture(scope="module")
def course() -> Course:
    """Three studies, the third with the second's CT; given in another order than that of time."""
    first = image_of(body_hu(1), COARSE, lambda points: points, noise=1)
    later = image_of(body_hu(1), lattice_of((8.0, 8.0, 8.0), SHIFT), back, noise=2)
    places = {"a": (40.0, 0.0, 20.0), "b": (-45.0, 5.0, -20.0), "c": (10.0, -30.0, -50.0)}
    at_first = [ball(first.lattice, place, 14.0, name) for name, place in places.items()]
    second = [
        ball(later.lattice, there(places["b"]), 12.0, "1"),
        ball(later.lattice, there(places["a"]), 17.0, "2"),
    ]
    third = [
        ball(later.lattice, there(places["a"]), 22.0, "1"),
        ball(later.lattice, there((-20.0, -30.0, 45.0)), 13.0, "9"),
        ball(later.lattice, there(places["c"]), 12.0, "8"),
    ]
    acquired = [Acquisition(kvp=120.0), Acquisition(kvp=100.0), Acquisition(kvp=120.0)]
    images = ("2024-01-08", first, at_first), ("2024-03-01", later, second), ("2024-05-02", later, third)
    studies = [
        Study({"ct": image}, tuple(lesions), known, date=day)
        for (day, image, lesions), known in zip(images, acquired, strict=True)
    ]
    return follow([studies[2], studies[0], studies[1]])


def test_lesions_keep_their_identity_through_all_studies(course):
    assert [study.date for study in course.studies] == ["2024-01-08", "2024-03-01", "2024-05-02"]
    assert [course.days(number) for number in range(3)] == [0, 53, 115]
    rows = {lesion.id: lesion.in_studies for lesion in course.lesions}
    assert rows == {
        "L1": (("a",), ("2",), ("1",)),
        "L2": (("b",), ("1",), ()),
        "L3": (("c",), (), ("8",)),
        "L4": ((), (), ("9",)),
    }
    kinds = {
        lesion.id: [[m.kind.value for m in each] for each in lesion.matches] for lesion in course.lesions
    }
    assert kinds == {
        "L1": [[], ["same"], ["same"]],
        "L2": [[], ["same"], ["gone"]],
        "L3": [[], ["gone"], ["same"]],
        "L4": [[], [], ["new"]],
    }


def test_a_lesion_that_comes_back_is_not_new(course):
    (back_again,) = course.returned
    assert (back_again.last, back_again.again) == (0, 2)
    assert (back_again.match.baseline, back_again.match.followup) == (("c",), ("8",))
    assert "not seen in the study between" in back_again.match.why
    # What a person calls new is new.
    named = rematched(course, {1: [GivenPair((), ("8",))]})
    assert named.returned == ()
    assert {each.id for each in named.lesions} == {"L1", "L2", "L3", "L4", "L5"}


def test_what_differs_from_the_baseline_is_named_with_both_values(course):
    assert [len(found) for found in course.findings] == [0, 1, 0]
    assert course.findings[1][0].text == "Tube voltage: 120 kV at baseline, 100 kV here."


def test_a_persons_pairs_are_taken_without_registering_again(course):
    pairs = [GivenPair(("a",), ("1", "2")), GivenPair(("b",), ())]
    changed = rematched(course, {0: pairs})
    assert changed.registrations is course.registrations
    assert changed.lesions[0].in_studies == (("a",), ("1", "2"), ("1",))
    assert {match.by for match in changed.lesions[0].matches[1]} == {"person"}


def test_ct_that_cannot_be_registered_leave_the_pairing_to_a_person(course):
    air = Image(np.full((12, 12, 12), -1000, np.int16), lattice_of((15.0, 13.0, 17.0)))
    lesion = ball(air.lattice, (0.0, 0.0, 0.0), 30.0, "x")
    first = course.studies[0]
    found = follow([first, Study({"ct": air}, (lesion,), date="2025-01-01")])
    assert found.registrations == (None,)
    assert [finding.code for finding in found.findings[1]] == ["followup.registration"]
    assert {match.kind.value for match in found.matches[0]} == {"ambiguous"}
    assert len(found.lesions) == 4


def test_dates_that_a_person_gives_win():
    studies = [dated("2024-01-01"), dated("2024-02-01")]
    found = in_order(studies, ["2024-03-01", ""])
    assert [study.date for study in found] == ["2024-02-01", "2024-03-01"]


@pytest.mark.parametrize(
    ("days", "dates", "words"),
    [
        (["2024-01-01"], None, "two studies or more"),
        (["2024-01-01", ""], None, "No date is known of study 2"),
        (["2024-01-01", "03/04/2024"], None, "'03/04/2024' is no date"),
        (["2024-01-01", "2024-01-01"], None, "have the date 2024-01-01"),
        (["2024-01-01", "2024-02-01"], ["", "2024-01-01"], "have the date 2024-01-01"),
        (["2024-01-01", "2024-02-01"], ["2024-03-01"], "1 dates for 2 studies"),
    ],
    ids=["one", "none", "no date", "equal", "equal by hand", "too few"],
)
def test_an_order_of_time_that_is_not_known_is_refused(days, dates, words):
    with pytest.raises(InputError, match=words) as refused:
        in_order([dated(day) for day in days], dates)
    assert refused.value.code == "followup.dates"


def test_studies_of_two_patients_are_refused():
    studies = [dated("2024-01-01", identity=Identity("P-1")), dated("2024-02-01", identity=Identity("P-2"))]
    with pytest.raises(InputError, match="P-1 and P-2") as refused:
        follow(studies)
    assert refused.value.code == "followup.patient"


def test_what_is_not_known_of_an_acquisition_differs_from_nothing():
    known = Acquisition(kvp=120.0, slice_thickness_mm=1.0, kernel="B30f", contrast_agent="agent")
    assert acquisition_findings(known, Acquisition()) == ()
    assert acquisition_findings(known, known) == ()
    other = replace(known, slice_thickness_mm=5.0, kernel="B70f")
    assert [finding.text for finding in acquisition_findings(known, other)] == [
        "Kernel: B30f at baseline, B70f here.",
        "Slice thickness: 1 mm at baseline, 5 mm here.",
    ]
