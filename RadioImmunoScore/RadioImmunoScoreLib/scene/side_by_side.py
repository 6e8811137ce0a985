"""Two studies in the views: the earlier one above, the later one below, each with its own lesions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import slicer

from .nodes import PREFIX, ownedNode
from .rings import RINGS

# Of the layout; Slicer's own are below 600.
LAYOUT = 14014
# Of the layout before, on the layout node.
LAYOUT_BEFORE = PREFIX + "LayoutBefore"
# On a display node: the views that it was restricted to before, as "" or IDs, and whether it was visible.
VIEWS_BEFORE, VISIBLE_BEFORE = PREFIX + "ViewsBefore", PREFIX + "VisibleBefore"

# Layout names of the views, earlier and later study, and their orientations; the first two are Slicer's own.
VIEWS = (("Red", "Green"), ("FollowUpAxial", "FollowUpCoronal"))
ORIENTATIONS = ("Axial", "Coronal")
_LABELS = (("R", "G"), ("R2", "G2"))
_COLORS = ("#F34A33", "#6EB04B")
# View groups: what moves one row by Slicer's own means leaves the other one.
GROUPS = (0, 1)


def _description() -> str:
    rows = "".join(
        '<item><layout type="horizontal">'
        + "".join(
            f'<item><view class="vtkMRMLSliceNode" singletontag="{name}">'
            f'<property name="orientation" action="default">{orientation}</property>'
            f'<property name="viewlabel" action="default">{label}</property>'
            f'<property name="viewcolor" action="default">{color}</property>'
            f'<property name="viewgroup" action="default">{group}</property>'
            "</view></item>"
            for name, orientation, label, color in zip(names, ORIENTATIONS, labels, _COLORS, strict=True)
        )
        + "</layout></item>"
        for names, labels, group in zip(VIEWS, _LABELS, GROUPS, strict=True)
    )
    return f'<layout type="vertical" split="true">{rows}</layout>'


def addLayout(scene: Any) -> Any | None:
    """Add the layout of two rows to the scene's vtkMRMLLayoutNode; returns it, None without views."""
    node = scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    if node is not None and not node.IsLayoutDescription(LAYOUT):
        node.AddLayoutDescription(LAYOUT, _description())
    return node


def isSideBySide(scene: Any) -> bool:
    """Whether the layout of two rows is shown."""
    node = addLayout(scene)
    return node is not None and node.GetViewArrangement() == LAYOUT


def showSideBySide(scene: Any, pairs: Sequence[tuple[Any, Any]], others: Sequence[Any] = ()) -> bool:
    """Show two studies in two rows.

    Parameters
    ----------
    scene : vtkMRMLScene
    pairs : sequence of two of (vtkMRMLVolumeNode, vtkMRMLSegmentationNode)
        The earlier study and the later one.
    others : sequence of vtkMRMLSegmentationNode, optional
        The lesions of further studies, which are hidden.

    Returns
    -------
    bool
        Whether something else is shown than before: it is not where a scene was loaded.
    """
    node = addLayout(scene)
    if node is None:
        return False
    isOther = node.GetViewArrangement() != LAYOUT
    if isOther:
        node.SetAttribute(LAYOUT_BEFORE, str(node.GetViewArrangement()))
        node.SetViewArrangement(LAYOUT)
    restoreViews(scene)
    for row, (volumeNode, segmentationNode) in enumerate(pairs):
        views = rowViews(scene, row)
        for view in views:
            composite = _compositeOf(view)
            if composite is not None and composite.GetBackgroundVolumeID() != volumeNode.GetID():
                composite.SetBackgroundVolumeID(volumeNode.GetID())
                isOther = True
        _showIn(views, segmentationNode)
    for segmentationNode in others:
        _showIn((), segmentationNode)
    return isOther


def leaveSideBySide(scene: Any) -> None:
    """Show the layout that was shown before, and the lesions in all views that they were shown in."""
    restoreViews(scene)
    node = addLayout(scene)
    if node is not None and node.GetViewArrangement() == LAYOUT:
        before = node.GetAttribute(LAYOUT_BEFORE)
        node.SetViewArrangement(int(before) if before else node.SlicerLayoutFourUpView)


def restoreViews(scene: Any) -> None:
    """Have lesions and rings of all studies shown in the views that they were shown in before, or hidden."""
    for display in slicer.util.getNodesByClass("vtkMRMLSegmentationDisplayNode", scene):
        before = display.GetAttribute(VIEWS_BEFORE)
        if before is not None:
            _restrict(display, before.split())
            # A scene of an earlier version does not say it: all were visible then.
            display.SetVisibility(display.GetAttribute(VISIBLE_BEFORE) != "0")
            for kept in (VIEWS_BEFORE, VISIBLE_BEFORE):
                display.RemoveAttribute(kept)


def rowViews(scene: Any, row: int) -> list[Any]:
    """The slice nodes of a row, 0 for the earlier study; those that there are."""
    nodes = {node.GetLayoutName(): node for node in slicer.util.getNodesByClass("vtkMRMLSliceNode", scene)}
    return [nodes[name] for name in VIEWS[row] if name in nodes]


def jumpRow(scene: Any, row: int, center: Sequence[float]) -> None:
    """Show a point (RAS mm) in the middle of the views of a row."""
    for view in rowViews(scene, row):
        view.JumpSliceByCentering(*center)


def middleOf(sliceNode: Any) -> tuple[float, float, float]:
    """The point (RAS mm) in the middle of a slice view."""
    toRas = sliceNode.GetSliceToRAS()
    x, y, z = (toRas.GetElement(row, 3) for row in range(3))
    return x, y, z


def showRingsWithLesions(segmentationNode: Any, isVisible: bool) -> None:
    """Show the rings of lesions, where there are any, in the views of the lesions, or hide them.

    Rings are made whenever lesions are scored, also while two studies are shown.
    """
    rings = ownedNode(segmentationNode, RINGS)
    display, lesions = (rings and rings.GetDisplayNode()), segmentationNode.GetDisplayNode()
    if not display or lesions is None:
        return
    if lesions.GetAttribute(VIEWS_BEFORE) is not None:
        _keepViews(display)
    viewIDs = _viewIDs(lesions)
    if _viewIDs(display) != viewIDs:
        _restrict(display, viewIDs)
    display.SetVisibility(isVisible and bool(lesions.GetVisibility()))


def _showIn(views: Sequence[Any], segmentationNode: Any) -> None:
    """Show lesions in these views and no others, with their rings where those are visible."""
    for shown in (segmentationNode, ownedNode(segmentationNode, RINGS)):
        display = shown.GetDisplayNode() if shown is not None else None
        if display is None:
            continue
        _keepViews(display)
        _restrict(display, [view.GetID() for view in views])
        display.SetVisibility(bool(views) and (shown is segmentationNode or bool(display.GetVisibility())))


def _keepViews(display: Any) -> None:
    if display.GetAttribute(VIEWS_BEFORE) is None:
        display.SetAttribute(VIEWS_BEFORE, " ".join(_viewIDs(display)))
        display.SetAttribute(VISIBLE_BEFORE, str(display.GetVisibility()))


def _viewIDs(display: Any) -> list[str]:
    return [display.GetNthViewNodeID(n) for n in range(display.GetNumberOfViewNodeIDs())]


def _restrict(display: Any, viewIDs: Sequence[str]) -> None:
    display.RemoveAllViewNodeIDs()
    for viewID in viewIDs:
        display.AddViewNodeID(viewID)


def _compositeOf(sliceNode: Any) -> Any | None:
    name = sliceNode.GetLayoutName()
    found = slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode", sliceNode.GetScene())
    return next((node for node in found if node.GetLayoutName() == name), None)


def fitViews(scene: Any) -> None:
    """Fit the views of both rows to the whole volumes, as far as they are shown."""
    logic = slicer.app.applicationLogic()
    for view in (*rowViews(scene, 0), *rowViews(scene, 1)):
        sliceLogic = logic.GetSliceLogic(view)
        if sliceLogic is not None:
            sliceLogic.FitSliceToBackground(*view.GetDimensions()[:2])
