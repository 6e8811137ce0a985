"""The light and the dark look of the application, and the size of its letters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6 import QtGui, QtWidgets

_ROLES = (
    "Window",
    "WindowText",
    "Base",
    "AlternateBase",
    "Text",
    "Button",
    "ButtonText",
    "ToolTipBase",
    "ToolTipText",
)
_LIGHT = ("#efefef", "#000000", "#ffffff", "#f5f5f5", "#000000", "#efefef", "#000000", "#ffffdc", "#000000")
_DARK = ("#323232", "#ffffff", "#232323", "#2d2d2d", "#ffffff", "#3c3c3c", "#ffffff", "#323232", "#ffffff")
_FAINT = {"light": "#8c8c8c", "dark": "#7f7f7f"}
_HIGHLIGHT = "#3070c0"


def applyPalette(name: str) -> None:
    """Give the whole application a look: `light` or `dark`."""
    colors = {"light": _LIGHT, "dark": _DARK}[name]
    palette = QtGui.QPalette()
    for role, color in zip(_ROLES, colors, strict=True):
        palette.setColor(QtGui.QPalette.ColorRole[role], QtGui.QColor(color))
    palette.setColor(QtGui.QPalette.ColorRole.Highlight, QtGui.QColor(_HIGHLIGHT))
    palette.setColor(QtGui.QPalette.ColorRole.HighlightedText, QtGui.QColor("#ffffff"))
    palette.setColor(QtGui.QPalette.ColorRole.Link, QtGui.QColor(_HIGHLIGHT))
    palette.setColor(QtGui.QPalette.ColorRole.PlaceholderText, QtGui.QColor(_FAINT[name]))
    for role in ("WindowText", "Text", "ButtonText"):
        disabled = QtGui.QPalette.ColorGroup.Disabled
        palette.setColor(disabled, QtGui.QPalette.ColorRole[role], QtGui.QColor(_FAINT[name]))
    QtWidgets.QApplication.setPalette(palette)


@contextmanager
def applicationFont(points: int, stretch: int = 100) -> Iterator[QtGui.QFont]:
    """The whole application's font, given back at the end.

    Parameters
    ----------
    points : int
        The letters' size.
    stretch : int, %
        Their width; what is made for the bench's letters alone is too narrow at 115.
    """
    before = QtWidgets.QApplication.font()
    font = QtGui.QFont(before)
    font.setPointSize(points)
    font.setStretch(stretch)
    QtWidgets.QApplication.setFont(font)
    try:
        yield font
    finally:
        QtWidgets.QApplication.setFont(before)
