"""What the Segment Editor does to a segmentation, by its own logic."""

from __future__ import annotations

from typing import Any

import slicer

EDITOR = "vtkMRMLSegmentEditorNode"


def addInEditor(segmentationNode: Any) -> str:
    """Press *Add*: a new segment, which gets the terminology of the last one; returns its ID."""
    scene = segmentationNode.GetScene()
    editor = scene.GetFirstNodeByClass(EDITOR) or scene.AddNewNodeByClass(EDITOR)
    editor.SetAndObserveSegmentationNode(segmentationNode)
    logic = slicer.vtkSlicerSegmentEditorLogic()
    logic.SetMRMLScene(scene)
    logic.SetSegmentEditorNode(editor)
    return logic.AddEmptySegment("")
