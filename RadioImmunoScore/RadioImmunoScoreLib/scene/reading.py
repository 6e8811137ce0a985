"""From the scene to plain values: a volume node to an Image, a segmentation node to Lesions on its lattice.

Nothing in the scene is changed. Everything is expressed in the CT's own frame, below its parent transform, so
that moving CT and segmentation together changes no result.

A segment's own label map is already cropped; when its voxels coincide with the CT's it is taken as it is.
Only segments from another grid, or below another transform, are resampled, each on its own box.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import slicer
import vtk

from radioimmuno.findings import Finding, InputError, Severity
from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.io.resampling import ResampledMask, resample_mask
from radioimmuno.lesion import Lesion, Site

from .ras_geometry import (
    ijkToRasFromLattice,
    imageToWorld,
    isRigid,
    latticeFromIjkToRas,
    linearPart,
    orientedImage,
    scalarsOf,
    transformBetween,
    volumeLattice,
)
from .segment_properties import delineationOf, expectedAgreementOf, irradiatedOf, sitesOf, trackingOf

BINARY_LABELMAP = slicer.vtkSegmentationConverter.GetSegmentationBinaryLabelmapRepresentationName()
REFERENCE_GEOMETRY = slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName()


class MaskReader:
    """The masks of one segmentation's segments; a label map that segments share is searched only once."""

    def __init__(self, segmentationNode: Any, volumeNode: Any) -> None:
        self._segmentation = segmentationNode.GetSegmentation()
        self._lattice = volumeLattice(volumeNode)
        self._transform = transformBetween(
            *(n.GetParentTransformNode() for n in (segmentationNode, volumeNode))
        )
        self._matrix = linearPart(self._transform)
        self._boxes: dict[Any, dict[int, Box]] = {}

    def read(self, segmentID: str) -> ResampledMask:
        """A segment's mask on the CT's lattice, and what putting it there did."""
        segment = self._segmentation.GetSegment(segmentID)
        labelmap = segment.GetRepresentation(BINARY_LABELMAP)
        if labelmap is None:
            return self._voxelized(segmentID)
        values, lattice = self._ownVoxels(labelmap, segment.GetLabelValue())
        if self._matrix is None:
            return self._bent(values, lattice)
        return resample_mask(Image(values, moved(lattice, self._matrix)), self._lattice)

    def _ownVoxels(self, labelmap: Any, label: int) -> tuple[np.ndarray, Lattice]:
        """A segment's voxels on its own grid, cropped to what they cover; a copy."""
        labels = scalarsOf(labelmap)
        if labelmap not in self._boxes:
            self._boxes[labelmap] = labelBoxes(labels)
        lattice = latticeFromIjkToRas(imageToWorld(labelmap), labelmap.GetExtent())
        box = self._boxes[labelmap].get(label, Box((0, 0, 0), (0, 0, 0)))
        return labels[box.slices] == label, lattice.window(box)

    def _bent(self, values: np.ndarray, lattice: Lattice) -> ResampledMask:
        """The nearest of the segment's voxels, through a transform that bends, at each voxel of the CT's."""
        if not values.size:
            return resample_mask(Image(values, lattice), self._lattice)
        reference = orientedImage(np.zeros(self._lattice.shape, np.uint8), self._lattice)
        bent = slicer.vtkOrientedImageData()
        slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
            orientedImage(values.astype(np.uint8), lattice), reference, bent, False, False, self._transform
        )
        mask = resample_mask(Image(scalarsOf(bent) > 0, self._lattice), self._lattice).mask
        text = "The segment was bent by its transform and brought to the CT's grid."
        return ResampledMask(mask, (Finding("mask.geometry", Severity.FIXED, text),))

    def _voxelized(self, segmentID: str) -> ResampledMask:
        """A segment without a label map, converted on a temporary copy, straight onto the CT's grid."""
        copy = slicer.vtkSegmentation()
        copy.SetSourceRepresentationName(self._segmentation.GetSourceRepresentationName())
        copy.CopySegmentFromSegmentation(self._segmentation, segmentID)
        source = copy.GetSegment(segmentID).GetRepresentation(copy.GetSourceRepresentationName())
        if source is None or source.GetNumberOfPoints() == 0:
            return ResampledMask(Image(np.zeros((0, 0, 0), bool), self._lattice))
        if self._matrix is None:
            copy.ApplyNonLinearTransform(self._transform)
        else:
            copy.ApplyLinearTransform(self._transform)
        geometry = vtk.vtkImageData()
        geometry.SetDimensions(*self._lattice.shape[::-1])
        copy.SetConversionParameter(
            REFERENCE_GEOMETRY,
            slicer.vtkSegmentationConverter.SerializeImageGeometry(
                ijkToRasFromLattice(self._lattice), geometry
            ),
        )
        copy.CreateRepresentation(BINARY_LABELMAP)
        labelmap = copy.GetSegment(segmentID).GetRepresentation(BINARY_LABELMAP)
        return resample_mask(Image(*self._ownVoxels(labelmap, 1)), self._lattice)


def isEmpty(segment: Any) -> bool:
    """Whether a segment's label map has no voxel of it; one without a label map may have."""
    labelmap = segment.GetRepresentation(BINARY_LABELMAP)
    return labelmap is not None and not (scalarsOf(labelmap) == segment.GetLabelValue()).any()


def labelBoxes(labels: np.ndarray) -> dict[int, Box]:
    """The smallest box of each label > 0 of a (k, j, i) array, in one pass and a slice's memory."""
    boxes: dict[int, Box] = {}
    for k, plane in enumerate(labels):
        if plane.max() == 0:
            continue
        j, i = np.nonzero(plane)
        values = plane[j, i]
        for label in np.unique(values).tolist():
            here = values == label
            start = (k, int(j[here].min()), int(i[here].min()))
            stop = (k + 1, int(j[here].max()) + 1, int(i[here].max()) + 1)
            box = Box(start, stop)
            boxes[label] = boxes[label].union(box) if label in boxes else box
    return boxes


def moved(lattice: Lattice, matrix: np.ndarray) -> Lattice:
    """The lattice after a (4, 4) linear transform in RAS."""
    ijkToRas = slicer.util.arrayFromVTKMatrix(ijkToRasFromLattice(lattice))
    nk, nj, ni = lattice.shape
    return latticeFromIjkToRas(matrix @ ijkToRas, (0, ni - 1, 0, nj - 1, 0, nk - 1))


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
    volumeNode : vtkMRMLScalarVolumeNode
        The CT.
    segmentIDs : sequence of str, optional
        Which segments; all by default.
    """
    segmentation = segmentationNode.GetSegmentation()
    reader = MaskReader(segmentationNode, volumeNode)
    sites = sitesOf(segmentationNode)
    lesions, findings = [], {}
    for segmentID in segmentation.GetSegmentIDs() if segmentIDs is None else segmentIDs:
        segment = segmentation.GetSegment(segmentID)
        resampled = reader.read(segmentID)
        findings[segmentID] = resampled.findings
        lesions.append(lesionOf(segment, segmentID, resampled.mask, sites[segmentID]))
    return SegmentationReading(tuple(lesions), findings)


def lesionOf(segment: Any, segmentID: str, mask: Image, site: Site | None) -> Lesion:
    """A lesion of this mask and site, with all that is known of its segment besides."""
    properties = site, irradiatedOf(segment), trackingOf(segment), delineationOf(segment)
    lesion = Lesion(segmentID, segment.GetName(), mask, *properties)
    return replace(lesion, expected_agreement=expectedAgreementOf(segment, lesion.volume_cc))
