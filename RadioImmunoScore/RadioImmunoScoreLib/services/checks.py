"""Checks of a patient's lesions and repairs of their segments: common to panel and console."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from radioimmuno.lesion import Lesion

from ..scene.segments import addSegmentLike, writeMask
from ..scene.tags import setAxes
from .case import Case, Progress, checked

if TYPE_CHECKING:
    from radioimmuno.quality.check import LesionFinding
    from radioimmuno.quality.repairs import Repair


def checkCase(case: Case, progress: Progress | None = None) -> Sequence[LesionFinding]:
    """What is to be known of all lesions before they are scored; on any thread."""
    from radioimmuno.quality.check import check_lesions

    whole = checked(case)
    return check_lesions(
        whole.image,
        whole.lesions,
        whole.signature.settings,
        whole.acquisition,
        findings=whole.findings,
        progress=progress,
    )


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
