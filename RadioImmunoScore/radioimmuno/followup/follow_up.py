"""A patient's follow-up: the lesions of a course with their roles, and the response that they make."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..findings import InputError
from ..lesion import Lesion
from ..site import Site
from ..study import Study
from .course import Course, CourseLesion
from .followed_lesion import UNKNOWN, LesionInStudy, ScoredStudy, measure_lesion
from .match import MatchKind
from .metabolic import MetabolicCourse
from .response.course_response import CourseResponse, Rules, respond
from .response.measured import MeasuredCourse, MeasuredLesion, MeasuredStudy, Role, checked
from .response.selection import Circumstances, propose_targets
from .tracking import with_tracking_findings

NAMES = "followup.names"


@dataclass(frozen=True)
class GivenRole:
    """What a person says of a lesion of a course; None where nothing is said.

    Parameters
    ----------
    role : Role or None
    site : Site or None
    irradiated : bool or None
    """

    role: Role | None = None
    site: Site | None = None
    irradiated: bool | None = None


@dataclass(frozen=True)
class FollowedLesion:
    """One lesion through all studies.

    Parameters
    ----------
    id : str
        `L1`, `L2`, ...
    name : str
        What it was called where it was first seen.
    site : Site or None
    irradiated : tuple of bool or None
        By each study; what was irradiated stays so.
    role : Role
    reason : str
        Why it has this role.
    in_studies : tuple of LesionInStudy or None
        None before the study in which it was first seen.
    """

    id: str
    name: str
    site: Site | None
    irradiated: tuple[bool | None, ...]
    role: Role
    reason: str
    in_studies: tuple[LesionInStudy | None, ...]

    @property
    def is_node(self) -> bool:
        """Whether its short axis counts."""
        return self.site is Site.LYMPH_NODE

    def measured(self, study: int) -> MeasuredLesion | None:
        """What response takes of it in a study; None before it was first seen.

        Parameters
        ----------
        study : int

        Returns
        -------
        MeasuredLesion or None
        """
        here = self.in_studies[study]
        if here is None:
            return None
        return MeasuredLesion(
            self.id,
            self.role,
            "" if self.site is None else self.site.value,
            here.longest_mm,
            here.shortest_mm,
            self.is_node,
            self.irradiated[study],
            here.status,
        )


@dataclass(frozen=True, eq=False)
class FollowUp:
    """What became of a patient's lesions.

    Parameters
    ----------
    patient : str
    course : Course
        Its studies without images.
    studies : tuple of ScoredStudy
    lesions : tuple of FollowedLesion
    response : CourseResponse
    metabolic : MetabolicCourse or None
        Uptake on the PET of the studies; None where there is none.
    """

    patient: str
    course: Course
    studies: tuple[ScoredStudy, ...]
    lesions: tuple[FollowedLesion, ...]
    response: CourseResponse
    metabolic: MetabolicCourse | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Why lesions were not evaluated, a sentence each."""
        return tuple(
            f"{lesion.id} ({lesion.name}) is not evaluated in {self.studies[number].name}: "
            f"{here.match.value}. {here.why}".strip()
            for lesion in self.lesions
            for number, here in enumerate(lesion.in_studies)
            if here is not None and here.match in UNKNOWN and here.why
        )

    @property
    def is_undecided(self) -> bool:
        """Whether a person has to pair lesions."""
        return any(
            here is not None and here.match is MatchKind.AMBIGUOUS
            for lesion in self.lesions
            for here in lesion.in_studies
        )


def follow_up(
    patient: str,
    course: Course,
    studies: Sequence[ScoredStudy],
    given: Mapping[str, GivenRole] | None = None,
    rules: Rules | None = None,
) -> FollowUp:
    """The lesions of a course with their roles and changes, and their response.

    Targets are proposed by the rules of RECIST 1.1 from the lesions of the baseline; what a person says wins.
    What is first seen later is new, and not evaluated where its match is ambiguous or the baseline did not
    show its place.

    Parameters
    ----------
    patient : str
    course : Course
    studies : sequence of ScoredStudy
        Those of the course.
    given : mapping of str to GivenRole, optional
        By the lesion's id in the course.
    rules : Rules, optional

    Returns
    -------
    FollowUp

    Raises
    ------
    CourseError
        When given roles contradict the course.
    """
    given = given or {}
    lesions = [_followed(lesion, studies, given.get(lesion.id, GivenRole())) for lesion in course.lesions]
    lesions = _with_roles(lesions, studies[0], given)
    dates = [date.fromisoformat(one.study.date) if one.study.date else None for one in studies]
    measured = MeasuredCourse(
        patient,
        tuple(
            MeasuredStudy(one.name, day, tuple(filter(None, (lesion.measured(number) for lesion in lesions))))
            for number, (one, day) in enumerate(zip(studies, dates, strict=True))
        ),
    )
    course = with_tracking_findings(course)
    return FollowUp(patient, course, tuple(studies), tuple(lesions), respond(checked(measured), rules))


def _followed(lesion: CourseLesion, studies: Sequence[ScoredStudy], given: GivenRole) -> FollowedLesion:
    parts = _parts(lesion, studies)
    first = next(some for some in parts if some)
    sites = (part.site for some in parts for part in some if part.site is not None)
    return FollowedLesion(
        lesion.id,
        " + ".join(part.name for part in first),
        given.site or next(sites, None),
        _irradiated(parts, given.irradiated),
        Role.NON_TARGET if parts[0] else Role.NEW,
        "" if parts[0] else "not in the baseline",
        measure_lesion(lesion, studies),
    )


def _parts(lesion: CourseLesion, studies: Sequence[ScoredStudy]) -> list[list[Lesion]]:
    return [
        [each for each in one.study.lesions if each.id in ids]
        for one, ids in zip(studies, lesion.in_studies, strict=True)
    ]


def _irradiated(parts: Sequence[Sequence[Lesion]], given: bool | None) -> tuple[bool | None, ...]:
    if given is not None:
        return (given,) * len(parts)
    states: list[bool | None] = []
    for some in parts:
        told = [part.irradiated for part in some if part.irradiated is not None]
        before = states[-1] if states else None
        states.append(True if before or any(told) else False if told else before)
    return tuple(states)


def _with_roles(
    lesions: Sequence[FollowedLesion], baseline: ScoredStudy, given: Mapping[str, GivenRole]
) -> list[FollowedLesion]:
    there = list(filter(None, (lesion.measured(0) for lesion in lesions)))
    proposal = propose_targets(there, Circumstances(baseline.study.acquisition.slice_thickness_mm))
    found = []
    for lesion in lesions:
        chosen = given.get(lesion.id, GivenRole()).role
        if chosen is not None:
            found.append(replace(lesion, role=chosen, reason="chosen by hand"))
        elif lesion.role is Role.NEW:
            found.append(lesion)
        else:
            role = Role.TARGET if lesion.id in proposal.targets else Role.NON_TARGET
            found.append(replace(lesion, role=role, reason=proposal.reasons[lesion.id]))
    return found


def named_lesion(course: Course, text: str) -> str:
    """The id in a course of a lesion that a person names.

    Parameters
    ----------
    course : Course
    text : str
        Its id in the course, or what it is called, or its id, in one of the studies.

    Returns
    -------
    str

    Raises
    ------
    InputError
        `followup.names` when none or several are called so.
    """
    wanted = text.strip().casefold()
    for key in (_course_ids, _names_in_studies):
        found = [lesion.id for lesion in course.lesions if wanted in key(course, lesion)]
        if len(found) == 1:
            return found[0]
        if found:
            which = ", ".join(found)
            raise InputError(NAMES, f"Several lesions are called {text!r}: {which}. Name one of these.")
    known = ", ".join(
        f"{lesion.id} ({'; '.join(sorted(_names_in_studies(course, lesion)))})" for lesion in course.lesions
    )
    raise InputError(NAMES, f"No lesion is called {text!r}; there are: {known}.")


def check_named(studies: Sequence[Study], text: str) -> None:
    """Refuse a name that no lesion of a course can have, before its lesions are matched.

    Parameters
    ----------
    studies : sequence of Study
    text : str
        As of `named_lesion`.

    Raises
    ------
    InputError
        `followup.names`.
    """
    wanted = text.strip().casefold()
    parts = [lesion for study in studies for lesion in study.lesions]
    # A course has at most as many lesions as its studies.
    ids = {f"l{number}" for number in range(1, len(parts) + 1)}
    if wanted not in ids | {known.strip().casefold() for part in parts for known in (part.id, part.name)}:
        names = ", ".join(dict.fromkeys(part.name for part in parts))
        raise InputError(NAMES, f"No lesion is called {text!r}; there are: {names}.")


def _course_ids(course: Course, lesion: CourseLesion) -> Collection[str]:
    return (lesion.id.casefold(),)


def _names_in_studies(course: Course, lesion: CourseLesion) -> Collection[str]:
    parts = [
        part
        for study, ids in zip(course.studies, lesion.in_studies, strict=True)
        for part in study.lesions
        if part.id in ids
    ]
    return {text.strip().casefold() for part in parts for text in (part.id, part.name)}
