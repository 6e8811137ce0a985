"""Scripted modules as the application holds them: module, widget representation, manager."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from . import raw
from .mrmlwidgets import qMRMLWidget
from .pythonqt import standIn


def _kept(name: str, kind: object) -> QtCore.Property:
    def put(self: Any, value: Any) -> None:
        setattr(self, f"_{name}", value)

    return QtCore.Property(kind, lambda self: getattr(self, f"_{name}"), put)


@standIn
class qSlicerScriptedLoadableModule(QtCore.QObject):
    """What a module's class gets as `parent`."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__()
        self._name, self._path = name, str(path)
        self._title = self._helpText = self._acknowledgementText = ""
        self._categories, self._dependencies, self._contributors, self._associatedNodeTypes = [], [], [], []
        self._icon, self._hidden, self._index = QtGui.QIcon(), False, -1
        self._widget: Any = None
        folder = str(path.parent)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        self._self = getattr(loadSource(name, path), name)(self)

    name = QtCore.Property(str, lambda self: self._name)
    path = QtCore.Property(str, lambda self: self._path)
    title = _kept("title", str)
    categories = _kept("categories", "QStringList")
    dependencies = _kept("dependencies", "QStringList")
    contributors = _kept("contributors", "QStringList")
    associatedNodeTypes = _kept("associatedNodeTypes", "QStringList")
    helpText = _kept("helpText", str)
    acknowledgementText = _kept("acknowledgementText", str)
    icon = _kept("icon", QtGui.QIcon)
    hidden = _kept("hidden", bool)
    index = _kept("index", int)

    def widgetRepresentation(self) -> Any:
        if self._widget is None:
            self._widget = self.createNewWidgetRepresentation()
        return self._widget

    def createNewWidgetRepresentation(self) -> Any:
        widget = qSlicerScriptedLoadableModuleWidget(self._name, Path(self._path))
        widget.reload()
        return widget

    def closeWidget(self) -> None:
        """Let go of the widget, as when the application unloads its modules."""
        if self._widget is not None:
            self._widget.setMRMLScene(None)
            raw.read(self._widget, "close")()
            raw.read(self._widget, "deleteLater")()
            self._widget = None
            vars(slicer.modules).pop(f"{self._name}Widget", None)


@standIn
class qSlicerScriptedLoadableModuleWidget(qMRMLWidget):
    """What a module's widget class gets as `parent`; it has a layout."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__()
        self._moduleName, self._source = name, path
        self._self: Any = None
        self._entered = False
        QtWidgets.QVBoxLayout(self)
        self.setMRMLScene(slicer.mrmlScene)

    moduleName = QtCore.Property(str, lambda self: self._moduleName)

    def self(self) -> Any:
        return self._self

    def reload(self) -> None:
        module = sys.modules.get(self._moduleName) or loadSource(self._moduleName, self._source)
        self._self = getattr(module, f"{self._moduleName}Widget")(self)
        setattr(slicer.modules, f"{self._moduleName}Widget", self._self)
        self._self.setup()

    def enter(self) -> None:
        self._entered = True
        getattr(self._self, "enter", lambda: None)()

    def exit(self) -> None:
        if self._entered:
            self._entered = False
            getattr(self._self, "exit", lambda: None)()


@standIn
class qSlicerModuleManager(QtCore.QObject):
    """The modules by name."""

    moduleLoaded = QtCore.Signal(str)
    moduleAboutToBeUnloaded = QtCore.Signal(str)
    moduleUnloaded = QtCore.Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._modules: dict[str, Any] = {}

    def module(self, name: str) -> Any:
        return self._modules.get(name)

    def modulesNames(self) -> list[str]:
        return sorted(self._modules)

    def factoryManager(self) -> Any:
        return SimpleNamespace(loadedModuleNames=self.modulesNames)

    def load(self, path: Path) -> Any:
        """Load a scripted module from its file; its widget is made when it is first asked for."""
        module = qSlicerScriptedLoadableModule(path.stem, path)
        self.add(path.stem, module)
        raw.read(self, "moduleLoaded").emit(path.stem)
        return module

    def add(self, name: str, module: Any) -> None:
        self._modules[name] = module
        setattr(slicer.modules, name.lower(), module)

    def unloadAll(self) -> None:
        """Unload the scripted modules as the application does when it ends."""
        scripted = {
            name: module
            for name, module in self._modules.items()
            if isinstance(module, qSlicerScriptedLoadableModule)
        }
        for name, module in scripted.items():
            if module._widget is not None:
                module._widget.exit()
            raw.read(self, "moduleAboutToBeUnloaded").emit(name)
            module.closeWidget()
            raw.read(self, "moduleUnloaded").emit(name)
            sys.modules.pop(name, None)


def loadSource(name: str, path: Path) -> ModuleType:
    """The Python module of a file, under a name of `sys.modules`."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
