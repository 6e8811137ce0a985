"""Stand-ins for qMRML widgets: a widget that hands on the scene, and a selector of nodes."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, ClassVar

import slicer
import vtk
from PySide6 import QtCore, QtWidgets

from . import raw
from .pythonqt import install, standIn

install()

SCENE_SLOT = "setMRMLScene(vtkMRMLScene*)"


@standIn
class qMRMLWidget(QtWidgets.QWidget):
    """The root of a module's .ui: whoever is connected to it gets the scene that it gets."""

    _sceneChanged = QtCore.Signal(object)
    cppSignals: ClassVar = {"mrmlSceneChanged(vtkMRMLScene*)": "_sceneChanged(PyObject)"}
    cppSlots = frozenset({SCENE_SLOT})

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        if scene is not self._scene:
            self._scene = scene
            raw.read(self, "_sceneChanged").emit(scene)


def _kept(name: str, kind: object, after: str | None = None) -> QtCore.Property:
    """A property that is kept under a name, with a method to be called when it was set."""

    def put(self: Any, value: Any) -> None:
        setattr(self, name, value)
        if after:
            getattr(self, after)()

    return QtCore.Property(kind, lambda self: getattr(self, name), put)


@standIn
class qMRMLNodeComboBox(QtWidgets.QWidget):
    """A drop-down of the scene's nodes of some classes.

    The menu entries that create, rename, edit and delete nodes are not shown; `addNode` and
    `removeCurrentNode` do what they would.
    """

    _nodeChanged = QtCore.Signal(object)
    _validNodeChanged = QtCore.Signal(bool)
    currentNodeIDChanged = QtCore.Signal(str)
    _activated = QtCore.Signal(object)
    _added = QtCore.Signal(object)
    cppSignals: ClassVar = {
        "currentNodeChanged(vtkMRMLNode*)": "_nodeChanged(PyObject)",
        "currentNodeChanged(bool)": "_validNodeChanged(bool)",
        "nodeActivated(vtkMRMLNode*)": "_activated(PyObject)",
        "nodeAdded(vtkMRMLNode*)": "_added(PyObject)",
    }
    cppSlots = frozenset({SCENE_SLOT, "setCurrentNode(vtkMRMLNode*)", "setCurrentNodeID(QString)"})

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None
        self._types: list[str] = []
        self._attributes: list[tuple[str, str, str | None]] = []
        self._observed: list[tuple[Any, int]] = []
        observed = self._observed
        raw.read(self, "destroyed").connect(lambda: _letGo(observed))
        self._ids: list[str] = []
        self._current = ""
        self._none, self._noneText, self._baseName = False, "None", ""
        self._showHidden, self._showChildren = False, True
        self._add = self._remove = self._selectCreated = True
        self._edit = self._rename = False
        self._combo = QtWidgets.QComboBox(self)
        layout = QtWidgets.QHBoxLayout(self)
        raw.read(layout, "setContentsMargins")(0, 0, 0, 0)
        raw.read(layout, "addWidget")(self._combo)
        raw.read(self, "setFocusProxy")(self._combo)
        raw.read(self._combo, "currentIndexChanged").connect(self._indexChanged)
        raw.read(self._combo, "activated").connect(
            lambda _: raw.read(self, "_activated").emit(self.currentNode())
        )

    nodeTypes = _kept("_types", "QStringList", "_refresh")
    noneEnabled = _kept("_none", bool, "_refresh")
    noneDisplay = _kept("_noneText", str, "_refresh")
    showHidden = _kept("_showHidden", bool, "_refresh")
    showChildNodeTypes = _kept("_showChildren", bool, "_refresh")
    addEnabled = _kept("_add", bool)
    removeEnabled = _kept("_remove", bool)
    editEnabled = _kept("_edit", bool)
    renameEnabled = _kept("_rename", bool)
    selectNodeUponCreation = _kept("_selectCreated", bool)
    baseName = _kept("_baseName", str)
    currentNodeID = QtCore.Property(
        str, lambda self: self._current, lambda self, id: self.setCurrentNodeID(id)
    )

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._scene:
            return
        _letGo(self._observed)
        self._scene = scene
        if scene is not None:
            # While a scene is loaded or closed too: the application's model does not wait for the end.
            events = (scene.NodeAddedEvent, scene.NodeRemovedEvent)
            self._observed += [
                (scene, scene.AddObserver(event, _weakly(self._sceneEvent))) for event in events
            ]
        self._refresh()

    def addAttribute(self, nodeType: str, name: str, value: str | None = None) -> None:
        self._attributes.append((nodeType, name, value))
        self._refresh()

    def nodeCount(self) -> int:
        return len(self._ids)

    def nodeFromIndex(self, index: int) -> Any:
        return self._scene.GetNodeByID(self._ids[index]) if 0 <= index < len(self._ids) else None

    def currentNode(self) -> Any:
        return self._scene.GetNodeByID(self._current) if self._scene and self._current else None

    def setCurrentNode(self, node: Any) -> None:
        if node is not None and not isinstance(node, slicer.vtkMRMLNode):
            raise TypeError(f"{node!r} is no vtkMRMLNode")
        self.setCurrentNodeID(node.GetID() if node else "")

    def setCurrentNodeID(self, nodeID: str) -> None:
        index = self._ids.index(nodeID) + self._none if nodeID in self._ids else self._none - 1
        raw.read(self._combo, "setCurrentIndex")(index)

    def setCurrentNodeIndex(self, index: int) -> None:
        self.setCurrentNode(self.nodeFromIndex(index))

    def addNode(self, nodeType: str = "") -> Any:
        kind = nodeType or self._types[0]
        name = self._scene.GenerateUniqueName(
            self._baseName or kind.removeprefix("vtkMRML").removesuffix("Node")
        )
        node = self._scene.AddNewNodeByClass(kind, name)
        if self._selectCreated:
            self.setCurrentNode(node)
        return node

    def removeCurrentNode(self) -> None:
        self._scene.RemoveNode(self.currentNode())

    def _sceneEvent(self, caller: Any, event: str) -> None:
        before = set(self._ids)
        self._refresh()
        for added in [nodeID for nodeID in self._ids if nodeID not in before]:
            raw.read(self, "_added").emit(self._scene.GetNodeByID(added))

    def _shown(self, node: Any) -> bool:
        if node.GetHideFromEditors() and not self._showHidden:
            return False
        kind, has = node.GetClassName(), node.GetAttribute
        if self._types and not any(node.IsA(t) if self._showChildren else kind == t for t in self._types):
            return False
        wanted = [(name, value) for nodeType, name, value in self._attributes if node.IsA(nodeType)]
        return all(has(name) is not None and value in (None, has(name)) for name, value in wanted)

    def _nodes(self) -> list[Any]:
        """The nodes of the one type, where there is one, else all; in the scene's order."""
        if self._scene is None:
            return []
        kind = self._types[0] if len(self._types) == 1 else "vtkMRMLNode"
        found = self._scene.GetNodesByClass(kind)
        found.UnRegister(None)
        return [found.GetItemAsObject(n) for n in range(found.GetNumberOfItems())]

    def _refresh(self) -> None:
        """Show the nodes that there are; the current one stays current as long as it is one of them."""
        nodes = [node for node in self._nodes() if self._shown(node)]
        self._watchNames(nodes)
        self._ids = [node.GetID() for node in nodes]
        blocker = QtCore.QSignalBlocker(self._combo)
        raw.read(self._combo, "clear")()
        raw.read(self._combo, "addItems")(
            [self._noneText] * self._none + [node.GetName() or "" for node in nodes]
        )
        if self._current in self._ids:
            index = self._ids.index(self._current) + self._none
        else:
            index = 0 if self._none else len(nodes) - 1
        raw.read(self._combo, "setCurrentIndex")(index)
        blocker.unblock()
        self._indexChanged(index)

    def _watchNames(self, nodes: list[Any]) -> None:
        outside = [item for item in self._observed if item[0] is not self._scene]
        self._observed[:] = [item for item in self._observed if item[0] is self._scene]
        _letGo(outside)
        event = vtk.vtkCommand.ModifiedEvent
        self._observed += [(node, node.AddObserver(event, _weakly(self._renamed))) for node in nodes]

    def _renamed(self, node: Any, event: str) -> None:
        if node.GetID() in self._ids:
            raw.read(self._combo, "setItemText")(
                self._ids.index(node.GetID()) + self._none, node.GetName() or ""
            )

    def _indexChanged(self, index: int) -> None:
        row = index - self._none
        current = self._ids[row] if 0 <= row < len(self._ids) else ""
        if current == self._current:
            return
        self._current = current
        node = self.currentNode()
        raw.read(self, "_nodeChanged").emit(node)
        raw.read(self, "_validNodeChanged").emit(node is not None)
        raw.read(self, "currentNodeIDChanged").emit(current)


def _letGo(observed: list[tuple[Any, int]]) -> None:
    for caller, tag in observed:
        caller.RemoveObserver(tag)
    observed.clear()


def _weakly(method: Callable[[Any, str], None]) -> Callable[[Any, str], None]:
    reference = weakref.WeakMethod(method)

    def call(caller: Any, event: str) -> None:
        if reference():
            reference()(caller, event)

    return call
