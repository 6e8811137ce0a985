"""Which segments were edited: by their time stamps, and by their voxels where stamps are shared."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import numpy as np

import qt
from radioimmuno.lesion import Lesion

from ..case import Case
from ..scene import readImage, readLesions
from ..scene.geometry import linearPart, transformBetween

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
        self._mark = _singleShot(MARK_MS, mark)
        self._pause = _singleShot(PAUSE_MS, pause)

    def schedule(self) -> None:
        """Something was edited."""
        if not self._mark.isActive():
            self._mark.start()
        self._pause.start()

    def stop(self) -> None:
        """Call nothing any more for what came so far."""
        self._mark.stop()
        self._pause.stop()


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
    """What all lesions depend on: the CT's voxels, and how CT and segmentation lie to each other."""
    matrix = linearPart(
        transformBetween(*(n.GetParentTransformNode() for n in (segmentationNode, volumeNode)))
    )
    imageData = volumeNode.GetImageData()
    stamp = imageData.GetPointData().GetScalars().GetMTime() if imageData else 0
    return stamp, None if matrix is None else tuple(np.round(matrix, 6).ravel().tolist())


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
        image=readImage(volumeNode),
        lesions=tuple(merged[i] for i in order),
        findings={**before.findings, **reading.findings},
    )
    return case, differing


def _same(one: Lesion, other: Lesion) -> bool:
    return one.box == other.box and (
        one.box is None or np.array_equal(one.mask.crop(one.box).values, other.mask.crop(one.box).values)
    )


def _singleShot(ms: int, called: Callable[[], None]) -> Any:
    timer = qt.QTimer()
    timer.setSingleShot(True)
    timer.setInterval(ms)
    timer.connect("timeout()", called)
    return timer
