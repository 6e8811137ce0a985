"""The rings as their own segmentation: what was measured, where it was measured."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import slicer

from radioimmuno.geometry.image import Image
from radioimmuno.scoring.results import LesionScore, PatientScore
from radioimmuno.signature.color_scale import ColorScale, Rgb

from .nodes import ensureNode, ownedNode
from .ras_geometry import imageToWorld, latticeFromIjkToRas, orientedImage, scalarsOf
from .reading import BINARY_LABELMAP

RINGS = "rings"

PLACE_TOLERANCE_MM = 1e-4


def showRings(
    volumeNode: Any,
    segmentationNode: Any,
    patientScore: PatientScore,
    scale: ColorScale,
    restored: Collection[str] = (),
    unchanged: Collection[str] = (),
) -> Any:
    """Bring the rings' segmentation node to the scores: segment IDs and colors are those of the lesions.

    The voxels are those of the resampled grid that the ring's features were measured on, below the CT's
    transform. A lesion without a ring has none here, but for those in `restored`: theirs stay as they are.
    Those of the lesions in `unchanged` are shown already. Outlines only at first; afterwards the display
    stays as the user has it.
    """
    isNew = ownedNode(segmentationNode, RINGS) is None
    ringsNode = ensureNode(
        segmentationNode, RINGS, "vtkMRMLSegmentationNode", f"{segmentationNode.GetName()} rings"
    )
    segmentation = ringsNode.GetSegmentation()
    if isNew:
        ringsNode.CreateDefaultDisplayNodes()
        displayNode = ringsNode.GetDisplayNode()
        displayNode.SetVisibility2DFill(False)
        displayNode.SetVisibility3D(False)
        segmentation.SetSourceRepresentationName(BINARY_LABELMAP)
    # The volume only as a reference, not its geometry: saving would resample the rings to it, slowly.
    ringsNode.SetNodeReferenceID(ringsNode.GetReferenceImageGeometryReferenceRole(), volumeNode.GetID())
    ringsNode.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    lesions = {lesion.id: lesion for lesion in patientScore.lesions}
    for segmentID in segmentation.GetSegmentIDs():
        lesion = lesions.get(segmentID)
        if lesion is None or (lesion.ring is None and segmentID not in restored):
            segmentation.RemoveSegment(segmentID)
    for lesion in lesions.values():
        if lesion.id not in unchanged or segmentation.GetSegment(lesion.id) is None:
            _showRing(segmentation, lesion, scale.rgb(lesion.score))
    return ringsNode


def _showRing(segmentation: Any, lesion: LesionScore, color: Rgb) -> None:
    name = f"{lesion.name} ring"
    segment = segmentation.GetSegment(lesion.id)
    if lesion.ring is not None and (segment is None or not _isOf(segment, lesion.ring)):
        if segment is not None:
            segmentation.RemoveSegment(lesion.id)
        segment = slicer.vtkSegment()
        segment.SetName(name)
        segment.SetColor(*color)
        ring = orientedImage(lesion.ring.values.astype(np.uint8), lesion.ring.window)
        segment.AddRepresentation(BINARY_LABELMAP, ring)
        segmentation.AddSegment(segment, lesion.id)
    elif segment is not None:
        segment.SetName(name)
        segment.SetColor(*color)


def _isOf(segment: Any, ring: Image) -> bool:
    """Whether a segment's voxels are those of a ring, at the same place."""
    labelmap = segment.GetRepresentation(BINARY_LABELMAP)
    if labelmap is None or labelmap.GetDimensions()[::-1] != ring.values.shape:
        return False
    lattice = latticeFromIjkToRas(imageToWorld(labelmap), labelmap.GetExtent())
    isThere = np.allclose(lattice.origin, ring.window.origin, atol=PLACE_TOLERANCE_MM)
    return isThere and np.array_equal(scalarsOf(labelmap) == segment.GetLabelValue(), ring.values)
