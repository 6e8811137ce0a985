"""A surface for the moment: seen in the slice views, nowhere listed, in no saved scene."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
from synthetic import addTurn

from RadioImmunoScoreLib.scene.preview_surface import PreviewSurface
from RadioImmunoScoreLib.scene.ras_geometry import transformBetween

# A tetrahedron, LPS mm.
POINTS = np.array([[0, 0, 0], [10, 0, 0], [0, 20, 0], [0, 0, 30]], float)
TRIANGLES = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])


@pytest.fixture
def shown(patient):
    """(CT node, surface): the tetrahedron is shown."""
    surface = PreviewSurface()
    surface.show(patient[0], POINTS, TRIANGLES)
    return patient[0], surface


def models():
    return slicer.util.getNodesByClass("vtkMRMLModelNode")


def test_it_lies_where_the_points_do_and_is_drawn_in_slice_views(shown):
    (model,) = models()
    assert slicer.util.arrayFromModelPoints(model) == pytest.approx(POINTS * (-1, -1, 1))
    polyData = model.GetPolyData()
    corners = [
        [polyData.GetCell(number).GetPointId(n) for n in range(3)]
        for number in range(polyData.GetNumberOfCells())
    ]
    assert corners == TRIANGLES.tolist()
    display = model.GetDisplayNode()
    assert display.GetVisibility()
    assert display.GetVisibility2D()
    assert display.GetSliceDisplayMode() == display.SliceDisplayIntersection


def test_it_takes_the_place_of_the_last_one_and_goes(shown):
    volumeNode, surface = shown
    before = volumeNode.GetScene().GetNumberOfNodes()
    surface.show(volumeNode, POINTS + 1, TRIANGLES)
    (model,) = models()
    assert slicer.util.arrayFromModelPoints(model) == pytest.approx((POINTS + 1) * (-1, -1, 1))
    assert volumeNode.GetScene().GetNumberOfNodes() == before
    surface.clear()
    assert models() == []
    # With its display node.
    assert volumeNode.GetScene().GetNumberOfNodes() == before - 2


@pytest.mark.usefixtures("shown")
def test_nobody_lists_it_and_no_scene_file_has_it():
    (model,) = models()
    assert model.GetHideFromEditors()
    nodes = [model, model.GetDisplayNode()]
    assert not any(node.GetSaveWithScene() for node in nodes)


def test_it_moves_with_the_ct(patient):
    volumeNode = patient[0]
    turn = addTurn(volumeNode.GetScene())
    volumeNode.SetAndObserveTransformNodeID(turn.GetID())
    PreviewSurface().show(volumeNode, POINTS, TRIANGLES)
    (model,) = models()
    toWorld = transformBetween(model.GetParentTransformNode(), None)
    assert model.GetParentTransformNode() is turn
    assert toWorld.TransformPoint(0.0, 0.0, 0.0) == turn.GetTransformToParent().TransformPoint(0.0, 0.0, 0.0)


def test_a_scene_that_is_closed_meanwhile_takes_it_along(shown):
    volumeNode, surface = shown
    scene = volumeNode.GetScene()
    scene.Clear()
    surface.clear()
    assert scene.GetNumberOfNodesByClass("vtkMRMLModelNode") == 0
