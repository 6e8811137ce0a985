"""The studies of the session's patient, matched on a thread, and what is shown of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import slicer
from slicer.i18n import tr as _

from radioimmuno.findings import InputError

from ...scene.course_nodes import CourseNodes, StudyNodes
from ...scene.parameters import BY_SCORE, BY_UPTAKE_CHANGE
from ...scene.segment_properties import paintSegments
from ...scene.side_by_side import addLayout, isSideBySide, showRingsWithLesions
from ...services.course_display import courseColors, lesionCurves
from ...services.followup import Ids, askedIn, followStudies, idsIn, paired, readFollowed
from ..texts import problemText
from .carried_segment import CarriedSegmenter
from .course_studies import CourseStudies
from .course_uptake import CourseUptake
from .course_views import CourseViews
from .edits import MARK_MS, observeInputs
from .events import Observers, release, singleShot
from .followed_course import FollowedCourse, StudyStamps
from .jobs import MATCHING
from .panel_state import FollowUpState
from .scoring_session import ScoringSession
from .union_scores import UnionScores

if TYPE_CHECKING:
    from radioimmuno.followup.course import Course
    from radioimmuno.followup.follow_up import FollowedLesion
    from radioimmuno.followup.response.measured import Role


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
    carried : CarriedSegmenter
        Segments lesions of a study in the next one.
    """

    def __init__(self, session: ScoringSession) -> None:
        self._session = session
        self._parameters: Any = None
        self.views = CourseViews()
        self.carried = CarriedSegmenter(session)
        self._unions, self._uptake = UnionScores(session), CourseUptake(session)
        self._observers = Observers()
        self._edited = singleShot(MARK_MS, session.refresh)
        self._forget()

    @property
    def observers(self) -> tuple[Observers, ...]:
        """What is observed."""
        return self._observers, self.views.observers

    @property
    def state(self) -> FollowUpState:
        """The studies and lesions, as the panel shows them."""
        nodes = self._nodes
        studies = self._studies.states if self._parameters is not None else ()
        known = self._known
        if known is None or not known.stamps.isOf(nodes):
            return FollowUpState(studies, problem=self._problem)
        selected = known.lesion(self._selectedID)
        return FollowUpState(
            studies,
            known.lesions,
            known.stale,
            self._problem,
            known.notes,
            self._selectedID if selected else None,
            self._later,
            known.candidates(selected, self._later) if selected else (),
            known.byHand,
            self.views.isShown,
            self._parameters.colorBy,
            lesionCurves(known.measured),
            known.measured.response,
            self._studies.roleOf(idsIn(selected, 0)) if selected else None,
            self._canSegment(selected),
            known.metabolic,
        )

    @property
    def followed(self) -> FollowedCourse | None:
        """What was matched last."""
        return self._known

    # What the user says.

    def add(self, volumeNode: Any, segmentationNode: Any, petNode: Any | None = None) -> None:
        """Add a study; the first one added comes after the study that is scored here, with its PET."""
        nodes, inputs = self._nodes, self._session.inputs
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
            self._studies.kept.add(*pair)
        if self._parameters.petNode is not None:
            self._studies.kept.setPetOf(inputs.volumeNode, self._parameters.petNode)
        self._studies.kept.setPetOf(volumeNode, petNode)
        self._problem = self._studies.question
        self._session.refresh()

    def remove(self, key: str) -> None:
        """Take a study out, with its rows; its nodes stay in the scene. One alone is no course."""
        self._studies.kept.remove(key)
        self._studies.removeLast()
        self._session.refresh()

    def setDate(self, key: str, text: str) -> None:
        """Give the date of a study, ISO 8601; empty for what DICOM says."""
        self._studies.kept.setDate(key, text.strip())
        self._problem = self._studies.question
        self._session.refresh()

    def match(self, then: Callable[[], None] = lambda: None) -> None:
        """Register the studies and match their lesions, on a thread; `then` is called in the end."""
        nodes = self._nodes
        self._problem = self._studies.question
        if self._problem:
            self._session.refresh()
            return
        try:
            studies = [readFollowed(one.volumeNode, one.segmentationNode, one.date) for one in nodes]
        except InputError as problem:
            self._session.say(problemText(problem))
            return
        given, stamps, known = self._studies.given, StudyStamps(nodes), self._known
        before = known.course if known is not None and known.stamps.isOfSameCt(stamps) else None

        def done(course: Course) -> None:
            self._enter(stamps, course)
            then()

        self._session.stop()
        self._session.jobs.start(
            MATCHING, lambda progress: followStudies(studies, given, progress, before=before), done
        )

    def pair(self, lesionID: str, chosen: Ids) -> None:
        """Say which lesions of the study that is shown below a lesion is; empty for none."""
        lesion, step, keys = self._step(lesionID)
        before, now = idsIn(lesion, step), idsIn(lesion, step + 1)
        pair = (before, chosen) if before else (chosen, now)
        self._studies.kept.setPairs(*keys, paired(self._studies.kept.pairs(*keys), *pair))
        self._rematch(pair)

    def unpair(self, lesionID: str) -> None:
        """Take back what a person said of a lesion and its partner in the study that is shown below."""
        lesion, step, keys = self._step(lesionID)
        ids = [idsIn(lesion, study) for study in (step, step + 1)]
        kept = [
            p
            for p in self._studies.kept.pairs(*keys)
            if not (set(p.baseline) & set(ids[0]) or set(p.followup) & set(ids[1]))
        ]
        self._studies.kept.setPairs(*keys, kept)
        self._rematch((ids[0], ids[1]))

    def setRole(self, lesionID: str, role: Role | None) -> None:
        """Choose whether a lesion of the baseline is a target; None for what is proposed."""
        lesion = self._lesion(lesionID)
        self._studies.kept.setRole(self._studies.nodes[0].key, idsIn(lesion, 0), role)
        self._session.refresh()

    def setIrradiated(self, lesionID: str, first: int | None) -> None:
        """Note in the segments of a lesion whether it is irradiated.

        Parameters
        ----------
        first : int, optional
            Number of the first study after it was irradiated; that of all studies when it never was, None
            where it is not known.
        """
        self._studies.setIrradiated(self._lesion(lesionID), first)
        self._session.refresh()

    def setOthersNotIrradiated(self) -> None:
        """Note of all lesions of which it is not known that they are not irradiated."""
        for lesion in self._known.lesions if self._known is not None else ():
            if not {True, False} & set(lesion.irradiated):
                self._studies.setIrradiated(lesion, len(lesion.irradiated))
        self._session.refresh()

    def segmentHere(self, lesionID: str) -> None:
        """Segment a lesion that only the study before has in the study that is shown below, too.

        It starts from the earlier contour; what it becomes is paired with it as by hand.
        """
        lesion, step, keys = self._step(lesionID)
        assert self._known is not None
        before, registration = idsIn(lesion, step), self._known.course.registrations[step]
        if not self._canSegment(lesion) or registration is None:
            return

        nodes = self._nodes[step + 1]

        def isThere(segmentID: str) -> bool:
            return nodes.segmentationNode.GetSegmentation().GetSegment(segmentID) is not None

        def written(segmentID: str, text: str) -> None:
            pairs = paired(self._studies.kept.pairs(*keys), before, (segmentID,))
            self._studies.kept.setPairs(*keys, pairs)
            self.match(lambda: self._session.say(text, lambda: isThere(segmentID)))

        mask = self._known.maskOf(step, before)
        self.carried.segment(lesion, mask, registration, nodes, written)

    def choose(self, lesionID: str, study: int | None = None) -> None:
        """Select a lesion and go to it in both studies' views.

        Parameters
        ----------
        study : int, optional
            Number of the later study that is shown; where it is not given, the first one in which it is asked
            which lesion it is, else the one shown before.
        """
        lesion = self._known.lesion(lesionID) if self._known else None
        if lesion is None:
            return
        self._selectedID = lesionID
        self._later = study or askedIn(lesion) or self._later
        self._showViews()
        self.views.jumpTo(lesion)
        self._session.refresh()

    def setColorBy(self, what: str) -> None:
        """Choose what the colors of the lesions mean: one of `parameters.BY_SCORE` and the others."""
        self._parameters.colorBy = what
        self._session.refresh()

    def setSideBySide(self, on: bool) -> None:
        """Show both studies, one above the other, or the layout that was there before."""
        if on:
            self._showLesion()
        else:
            self.views.leave(slicer.mrmlScene)
        self._session.refresh()

    # Following the scene.

    def followScene(self) -> None:
        """Another scene, or a study that is gone: forget what is not there any more."""
        if self._session.parameters is not self._parameters:
            self._parameters = self._session.parameters
            self._studies = CourseStudies(CourseNodes(self._parameters.node))
            self._forget()
            # Before a scene is loaded that was saved with both studies shown.
            addLayout(slicer.mrmlScene)
        nodes = self._nodes
        if self._known is not None and not self._known.stamps.isOf(nodes):
            self._leaveOut(self._known, nodes)
        if self._known is None:
            self._restore(nodes)
        self._paint(nodes)
        if self._known is not None:
            self._unions.follow(self._known)
            self._uptake.follow(self._known, nodes)
        subjects = [(one.volumeNode, one.segmentationNode) for one in nodes]
        if subjects != self._watched:
            self._watched = subjects
            self._observers.removeAll()
            for volumeNode, segmentationNode in subjects:
                observeInputs(self._observers, (volumeNode,), segmentationNode, self._edited.start)

    def nodesAdded(self) -> None:
        """What was added may be a course that the console followed."""
        if self._studies.kept.matched and self._known is None:
            self._session.refresh()

    def nodeRemoved(self) -> None:
        """A study may be gone from the scene; while a scene is closed or loaded nothing is watched."""
        if any(node.GetScene() is None for pair in self._watched for node in pair):
            self._studies.removeGone()
            self._studies.removeLast()
            self._session.refresh()

    def leaveViews(self) -> None:
        """Show the layout that was there before, where both studies are shown."""
        if self.views.isShown:
            self.views.leave(slicer.mrmlScene)

    def close(self) -> None:
        """The scene goes: observe nothing any more."""
        self._edited.stop()
        self._observers.removeAll()
        self._watched = []
        self.views.close()

    def release(self) -> None:
        """The panel goes: nothing is started ever again."""
        self.close()
        self.views.release()
        release(self._edited)

    # Helpers.

    def _paint(self, nodes: Sequence[StudyNodes]) -> None:
        """Give the lesions of all studies the colors that were chosen; by score, of all but the input."""
        parameters = self._parameters
        if self._known is None:
            return
        by, lesions = parameters.colorBy, self._known.lesions
        for number, one in enumerate(nodes):
            # What was scored or measured here is painted by whoever keeps that.
            isInput = one.segmentationNode is parameters.segmentationNode
            isSeen = parameters.showRings and by == BY_SCORE and (isInput or self.views.isShown)
            showRingsWithLesions(one.segmentationNode, isSeen)
            isOfScores = parameters.hasSavedScores and (by == BY_SCORE or not parameters.colorByScore)
            if isInput and (isOfScores or parameters.paintsValues):
                continue
            signature = self._session.inputs.signature
            changes = self._known.uptakeChanges(self._later) if by == BY_UPTAKE_CHANGE else {}
            colors = courseColors(lesions, number, self._later, by, signature, changes)
            paintSegments(one.segmentationNode, colors if parameters.colorByScore else {})

    @property
    def _nodes(self) -> list[StudyNodes]:
        return self._studies.nodes if self._parameters is not None else []

    def _canSegment(self, lesion: FollowedLesion | None) -> bool:
        """Whether the study above has a lesion that the study below, registered to it, does not have."""
        if lesion is None or self._known is None or self._known.course.registrations[self._later - 1] is None:
            return False
        return bool(idsIn(lesion, self._later - 1)) and not idsIn(lesion, self._later)

    def _followed(self, stamps: StudyStamps, course: Course) -> FollowedCourse:
        return FollowedCourse(self._studies, stamps, course, lambda: self._session.inputs.signature)

    def _lesion(self, lesionID: str) -> FollowedLesion:
        lesion = self._known.lesion(lesionID) if self._known is not None else None
        assert lesion is not None
        return lesion

    def _step(self, lesionID: str) -> tuple[FollowedLesion, int, tuple[str, str]]:
        """A lesion, the number of the study before the one shown below, and the keys of both."""
        lesion, nodes, step = self._lesion(lesionID), self._nodes, self._later - 1
        return lesion, step, (nodes[step].key, nodes[step + 1].key)

    def _enter(self, stamps: StudyStamps, course: Course) -> None:
        if not stamps.isOf(self._nodes):
            return
        before = self._known.course if self._known else None
        self._known = self._followed(stamps, course)
        last = len(course.studies) - 1
        isLonger = before is None or last >= len(before.studies)
        self._later = last if isLonger else min(self._later, last)
        if before is None or course.registrations != before.registrations:
            self._studies.kept.keepMatched(stamps.keys, course.registrations)
        self._showLesion()

    def _rematch(self, pair: tuple[Ids, Ids]) -> None:
        """Match anew what was matched, with what a person paired; nothing is registered or read again."""
        assert self._known is not None
        study = self._later if pair[1] else self._later - 1
        before = self._known.course
        try:
            course = followStudies(before.studies, self._studies.given, before=before)
        except InputError as problem:
            self._session.say(problemText(problem))
            return
        self._known = self._known.rematched(course)
        wanted = set(pair[1] or pair[0])
        again = [each.id for each in course.lesions if wanted & set(each.in_studies[study])]
        self._selectedID = again[0] if again else None
        self._session.refresh()

    def _leaveOut(self, known: FollowedCourse, nodes: Sequence[StudyNodes]) -> None:
        """A study is gone, with its rows: those that still follow each other are matched anew."""
        keys, were = [one.key for one in nodes], known.stamps.keys
        first = were.index(keys[0]) if keys and keys[0] in were else 0
        last, wasShown = first + len(keys), self.views.isShown
        self.views.leave(slicer.mrmlScene)
        self._forget()
        if len(keys) > 1 and were[first:last] == keys:
            part = known.part(first, last)
            course = followStudies(part.studies, self._studies.given, before=part)
            self._known = self._followed(StudyStamps(nodes), course)
            self._later = len(keys) - 1
            self._studies.kept.keepMatched(keys, course.registrations)
            if wasShown:
                self._showLesion()
        else:
            self._parameters.colorBy = BY_SCORE

    def _restore(self, nodes: Sequence[StudyNodes]) -> None:
        """What a saved scene or the console left: registrations; the lesions are matched as they are now."""
        from radioimmuno.followup.course import Course, acquisition_findings

        keys = [one.key for one in nodes]
        if len(keys) < 2 or self._studies.kept.matched != keys or keys == self._tried:
            return
        self._tried = keys
        registrations = tuple(self._studies.kept.registration(*keys[n : n + 2]) for n in range(len(keys) - 1))
        try:
            studies = tuple(readFollowed(one.volumeNode, one.segmentationNode, one.date) for one in nodes)
            findings = tuple(acquisition_findings(studies[0].acquisition, s.acquisition) for s in studies)
            known = Course(studies, registrations, (), (), findings)
            course = followStudies(studies, self._studies.given, before=known)
        except InputError as problem:
            self._session.say(problemText(problem))
            return
        self._known = self._followed(StudyStamps(nodes), course)
        self._later = len(nodes) - 1
        if isSideBySide(slicer.mrmlScene):
            self._showViews()

    def _forget(self) -> None:
        self._known: FollowedCourse | None = None
        self._tried: list[str] = []
        self._watched: list[Any] = []
        self._selectedID: str | None = None
        self._later = 1
        self._problem = ""

    def _showLesion(self) -> None:
        """Show both studies at the lesion that is selected, the first one where none is."""
        self._showViews()
        lesions = self._known.lesions if self._known is not None else ()
        shown = next((one for one in lesions if one.id == self._selectedID), next(iter(lesions), None))
        if shown is not None:
            self._selectedID = shown.id
            self.views.jumpTo(shown)

    def _showViews(self) -> None:
        if self._known is not None:
            studies = [(one.volumeNode, one.segmentationNode) for one in self._nodes]
            registrations = self._known.course.registrations
            self.views.show(slicer.mrmlScene, studies, registrations, self._later)
