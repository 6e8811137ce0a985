"""The map of a lesion's interior over the CT: a volume in front, see-through outside of the lesion.

There is one such volume a segmentation; the next map takes its place. What the views had in front comes back
when it is removed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import slicer

from radioimmuno.geometry.image import Image
from radioimmuno.signature.color_scale import Rgb

from .nodes import PREFIX, ensureNode, ownedNode, removeOwnedNode
from .ras_geometry import ijkToRasFromLattice

MAP = "map"
MAP_COLORS = "mapColors"
SEGMENT = PREFIX + "MapSegment"
FILL_BEFORE = PREFIX + "MapFillBefore"
FOREGROUND_BEFORE = PREFIX + "ForegroundBefore"

FRONT_OPACITY = 0.9

Ramp = tuple[Rgb, ...]

# Dark to bright in even steps for every eye: corner points of viridis (matplotlib, CC0).
RAMP = (
    (0.267, 0.005, 0.329),
    (0.231, 0.322, 0.545),
    (0.129, 0.569, 0.549),
    (0.369, 0.788, 0.384),
    (0.993, 0.906, 0.144),
)
# Of values on both sides of 0: the further from it the brighter, below it cyan, above it orange. Drawn for
# this project: equal steps of lightness. To an eye without one kind of cone all ways from blue to yellow lead
# across gray; this one does so darker than soft tissue.
SIGNED_RAMP = (
    (0.15, 0.92, 0.95),
    (0.00, 0.50, 0.72),
    (0.22, 0.00, 0.32),
    (0.80, 0.30, 0.05),
    (1.00, 0.78, 0.15),
)
COLOR_COUNT = 256
# What single precision leaves of a value, against the length of the scale.
ROUNDING = 1e-5
# Which ramp the node of colors has; none was written while there was but one.
RAMP_KIND, SIGNED = PREFIX + "MapRamp", "signed"


def rampColor(share: float, ramp: Ramp = RAMP) -> Rgb:
    """The color at a place of the scale, 0 (low) to 1 (high)."""
    at = np.linspace(0, 1, len(ramp))
    r, g, b = (float(np.interp(share, at, channel)) for channel in zip(*ramp, strict=True))
    return r, g, b


@dataclass(frozen=True)
class MapScale:
    """The values that the colors of a map stand for.

    Parameters
    ----------
    low, high : float
        The ends.
    isSigned : bool
        Whether 0 is in the middle, and colors say on which side of it a value is.
    isOpen : bool
        Whether values lie beyond the ends, whose colors they have.
    """

    low: float
    high: float
    isSigned: bool = False
    isOpen: bool = False

    @property
    def ramp(self) -> Ramp:
        """The colors."""
        return SIGNED_RAMP if self.isSigned else RAMP


def mapScaleOf(values: Image, isSigned: bool, share: float = 1.0) -> MapScale:
    """The scale of a map.

    Parameters
    ----------
    values : Image
        NaN where there is none.
    isSigned : bool
        Whether the scale is symmetric about 0.
    share : float, optional
        Of the voxels, how many the scale holds at least: what few have may be many times all else.
    """
    inside = values.values[np.isfinite(values.values)]
    if isSigned:
        sizes = np.abs(inside)
        high = float(np.quantile(sizes, share) or sizes.max() or 1.0)
        low = -high
    else:
        low, high = (float(end) for end in np.quantile(inside, ((1 - share) / 2, (1 + share) / 2)))
    isOpen = bool(inside.min() < low or inside.max() > high)
    return MapScale(low, high, isSigned, isOpen)


def showMap(
    volumeNode: Any, segmentationNode: Any, segmentID: str, values: Image, title: str, scale: MapScale
) -> Any:
    """Show a map of one lesion in front of the CT in all slice views; returns its volume node.

    Parameters
    ----------
    values : Image
        On any lattice in the CT's frame, NaN outside of the lesion. In the node these voxels are
        lower than all others, below the node's threshold.
    title : str
        What the map shows.
    scale : MapScale
    """
    mapNode = ensureNode(segmentationNode, MAP, "vtkMRMLScalarVolumeNode", title)
    name = segmentationNode.GetSegmentation().GetSegment(segmentID).GetName()
    mapNode.SetName(f"{name}: {title}")
    inside = np.isfinite(values.values)
    low, span = scale.low, scale.high - scale.low or 1.0
    least, most = (float(end(values.values[inside])) for end in (np.min, np.max))
    outside = min(least, low) - span
    voxels = np.where(inside, values.values, outside).astype(np.float32)
    slicer.util.updateVolumeFromArray(mapNode, voxels)
    mapNode.SetIJKToRASMatrix(ijkToRasFromLattice(values.window))
    mapNode.SetAndObserveTransformNodeID(volumeNode.GetTransformNodeID())
    mapNode.CreateDefaultDisplayNodes()
    display = mapNode.GetDisplayNode()
    display.SetAndObserveColorNodeID(_colors(segmentationNode, scale).GetID())
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(low, low + span)
    display.SetAutoThreshold(False)
    display.SetThreshold(outside + span / 2, max(most, low + span) + span)
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


def scaleInScene(segmentationNode: Any) -> MapScale | None:
    """What the colors of the map in the scene stand for, as of one that was loaded; None without a map."""
    mapNode, colors = (ownedNode(segmentationNode, role) for role in (MAP, MAP_COLORS))
    if mapNode is None or colors is None or mapNode.GetDisplayNode() is None:
        return None
    display = mapNode.GetDisplayNode()
    low, high = display.GetWindowLevelMin(), display.GetWindowLevelMax()
    values = slicer.util.arrayFromVolume(mapNode)
    inside = values[values > display.GetLowerThreshold()]
    beyond = (high - low) * ROUNDING
    isOpen = bool(((inside < low - beyond) | (inside > high + beyond)).any())
    return MapScale(low, high, colors.GetAttribute(RAMP_KIND) == SIGNED, isOpen)


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


def _colors(segmentationNode: Any, scale: MapScale) -> Any:
    isNew = ownedNode(segmentationNode, MAP_COLORS) is None
    node = ensureNode(
        segmentationNode, MAP_COLORS, "vtkMRMLColorTableNode", f"{segmentationNode.GetName()} map colors"
    )
    kind = SIGNED if scale.isSigned else ""
    if isNew:
        node.SetTypeToUser()
        node.SetHideFromEditors(False)
        node.SetNumberOfColors(COLOR_COUNT)
    if isNew or (node.GetAttribute(RAMP_KIND) or "") != kind:
        # Each color by itself would have all views drawn again, some hundred times.
        wasModifying = node.StartModify()
        for number in range(COLOR_COUNT):
            color = rampColor(number / (COLOR_COUNT - 1), scale.ramp)
            node.SetColor(number, f"{number}", *color, 1.0)
        node.SetAttribute(RAMP_KIND, kind or None)
        node.EndModify(wasModifying)
    return node
