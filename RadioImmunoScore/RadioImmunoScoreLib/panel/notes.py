"""What the user says of lesions: where they sit, whether they were irradiated, whether they count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from radioimmuno.lesion import Site

from ..scene import setIrradiated, setSite
from .inputs import Inputs
from .ledger import Ledger


class LesionNotes:
    """Writes what is said of a lesion where it belongs: to its segment, its row, the parameters.

    Parameters
    ----------
    inputs : the patient's inputs
    ledger : the patient's rows
    changed : called after each
    """

    def __init__(self, inputs: Inputs, ledger: Ledger, changed: Callable[[], None]) -> None:
        self._inputs, self._ledger, self._changed = inputs, ledger, changed

    def setSite(self, segmentID: str, site: Site) -> None:
        """Say where a lesion sits."""
        setSite(self._segment(segmentID), site, segmentID)
        self._ledger.amend(segmentID, site=site)
        if any(variable.startswith("location.") for variable in self._inputs.signature.variables):
            self._ledger.mark({segmentID})
        self._changed()

    def setIrradiated(self, segmentID: str, irradiated: bool | None) -> None:
        """Say whether a lesion was irradiated; its score does not depend on it."""
        setIrradiated(self._segment(segmentID), irradiated)
        self._ledger.amend(segmentID, irradiated=irradiated)
        self._changed()

    def setIncluded(self, segmentID: str, isIncluded: bool) -> None:
        """Leave a lesion out of scoring and of the patient's metrics, or take it in again."""
        self._inputs.setIncluded(segmentID, isIncluded)
        self._changed()

    def _segment(self, segmentID: str) -> Any:
        return self._inputs.segmentationNode.GetSegmentation().GetSegment(segmentID)
