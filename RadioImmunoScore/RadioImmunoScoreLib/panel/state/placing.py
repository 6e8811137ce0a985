"""A stroke or a click that the user is about to place in the views."""

from __future__ import annotations

from typing import Any

import slicer

import qt

from ...scene.strokes import (
    SELECTION,
    interactionNode,
    isPlacing,
    isWhole,
    liesInOneSlice,
    placedPoints,
    startPlacing,
    stopPlacing,
)
from .observers import Observers
from .signal import Signal
from .timers import release, singleShot


class Placing:
    """Lets the user place one markup; the markup itself is gone afterwards.

    Attributes
    ----------
    ended : Signal of the placed points, in LPS mm of the CT's own frame; of None when it was given up
    misplaced : Signal; the points do not lie in one slice view, and `ended` follows with None

    Parameters
    ----------
    widget : in its window Escape gives up what is being placed
    """

    def __init__(self, widget: Any) -> None:
        self.ended, self.misplaced = Signal(), Signal()
        self._widget = widget
        self._escape: Any = None
        self.observers = Observers()
        self._node: Any = None
        self._nodeID = ""
        self._volumeNode: Any = None
        # The views tell of a point before they are done with it: the markup must outlive that.
        self._look = singleShot(0, self._lookAgain)

    @property
    def className(self) -> str:
        """The class of the markup that is being placed; empty for none."""
        return self._node.GetClassName() if self._node is not None else ""

    def start(self, className: str, name: str, volumeNode: Any) -> None:
        """Have the user place a markup on a CT; one that was being placed is given up."""
        self.stop()
        scene = slicer.mrmlScene
        self._node, self._volumeNode = startPlacing(scene, className, name), volumeNode
        self._nodeID = self._node.GetID()
        interaction, selection = interactionNode(scene), scene.GetNodeByID(SELECTION)
        self.observers.observe(interaction, (interaction.EndPlacementEvent,), self._look.start)
        self.observers.observe(selection, (selection.ActivePlaceNodeIDChangedEvent,), self._look.start)
        self.observers.observe(scene, (scene.NodeRemovedEvent,), self._look.start)
        # Only meanwhile: the Segment Editor has the same key for its tools.
        self._escape = qt.QShortcut(qt.QKeySequence(qt.Qt.Key_Escape), self._widget.window())
        self._escape.setContext(qt.Qt.ApplicationShortcut)
        self._escape.connect("activated()", self.stop)

    def stop(self) -> None:
        """Give up what is being placed."""
        if self._node is not None:
            self._end(None)

    def release(self) -> None:
        """Nothing is placed ever again."""
        self.stop()
        release(self._look)

    def _lookAgain(self) -> None:
        """Something happened: the markup is whole, or another tool was chosen, or it goes on."""
        if self._node is None:
            return
        isThere = self._node.GetScene() is not None
        if isThere and isWhole(self._node):
            if liesInOneSlice(self._node):
                self._end(placedPoints(self._node, self._volumeNode))
            else:
                self.misplaced.emit()
                self._end(None)
        elif not isThere or not isPlacing(slicer.mrmlScene, self._nodeID):
            self._end(None)

    def _end(self, points: Any) -> None:
        node, self._node, self._volumeNode = self._node, None, None
        self._look.stop()
        self.observers.removeAll()
        self._escape.setEnabled(False)
        self._escape.deleteLater()
        stopPlacing(slicer.mrmlScene, node, self._nodeID)
        self.ended.emit(points)
