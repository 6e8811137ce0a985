"""The rings as their own segmentation: what was measured, where it was measured."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import slicer

from radioimmuno.colors import ColorScale
from radioimmuno.results import LesionScore, PatientScore

from .geometry import orientedImage
from .masks import BINARY_LABELMAP
from .nodes import ensureNode, ownedNode

RINGS = "rings"


def showRings(volumeNode: Any, segmentationNode: Any, patientScore: PatientScore, scale: ColorScale) -> Any:
    """Make or update the rings' segmentation node: segment IDs and colors are those of the lesions.

    The voxels are those of the resampled grid that the ring's features were measured on. Outlines only at
    first; afterwards the display stays as the user has it.
    """
    isNew = ownedNode(segmentationNode, RINGS) is None
    ringsNode = ensureNode(
        segmentationNode, RINGS, "vtkMRMLSegmentationNode", f"{segmentationNode.GetName()} rings"
    )
    if isNew:
        ringsNode.CreateDefaultDisplayNodes()
        displayNode = ringsNode.GetDisplayNode()
        displayNode.SetVisibility2DFill(False)
        displayNode.SetVisibility3D(False)
    # The volume only as a reference, not its geometry: saving would resample the rings to it, slowly.
    ringsNode.SetNodeReferenceID(ringsNode.GetReferenceImageGeometryReferenceRole(), volumeNode.GetID())
    ringsNode.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    segmentation = ringsNode.GetSegmentation()
    segmentation.RemoveAllSegments()
    segmentation.SetSourceRepresentationName(BINARY_LABELMAP)
    updateRings(segmentationNode, patientScore.lesions, scale)
    return ringsNode


def updateRings(segmentationNode: Any, lesions: Iterable[LesionScore], scale: ColorScale) -> None:
    """Replace the rings of these lesions; one without a ring has none afterwards."""
    ringsNode = ownedNode(segmentationNode, RINGS)
    if ringsNode is None:
        return
    segmentation = ringsNode.GetSegmentation()
    for lesion in lesions:
        if segmentation.GetSegment(lesion.id) is not None:
            segmentation.RemoveSegment(lesion.id)
        if lesion.ring is None:
            continue
        segment = slicer.vtkSegment()
        segment.SetName(f"{lesion.name} ring")
        segment.SetColor(*scale.rgb(lesion.score))
        ring = orientedImage(lesion.ring.values.astype(np.uint8), lesion.ring.window)
        segment.AddRepresentation(BINARY_LABELMAP, ring)
        segmentation.AddSegment(segment, lesion.id)
