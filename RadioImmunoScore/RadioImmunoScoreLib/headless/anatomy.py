"""Body and bones as see-through models, so that one sees where in the patient a lesion lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import vtk
from vtk.util.numpy_support import numpy_to_vtk

from radioimmuno.geometry.image import Image
from radioimmuno.signature.color_scale import Rgb

from ..scene.ras_geometry import ijkToRasFromLattice


@dataclass(frozen=True)
class BodyPart:
    """How a model looks."""

    name: str
    color: Rgb
    opacity: float


BODY = BodyPart("Body", (0.75, 0.78, 0.85), 0.10)
BONES = BodyPart("Bones", (0.95, 0.92, 0.84), 0.20)

BODY_ABOVE_HU, BONES_ABOVE_HU = -300, 250

# Models are made from about every third millimetre of the CT, the body from every second of these voxels:
# nobody sees more in something see-through, and it is drawn in a fraction of the time.
STEP_MM = 3.0
BODY_COARSER = 2
SMOOTHING_VOXELS = 0.8

# Below a half, so that smoothing does not swallow what is thin: ribs, shoulder blades.
SURFACE_LEVEL = 0.35

# Bones smaller than this share of the largest piece are noise.
SMALLEST_BONE = 0.004


def anatomyOf(image: Image) -> dict[BodyPart, vtk.vtkPolyData]:
    """The surfaces of body and bones in RAS mm, of those that the CT shows."""
    k, j, i = steps = [max(1, round(STEP_MM / spacing)) for spacing in image.lattice.spacing]
    values = image.values[::k, ::j, ::i]
    body = _largePieces(values > BODY_ABOVE_HU, 1.0)
    bones = _largePieces((values > BONES_ABOVE_HU) & _filled(body), SMALLEST_BONE)
    toRas = vtk.vtkTransform()
    toRas.SetMatrix(ijkToRasFromLattice(image.window))
    n = BODY_COARSER
    masks = {BODY: (body[::n, ::n, ::n], [n * step for step in steps]), BONES: (bones, steps)}
    return {part: _surface(mask, step, toRas) for part, (mask, step) in masks.items() if mask.any()}


def addModel(scene: Any, part: BodyPart, surface: vtk.vtkPolyData) -> Any:
    """A model node for 3D views only."""
    node = scene.AddNewNodeByClass("vtkMRMLModelNode", part.name)
    node.SetAndObservePolyData(surface)
    node.CreateDefaultDisplayNodes()
    displayNode = node.GetDisplayNode()
    displayNode.SetColor(*part.color)
    displayNode.SetOpacity(part.opacity)
    displayNode.SetVisibility2D(False)
    return node


def _surface(mask: np.ndarray, steps: Sequence[int], toRas: vtk.vtkTransform) -> vtk.vtkPolyData:
    from scipy import ndimage

    smooth = ndimage.gaussian_filter(mask.astype(np.float32), SMOOTHING_VOXELS)
    voxels = vtk.vtkImageData()
    voxels.SetDimensions(*smooth.shape[::-1])
    voxels.SetSpacing(*steps[::-1])
    voxels.GetPointData().SetScalars(numpy_to_vtk(smooth.ravel(), deep=True))
    edges = vtk.vtkFlyingEdges3D()
    edges.SetInputData(voxels)
    edges.SetValue(0, SURFACE_LEVEL)
    edges.ComputeScalarsOff()
    moved = vtk.vtkTransformPolyDataFilter()
    moved.SetInputConnection(edges.GetOutputPort())
    moved.SetTransform(toRas)
    normals = vtk.vtkPolyDataNormals()
    normals.SetInputConnection(moved.GetOutputPort())
    normals.SplittingOff()
    normals.Update()
    return normals.GetOutput()


def _largePieces(mask: np.ndarray, share: float) -> np.ndarray:
    """The connected pieces that have at least this share of the largest one's voxels."""
    from scipy import ndimage

    labels, _ = ndimage.label(mask)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return ((sizes > 0) & (sizes >= share * sizes.max()))[labels]


def _filled(body: np.ndarray) -> np.ndarray:
    """The body with its lungs: holes are closed slice by slice, so that the couch stays outside."""
    from scipy import ndimage

    inPlane = np.zeros((3, 3, 3), bool)
    inPlane[1] = ndimage.generate_binary_structure(2, 1)
    return ndimage.binary_fill_holes(body, inPlane)
