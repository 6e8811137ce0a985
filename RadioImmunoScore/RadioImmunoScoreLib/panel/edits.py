"""Which segments were edited: by their time stamps, and by their voxels where stamps are shared."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import numpy as np
import slicer

import qt
from radioimmuno.lesion import Lesion

from ..case import Case
from ..scene import readLesions, readVoxels, shapeFindings
from ..scene.geometry import linearPart, transformBetween
from ..scene.tags import setAxes
from .observers import Observers

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

    def stop(self) -> None:
        """Call nothing any more for what came so far."""
        self._mark.stop()
        self._pause.stop()


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
        events = (slicer.vtkMRMLVolumeNode.ImageDataModifiedEvent, moved)
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
    matrix = linearPart(
        transformBetween(*(n.GetParentTransformNode() for n in (segmentationNode, volumeNode)))
    )
    imageData = volumeNode.GetImageData()
    stamp = imageData.GetPointData().GetScalars().GetMTime() if imageData else 0
    between = None if matrix is None else tuple(np.round(matrix, 6).ravel().tolist())
    return stamp, between, shapeFindings(volumeNode)


def lesionsNow(
    before: Case, segmentationNode: Any, volumeNode: Any, wanted: Collection[str]
) -> tuple[Case, set[str]]:
    """The case with the segments in `wanted` read again, and which of them are others than before."""
    reading = readLesions(segmentationNode, volumeNode, sorted(wanted))
    old = {lesion.id: lesion for lesion in before.lesions}
    fresh = {lesion.id: lesion for lesion in reading.lesions}
    differing = {i for i, lesion in fresh.items() if i not in old or not _same(old[i], lesion)}
    merged = {**old, **fresh}
    order = [i for i in segmentationNode.GetSegmentation().GetSegmentIDs() if i in merged]
    case = replace(
        before,
        image=readVoxels(volumeNode),
        lesions=tuple(merged[i] for i in order),
        ofLesions={**before.ofLesions, **reading.findings},
    )
    return case, differing


def _same(one: Lesion, other: Lesion) -> bool:
    return one.box == other.box and (
        one.box is None or np.array_equal(one.mask.crop(one.box).values, other.mask.crop(one.box).values)
    )


def singleShot(ms: int, called: Callable[[], None]) -> Any:
    """A timer that calls `called` once, so long after it was started last."""
    timer = qt.QTimer()
    timer.setSingleShot(True)
    timer.setInterval(ms)
    timer.connect("timeout()", called)
    return timer
