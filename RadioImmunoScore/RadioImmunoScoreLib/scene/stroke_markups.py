"""Strokes and clicks: markups that a person places in the views, and where they lie in the CT."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import slicer
import vtk

from radioimmuno.geometry.image import Triple

from .nodes import removeWhole
from .ras_geometry import RAS_TO_LPS, linearPart, transformBetween

LINE, POINT = "vtkMRMLMarkupsLineNode", "vtkMRMLMarkupsFiducialNode"

BOX_CORNERS = "vtkMRMLMarkupsROINode"

# How many points are placed before a markup of the class is whole.
POINTS = {LINE: 2, POINT: 1}
# Of a box with a side thinner than this share of the next longer one only a rectangle was drawn.
FLAT_SHARE = 0.05

STROKE_COLOR = (1.0, 0.85, 0.1)
SELECTION = "vtkMRMLSelectionNodeSingleton"
INTERACTION = "vtkMRMLInteractionNodeSingleton"

# So far from a slice's plane a point is still in it: no more than rounding.
IN_PLANE_MM = 0.05


def interactionNode(scene: Any) -> Any:
    """The node that says what the mouse does in the views."""
    return scene.GetNodeByID(INTERACTION)


def startPlacing(scene: Any, className: str, name: str) -> Any:
    """A new markup node, and the mouse places its points in the views from now on.

    Parameters
    ----------
    className : str
        `LINE` or `POINT`.
    name : str
        Shown at the markup.
    """
    node = scene.AddNewNodeByClass(className, name)
    node.SetSaveWithScene(False)
    node.CreateDefaultDisplayNodes()
    display = node.GetDisplayNode()
    display.SetSaveWithScene(False)
    display.SetSelectedColor(*STROKE_COLOR)
    display.SetColor(*STROKE_COLOR)
    selection, interaction = scene.GetNodeByID(SELECTION), interactionNode(scene)
    selection.SetReferenceActivePlaceNodeClassName(className)
    selection.SetReferenceActivePlaceNodeID(node.GetID())
    interaction.SetPlaceModePersistence(0)
    interaction.SetCurrentInteractionMode(interaction.Place)
    return node


def stopPlacing(scene: Any, node: Any, nodeID: str) -> None:
    """Remove a markup node; the mouse moves the views again when it was placing this one.

    Parameters
    ----------
    node : vtkMRMLNode
        It may be gone from the scene already.
    nodeID : str
        Its ID while it was there.
    """
    selection, interaction = scene.GetNodeByID(SELECTION), interactionNode(scene)
    if selection is not None and selection.GetActivePlaceNodeID() in (nodeID, None):
        if interaction.GetCurrentInteractionMode() == interaction.Place:
            interaction.SetCurrentInteractionMode(interaction.ViewTransform)
        selection.SetReferenceActivePlaceNodeID(None)
    removeWhole(scene, node)


def isPlaceMode(scene: Any) -> bool:
    """Whether the mouse places points of a markup."""
    interaction = interactionNode(scene)
    return interaction is not None and interaction.GetCurrentInteractionMode() == interaction.Place


def isPlacing(scene: Any, nodeID: str) -> bool:
    """Whether the mouse places the points of this markup."""
    return isPlaceMode(scene) and scene.GetNodeByID(SELECTION).GetActivePlaceNodeID() == nodeID


def isWhole(node: Any) -> bool:
    """Whether all points of a markup were placed."""
    if node.GetClassName() == BOX_CORNERS:
        # Of the two corners that are placed the node makes a box, and keeps its centre only.
        return node.GetRequiredNumberOfControlPoints() == 1
    return node.GetNumberOfDefinedControlPoints() >= POINTS[node.GetClassName()]


def isLastUnderMouse(node: Any) -> bool:
    """Whether all points of a markup but the last were placed, and that one follows the mouse."""
    points = POINTS[node.GetClassName()]
    counts = node.GetNumberOfControlPoints(), node.GetNumberOfDefinedControlPoints()
    return bool(counts == (points, points - 1))


def keepInPlace(node: Any) -> None:
    """Have the mouse move a markup no more, while the next one is placed beside it."""
    node.SetLocked(True)
    # Where lines cross their lengths would stand upon each other.
    node.GetDisplayNode().SetPropertiesLabelVisibility(False)


def liesInOneSlice(nodes: Sequence[Any]) -> bool:
    """Whether all points of markups lie in the plane of one slice view, as those do that were placed there.

    A point that was placed in a 3D view lies on whatever surface was under the mouse.

    Parameters
    ----------
    nodes : sequence of vtkMRMLMarkupsNode
        At least one.
    """
    points = [point for node in nodes for point in _worldPoints(node)]
    planes = slicer.util.getNodesByClass("vtkMRMLSliceNode", nodes[0].GetScene())
    return any(all(_distanceMm(plane, point) < IN_PLANE_MM for point in points) for plane in planes)


def placedPoints(node: Any, volumeNode: Any) -> list[Triple]:
    """The points of a markup in LPS mm of the CT's own frame, below its parent transform.

    Of a box these are two corners that are opposite in all three directions.
    """
    points = _boxCorners(node) if node.GetClassName() == BOX_CORNERS else _worldPoints(node)
    return [lpsInVolume(point, volumeNode) for point in points]


def alignBox(node: Any, volumeNode: Any) -> None:
    """Have a box that is to be placed lie along the axes of a CT; only its sides are drawn."""
    directions = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASDirectionMatrix(directions)
    axes = slicer.util.arrayFromVTKMatrix(directions)
    toWorld = linearPart(transformBetween(volumeNode.GetParentTransformNode(), None))
    if toWorld is not None:
        axes[:3, :3] = toWorld[:3, :3] @ axes[:3, :3]
    # A box has no mirrored axes.
    axes[:3, 0] *= np.sign(np.linalg.det(axes[:3, :3]))
    # The lesion is to be seen in it.
    node.GetDisplayNode().SetFillVisibility(False)
    node.GetDisplayNode().SetPropertiesLabelVisibility(False)
    node.SetAndObserveObjectToNodeMatrix(slicer.util.vtkMatrixFromArray(axes))


def thickenBox(node: Any) -> None:
    """Give a box of which but a rectangle was drawn the depth of the rectangle's shorter side."""
    size = np.array(node.GetSize())
    thinnest, shorter, _longest = np.argsort(size, kind="stable")
    if size[thinnest] < FLAT_SHARE * size[shorter]:
        size[thinnest] = size[shorter]
        node.SetSize(*size.tolist())


def _boxCorners(node: Any) -> list[np.ndarray]:
    toWorld = slicer.util.arrayFromVTKMatrix(node.GetObjectToWorldMatrix())
    half = np.array(node.GetSize()) / 2
    return [toWorld[:3, 3] + toWorld[:3, :3] @ (sign * half) for sign in (-1, 1)]


def _worldPoints(node: Any) -> list[np.ndarray]:
    points = [np.zeros(3) for _number in range(node.GetNumberOfControlPoints())]
    for number, point in enumerate(points):
        node.GetNthControlPointPositionWorld(number, point)
    return points


def _distanceMm(sliceNode: Any, point: np.ndarray) -> float:
    toRas = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())
    return abs(float((point - toRas[:3, 3]) @ toRas[:3, 2]))


def lpsInVolume(world: Sequence[float], volumeNode: Any) -> Triple:
    """A point of the world (RAS mm) in LPS mm of the CT's own frame.

    Strokes and the console's arguments are points of the world; `radioimmuno` has the CT at its own place.
    """
    local = transformBetween(None, volumeNode.GetParentTransformNode()).TransformPoint(*world)
    x, y, z = (RAS_TO_LPS[:3, :3] @ np.array(local)).tolist()
    return x, y, z


def rasInWorld(lps: Sequence[float], volumeNode: Any) -> Triple:
    """A point in LPS mm of the CT's own frame as a point of the world (RAS mm)."""
    local = (RAS_TO_LPS[:3, :3] @ np.array(lps)).tolist()
    toWorld = transformBetween(volumeNode.GetParentTransformNode(), None)
    r, a, s = toWorld.TransformPoint(*local)
    return r, a, s
