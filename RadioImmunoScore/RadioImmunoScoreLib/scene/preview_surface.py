"""A surface that is shown for the moment, as lines in the slice views and in 3D: neither listed nor saved."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray

from .nodes import PREFIX, addTemporaryModel, removeWhole
from .ras_geometry import RAS_TO_LPS
from .stroke_markups import STROKE_COLOR

PREVIEW = PREFIX + "Preview"
LINE_PX = 1
OPACITY_3D = 0.4


class PreviewSurface:
    """At most one surface, in the color of strokes."""

    def __init__(self) -> None:
        self._model: Any = None

    def show(self, volumeNode: Any, points: np.ndarray, triangles: np.ndarray) -> None:
        """Show a surface in place of the last one.

        Parameters
        ----------
        volumeNode : vtkMRMLScalarVolumeNode
            The CT in whose own frame the points lie, below its parent transform.
        points : ndarray, shape (n, 3), mm
            LPS.
        triangles : ndarray of int, shape (m, 3)
            Numbers of the points that are their corners.
        """
        if self._model is None or self._model.GetScene() is None:
            self._model = _addModel(volumeNode)
        self._model.SetAndObservePolyData(_polyData(points @ RAS_TO_LPS[:3, :3], triangles))

    def clear(self) -> None:
        """Show nothing any more."""
        model, self._model = self._model, None
        if model is not None and model.GetScene() is not None:
            removeWhole(model.GetScene(), model)


def _addModel(volumeNode: Any) -> Any:
    model = addTemporaryModel(volumeNode.GetScene(), {PREVIEW: "1"})
    model.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    display = model.GetDisplayNode()
    display.SetColor(*STROKE_COLOR)
    display.SetOpacity(OPACITY_3D)
    display.SetSliceDisplayMode(slicer.vtkMRMLModelDisplayNode.SliceDisplayIntersection)
    display.SetSliceIntersectionThickness(LINE_PX)
    display.SetSliceIntersectionOpacity(1.0)
    display.SetVisibility2D(True)
    return model


def _polyData(points: np.ndarray, triangles: np.ndarray) -> Any:
    corners, cells = vtk.vtkPoints(), vtk.vtkCellArray()
    corners.SetData(numpy_to_vtk(np.ascontiguousarray(points), deep=True))
    cells.SetData(3, numpy_to_vtkIdTypeArray(np.ascontiguousarray(triangles, np.int64).ravel(), deep=True))
    polyData = vtk.vtkPolyData()
    polyData.SetPoints(corners)
    polyData.SetPolys(cells)
    return polyData
