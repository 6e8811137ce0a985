"""What the user draws: placed in the views, then segmented into a segment of the patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Triple
from radioimmuno.segmentation.gestures import NEW, segment_points

from ...scene import readImage, readLesions
from ...scene.segments import addSegmentationNode
from ...services.segment_edits import enterSegmented
from ..texts import problemText, segmentedText
from .edits import stampsOf
from .gestures import BOX_AROUND, CROSS, STROKE, Gesture
from .jobs import SEGMENTING
from .panel_state import StrokeState
from .placement import MarkupPlacement
from .scoring_session import ScoringSession
from .selection import Selection
from .stroke_preview import StrokePreview

if TYPE_CHECKING:
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion


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
        As `gestures.segment_points`; a test gives its own.

    """

    def __init__(
        self, session: ScoringSession, selection: Selection, segmenter: Segmenter = segment_points
    ) -> None:
        self.segmenter = segmenter
        self._session, self._selection = session, selection

    def segment(self, points: Sequence[Triple], what: str = NEW, segmentID: str | None = None) -> None:
        """Segment what was drawn.

        Parameters
        ----------
        points : sequence of tuple of float, mm
            In LPS mm of the CT's own frame.
        what : str
            As of `gestures.segment_points`.
        segmentID : str, optional
            The lesion that is corrected; by default there is a new one.
        """
        inputs, segmenter = self._session.inputs, self.segmenter
        if self._isGone(segmentID):
            return
        try:
            image = readImage(inputs.volumeNode)
        except InputError as problem:
            self._session.say(problemText(problem))
            return
        lesion = self._maskOf(segmentID) if segmentID else None
        self._session.stop()
        self._session.jobs.start(
            SEGMENTING,
            lambda progress: segmenter(image, points, what, lesion),
            lambda result: self._enter(result, segmentID),
        )

    def _isGone(self, segmentID: str | None) -> bool:
        """Whether the lesion that is corrected was deleted meanwhile, which is said."""
        isGone = segmentID is not None and segmentID not in self._session.inputs.segmentIDs
        if isGone:
            self._session.say(_("The lesion was deleted meanwhile: nothing was changed."))
        return isGone

    def _maskOf(self, segmentID: str) -> Image:
        inputs = self._session.inputs
        reading = readLesions(inputs.segmentationNode, inputs.volumeNode, [segmentID])
        return reading.lesions[0].mask

    def _enter(self, result: SegmentedLesion, segmentID: str | None) -> None:
        session = self._session
        volumeNode, node = session.inputs.volumeNode, session.inputs.segmentationNode
        if self._isGone(segmentID):
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
        self._gesture = STROKE
        self._segmentID: str | None = None
        self.segmenting = StrokeSegmenter(session, selection)
        self.placing = MarkupPlacement()
        self.placing.ended.connect(self._placed)
        self.placing.went.connect(session.refresh)
        self.preview = StrokePreview()
        self.placing.moved.connect(lambda ends: self.preview.follow(session.inputs.volumeNode, ends))
        self.placing.misplaced.connect(self._misplaced)

    @property
    def state(self) -> StrokeState:
        """What is being placed, and what can be taken back."""
        history, segmentID = self._session.history, self._segmentID
        isThere = segmentID is not None and segmentID in self._session.inputs.segmentIDs
        return StrokeState(
            gesture=self.placing.gesture,
            wholeCount=self.placing.wholeCount,
            placedOn=self._session.nameOf(segmentID) if isThere and segmentID else "",
            undoTitle=history.undoTitle,
            redoTitle=history.redoTitle,
        )

    def toggle(self, gesture: Gesture) -> None:
        """Have something drawn; the same once more gives it up.

        What is whole is used: a box that is adjusted when it is asked for once more, a cross's first line
        when a stroke is.
        """
        placed = self.placing.gesture
        if self.placing.wholeCount and (placed, gesture) in ((CROSS, STROKE), (BOX_AROUND, BOX_AROUND)):
            self._gesture = gesture
            self.placing.finish()
        elif placed == gesture:
            self.placing.stop()
        else:
            self._gesture = gesture
            self._segmentID = self._selection.segmentID if gesture.isCorrection else None
            self._session.say("")
            self.placing.start(gesture, _("Stroke"), self._session.inputs.volumeNode)
            self._session.refresh()
            if gesture.isPreviewed:
                self.preview.prepare()

    def finish(self) -> None:
        """Use a box that is adjusted; what the user waits for is not stopped for it."""
        if self.placing.isAdjusting and not self._session.jobs.isBusy:
            self.placing.finish()

    def stop(self) -> None:
        """Give up what is being placed."""
        self.placing.stop()

    def release(self) -> None:
        """Nothing is placed ever again."""
        self.placing.release()
        self.preview.release()

    def _placed(self, points: Any) -> None:
        self.preview.clear()
        if points is not None and self._session.inputs.volumeNode is not None:
            self._session.say("")
            self.segmenting.segment(points, self._gesture.what, self._segmentID)
        self._session.refresh()

    def _misplaced(self, goesOn: bool) -> None:
        where = _("draw in a slice view (red, yellow or green), all of it on one slice.")
        again = _("The second line has to cross the first, on the same slice: draw it again.")
        self._session.say(again if goesOn else _("Nothing was segmented: {where}").format(where=where))
