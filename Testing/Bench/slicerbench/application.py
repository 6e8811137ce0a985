"""`slicer.app` and the layout manager, as far as a module asks them."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

from RadioImmunoScoreLib.headless.host import MODULE_LOGICS

from . import raw
from .modules import qSlicerModuleManager
from .pythonqt import standIn


@standIn
class qMRMLSliceWidget(QtCore.QObject):
    """A slice view of the layout."""

    def __init__(self, view: Any) -> None:
        super().__init__()
        self._view = view

    def mrmlSliceNode(self) -> Any:
        return self._view.node

    def sliceLogic(self) -> Any:
        return self._view.logic

    def fitSliceToBackground(self) -> None:
        self._view.logic.FitSliceToAll(*self._view.size)


@standIn
class qMRMLThreeDView(QtCore.QObject):
    """The rendering part of a 3D view."""

    def __init__(self, view: Any) -> None:
        super().__init__()
        self._view = view

    def mrmlViewNode(self) -> Any:
        return self._view.node

    def cameraNode(self) -> Any:
        return self._view.cameraNode

    def renderWindow(self) -> Any:
        return self._view.window

    def resetFocalPoint(self) -> None:
        bounds = self._view.renderer.ComputeVisiblePropBounds()
        if bounds[0] <= bounds[1]:
            middle = [(low + high) / 2 for low, high in zip(bounds[::2], bounds[1::2], strict=True)]
            self._view.cameraNode.SetFocalPoint(*middle)

    def forceRender(self) -> None:
        self._view.window.Render()


@standIn
class qMRMLThreeDWidget(QtCore.QObject):
    """A 3D view of the layout."""

    def __init__(self, view: Any) -> None:
        super().__init__()
        self._threeDView = qMRMLThreeDView(view)

    def threeDView(self) -> qMRMLThreeDView:
        return self._threeDView

    def mrmlViewNode(self) -> Any:
        return self._threeDView.mrmlViewNode()


@standIn
class qSlicerLayoutManager(QtCore.QObject):
    """Three slice views and a 3D view; other layouts are refused."""

    def __init__(self, sliceViews: dict[str, Any], threeDView: Any) -> None:
        super().__init__()
        self._slices = {name: qMRMLSliceWidget(view) for name, view in sliceViews.items()}
        self._threeD = qMRMLThreeDWidget(threeDView)

    threeDViewCount = QtCore.Property(int, lambda self: 1)

    def sliceViewNames(self) -> list[str]:
        return list(self._slices)

    def sliceWidget(self, name: str) -> qMRMLSliceWidget | None:
        return self._slices.get(name)

    def threeDWidget(self, which: int) -> qMRMLThreeDWidget | None:
        return self._threeD if which == 0 else None

    def resetSliceViews(self) -> None:
        for widget in self._slices.values():
            widget.fitSliceToBackground()

    def resetThreeDViews(self) -> None:
        self._threeD.threeDView().resetFocalPoint()


@standIn
class qSlicerApplication(QtCore.QObject):
    """`slicer.app`."""

    startupCompleted = QtCore.Signal()
    aboutToQuit = QtCore.Signal()
    majorVersion = QtCore.Property(int, lambda self: 5)
    minorVersion = QtCore.Property(int, lambda self: 8)
    applicationVersion = QtCore.Property(str, lambda self: "5.8.1")
    revision = QtCore.Property(str, lambda self: "33241")
    documentationBaseUrl = QtCore.Property(str, lambda self: "https://slicer.readthedocs.io/en/5.8/")
    temporaryPath = QtCore.Property(str, lambda self: self._host.applicationLogic.GetTemporaryPath())

    def __init__(self, host: Any, layoutManager: qSlicerLayoutManager, settingsPath: str) -> None:
        super().__init__()
        self._host = host
        self._layoutManager = layoutManager
        self._moduleManager = qSlicerModuleManager()
        self._settings = QtCore.QSettings(settingsPath, QtCore.QSettings.Format.IniFormat)
        for name in MODULE_LOGICS:
            self._moduleManager.add(name, _LoadableModule(name, host.applicationLogic.GetModuleLogic(name)))

    def mrmlScene(self) -> Any:
        return self._host.scene

    def applicationLogic(self) -> Any:
        return self._host.applicationLogic

    def layoutManager(self) -> qSlicerLayoutManager:
        return self._layoutManager

    def moduleManager(self) -> qSlicerModuleManager:
        return self._moduleManager

    def moduleLogic(self, name: str) -> Any:
        module = self._moduleManager.module(name)
        return module.logic() if module else None

    def moduleDocumentationUrl(self, name: str) -> str:
        return f"{self.documentationBaseUrl}user_guide/modules/{name.lower()}.html"

    def userSettings(self) -> QtCore.QSettings:
        return self._settings

    settings = userSettings

    def processEvents(self, *_: object) -> None:
        QtWidgets.QApplication.processEvents()

    def keyboardModifiers(self) -> Any:
        return QtWidgets.QApplication.keyboardModifiers()

    def palette(self) -> QtGui.QPalette:
        return QtWidgets.QApplication.palette()

    def topLevelWidgets(self) -> list[Any]:
        return QtWidgets.QApplication.topLevelWidgets()

    def clipboard(self) -> QtGui.QClipboard:
        return QtWidgets.QApplication.clipboard()

    def setOverrideCursor(self, cursor: Any) -> None:
        QtWidgets.QApplication.setOverrideCursor(cursor)

    def restoreOverrideCursor(self) -> None:
        QtWidgets.QApplication.restoreOverrideCursor()

    def pythonConsole(self) -> None:
        return None

    def testingEnabled(self) -> bool:
        return False

    def translate(self, context: str, text: str) -> str:
        return text


@standIn
class _LoadableModule(QtCore.QObject):
    """A C++ module, of which the bench has the logic."""

    def __init__(self, name: str, logic: Any) -> None:
        super().__init__()
        self._logic = logic
        raw.read(self, "setObjectName")(name)

    def logic(self) -> Any:
        return self._logic
