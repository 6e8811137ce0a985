"""The bench's subject hierarchy: the order of events while a scene is loaded, as the application has it."""

from __future__ import annotations

import slicer
import vtk

HIERARCHY = "vtkMRMLSubjectHierarchyNode"


def saved(bench, path):
    bench.scene.AddNewNodeByClass("vtkMRMLTextNode", "note")
    return bench.host.saveScene(path)


def watch(scene):
    """(event, removed class, is a state flag set) of all that is heard of from now on."""
    heard = []

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def removed(caller, event, node):
        heard.append(("removed", node.GetClassName(), bool(scene.GetStates())))

    for name in ("StartImportEvent", "EndImportEvent"):
        scene.AddObserver(getattr(scene, name), lambda *_, name=name: heard.append((name, "", None)))
    scene.AddObserver(scene.NodeRemovedEvent, removed)
    return heard


def test_the_loaded_hierarchy_is_merged_and_removed_before_anybody_hears_of_the_end(bench, tmp_path):
    file = saved(bench, tmp_path / "scene.mrb")
    heard = watch(bench.scene)
    assert bench.scene.ReadFromMRB(str(file), False)
    names = [event[0] for event in heard]
    between = heard[names.index("StartImportEvent") : names.index("EndImportEvent")]
    assert ("removed", HIERARCHY, False) in between
    assert len(slicer.util.getNodesByClass(HIERARCHY)) == 1


def test_every_storable_node_has_one_item_when_it_is_added_and_none_when_it_is_removed(bench):
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(bench.scene)
    node = bench.scene.AddNewNodeByClass("vtkMRMLTextNode", "note")
    assert hierarchy.GetItemByDataNode(node)
    count = hierarchy.GetNumberOfItems()
    bench.scene.RemoveNode(node)
    assert hierarchy.GetNumberOfItems() == count - 1


def test_a_closed_scene_has_a_hierarchy_again(bench):
    bench.scene.Clear()
    assert len(slicer.util.getNodesByClass(HIERARCHY)) == 1
