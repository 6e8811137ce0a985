"""The application's main window: the module's panel at the left, slice views and 3D view at the right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets

from .frame import ModulePanel, fillBars, panelDock
from .session import Bench
from .viewwidget import ViewWidget

PANEL_PX = 450
SIZE = (1500, 950)
MARGIN_PX = 4


class BenchWindow(QtWidgets.QMainWindow):
    """What the application's main window shows of a module.

    Parameters
    ----------
    bench : Bench
        With a module loaded.
    size : tuple of int, px
        Width and height of the window.
    panelPx : int, px
        Width of the docked module panel, where its contents are not wider.
    shown : sequence of str, optional
        Names of the slice views that are shown, two in a row; by default three with the 3D view.

    Attributes
    ----------
    modulePanel : ModulePanel
        The scrolled area with the module's panel.
    views : list of ViewWidget
        Axial, 3D, sagittal and coronal.
    """

    def __init__(
        self,
        bench: Bench,
        size: tuple[int, int] = SIZE,
        panelPx: int = PANEL_PX,
        shown: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self.bench = bench
        self.setObjectName("qSlicerMainWindow")
        self.setWindowTitle(bench.module.title)
        self.views = [ViewWidget(view) for view in self._views(shown)]
        self.modulePanel = ModulePanel(bench.panel, bench.module)
        self._dock = panelDock(self.modulePanel)
        fillBars(self, bench.module.title)
        self.addDockWidget(QtCore.Qt.DockWidgetArea.LeftDockWidgetArea, self._dock)
        central = QtWidgets.QWidget()
        central.setLayout(self._grid())
        self.setCentralWidget(central)
        self.resize(*size)
        self.show()
        self.activateWindow()
        self.setPanelSize(panelPx)
        bench.panel.enter()
        bench.process()

    def setPanelSize(self, width: int, height: int | None = None) -> None:
        """Drag the borders until the module panel is so large, px, or as narrow as its contents let it."""
        self.bench.process()
        if height is not None:
            taller = height - self.modulePanel.height
            self.resize(self.width, self.height + taller)
            self.bench.process()
        self.resizeDocks([self._dock], [width], QtCore.Qt.Orientation.Horizontal)
        self.bench.process()

    @property
    def visibleArea(self) -> QtCore.QSize:
        """What can be seen of the module's panel at once, "Help & Acknowledgement" folded."""
        viewport = self.modulePanel.scrollArea.viewport().size
        head = self.modulePanel.help.geometry.bottom() + 1 + self.modulePanel.spacing
        return QtCore.QSize(viewport.width(), viewport.height() - head)

    def screenshot(self, path: str | Path) -> None:
        """Write a picture of the whole window."""
        self._write(self, path)

    def panelScreenshot(self, path: str | Path) -> None:
        """Write a picture of the panel in its full height, scrolled or not."""
        self._write(self.bench.panel, path)

    def partScreenshot(self, path: str | Path, first: Any, last: Any) -> None:
        """Write a picture of the panel from one widget down to another, both in the same one."""
        self.bench.process()
        box = first.parentWidget()
        top, bottom = first.geometry.top(), last.geometry.bottom()
        height = bottom - top + 2 * MARGIN_PX
        _save(box.grab(QtCore.QRect(0, top - MARGIN_PX, box.width, height)), path)

    def closeEvent(self, event: Any) -> None:
        self.detach()
        super().closeEvent(event)

    def detach(self) -> None:
        """Let go of views and panel, which belong to the bench."""
        for widget in self.views:
            widget.detach()
        self.modulePanel.release()

    def _views(self, shown: Sequence[str]) -> list[Any]:
        slices = self.bench.sliceViews
        if shown:
            return [slices[name] for name in shown]
        return [slices["Red"], self.bench.threeDView, slices["Yellow"], slices["Green"]]

    def _grid(self) -> QtWidgets.QGridLayout:
        grid = QtWidgets.QGridLayout()
        grid.setSpacing(2)
        grid.setContentsMargins(0, 0, 0, 0)
        for n, widget in enumerate(self.views):
            grid.addWidget(widget, n // 2, n % 2)
        return grid

    def _write(self, widget: Any, path: str | Path) -> None:
        self.bench.process()
        _save(widget.grab(), path)


def _save(picture: Any, path: str | Path) -> None:
    if not picture.save(str(path)):
        raise OSError(f"the picture cannot be written to {path}")
