"""The section of the inputs: CT, segmentation, signature, tube voltage, and the simulated patient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

import qt
from radioimmuno.acquisition import Acquisition, check_kvp, implausible_kvp, with_kvp
from radioimmuno.findings import Finding, InputError, Severity
from radioimmuno.signature.signature import DEFAULT_NAME, shipped_signatures

from ...services import demonstration
from ..state.jobs import SIMULATING
from ..state.session import Session
from ..texts import acquisitionText, problemText
from ..widgets.message_line import UpdateGuard

SIGNATURE_FILTER = "Signature (*.json)"


class InputsSection:
    """What is scored, and with what.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.
    session : Session
        The patient.
    guard : UpdateGuard
        Whether the panel is being filled.
    message : callable
        Shows a message; as of `MessageLine.show`.
    """

    def __init__(self, ui: Any, session: Session, guard: UpdateGuard, message: Callable[..., None]) -> None:
        self._ui, self._session, self._guard, self._message = ui, session, guard, message
        self._signatures = sorted(shipped_signatures())
        for name in self._signatures:
            ui.signatureBox.addItem(name)
        ui.signatureBox.addItem(_("From file..."))
        ui.ctSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._inputsChosen)
        ui.segmentationSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._inputsChosen)
        ui.signatureBox.connect("activated(int)", self._signatureChosen)
        ui.kvpSpinBox.connect("editingFinished()", self._kvpTyped)
        ui.demonstrationButton.connect("clicked()", self.loadDemonstration)

    def show(self) -> None:
        """Show the session's choices."""
        ui, inputs = self._ui, self._session.inputs
        ui.ctSelector.setCurrentNode(inputs.volumeNode)
        ui.segmentationSelector.setCurrentNode(inputs.segmentationNode)
        self._showSignature()
        acquisition = inputs.acquisitionOfCt
        ui.acquisitionLabel.setText(acquisitionText(acquisition) if inputs.volumeNode else "")
        ui.kvpSpinBox.setEnabled(inputs.volumeNode is not None)
        ui.kvpSpinBox.setValue(self._session.parameters.kvp or 0.0)
        differs = " ".join(finding.text for finding in kvpFindings(acquisition, self._session.parameters.kvp))
        ui.kvpFindingLabel.setText(differs)
        ui.kvpFindingLabel.setVisible(bool(differs))

    def chooseSignature(self, nameOrPath: str) -> None:
        """Use a signature by name or file; for one that cannot be read a message is shown."""
        try:
            self._session.setSignature(nameOrPath)
        except (InputError, OSError) as problem:
            self._message(problemText(problem))

    def loadDemonstration(self) -> None:
        """Make the simulated patient and select it."""
        session = self._session
        session.simulate(demonstration.simulate, self._demonstrationMade)
        self._message(_("Making the simulated patient..."), lambda: session.state == SIMULATING)

    def _demonstrationMade(self, patient: Any) -> None:
        volumeNode, segmentationNode = demonstration.addPatient(slicer.mrmlScene, patient)
        _showInSlices(volumeNode)
        self._session.setInputs(volumeNode, segmentationNode)
        self._message(_("This patient is simulated. Press Score."))

    def _inputsChosen(self, node: Any) -> None:
        if not self._guard and not slicer.mrmlScene.IsBatchProcessing():
            self._session.setInputs(
                self._ui.ctSelector.currentNode(), self._ui.segmentationSelector.currentNode()
            )

    def _showSignature(self) -> None:
        signature = self._session.inputs.signature
        chosen = self._session.parameters.signature or DEFAULT_NAME
        box, last = self._ui.signatureBox, len(self._signatures)
        isFile = chosen not in self._signatures
        name = _("From file: {name}").format(name=signature.name) if isFile else _("From file...")
        box.setItemText(last, name)
        box.setCurrentIndex(last if isFile else self._signatures.index(chosen))
        self._ui.bannerLabel.setText(signature.notice)
        self._ui.bannerLabel.setVisible(signature.is_demonstration)

    def _signatureChosen(self, index: int) -> None:
        if index < len(self._signatures):
            chosen = self._signatures[index]
        else:
            title = _("Signature file")
            chosen = qt.QFileDialog.getOpenFileName(self._ui.signatureBox, title, "", SIGNATURE_FILTER)
        if chosen:
            self.chooseSignature(chosen)
        self._session.changed.emit()

    def _kvpTyped(self) -> None:
        if self._guard or not self._ui.kvpSpinBox.enabled:
            return
        kvp = self._ui.kvpSpinBox.value or None
        try:
            if kvp is not None:
                check_kvp(kvp)
        except InputError as problem:
            self._ui.kvpSpinBox.setValue(self._session.parameters.kvp or 0.0)
            self._message(problemText(problem))
        else:
            self._session.setKvp(kvp)


def kvpFindings(acquisition: Acquisition, kvp: float | None) -> tuple[Finding, ...]:
    """What is to be said of the tube voltage: the CT's is none, or the one by hand is another.

    Parameters
    ----------
    acquisition : Acquisition
        What the CT says.
    kvp : float, optional
        By hand.
    """
    try:
        return *(() if kvp else implausible_kvp(acquisition)), *with_kvp(acquisition, kvp)[1]
    except InputError as problem:
        return (Finding(problem.code, Severity.WARN, str(problem)),)


def _showInSlices(volumeNode: Any) -> None:
    logic = slicer.app.applicationLogic()
    selection = logic.GetSelectionNode()
    if selection is not None:
        selection.SetActiveVolumeID(volumeNode.GetID())
        fit = 1
        logic.PropagateVolumeSelection(fit)
