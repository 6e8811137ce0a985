"""A course: the studies of one patient in order of time, and which lesion is which in all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce

from ..acquisition import Acquisition
from ..findings import Finding, InputError, Severity
from ..lesion import Lesion
from ..study import Study
from .demons import Progress
from .match import BY_PLACE, Match, MatchKind
from .matching import GivenPair, match_lesions
from .registration import Registration, register

ACQUISITION, DATES, PATIENT = "followup.acquisition", "followup.dates", "followup.patient"

NEW = MatchKind.NEW
WENT = (MatchKind.GONE, MatchKind.OUT_OF_VIEW)

GivenPairs = Mapping[int, Sequence[GivenPair]]


@dataclass(frozen=True)
class CourseLesion:
    """One lesion through all studies; parts of a split one, and those that merged, are one.

    Parameters
    ----------
    id : str
        `L1`, `L2`, ... in the order in which they are first seen.
    in_studies : tuple of tuple of str
        Its lesion ids in each study.
    matches : tuple of tuple of Match
        For each study, what it was matched by from the study before.
    """

    id: str
    in_studies: tuple[tuple[str, ...], ...]
    matches: tuple[tuple[Match, ...], ...]


@dataclass(frozen=True)
class Returned:
    """Lesions that are seen again where they were before they went.

    Parameters
    ----------
    last, again : int
        Numbers of the study in which they were last seen, and of that in which they are again.
    match : Match
        From the one to the other.
    """

    last: int
    again: int
    match: Match


@dataclass(frozen=True, eq=False)
class Course:
    """One patient over time.

    Parameters
    ----------
    studies : tuple of Study
        In order of time, the baseline first, each with its date.
    registrations : tuple of Registration or None
        From each study to the next; None where they could not be registered.
    matches : tuple of tuple of Match
        From each study to the next.
    lesions : tuple of CourseLesion
    findings : tuple of tuple of Finding
        Of each study: what makes it hard to compare with the baseline, or with the study before.
    returned : tuple of Returned
        Lesions that were gone, or out of view, for a time.
    """

    studies: tuple[Study, ...]
    registrations: tuple[Registration | None, ...]
    matches: tuple[tuple[Match, ...], ...]
    lesions: tuple[CourseLesion, ...]
    findings: tuple[tuple[Finding, ...], ...]
    returned: tuple[Returned, ...] = ()

    def days(self, study: int) -> int:
        """Days from the baseline to a study.

        Parameters
        ----------
        study : int
            Its number, 0 for the baseline.

        Returns
        -------
        int
        """
        first, later = (date.fromisoformat(self.studies[number].date) for number in (0, study))
        return (later - first).days


def follow(
    studies: Sequence[Study],
    *,
    dates: Sequence[str] | None = None,
    given: GivenPairs | None = None,
    names_identify: bool = False,
    progress: Progress | None = None,
    threads: int = 1,
) -> Course:
    """Register the studies of a patient one to the next and match their lesions.

    Parameters
    ----------
    studies : sequence of Study
        Two or more, in any order.
    dates : sequence of str, optional
        ISO 8601, one a study, "" for the study's own: what a person gives wins.
    given : mapping of int to sequence of GivenPair, optional
        What a person paired, by the number of the earlier study in order of time, 0 for the baseline.
    names_identify : bool, optional
        Whether lesions of an equal name are the same.
    progress : callable, optional
        Called with the number of steps done and in all; what it raises ends the work.
    threads : int, optional
        For SimpleITK.

    Returns
    -------
    Course

    Raises
    ------
    InputError
        `followup.dates` when the order of time is not known, `followup.patient` when the studies are of
        different patients, `followup.pairs` when a given pair cannot be.
    """
    ordered = in_order(studies, dates)
    _check_patient(ordered)
    registrations: list[Registration | None] = []
    refused: list[tuple[Finding, ...]] = [()]
    steps = len(ordered) - 1
    for step in range(steps):

        def report(done: int, total: int, step: int = step) -> None:
            if progress:
                progress(step * total + done, steps * total)

        try:
            registrations.append(register(ordered[step].image, ordered[step + 1].image, report, threads))
            refused.append(())
        except InputError as error:
            registrations.append(None)
            refused.append((Finding(error.code, Severity.WARN, str(error)),))
    differing = [acquisition_findings(ordered[0].acquisition, study.acquisition) for study in ordered]
    findings = tuple((*a, *b) for a, b in zip(refused, differing, strict=True))
    return rematched(Course(ordered, tuple(registrations), (), (), findings), given, names_identify)


def rematched(course: Course, given: GivenPairs | None = None, names_identify: bool = False) -> Course:
    """A course with its lesions matched anew; nothing is registered again.

    Parameters
    ----------
    course : Course
    given : mapping of int to sequence of GivenPair, optional
    names_identify : bool, optional
        As of `follow`.

    Returns
    -------
    Course

    Raises
    ------
    InputError
        `followup.pairs`.
    """
    matches = tuple(
        match_lesions(
            _drawn(course.studies[step]),
            _drawn(course.studies[step + 1]),
            registration,
            given=(given or {}).get(step, ()),
            names_identify=names_identify,
        )
        for step, registration in enumerate(course.registrations)
    )
    returned = _returned(course, matches)
    lesions = _lesions(course.studies, matches, returned)
    return replace(course, matches=matches, lesions=lesions, returned=returned)


def up_to(course: Course, study: int) -> Course:
    """The course as it was when a study was made: what later ones show joins no lesions.

    Parameters
    ----------
    course : Course
        Its lesions are matched.
    study : int
        Number of the last study.

    Returns
    -------
    Course
    """
    studies, matches = course.studies[: study + 1], course.matches[:study]
    returned = tuple(each for each in course.returned if each.again <= study)
    return replace(
        course,
        studies=studies,
        registrations=course.registrations[:study],
        matches=matches,
        lesions=_lesions(studies, matches, returned),
        findings=course.findings[: study + 1],
        returned=returned,
    )


def _returned(course: Course, matches: Sequence[Sequence[Match]]) -> tuple[Returned, ...]:
    """Lesions that are new by their place alone, where an earlier one was that went."""
    found: list[Returned] = []
    for again in range(2, len(course.studies)):
        for last in range(again - 2, -1, -1):
            before = {each for match in matches[last] if match.kind in WENT for each in match.baseline}
            after = {
                each for m in matches[again - 1] if m.kind is NEW and m.by == BY_PLACE for each in m.followup
            }
            before -= {each for back in found if back.last == last for each in back.match.baseline}
            after -= {each for back in found if back.again == again for each in back.match.followup}
            path = [each for each in course.registrations[last:again] if each is not None]
            if not before or not after or len(path) < again - last:
                continue
            ended = [lesion for lesion in _drawn(course.studies[last]) if lesion.id in before]
            new = [lesion for lesion in _drawn(course.studies[again]) if lesion.id in after]
            registration = reduce(lambda first, later: first.then(later), path)
            for match in match_lesions(ended, new, registration):
                if match.baseline and match.followup:
                    between = again - last - 1
                    missing = "the study" if between == 1 else f"{between} studies"
                    why = f"It was not seen in {missing} between. {match.why}"
                    found.append(Returned(last, again, replace(match, why=why)))
    return tuple(found)


def in_order(studies: Sequence[Study], dates: Sequence[str] | None = None) -> tuple[Study, ...]:
    """The studies in order of time, each with its date.

    Parameters
    ----------
    studies : sequence of Study
    dates : sequence of str, optional
        As of `follow`.

    Returns
    -------
    tuple of Study

    Raises
    ------
    InputError
        `followup.dates` for fewer than two studies, without a date of one, or when two have the same.
    """
    if len(studies) < 2:
        raise InputError(DATES, "A course has two studies or more: add the next one.")
    if dates is not None and len(dates) != len(studies):
        raise InputError(DATES, f"{len(dates)} dates for {len(studies)} studies: give one for each.")
    dated: dict[date, Study] = {}
    for number, study in enumerate(studies):
        text = (dates[number] if dates else "") or study.date
        try:
            day = date.fromisoformat(text)
        except ValueError:
            what = f"{text!r} is no date" if text else "No date is known"
            raise InputError(DATES, f"{what} of study {number + 1}: give one, as 2024-03-05.") from None
        if day in dated:
            raise InputError(
                DATES, f"Two studies have the date {day}: give the one that was made later another date."
            )
        dated[day] = replace(study, date=day.isoformat())
    return tuple(dated[day] for day in sorted(dated))


def _check_patient(studies: Sequence[Study]) -> None:
    names = sorted({study.identity.patient for study in studies} - {""})
    if len(names) > 1:
        raise InputError(PATIENT, f"The studies are of different patients: {' and '.join(names)}.")


def acquisition_findings(
    baseline: Acquisition, later: Acquisition, where: str = "at baseline"
) -> tuple[Finding, ...]:
    """What differs between two acquisitions, with both values; what is not known differs from nothing.

    Parameters
    ----------
    baseline, later : Acquisition
    where : str, optional
        Which study the first is of, in words.

    Returns
    -------
    tuple of Finding
        Warnings `followup.acquisition`.
    """
    rows = (
        ("Kernel", baseline.kernel, later.kernel, ""),
        ("Slice thickness", baseline.slice_thickness_mm, later.slice_thickness_mm, " mm"),
        ("Tube voltage", baseline.tube_voltage, later.tube_voltage, " kV"),
        ("Contrast agent", baseline.contrast_agent, later.contrast_agent, ""),
    )
    return tuple(
        Finding(
            ACQUISITION,
            Severity.WARN,
            f"{what}: {_printed(first)}{unit} {where}, {_printed(second)}{unit} here.",
        )
        for what, first, second, unit in rows
        if first is not None and second is not None and first != second
    )


def _printed(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _drawn(study: Study) -> tuple[Lesion, ...]:
    return tuple(lesion for lesion in study.lesions if lesion.voxels)


Node = tuple[int, str]


def _lesions(
    studies: Sequence[Study], matches: Sequence[Sequence[Match]], returned: Sequence[Returned]
) -> tuple[CourseLesion, ...]:
    """Lesions of all studies that matches join, directly or by others."""
    links = [(step, step + 1, match) for step, found in enumerate(matches) for match in found]
    links += [(each.last, each.again, each.match) for each in returned]
    nodes = [(number, lesion.id) for number, study in enumerate(studies) for lesion in _drawn(study)]
    first: dict[Node, Node] = {node: node for node in nodes}
    for before, after, match in links:
        # Where several may be any of several, none is known to be another.
        if min(len(match.baseline), len(match.followup)) == 1:
            joined = [(before, each) for each in match.baseline] + [(after, each) for each in match.followup]
            roots = {first[node] for node in joined}
            least = min(roots, key=nodes.index)
            first = {node: least if root in roots else root for node, root in first.items()}
    members: dict[Node, list[Node]] = {}
    for node in nodes:
        members.setdefault(first[node], []).append(node)
    return tuple(
        _course_lesion(f"L{number}", some, len(studies), links)
        for number, some in enumerate(members.values(), start=1)
    )


def _course_lesion(
    name: str, members: Sequence[Node], studies: int, links: Sequence[tuple[int, int, Match]]
) -> CourseLesion:
    ids = tuple(tuple(each for number, each in members if number == study) for study in range(studies))
    by: list[list[Match]] = [[] for _ in range(studies)]
    for before, after, match in links:
        if not set(match.baseline).isdisjoint(ids[before]) or not set(match.followup).isdisjoint(ids[after]):
            # What came back is new in no study.
            if after - before > 1:
                by[after].clear()
            by[after].append(match)
    return CourseLesion(name, ids, tuple(tuple(each) for each in by))
