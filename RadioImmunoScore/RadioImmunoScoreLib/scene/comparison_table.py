"""Two engines side by side as a table node: a row for each feature of each region."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import slicer

from .nodes import ensureNode
from .tables import setColumns, textColumn

if TYPE_CHECKING:
    from radioimmuno.engines.comparison import ComparedFeature

COMPARISON = "comparison"


def _number(value: float | None) -> str:
    """Text: a column of numbers would have to show something where there is none."""
    return "" if value is None else f"{value:.10g}"


COLUMNS: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("Lesion", lambda row: row.lesion),
    ("Region", lambda row: row.region),
    ("Filter", lambda row: row.filter),
    ("Feature", lambda row: row.feature),
    ("IBSI", lambda row: row.ibsi_code),
    ("Unit", lambda row: row.unit),
    ("RadioImmunoScore", lambda row: _number(row.ours)),
    ("PyRadiomics", lambda row: _number(row.pyradiomics)),
    ("Relative difference", lambda row: _number(row.difference)),
    ("Note", lambda row: row.note),
    ("PyRadiomics' name", lambda row: row.pyradiomics_name),
)


def showComparison(segmentationNode: Any, rows: Sequence[ComparedFeature]) -> Any:
    """Make or update the table node of the comparison, and have table views show it; returns it."""
    name = f"{segmentationNode.GetName()} compared with PyRadiomics"
    tableNode = ensureNode(segmentationNode, COMPARISON, "vtkMRMLTableNode", name)
    setColumns(tableNode, [textColumn(title, map(cell, rows)) for title, cell in COLUMNS])
    tableNode.SetLocked(True)
    logic = slicer.app.applicationLogic()
    logic.GetSelectionNode().SetActiveTableID(tableNode.GetID())
    logic.PropagateTableSelection()
    return tableNode
