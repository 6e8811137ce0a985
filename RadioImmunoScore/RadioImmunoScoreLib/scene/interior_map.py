"""The map of a lesion's interior over the CT: a volume in front, see-through outside of the lesion.

There is one such volume a segmentation; the next map takes its place. What the views had in front comes back
when it is removed.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import slicer

from radioimmuno.geometry.image import Image

from .nodes import PREFIX, ensureNode, ownedNode, removeOwnedNode
from .ras_geometry import ijkToRasFromLattice

MAP = "map"
MAP_COLORS = "mapColors"
SEGMENT = PREFIX + "MapSegment"
FILL_BEFORE = PREFIX + "MapFillBefore"
FOREGROUND_BEFORE = PREFIX + "ForegroundBefore"

FRONT_OPACITY = 0.9

# Dark to bright in even steps for every eye: corner points of viridis (matplotlib, CC0).
RAMP = (
    (0.267, 0.005, 0.329),
    (0.231, 0.322, 0.545),
    (0.129, 0.569, 0.549),
    (0.369, 0.788, 0.384),
    (0.993, 0.906, 0.144),
)
COLOR_COUNT = 256


def rampColor(share: float) -> tuple[float, float, float]:
    """The color at a place of the scale, 0 (low) to 1 (high)."""
    at = np.linspace(0, 1, len(RAMP))
    r, g, b = (float(np.interp(share, at, channel)) for channel in zip(*RAMP, strict=True))
    return r, g, b


def showMap(volumeNode: Any, segmentationNode: Any, segmentID: str, values: Image, title: str) -> Any:
    """Show a map of one lesion in front of the CT in all slice views; returns its volume node.

    Parameters
    ----------
    values : Image
        On any lattice in the CT's frame, NaN outside of the lesion. In the node these voxels are
        lower than all others, below the node's threshold.
    title : str
        What the map shows.
    """
    mapNode = ensureNode(segmentationNode, MAP, "vtkMRMLScalarVolumeNode", title)
    name = segmentationNode.GetSegmentation().GetSegment(segmentID).GetName()
    mapNode.SetName(f"{name}: {title}")
    inside = np.isfinite(values.values)
    low, high = (float(end(values.values[inside])) for end in (np.min, np.max))
    span = high - low or 1.0
    voxels = np.where(inside, values.values, low - span).astype(np.float32)
    slicer.util.updateVolumeFromArray(mapNode, voxels)
    mapNode.SetIJKToRASMatrix(ijkToRasFromLattice(values.window))
    mapNode.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    mapNode.CreateDefaultDisplayNodes()
    display = mapNode.GetDisplayNode()
    display.SetAndObserveColorNodeID(_colors(segmentationNode).GetID())
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(low, low + span)
    display.SetAutoThreshold(False)
    display.SetThreshold(low - span / 2, low + 2 * span)
    display.SetApplyThreshold(True)
    # Between inside and outside nothing may be interpolated.
    display.SetInterpolate(False)
    _showFill(segmentationNode, mapNode, segmentID)
    _bringToFront(mapNode)
    return mapNode


def removeMap(segmentationNode: Any) -> None:
    """Remove the map; views and lesion look as before."""
    mapNode = ownedNode(segmentationNode, MAP)
    if mapNode is None:
        return
    _showFill(segmentationNode, mapNode, None)
    before = json.loads(mapNode.GetAttribute(FOREGROUND_BEFORE) or "{}")
    for view in _views(mapNode):
        if view.GetForegroundVolumeID() == mapNode.GetID():
            volumeID, opacity = before.get(view.GetID(), (None, 0.0))
            view.SetForegroundVolumeID(volumeID)
            view.SetForegroundOpacity(opacity)
    removeOwnedNode(segmentationNode, MAP)
    removeOwnedNode(segmentationNode, MAP_COLORS)


def mappedSegment(segmentationNode: Any) -> str:
    """The ID of the segment whose map is shown; empty for none."""
    mapNode = ownedNode(segmentationNode, MAP)
    return (mapNode.GetAttribute(SEGMENT) or "") if mapNode else ""


def frontBehind(mapNode: Any, viewID: str) -> tuple[str | None, float]:
    """What comes back in front of a view when the map is removed: volume ID and opacity."""
    before = json.loads(mapNode.GetAttribute(FOREGROUND_BEFORE) or "{}")
    volumeID, opacity = before.get(viewID, (None, 0.0))
    return volumeID, opacity


def setFrontBehind(mapNode: Any, viewID: str, front: tuple[str | None, float]) -> None:
    """Have something else come back in front of a view when the map is removed."""
    before = json.loads(mapNode.GetAttribute(FOREGROUND_BEFORE) or "{}")
    mapNode.SetAttribute(FOREGROUND_BEFORE, json.dumps({**before, viewID: front}))


def _showFill(segmentationNode: Any, mapNode: Any, segmentID: str | None) -> None:
    """Only the outline of the lesion whose map is shown: its fill would cover it. The last one's is back."""
    display, last = segmentationNode.GetDisplayNode(), mapNode.GetAttribute(SEGMENT)
    if display is not None and last != segmentID:
        isThere = last and segmentationNode.GetSegmentation().GetSegment(last) is not None
        if isThere and mapNode.GetAttribute(FILL_BEFORE):
            display.SetSegmentVisibility2DFill(last, True)
        if segmentID:
            mapNode.SetAttribute(
                FILL_BEFORE, "yes" if display.GetSegmentVisibility2DFill(segmentID) else None
            )
            display.SetSegmentVisibility2DFill(segmentID, False)
    mapNode.SetAttribute(SEGMENT, segmentID)


def _bringToFront(mapNode: Any) -> None:
    before = json.loads(mapNode.GetAttribute(FOREGROUND_BEFORE) or "{}")
    for view in _views(mapNode):
        if view.GetForegroundVolumeID() != mapNode.GetID():
            before[view.GetID()] = (view.GetForegroundVolumeID(), view.GetForegroundOpacity())
            view.SetForegroundVolumeID(mapNode.GetID())
            view.SetForegroundOpacity(FRONT_OPACITY)
    mapNode.SetAttribute(FOREGROUND_BEFORE, json.dumps(before))


def _views(mapNode: Any) -> list[Any]:
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode", mapNode.GetScene())


def _colors(segmentationNode: Any) -> Any:
    isNew = ownedNode(segmentationNode, MAP_COLORS) is None
    node = ensureNode(
        segmentationNode, MAP_COLORS, "vtkMRMLColorTableNode", f"{segmentationNode.GetName()} map colors"
    )
    if isNew:
        node.SetTypeToUser()
        node.SetHideFromEditors(False)
        node.SetNumberOfColors(COLOR_COUNT)
        for number in range(COLOR_COUNT):
            node.SetColor(number, f"{number}", *rampColor(number / (COLOR_COUNT - 1)), 1.0)
    return node
