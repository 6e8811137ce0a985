"""Slicer's own icons, and what stands for them where there are none."""

from __future__ import annotations

from typing import Any

import qt

SIZE_PX = 16

# What a button does: where Slicer has its picture.
RESOURCES = {
    "new": ":/Icons/MarkupsLineMouseModePlaceAdd.png",
    "add": ":/Icons/Add.png",
    "remove": ":/Icons/Remove.png",
    "click": ":/Icons/MarkupsFiducialMouseModePlace.png",
    "undo": ":/Icons/Small/SlicerUndo.png",
    "redo": ":/Icons/Small/SlicerRedo.png",
    "editor": ":/Icons/Edit.png",
    "box": ":/Icons/MarkupsROI.png",
    "save": ":/Icons/Small/SlicerSave.png",
}
# Where Slicer's are not compiled in, the style's or plain lines.
STYLES = {"undo": "SP_ArrowBack", "redo": "SP_ArrowForward", "save": "SP_DialogSaveButton"}

Lines = tuple[tuple[int, int, int, int], ...]
PLUS: Lines = ((8, 3, 8, 13), (3, 8, 13, 8))
MINUS: Lines = ((3, 8, 13, 8),)
RULER: Lines = ((2, 13, 13, 2), (2, 10, 5, 13), (10, 2, 13, 5))
CROSS_HAIR: Lines = ((8, 2, 8, 6), (8, 10, 8, 14), (2, 8, 6, 8), (10, 8, 14, 8))
PENCIL: Lines = ((3, 13, 5, 8), (5, 8, 11, 2), (11, 2, 14, 5), (14, 5, 8, 11), (8, 11, 3, 13))
SQUARE: Lines = ((3, 3, 13, 3), (13, 3, 13, 13), (13, 13, 3, 13), (3, 13, 3, 3))
# A border, and an arrow from it.
PULLED: Lines = ((3, 2, 3, 14), (3, 8, 13, 8), (9, 4, 13, 8), (9, 12, 13, 8))
CROSSED: Lines = ((2, 11, 13, 4), (5, 3, 10, 12))
DRAWINGS = {
    "new": RULER,
    "cross": CROSSED,
    "box": SQUARE,
    "pull": PULLED,
    "add": PLUS,
    "remove": MINUS,
    "click": CROSS_HAIR,
    "editor": PENCIL,
}


def iconOf(widget: Any, name: str) -> Any:
    """The QIcon of a name in `RESOURCES` or `DRAWINGS`, for a button in its palette."""
    pixmap = qt.QPixmap(RESOURCES.get(name, ""))
    if not pixmap.isNull():
        return qt.QIcon(pixmap)
    if name in STYLES:
        return widget.style().standardIcon(getattr(qt.QStyle, STYLES[name]))
    return qt.QIcon(_drawn(qt.QColor(widget.palette.color(qt.QPalette.ButtonText)), DRAWINGS[name]))


def severityIcon(widget: Any, severity: str) -> Any:
    """The style's icon of `refuse`, `warn` or another severity."""
    names = {"refuse": "SP_MessageBoxCritical", "warn": "SP_MessageBoxWarning"}
    return widget.style().standardIcon(getattr(qt.QStyle, names.get(severity, "SP_MessageBoxInformation")))


def _drawn(color: Any, lines: Lines) -> Any:
    pixmap = qt.QPixmap(SIZE_PX, SIZE_PX)
    pixmap.fill(qt.QColor(0, 0, 0, 0))
    painter = qt.QPainter(pixmap)
    painter.setRenderHint(qt.QPainter.Antialiasing, True)
    pen = qt.QPen(color)
    pen.setWidth(2)
    painter.setPen(pen)
    for line in lines:
        painter.drawLine(*line)
    painter.end()
    return pixmap
