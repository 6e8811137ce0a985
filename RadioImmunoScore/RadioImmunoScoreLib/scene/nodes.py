"""The nodes of a segmentation's results: found again by reference, so that scoring twice makes them once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import slicer

# Begins the names of all references, attributes and tags that are ours.
PREFIX = "RadioImmunoScore."


# Marks a result, also where what it is a result of is gone.
RESULT = PREFIX + "Result"


def ownedNode(owner: Any, role: str) -> Any | None:
    """The result node that `owner` refers to in this role, or None."""
    return owner.GetNodeReference(PREFIX + role)


def ownNode(owner: Any, role: str, node: Any) -> None:
    """Have `owner` refer to a result node in this role, and file the node beside it."""
    owner.SetNodeReferenceID(PREFIX + role, node.GetID())
    node.SetAttribute(RESULT, role)
    _fileBeside(node, owner)


def ensureNode(owner: Any, role: str, className: str, name: str) -> Any:
    """The result node that `owner` refers to in this role; made when there is none."""
    node = ownedNode(owner, role)
    if node is None:
        node = owner.GetScene().AddNewNodeByClass(className, name)
        ownNode(owner, role, node)
    return node


def removeOwnedNode(owner: Any, role: str) -> None:
    """Remove the result node of this role with the display and storage nodes that serve it."""
    node = ownedNode(owner, role)
    owner.RemoveNodeReferenceIDs(PREFIX + role)
    if node is not None:
        removeWhole(owner.GetScene(), node)


def removeWhole(scene: Any, node: Any) -> None:
    """Remove a node with the display and storage nodes that serve it; it may be gone already."""
    helpers = []
    if isinstance(node, slicer.vtkMRMLDisplayableNode):
        helpers += [node.GetNthDisplayNode(n) for n in range(node.GetNumberOfDisplayNodes())]
    if isinstance(node, slicer.vtkMRMLStorableNode):
        helpers += [node.GetNthStorageNode(n) for n in range(node.GetNumberOfStorageNodes())]
    for each in (node, *filter(None, helpers)):
        # The application removes a node's helpers with it.
        if each.GetScene() is not None:
            scene.RemoveNode(each)


def addTemporaryModel(scene: Any, attributes: Mapping[str, str]) -> Any:
    """A model node with these attributes, with a display, that is neither listed nor saved nor undone."""
    model = slicer.vtkMRMLModelNode()
    for name, value in attributes.items():
        model.SetAttribute(name, value)
    model.SetHideFromEditors(True)
    model.SetSaveWithScene(False)
    model.SetUndoEnabled(False)
    scene.AddNode(model)
    model.CreateDefaultDisplayNodes()
    model.GetDisplayNode().SetSaveWithScene(False)
    return model


def isOwned(node: Any) -> bool:
    """Whether a node is a result of some segmentation's lesions; scenes of earlier versions have no mark."""
    if node.GetAttribute(RESULT):
        return True
    for owner in slicer.util.getNodesByClass("vtkMRMLSegmentationNode", node.GetScene()):
        for number in range(owner.GetNumberOfNodeReferenceRoles()):
            role = owner.GetNthNodeReferenceRole(number)
            if role.startswith(PREFIX) and owner.HasNodeReferenceID(role, node.GetID()):
                return True
    return False


def _fileBeside(node: Any, other: Any) -> None:
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
    otherItem = hierarchy.GetItemByDataNode(other)
    if not otherItem or isinstance(node, slicer.vtkMRMLDisplayNode | slicer.vtkMRMLColorNode):
        return
    parent = hierarchy.GetItemParent(otherItem)
    item = hierarchy.GetItemByDataNode(node)
    if item:
        hierarchy.SetItemParent(item, parent)
    else:
        hierarchy.CreateItem(parent, node)
