"""The scene shows what the panel shows: nodes and colors are brought to the rows whenever these change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from radioimmuno.scoring.results import PatientScore

from ...scene import clearScores, hideOthers, showScores
from .inputs import Inputs


class SceneView:
    """Brings the scene to the rows; nothing is touched when it shows them already.

    Parameters
    ----------
    inputs : the patient's inputs
    """

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._shown: Any = None

    def begin(self) -> None:
        """Show this segmentation's results, and those of no other."""
        self._shown = None
        if self._inputs.segmentationNode is not None:
            hideOthers(self._inputs.segmentationNode)

    def show(self, patient: PatientScore | None, stale: Collection[str], restored: Collection[str]) -> None:
        """Bring the scene to the patient's rows.

        Parameters
        ----------
        patient : the included rows; None where nothing is scored
        stale, restored : IDs of the rows that are stale, and of those that came without their rings
        """
        inputs = self._inputs
        nodes = inputs.volumeNode, inputs.segmentationNode
        if None in nodes or not inputs.parameters.hasKeptScores:
            return
        byScore = inputs.parameters.colorByScore
        lesions = patient.lesions if patient else ()
        above = nodes[0].GetTransformNodeID()
        # A duplicate wears its original's color until it is looked at.
        what = inputs.signature.sha256, byScore, above, tuple(inputs.segmentIDs)
        state = (*nodes, *what, frozenset(stale), frozenset(restored))
        if self._isShown(state, lesions):
            return
        self._shown = state, lesions
        if patient is None:
            clearScores(nodes[1])
        else:
            showScores(
                *nodes, patient, inputs.signature, stale=stale, restored=restored, inScoreColors=byScore
            )

    def _isShown(self, state: Any, lesions: Collection[Any]) -> bool:
        if self._shown is None or self._shown[0] != state or len(self._shown[1]) != len(lesions):
            return False
        return all(one is other for one, other in zip(self._shown[1], lesions, strict=True))
