"""The scores as a table node: a row for each lesion, scored or not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import vtk

from radioimmuno.results import LesionScore, PatientScore
from radioimmuno.signature import Signature

from .nodes import ensureNode

TABLE = "table"


def textColumn(name: str, cells: Iterable[str]) -> vtk.vtkStringArray:
    """A column of text."""
    return _column(vtk.vtkStringArray(), name, cells)


def numberColumn(name: str, cells: Iterable[float]) -> vtk.vtkDoubleArray:
    """A column of numbers."""
    return _column(vtk.vtkDoubleArray(), name, cells)


@dataclass(frozen=True)
class Column:
    """A column: its short name, what a person reads above it, its unit and what stands in a lesion's cell."""

    name: str
    title: str
    unit: str
    cell: Callable[[LesionScore], Any]
    array: Callable[[str, Iterable[Any]], vtk.vtkAbstractArray] = textColumn


_YES_NO = {True: "yes", False: "no", None: ""}

COLUMNS = (
    Column("id", "Segment ID", "", lambda lesion: lesion.id),
    Column("lesion", "Lesion", "", lambda lesion: lesion.name),
    Column("site", "Site", "", lambda lesion: lesion.site.label if lesion.site else ""),
    Column("irradiated", "Irradiated", "", lambda lesion: _YES_NO[lesion.irradiated]),
    Column("volume", "Volume", "cc", lambda lesion: round(lesion.volume_cc, 3), numberColumn),
    # Text: a column of numbers would have to show something for an unscored lesion, text stays empty.
    Column("score", "Score", "1", lambda lesion: "" if lesion.score is None else f"{lesion.score:.4f}"),
    Column("status", "Status", "", lambda lesion: lesion.status),
    Column("reason", "Reason", "", lambda lesion: lesion.reasons),
)


def showTable(segmentationNode: Any, patientScore: PatientScore, signature: Signature) -> Any:
    """Make or update the table node of the scores; returns it."""
    name = f"{segmentationNode.GetName()} scores"
    tableNode = ensureNode(segmentationNode, TABLE, "vtkMRMLTableNode", name)
    setColumns(tableNode, [c.array(c.name, map(c.cell, patientScore.lesions)) for c in COLUMNS])
    for column in COLUMNS:
        tableNode.SetColumnTitle(column.name, column.title)
        tableNode.SetColumnUnitLabel(column.name, column.unit)
    tableNode.SetColumnDescription("score", f"{signature.predicts} ({signature.name}). {signature.notice}")
    tableNode.SetUseColumnTitleAsColumnHeader(True)
    tableNode.SetLocked(True)
    return tableNode


def setColumns(tableNode: Any, columns: Iterable[vtk.vtkAbstractArray]) -> None:
    """Replace a table node's columns."""
    table = vtk.vtkTable()
    for column in columns:
        table.AddColumn(column)
    tableNode.SetAndObserveTable(table)


def _column(array: Any, name: str, cells: Iterable[Any]) -> Any:
    array.SetName(name)
    for cell in cells:
        array.InsertNextValue(cell)
    return array
