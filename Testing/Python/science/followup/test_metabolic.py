"""Uptake of a course: values and changes of each lesion as the course has it, and PERCIST between its PET."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.followup.course import Course, rematched
from radioimmuno.followup.followed_lesion import ScoredStudy
from radioimmuno.followup.matching import GivenPair
from radioimmuno.followup.metabolic import metabolic_course
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.pet.masses import janmahasatian
from radioimmuno.study import Study

LATTICE = Lattice((24, 40, 40), (3.0, 3.0, 3.0), (0.0, 0.0, 0.0))
WEIGHT, HEIGHT = 80.0, 180.0
# Of lean mass: SUL is this share of SUV by weight.
LEAN_SHARE = janmahasatian(WEIGHT, HEIGHT, "M") / WEIGHT
SCAN = {
    "tracer": "FDG",
    "fdg": True,
    "long_lived": False,
    "uptake_min": 60.0,
    "weight_kg": WEIGHT,
    "height_cm": HEIGHT,
    "sex": "M",
}
LIVER = ((4, 28, 28), 6, 2.4)


def cube(corner, size):
    mask = np.zeros(LATTICE.shape, bool)
    mask[tuple(slice(start, start + size) for start in corner)] = True
    return mask


def study(day, hot, scan=None, liver=LIVER, **suv):
    """Cubes of a heat, a voxel wider than they are drawn, in a body of 1 with a liver."""
    pet, lesions = np.ones(LATTICE.shape), []
    for name, (corner, size, heat) in hot.items():
        pet[cube([start - 1 for start in corner], size + 2)] = heat
        lesions.append(Lesion(name, name.upper(), Image(cube(corner, size), LATTICE).trimmed()))
    references = {}
    if liver:
        pet[cube([start - 1 for start in liver[0]], liver[1] + 2)] = liver[2]
        references = {"liver": Image(cube(liver[0], liver[1]), LATTICE).trimmed()}
    about = {"pet": {"suv": {"quantity": "bw", "acquisition": SCAN | (scan or {})} | suv}}
    made = Study(
        {"pet": Image(pet, LATTICE)}, tuple(lesions), date=day, about_images=about, references=references
    )
    return ScoredStudy(day, made, {})


def followed(first, second, pairs):
    """The course of two studies whose lesions a person paired."""
    course = Course((first.study, second.study), (None,), (), (), ((), ()))
    given = {0: [GivenPair(tuple(before), tuple(after)) for before, after in pairs]}
    return rematched(course, given), (first, second)


A, B = ((4, 6, 6), 7), ((14, 6, 6), 7)
BASELINE = {"a": (*A, 10.0), "b": (*B, 6.0)}
SAME = [("a", "a"), ("b", "b")]


def test_changes_of_uptake_are_those_of_the_lesion():
    later = {"a": (*A, 4.0), "b": (*B, 9.0)}
    found = metabolic_course(*followed(study("2026-01-05", BASELINE), study("2026-03-06", later), SAME))
    changed = found.changes((0, ("a",)), (1, ("a",)), 60)
    assert changed["suv_max"].absolute == pytest.approx(-6.0)
    assert changed["suv_peak"].relative == pytest.approx(-0.6)
    assert changed["suv_max"].per_30_days == pytest.approx(-3.0)
    assert changed["mtv_41"].absolute == pytest.approx(0.0)
    assert changed["tlg_41"].absolute == pytest.approx(-6.0 * 343 * 0.027)


def test_a_lesion_that_is_gone_has_no_metabolic_volume_left():
    pairs = [("a", "a"), ("b", "")]
    found = metabolic_course(
        *followed(study("2026-01-05", BASELINE), study("2026-03-06", {"a": (*A, 10.0)}), pairs)
    )
    changed = found.changes((0, ("b",)), (1, ()))
    assert changed["mtv_41"].relative == changed["tlg_41"].relative == -1.0
    assert changed["suv_max"].absolute is None


def test_parts_of_a_lesion_are_measured_as_one():
    parts = {"p": ((4, 6, 6), 4, 10.0), "q": ((4, 6, 16), 4, 8.0)}
    course, studies = followed(
        study("2026-01-05", {"a": (*A, 10.0)}), study("2026-03-06", parts), [("a", "pq")]
    )
    found = metabolic_course(course, studies)
    assert found.numbers(1, ("p", "q"))["suv_max"] == 10.0
    assert found.numbers(1, ("p", "q"))["mtv_41"] == pytest.approx(2 * 64 * 0.027)


@pytest.mark.parametrize(
    ("heats", "response"),
    [((4.0, 3.0), "PMR"), ((9.5, 6.0), "SMD"), ((14.0, 6.0), "PMD"), ((2.0, 2.0), "CMR")],
)
def test_percist_is_by_lean_mass_between_the_hottest_lesions(heats, response):
    later = {"a": (*A, heats[0]), "b": (*B, heats[1])}
    found = metabolic_course(*followed(study("2026-01-05", BASELINE), study("2026-03-06", later), SAME))
    assert found.percist[0] is None
    percist = found.percist[1]
    assert percist.response == response
    assert percist.peak_change == pytest.approx((max(heats) - 10.0) * LEAN_SHARE)
    assert percist.peak_share == pytest.approx(max(heats) / 10.0 - 1)
    # What the tables have stays by weight.
    assert found.numbers(0, ("a",))["suv_peak"] == pytest.approx(10.0)


def test_a_new_lesion_counts_where_it_takes_up():
    pairs = [*SAME, ("", "c")]
    for heat, response in ((8.0, "PMD"), (2.0, "SMD")):
        later = BASELINE | {"c": ((14, 24, 6), 6, heat)}
        course, studies = followed(study("2026-01-05", BASELINE), study("2026-03-06", later), pairs)
        percist = metabolic_course(course, studies).percist[1]
        assert percist.response == response
        assert ("New lesions: L3 (C)." in percist.reasons) == (heat > 3)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"scan": {"uptake_min": 80.0}}, "more than 15 apart"),
        ({"scan": {"uptake_min": None}}, "The time from injection to scan is not known"),
        ({"liver": (*LIVER[:2], 3.6)}, "so they cannot be compared"),
        ({"liver": None}, "Without a reference region in the liver"),
        ({"scan": {"height_cm": None}}, "does not say how tall the patient is"),
        ({"scan": {"long_lived": True, "fdg": False}}, "this is immuno-PET"),
        ({"scan": {"fdg": False, "tracer": "PSMA"}}, "the tracer is PSMA"),
    ],
)
def test_what_cannot_be_compared_is_not_evaluated_and_says_why(changed, words):
    course, studies = followed(study("2026-01-05", BASELINE), study("2026-03-06", BASELINE, **changed), SAME)
    percist = metabolic_course(course, studies).percist[1]
    assert percist.response == "NE"
    assert words in " ".join(percist.reasons)


def test_files_that_say_nothing_of_the_injection_are_not_evaluated():
    first, second = study("2026-01-05", BASELINE), study("2026-03-06", BASELINE)
    bare = replace(second, study=replace(second.study, about_images={"pet": {"unit": "SUV"}}))
    found = metabolic_course(*followed(first, bare, SAME))
    assert found.percist[1].response == "NE"
    assert "The PET of 2026-03-06 is a file that says nothing" in found.percist[1].reasons[0]
    assert found.changes((0, ("a",)), (1, ("a",)))["suv_max"].absolute == 0.0


def test_a_study_without_pet_is_said_and_without_any_there_is_nothing():
    first, second = study("2026-01-05", BASELINE), study("2026-03-06", BASELINE)
    bare = replace(second, study=replace(second.study, images={}))
    found = metabolic_course(*followed(first, bare, SAME))
    assert found.percist[1].reasons == ("There is no PET of 2026-03-06.",)
    assert found.changes((0, ("a",)), (1, ("a",)))["suv_max"].absolute is None
    none = replace(first, study=replace(first.study, images={}))
    assert metabolic_course(*followed(none, bare, SAME)) is None


def test_values_of_two_kinds_of_suv_have_no_change():
    course, studies = followed(
        study("2026-01-05", BASELINE), study("2026-03-06", BASELINE, quantity="lbm"), SAME
    )
    assert metabolic_course(course, studies).changes((0, ("a",)), (1, ("a",)))["suv_max"].absolute is None
