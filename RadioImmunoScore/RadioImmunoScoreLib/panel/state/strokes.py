"""A stroke or a click: placed in the views by the user, then segmented into a segment of the patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import slicer
from slicer.i18n import tr as _

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Triple

from ...scene import readImage, readLesions
from ...scene.segments import addSegmentationNode
from ...scene.stroke_markups import (
    LINE,
    SELECTION,
    interactionNode,
    isPlacing,
    isWhole,
    liesInOneSlice,
    placedPoints,
    startPlacing,
    stopPlacing,
)
from ...services.segment_edits import NEW, enterSegmented, segmentPoints
from ..texts import problemText, segmentedText
from .edits import stampsOf
from .events import Observers, Signal, release, singleShot
from .jobs import SEGMENTING
from .panel_state import StrokeState
from .scoring_session import ScoringSession
from .selection import Selection

if TYPE_CHECKING:
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion


class MarkupPlacement:
    """Lets the user place one markup; the markup itself is gone afterwards.

    Attributes
    ----------
    ended : Signal of the placed points, in LPS mm of the CT's own frame; of None when it was given up
    misplaced : Signal; the points do not lie in one slice view, and `ended` follows with None
    """

    def __init__(self) -> None:
        self.ended, self.misplaced = Signal(), Signal()
        self.observers = Observers()
        self._node: Any = None
        self._nodeID = ""
        self._volumeNode: Any = None
        # The views signal a point before they are done with it: the markup must outlive that.
        self._look = singleShot(0, self._lookAgain)

    @property
    def className(self) -> str:
        """The class of the markup that is being placed; empty for none."""
        return self._node.GetClassName() if self._node is not None else ""

    def start(self, className: str, name: str, volumeNode: Any) -> None:
        """Have the user place a markup on a CT; one that was being placed is given up."""
        self.stop()
        scene = slicer.mrmlScene
        self._node, self._volumeNode = startPlacing(scene, className, name), volumeNode
        self._nodeID = self._node.GetID()
        interaction, selection = interactionNode(scene), scene.GetNodeByID(SELECTION)
        self.observers.observe(interaction, (interaction.EndPlacementEvent,), self._look.start)
        self.observers.observe(selection, (selection.ActivePlaceNodeIDChangedEvent,), self._look.start)
        self.observers.observe(scene, (scene.NodeRemovedEvent,), self._look.start)

    def stop(self) -> None:
        """Give up what is being placed."""
        if self._node is not None:
            self._end(None)

    def release(self) -> None:
        """Nothing is placed ever again."""
        self.stop()
        release(self._look)

    def _lookAgain(self) -> None:
        """Something happened: the markup is whole, or another tool was chosen, or it goes on."""
        if self._node is None:
            return
        isThere = self._node.GetScene() is not None
        if isThere and isWhole(self._node):
            if liesInOneSlice(self._node):
                self._end(placedPoints(self._node, self._volumeNode))
            else:
                self.misplaced.emit()
                self._end(None)
        elif not isThere or not isPlacing(slicer.mrmlScene, self._nodeID):
            self._end(None)

    def _end(self, points: Any) -> None:
        node, self._node, self._volumeNode = self._node, None, None
        self._look.stop()
        self.observers.removeAll()
        stopPlacing(slicer.mrmlScene, node, self._nodeID)
        self.ended.emit(points)


Segmenter = Callable[..., Any]


class StrokeSegmenter:
    """Segments on a thread and writes the lesion, undoable.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    selection : Selection
        Where what was segmented is selected.
    segmenter : callable
        As `segment_edits.segmentPoints`; a test gives its own.

    """

    def __init__(
        self, session: ScoringSession, selection: Selection, segmenter: Segmenter = segmentPoints
    ) -> None:
        self.segmenter = segmenter
        self._session, self._selection = session, selection

    def segment(self, points: Sequence[Triple], what: str = NEW, segmentID: str | None = None) -> None:
        """Segment what a stroke or a click marks.

        Parameters
        ----------
        points : sequence of tuple of float, mm
            In LPS mm of the CT's own frame.
        what : str
            `NEW`, `ADD` or `REMOVE`.
        segmentID : str, optional
            The lesion that is added to or removed from.
        """
        inputs, segmenter = self._session.inputs, self.segmenter
        try:
            image = readImage(inputs.volumeNode)
        except InputError as problem:
            self._session.say(problemText(problem))
            return
        lesion = None if what == NEW else self._maskOf(segmentID)
        self._session.stop()
        self._session.jobs.start(
            SEGMENTING,
            lambda progress: segmenter(image, points, what, lesion),
            lambda result: self._enter(result, None if what == NEW else segmentID),
        )

    def _maskOf(self, segmentID: str | None) -> Image:
        inputs = self._session.inputs
        reading = readLesions(inputs.segmentationNode, inputs.volumeNode, [str(segmentID)])
        return reading.lesions[0].mask

    def _enter(self, result: SegmentedLesion, segmentID: str | None) -> None:
        session = self._session
        volumeNode, node = session.inputs.volumeNode, session.inputs.segmentationNode
        if segmentID is not None and node.GetSegmentation().GetSegment(segmentID) is None:
            session.say(_("The lesion was deleted meanwhile: nothing was changed."))
            return
        if node is None:
            node = addSegmentationNode(volumeNode)
            session.setInputs(volumeNode, node)
        before = session.history.keep([segmentID] if segmentID else [])
        try:
            written = enterSegmented(volumeNode, node, result, segmentID)
        except InputError as problem:
            session.say(problemText(problem))
            return
        name = node.GetSegmentation().GetSegment(written).GetName()
        session.history.add(name, before or {written: None})
        if segmentID is None:
            session.drawn(written)
        else:
            session.measured(written)
        stamp = stampsOf(node)[written]
        session.say(segmentedText(name, result), lambda: stampsOf(node).get(written) == stamp)
        self._selection.chooseInPlace(written)


class Strokes:
    """What the user draws: placed in the views, segmented.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    selection : Selection
        Which lesion a stroke adds to or removes from.
    """

    def __init__(self, session: ScoringSession, selection: Selection) -> None:
        self._session, self._selection = session, selection
        self._what = NEW
        self._segmentID: str | None = None
        self.segmenting = StrokeSegmenter(session, selection)
        self.placing = MarkupPlacement()
        self.placing.ended.connect(self._placed)
        self.placing.misplaced.connect(self._misplaced)

    @property
    def state(self) -> StrokeState:
        """What is being placed, and what can be taken back."""
        history, segmentID = self._session.history, self._segmentID
        isThere = segmentID is not None and segmentID in self._session.inputs.segmentIDs
        return StrokeState(
            className=self.placing.className,
            what=self._what,
            placedOn=self._session.nameOf(segmentID) if isThere and segmentID else "",
            undoTitle=history.undoTitle,
            redoTitle=history.redoTitle,
        )

    def toggle(self, what: str, className: str = LINE) -> None:
        """Have a stroke or a click placed; the same once more gives it up.

        Parameters
        ----------
        what : str
            `NEW`, or `ADD` or `REMOVE` for a stroke on the lesion that is selected.
        className : str, optional
            `LINE` or `POINT`.
        """
        if (self.placing.className, self._what) == (className, what):
            self.placing.stop()
            return
        self._what = what
        self._segmentID = None if what == NEW else self._selection.segmentID
        self._session.say("")
        self.placing.start(className, _("Stroke"), self._session.inputs.volumeNode)
        self._session.refresh()

    def stop(self) -> None:
        """Give up what is being placed."""
        self.placing.stop()

    def release(self) -> None:
        """Nothing is placed ever again."""
        self.placing.release()

    def _placed(self, points: Any) -> None:
        if points is not None and self._session.inputs.volumeNode is not None:
            self.segmenting.segment(points, self._what, self._segmentID)
        self._session.refresh()

    def _misplaced(self) -> None:
        self._session.say(
            _("Nothing was segmented: draw in a slice view (red, yellow or green), all of it on one slice.")
        )
