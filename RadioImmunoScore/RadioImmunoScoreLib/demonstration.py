"""The demonstration patient: simulated, so that a first score needs no data of anybody."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from radioimmuno.image import Image

from .acquisition import noteAcquisition
from .scene.geometry import ijkToRasFromLattice, orientedImage
from .scene.masks import BINARY_LABELMAP
from .scene.tags import setIrradiated, setSite

SEED = 2
SLICE_MM = 2.5
NAME = "Demonstration patient (simulated)"

# Window and level of soft tissue, HU.
WINDOW_HU, LEVEL_HU = 400.0, 40.0
SEGMENT_COLOR = (0.9, 0.78, 0.3)


def simulate() -> Any:
    """The patient as plain values; takes seconds, on any thread."""
    from radioimmuno.simulation import simulate_patient

    return simulate_patient(SEED, slice_mm=SLICE_MM)


def addPatient(scene: Any, patient: Any) -> tuple[Any, Any]:
    """Nodes of a simulated patient's CT and lesions, filed under one subject; on the main thread.

    Returns
    -------
    volumeNode, segmentationNode
    """
    volumeNode = _addVolume(scene, patient.image)
    noteAcquisition(volumeNode, patient.acquisition)
    segmentationNode = _addSegmentation(scene, patient.lesions, volumeNode)
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene)
    subject = hierarchy.CreateSubjectItem(hierarchy.GetSceneItemID(), NAME)
    for node in (volumeNode, segmentationNode):
        item = hierarchy.GetItemByDataNode(node)
        if item:
            hierarchy.SetItemParent(item, subject)
        else:
            hierarchy.CreateItem(subject, node)
    return volumeNode, segmentationNode


def _addVolume(scene: Any, image: Image) -> Any:
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Demonstration CT")
    slicer.util.updateVolumeFromArray(node, image.values)
    node.SetIJKToRASMatrix(ijkToRasFromLattice(image.window))
    node.CreateDefaultDisplayNodes()
    node.GetDisplayNode().SetAutoWindowLevel(False)
    node.GetDisplayNode().SetWindowLevel(WINDOW_HU, LEVEL_HU)
    return node


def _addSegmentation(scene: Any, lesions: Any, volumeNode: Any) -> Any:
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Demonstration lesions")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
    segmentation = node.GetSegmentation()
    segmentation.SetSourceRepresentationName(BINARY_LABELMAP)
    for number, lesion in enumerate(lesions):
        segment = slicer.vtkSegment()
        segment.SetName(lesion.name)
        segment.SetColor(*SEGMENT_COLOR)
        if lesion.site is not None:
            setSite(segment, lesion.site)
        # Every third was in a field: enough for the panel's subsets to show something.
        setIrradiated(segment, number % 3 == 0)
        voxels = orientedImage(lesion.mask.values.astype(np.uint8), lesion.mask.window)
        segment.AddRepresentation(BINARY_LABELMAP, voxels)
        segmentation.AddSegment(segment, f"lesion_{lesion.id}")
    return node
