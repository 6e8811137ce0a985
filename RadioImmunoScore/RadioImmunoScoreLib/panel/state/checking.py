"""Checks of the lesions of the session's patient, and repairs that can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from radioimmuno.findings import InputError
from radioimmuno.lesion import Lesion
from radioimmuno.study import Study

from ...scene import readLesions
from ...scene.showing import jumpTo
from ...scene.stroke_markups import rasInWorld
from ...services.measurement import checkStudy
from ...services.segment_edits import enterRepaired, repairLesion
from ..texts import problemText
from .edits import Stamps, frameOf, stampsOf
from .jobs import CHECKING
from .panel_state import ChecksState
from .scoring_session import ScoringSession
from .selection import Selection

if TYPE_CHECKING:
    from radioimmuno.quality.check import LesionFinding
    from radioimmuno.quality.repairs import Repair


class LesionChecks:
    """Checks on a thread; what was found stays until the next check.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    selection : Selection
        Where the lesion of a finding is selected.

    Attributes
    ----------
    found : sequence of LesionFinding, optional
        What was found, in the order of the lesions; None before the first check.
    """

    def __init__(self, session: ScoringSession, selection: Selection) -> None:
        self.found: Sequence[LesionFinding] | None = None
        self._session, self._selection = session, selection
        self._study: Study | None = None
        self._seen: Any = None

    @property
    def isStale(self) -> bool:
        """Whether lesions or CT are other ones than those that were checked."""
        return self.found is not None and self._seen != self._now()

    @property
    def lesions(self) -> tuple[Lesion, ...]:
        """The lesions that were checked."""
        return self._study.lesions if self._study else ()

    @property
    def state(self) -> ChecksState:
        """What was found, as the panel shows it."""
        names = {lesion.id: lesion.name for lesion in self.lesions}
        return ChecksState(None if self.found is None else tuple(self.found), self.isStale, names)

    def followScene(self) -> None:
        """Forget what was found in a segmentation or a CT that is not looked at any more."""
        if self.found is not None and self._seen[:2] != self._nodes():
            self.found, self._study = None, None

    def check(self) -> None:
        """Check all lesions."""
        study = self._read()
        if study is None:
            return
        seen, settings = self._now(), self._session.inputs.signature.settings
        self._session.stop()
        self._session.jobs.start(
            CHECKING,
            lambda progress: checkStudy(study, settings, progress),
            lambda found: self._enter(study, seen, found),
        )

    def repairsOf(self, code: str) -> Sequence[Repair]:
        """What can be done about findings with this code."""
        from radioimmuno.quality.repairs import repairs_of

        return repairs_of(code, self._study.image if self._study else None)

    def repair(self, segmentID: str, repair: Repair) -> None:
        """Repair a lesion as it is now, undoable, and check again."""
        inputs = self._session.inputs
        if segmentID not in inputs.segmentIDs:
            return
        lesions = readLesions(inputs.segmentationNode, inputs.volumeNode).lesions
        lesion = next(each for each in lesions if each.id == segmentID)
        self._session.stop()
        self._session.jobs.start(
            CHECKING,
            lambda progress: repairLesion(repair, lesion, lesions),
            lambda repaired: self._enterRepaired(repair.title, lesion, repaired),
        )

    def goTo(self, found: LesionFinding) -> None:
        """Select a finding's lesion, and go to where in it the finding is."""
        from radioimmuno.quality.repairs import place_of

        inputs = self._session.inputs
        if found.lesion_id not in inputs.segmentIDs:
            return
        self._selection.choose(found.lesion_id)
        volumeNode, node = self._nodes()
        (lesion,) = readLesions(node, volumeNode, [found.lesion_id]).lesions
        place = place_of(found.finding.code, lesion)
        if place is not None:
            jumpTo(node.GetScene(), rasInWorld(place, volumeNode))

    def _enter(self, study: Study, seen: Any, found: Sequence[LesionFinding]) -> None:
        self.found, self._study, self._seen = found, study, seen
        self._session.refresh()

    def _enterRepaired(self, title: str, lesion: Lesion, repaired: Sequence[Lesion]) -> None:
        session, node, segmentID = self._session, self._session.inputs.segmentationNode, lesion.id
        if node.GetSegmentation().GetSegment(segmentID) is None:
            return
        if repaired == (lesion,):
            session.say(_("{title}: nothing had to be changed.").format(title=title))
            return
        before = session.history.keep([segmentID])
        name = session.nameOf(segmentID)
        made = enterRepaired(session.inputs.volumeNode, node, segmentID, repaired)
        session.history.add(f"{title} ({name})", {**before, **dict.fromkeys(made)})
        for written in (segmentID, *made):
            session.measured(written)
        self.check()

    def _read(self) -> Study | None:
        try:
            return self._session.inputs.study()
        except InputError as problem:
            self._session.say(problemText(problem))
            return None

    def _nodes(self) -> tuple[Any, Any]:
        inputs = self._session.inputs
        return inputs.volumeNode, inputs.segmentationNode

    def _now(self) -> tuple[Any, Any, Stamps, Any]:
        """What a check depends on: the nodes, their time stamps, and the ring that the signature asks for."""
        volumeNode, node = self._nodes()
        isThere = volumeNode is not None and node is not None
        stamps = (stampsOf(node), frameOf(volumeNode, node)) if isThere else ({}, None)
        return volumeNode, node, stamps[0], (stamps[1], self._session.inputs.signature.sha256)
