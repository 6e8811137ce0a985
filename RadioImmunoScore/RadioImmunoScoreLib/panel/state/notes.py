"""What the user says of lesions: where they sit, whether they were irradiated, whether they count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from radioimmuno.lesion import Site

from ...scene import setIrradiated, setSite
from .inputs import Inputs
from .score_store import ScoreStore


class LesionNotes:
    """Writes what is said of a lesion where it belongs: to its segment, its row, the parameters.

    Parameters
    ----------
    inputs : the patient's inputs
    store : the patient's scores
    changed : called after each
    edited : called when there may be something to score
    """

    def __init__(
        self, inputs: Inputs, store: ScoreStore, changed: Callable[[], None], edited: Callable[[], None]
    ) -> None:
        self._inputs, self._store = inputs, store
        self._changed, self._edited = changed, edited

    def setSite(self, segmentID: str, site: Site) -> None:
        """Say where a lesion sits."""
        setSite(self._segment(segmentID), site, segmentID)
        self._store.compare()
        self._changed()

    def setIrradiated(self, segmentID: str, irradiated: bool | None) -> None:
        """Say whether a lesion was irradiated; its score does not depend on it."""
        setIrradiated(self._segment(segmentID), irradiated)
        self._store.compare()
        self._changed()

    def setIncluded(self, segmentID: str, isIncluded: bool) -> None:
        """Leave a lesion out of scoring and of the patient's metrics, or take it in again."""
        self._inputs.setIncluded(segmentID, isIncluded)
        if isIncluded:
            self._store.ask(segmentID)
        self._store.compare()
        self._changed()
        self._edited()

    def _segment(self, segmentID: str) -> Any:
        return self._inputs.segmentationNode.GetSegmentation().GetSegment(segmentID)
