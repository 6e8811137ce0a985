"""Dissociated response: some lesions shrink while others grow.

Three definitions from the literature; the answer names the one that was asked.

- Bernard-Tessier 2020: some lesions shrink by more than 30 %, others grow by more than 20 %, and these by 5
  mm or more in sum. New lesions do not count.
- Tozuka 2020: some lesions shrink, and others grow or new ones emerge. From which change on a lesion shrinks
  or grows is not in our sources: 30 %, and 20 % and 5 mm, as RECIST has it for sums, are parameters of ours.
- Sato 2021: RECIST's response of each organ: CR or PR in one and PD in another, or CR or PR in all of them
  beside new lesions or an unequivocal progression of what cannot be measured. (The study asked it at the
  first evaluation.)

Definitions 2 and 3 are as table 1 of a review gives them (PMC9083034), and as the abstract of Sato 2021 does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .answer import NO, YES, Answer
from .fields import change_words
from .measured import MeasuredCourse, MeasuredLesion, Role, millimetres
from .recist import GROWTH_TENTHS, PD, RESPONDED, Reading, has_grown, has_shrunk, read_course

BERNARD_TESSIER, TOZUKA, SATO = "bernard-tessier", "tozuka", "sato"
TITLES = {BERNARD_TESSIER: "Bernard-Tessier 2020", TOZUKA: "Tozuka 2020", SATO: "Sato 2021"}


@dataclass(frozen=True)
class _Change:
    """A lesion's sizes at baseline and now, in tenths of a millimetre."""

    name: str
    before: int
    now: int

    @property
    def words(self) -> str:
        return f"{self.name} {change_words(self.before, self.now)}"


def dissociated(
    course: MeasuredCourse, readings: Sequence[Reading], place: int, definition: str = BERNARD_TESSIER
) -> Answer:
    """Whether the response is dissociated in a study.

    Parameters
    ----------
    course : MeasuredCourse
    readings : sequence of Reading
        Over all lesions.
    place : int
        Of the study.
    definition : str
        One of `TITLES`.

    Returns
    -------
    Answer
        yes or no; None at baseline and where no lesion was measured twice.
    """
    asked: Callable[[MeasuredCourse, Sequence[Reading], int], Answer] = {
        BERNARD_TESSIER: _bernard_tessier,
        TOZUKA: _tozuka,
        SATO: _sato,
    }[definition]
    if place == 0:
        return Answer(None, "baseline")
    answer = asked(course, readings, place)
    return Answer(answer.value, f"{TITLES[definition]}: {answer.sentence}")


def _bernard_tessier(course: MeasuredCourse, readings: Sequence[Reading], place: int) -> Answer:
    changes = _changes(course, place)
    if not changes:
        return Answer(None, "no lesion that was measurable at baseline was measured")
    shrunk = [one for one in changes if 10 * one.now < 7 * one.before]
    grown = [one for one in changes if 10 * one.now > 12 * one.before]
    growth = sum(one.now - one.before for one in grown)
    found = bool(shrunk) and growth >= GROWTH_TENTHS
    what = f"{_named(shrunk)} shrank by more than 30 %, {_named(grown)} grew by more than 20 %"
    return Answer(YES if found else NO, f"{what} ({millimetres(growth)} mm in sum)")


def _tozuka(course: MeasuredCourse, readings: Sequence[Reading], place: int) -> Answer:
    changes = _changes(course, place)
    new = list(readings[place].new)
    if not changes:
        return Answer(None, "no lesion that was measurable at baseline was measured")
    shrunk = [one for one in changes if has_shrunk(one.before, one.now)]
    grown = [one for one in changes if has_grown(one.before, one.now)]
    what = f"{_named(shrunk)} shrank, {_named(grown)} grew, new: {', '.join(new) or 'none'}"
    return Answer(YES if shrunk and (grown or new) else NO, what)


def _sato(course: MeasuredCourse, readings: Sequence[Reading], place: int) -> Answer:
    targets = [lesion for lesion in course.baseline.lesions if lesion.role is Role.TARGET]
    if any(not course.organs[lesion.name] for lesion in targets):
        return Answer(None, "cannot be told: a target has no site")
    organs: dict[str, set[str]] = {}
    for lesion in targets:
        organs.setdefault(course.organs[lesion.name], set()).add(lesion.name)
    words = {organ: read_course(course, names)[place].target for organ, names in organs.items()}
    if not words:
        return Answer(None, "there is no target")
    responding = [organ for organ, word in words.items() if word in RESPONDED]
    reading = readings[place]
    apart = bool(reading.new or reading.progressed) and len(responding) == len(words)
    found = bool(responding) and (PD in words.values() or apart)
    shown = ", ".join(f"{organ} {word}" for organ, word in words.items())
    others = f"new: {', '.join(reading.new) or 'none'}, non-targets {reading.non_target or 'none'}"
    return Answer(YES if found else NO, f"{shown}; {others}")


def _changes(course: MeasuredCourse, place: int) -> list[_Change]:
    """The lesions that were measurable at baseline and are measured now."""
    here = course.studies[place].by_name
    pairs = [
        (one, here[one.name]) for one in course.baseline.lesions if one.is_measurable and one.name in here
    ]
    return [_change(before, now) for before, now in pairs if now.size is not None]


def _change(before: MeasuredLesion, now: MeasuredLesion) -> _Change:
    assert before.size is not None
    assert now.size is not None
    return _Change(before.name, before.size, now.size)


def _named(changes: Sequence[_Change]) -> str:
    return ", ".join(one.words for one in changes) or "none"
