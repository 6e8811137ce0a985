"""Strokes, clicks and repairs into segments: common to panel and console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import Finding
from radioimmuno.geometry.image import Image, Triple
from radioimmuno.lesion import Lesion

from ..scene.segment_properties import setAxes, setDelineation
from ..scene.segments import addSegment, addSegmentLike, writeMask

if TYPE_CHECKING:
    from radioimmuno.quality.repairs import Repair
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion

# What a stroke does: a lesion of its own, or more or less of one that is there.
NEW, ADD, REMOVE = "new", "add", "remove"


@dataclass(frozen=True)
class DrawnLesion:
    """A lesion that a stroke or a point became; no axes when nothing is left of it."""

    segmentationNode: Any = field(repr=False)
    segmentID: str
    name: str
    volumeCc: float
    longMm: float | None
    shortMm: float | None
    findings: tuple[Finding, ...]


def segmentPoints(
    image: Image, points: Sequence[Triple], what: str = NEW, lesion: Image | None = None
) -> SegmentedLesion:
    """The lesion that a stroke (two points) or a click (one) marks, in LPS mm of the CT; on any thread.

    Parameters
    ----------
    what : str
        `NEW`, `ADD` or `REMOVE`; the last two want a stroke.
    lesion : Image, optional
        The mask that is added to or removed from.

    Raises
    ------
    InputError
        When there is none; the text says what to do.
    """
    from radioimmuno.segmentation.click import segment_click
    from radioimmuno.segmentation.stroke import add_stroke, remove_stroke, segment_stroke

    if len(points) == 1:
        return segment_click(image, points[0])
    start, end = points
    if lesion is None or what == NEW:
        return segment_stroke(image, start, end)
    return {ADD: add_stroke, REMOVE: remove_stroke}[what](image, lesion, start, end)


def enterSegmented(
    volumeNode: Any, segmentationNode: Any, segmented: SegmentedLesion, segmentID: str | None = None
) -> str:
    """Write a segmented lesion into a segment, a new one by default; returns its ID. On the main thread.

    Raises
    ------
    InputError
        When the segmentation lies under a transform that bends.
    """
    if segmentID is None:
        segmentID = addSegment(segmentationNode, volumeNode, segmented.mask)
    else:
        writeMask(segmentationNode, volumeNode, segmentID, segmented.mask)
    axes = segmented.axes
    segment = segmentationNode.GetSegmentation().GetSegment(segmentID)
    setAxes(segment, (axes.long_mm, axes.short_mm) if axes else None)
    setDelineation(segment, segmented.delineation)
    return segmentID


def repairLesion(repair: Repair, lesion: Lesion, lesions: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """What takes a lesion's place; itself when nothing was to be done. On any thread.

    Raises
    ------
    Refusal
        When nothing would be left of it.
    """
    return repair.apply(lesion, [each for each in lesions if each.id != lesion.id])


def enterRepaired(
    volumeNode: Any, segmentationNode: Any, segmentID: str, repaired: Sequence[Lesion]
) -> list[str]:
    """Write what takes a lesion's place: the first into its segment, others into new ones.

    Returns
    -------
    list of str
        The IDs of the new segments.
    """
    first, *others = repaired
    writeMask(segmentationNode, volumeNode, segmentID, first.mask)
    setAxes(segmentationNode.GetSegmentation().GetSegment(segmentID), None)
    return [
        addSegmentLike(segmentationNode, volumeNode, other.mask, segmentID, other.name) for other in others
    ]
