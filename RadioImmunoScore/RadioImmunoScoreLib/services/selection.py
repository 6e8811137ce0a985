"""Which segments are lesions, by the shell's rule: organs, target volumes, couch and body are left out.

Common to panel and console. A person's word, kept in a tag of the segment, counts more than the rule.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from radioimmuno.findings import Finding, Severity
from radioimmuno.io.selection import CODE, SET_ASIDE, Hints, structure_of
from radioimmuno.lesion import LeftOut, Lesion
from radioimmuno.structures.rule import Structure, left_out

from ..scene import SegmentationReading
from ..scene.masks import BINARY_LABELMAP
from ..scene.tags import markedOf, terminologyOf


@dataclass(frozen=True)
class Selection:
    """Why segments are left out, and what is to be known of those that a person took nevertheless; by ID."""

    leftOut: Mapping[str, str]
    chosen: Mapping[str, Finding]

    def named(self, segmentationNode: Any) -> tuple[LeftOut, ...]:
        """What is left out, with the segments' names."""
        segmentation = segmentationNode.GetSegmentation()
        return tuple(
            LeftOut(i, segmentation.GetSegment(i).GetName(), reason) for i, reason in self.leftOut.items()
        )


def hasVoxels(segment: Any) -> bool:
    """Whether a segment's size is known without making voxels of it first."""
    return segment.GetRepresentation(BINARY_LABELMAP) is not None


def structureOf(segment: Any, segmentID: str, lesion: Lesion | None) -> Structure:
    """What the rule needs to know; `lesion` has the segment's voxels on the CT, where it has any."""
    terminology = terminologyOf(segment)
    if lesion is None or not hasVoxels(segment):
        return Structure(segmentID, segment.GetName(), terminology)
    return structure_of(lesion, Hints(terminology))


def select(segmentationNode: Any, structures: Sequence[Structure]) -> Selection:
    """What is left out of a segmentation's structures, and what is taken by hand."""
    segmentation = segmentationNode.GetSegmentation()
    marked = {one.id: markedOf(segmentation.GetSegment(one.id)) for one in structures}
    reasons = left_out(structures)
    chosen = {i: reason for i, reason in reasons.items() if marked[i]}
    aside = {i: SET_ASIDE for i, mark in marked.items() if mark is False}
    return Selection(
        {i: reason for i, reason in {**reasons, **aside}.items() if i not in chosen},
        {i: Finding(CODE, Severity.WARN, f"{reason} It was chosen by hand.") for i, reason in chosen.items()},
    )


def selectRead(
    segmentationNode: Any, reading: SegmentationReading
) -> tuple[SegmentationReading, tuple[LeftOut, ...]]:
    """The lesions among the segments that were read, and what is left out."""
    segmentation = segmentationNode.GetSegmentation()
    structures = [structureOf(segmentation.GetSegment(each.id), each.id, each) for each in reading.lesions]
    selection = select(segmentationNode, structures)
    taken = tuple(lesion for lesion in reading.lesions if lesion.id not in selection.leftOut)
    read = SegmentationReading(taken, withChosen(reading.findings, selection))
    return read, selection.named(segmentationNode)


def withChosen(
    findings: Mapping[str, tuple[Finding, ...]], selection: Selection
) -> dict[str, tuple[Finding, ...]]:
    """Findings by lesion ID, with what is to be known of lesions that were taken by hand."""
    return {i: (*found, *_of(selection.chosen.get(i))) for i, found in findings.items()}


def _of(finding: Finding | None) -> tuple[Finding, ...]:
    return () if finding is None else (finding,)
