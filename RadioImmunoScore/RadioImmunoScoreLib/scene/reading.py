"""From the scene to plain values: a volume node to an Image, a segmentation node to Lesions.

Nothing in the scene is changed. Everything is expressed in the CT's own frame, below its parent transform, so
that moving CT and segmentation together changes no result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from radioimmuno.findings import Finding, InputError, Severity
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Lesion, Site

from .geometry import isRigid, linearPart, scalarsOf, transformBetween, volumeLattice
from .masks import MaskReader
from .sites import sitesOf
from .tags import delineationOf, irradiatedOf, trackingOf


@dataclass(frozen=True, eq=False)
class SegmentationReading:
    """The lesions of a segmentation node, in its order, and by lesion ID what reading them found."""

    lesions: tuple[Lesion, ...]
    findings: Mapping[str, tuple[Finding, ...]]


def readImage(volumeNode: Any) -> Image:
    """The CT of a volume node.

    The values are a read-only view of the node's voxels, so a CT does not cost its memory twice. They stay
    readable when the node is given other voxels meanwhile.

    Raises
    ------
    InputError
        When the node has no single-component voxels, or a transform that changes the CT's shape.
    """
    image = readVoxels(volumeNode)
    for finding in shapeFindings(volumeNode):
        raise InputError(finding.code, finding.text)
    return image


def readVoxels(volumeNode: Any) -> Image:
    """As `readImage`, whatever transform the CT lies under: `shapeFindings` says whether it may be measured.

    Raises
    ------
    InputError
        When the node has no single-component voxels.
    """
    imageData = volumeNode.GetImageData()
    if imageData is None or imageData.GetNumberOfScalarComponents() != 1 or 0 in imageData.GetDimensions():
        raise InputError("ct.unreadable", f"The volume {volumeNode.GetName()} holds no CT voxels.")
    values = scalarsOf(imageData)
    values.flags.writeable = False
    return Image(values, volumeLattice(volumeNode))


def shapeFindings(volumeNode: Any) -> tuple[Finding, ...]:
    """A refusal of all lesions when the CT lies under a transform that changes its shape."""
    toWorld = linearPart(transformBetween(volumeNode.GetParentTransformNode(), None))
    if toWorld is not None and isRigid(toWorld):
        return ()
    text = (
        f"The volume {volumeNode.GetName()} lies under a transform that bends or stretches it, as "
        "Slicer's DICOM reader puts it above slices of a tilted gantry or uneven distance. Resample the "
        "volume (harden the transform), or load another series."
    )
    return (Finding("ct.gantry_tilt", Severity.REFUSE, text),)


def outsideFindings(volumeNode: Any, segmentationNode: Any) -> tuple[Finding, ...]:
    """A refusal when no segment reaches into the CT, as when it was drawn on another one."""
    ofCt, ofSegments = np.zeros(6), np.zeros(6)
    volumeNode.GetRASBounds(ofCt)
    segmentationNode.GetRASBounds(ofSegments)
    low, high = (np.stack([ofCt[n::2], ofSegments[n::2]]) for n in (0, 1))
    areThere = bool((low <= high).all())
    if not areThere or bool((low.max(axis=0) < high.min(axis=0)).all()):
        return ()
    text = (
        f"All lesions of {segmentationNode.GetName()} lie outside of {volumeNode.GetName()}: they were drawn "
        "on another image. Select that one, or move the segmentation to this one by a transform."
    )
    return (Finding("mask.geometry", Severity.REFUSE, text),)


def readLesions(
    segmentationNode: Any, volumeNode: Any, segmentIDs: Sequence[str] | None = None
) -> SegmentationReading:
    """The segments of a segmentation node as lesions on the CT's lattice, each cropped to what it covers.

    Parameters
    ----------
    segmentationNode : vtkMRMLSegmentationNode; any source representation, grid and transform
    volumeNode : the CT
    segmentIDs : which segments; all by default
    """
    segmentation = segmentationNode.GetSegmentation()
    reader = MaskReader(segmentationNode, volumeNode)
    sites = sitesOf(segmentationNode)
    lesions, findings = [], {}
    for segmentID in segmentation.GetSegmentIDs() if segmentIDs is None else segmentIDs:
        segment = segmentation.GetSegment(segmentID)
        placed = reader.read(segmentID)
        findings[segmentID] = placed.findings
        lesions.append(lesionOf(segment, segmentID, placed.mask, sites[segmentID]))
    return SegmentationReading(tuple(lesions), findings)


def lesionOf(segment: Any, segmentID: str, mask: Image, site: Site | None) -> Lesion:
    """A lesion of this mask and site, with all that is said of its segment besides."""
    said = site, irradiatedOf(segment), trackingOf(segment), delineationOf(segment)
    return Lesion(segmentID, segment.GetName(), mask, *said)
