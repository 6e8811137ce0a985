"""The color legend of the scores, or of another value, in the axial view.

A legend takes colors and range from the segmentation's display node, so they are set there, and what was
there before is kept for the way back.
"""

from __future__ import annotations

import textwrap
from typing import Any

import slicer
import vtk

from radioimmuno.signature.color_scale import ColorScale
from radioimmuno.signature.signature import Signature
from radioimmuno.signature.value_scale import ValueScale

from .nodes import PREFIX, ensureNode, removeOwnedNode, removeWhole

COLORS = "colors"
SIGNATURE = PREFIX + "Signature"
ORIGINAL_COLORS = PREFIX + "originalColors"
ORIGINAL_RANGE = PREFIX + "OriginalScalarRange"
PLACED = PREFIX + "PlacedInView"

# The layout name of Slicer's axial view.
AXIAL_VIEW = "Red"

# Points of the transfer function; between two of them colors run straight.
COLOR_STEPS = 32

TITLE_CHARACTERS = 20
SCORE_LABELS = 5
SCORE_FORMAT, VALUE_FORMAT = "%.2f", "%.3g"
DEMONSTRATION_TITLE = "CD8 score (demonstration)"


def showLegend(segmentationNode: Any, signature: Signature, scale: ColorScale) -> Any:
    """Make or update the legend of scores; returns its vtkMRMLColorLegendDisplayNode."""
    title = scoreTitle(signature)
    legend = _showLegend(segmentationNode, signature.sha256, title, scale, SCORE_FORMAT)
    legend.SetNumberOfLabels(SCORE_LABELS)
    return legend


def showValueLegend(segmentationNode: Any, title: str, scale: ValueScale) -> Any:
    """Make or update the legend of another value than the score; returns its node.

    Parameters
    ----------
    title : str
        With the unit.
    """
    key = f"{title} {scale.low} {scale.high}"
    legend = _showLegend(segmentationNode, key, title, scale, VALUE_FORMAT)
    legend.SetNumberOfLabels(scale.steps + 1)
    return legend


def _showLegend(
    segmentationNode: Any, key: str, title: str, scale: ColorScale | ValueScale, labelFormat: str
) -> Any:
    segmentationNode.CreateDefaultDisplayNodes()
    displayNode = segmentationNode.GetDisplayNode()
    colorNode = ensureNode(
        segmentationNode, COLORS, "vtkMRMLProceduralColorNode", f"{segmentationNode.GetName()} score colors"
    )
    # Else the scene file leaves it out.
    colorNode.SetHideFromEditors(False)
    if colorNode.GetAttribute(SIGNATURE) != key:
        colorNode.SetAndObserveColorTransferFunction(_transferFunction(scale))
        colorNode.SetAttribute(SIGNATURE, key)
    if displayNode.GetAttribute(ORIGINAL_RANGE) is None:
        displayNode.SetAttribute(ORIGINAL_RANGE, " ".join(map(repr, displayNode.GetScalarRange())))
        displayNode.SetNodeReferenceID(ORIGINAL_COLORS, displayNode.GetColorNodeID())
    displayNode.SetAndObserveColorNodeID(colorNode.GetID())
    displayNode.SetScalarRange(scale.low, scale.high)

    legend = legendOf(segmentationNode)
    if legend is None:
        legend = slicer.modules.colors.logic().AddDefaultColorLegendDisplayNode(segmentationNode)
        _layOut(legend)
    _placeOnce(legend)
    legend.SetLabelFormat(labelFormat)
    legend.SetTitleText("\n".join(textwrap.wrap(title, TITLE_CHARACTERS, break_on_hyphens=False)))
    return legend


def legendOf(segmentationNode: Any) -> Any | None:
    """The segmentation's vtkMRMLColorLegendDisplayNode, or None.

    It is one of the segmentation's display nodes, which observe each of them once: a reference of ours beside
    would have it observed twice.
    """
    return slicer.modules.colors.logic().GetColorLegendDisplayNode(segmentationNode)


def removeLegend(segmentationNode: Any) -> None:
    """Remove the legend; the display node has the colors and the range again that it had before."""
    displayNode = segmentationNode.GetDisplayNode()
    original = displayNode.GetAttribute(ORIGINAL_RANGE) if displayNode else None
    if original is not None:
        legend = legendOf(segmentationNode)
        if legend is not None:
            removeWhole(segmentationNode.GetScene(), legend)
        displayNode.SetAndObserveColorNodeID(displayNode.GetNodeReferenceID(ORIGINAL_COLORS) or "")
        displayNode.SetScalarRange(*map(float, original.split()))
        displayNode.RemoveNodeReferenceIDs(ORIGINAL_COLORS)
        displayNode.RemoveAttribute(ORIGINAL_RANGE)
    removeOwnedNode(segmentationNode, COLORS)


def scoreTitle(signature: Signature) -> str:
    """What stands above scores in the scene: the signature's name, or that they are a demonstration."""
    return DEMONSTRATION_TITLE if signature.is_demonstration else signature.name


def _transferFunction(scale: ColorScale | ValueScale) -> vtk.vtkColorTransferFunction:
    function = vtk.vtkColorTransferFunction()
    for step in range(COLOR_STEPS + 1):
        score = scale.low + (scale.high - scale.low) * step / COLOR_STEPS
        function.AddRGBPoint(score, *scale.rgb(score))
    return function


def _placeOnce(legend: Any) -> None:
    """Show the legend in the axial view alone; where the user has it afterwards it stays."""
    slices = slicer.util.getNodesByClass("vtkMRMLSliceNode", legend.GetScene())
    slices.sort(key=lambda node: (node.GetLayoutName() != AXIAL_VIEW, node.GetOrientation() != "Axial"))
    if slices and legend.GetAttribute(PLACED) is None:
        legend.SetAttribute(PLACED, "1")
        legend.AddViewNodeID(slices[0].GetID())


def _layOut(legend: Any) -> None:
    """At the left edge and small: labels stand to the right of their lesions."""
    # Slicer makes the text as large as fits into the width: to be read in a view 260 pixels wide.
    legend.SetSize(0.1, 0.5)
    legend.SetPosition(0.02, 0.5)
    for text in (legend.GetTitleTextProperty(), legend.GetLabelTextProperty()):
        text.SetFontFamilyToArial()
        text.SetColor(1.0, 1.0, 1.0)
        text.SetBold(True)
