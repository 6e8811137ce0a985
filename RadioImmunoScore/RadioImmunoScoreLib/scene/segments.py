"""Masks into segments: new ones, and other voxels for those that are there. Only crops are written.

A segment is written as Slicer's Segment Editor does, so that its tools go on with it: name, color and tags
stay, segments that share a label map with it keep theirs, and a closed surface that is shown is made anew.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer
import vtk

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Box, Image
from radioimmuno.io.segment_tags import SITE_ORIGIN_TAG, TERMINOLOGY_TAG, stated, terminology_of
from radioimmuno.lesion import Site

from .ras_geometry import (
    ijkToRasFromLattice,
    imageToWorld,
    latticeFromIjkToRas,
    linearPart,
    scalarsOf,
    transformBetween,
)
from .reading import BINARY_LABELMAP, labelBoxes, moved
from .segment_properties import copyDrawn, forgetMeasured, setTracking, tagOf

NOTHING = Box((0, 0, 0), (0, 0, 0))

# Distinct on gray and by most eyes (Okabe and Ito, 2008, without black and yellow).
COLORS = (
    (0.90, 0.62, 0.00),
    (0.34, 0.71, 0.91),
    (0.00, 0.62, 0.45),
    (0.84, 0.37, 0.00),
    (0.80, 0.47, 0.65),
    (0.00, 0.45, 0.70),
)


# A label map's background and a segment's voxels in a label map of its own.
OUTSIDE, INSIDE = 0, 1


@dataclass(frozen=True, eq=False)
class SegmentCopy:
    """A segment as it was: a vtkSegment with name, color and tags, and its voxels on its own grid."""

    properties: Any
    mask: Image


def addSegmentationNode(volumeNode: Any) -> Any:
    """A new segmentation node for lesions of a CT, with its geometry, beside it in the subject hierarchy."""
    scene = volumeNode.GetScene()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", f"{volumeNode.GetName()} lesions")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    node.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    item, volumeItem = (hierarchy.GetItemByDataNode(n) for n in (node, volumeNode))
    if item and volumeItem:
        hierarchy.SetItemParent(item, hierarchy.GetItemParent(volumeItem))
    return node


def addSegment(segmentationNode: Any, volumeNode: Any, mask: Image, name: str = "") -> str:
    """A new segment of a mask on the CT's lattice; returns its ID.

    Parameters
    ----------
    name : str
        By default "Lesion" with the first number that is free.

    Raises
    ------
    InputError
        When the segmentation lies under a transform that bends.
    """
    labelmap = _labelmap(mask, _frame(segmentationNode, volumeNode))
    _ensureLabelmaps(segmentationNode)
    segmentation = segmentationNode.GetSegmentation()
    segment = slicer.vtkSegment()
    segment.SetName(name or freeName(segmentation))
    segment.SetColor(*COLORS[segmentation.GetNumberOfSegments() % len(COLORS)])
    segment.SetTag(TERMINOLOGY_TAG, terminology_of(Site.OTHER))
    segmentID = segmentation.GenerateUniqueSegmentID("Lesion")
    _add(segmentation, segment, segmentID, labelmap)
    return segmentID


def addSegmentLike(segmentationNode: Any, volumeNode: Any, mask: Image, segmentID: str, name: str) -> str:
    """A new segment of a mask with the properties of another segment; returns its ID.

    Its UID, and what was measured of its voxels, are not the other's.

    Raises
    ------
    InputError
        When the segmentation lies under a transform that bends.
    """
    labelmap = _labelmap(mask, _frame(segmentationNode, volumeNode))
    segmentation = segmentationNode.GetSegmentation()
    segment = slicer.vtkSegment()
    segment.DeepCopyMetadata(segmentation.GetSegment(segmentID))
    segment.SetName(name)
    forgetMeasured(segment)
    setTracking(segment, None)
    newID = segmentation.GenerateUniqueSegmentID(segmentID)
    if tagOf(segment, SITE_ORIGIN_TAG) == stated(segmentID):
        segment.SetTag(SITE_ORIGIN_TAG, stated(newID))
    _add(segmentation, segment, newID, labelmap)
    return newID


def writeMask(segmentationNode: Any, volumeNode: Any, segmentID: str, mask: Image) -> None:
    """Give a segment other voxels, on the CT's lattice.

    Raises
    ------
    InputError
        When the segmentation lies under a transform that bends.
    """
    labelmap = _labelmap(mask, _frame(segmentationNode, volumeNode))
    _ensureLabelmaps(segmentationNode)
    _write(segmentationNode, segmentID, labelmap)


def copySegment(segmentationNode: Any, segmentID: str) -> SegmentCopy | None:
    """A segment as it is now; None when there is no such segment."""
    segment = segmentationNode.GetSegmentation().GetSegment(segmentID)
    if segment is None:
        return None
    _ensureLabelmaps(segmentationNode)
    labelmap, label = segment.GetRepresentation(BINARY_LABELMAP), segment.GetLabelValue()
    labels = scalarsOf(labelmap)
    box = labelBoxes(labels).get(label, NOTHING)
    lattice = latticeFromIjkToRas(imageToWorld(labelmap), labelmap.GetExtent())
    properties = slicer.vtkSegment()
    properties.DeepCopyMetadata(segment)
    return SegmentCopy(properties, Image(labels[box.slices] == label, lattice, box.start))


def restoreSegment(segmentationNode: Any, segmentID: str, copy: SegmentCopy | None) -> None:
    """Bring a segment's voxels back as they were copy, or its absence.

    What was said of a segment that is there stays as it is now, but for how it was drawn and what was
    measured of it; one that comes back has what the copy has.
    """
    segmentation = segmentationNode.GetSegmentation()
    if copy is None:
        segmentation.RemoveSegment(segmentID)
        return
    labelmap = _labelmap(copy.mask, None)
    present = segmentation.GetSegment(segmentID)
    if present is not None:
        _write(segmentationNode, segmentID, labelmap)
        copyDrawn(copy.properties, present)
        return
    segment = slicer.vtkSegment()
    segment.DeepCopyMetadata(copy.properties)
    _add(segmentation, segment, segmentID, labelmap)


def freeName(segmentation: Any) -> str:
    """`Lesion` with the first number that no segment's name has."""
    names = {segmentation.GetSegment(i).GetName() for i in segmentation.GetSegmentIDs()}
    return next(name for name in (f"Lesion {n}" for n in itertools.count(1)) if name not in names)


def _frame(segmentationNode: Any, volumeNode: Any) -> np.ndarray:
    """The (4, 4) matrix in RAS from the CT's own frame to that of the segmentation."""
    parents = (n.GetParentTransformNode() for n in (volumeNode, segmentationNode))
    matrix = linearPart(transformBetween(*parents))
    if matrix is None:
        raise InputError(
            "mask.geometry",
            f"The segmentation {segmentationNode.GetName()} lies under a transform that bends: nothing can "
            "be drawn into it. Harden the transform, or choose another segmentation.",
        )
    return matrix


def _labelmap(mask: Image, frame: np.ndarray | None) -> Any:
    """The mask as a label map on its whole lattice's indices, cropped to what it covers."""
    box = Box.around(mask.values, mask.offset) or NOTHING
    values = mask.crop(box).values
    lattice = mask.lattice if frame is None else moved(mask.lattice, frame)
    image = slicer.vtkOrientedImageData()
    image.SetExtent(*(n for a, b in zip(box.start[::-1], box.stop[::-1], strict=True) for n in (a, b - 1)))
    image.AllocateScalars(vtk.VTK_UNSIGNED_CHAR, 1)
    if values.size:
        scalarsOf(image)[...] = np.where(values, INSIDE, OUTSIDE)
    image.SetImageToWorldMatrix(ijkToRasFromLattice(lattice))
    return image


def _ensureLabelmaps(segmentationNode: Any) -> None:
    """Have the segments' label maps be what is edited, as Slicer's Segment Editor wants it."""
    segmentation = segmentationNode.GetSegmentation()
    if segmentation.GetSourceRepresentationName() == BINARY_LABELMAP:
        return
    if segmentation.GetNumberOfSegments():
        segmentation.CreateRepresentation(BINARY_LABELMAP)
    segmentation.SetSourceRepresentationName(BINARY_LABELMAP)


def _add(segmentation: Any, segment: Any, segmentID: str, labelmap: Any) -> None:
    segment.SetLabelValue(INSIDE)
    segment.AddRepresentation(BINARY_LABELMAP, labelmap)
    segmentation.AddSegment(segment, segmentID)


def _write(segmentationNode: Any, segmentID: str, labelmap: Any) -> None:
    segmentation = segmentationNode.GetSegmentation()
    # Else writing would go voxel by voxel through a label map that others share.
    segmentation.SeparateSegmentLabelmap(segmentID)
    if labelmap.GetNumberOfPoints() == 0:
        segmentation.ClearSegment(segmentID)
        return
    logic = slicer.vtkSlicerSegmentationsModuleLogic
    logic.SetBinaryLabelmapToSegment(
        labelmap, segmentationNode, segmentID, logic.MODE_REPLACE, labelmap.GetExtent()
    )
