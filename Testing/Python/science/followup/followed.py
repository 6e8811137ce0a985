"""A course of balls that a person paired: nothing is registered, and no CT is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bodies import ball, lattice_of

from radioimmuno.followup.course import Course, rematched
from radioimmuno.followup.followed_lesion import ScoredStudy
from radioimmuno.followup.matching import GivenPair
from radioimmuno.scoring.results import LesionScore
from radioimmuno.study import Study

LATTICE = lattice_of((2.0, 2.0, 2.0))
DATES = ("2026-01-05", "2026-03-06", "2026-05-05")
APART = ((-60.0, -40.0, -60.0), (60.0, 40.0, 60.0), (-60.0, 40.0, 60.0), (60.0, -40.0, -60.0))

Radii = Mapping[str, float]


def studies_of(*studies: Radii, **known) -> list[ScoredStudy]:
    """Studies of balls by name, each at a place of its own, with a score of a hundredth of the radius."""
    found = []
    for number, (radii, day) in enumerate(zip(studies, DATES, strict=False), start=1):
        lesions = tuple(
            ball(LATTICE, place, radius, name)
            for (name, radius), place in zip(radii.items(), APART, strict=False)
        )
        lesions = tuple(replace(lesion, name=f"lesion {lesion.id}", **known) for lesion in lesions)
        rows = {one.id: LesionScore(one.id, one.name, one.volume_cc, radii[one.id] / 100) for one in lesions}
        found.append(ScoredStudy(f"S{number}", Study({}, lesions, date=day), rows))
    return found


def course_of(studies: Sequence[ScoredStudy], *pairs: Sequence[tuple[str, str]]) -> Course:
    """The course that pairs make, a sequence of them for each step; several ids have blanks between."""
    empty: tuple[()] = ()
    course = Course(
        tuple(one.study for one in studies),
        (None,) * (len(studies) - 1),
        (),
        (),
        (empty,) * len(studies),
    )
    given = {
        step: [GivenPair(tuple(before.split()), tuple(after.split())) for before, after in rows]
        for step, rows in enumerate(pairs)
    }
    return rematched(course, given)
