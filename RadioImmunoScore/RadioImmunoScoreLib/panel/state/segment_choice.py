"""The segment selected in Slicer's Segment Editor: the one selection that the scene knows of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
import vtk

from .observers import Observers

EDITOR = "vtkMRMLSegmentEditorNode"


class SegmentChoice:
    """Tells which segment was selected.

    Parameters
    ----------
    chosen : called with (segmentation node, segment ID)
    """

    def __init__(self, chosen: Callable[[Any, str], None]) -> None:
        self._chosen = chosen
        self._told: dict[str, str] = {}
        self.observers = Observers()
        self.watch()

    def watch(self) -> None:
        """Observe the editor nodes that the scene has now."""
        self.observers.removeAll()
        scene = slicer.mrmlScene
        self.observers.observe(scene, (scene.NodeAddedEvent,), self._nodeAdded)
        self._editors = slicer.util.getNodesByClass(EDITOR, scene)
        for editor in self._editors:
            self.observers.observe(editor, (vtk.vtkCommand.ModifiedEvent,), self._editorModified)

    def close(self) -> None:
        """Observe nothing any more."""
        self.observers.removeAll()

    def _nodeAdded(self) -> None:
        if slicer.mrmlScene.GetNumberOfNodesByClass(EDITOR) != len(self._editors):
            self.watch()

    def _editorModified(self) -> None:
        for editor in self._editors:
            segmentID = editor.GetSelectedSegmentID() or ""
            if editor.GetSegmentationNode() and segmentID and self._told.get(editor.GetID()) != segmentID:
                self._told[editor.GetID()] = segmentID
                self._chosen(editor.GetSegmentationNode(), segmentID)
