"""What was edited: noticed by time stamps, and what the panel did itself taken back and done again.

Undo brings back only the segments that a step wrote, and only their voxels: what was noted, scored or drawn
otherwise meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
import vtk

from ...scene import shapeFindings
from ...scene.ras_geometry import linearPart, transformBetween, volumeLattice
from ...scene.segment_properties import forgetMeasured
from ...scene.segments import SegmentCopy, copySegment, restoreSegment
from .events import Observers, Signal, release, singleShot

MARK_MS = 30
PAUSE_MS = 200

Stamps = dict[str, tuple[int, int]]


class EditWatch:
    """Turns the storm of events of an edit into two calls.

    Parameters
    ----------
    mark : callable
        Called soon after an event, so that rows can be marked.
    pause : callable
        Called when no event came for a while.
    """

    def __init__(self, mark: Callable[[], None], pause: Callable[[], None]) -> None:
        self._mark = singleShot(MARK_MS, mark)
        self._pause = singleShot(PAUSE_MS, pause)

    def schedule(self) -> None:
        """Something was edited."""
        if not self._mark.isActive():
            self._mark.start()
        self._pause.start()

    @property
    def isWaiting(self) -> bool:
        """Whether something was edited that nobody was called for yet."""
        return bool(self._mark.isActive() or self._pause.isActive())

    def stop(self) -> None:
        """Call nothing any more for what came so far."""
        self._mark.stop()
        self._pause.stop()

    def release(self) -> None:
        """Nothing is called ever again."""
        release(self._mark)
        release(self._pause)


class AxesWatch:
    """Has a lesion's axes and expected agreement forgotten when its voxels are no longer those measured."""

    def __init__(self) -> None:
        self._node: Any = None
        self._stamps: Stamps = {}

    def begin(self, segmentationNode: Any | None) -> None:
        """Take the axes that are noted for those of the segments as they are."""
        self._node = segmentationNode
        self._stamps = stampsOf(segmentationNode) if segmentationNode else {}

    def accept(self, segmentIDs: Collection[str]) -> None:
        """Take the axes that are noted for those of these segments as they are."""
        now = stampsOf(self._node) if self._node else {}
        self._stamps.update({i: now[i] for i in segmentIDs if i in now})

    def forgetEdited(self) -> None:
        """Forget the axes of segments that were edited since."""
        edited = changedSince(self._stamps, self._node)
        for segmentID in edited:
            forgetMeasured(self._node.GetSegmentation().GetSegment(segmentID))
        self.accept(edited)


def observeInputs(
    observers: Observers,
    volumeNodes: Iterable[Any | None],
    segmentationNode: Any | None,
    edited: Callable[[], None],
) -> None:
    """Call `edited` on whatever may change what the lesions measure."""
    moved = slicer.vtkMRMLTransformableNode.TransformModifiedEvent
    if segmentationNode is not None:
        kinds = slicer.vtkSegmentation
        events = (
            kinds.SegmentAdded,
            kinds.SegmentRemoved,
            kinds.SegmentModified,
            kinds.SourceRepresentationModified,
            kinds.RepresentationModified,
            moved,
        )
        observers.observe(segmentationNode, events, edited)
    for volumeNode in filter(None, volumeNodes):
        # Spacing and origin are the node's own.
        events = (slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent, vtk.vtkCommand.ModifiedEvent, moved)
        observers.observe(volumeNode, events, edited)


def stampsOf(segmentationNode: Any) -> Stamps:
    """Time stamp and label of each segment's voxels; segments may share a label map and so the stamp."""
    segmentation = segmentationNode.GetSegmentation()
    source = segmentation.GetSourceRepresentationName()
    stamps = {}
    for segmentID in segmentation.GetSegmentIDs():
        segment = segmentation.GetSegment(segmentID)
        representation = segment.GetRepresentation(source)
        stamps[segmentID] = (representation.GetMTime() if representation else 0, segment.GetLabelValue())
    return stamps


def changedSince(stamps: Stamps, segmentationNode: Any) -> set[str]:
    """IDs of the segments whose stamp is another one now; new ones are not among them."""
    now = stampsOf(segmentationNode)
    return {segmentID for segmentID, stamp in stamps.items() if now.get(segmentID, stamp) != stamp}


def frameOf(volumeNode: Any, segmentationNode: Any) -> tuple[Any, ...]:
    """What all lesions depend on: the CT's voxels and shape, and how the segments lie on it."""
    return voxelStamp(volumeNode), geometryOf(volumeNode, segmentationNode)


def voxelStamp(volumeNode: Any) -> int:
    """The time stamp of a volume's voxels; 0 where it has none."""
    imageData = volumeNode.GetImageData()
    scalars = imageData.GetPointData().GetScalars() if imageData else None
    return scalars.GetMTime() if scalars else 0


def geometryOf(volumeNode: Any, segmentationNode: Any) -> tuple[Any, ...]:
    """The CT's shape, and how the segments lie on it; two that are equal give the same masks."""
    parents = [node.GetParentTransformNode() for node in (segmentationNode, volumeNode)]
    matrix = linearPart(transformBetween(*parents))
    # A transform that bends has no numbers of its own.
    bends = tuple((parent.GetID(), parent.GetTransformToWorldMTime()) for parent in parents if parent)
    between = bends if matrix is None else tuple(np.round(matrix, 6).ravel().tolist())
    shape = volumeLattice(volumeNode) if volumeNode.GetImageData() else None
    return between, shape, shapeFindings(volumeNode)


MAX_STEPS = 20


@dataclass(frozen=True, eq=False)
class Step:
    """Segments of a node as they are to be brought back by segment ID, None for those that are to go."""

    title: str
    segments: Mapping[str, SegmentCopy | None]
    node: Any


class History:
    """Steps back and forth in the segmentation of the inputs, and in those of other studies.

    Attributes
    ----------
    changed : Signal; there is another step to take back or to do again
    """

    def __init__(self) -> None:
        self.changed = Signal()
        self._node: Any = None
        self._undo: list[Step] = []
        self._redo: list[Step] = []

    @property
    def undoTitle(self) -> str:
        """What would be taken back; empty for nothing."""
        return self._undo[-1].title if self._undo else ""

    @property
    def redoTitle(self) -> str:
        """What would be done again; empty for nothing."""
        return self._redo[-1].title if self._redo else ""

    def begin(self, segmentationNode: Any | None) -> None:
        """Forget all steps when it is another segmentation."""
        if segmentationNode is not self._node:
            self._node, self._undo, self._redo = segmentationNode, [], []
            self.changed.emit()

    def keep(self, segmentIDs: Iterable[str]) -> dict[str, SegmentCopy | None]:
        """Segments as they are now, to be handed to `add` after they were written."""
        return {segmentID: copySegment(self._node, segmentID) for segmentID in segmentIDs}

    def add(self, title: str, before: Mapping[str, SegmentCopy | None], node: Any = None) -> None:
        """A step was done to segments that were like this before; None for those that it made.

        Parameters
        ----------
        node : vtkMRMLSegmentationNode, optional
            Whose segments they are; that of the inputs by default.
        """
        self._undo = [*self._undo, Step(title, before, node or self._node)][-MAX_STEPS:]
        self._redo.clear()
        self.changed.emit()

    def undo(self) -> set[str]:
        """Take the last step back; the IDs of the segments of the inputs that were written."""
        return self._take(self._undo, self._redo)

    def redo(self) -> set[str]:
        """Do again what was taken back last; the IDs of the segments of the inputs that were written."""
        return self._take(self._redo, self._undo)

    def _take(self, source: list[Step], target: list[Step]) -> set[str]:
        if not source:
            return set()
        step = source.pop()
        if step.node.GetScene() is None:
            self.changed.emit()
            return set()
        now = {segmentID: copySegment(step.node, segmentID) for segmentID in step.segments}
        target.append(Step(step.title, now, step.node))
        for segmentID, kept in step.segments.items():
            restoreSegment(step.node, segmentID, kept)
        self.changed.emit()
        return set(step.segments) if step.node is self._node else set()
