"""Strokes and clicks into segments of the session's patient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Triple

from ...scene import readImage, readLesions
from ...scene.segments import addSegmentationNode
from ...services.strokes import NEW, enterSegmented, segmentPoints
from ..texts import problemText, segmentedText
from .edits import stampsOf
from .jobs import SEGMENTING
from .session import Session
from .signal import Signal

if TYPE_CHECKING:
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion

Segmenter = Callable[..., Any]


class Segmenting:
    """Segments on a thread and writes the lesion, undoable.

    Parameters
    ----------
    session : the patient
    segmenter : as `strokes.segmentPoints`; a test gives its own

    Attributes
    ----------
    segmented : Signal of the segment ID that was written
    """

    def __init__(self, session: Session, segmenter: Segmenter = segmentPoints) -> None:
        self.segmented = Signal()
        self.segmenter = segmenter
        self._session = session

    def segment(self, points: Sequence[Triple], what: str = NEW, segmentID: str | None = None) -> None:
        """Segment what a stroke or a click tells.

        Parameters
        ----------
        points : in LPS mm of the CT's own frame
        what : `NEW`, `ADD` or `REMOVE`
        segmentID : the lesion that is added to or removed from
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
