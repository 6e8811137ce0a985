"""The subject hierarchy as the application keeps it: one node, with an item for each data node.

The application's plugin logic is C++ and not in the wheel. Of what it does, a module notices this:

- When a scene was closed, a new hierarchy node is there before anybody else hears of the end.
- A scene that is loaded brings a hierarchy node of its own. It is merged into the first one and **removed**
  when the import ends, while the scene's state flags are 0 already. This observer was there before any
  module's, so that a module hears of a removed node before it hears of the end of the import
  (`slicer.util.loadScene`), or, where the scene is replaced in one batch (`clear=True`), between the end of
  the import and that of the batch.
- A data node that is added outside of an import gets an item at once, one that was imported at the end.
- A removed node's item goes with it.
"""

from __future__ import annotations

from typing import Any

import slicer
import vtk


class SubjectHierarchy:
    """Observes a scene; made before any module is loaded, as in the application."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        handlers = {
            scene.NodeAddedEvent: self._added,
            scene.NodeAboutToBeRemovedEvent: self._aboutToBeRemoved,
            scene.EndImportEvent: self._imported,
            scene.EndCloseEvent: self._closed,
        }
        self._tags = [scene.AddObserver(event, handler) for event, handler in handlers.items()]
        self._resolve()

    def close(self) -> None:
        """Observe nothing any more."""
        for tag in self._tags:
            self._scene.RemoveObserver(tag)
        self._tags = []

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _added(self, caller: Any, event: str, node: Any) -> None:
        if isinstance(node, slicer.vtkMRMLSubjectHierarchyNode):
            self._resolve()
        elif not self._scene.IsImporting():
            self._addItem(node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _aboutToBeRemoved(self, caller: Any, event: str, node: Any) -> None:
        if self._scene.IsClosing() or isinstance(node, slicer.vtkMRMLSubjectHierarchyNode):
            return
        hierarchy = self._resolve()
        item = hierarchy.GetItemByDataNode(node)
        if item:
            hierarchy.RemoveItem(item, False, False)

    def _imported(self, caller: Any, event: str) -> None:
        self._resolve()
        for node in slicer.util.getNodesByClass("vtkMRMLStorableNode", self._scene):
            self._addItem(node)

    def _closed(self, caller: Any, event: str) -> None:
        self._resolve()

    def _addItem(self, node: Any) -> None:
        kinds = (slicer.vtkMRMLStorableNode,)
        if not isinstance(node, kinds) or node.GetHideFromEditors():
            return
        hierarchy = self._resolve()
        if not hierarchy.GetItemByDataNode(node):
            hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)

    def _resolve(self) -> Any:
        return slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(self._scene)
