"""Simulated courses: what becomes of lesions and of points is what the truth has.

Tests of: course.
"""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from radioimmuno.followup.matching import match_lesions
from radioimmuno.followup.registration import register
from radioimmuno.lesion import Lesion
from radioimmuno.simulation.body import lungs, probe
from radioimmuno.simulation.course import SimulatedCourse, TrueMatch, demonstration_course, simulate_course

VOXEL_MM = 6.0


@pytest.fixture(scope="module")
def courses() -> list[SimulatedCourse]:
    planned = enumerate((1, 2, 5, 8, 12, 12, 12))
    return [simulate_course(seed, count, slice_mm=VOXEL_MM, pixel_mm=VOXEL_MM) for seed, count in planned]


def centre(lesion: Lesion) -> np.ndarray:
    mask = lesion.mask
    return mask.lattice.to_lps(np.argwhere(mask.values) + mask.offset).mean(axis=0)


def test_the_same_seed_gives_the_same_course(courses):
    again = simulate_course(3, 8, slice_mm=VOXEL_MM, pixel_mm=VOXEL_MM)
    assert again.truth == courses[3].truth
    for one, other in zip(again.studies, courses[3].studies, strict=True):
        assert (one.date, one.table_mm, one.acquisition) == (other.date, other.table_mm, other.acquisition)
    np.testing.assert_array_equal(again.studies[1].image().values, courses[3].studies[1].image().values)


def test_all_that_can_become_of_a_lesion_happens(courses):
    kinds = {match.kind for course in courses for match in course.truth[0]}
    assert kinds == {"same", "gone", "new", "split", "merged"}
    counts = {sum(bool(match.before) for match in course.truth[0]) for course in courses}
    assert min(counts) >= 1
    assert len(counts) > 3


def test_each_lesion_is_in_the_truth_once(courses):
    for course in courses:
        before, after = (study.plan.infiltration for study in course.studies)
        truth = course.truth[0]
        assert sorted(each for match in truth for each in match.before) == sorted(before)
        assert sorted(each for match in truth for each in match.after) == sorted(after)


def test_lesions_go_where_their_place_in_the_body_goes_and_change_as_the_truth_has_it():
    # Small voxels around the lesions alone: no CT is painted.
    course = simulate_course(21, 8, slice_mm=1.5, pixel_mm=1.5)
    before, after = ({lesion.id: lesion for lesion in study.lesions()} for study in course.studies)
    same = [match for match in course.truth[0] if match.kind == "same"]
    assert len(same) >= 3
    for match in same:
        old, new = before[match.before[0]], after[match.after[0]]
        assert np.linalg.norm(course.moved(centre(old)) - centre(new)) < 2.5
        assert old.site is new.site
        # The contour of either study has an error of its own.
        assert new.volume_cc / old.volume_cc == pytest.approx(match.volume_ratio, rel=0.35)


def test_points_of_the_anatomy_move_by_some_millimetres_against_each_other(courses):
    course = courses[4]
    rng = np.random.default_rng(0)
    points = rng.uniform((-120, -80, -100), (120, 80, 100), (3000, 3))
    moved = course.moved(points)
    bodies = [study.plan.body for study in course.studies]
    tables = [np.array(study.table_mm) for study in course.studies]
    places = points - tables[0], moved - tables[1]
    inside = [lungs(probe(body, place)) for body, place in zip(bodies, places, strict=True)]
    clear = np.abs(inside[0]) > 6
    assert ((inside[0] < 0) == (inside[1] < 0))[clear].mean() > 0.99
    against = moved - points - (moved - points).mean(axis=0)
    assert 2.0 < np.linalg.norm(against, axis=1).mean() < 12.0


def test_studies_are_acquired_each_in_its_own_way():
    course = simulate_course(5, studies=3)
    dates = [date.fromisoformat(study.date) for study in course.studies]
    assert dates == sorted(set(dates))
    assert len({(study.acquisition.kernel, study.plan.lattice) for study in course.studies}) == 3
    assert len(course.truth) == 2
    for step, truth in enumerate(course.truth):
        before = {each for match in truth for each in match.before}
        assert before == set(course.studies[step].plan.infiltration)


def test_in_the_course_that_is_shown_all_happens():
    course = demonstration_course()
    kinds = {match.kind for truth in course.truth for match in truth}
    assert kinds == {"same", "gone", "new", "split", "merged"}
    assert len(course.studies) == 3


def test_one_lesion_is_a_course_too():
    course = simulate_course(2, lesions=1, slice_mm=VOXEL_MM, pixel_mm=VOXEL_MM)
    assert len(course.studies[0].plan.tumors) >= 1


@pytest.mark.slow
def test_lesions_of_a_course_are_found_again():
    course = simulate_course(8, 8, slice_mm=5.0, pixel_mm=5.0)
    registration = register(*(study.image() for study in course.studies))
    lesions = [study.lesions() for study in course.studies]
    found = {(frozenset(m.baseline), frozenset(m.followup)) for m in match_lesions(*lesions, registration)}
    truth = {(frozenset(m.before), frozenset(m.after)) for m in course.truth[0]}
    assert len(found & truth) >= len(truth) - 1


def test_what_came_of_irradiated_lesions_is_irradiated():
    tumors = [object()] * 6
    studies = (SimpleNamespace(plan=SimpleNamespace(tumors=tumors)), None, None)
    first = (
        TrueMatch(("1", "2"), ("5",), "merged", None),
        TrueMatch(("3",), ("1", "4"), "split", None),
        TrueMatch(("4",), (), "gone", None),
        TrueMatch(("5",), ("3",), "same", None),
        TrueMatch(("6",), ("2",), "same", None),
        TrueMatch((), ("6",), "new", None),
    )
    second = (TrueMatch(("1", "5"), ("3",), "merged", None), TrueMatch(("4",), (), "gone", None))
    course = SimulatedCourse(studies, (first, second))
    assert course.irradiated == ({"3", "6"}, {"1", "2", "4"}, {"3"})
