"""Markups that the user places in the views with the mouse, one after the other."""

from __future__ import annotations

from typing import Any

import slicer

from radioimmuno.geometry.image import Triple

from ...scene.stroke_markups import (
    SELECTION,
    alignBox,
    interactionNode,
    isLastUnderMouse,
    isPlacing,
    isWhole,
    keepInPlace,
    liesInOneSlice,
    placedPoints,
    startPlacing,
    stopPlacing,
    thickenBox,
)
from ...services.segment_edits import areCrossed
from .events import Observers, Signal, release, singleShot
from .gestures import Gesture


class MarkupPlacement:
    """Lets the user place the markups of a gesture; they are gone afterwards.

    Attributes
    ----------
    gesture : Gesture or None
        What is being placed.
    wholeCount : int
        How many of its markups are whole.
    ended : Signal of the placed points, in LPS mm of the CT's own frame; of None when it was given up
    moved : Signal of the points of a first markup of which but the last one, under the mouse, is placed
    went : Signal; a markup is whole, and the next one is being placed or this one is adjusted
    misplaced : Signal of whether it goes on: a second line that does not cross the first in its slice is
        placed once more; where the first lies in no slice view, `ended` follows with None
    """

    def __init__(self) -> None:
        self.ended, self.moved, self.went, self.misplaced = Signal(), Signal(), Signal(), Signal()
        self.observers = Observers()
        self.gesture: Gesture | None = None
        self.wholeCount = 0
        self._nodes: list[Any] = []
        self._nodeID = ""
        self._name = ""
        self._volumeNode: Any = None
        # The views signal a point before they are done with it: the markup must outlive that.
        self._look = singleShot(0, self._lookAgain)

    @property
    def isAdjusting(self) -> bool:
        """Whether all is placed, and the user adjusts it."""
        return self.gesture is not None and self.gesture.isAdjusted and self.wholeCount > 0

    def start(self, gesture: Gesture, name: str, volumeNode: Any) -> None:
        """Have the user place a gesture's markups on a CT; what was being placed is given up."""
        self.stop()
        scene = slicer.mrmlScene
        self.gesture, self._name, self._volumeNode = gesture, name, volumeNode
        interaction, selection = interactionNode(scene), scene.GetNodeByID(SELECTION)
        self._place()
        self.observers.observe(interaction, (interaction.EndPlacementEvent,), self._look.start)
        self.observers.observe(selection, (selection.ActivePlaceNodeIDChangedEvent,), self._look.start)
        self.observers.observe(scene, (scene.NodeRemovedEvent,), self._look.start)

    def finish(self) -> None:
        """Take what is whole for all of it."""
        if self.wholeCount:
            self._end([point for node in self._nodes[: self.wholeCount] for point in self._pointsOf(node)])

    def stop(self) -> None:
        """Give up what is being placed."""
        if self.gesture is not None:
            self._end(None)

    def release(self) -> None:
        """Nothing is placed ever again."""
        self.stop()
        release(self._look)

    def _place(self) -> None:
        assert self.gesture is not None
        node = startPlacing(slicer.mrmlScene, self.gesture.className, self._name)
        self._nodes.append(node)
        self._nodeID = node.GetID()
        if self.gesture.isAdjusted:
            alignBox(node, self._volumeNode)
        if self.gesture.isPreviewed and not self.wholeCount:
            self.observers.observe(node, (node.PointModifiedEvent,), self._pointMoved)

    def _pointMoved(self) -> None:
        if self._nodes and isLastUnderMouse(self._nodes[-1]):
            self.moved.emit(self._pointsOf(self._nodes[-1]))

    def _lookAgain(self) -> None:
        """Something happened: the markup is whole, or another tool was chosen, or it goes on."""
        if self.gesture is None:
            return
        if any(node.GetScene() is None for node in self._nodes):
            self._end(None)
        elif self.isAdjusting:
            return
        elif isWhole(self._nodes[-1]):
            self._take()
        elif not isPlacing(slicer.mrmlScene, self._nodeID):
            self._end(None)

    def _take(self) -> None:
        """The markup is whole: use all, or have the next one placed, or this one once more."""
        assert self.gesture is not None
        if self.gesture.isAdjusted:
            thickenBox(self._nodes[-1])
            self._goOn()
            return
        points = [self._pointsOf(node) for node in self._nodes]
        if not liesInOneSlice(self._nodes) or (len(points) > 1 and not areCrossed(*points)):
            self._placeAgain()
        elif len(points) < self.gesture.count:
            keepInPlace(self._nodes[-1])
            self._goOn()
            self._place()
        else:
            self._end([point for each in points for point in each])

    def _goOn(self) -> None:
        self.wholeCount += 1
        self.went.emit()

    def _placeAgain(self) -> None:
        isLater = self.wholeCount > 0
        self.misplaced.emit(isLater)
        if not isLater:
            self._end(None)
            return
        stopPlacing(slicer.mrmlScene, self._nodes.pop(), self._nodeID)
        self._place()

    def _pointsOf(self, node: Any) -> list[Triple]:
        return placedPoints(node, self._volumeNode)

    def _end(self, points: Any) -> None:
        nodes, self._nodes, self.gesture, self._volumeNode = self._nodes, [], None, None
        self.wholeCount = 0
        self._look.stop()
        self.observers.removeAll()
        for node in reversed(nodes):
            stopPlacing(slicer.mrmlScene, node, self._nodeID)
        self.ended.emit(points)
