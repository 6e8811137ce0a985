"""The scores as a plot: the lesions from lowest to highest, and the signature's cut-offs across them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import slicer

from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.color_scale import color_scale
from radioimmuno.signature.cutoffs import CUTOFFS
from radioimmuno.signature.signature import Signature

from .legend import scoreTitle
from .nodes import ensureNode, removeOwnedNode
from .tables import numberColumn, setColumns, textColumn

CHART = "chart"
PLOT_ROLES = (CHART, "plot.scores", "plot.lesions", "plot.cutoffs", *(f"plot.{name}" for name in CUTOFFS))
POINT_COLOR = (0.15, 0.15, 0.15)


def showPlot(segmentationNode: Any, patientScore: PatientScore, signature: Signature) -> Any:
    """Make or update the chart node with its series and their tables; returns it."""
    name = segmentationNode.GetName()
    chart = ensureNode(segmentationNode, CHART, "vtkMRMLPlotChartNode", f"{name} score plot")
    chart.SetTitle(scoreTitle(signature))
    chart.SetXAxisTitle("Lesions, from lowest to highest score")
    chart.SetYAxisTitle("Score")
    chart.RemoveAllPlotSeriesNodeIDs()
    chart.AddAndObservePlotSeriesNodeID(_lesionSeries(segmentationNode, patientScore).GetID())
    named = signature.cutoffs.named if signature.cutoffs else {}
    for role in ("cutoffs", *CUTOFFS) if not named else [cutoff for cutoff in CUTOFFS if cutoff not in named]:
        removeOwnedNode(segmentationNode, f"plot.{role}")
    if not named:
        return chart
    table = _cutoffTable(segmentationNode, len(patientScore.scored), named)
    for cutoff in named:
        chart.AddAndObservePlotSeriesNodeID(_cutoffSeries(segmentationNode, cutoff, table, signature).GetID())
    return chart


def _lesionSeries(segmentationNode: Any, patientScore: PatientScore) -> Any:
    table = ensureNode(
        segmentationNode, "plot.scores", "vtkMRMLTableNode", f"{segmentationNode.GetName()} plotted scores"
    )
    ranked = sorted(patientScore.scored, key=lambda lesion: lesion.score)
    setColumns(
        table,
        [
            numberColumn("rank", range(1, len(ranked) + 1)),
            numberColumn("score", [lesion.score for lesion in ranked]),
            textColumn("lesion", [lesion.name for lesion in ranked]),
        ],
    )
    series = ensureNode(segmentationNode, "plot.lesions", "vtkMRMLPlotSeriesNode", "Scored lesions")
    _connect(series, table, "score")
    series.SetLabelColumnName("lesion")
    series.SetLineStyle(slicer.vtkMRMLPlotSeriesNode.LineStyleNone)
    series.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleCircle)
    series.SetMarkerSize(12)
    series.SetColor(*POINT_COLOR)
    return series


def _cutoffTable(segmentationNode: Any, lesions: int, cutoffs: Mapping[str, float]) -> Any:
    table = ensureNode(
        segmentationNode, "plot.cutoffs", "vtkMRMLTableNode", f"{segmentationNode.GetName()} plotted cut-offs"
    )
    values = [numberColumn(name, [cutoff] * 2) for name, cutoff in cutoffs.items()]
    setColumns(table, [numberColumn("rank", [0.5, lesions + 0.5]), *values])
    return table


def _cutoffSeries(segmentationNode: Any, cutoff: str, table: Any, signature: Signature) -> Any:
    series = ensureNode(
        segmentationNode, f"plot.{cutoff}", "vtkMRMLPlotSeriesNode", f"{cutoff.capitalize()} cut-off"
    )
    _connect(series, table, cutoff)
    series.SetLineStyle(slicer.vtkMRMLPlotSeriesNode.LineStyleDash)
    series.SetMarkerStyle(slicer.vtkMRMLPlotSeriesNode.MarkerStyleNone)
    series.SetLineWidth(2)
    # On the plot's white ground the pale yellow of the median would hardly be seen.
    isMedian = cutoff == "median"
    color = (0.5, 0.5, 0.5) if isMedian else color_scale(signature).rgb(getattr(signature.cutoffs, cutoff))
    series.SetColor(*color)
    return series


def _connect(series: Any, table: Any, column: str) -> None:
    series.SetAndObserveTableNodeID(table.GetID())
    series.SetPlotType(slicer.vtkMRMLPlotSeriesNode.PlotTypeScatter)
    series.SetXColumnName("rank")
    series.SetYColumnName(column)
