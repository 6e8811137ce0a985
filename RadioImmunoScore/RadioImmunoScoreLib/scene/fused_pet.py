"""The PET over the CT: Slicer's own layer in front, in Slicer's own colors of a PET.

What the views had in front, and how the PET looked by itself, stands in an attribute of the PET as long as it
is shown so, in a saved scene too, and comes back when it is not. Window, colors and opacity are set once: how
the user changes them afterwards is left alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any

import slicer

from radioimmuno.modality import PET

from .interior_map import MAP, frontBehind, setFrontBehind
from .nodes import PREFIX, RESULT

BEFORE = PREFIX + "BeforeFused"
OPACITY = 0.5


class FusedPet:
    """Shows one PET in front of the slice views, but for those of another study."""

    def __init__(self) -> None:
        # Of one that is removed from the scene its attribute is gone.
        self._shown: tuple[Any, dict[str, Any]] | None = None

    def show(self, petNode: Any, valuesPerUnit: float = 1.0, otherStudies: Collection[str] = ()) -> None:
        """Show this PET over what the views show; nothing is touched where it is shown already.

        A view that shows nothing is left alone: what it will show may be of another study.

        Parameters
        ----------
        petNode : vtkMRMLScalarVolumeNode
        valuesPerUnit : float
            What an SUV of 1 is in the node's values.
        otherStudies : collection of str
            IDs of the volumes that this PET does not belong to.
        """
        self._clear(but=petNode)
        kept = petNode.GetAttribute(BEFORE)
        before = json.loads(kept) if kept else {"display": _look(petNode), "views": {}}
        fits = {view: _isOf(view, otherStudies) for view in _views(petNode)}
        known = {view for view in fits if view.GetID() in before["views"]}
        fresh = [view for view, isOf in fits.items() if isOf and view not in known]
        left = [view for view in known if not fits[view]]
        for view in fresh:
            _bringToFront(view, petNode, before["views"])
        for view in left:
            _takeBack(view, petNode, before["views"].pop(view.GetID()))
        isOtherUnit = before.get("valuesPerUnit") != valuesPerUnit
        if isOtherUnit:
            _color(petNode, valuesPerUnit)
            before["valuesPerUnit"] = valuesPerUnit
        if fresh or left or isOtherUnit:
            petNode.SetAttribute(BEFORE, json.dumps(before))
        self._shown = petNode, before

    def clear(self) -> None:
        """Show no PET over the views any more; all looks as before."""
        self._clear()

    def forget(self) -> None:
        """The scene goes: what its views had in front means nothing in another one."""
        self._shown = None

    def _clear(self, but: Any = None) -> None:
        for node in _fusedNodes(slicer.mrmlScene):
            if node is not but:
                restore(node)
        shown, self._shown = self._shown, None
        if shown is not None and shown[0].GetScene() is None:
            for view in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
                if view.GetForegroundVolumeID() is None and view.GetID() in shown[1]["views"]:
                    _putFront(view, shown[1]["views"][view.GetID()])


def restore(petNode: Any) -> None:
    """Have views and PET look as before it was shown in front."""
    before = json.loads(petNode.GetAttribute(BEFORE))
    petNode.RemoveAttribute(BEFORE)
    for view in _views(petNode):
        _takeBack(view, petNode, before["views"].get(view.GetID(), (None, 0.0)))
    display, look = petNode.GetDisplayNode(), before["display"]
    if display is not None and look is not None:
        display.SetAndObserveColorNodeID(look["color"])
        display.SetWindowLevel(look["window"], look["level"])
        display.SetAutoWindowLevel(look["auto"])


def _look(petNode: Any) -> dict[str, Any] | None:
    display = petNode.GetDisplayNode()
    if display is None:
        petNode.CreateDefaultDisplayNodes()
        display = petNode.GetDisplayNode()
    return {
        "color": display.GetColorNodeID(),
        "window": display.GetWindow(),
        "level": display.GetLevel(),
        "auto": display.GetAutoWindowLevel(),
    }


def _color(petNode: Any, valuesPerUnit: float) -> None:
    colors = slicer.vtkMRMLPETProceduralColorNode
    colorID = slicer.modules.colors.logic().GetPETColorNodeID(colors.PETheat)
    display = petNode.GetDisplayNode()
    low, high = (end * valuesPerUnit for end in PET.window or (0.0, 1.0))
    display.SetAndObserveColorNodeID(colorID)
    display.SetAutoWindowLevel(False)
    display.SetWindowLevelMinMax(low, high)


def _bringToFront(view: Any, petNode: Any, before: dict[str, Any]) -> None:
    """The PET in front of a view, or behind the map of a lesion's interior that is there."""
    above = petNode.GetScene().GetNodeByID(view.GetForegroundVolumeID() or "")
    if _isMap(above):
        before[view.GetID()] = frontBehind(above, view.GetID())
        setFrontBehind(above, view.GetID(), (petNode.GetID(), OPACITY))
    else:
        before[view.GetID()] = view.GetForegroundVolumeID(), view.GetForegroundOpacity()
        _putFront(view, (petNode.GetID(), OPACITY))


def _takeBack(view: Any, petNode: Any, front: Sequence[Any]) -> None:
    """What was in front of a view before the PET, where the PET still is."""
    above = petNode.GetScene().GetNodeByID(view.GetForegroundVolumeID() or "")
    if above is petNode:
        _putFront(view, front)
    elif _isMap(above) and frontBehind(above, view.GetID())[0] == petNode.GetID():
        setFrontBehind(above, view.GetID(), front)


def _isOf(view: Any, otherStudies: Collection[str]) -> bool:
    """Whether a view shows something, and nothing of another study."""
    shown = view.GetBackgroundVolumeID()
    return bool(shown) and shown not in otherStudies


def _putFront(view: Any, front: Sequence[Any]) -> None:
    volumeID, opacity = front
    # What was removed from the scene meanwhile cannot come back.
    isThere = view.GetScene().GetNodeByID(volumeID or "") is not None
    view.SetForegroundVolumeID(volumeID if isThere else None)
    view.SetForegroundOpacity(opacity)


def _isMap(node: Any | None) -> bool:
    return node is not None and node.GetAttribute(RESULT) == MAP


def _fusedNodes(scene: Any) -> list[Any]:
    nodes = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode", scene)
    return [node for node in nodes if node.GetAttribute(BEFORE)]


def _views(node: Any) -> list[Any]:
    return slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode", node.GetScene())
