"""Slicer's other modules that segment: opened from the panel where they are installed, never needed."""

from __future__ import annotations

from typing import Any

import slicer

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
