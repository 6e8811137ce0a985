"""How the lesions look: opacity, legend, rings, and which one stands out."""

from __future__ import annotations

from typing import Any

from ...scene.legend import legendOf
from ...scene.nodes import ownedNode
from ...scene.rings import RINGS

# How strongly the other lesions are shown while one is selected.
BEHIND = 0.35


def setLegendVisible(segmentationNode: Any, isVisible: bool) -> None:
    """Show or hide the color legend, where there is one."""
    legend = legendOf(segmentationNode)
    if legend is not None:
        legend.SetVisibility(isVisible)


def setRingsVisible(segmentationNode: Any, isVisible: bool) -> None:
    """Show or hide the rings, where there are any."""
    rings = ownedNode(segmentationNode, RINGS)
    if rings is not None and rings.GetDisplayNode():
        rings.GetDisplayNode().SetVisibility(isVisible)


def setOpacity(segmentationNode: Any, opacity: float) -> None:
    """How opaque the lesions are, 0 to 1, in slices and in 3D."""
    segmentationNode.CreateDefaultDisplayNodes()
    displayNode = segmentationNode.GetDisplayNode()
    displayNode.SetOpacity2DFill(opacity)
    displayNode.SetOpacity3D(opacity)


def opacityOf(segmentationNode: Any) -> float:
    """How opaque the lesions are in slices."""
    displayNode = segmentationNode.GetDisplayNode()
    return displayNode.GetOpacity2DFill() if displayNode else 1.0


class Highlight:
    """Lets one lesion stand out by making the others fainter; what was there before comes back."""

    def __init__(self) -> None:
        self._node: Any = None
        self._before: dict[str, float] = {}

    def show(self, segmentationNode: Any, segmentID: str) -> None:
        """Let this lesion stand out."""
        self.clear()
        displayNode = segmentationNode.GetDisplayNode()
        if displayNode is None:
            return
        self._node = segmentationNode
        for other in segmentationNode.GetSegmentation().GetSegmentIDs():
            if other != segmentID:
                self._before[other] = displayNode.GetSegmentOpacity2DFill(other)
                displayNode.SetSegmentOpacity2DFill(other, self._before[other] * BEHIND)

    def clearUnlessOn(self, segmentationNode: Any) -> None:
        """All lesions as they were, when they are those of another segmentation."""
        if self._node is not segmentationNode:
            self.clear()

    def clear(self) -> None:
        """All lesions as they were."""
        displayNode = self._node.GetDisplayNode() if self._node else None
        if displayNode is not None:
            present = set(self._node.GetSegmentation().GetSegmentIDs())
            for segmentID, opacity in self._before.items():
                if segmentID in present:
                    displayNode.SetSegmentOpacity2DFill(segmentID, opacity)
        self._node, self._before = None, {}
