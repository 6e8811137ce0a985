"""Uptake of the lesions on the PET, measured whenever lesions, reference regions or the PET are others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError
from radioimmuno.modality import PET

from ...scene.segment_properties import referenceOf
from ...services.images_beside import ImageBeside
from ...services.lesion_values import measureUptake
from ..texts import problemText
from .edits import frameOf, stampsOf
from .inputs import Inputs
from .jobs import MEASURING
from .panel_state import UptakeState
from .scoring_session import ScoringSession

if TYPE_CHECKING:
    from radioimmuno.pet.patient_uptake import PatientUptake


class Uptake:
    """Keeps what is known of the uptake in step with the scene.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    measurer : callable
        As `lesion_values.measureUptake`; a test gives its own.
    """

    def __init__(self, session: ScoringSession, measurer: Callable[..., Any] = measureUptake) -> None:
        self.measurer = measurer
        self._session = session
        self._key: Any = None
        self._subject: Any = None
        self._state = UptakeState()

    @property
    def state(self) -> UptakeState:
        """What is known now; nothing without a PET."""
        return self._state

    @property
    def patient(self) -> PatientUptake | None:
        """What was measured last."""
        return self._state.patient

    @property
    def pet(self) -> ImageBeside | None:
        """The PET."""
        return next((one for one in self._session.inputs.beside if one.role == PET.role), None)

    def follow(self) -> None:
        """Something may have changed: measure again when it is another PET, lesion or reference region."""
        session, pet = self._session, self.pet
        inputs = session.inputs
        subject = inputs.volumeNode, inputs.segmentationNode, self._session.parameters.petNode
        if pet is None or inputs.missing or subject != self._subject:
            # Segments of others may have the same IDs.
            self._key, self._subject, self._state = None, subject, UptakeState()
        if pet is None or inputs.missing:
            return
        segmentation = inputs.segmentationNode.GetSegmentation()
        regions = [referenceOf(segmentation.GetSegment(i)) for i in inputs.segmentIDs]
        key = pet, *lesionKey(inputs), tuple(regions)
        if key == self._key or not session.isSettled:
            return
        try:
            snapshot = inputs.snapshot()
        except InputError as problem:
            self._take(key, problem)
            return
        measurer = self.measurer
        included = set(inputs.included)
        lesions = tuple(lesion for lesion in snapshot.study.lesions if lesion.id in included)
        study = replace(snapshot.study, lesions=lesions)

        def work(progress: Any) -> Any:
            # As a result, so that what is refused is not tried again and again.
            try:
                return measurer(study, pet)
            except Exception as problem:
                return problem

        session.jobs.start(MEASURING, work, lambda result: self._take(key, result))

    def _take(self, key: Any, result: Any) -> None:
        self._key = key
        if isinstance(result, Exception):
            self._state = UptakeState(problem=problemText(result))
        else:
            patient, findings = result
            refusal = " ".join(finding.text for finding in findings if finding.refuses)
            self._state = UptakeState(patient, refusal)


def lesionKey(inputs: Inputs) -> tuple[Any, ...]:
    """What it depends on what is measured of the lesions: where two are equal, so are the values."""
    node = inputs.segmentationNode
    names = [node.GetSegmentation().GetSegment(i).GetName() for i in inputs.segmentIDs]
    lesions = tuple(stampsOf(node).items()), tuple(names), frozenset(inputs.included)
    return (*lesions, frameOf(inputs.volumeNode, node))
