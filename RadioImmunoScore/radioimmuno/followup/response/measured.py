"""What was measured of a patient's lesions, study by study: the plain values that response is a function of.

Diameters are compared in tenths of a millimetre, as whole numbers, so that a threshold that is reached on
paper is reached here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date as Date
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from functools import cached_property
from itertools import pairwise

from ...findings import TableError
from ...structures.words import SIDES

# RECIST 1.1 (Eisenhauer 2009): what is seen and too small to measure; from which short axis on a node is
# disease; which long axis, and which short one of a node, is measured reproducibly; how many targets.
TOO_SMALL_TENTHS = 50
NODE_DISEASE_TENTHS = 100
MEASURABLE_TENTHS, MEASURABLE_NODE_TENTHS = 100, 150
MOST_TARGETS, MOST_AN_ORGAN = 5, 2
NODES = "lymph node"


class Role(Enum):
    """What a lesion is in an assessment; it keeps its role through all studies."""

    TARGET = "target"
    NON_TARGET = "non-target"
    NEW = "new"


class Status(Enum):
    """What was seen of a lesion in a study."""

    PRESENT = "present"
    GONE = "gone"
    TOO_SMALL = "too small"
    NOT_EVALUATED = "not evaluated"
    UNEQUIVOCAL = "unequivocal"


@dataclass(frozen=True)
class MeasuredLesion:
    """A lesion in one study.

    Parameters
    ----------
    name : str
        The same in all studies of the patient.
    role : Role
    site : str
        Where it sits, in any words; empty where it is not known.
    longest_mm, shortest_mm : float, optional
        The long axis in the axial plane and the short one at right angles to it.
    node : bool
        Whether it is a lymph node, of which the short axis counts.
    irradiated : bool, optional
        Whether it lies in an irradiated volume; None where that is not known.
    status : Status
        `UNEQUIVOCAL` of a non-target is unequivocal progression.
    """

    name: str
    role: Role
    site: str = ""
    longest_mm: float | None = None
    shortest_mm: float | None = None
    node: bool = False
    irradiated: bool | None = None
    status: Status = Status.PRESENT

    @cached_property
    def size(self) -> int | None:
        """The diameter that counts, in tenths of a millimetre; None where there is none.

        Gone is 0; what is seen but too small to measure is 5 mm; of a node the short axis counts.
        """
        if self.status is Status.GONE:
            return 0
        if self.status is Status.TOO_SMALL:
            return TOO_SMALL_TENTHS
        length = self.shortest_mm if self.node else self.longest_mm
        return None if length is None or self.status is Status.NOT_EVALUATED else tenths(length)

    @cached_property
    def is_disease(self) -> bool | None:
        """Whether it is still disease: not gone, and no node below 10 mm; None where it was not evaluated."""
        if self.status is Status.NOT_EVALUATED or (self.role is Role.TARGET and self.size is None):
            return None
        if self.node and self.size is not None:
            return self.size >= NODE_DISEASE_TENTHS
        return self.size != 0

    @property
    def is_measurable(self) -> bool:
        """Whether its size is one that is measured reproducibly: 10 mm or more, of a node 15 mm or more."""
        least = MEASURABLE_NODE_TENTHS if self.node else MEASURABLE_TENTHS
        return self.size is not None and self.size >= least

    @cached_property
    def organ(self) -> str:
        """The organ: all nodes are one, both sides of a paired organ are one; empty where it is not known."""
        words = [word for word in _words(self.site) if word not in SIDES]
        return NODES if self.node else " ".join(words)


@dataclass(frozen=True)
class MeasuredStudy:
    """A patient at one time.

    Parameters
    ----------
    name : str
    date : Date, optional
    lesions : tuple of MeasuredLesion
        A lesion of the course that is not among them was not evaluated.
    """

    name: str
    date: Date | None
    lesions: tuple[MeasuredLesion, ...]

    @cached_property
    def by_name(self) -> Mapping[str, MeasuredLesion]:
        """The lesions by name."""
        return {lesion.name: lesion for lesion in self.lesions}


@dataclass(frozen=True)
class MeasuredCourse:
    """A patient's studies.

    Parameters
    ----------
    patient : str
    studies : tuple of MeasuredStudy
        In order of time; the first one is baseline.
    before : tuple of MeasuredStudy
        Studies before baseline, in order of time; only growth is measured from them.
    """

    patient: str
    studies: tuple[MeasuredStudy, ...]
    before: tuple[MeasuredStudy, ...] = ()

    @property
    def baseline(self) -> MeasuredStudy:
        """The first study."""
        return self.studies[0]

    def days(self, earlier: int, later: int) -> int | None:
        """Days between two studies by their places; None where a date is missing."""
        return days_between(self.studies[earlier], self.studies[later])

    @cached_property
    def organs(self) -> Mapping[str, str]:
        """Each lesion's organ, from the first of its rows that names one; empty where none does."""
        found: dict[str, str] = {}
        for _, lesion in self.lesions():
            if not found.get(lesion.name):
                found[lesion.name] = lesion.organ
        return found

    @cached_property
    def irradiation(self) -> Mapping[str, tuple[bool | None, ...]]:
        """For each lesion whether it was irradiated by each study; None where that is not known.

        What a row does not say is as in the row before; before its first row a lesion is as in that row.
        """
        rows: dict[str, list[tuple[int, bool | None]]] = {}
        for place, study in enumerate(self.studies):
            for lesion in study.lesions:
                rows.setdefault(lesion.name, []).append((place, lesion.irradiated))
        return {name: self._filled(given) for name, given in rows.items()}

    def _filled(self, given: list[tuple[int, bool | None]]) -> tuple[bool | None, ...]:
        states: list[bool | None] = [given[0][1]] * len(self.studies)
        for place, state in given:
            if state is not None:
                states[place:] = [state] * (len(states) - place)
        return tuple(states)

    def lesions(self) -> Iterator[tuple[MeasuredStudy, MeasuredLesion]]:
        """Each lesion of each study, in order of time."""
        return ((study, lesion) for study in (*self.before, *self.studies) for lesion in study.lesions)


class CourseError(TableError):
    """A course that contradicts itself.

    Parameters
    ----------
    code, text : str
    places : tuple of (str, str)
        The studies and lesions that it is about, by name; a lesion without a name stands for the whole study.
    """

    def __init__(self, code: str, text: str, *places: tuple[str, str]) -> None:
        super().__init__(code, text)
        self.places = places


def tenths(length_mm: float) -> int:
    """A length in tenths of a millimetre, half of one rounded up.

    >>> tenths(12.25), tenths(0.04)
    (123, 0)
    """
    return int(Decimal(repr(float(length_mm))).scaleb(1).to_integral_value(ROUND_HALF_UP))


def millimetres(length: int) -> str:
    """Tenths of a millimetre as they are written.

    >>> millimetres(824)
    '82.4'
    """
    return f"{length / 10:.1f}"


def days_between(earlier: MeasuredStudy, later: MeasuredStudy) -> int | None:
    """Days between two studies; None where a date is missing."""
    return None if earlier.date is None or later.date is None else (later.date - earlier.date).days


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())


def checked(course: MeasuredCourse) -> MeasuredCourse:
    """The course, which contradicts itself nowhere.

    Parameters
    ----------
    course : MeasuredCourse

    Returns
    -------
    MeasuredCourse

    Raises
    ------
    CourseError
        `response.dates`, `response.lesion` or `response.baseline`, with studies and lesions.
    """
    _check_dates(course)
    first: dict[str, tuple[MeasuredStudy, MeasuredLesion]] = {}
    irradiated: dict[str, MeasuredStudy] = {}
    for study, lesion in course.lesions():
        known_study, known = first.setdefault(lesion.name, (study, lesion))
        where = (known_study.name, lesion.name), (study.name, lesion.name)
        for what, was, now in (
            ("role", known.role.value, lesion.role.value),
            ("node", "yes" if known.node else "no", "yes" if lesion.node else "no"),
            ("site", known.site, lesion.site),
        ):
            if was != now and was and now and _words(was) != _words(now):
                text = (
                    f"Lesion {lesion.name!r} changes its {what}: {was} in study {known_study.name!r}, {now} "
                    f"in {study.name!r}. Write the same in all its rows, or give another lesion another name."
                )
                raise CourseError("response.lesion", text, *where)
        if known.site == "" != lesion.site:
            first[lesion.name] = study, lesion
        if lesion.irradiated:
            irradiated.setdefault(lesion.name, study)
        elif lesion.irradiated is False and lesion.name in irradiated:
            text = (
                f"Lesion {lesion.name!r} is irradiated in study {irradiated[lesion.name].name!r} and no "
                f"longer in {study.name!r}. What was irradiated stays so: write yes from then on."
            )
            raise CourseError("response.lesion", text, *where)
    _check_baseline(course)
    return course


def _check_dates(course: MeasuredCourse) -> None:
    dated = [study for study in (*course.before, *course.studies) if study.date is not None]
    for one, other in pairwise(dated):
        assert one.date is not None
        assert other.date is not None
        places = (one.name, ""), (other.name, "")
        if one.date == other.date:
            text = (
                f"The studies {one.name!r} and {other.name!r} have the same date, {one.date}. Give both rows "
                f"the same study where they are one, or correct a date."
            )
            raise CourseError("response.dates", text, *places)
        if one.date > other.date:
            text = (
                f"The dates go back: {one.name!r} is of {one.date}, the later study {other.name!r} of "
                f"{other.date}. Give every study its date, or sort the rows by time."
            )
            raise CourseError("response.dates", text, *places)


def _check_baseline(course: MeasuredCourse) -> None:
    start = course.baseline
    for lesion in start.lesions:
        problem = ""
        if lesion.role is Role.NEW:
            problem = "is new in the first study; what is there at baseline is target or non-target"
        elif lesion.status is Status.UNEQUIVOCAL:
            problem = "cannot have progressed at baseline; leave its status empty"
        elif lesion.role is Role.TARGET and not lesion.size:
            problem = "is a target without a size at baseline; give its diameter, or make it non-target"
        elif lesion.role is Role.NON_TARGET and lesion.status is Status.GONE:
            problem = "is gone at baseline; take its row away there, and call it new where it appears"
        if problem:
            text = f"Lesion {lesion.name!r} {problem}."
            raise CourseError("response.baseline", text, (start.name, lesion.name))
    for study, lesion in course.lesions():
        if study is not start and lesion.role is not Role.NEW and lesion.name not in start.by_name:
            text = (
                f"Lesion {lesion.name!r} is {lesion.role.value} in study {study.name!r}, but the baseline "
                f"study {start.name!r} has no row of it. What was not there at baseline is new."
            )
            raise CourseError("response.baseline", text, (study.name, lesion.name))
    for study in course.before:
        for lesion in study.lesions:
            if lesion.role is Role.NEW:
                text = f"Lesion {lesion.name!r} is new in study {study.name!r}, which is before baseline."
                raise CourseError("response.baseline", text, (study.name, lesion.name))
