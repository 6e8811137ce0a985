"""The light and the dark look of the application, and the size of its letters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6 import QtGui, QtWidgets

# As in Slicer's qSlicerStyle: role -> color, and the color of what is disabled where that is another.
_LIGHT = {
    "Window": ("#ffffff",),
    "WindowText": ("#000000", "#bebebe"),
    "Base": ("#ffffff",),
    "AlternateBase": ("#e4e4fe",),
    "ToolTipBase": ("#ffffdc",),
    "ToolTipText": ("#000000",),
    "Text": ("#000000", "#bebebe"),
    "PlaceholderText": ("#808080",),
    "Button": ("#fcfcfc",),
    "ButtonText": ("#000000", "#bebebe"),
    "Light": ("#c8c8c8",),
    "Midlight": ("#e6e6e6",),
    "Dark": ("#aaaaaa",),
    "Mid": ("#c8c8c8",),
    "Shadow": ("#5a5a5a",),
    "Highlight": ("#308cc6", "#919191"),
    "HighlightedText": ("#ffffff",),
    "Link": ("#0000ff",),
}
_DARK = {
    "Window": ("#323232",),
    "WindowText": ("#ffffff", "#6d6d6d"),
    "Base": ("#1e1e1e",),
    "AlternateBase": ("#323232",),
    "ToolTipBase": ("#ffffff",),
    "ToolTipText": ("#323232",),
    "Text": ("#ffffff", "#6d6d6d"),
    "PlaceholderText": ("#c0c0c0",),
    "Button": ("#323232",),
    "ButtonText": ("#ffffff", "#b4b4b4"),
    "Light": ("#828284",),
    "Midlight": ("#5a5a5b",),
    "Dark": ("#232323",),
    "Mid": ("#2b2b2b",),
    "Shadow": ("#141414",),
    "Highlight": ("#3ca4ff", "#505050"),
    "HighlightedText": ("#ffffff", "#6d6d6d"),
    "Link": ("#3ca4ff",),
}


def applyPalette(name: str) -> None:
    """Give the whole application a look: `light` or `dark`."""
    palette, disabled = QtGui.QPalette(), QtGui.QPalette.ColorGroup.Disabled
    for role, colors in {"light": _LIGHT, "dark": _DARK}[name].items():
        palette.setColor(QtGui.QPalette.ColorRole[role], QtGui.QColor(colors[0]))
        palette.setColor(disabled, QtGui.QPalette.ColorRole[role], QtGui.QColor(colors[-1]))
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
