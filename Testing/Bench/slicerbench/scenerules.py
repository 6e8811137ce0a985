"""What the application's console reports of the use of a scene, and `slicer-core` lets pass in silence."""

from __future__ import annotations

from typing import Any

import slicer
import vtk


class SceneRules:
    """Reports as errors of VTK: a node removed twice, a display node observed in two roles.

    Parameters
    ----------
    scene : vtkMRMLScene
    """

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        self._tags = [
            (scene, scene.AddObserver(scene.NodeAboutToBeRemovedEvent, _reportRemovedTwice)),
            (scene, scene.AddObserver(scene.NodeAddedEvent, self._watchReferences)),
        ]

    def close(self) -> None:
        """Watch nothing any more."""
        for subject, tag in self._tags:
            subject.RemoveObserver(tag)
        self._tags.clear()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _watchReferences(self, scene: Any, event: str, node: Any) -> None:
        if isinstance(node, slicer.vtkMRMLDisplayableNode):
            self._tags.append((node, node.AddObserver(node.ReferenceAddedEvent, _reportTwoRoles)))


@vtk.calldata_type(vtk.VTK_OBJECT)
def _reportRemovedTwice(scene: Any, event: str, node: Any) -> None:
    if node.GetScene() is None:
        _report(f"RemoveNode: Node {node.GetClassName()}/{node.GetName()} already removed")


def _reportTwoRoles(node: Any, event: str) -> None:
    roles = [node.GetNthNodeReferenceRole(n) for n in range(node.GetNumberOfNodeReferenceRoles())]
    displays = _referredTo(node, node.GetDisplayNodeReferenceRole())
    for role in roles:
        if role != node.GetDisplayNodeReferenceRole() and displays & _referredTo(node, role):
            _report(f"vtkObserverManager: an observation of a display node already exists (role {role})")


def _referredTo(node: Any, role: str) -> set[str]:
    return {node.GetNthNodeReferenceID(role, n) for n in range(node.GetNumberOfNodeReferences(role))}


def _report(text: str) -> None:
    vtk.vtkOutputWindow.GetInstance().DisplayErrorText(text)
