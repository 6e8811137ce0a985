"""The scores as a table node: a row for each lesion, scored or not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import vtk

from radioimmuno.scoring.results import LesionScore, PatientScore
from radioimmuno.signature.cutoffs import CUTOFFS
from radioimmuno.signature.signature import Signature
from radioimmuno.stability.agreement import LesionStability

from .nodes import ensureNode, ownedNode

TABLE = "table"
STATUS, STALE = "status", "stale"
VALUE = "value"


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


def _stability(lesion: LesionScore, of: Callable[[LesionStability], float | None]) -> str:
    value = of(lesion.stability) if lesion.stability else None
    return "" if value is None else f"{value:.4f}"


def _flip(name: str, lesion: LesionScore) -> str:
    """The share of redrawn contours with a score on the other side of a cut-off than the lesion's."""
    return _stability(lesion, lambda stability: stability.flips.get(name))


def _agreement(lesion: LesionScore) -> str:
    return "" if lesion.expected_agreement is None else f"{lesion.expected_agreement:.2f}"


def _weight(lesion: LesionScore) -> str:
    return "" if lesion.weight is None else f"{lesion.weight:.4f}"


_YES_NO = {True: "yes", False: "no", None: ""}

COLUMNS = (
    Column("id", "Segment ID", "", lambda lesion: lesion.id),
    Column("lesion", "Lesion", "", lambda lesion: lesion.name),
    Column("site", "Site", "", lambda lesion: lesion.site.label if lesion.site else ""),
    Column("irradiated", "Irradiated", "", lambda lesion: _YES_NO[lesion.irradiated]),
    Column("volume", "Volume", "cc", lambda lesion: round(lesion.volume_cc, 3), numberColumn),
    Column("expected_agreement", "Expected agreement", "1", _agreement),
    # Text: a column of numbers would have to show something for an unscored lesion, text stays empty.
    Column("score", "Score", "1", lambda lesion: "" if lesion.score is None else f"{lesion.score:.4f}"),
    Column(STATUS, "Status", "", lambda lesion: lesion.status),
    Column("reason", "Reason", "", lambda lesion: lesion.reasons),
)

# How much a lesion counts in the patient's value: only of a signature whose rule weighs lesions.
WEIGHT_COLUMN = Column("weight", "Weight", "1", _weight)

# Text as the score: empty for a lesion that was not tested.
STABILITY_COLUMNS = (
    Column("score_sd", "SD", "1", lambda lesion: _stability(lesion, lambda s: s.sd)),
    Column("score_p5", "5th percentile", "1", lambda lesion: _stability(lesion, lambda s: s.low)),
    Column("score_p95", "95th percentile", "1", lambda lesion: _stability(lesion, lambda s: s.high)),
)
FLIP_COLUMNS = {
    name: Column(f"flip_share_{name}", f"Beyond {name} cut-off", "1", partial(_flip, name))
    for name in CUTOFFS
}


def showTable(
    segmentationNode: Any, patientScore: PatientScore, signature: Signature, stale: Collection[str] = ()
) -> Any:
    """Make or update the table node of the scores; returns it.

    Stability has columns where it was measured, the lesions' weights one where the patient's value has them.

    Parameters
    ----------
    stale : collection of str, optional
        IDs of lesions that are no longer as they were scored: so says their status
    """
    name = f"{segmentationNode.GetName()} scores"
    tableNode = ensureNode(segmentationNode, TABLE, "vtkMRMLTableNode", name)
    isMeasured = any(lesion.stability for lesion in patientScore.lesions)
    columns = COLUMNS
    if any(lesion.weight is not None for lesion in patientScore.lesions):
        columns = (*columns, WEIGHT_COLUMN)
    if isMeasured:
        columns = (*columns, *STABILITY_COLUMNS)
    if isMeasured and signature.cutoffs is not None:
        columns = (*columns, *(FLIP_COLUMNS[name] for name in signature.cutoffs.named))
    lesions = patientScore.lesions
    status = textColumn(STATUS, (STALE if one.id in stale else one.status for one in lesions))
    arrays = [status if c.name == STATUS else c.array(c.name, map(c.cell, lesions)) for c in columns]
    # Not first: Slicer's reader of table files loses a column whose cells are empty at the lines' start.
    setColumns(tableNode, [arrays[0], *_identityArrays(patientScore), *arrays[1:]])
    for name, title in (("patient", "Patient"), ("study", "Study")):
        tableNode.SetColumnTitle(name, title)
    for column in columns:
        tableNode.SetColumnTitle(column.name, column.title)
        tableNode.SetColumnUnitLabel(column.name, column.unit)
    tableNode.SetColumnDescription("score", f"{signature.predicts} ({signature.name}). {signature.notice}")
    tableNode.SetUseColumnTitleAsColumnHeader(True)
    tableNode.SetLocked(True)
    return tableNode


def showValueColumn(
    segmentationNode: Any, title: str, unit: str, values: Mapping[str, float], text: Callable[[float], str]
) -> None:
    """Have the table of the scores, where there is one, show another value of each lesion.

    Parameters
    ----------
    title, unit : str
    values : mapping of str to float
        By segment ID, of those that have one.
    text : callable
        Gives what stands in a cell.
    """
    tableNode = ownedNode(segmentationNode, TABLE)
    if tableNode is None:
        return
    ids = tableNode.GetTable().GetColumnByName("id")
    rows = [ids.GetValue(row) for row in range(ids.GetNumberOfValues())]
    cells = [text(values[i]) if i in values else "" for i in rows]
    if (title, unit, cells) == _valueColumn(tableNode):
        return
    removeValueColumn(segmentationNode)
    tableNode.AddColumn(textColumn(VALUE, cells))
    tableNode.SetColumnTitle(VALUE, title)
    tableNode.SetColumnUnitLabel(VALUE, unit)


def removeValueColumn(segmentationNode: Any) -> None:
    """Have the table of the scores show no other value any more."""
    tableNode = ownedNode(segmentationNode, TABLE)
    if tableNode is not None and tableNode.GetTable().GetColumnByName(VALUE) is not None:
        tableNode.RemoveColumn(tableNode.GetColumnIndex(VALUE))


def _valueColumn(tableNode: Any) -> tuple[str, str, list[str]] | None:
    array = tableNode.GetTable().GetColumnByName(VALUE)
    if array is None:
        return None
    cells = [array.GetValue(row) for row in range(array.GetNumberOfValues())]
    return tableNode.GetColumnTitle(VALUE), tableNode.GetColumnUnitLabel(VALUE), cells


def _identityArrays(patientScore: PatientScore) -> list[vtk.vtkStringArray]:
    """Whose the lesions are, in every row: rows of several patients are put together by their users."""
    identity, n = patientScore.identity, len(patientScore.lesions)
    return [textColumn("patient", [identity.patient] * n), textColumn("study", [identity.study] * n)]


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
