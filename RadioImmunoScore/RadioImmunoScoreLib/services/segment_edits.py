"""Strokes, clicks and repairs into segments: common to panel and console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from radioimmuno.findings import Finding
from radioimmuno.geometry.image import Image, Lattice, Triple
from radioimmuno.lesion import Lesion
from radioimmuno.segmentation.gestures import ADD, BORDER, BOX, DIAMETERS, NEW, REMOVE, segment_points

from ..scene import readImage, readLesions
from ..scene.segment_properties import forgetMeasured, setAxes, setDelineation, setExpectedAgreement
from ..scene.segments import addSegment, addSegmentationNode, addSegmentLike, writeMask
from ..scene.stroke_markups import lpsInVolume

if TYPE_CHECKING:
    from radioimmuno.quality.repairs import Repair
    from radioimmuno.segmentation.preview import SurfaceMesh
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion


@dataclass(frozen=True)
class DrawnLesion:
    """A lesion that a gesture became; no axes when nothing is left of it.

    `expectedAgreement` is the expected Dice coefficient with a reader's contour, None where none is known.
    """

    segmentationNode: Any = field(repr=False)
    segmentID: str
    name: str
    volumeCc: float
    longMm: float | None
    shortMm: float | None
    expectedAgreement: float | None
    findings: tuple[Finding, ...]


def gestureOf(
    start: Any, end: Any, cross: Any, box: Any, addTo: Any, removeFrom: Any, borderOf: Any
) -> tuple[str, list[Any], str | None]:
    """What the console's arguments ask for: the gesture, its points, the segment that is corrected.

    Raises
    ------
    ValueError
        When they do not go together.
    """
    stroke = None if start is None else [start] if end is None else [start, end]
    drawn = _given({NEW: stroke, DIAMETERS: cross, BOX: box})
    corrected = _given({ADD: addTo, REMOVE: removeFrom, BORDER: borderOf})
    if len(drawn) != 1 or len(corrected) > 1 or (start is None and end is not None):
        raise ValueError(
            "Give one of start (with end, or alone), cross and box, and at most one of addTo, removeFrom and "
            "borderOf."
        )
    (shape, points), *_ = drawn.items()
    what, segmentID = next(iter(corrected.items()), (shape, None))
    if corrected and shape != NEW:
        raise ValueError("A lesion is corrected by start and end, or for borderOf by start alone.")
    return what, list(points), segmentID


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def drawLesion(
    volumeNode: Any, segmentationNode: Any, what: str, points: Sequence[Any], segmentID: str | None
) -> DrawnLesion:
    """Segment what points of the world mark, RAS mm, or correct a segment, and leave it in the scene.

    Raises
    ------
    InputError, ValueError
        As of `segment_points`.
    """
    image = readImage(volumeNode)
    lesion = None
    if segmentID is not None:
        lesion = readLesions(segmentationNode, volumeNode, [segmentID]).lesions[0].mask
    segmented = segment_points(image, [lpsInVolume(point, volumeNode) for point in points], what, lesion)
    node = segmentationNode or addSegmentationNode(volumeNode)
    written = enterSegmented(volumeNode, node, segmented, segmentID)
    axes = segmented.axes
    return DrawnLesion(
        node,
        written,
        node.GetSegmentation().GetSegment(written).GetName(),
        segmented.volume_cc,
        axes.long_mm if axes else None,
        axes.short_mm if axes else None,
        segmented.expected_agreement,
        segmented.findings,
    )


def previewStroke(image: Image, start: Triple, end: Triple) -> SurfaceMesh:
    """About the surface of what a stroke would become; as of `preview.preview_stroke`."""
    from radioimmuno.segmentation.preview import preview_stroke

    return preview_stroke(image, start, end)


@cache
def preparePreview() -> None:
    """Load what the first preview has to load."""
    lattice = Lattice((9, 9, 9), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    previewStroke(Image(np.zeros(lattice.shape, np.int16), lattice), (2.0, 4.0, 4.0), (6.0, 4.0, 4.0))


def areCrossed(one: Sequence[Triple], other: Sequence[Triple]) -> bool:
    """Whether `DIAMETERS` can be made of two lines in a slice, each a pair of ends in LPS mm."""
    from radioimmuno.segmentation.stroke import are_crossed

    return are_crossed(np.array(one), np.array(other))


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
    setExpectedAgreement(segment, segmented.expected_agreement, segmented.volume_cc)
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
    forgetMeasured(segmentationNode.GetSegmentation().GetSegment(segmentID))
    return [
        addSegmentLike(segmentationNode, volumeNode, other.mask, segmentID, other.name) for other in others
    ]
