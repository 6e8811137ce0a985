"""The panel: hands what the user does to the session, and shows what the session knows."""

from __future__ import annotations

from functools import partial
from typing import Any

import slicer
from slicer.i18n import tr as _

import qt
from radioimmuno.findings import InputError
from radioimmuno.signature import DEFAULT_NAME, shipped_signatures

from .. import demonstration
from ..export import exportPatient
from ..scene import jumpToLesion
from . import display
from .drawing import Pen, penOf
from .patient_view import PatientView
from .segment_choice import SegmentChoice
from .session import IDLE, SCORING, SIMULATING, UPDATING, Session
from .table import LesionTable
from .words import acquisitionText, missingText, settingsText

ENGINE = "RadioImmunoScore (IBSI 1)"
SIGNATURE_FILTER = "Signature (*.json)"


class Panel:
    """The module's panel.

    Parameters
    ----------
    ui : the widgets of the .ui file by name
    session : the patient
    """

    def __init__(self, ui: Any, session: Session) -> None:
        self.ui, self.session = ui, session
        self._isShowing = False
        self._pen: Pen | None = None
        self.table = LesionTable(ui.lesionTable)
        self.patientView = PatientView(ui)
        self.highlight = display.Highlight()
        self.segmentChoice = SegmentChoice(self._segmentChosen)
        ui.advancedButton.collapsed = True
        self._fillSignatures()
        self._connectInputs()
        self._connectResults()
        self._connectSession()
        self.show()

    def close(self) -> None:
        """Stop, and observe nothing any more."""
        self.highlight.clear()
        self.segmentChoice.close()
        self.session.close()

    def show(self) -> None:
        """Read everything from the session again."""
        session, inputs, ui = self.session, self.session.inputs, self.ui
        self._isShowing = True
        ui.ctSelector.setCurrentNode(inputs.volumeNode)
        ui.segmentationSelector.setCurrentNode(inputs.segmentationNode)
        self._showSignature()
        acquisition = inputs.acquisitionOfCt
        ui.acquisitionLabel.setText(acquisitionText(acquisition) if inputs.volumeNode else "")
        ui.kvpSpinBox.setEnabled(inputs.volumeNode is not None and acquisition.kvp is None)
        ui.kvpSpinBox.setValue(acquisition.kvp or session.parameters.kvp or 0.0)
        ui.updateCheckBox.setChecked(session.parameters.updateWhileEditing)
        ui.colorCheckBox.setChecked(session.parameters.colorByScore)
        ui.legendCheckBox.setChecked(session.parameters.showLegend)
        ui.ringsCheckBox.setChecked(session.parameters.showRings)
        if inputs.segmentationNode:
            ui.opacitySlider.setValue(round(100 * display.opacityOf(inputs.segmentationNode)))
            display.setLegendVisible(inputs.segmentationNode, session.parameters.showLegend)
            display.setRingsVisible(inputs.segmentationNode, session.parameters.showRings)
        self._isShowing = False
        self.table.show(session.rows, self._currentPen())
        self._showSelected()
        self._showState(session.state)

    def _currentPen(self) -> Pen:
        """The same pen as long as signature and palette stay: rows are drawn again only for another one."""
        pen = penOf(self.ui.lesionTable, self.session.inputs.signature)
        key = (pen.signature.sha256, pen.text.name())
        if self._pen is None or key != (self._pen.signature.sha256, self._pen.text.name()):
            self._pen = pen
        return self._pen

    # Inputs.

    def _connectInputs(self) -> None:
        ui = self.ui
        ui.ctSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._inputsChosen)
        ui.segmentationSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._inputsChosen)
        ui.signatureBox.connect("activated(int)", self._signatureChosen)
        ui.kvpSpinBox.connect("editingFinished()", self._kvpTyped)
        ui.demonstrationButton.connect("clicked()", self.loadDemonstration)
        ui.updateCheckBox.connect("toggled(bool)", self._ifNotShowing(self.session.setUpdateWhileEditing))
        ui.scoreButton.connect("clicked()", self._scoreOrCancel)

    def _inputsChosen(self, node: Any) -> None:
        if not self._isShowing and not slicer.mrmlScene.IsBatchProcessing():
            self.highlight.clear()
            self.session.setInputs(
                self.ui.ctSelector.currentNode(), self.ui.segmentationSelector.currentNode()
            )

    def _fillSignatures(self) -> None:
        self._signatures = sorted(shipped_signatures())
        for name in self._signatures:
            self.ui.signatureBox.addItem(name)
        self.ui.signatureBox.addItem(_("From file..."))

    def _showSignature(self) -> None:
        signature, chosen = self.session.inputs.signature, self.session.parameters.signature or DEFAULT_NAME
        box, last = self.ui.signatureBox, len(self._signatures)
        isFile = chosen not in self._signatures
        name = _("From file: {name}").format(name=signature.name) if isFile else _("From file...")
        box.setItemText(last, name)
        box.setCurrentIndex(last if isFile else self._signatures.index(chosen))
        self.ui.bannerLabel.setText(signature.notice)
        self.ui.bannerLabel.setVisible(signature.is_demonstration)
        self.ui.advancedLabel.setText(settingsText(signature, ENGINE))

    def _signatureChosen(self, index: int) -> None:
        if index < len(self._signatures):
            chosen = self._signatures[index]
        else:
            title = _("Signature file")
            chosen = qt.QFileDialog.getOpenFileName(self.ui.signatureBox, title, "", SIGNATURE_FILTER)
        if chosen:
            self.chooseSignature(chosen)
        self.show()

    def chooseSignature(self, nameOrPath: str) -> None:
        """Use a signature by name or file; one that cannot be read is told of and not used."""
        try:
            self.session.setSignature(nameOrPath)
        except (InputError, OSError) as problem:
            self._tell(str(problem))

    def _kvpTyped(self) -> None:
        if not self._isShowing and self.ui.kvpSpinBox.enabled:
            self.session.setKvp(self.ui.kvpSpinBox.value or None)

    def loadDemonstration(self) -> None:
        """Make the simulated patient and select it."""
        self._tell(_("Making the simulated patient..."))
        self.session.simulate(demonstration.simulate, self._demonstrationMade)

    def _demonstrationMade(self, patient: Any) -> None:
        volumeNode, segmentationNode = demonstration.addPatient(slicer.mrmlScene, patient)
        _showInSlices(volumeNode)
        self.session.setInputs(volumeNode, segmentationNode)
        self._tell(_("This patient is simulated. Press Score."))

    # Scoring.

    def _scoreOrCancel(self) -> None:
        if self.session.state in (SCORING, SIMULATING):
            self.session.stop()
            self._tell(_("Cancelled. Nothing was changed."))
        else:
            self.session.score()

    def _showState(self, state: str) -> None:
        ui, isBusy = self.ui, state in (SCORING, SIMULATING)
        if state == SCORING:
            self._tell("")
        missing = self.session.inputs.missing
        ui.scoreButton.setText(_("Cancel") if isBusy else _("Score"))
        ui.scoreButton.setEnabled(isBusy or not missing)
        tip = _("Score all ticked lesions.") if not missing else missingText(missing)
        ui.scoreButton.setToolTip(_("Stop; nothing is changed.") if isBusy else tip)
        ui.progressBar.setVisible(isBusy)
        if not isBusy:
            ui.progressBar.setRange(0, 0)
        hasScores = state in (IDLE, UPDATING) and self.session.patient is not None
        for button in (ui.csvButton, ui.jsonButton, ui.htmlButton, ui.restoreButton):
            button.setEnabled(hasScores)
        if missing and state == IDLE and not ui.messageLabel.text:
            self._tell(missingText(missing))

    def _progressed(self, done: int, total: int) -> None:
        self.ui.progressBar.setRange(0, total)
        self.ui.progressBar.setValue(done)
        self.ui.progressBar.setFormat(f"({done}/{total})")

    def _tell(self, text: str) -> None:
        self.ui.messageLabel.setText(text)
        self.ui.messageLabel.setVisible(bool(text))

    # Results.

    def _connectResults(self) -> None:
        ui = self.ui
        self.patientView.jumped.connect(self.selectLesion)
        ui.colorCheckBox.connect("toggled(bool)", self._ifNotShowing(self.session.setColorByScore))
        ui.restoreButton.connect("clicked()", partial(ui.colorCheckBox.setChecked, False))
        ui.legendCheckBox.connect("toggled(bool)", self._legendToggled)
        ui.ringsCheckBox.connect("toggled(bool)", self._ringsToggled)
        ui.opacitySlider.connect("valueChanged(int)", self._opacityMoved)
        for button, suffix in ((ui.csvButton, ".csv"), (ui.jsonButton, ".json"), (ui.htmlButton, ".html")):
            button.connect("clicked()", partial(self._save, suffix))

    def selectLesion(self, segmentID: str) -> None:
        """Select a lesion's row, go to it in all views and let it stand out."""
        self.table.select(segmentID)
        self._lesionSelected(segmentID)

    def _lesionSelected(self, segmentID: str) -> None:
        node = self.session.inputs.segmentationNode
        jumpToLesion(node, segmentID)
        self.highlight.show(node, segmentID)
        self._showSelected()

    def _segmentChosen(self, segmentationNode: Any, segmentID: str) -> None:
        if segmentationNode is self.session.inputs.segmentationNode and segmentID != self.table.selectedID:
            self.table.select(segmentID)
            self._showSelected()

    def _showSelected(self) -> None:
        chosen = self.table.selectedID
        score = self.session.scoreOf(chosen) if chosen else None
        self.patientView.show(self.session.patient, score, self._currentPen())

    def _display(self, change: Any, value: Any) -> None:
        node = self.session.inputs.segmentationNode
        if node is not None and not self._isShowing:
            change(node, value)

    def _legendToggled(self, isShown: bool) -> None:
        self.session.parameters.showLegend = isShown
        self._display(display.setLegendVisible, isShown)

    def _ringsToggled(self, isShown: bool) -> None:
        self.session.parameters.showRings = isShown
        self._display(display.setRingsVisible, isShown)

    def _opacityMoved(self, percent: int) -> None:
        self._display(display.setOpacity, percent / 100)

    def _save(self, suffix: str) -> None:
        title = _("Save scores")
        path = qt.QFileDialog.getSaveFileName(self.ui.csvButton, title, f"scores{suffix}", f"*{suffix}")
        if path:
            self.save(path if path.lower().endswith(suffix) else path + suffix)

    def save(self, path: str) -> None:
        """Write the patient to a .csv, .json or .html file, and say so or why not."""
        try:
            exportPatient(self.session.patient, self.session.inputs.case(), path)
        except (InputError, OSError, ValueError) as problem:
            self._tell(str(problem))
        else:
            self._tell(_("Saved: {path}").format(path=path))

    # The session.

    def _connectSession(self) -> None:
        session, table = self.session, self.table
        table.selected.connect(self._lesionSelected)
        table.included.connect(session.setIncluded)
        table.irradiated.connect(session.setIrradiated)
        table.sited.connect(session.setSite)
        session.changed.connect(self.show)
        session.stateChanged.connect(self._showState)
        session.progressed.connect(self._progressed)
        session.message.connect(self._tell)

    def _ifNotShowing(self, called: Any) -> Any:
        return lambda value: None if self._isShowing else called(value)


def _showInSlices(volumeNode: Any) -> None:
    logic = slicer.app.applicationLogic()
    selection = logic.GetSelectionNode()
    if selection is not None:
        selection.SetActiveVolumeID(volumeNode.GetID())
        fit = 1
        logic.PropagateVolumeSelection(fit)
