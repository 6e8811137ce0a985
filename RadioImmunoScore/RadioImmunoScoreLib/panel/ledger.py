"""The last scores and how far they can still be believed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from radioimmuno.results import LesionScore

from ..scene.tags import irradiatedOf
from .edits import Stamps, changedSince, frameOf, stampsOf
from .inputs import Inputs


class Ledger:
    """Scores by segment ID, and which of them are stale.

    A row is stale when what it was measured on changed: by an edit of its segment, or because something that
    all depend on (signature, tube voltage, CT, transform) or that was said of it is another now.

    Parameters
    ----------
    inputs : the inputs; their parameter node has the scores of a scene that was loaded
    """

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self.scores = inputs.parameters.rows
        self.stale = set(inputs.parameters.stale)
        self.begin()

    def begin(self) -> None:
        """Take segmentation and CT as they are for what the rows were measured on."""
        # Stale for certain, whatever the voxels are.
        self._certain = set(self.stale)
        self._stamps, self._frame = self.stamps(), self.frame()
        self.keep()

    def empty(self) -> None:
        """Forget all rows."""
        self.scores, self.stale = {}, set()

    def stamps(self) -> Stamps:
        """The time stamps of the segments now."""
        node = self._inputs.segmentationNode
        return stampsOf(node) if node else {}

    def frame(self) -> tuple[Any, ...] | None:
        """What all lesions depend on, now."""
        nodes = self._inputs.volumeNode, self._inputs.segmentationNode
        return frameOf(*nodes) if all(nodes) else None

    def compare(self) -> None:
        """Rows of segments that are gone go; edited ones, or all when the CT changed, are marked."""
        present = set(self._inputs.segmentIDs)
        self.scores = {i: row for i, row in self.scores.items() if i in present}
        if self._inputs.segmentationNode is not None:
            self.stale |= changedSince(self._stamps, self._inputs.segmentationNode)
        if self.frame() != self._frame:
            self.mark(self.scores)
        self.stale &= set(self.scores)
        self._certain &= self.stale
        self.keep()

    def mark(self, segmentIDs: Iterable[str] | None = None) -> None:
        """These rows are stale for certain; all by default."""
        marked = set(self.scores if segmentIDs is None else segmentIDs) & set(self.scores)
        self.stale |= marked
        self._certain |= marked
        self.keep()

    def isCertain(self, segmentIDs: Collection[str]) -> bool:
        """Whether any of these is stale for another reason than a time stamp."""
        return bool(self._certain & set(segmentIDs))

    def acquit(self, segmentIDs: Collection[str]) -> None:
        """The voxels of these segments are the same in spite of their time stamps."""
        now = self.stamps()
        self.stale -= set(segmentIDs)
        self._stamps.update({i: now[i] for i in segmentIDs})

    def amend(self, segmentID: str, **what: Any) -> None:
        """Write what was said about a lesion into its row."""
        self.amendAll({segmentID: what})

    def amendAll(self, what: Mapping[str, Mapping[str, Any]]) -> None:
        """Write fields into rows, by segment ID."""
        present = {i: fields for i, fields in what.items() if i in self.scores}
        self.scores.update({i: replace(self.scores[i], **fields) for i, fields in present.items()})
        if present:
            self.keep()

    def enter(
        self,
        rows: Iterable[LesionScore],
        asked: Collection[str],
        stamps: Stamps,
        frame: tuple[Any, ...] | None,
    ) -> None:
        """Enter new rows, measured on segments and CT of these stamps and this frame."""
        present = set(self._inputs.segmentIDs)
        self.scores.update({row.id: self._asTagged(row) for row in rows if row.id in present})
        self.stale -= set(asked)
        self._certain -= set(asked)
        self._stamps.update({i: stamp for i, stamp in stamps.items() if i in asked})
        self._frame = frame
        self.compare()

    def keep(self) -> None:
        """Keep scores and marks for a saved scene."""
        self._inputs.parameters.keepScores(self.scores, self.stale)

    def _asTagged(self, row: LesionScore) -> LesionScore:
        """The row with what was said about the lesion while it was being scored."""
        segment = self._inputs.segmentationNode.GetSegmentation().GetSegment(row.id)
        return replace(row, name=segment.GetName(), irradiated=irradiatedOf(segment))
