"""What the panel knows and does, without a widget.

One signal goes out, `changed`, with all that is to be shown, and only when that is something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from radioimmuno.findings import Severity
from radioimmuno.identity import UNKNOWN
from radioimmuno.modality import MR, PET, Modality, image_title, modality_of_role
from radioimmuno.scoring.results import PatientScore

from ...scene.parameters import COURSE, Parameters
from ...services.images_beside import rolesOf
from ...services.learned_models import hasLibrary
from ...services.lesion_values import FEATURE, isFeature
from ...services.measurement import scoreStudy
from .checking import LesionChecks
from .coloring import Coloring
from .display import Display
from .events import Signal
from .follow_up import FollowUp
from .inputs import Inputs
from .panel_state import ImageState, InputsState, PanelState
from .scoring_session import Scorer, ScoringSession
from .selection import Selection
from .stability_test import StabilityTest
from .strokes import Strokes
from .uptake import Uptake


class Session(ScoringSession):
    """One patient in the panel.

    Parameters
    ----------
    parameters : Parameters
        Where inputs, choices and scores are kept.
    scorer : callable
        As `scoreStudy`; a test gives its own.

    Attributes
    ----------
    changed : Signal of the `PanelState` that is to be shown now
    selection : Selection
        Which lesion is selected.
    strokes : Strokes
        What is drawn in the views.
    checks : LesionChecks
        What was found in the lesions.
    stability : StabilityTest
        How stable the scores are.
    display : Display
        How the lesions look.
    followUp : FollowUp
        The patient's studies, and what became of the lesions.
    uptake : Uptake
        Uptake of the lesions on the PET.
    coloring : Coloring
        What the lesions' colors mean.
    """

    def __init__(self, parameters: Parameters, scorer: Scorer = scoreStudy) -> None:
        super().__init__(scorer)
        self.changed = Signal()
        self._shown: PanelState | None = None
        self._kvpAskedOf: Any = None
        self.selection = Selection(self)
        self.strokes = Strokes(self, self.selection)
        self.checks = LesionChecks(self, self.selection)
        self.stability = StabilityTest(self)
        self.display = Display(self, self.selection, self._shownTexts)
        self.followUp = FollowUp(self)
        self.uptake = Uptake(self)
        self.coloring = Coloring(self, self.uptake)
        self.refreshed.connect(self._emit)
        self.adopt(parameters)

    @property
    def state(self) -> PanelState:
        """All that the panel shows, as it is now."""
        return PanelState(
            inputs=self._inputsState(),
            rows=tuple(self.rows),
            patient=self.patient,
            selectedID=self.selection.segmentID,
            display=self.display.state,
            stroke=self.strokes.state,
            checks=self.checks.state,
            followUp=self.followUp.state,
            updateWhileEditing=self.parameters.updateWhileEditing,
            uptake=self.uptake.state,
            coloring=self.coloring.state(bool(self.followUp.state.lesions)),
        )

    @property
    def patientToSave(self) -> PatientScore:
        """The patient with what the panel shows besides: uptake, and the feature that is colored by."""
        assert self.patient is not None
        uptake, values = self.uptake.patient, self.coloring.values
        found = {} if uptake is None else {PET.role: uptake}
        rows = self.patient.lesions
        if values is not None and isFeature(values.key):
            variable = values.key.removeprefix(FEATURE)
            rows = tuple(
                replace(row, features={**row.features, variable: values.values[row.id]})
                if row.id in values.values
                else row
                for row in rows
            )
        return replace(self.patient, lesions=rows, uptakes=found)

    def askKvp(self) -> None:
        """The user wants to type in the tube voltage, though nothing asks for it."""
        self._kvpAskedOf = self.inputs.volumeNode
        self.refresh()

    def release(self) -> None:
        """The panel goes: nothing is started ever again."""
        self.strokes.release()
        self.selection.close()
        self.display.release()
        self.followUp.release()
        super().release()

    def _emit(self) -> None:
        self.checks.followScene()
        self.display.followScene()
        self.followUp.followScene()
        self.uptake.follow()
        self.coloring.followScene()
        state = self.state
        if state != self._shown:
            self._shown = state
            self.changed.emit(state)

    def _shownTexts(self) -> Mapping[str, str] | None:
        """What the lesions' colors say, by segment ID; None where these are of scores or the lesions' own."""
        parameters = self.parameters
        if parameters.paintsValues:
            values = self.coloring.values
            return {} if values is None else values.words
        if parameters.colorByScore and parameters.colorBy in COURSE:
            followed, later = self.followUp.followed, self.followUp.state.later
            node = parameters.segmentationNode
            return {} if followed is None else followed.words(node, later, parameters.colorBy)
        return None

    def _inputsState(self) -> InputsState:
        inputs = self.inputs
        isTyping = inputs.volumeNode is not None and inputs.volumeNode is self._kvpAskedOf
        return InputsState(
            volumeNode=inputs.volumeNode,
            segmentationNode=inputs.segmentationNode,
            missing=tuple(inputs.missing),
            identity=inputs.identity if inputs.volumeNode else UNKNOWN,
            acquisition=inputs.acquisitionOfCt,
            kvp=self.parameters.kvp,
            isKvpAsked=inputs.isKvpAsked or isTyping,
            signature=inputs.signature,
            chosenSignature=self.parameters.signature,
            clinical=inputs.clinical,
            batch=inputs.batch,
            accepted=inputs.accepted,
            findings=inputs.findings,
            leftOut=tuple((self.nameOf(i), reason) for i, reason in inputs.leftOut.items()),
            models={name: inputs.models.get(name, "") for name in inputs.signature.learned},
            hasLibrary=not inputs.signature.learned or hasLibrary(),
            pet=imageState(inputs, PET),
            mr=imageState(inputs, MR),
            asked=frozenset(
                image_title(role) for role in rolesOf(inputs.signature) - set(inputs.besideNodes)
            ),
        )


def imageState(inputs: Inputs, kind: Modality) -> ImageState | None:
    """What the panel shows of an image beside the CT; None where none was chosen."""
    role, node = next(
        ((role, node) for role, node in inputs.besideNodes.items() if modality_of_role(role) is kind),
        ("", None),
    )
    if node is None:
        return None
    if problem := inputs.besideProblems.get(role):
        return ImageState(node, problem)
    (image,) = (one for one in inputs.beside if one.role == role)
    found = image.reading.findings if image.isRead else image.findings
    refusals = " ".join(one.text for one in found if one.refuses)
    source = image.reading.source if image.isRead else ""
    notes = " ".join(one.text for one in found if one.severity is Severity.WARN and one.text != source)
    return ImageState(node, refusals, source, notes)
