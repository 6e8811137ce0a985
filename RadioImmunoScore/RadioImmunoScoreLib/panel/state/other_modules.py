"""Slicer's other modules: the segment chosen in the Segment Editor, and installed ones that segment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
import vtk

from .events import Observers


class SegmentChoice:
    """Signals which segment was selected.

    Parameters
    ----------
    chosen : callable
        Called with (segmentation node, segment ID)
    """

    def __init__(self, chosen: Callable[[Any, str], None]) -> None:
        self._chosen = chosen
        self._lastChosen: dict[str, str] = {}
        self.observers = Observers()
        self.watch()

    def watch(self) -> None:
        """Observe the editor nodes that the scene has now."""
        self.observers.removeAll()
        scene = slicer.mrmlScene
        self.observers.observe(scene, (scene.NodeAddedEvent,), self._nodeAdded)
        self._editors = slicer.util.getNodesByClass(EDITOR_NODE, scene)
        for editor in self._editors:
            self.observers.observe(editor, (vtk.vtkCommand.ModifiedEvent,), self._editorModified)

    def close(self) -> None:
        """Observe nothing any more."""
        self.observers.removeAll()

    def _nodeAdded(self) -> None:
        if slicer.mrmlScene.GetNumberOfNodesByClass(EDITOR_NODE) != len(self._editors):
            self.watch()

    def _editorModified(self) -> None:
        for editor in self._editors:
            segmentID = editor.GetSelectedSegmentID() or ""
            if (
                editor.GetSegmentationNode()
                and segmentID
                and self._lastChosen.get(editor.GetID()) != segmentID
            ):
                self._lastChosen[editor.GetID()] = segmentID
                self._chosen(editor.GetSegmentationNode(), segmentID)


# Interactive segmenters that learnt from many images: what a person reads, and the module's name.
DEEP_SEGMENTERS = {
    "nnInteractive": "SlicerNNInteractive",
    "MONAI Label": "MONAILabel",
    "Segment Anything": "SegmentWithSAM",
}
SEGMENT_EDITOR = "SegmentEditor"
EDITOR_NODE = "vtkMRMLSegmentEditorNode"


def isInstalled(moduleName: str) -> bool:
    """Whether Slicer has a module of this name."""
    return hasattr(slicer.modules, moduleName.lower())


def openModule(moduleName: str) -> None:
    """Show another module."""
    slicer.util.selectModule(moduleName)


def openSegmentEditor(volumeNode: Any, segmentationNode: Any, segmentID: str | None) -> None:
    """Show the Segment Editor with these inputs, and this segment selected."""
    openModule(SEGMENT_EDITOR)
    # Its node is there once it was opened; what is set on it is what its panel shows.
    editor = slicer.mrmlScene.GetSingletonNode(SEGMENT_EDITOR, EDITOR_NODE)
    if editor is None:
        return
    editor.SetAndObserveSegmentationNode(segmentationNode)
    editor.SetAndObserveSourceVolumeNode(volumeNode)
    if segmentID:
        editor.SetSelectedSegmentID(segmentID)
