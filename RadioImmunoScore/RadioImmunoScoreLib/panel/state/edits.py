"""When something was edited, and what it may have been: by time stamps."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import numpy as np
import slicer
import vtk

from ...scene import shapeFindings
from ...scene.geometry import linearPart, transformBetween, volumeLattice
from ...scene.tags import setAxes
from .observers import Observers
from .timers import release, singleShot

MARK_MS = 30
PAUSE_MS = 200

Stamps = dict[str, tuple[int, int]]


class EditWatch:
    """Turns the storm of events of an edit into two calls.

    Parameters
    ----------
    mark : called soon after an event, so that rows can be marked
    pause : called when no event came for a while
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
    """Has a lesion's axes forgotten when its voxels are other ones than those that were measured."""

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
            setAxes(self._node.GetSegmentation().GetSegment(segmentID), None)
        self.accept(edited)


def observeInputs(
    observers: Observers, volumeNode: Any | None, segmentationNode: Any | None, edited: Callable[[], None]
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
    if volumeNode is not None:
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
