"""Layouts on the bench: the slice views that a layout asks for are made, as the application does."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import slicer
import vtk

VIEW_SIZE = (240, 240)


class Layouts:
    """Follows the scene's layout node, which it makes.

    Parameters
    ----------
    bench : Bench

    Attributes
    ----------
    node : vtkMRMLLayoutNode
    """

    def __init__(self, bench: Any) -> None:
        self._bench = bench
        node = slicer.vtkMRMLLayoutNode()
        node.AddLayoutDescription(node.SlicerLayoutFourUpView, '<layout type="horizontal"/>')
        node.SetViewArrangement(node.SlicerLayoutFourUpView)
        self.node = bench.scene.AddNode(node)
        self._tag = self.node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._changed)

    def close(self) -> None:
        """Follow nothing any more."""
        self.node.RemoveObserver(self._tag)

    def _changed(self, caller: Any, event: str) -> None:
        from RadioImmunoScoreLib.headless.views import SliceView

        for view in ElementTree.fromstring(self.node.GetCurrentLayoutDescription() or "<layout/>").iter(
            "view"
        ):
            name = view.get("singletontag")
            if view.get("class") != "vtkMRMLSliceNode" or name in self._bench.sliceViews:
                continue
            said = {one.get("name"): one.text for one in view.iter("property")}
            made = SliceView(self._bench.host, said["orientation"], VIEW_SIZE, name)
            made.node.SetViewGroup(int(said["viewgroup"]))
            self._bench.sliceViews[name] = made
