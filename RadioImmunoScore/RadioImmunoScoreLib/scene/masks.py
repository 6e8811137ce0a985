"""Segments as masks on the CT's lattice.

A segment's own label map is already cropped; when its voxels coincide with the CT's it is taken as it is.
Only segments from another grid, or below another transform, are resampled, each on its own box.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk

from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.io.resampling import ResampledMask, resample_mask

from .geometry import (
    ijkToRasFromLattice,
    imageToWorld,
    latticeFromIjkToRas,
    linearPart,
    orientedImage,
    scalarsOf,
    transformBetween,
    volumeLattice,
)

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
