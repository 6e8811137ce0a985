"""The color legend of the scores, in slice and 3D views.

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

from .nodes import PREFIX, ensureNode, removeOwnedNode, removeWhole

COLORS = "colors"
SIGNATURE = PREFIX + "Signature"
ORIGINAL_COLORS = PREFIX + "originalColors"
ORIGINAL_RANGE = PREFIX + "OriginalScalarRange"

# Points of the transfer function; between two of them colors run straight.
COLOR_STEPS = 32

TITLE_CHARACTERS = 20


def showLegend(segmentationNode: Any, signature: Signature, scale: ColorScale) -> Any:
    """Make or update the legend; returns its vtkMRMLColorLegendDisplayNode."""
    segmentationNode.CreateDefaultDisplayNodes()
    displayNode = segmentationNode.GetDisplayNode()
    colorNode = ensureNode(
        segmentationNode, COLORS, "vtkMRMLProceduralColorNode", f"{segmentationNode.GetName()} score colors"
    )
    # Else the scene file leaves it out.
    colorNode.SetHideFromEditors(False)
    if colorNode.GetAttribute(SIGNATURE) != signature.sha256:
        colorNode.SetAndObserveColorTransferFunction(_transferFunction(scale))
        colorNode.SetAttribute(SIGNATURE, signature.sha256)
    if displayNode.GetAttribute(ORIGINAL_RANGE) is None:
        displayNode.SetAttribute(ORIGINAL_RANGE, " ".join(map(repr, displayNode.GetScalarRange())))
        displayNode.SetNodeReferenceID(ORIGINAL_COLORS, displayNode.GetColorNodeID())
    displayNode.SetAndObserveColorNodeID(colorNode.GetID())
    displayNode.SetScalarRange(scale.low, scale.high)

    legend = legendOf(segmentationNode)
    if legend is None:
        legend = slicer.modules.colors.logic().AddDefaultColorLegendDisplayNode(segmentationNode)
        _layOut(legend)
    legend.SetTitleText(_title(signature))
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


def _title(signature: Signature) -> str:
    lines = textwrap.wrap(signature.name, TITLE_CHARACTERS)
    return "\n".join([*lines, "DEMONSTRATION"] if signature.is_demonstration else lines)


def _transferFunction(scale: ColorScale) -> vtk.vtkColorTransferFunction:
    function = vtk.vtkColorTransferFunction()
    for step in range(COLOR_STEPS + 1):
        score = scale.low + (scale.high - scale.low) * step / COLOR_STEPS
        function.AddRGBPoint(score, *scale.rgb(score))
    return function


def _layOut(legend: Any) -> None:
    """At the right edge and small, so that it leaves the picture alone."""
    legend.SetNumberOfLabels(5)
    legend.SetLabelFormat("%.2f")
    # Slicer makes the text as large as fits into the width.
    legend.SetSize(0.06, 0.45)
    legend.SetPosition(0.98, 0.5)
    for text in (legend.GetTitleTextProperty(), legend.GetLabelTextProperty()):
        text.SetFontFamilyToArial()
        text.SetColor(1.0, 1.0, 1.0)
