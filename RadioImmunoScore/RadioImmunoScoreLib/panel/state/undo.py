"""What the panel did to segments, to be taken back and done again.

Only the segments that a step wrote are brought back, and only their voxels: what was said, scored or drawn
otherwise meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...scene.segments import Kept, keepSegment, restoreSegment
from .signal import Signal

MAX_STEPS = 20


@dataclass(frozen=True, eq=False)
class Step:
    """Segments as they are to be brought back by segment ID, None for those that are to go."""

    title: str
    segments: Mapping[str, Kept | None]


class History:
    """Steps back and forth in one segmentation.

    Attributes
    ----------
    changed : Signal; there is another step to take back or to do again
    """

    def __init__(self) -> None:
        self.changed = Signal()
        self._node: Any = None
        self._undo: list[Step] = []
        self._redo: list[Step] = []

    @property
    def undoTitle(self) -> str:
        """What would be taken back; empty for nothing."""
        return self._undo[-1].title if self._undo else ""

    @property
    def redoTitle(self) -> str:
        """What would be done again; empty for nothing."""
        return self._redo[-1].title if self._redo else ""

    def begin(self, segmentationNode: Any | None) -> None:
        """Forget all steps when it is another segmentation."""
        if segmentationNode is not self._node:
            self._node, self._undo, self._redo = segmentationNode, [], []
            self.changed.emit()

    def keep(self, segmentIDs: Iterable[str]) -> dict[str, Kept | None]:
        """Segments as they are now, to be handed to `add` after they were written."""
        return {segmentID: keepSegment(self._node, segmentID) for segmentID in segmentIDs}

    def add(self, title: str, before: Mapping[str, Kept | None]) -> None:
        """A step was done to segments that were like this before; None for those that it made."""
        self._undo = [*self._undo, Step(title, before)][-MAX_STEPS:]
        self._redo.clear()
        self.changed.emit()

    def undo(self) -> set[str]:
        """Take the last step back; the IDs of the segments that were written."""
        return self._take(self._undo, self._redo)

    def redo(self) -> set[str]:
        """Do again what was taken back last; the IDs of the segments that were written."""
        return self._take(self._redo, self._undo)

    def _take(self, source: list[Step], target: list[Step]) -> set[str]:
        if not source:
            return set()
        step = source.pop()
        target.append(Step(step.title, self.keep(step.segments)))
        for segmentID, kept in step.segments.items():
            restoreSegment(self._node, segmentID, kept)
        self.changed.emit()
        return set(step.segments)
