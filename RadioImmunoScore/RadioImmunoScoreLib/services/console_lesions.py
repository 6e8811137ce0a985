"""What the commands on single lesions do, for the Python console; see `commands.LesionCommands`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import Finding
from radioimmuno.signature.signature import Signature

from ..scene import readImage, readLesions
from ..scene.maps import removeMap, showMap
from ..scene.segments import addSegmentationNode
from ..scene.strokes import lpsInVolume
from .acquisition import readAcquisition
from .case import Case, Progress, checked, findSignature, readCase, stabilityOf
from .checks import checkCase, enterRepaired, repairLesion
from .interior import computeMap, mapTitle
from .strokes import ADD, NEW, REMOVE, enterSegmented, segmentPoints

if TYPE_CHECKING:
    from radioimmuno.quality.check import LesionFinding
    from radioimmuno.scoring.score_stability import Perturbation
    from radioimmuno.stability.agreement import PatientStability


@dataclass(frozen=True)
class SegmentedLesion:
    """A lesion that a stroke or a point became; no axes when nothing is left of it."""

    segmentationNode: Any = field(repr=False)
    segmentID: str
    name: str
    volumeCc: float
    longMm: float | None
    shortMm: float | None
    findings: tuple[Finding, ...]


def segment(
    volumeNode: Any,
    segmentationNode: Any | None,
    start: Sequence[float],
    end: Sequence[float] | None,
    addTo: str | None,
    removeFrom: str | None,
) -> SegmentedLesion:
    """Segment and write; see `LesionCommands.segment`."""
    points = [lpsInVolume(point, volumeNode) for point in (start, end) if point is not None]
    image, target = readImage(volumeNode), addTo or removeFrom
    lesion = readLesions(segmentationNode, volumeNode, [target]).lesions[0].mask if target else None
    segmented = segmentPoints(image, points, ADD if addTo else REMOVE if removeFrom else NEW, lesion)
    node = segmentationNode or addSegmentationNode(volumeNode)
    segmentID = enterSegmented(volumeNode, node, segmented, target)
    axes = segmented.axes
    return SegmentedLesion(
        node,
        segmentID,
        node.GetSegmentation().GetSegment(segmentID).GetName(),
        segmented.volume_cc,
        axes.long_mm if axes else None,
        axes.short_mm if axes else None,
        segmented.findings,
    )


def check(
    volumeNode: Any,
    segmentationNode: Any,
    signature: Signature | str | Path | None,
    progress: Progress | None,
) -> list[LesionFinding]:
    """Check; see `LesionCommands.check`."""
    return list(checkCase(_case(volumeNode, segmentationNode, signature, None), progress))


def repair(volumeNode: Any, segmentationNode: Any, segmentID: str, code: str, title: str) -> list[str]:
    """Repair; see `LesionCommands.repair`."""
    from radioimmuno.quality.repairs import repairs_of

    known = repairs_of(code, readImage(volumeNode))
    chosen = next((each for each in known if title in ("", each.title)), None)
    if chosen is None:
        titles = ", ".join(repr(each.title) for each in known) or "none"
        raise ValueError(f"{code} has no repair {title!r}; there are: {titles}")
    lesions = readLesions(segmentationNode, volumeNode).lesions
    lesion = next(each for each in lesions if each.id == segmentID)
    repaired = repairLesion(chosen, lesion, lesions)
    return [segmentID, *enterRepaired(volumeNode, segmentationNode, segmentID, repaired)]


def stability(
    volumeNode: Any,
    segmentationNode: Any,
    signature: Signature | str | Path | None,
    kvp: float | None,
    only: Collection[str] | None,
    perturbation: Perturbation | None,
    progress: Progress | None,
) -> PatientStability:
    """Perturb and score; see `LesionCommands.stability`."""
    case = checked(_case(volumeNode, segmentationNode, signature, kvp))
    return stabilityOf(case, only, progress, perturbation)


def interiorMap(
    volumeNode: Any,
    segmentationNode: Any,
    segmentID: str,
    name: str,
    signature: Signature | str | Path | None,
) -> Any | None:
    """Show a map or take it away; see `LesionCommands.interiorMap`."""
    if not name:
        removeMap(segmentationNode)
        return None
    title = mapTitle(name)
    lesion = readLesions(segmentationNode, volumeNode, [segmentID]).lesions[0]
    values = computeMap(readImage(volumeNode), lesion, _signature(signature).settings, name)
    return showMap(volumeNode, segmentationNode, segmentID, values, title)


def _case(
    volumeNode: Any, segmentationNode: Any, signature: Signature | str | Path | None, kvp: float | None
) -> Case:
    return readCase(volumeNode, segmentationNode, _signature(signature), readAcquisition(volumeNode), kvp)


def _signature(signature: Signature | str | Path | None) -> Signature:
    return signature if isinstance(signature, Signature) else findSignature(signature)
