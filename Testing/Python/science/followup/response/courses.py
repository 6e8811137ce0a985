"""Courses in few words, for the tests of response."""

from __future__ import annotations

from datetime import date, timedelta

from radioimmuno.followup.response.course_response import CourseResponse, respond
from radioimmuno.followup.response.fields import Field
from radioimmuno.followup.response.measured import (
    MeasuredCourse,
    MeasuredLesion,
    MeasuredStudy,
    Role,
    Status,
    checked,
)

START = date(2026, 1, 1)
WORDS = {
    "gone": Status.GONE,
    "small": Status.TOO_SMALL,
    "unseen": Status.NOT_EVALUATED,
    "worse": Status.UNEQUIVOCAL,
    "there": Status.PRESENT,
}


def lesion(name: str, what: object, **known: object) -> MeasuredLesion:
    """A lesion by its name (T target, N non-target, X new; a node has an n behind, irradiated is an r).

    `what` is a size in mm, a word of `WORDS`, or both.
    """
    role = {"T": Role.TARGET, "N": Role.NON_TARGET, "X": Role.NEW}[name[0]]
    parts = what if isinstance(what, tuple) else (what,)
    status = next((WORDS[part] for part in parts if isinstance(part, str)), Status.PRESENT)
    size = next((float(part) for part in parts if not isinstance(part, str)), None)
    given = {"site": "lung", "node": name.endswith("n"), "irradiated": name.endswith("r"), "status": status}
    given |= {"longest_mm": size, "shortest_mm": size}
    return MeasuredLesion(name, role, **(given | known))


def course(
    *studies: dict[str, object], days: object = 60, before: int = 0, **known: object
) -> MeasuredCourse:
    """A course of studies S0, S1 ..., each a mapping of lesions' names to what was seen.

    `days` between studies, or a list of days since the first one; None for no dates.
    """
    if isinstance(days, int):
        days = [days * n for n in range(len(studies))]
    made = []
    for n, seen in enumerate(studies):
        when = None if days is None else START + timedelta(days=days[n])
        lesions = tuple(lesion(name, what, **known) for name, what in seen.items() if what is not None)
        made.append(MeasuredStudy(f"S{n}", when, lesions))
    return checked(MeasuredCourse("P", tuple(made[before:]), tuple(made[:before])))


def answers(found: CourseResponse, which: str = "recist", field: Field = Field.ALL) -> list[str | None]:
    """RECIST's or iRECIST's answers after baseline."""
    return [getattr(study.fields[field], which) for study in found.studies[1:]]


def recist(*studies: dict[str, object], **how: object) -> list[str | None]:
    return answers(respond(course(*studies, **how)))


def irecist(*studies: dict[str, object], **how: object) -> list[str | None]:
    return answers(respond(course(*studies, **how)), "irecist")


def sentences(*studies: dict[str, object], **how: object) -> list[str]:
    """The sentences over all lesions, that of baseline first."""
    return [study.fields[Field.ALL].sentence for study in respond(course(*studies, **how)).studies]
