"""The lesion that is selected: one for table, views and Segment Editor."""

from __future__ import annotations

from typing import Any

from ...scene import jumpToLesion
from .other_modules import SegmentChoice
from .scoring_session import ScoringSession

# How strongly the other lesions are shown while one is selected.
BEHIND = 0.35


class Highlight:
    """Lets one lesion stand out by making the others fainter; what was there before comes back."""

    def __init__(self) -> None:
        self._node: Any = None
        self._before: dict[str, float] = {}

    def show(self, segmentationNode: Any, segmentID: str) -> None:
        """Let this lesion stand out."""
        self.clear()
        displayNode = segmentationNode.GetDisplayNode()
        if displayNode is None:
            return
        self._node = segmentationNode
        for other in segmentationNode.GetSegmentation().GetSegmentIDs():
            if other != segmentID:
                self._before[other] = displayNode.GetSegmentOpacity2DFill(other)
                displayNode.SetSegmentOpacity2DFill(other, self._before[other] * BEHIND)

    def clearUnlessOn(self, segmentationNode: Any) -> None:
        """All lesions as they were, when they are those of another segmentation."""
        if self._node is not segmentationNode:
            self.clear()

    def clear(self) -> None:
        """All lesions as they were."""
        displayNode = self._node.GetDisplayNode() if self._node else None
        if displayNode is not None:
            present = set(self._node.GetSegmentation().GetSegmentIDs())
            for segmentID, opacity in self._before.items():
                if segmentID in present:
                    displayNode.SetSegmentOpacity2DFill(segmentID, opacity)
        self._node, self._before = None, {}


class Selection:
    """One lesion of the segmentation, or none.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    """

    def __init__(self, session: ScoringSession) -> None:
        self._session = session
        self._chosen: str | None = None
        self._node: Any = None
        self.highlight = Highlight()
        self.segmentChoice = SegmentChoice(self._segmentChosen)

    @property
    def segmentID(self) -> str | None:
        """The segment ID of the lesion; None for none."""
        inputs = self._session.inputs
        isThere = self._node is inputs.segmentationNode and self._chosen in inputs.segmentIDs
        return self._chosen if isThere else None

    def choose(self, segmentID: str) -> None:
        """Select a lesion, go to it in all views and let it stand out."""
        node = self._session.inputs.segmentationNode
        jumpToLesion(node, segmentID)
        self.highlight.show(node, segmentID)
        self.chooseInPlace(segmentID)

    def chooseInPlace(self, segmentID: str | None) -> None:
        """Select a lesion, or none; the views stay where they are."""
        self._chosen, self._node = segmentID, self._session.inputs.segmentationNode
        self._session.refresh()

    def clearHighlight(self) -> None:
        """Let no lesion stand out."""
        self.highlight.clear()

    def close(self) -> None:
        """Let no lesion stand out, and observe nothing any more."""
        self.highlight.clear()
        self.segmentChoice.close()

    def _segmentChosen(self, segmentationNode: Any, segmentID: str) -> None:
        """The user selected a segment in the Segment Editor."""
        isOurs = segmentationNode is self._session.inputs.segmentationNode
        if isOurs and segmentID != self.segmentID:
            self.chooseInPlace(segmentID)
