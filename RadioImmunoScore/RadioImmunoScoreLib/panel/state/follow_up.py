"""The studies of the session's patient, matched on a thread, and what is shown of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import slicer
from slicer.i18n import tr as _

from radioimmuno.findings import InputError
from radioimmuno.followup.match import BY_PERSON
from radioimmuno.study import Study

from ...scene.course_nodes import CourseNodes, StudyNodes
from ...scene.parameters import SCORES
from ...services.followup import (
    Ids,
    followStudies,
    idsIn,
    measureCourse,
    paired,
    readFollowed,
    rowsOf,
)
from ...services.node_origin import identityOf
from ..texts import problemText
from .course_views import CourseViews
from .edits import MARK_MS, observeInputs, stampsOf, voxelStamp
from .events import Observers, release, singleShot
from .jobs import MATCHING
from .panel_state import FollowUpState, StudyState
from .scoring_session import ScoringSession

if TYPE_CHECKING:
    from radioimmuno.followup import follow_up as measuring
    from radioimmuno.followup.course import Course


class FollowUp:
    """Matches the lesions of the studies; what was matched stays until the next matching.

    Parameters
    ----------
    session : ScoringSession
        The patient.

    Attributes
    ----------
    views : CourseViews
        Both studies in the views.
    """

    def __init__(self, session: ScoringSession) -> None:
        self._session = session
        self._parameters: Any = None
        self.views = CourseViews()
        self._observers = Observers()
        self._edited = singleShot(MARK_MS, session.refresh)
        self._dates: dict[str, str] = {}
        self._forget()

    @property
    def observers(self) -> tuple[Observers, ...]:
        """What is observed."""
        return self._observers, self.views.observers

    @property
    def state(self) -> FollowUpState:
        """The studies and lesions, as the panel shows them."""
        nodes = self._nodes
        studies = tuple(
            StudyState(
                one.key,
                one.volumeNode.GetName(),
                one.segmentationNode.GetName(),
                one.date or self._dateOf(one.volumeNode),
                bool(one.date),
            )
            for one in nodes
        )
        if self._course is None or self._seen is None or not self._seen.isOf(nodes):
            return FollowUpState(studies, problem=self._problem)
        lesions = self._lesions()
        selected = next((each for each in lesions if each.id == self._selectedID), None)
        return FollowUpState(
            studies,
            lesions,
            frozenset(self._stale(lesions)),
            self._problem,
            tuple(dict.fromkeys(found.text for ofStudy in self._course.findings for found in ofStudy)),
            self._selectedID if selected else None,
            self._later,
            self._candidates(selected) if selected else (),
            frozenset(self._byHand()),
            self.views.isShown,
            self._measured().response,
        )

    # What the user says.

    def add(self, volumeNode: Any, segmentationNode: Any) -> None:
        """Add a study; the first one added comes after the study that is scored here."""
        course, nodes, inputs = self._courseNodes, self._nodes, self._session.inputs
        pairs = [(inputs.volumeNode, inputs.segmentationNode)] if not nodes else []
        known = {(one.volumeNode, one.segmentationNode) for one in nodes}
        for pair in (*pairs, (volumeNode, segmentationNode)):
            if None in pair:
                self._session.say(_("Select a CT and a segmentation with lesions first."))
                return
            if pair in known or any(pair[1] is one for _ct, one in known):
                self._session.say(_("These lesions belong to a study that is there already."))
                return
            known.add(pair)
        for pair in (*pairs, (volumeNode, segmentationNode)):
            course.add(*pair)
        self._problem = self._question()
        self._session.refresh()

    def remove(self, key: str) -> None:
        """Take a study out, with its rows; its nodes stay in the scene. One alone is no course."""
        self._courseNodes.remove(key)
        self._removeLast()
        self._session.refresh()

    def setDate(self, key: str, text: str) -> None:
        """Give the date of a study, ISO 8601; empty for what DICOM says."""
        self._courseNodes.setDate(key, text.strip())
        self._problem = self._question()
        self._session.refresh()

    def match(self) -> None:
        """Register the studies and match their lesions, on a thread."""
        nodes = self._nodes
        self._problem = self._question()
        if self._problem:
            self._session.refresh()
            return
        try:
            studies = [readFollowed(one.volumeNode, one.segmentationNode, one.date) for one in nodes]
        except InputError as problem:
            self._session.say(problemText(problem))
            return
        given, seen = self._given(nodes), _Seen(nodes)
        before = self._course if self._seen is not None and self._seen.isOfSameCt(seen) else None

        self._session.stop()
        self._session.jobs.start(
            MATCHING,
            lambda progress: followStudies(studies, given, progress, before=before),
            lambda course: self._enter(seen, course),
        )

    def pair(self, lesionID: str, partner: str | None) -> None:
        """Say which lesion of the study that is shown below a lesion is; None for none."""
        lesion = next(each for each in self._lesions() if each.id == lesionID)
        nodes, step = self._nodes, self._later - 1
        keys = nodes[step].key, nodes[step + 1].key
        before, now = idsIn(lesion, step), idsIn(lesion, step + 1)
        chosen = (partner,) if partner else ()
        pair = (before, chosen) if before else (chosen, now)
        self._courseNodes.setPairs(*keys, paired(self._courseNodes.pairs(*keys), *pair))
        self._rematch(pair)

    def unpair(self, lesionID: str) -> None:
        """Take back what a person said of a lesion and its partner in the study that is shown below."""
        lesion = next(each for each in self._lesions() if each.id == lesionID)
        step = self._later - 1
        keys = self._nodes[step].key, self._nodes[step + 1].key
        ids = [idsIn(lesion, study) for study in (step, step + 1)]
        kept = [
            p
            for p in self._courseNodes.pairs(*keys)
            if not (set(p.baseline) & set(ids[0]) or set(p.followup) & set(ids[1]))
        ]
        self._courseNodes.setPairs(*keys, kept)
        self._rematch((ids[0], ids[1]))

    def choose(self, lesionID: str, study: int | None = None) -> None:
        """Select a lesion and go to it in both studies' views.

        Parameters
        ----------
        study : int, optional
            Number of the later study that is shown; the one shown before by default.
        """
        lesion = next((each for each in self._lesions() if each.id == lesionID), None)
        if lesion is None:
            return
        self._selectedID = lesionID
        if study:
            self._later = study
        self._showViews()
        self.views.jumpTo(lesion)
        self._session.refresh()

    def setSideBySide(self, on: bool) -> None:
        """Show both studies, one above the other, or the layout that was there before."""
        if on:
            self._showViews()
        else:
            self.views.leave(slicer.mrmlScene)
        self._session.refresh()

    # Following the scene.

    def followScene(self) -> None:
        """Another scene, or a study that is gone: forget what is not there any more."""
        if self._session.parameters is not self._parameters:
            self._parameters = self._session.parameters
            self._courseNodes = CourseNodes(self._parameters.node)
            self._forget()
            self._restore()
        nodes = self._nodes
        if self._seen is not None and not self._seen.isOf(nodes):
            self._leaveOut(nodes)
        subjects = [(one.volumeNode, one.segmentationNode) for one in nodes]
        if subjects != self._watched:
            self._watched = subjects
            self._observers.removeAll()
            for volumeNode, segmentationNode in subjects:
                observeInputs(self._observers, volumeNode, segmentationNode, self._edited.start)

    def nodeRemoved(self) -> None:
        """A study may be gone from the scene; while a scene is closed or loaded nothing is watched."""
        if any(node.GetScene() is None for pair in self._watched for node in pair):
            self._removeLast()
            self._session.refresh()

    def close(self) -> None:
        """The scene goes: observe nothing any more."""
        self._edited.stop()
        self._observers.removeAll()
        self._watched = []
        self.views.close()

    def release(self) -> None:
        """The panel goes: nothing is started ever again."""
        self.close()
        release(self._edited)

    # Helpers.

    @property
    def _nodes(self) -> list[StudyNodes]:
        """The studies in order of time; those without a date come last, as they were added."""
        found = self._courseNodes.studies if self._parameters is not None else []
        return sorted(found, key=lambda one: one.date or self._dateOf(one.volumeNode) or "9")

    def _removeLast(self) -> None:
        """Forget a study that is left alone."""
        left = self._nodes
        if len(left) == 1:
            self._courseNodes.remove(left[0].key)

    def _dateOf(self, volumeNode: Any) -> str:
        if volumeNode.GetID() not in self._dates:
            self._dates[volumeNode.GetID()] = identityOf(volumeNode)[1]
        return self._dates[volumeNode.GetID()]

    def _question(self) -> str:
        """What is asked before lesions are matched: dates that are missing, or the same."""
        from radioimmuno.followup.course import in_order

        try:
            in_order([Study({}, date=one.date or self._dateOf(one.volumeNode)) for one in self._nodes])
        except InputError as problem:
            return problemText(problem)
        return ""

    def _given(self, nodes: Sequence[StudyNodes]) -> dict[int, Any]:
        keys = [one.key for one in nodes]
        return {n: self._courseNodes.pairs(keys[n], keys[n + 1]) for n in range(len(keys) - 1)}

    def _enter(self, seen: _Seen, course: Course) -> None:
        if not seen.isOf(self._nodes):
            return
        isOther = self._course is None or course.registrations != self._course.registrations
        self._course, self._seen = course, seen
        self._later = min(max(self._later, 1), len(course.studies) - 1)
        if isOther:
            self._courseNodes.keepMatched(seen.keys, course.registrations)
        self._showViews()

    def _rematch(self, pair: tuple[Ids, Ids]) -> None:
        """Match anew what was matched, with what a person paired; nothing is registered or read again."""
        assert self._course is not None
        study = self._later if pair[1] else self._later - 1
        wanted = pair[1] or pair[0]
        try:
            course = followStudies(self._course.studies, self._given(self._nodes), before=self._course)
        except InputError as problem:
            self._session.say(problemText(problem))
            return
        self._course = course
        again = [each.id for each in course.lesions if set(wanted) & set(each.in_studies[study])]
        self._selectedID = again[0] if again else None
        self._session.refresh()

    def _leaveOut(self, nodes: Sequence[StudyNodes]) -> None:
        """A study is gone, with its rows: those that still follow each other are matched anew."""
        course, keys = self._course, [one.key for one in nodes]
        assert course is not None
        assert self._seen is not None
        first = self._seen.keys.index(keys[0]) if keys and keys[0] in self._seen.keys else 0
        isPart = len(keys) > 1 and self._seen.keys[first : first + len(keys)] == keys
        self.views.leave(slicer.mrmlScene)
        self._forget()
        if isPart:
            last = first + len(keys)
            part = replace(
                course,
                studies=course.studies[first:last],
                registrations=course.registrations[first : last - 1],
                findings=course.findings[first:last],
            )
            self._course = followStudies(part.studies, self._given(nodes), before=part)
            self._seen = _Seen(nodes)
            self._courseNodes.keepMatched(keys, self._course.registrations)

    def _restore(self) -> None:
        """What a saved scene holds: the registrations; its lesions are matched as they are now."""
        from radioimmuno.followup.course import Course, acquisition_findings

        nodes = self._nodes
        keys = [one.key for one in nodes]
        if len(keys) < 2 or self._courseNodes.matched != keys or self._question():
            return
        registrations = tuple(self._courseNodes.registration(*keys[n : n + 2]) for n in range(len(keys) - 1))
        try:
            studies = tuple(readFollowed(one.volumeNode, one.segmentationNode, one.date) for one in nodes)
            findings = tuple(acquisition_findings(studies[0].acquisition, s.acquisition) for s in studies)
            known = Course(studies, registrations, (), (), findings)
            course = followStudies(studies, self._given(nodes), before=known)
        except InputError as problem:
            self._session.say(problemText(problem))
            return
        self._course, self._seen = course, _Seen(nodes)

    def _forget(self) -> None:
        self._course: Course | None = None
        self._known: tuple[Any, measuring.FollowUp] | None = None
        self._seen: _Seen | None = None
        self._watched: list[Any] = []
        self._selectedID: str | None = None
        self._later = 1
        self._problem = ""

    def _lesions(self) -> tuple[measuring.FollowedLesion, ...]:
        return () if self._course is None else self._measured().lesions

    def _measured(self) -> measuring.FollowUp:
        """What was measured, with the scores as they are now."""
        assert self._course is not None
        nodes = [one.segmentationNode for one in self._nodes]
        key = self._course, [node.GetAttribute(SCORES) for node in nodes]
        if self._known is None or self._known[0] != key:
            self._known = key, measureCourse(self._course, [rowsOf(node) for node in nodes])
        return self._known[1]

    def _byHand(self) -> set[tuple[str, int]]:
        """What a person paired: the lesion's ID, and the number of the study in which it was found again."""
        assert self._course is not None
        return {
            (lesion.id, study)
            for lesion in self._course.lesions
            for study, matches in enumerate(lesion.matches)
            if any(match.by == BY_PERSON for match in matches)
        }

    def _stale(self, lesions: Sequence[measuring.FollowedLesion]) -> set[str]:
        assert self._seen is not None
        changed = self._seen.changed(self._nodes)
        return {
            each.id
            for each in lesions
            if any(not which.isdisjoint(idsIn(each, study)) for study, which in enumerate(changed))
        }

    def _candidates(self, lesion: measuring.FollowedLesion) -> tuple[tuple[str, str], ...]:
        """Of the later study the lesions that a lesion may be; of the earlier one for a new lesion."""
        assert self._course is not None
        study = self._later if idsIn(lesion, self._later - 1) else self._later - 1
        return tuple((each.id, each.name) for each in self._course.studies[study].lesions if each.voxels)

    def _showViews(self) -> None:
        if self._course is not None:
            nodes = self._nodes
            shown = [(one.volumeNode, one.segmentationNode) for one in (nodes[0], nodes[self._later])]
            self.views.show(slicer.mrmlScene, shown, self._course.registrations[: self._later], self._later)


class _Seen:
    """The studies as they were when they were read: keys, voxels of the CT, segments."""

    def __init__(self, nodes: Sequence[StudyNodes]) -> None:
        self.keys = [one.key for one in nodes]
        self._cts = [(one.volumeNode, voxelStamp(one.volumeNode)) for one in nodes]
        self._segments = [(one.segmentationNode, stampsOf(one.segmentationNode)) for one in nodes]

    def isOf(self, nodes: Sequence[StudyNodes]) -> bool:
        """Whether these are the studies that were read, in that order."""
        return self.keys == [one.key for one in nodes]

    def isOfSameCt(self, other: _Seen) -> bool:
        """Whether the CT are those, with the same voxels, in the same order."""
        return self.keys == other.keys and self._cts == other._cts

    def changed(self, nodes: Sequence[StudyNodes]) -> list[set[str]]:
        """IDs of the segments of each study that are others now, or gone; all where the CT is another."""
        found = []
        for (ct, stamp), (node, stamps) in zip(self._cts, self._segments, strict=True):
            now = stampsOf(node)
            isOtherCt = voxelStamp(ct) != stamp
            found.append({i for i, was in stamps.items() if isOtherCt or now.get(i) != was})
        return found
