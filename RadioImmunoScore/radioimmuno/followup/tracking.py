"""What the lesions of a course are found again by in DICOM: one tracking UID and identifier in all studies.

A lesion that is the same in two studies has the UID of the earlier one: that which its file gave it, else one
that follows from patient and name, as of an export of one study. Parts of a lesion that split, and the whole
of lesions that merged, are other findings and have UIDs of their own: one that they shared with the lesion
before would say that this part alone is that lesion.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..findings import Finding, Severity
from ..io.dicom.export_names import (
    Tracking,
    cleaned,
    derived_uid,
    export_names,
    given_uids,
    shortened,
    tracking_uids,
)
from ..lesion import Lesion
from .course import Course, CourseLesion, Node
from .match import MatchKind

CODE = "followup.tracking"
OTHER = "another tracking UID than the lesion that it was matched with; the earlier one is kept"
FOREIGN = "the tracking UID of a lesion that it was not matched with; it gets one of its own"


@dataclass(frozen=True)
class CourseTrackings:
    """What is written of a course as DICOM.

    Parameters
    ----------
    drawn : tuple of dict of str to Tracking
        For each study, by lesion id in it: that of each segment.
    followed : dict of str to Tracking
        By the lesion's id in the course: that of all its parts as one.
    """

    drawn: tuple[dict[str, Tracking], ...]
    followed: dict[str, Tracking]


def trackings(course: Course, patient: str) -> CourseTrackings:
    """Tracking UIDs and identifiers of all lesions of a course.

    Parameters
    ----------
    course : Course
    patient : str
        The patient's ID, with whoever issued it.

    Returns
    -------
    CourseTrackings
        Of parts that were several when they were first seen, `followed` has a UID that follows from theirs.
    """
    lesions = {(number, one.id): one for number, study in enumerate(course.studies) for one in study.lesions}
    groups = _same_ones(course, list(lesions))
    given = {
        (number, key): uid
        for number, study in enumerate(course.studies)
        for key, uid in given_uids(study.lesions).items()
    }
    uids: dict[int, str] = {}
    for place, group in enumerate(groups):
        known = [given[node] for node in group if node in given and given[node] not in uids.values()]
        if known:
            uids[place] = known[0]
    derived = [_derived(study.lesions, patient) for study in course.studies]
    for place, ((number, key), *_) in enumerate(groups):
        if place not in uids:
            uid = derived[number][key]
            taken = uid in uids.values()
            uids[place] = derived_uid(uid, str(number), key) if taken else uid
    names = export_names({str(place): lesions[group[0]].name for place, group in enumerate(groups)})
    found = {node: Tracking(names[str(n)], uids[n]) for n, group in enumerate(groups) for node in group}
    drawn = tuple(
        {key: one for (study, key), one in found.items() if study == number}
        for number in range(len(course.studies))
    )
    return CourseTrackings(drawn, {lesion.id: _whole(lesion, drawn) for lesion in course.lesions})


def _derived(lesions: Sequence[Lesion], patient: str) -> dict[str, str]:
    """The UIDs that lesions would have if no file gave them one."""
    return tracking_uids([replace(lesion, tracking_uid=None) for lesion in lesions], patient)


def _whole(lesion: CourseLesion, drawn: Sequence[dict[str, Tracking]]) -> Tracking:
    number, first = next((number, ids) for number, ids in enumerate(lesion.in_studies) if ids)
    parts = [drawn[number][key] for key in first]
    if len(parts) == 1:
        return parts[0]
    name = shortened(cleaned(" + ".join(part.identifier for part in parts)))
    return Tracking(name, derived_uid("together", *sorted(part.uid for part in parts)))


def _links(course: Course) -> Iterator[tuple[Node, Node]]:
    """The same lesion in two studies, the earlier one first."""
    steps = [(step, step + 1, match) for step, found in enumerate(course.matches) for match in found]
    steps += [(back.last, back.again, back.match) for back in course.returned]
    for before, after, match in steps:
        if match.kind is MatchKind.SAME:
            yield (before, match.baseline[0]), (after, match.followup[0])


def _same_ones(course: Course, nodes: Sequence[Node]) -> list[list[Node]]:
    """The lesions of all studies, those that are the same together, in the order in which they are seen."""
    before = {after: earlier for earlier, after in _links(course)}
    groups: dict[Node, list[Node]] = {}
    for node in nodes:
        first = node
        while first in before:
            first = before[first]
        groups.setdefault(first, []).append(node)
    return list(groups.values())


def with_tracking_findings(course: Course) -> Course:
    """The course with a finding for each lesion whose tracking UID, as its file has it, is not kept.

    Parameters
    ----------
    course : Course

    Returns
    -------
    Course
    """
    written = trackings(course, "").drawn
    matched = {after for _, after in _links(course)}
    findings = []
    for number, (study, others) in enumerate(zip(course.studies, course.findings, strict=True)):
        given = given_uids(study.lesions)
        own = [
            Finding(CODE, Severity.WARN, f"{lesion.name} comes with {why}.")
            for lesion in study.lesions
            if given.get(lesion.id, written[number][lesion.id].uid) != written[number][lesion.id].uid
            for why in (OTHER if (number, lesion.id) in matched else FOREIGN,)
        ]
        findings.append((*(one for one in others if one.code != CODE), *own))
    return replace(course, findings=tuple(findings))
