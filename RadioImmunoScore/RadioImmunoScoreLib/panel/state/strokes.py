"""A stroke or a click: placed in the views by the user, then segmented into a segment of the patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import slicer
from slicer.i18n import tr as _

import qt
from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Triple

from ...scene import readImage, readLesions
from ...scene.segments import addSegmentationNode
from ...scene.stroke_markups import (
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
from .session import Session

if TYPE_CHECKING:
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion


class MarkupPlacement:
    """Lets the user place one markup; the markup itself is gone afterwards.

    Attributes
    ----------
    ended : Signal of the placed points, in LPS mm of the CT's own frame; of None when it was given up
    misplaced : Signal; the points do not lie in one slice view, and `ended` follows with None

    Parameters
    ----------
    widget : QWidget
        In its window Escape gives up what is being placed.
    """

    def __init__(self, widget: Any) -> None:
        self.ended, self.misplaced = Signal(), Signal()
        self._widget = widget
        self._escape: Any = None
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
        # Only meanwhile: the Segment Editor has the same key for its tools.
        self._escape = qt.QShortcut(qt.QKeySequence(qt.Qt.Key_Escape), self._widget.window())
        self._escape.setContext(qt.Qt.ApplicationShortcut)
        self._escape.connect("activated()", self.stop)

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
        self._escape.setEnabled(False)
        self._escape.deleteLater()
        stopPlacing(slicer.mrmlScene, node, self._nodeID)
        self.ended.emit(points)


Segmenter = Callable[..., Any]


class StrokeSegmenter:
    """Segments on a thread and writes the lesion, undoable.

    Parameters
    ----------
    session : Session
        The patient.
    segmenter : callable
        As `segment_edits.segmentPoints`; a test gives its own.

    Attributes
    ----------
    segmented : Signal of the segment ID that was written
    """

    def __init__(self, session: Session, segmenter: Segmenter = segmentPoints) -> None:
        self.segmented = Signal()
        self.segmenter = segmenter
        self._session = session

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
            self._session.message.emit(problemText(problem))
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
            session.message.emit(_("The lesion was deleted meanwhile: nothing was changed."))
            return
        if node is None:
            node = addSegmentationNode(volumeNode)
            session.setInputs(volumeNode, node)
        before = session.history.keep([segmentID] if segmentID else [])
        try:
            written = enterSegmented(volumeNode, node, result, segmentID)
        except InputError as problem:
            session.message.emit(problemText(problem))
            return
        name = node.GetSegmentation().GetSegment(written).GetName()
        session.history.add(name, before or {written: None})
        session.measured(written)
        stamp = stampsOf(node)[written]
        session.message.emit(segmentedText(name, result), lambda: stampsOf(node).get(written) == stamp)
        self.segmented.emit(written)
