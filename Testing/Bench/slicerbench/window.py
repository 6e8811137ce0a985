"""A window with the module's panel at the left, three slice views and a 3D view at the right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets

from . import raw
from .session import Bench
from .viewwidget import ViewWidget

PANEL_PX = 450
SIZE = (1500, 950)


class BenchWindow(QtWidgets.QMainWindow):
    """What the application's main window shows of a module.

    Parameters
    ----------
    bench : with a module loaded
    size : width, height in pixels
    """

    def __init__(self, bench: Bench, size: tuple[int, int] = SIZE) -> None:
        super().__init__()
        self.bench = bench
        raw.read(self, "setObjectName")("qSlicerMainWindow")
        raw.read(self, "setWindowTitle")(bench.module.title)
        raw.read(self, "resize")(*size)
        self.views = [ViewWidget(view) for view in self._views()]
        self.scrollArea = _scrolled(bench.panel)
        central = QtWidgets.QWidget()
        row = QtWidgets.QHBoxLayout(central)
        raw.read(row, "setContentsMargins")(0, 0, 0, 0)
        raw.read(row, "addWidget")(self.scrollArea)
        raw.read(row, "addLayout")(self._grid(), 1)
        raw.read(self, "setCentralWidget")(central)
        raw.read(self, "show")()
        bench.panel.enter()
        bench.process()

    def screenshot(self, path: str | Path) -> None:
        """Write a picture of the whole window."""
        self._write(self, path)

    def panelScreenshot(self, path: str | Path) -> None:
        """Write a picture of the panel in its full height, scrolled or not."""
        self._write(self.bench.panel, path)

    def closeEvent(self, event: Any) -> None:
        self.detach()
        super().closeEvent(event)

    def detach(self) -> None:
        """Let go of views and panel, which belong to the bench."""
        for widget in self.views:
            widget.detach()
        panel = raw.read(self.scrollArea, "takeWidget")()
        if panel is not None:
            raw.read(panel, "hide")()

    def _views(self) -> list[Any]:
        slices = self.bench.sliceViews
        return [slices["Red"], self.bench.threeDView, slices["Yellow"], slices["Green"]]

    def _grid(self) -> QtWidgets.QGridLayout:
        grid = QtWidgets.QGridLayout()
        raw.read(grid, "setSpacing")(2)
        for n, widget in enumerate(self.views):
            raw.read(grid, "addWidget")(widget, n // 2, n % 2)
        return grid

    def _write(self, widget: Any, path: str | Path) -> None:
        self.bench.process()
        if not raw.read(widget, "grab")().save(str(path)):
            raise OSError(f"the picture cannot be written to {path}")


def _scrolled(panel: Any) -> QtWidgets.QScrollArea:
    """The panel as the application's module panel holds it: as wide as it is, scrolled up and down."""
    area = QtWidgets.QScrollArea()
    raw.read(area, "setWidgetResizable")(True)
    raw.read(area, "setFixedWidth")(PANEL_PX)
    raw.read(area, "setHorizontalScrollBarPolicy")(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    raw.read(area, "setWidget")(panel)
    return area
