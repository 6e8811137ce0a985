"""The studies of one patient of a cohort, followed: which lesion is which, and how its features changed.

What keeps studies from being compared (a date that is not known, CT that cannot be registered) leaves the
changes empty, with the reason; what was measured in each study stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..findings import Finding, InputError
from ..followup.change import Change, changes, changes_of_gone, union, values_of
from ..followup.change_scores import score_by_changes, without_earlier
from ..followup.course import Course, CourseLesion, acquisition_findings, in_order, rematched, up_to
from ..followup.followed_lesion import Comparison, comparisons, days_between, union_id
from ..followup.reading import Images, patient_findings, registered
from ..followup.registration import Registration
from ..lesion import Lesion
from ..signature.variables import CHANGES
from .measured_study import MeasuredLesion, MeasuredStudy, measure_lesions
from .plan import Plan

STUDY = "followup.study"
EMPTY = "Nothing of it is drawn."


@dataclass(frozen=True)
class Followed:
    """What is known of a lesion in a study by the studies before it.

    Parameters
    ----------
    lesion : str
        Its identity in the course, `L1`; "" where the studies cannot be compared.
    match : str
        What it was matched by from the study before; "" in the first.
    since : str
        The study in which it was first seen; "" where there is nothing to compare with.
    days : int or None
        From that study to this one.
    changes : mapping of str to float or None
        Variable `delta.<feature>` and `delta_abs.<feature>` -> value, None where it is not defined.
    notes : str
        Why there are no changes, or what differs between the acquisitions.
    """

    lesion: str = ""
    match: str = ""
    since: str = ""
    days: int | None = None
    changes: Mapping[str, float | None] = field(default_factory=dict)
    notes: str = ""


@dataclass(frozen=True)
class GoneLesion:
    """A lesion of which nothing is left in a study.

    Parameters
    ----------
    start : MeasuredLesion
        The lesion where it was first seen.
    followed : Followed
    """

    start: MeasuredLesion
    followed: Followed


@dataclass(frozen=True, eq=False)
class FollowedStudy:
    """A study of a course.

    Parameters
    ----------
    measured : MeasuredStudy
        Parts of a lesion that split are one here.
    number : int or None
        0 for the baseline; None where the order of time is not known.
    followed : mapping of str to Followed
        By the lesion's identifier.
    gone : tuple of GoneLesion
    """

    measured: MeasuredStudy
    number: int | None
    followed: Mapping[str, Followed]
    gone: tuple[GoneLesion, ...] = ()


def followed_studies(measured: Sequence[MeasuredStudy], plan: Plan) -> list[FollowedStudy]:
    """Follow the lesions of a patient.

    Parameters
    ----------
    measured : sequence of MeasuredStudy
        In any order; their CT are read again, two at a time.
    plan : Plan

    Returns
    -------
    list of FollowedStudy
        In the order of `measured`.
    """
    drawn = [one for one in measured if one.files.lesions]
    try:
        course, images = _course(drawn, plan)
    except InputError as error:
        return [_not_compared(one, str(error)) for one in measured]
    in_time = sorted(drawn, key=lambda one: one.study.date)
    follower = _Follower(course, in_time, images, plan)
    found = {id(one): follower.study(number) for number, one in enumerate(in_time)}
    return [found.get(id(one)) or _not_compared(one, "No lesions were drawn in it.") for one in measured]


def _not_compared(one: MeasuredStudy, why: str) -> FollowedStudy:
    return FollowedStudy(one, None, {lesion.lesion.id: Followed(notes=why) for lesion in one.lesions})


def _course(drawn: Sequence[MeasuredStudy], plan: Plan) -> tuple[Course, Images]:
    if len(drawn) < 2:
        raise InputError(STUDY, "Lesions were drawn in one of the patient's studies alone.")
    ids = [one.patient_id for one in drawn]
    for number in range(len(ids)):
        patient_findings(ids[: number + 1], plan.accepted)
    studies = in_order([one.study.without_main_image() for one in drawn])
    images = Images(tuple(one.files for one in sorted(drawn, key=lambda one: one.study.date)))
    registrations: list[Registration | None] = []
    refused: list[tuple[Finding, ...]] = [()]
    for number in range(1, len(studies)):
        registration, findings = registered(images, (number - 1, number))
        registrations.append(registration)
        refused.append(findings)
    course = Course(studies, tuple(registrations), (), (), tuple(refused))
    return rematched(course, names_identify=plan.names_identify), images


@dataclass(frozen=True, eq=False)
class _Follower:
    """The studies of a course, each by what is known when it is made; unions are measured once."""

    course: Course
    measured: Sequence[MeasuredStudy]
    images: Images
    plan: Plan
    unions: dict[tuple[int, str], MeasuredLesion] = field(default_factory=dict)

    def study(self, number: int) -> FollowedStudy:
        """A study of the course."""
        lesions: dict[str, MeasuredLesion] = {}
        followed: dict[str, Followed] = {}
        gone: list[GoneLesion] = []
        for lesion in up_to(self.course, number).lesions:
            compared = comparisons(lesion)[number]
            assert compared is not None  # none is first seen later
            ids, first = lesion.in_studies[number], compared.start
            start = None if first is None else self._whole(first, lesion.in_studies[first])
            if ids:
                here = self._whole(number, ids)
                lesions[ids[0]] = self._scored(here, ids, start, compared, number)
                changed = changes(start.features.values, here.features.values) if start else {}
                followed[here.lesion.id] = self._followed(lesion, compared, changed, number)
            elif start is not None and compared.is_known:
                values = {name: one for name, one in start.features.values.items() if one is not None}
                entry = self._followed(lesion, compared, changes_of_gone(values), number)
                gone.append(GoneLesion(start, entry))
        one = self.measured[number]
        for empty in (each for each in one.lesions if not each.lesion.voxels):
            lesions[empty.lesion.id], followed[empty.lesion.id] = empty, Followed(notes=EMPTY)
        in_order = tuple(lesions[each.id] for each in one.study.lesions if each.id in lesions)
        return FollowedStudy(replace(one, lesions=in_order), number, followed, tuple(gone))

    def _whole(self, number: int, ids: tuple[str, ...]) -> MeasuredLesion:
        """A lesion of a study, or its parts measured as one."""
        one = self.measured[number]
        parts = [each for each in one.lesions if each.lesion.id in ids]
        if len(parts) == 1:
            return parts[0]
        key = number, union_id(ids)
        if key not in self.unions:
            whole = union([part.lesion for part in parts])
            study = replace(
                one.study,
                images={**one.study.images, one.study.role: self.images.of(number)},
                lesions=(whole, *self._others(number, ids)),
            )
            (self.unions[key],) = measure_lesions(study, self.plan, {whole.id: parts[0].row}, [whole.id])
        return self.unions[key]

    def _others(self, number: int, ids: tuple[str, ...]) -> list[Lesion]:
        return [each for each in self.measured[number].study.lesions if each.id not in ids]

    def _scored(
        self,
        here: MeasuredLesion,
        ids: tuple[str, ...],
        start: MeasuredLesion | None,
        compared: Comparison,
        number: int,
    ) -> MeasuredLesion:
        """The lesion with the scores of signatures that weigh changes."""
        one, scores = self.measured[number], dict(here.scores)
        lesions = (here.lesion, *self._others(number, ids))
        for signature in self.plan.signatures:
            if not signature.changing:
                continue
            name, row = signature.name, here.scores[signature.name]
            if start is None:
                scores[name] = without_earlier(row, compared, one.name, signature)
            else:
                rows = start.scores[name], row
                scores[name] = score_by_changes(rows, lesions, signature, one.study.acquisition)
        return replace(here, scores=scores)

    def _followed(
        self, lesion: CourseLesion, compared: Comparison, changed: Mapping[str, Change], number: int
    ) -> Followed:
        start = compared.start
        match = "" if compared.match is None else compared.match.value
        if start is None:
            return Followed(self._identity(lesion), match, notes=self._why_none(compared, number))
        earlier, later = (self.measured[each] for each in (start, number))
        variables = [f"{kind}{name}" for kind in CHANGES for name in self.plan.features]
        days = days_between(earlier.study, later.study)
        acquisitions = earlier.study.acquisition, later.study.acquisition
        differing = acquisition_findings(*acquisitions, f"in {earlier.name}")
        notes = " ".join(finding.text for finding in differing)
        known = values_of(changed, variables)
        return Followed(self._identity(lesion), match, earlier.name, days, known, notes)

    def _identity(self, lesion: CourseLesion) -> str:
        """What the lesion is called in the whole course, by its first part in the first study."""
        first = next(number for number, ids in enumerate(lesion.in_studies) if ids)
        part = lesion.in_studies[first][0]
        return next(one.id for one in self.course.lesions if part in one.in_studies[first])

    def _why_none(self, compared: Comparison, number: int) -> str:
        if not number:
            return "The baseline has no earlier study."
        if compared.is_known:
            return "It is first seen here."
        texts = [finding.text for finding in self.course.findings[number]]
        return " ".join(["It is not known which earlier lesion it is.", *texts, compared.why]).strip()
