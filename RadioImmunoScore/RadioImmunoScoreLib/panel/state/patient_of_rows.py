"""The patient of the rows: the same object as long as nothing it is made of is another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from radioimmuno.lesion import LeftOut
from radioimmuno.scoring.results import LesionScore, PatientScore

from ...services.images_beside import rolesOf
from ...services.scene_study import inputsOf
from .inputs import Inputs


class PatientOfRows:
    """Makes the patient when rows or inputs are others."""

    def __init__(self) -> None:
        self._last: tuple[Any, ...] = ()

    def of(self, inputs: Inputs, rows: Sequence[LesionScore], left: Sequence[LeftOut]) -> PatientScore | None:
        """The patient of these rows; None where nothing was scored."""
        from radioimmuno.scoring.score import patient_score

        if not rows or inputs.volumeNode is None:
            return None
        names = inputsOf(inputs.volumeNode, inputs.segmentationNode)
        names |= {"clinical": inputs.clinical} if inputs.clinical else {}
        measured = rolesOf(inputs.signature)
        images = [one for one in inputs.beside if one.role in measured]
        names |= {one.role: one.identifiers for one in images}
        about: dict[str, Any] = {one.role: one.reading.about for one in images if one.isRead}
        # How they were prepared is known of what was scored.
        about |= {role: kept for role, kept in inputs.parameters.aboutImages.items() if role in measured}
        of = (rows, inputs.signature, inputs.acquisition, names, inputs.identity, left, about)
        if self._last[1:] != of or not _areSame(self._last[1], rows):
            self._last = patient_score(*of), *of
        known: PatientScore = self._last[0]
        return known


def _areSame(rows: Sequence[LesionScore], others: Sequence[LesionScore]) -> bool:
    """Whether they are the same objects: rings are not compared."""
    return all(row is other for row, other in zip(rows, others, strict=True))
