"""The strip of the inputs: CT and segmentation, folded once both are chosen, and the simulated patient."""

from __future__ import annotations

from typing import Any

import slicer
from slicer.i18n import tr as _

from ...services import demonstration
from ..state.jobs import SIMULATING
from ..state.panel_state import PanelState
from ..texts import acquisitionText
from .section import Section


class InputsSection(Section):
    """What is scored."""

    def connectWidgets(self) -> None:
        """Connect selectors and button."""
        self._isComplete = False
        for selector in (self.ui.ctSelector, self.ui.segmentationSelector):
            selector.connect("currentNodeChanged(vtkMRMLNode*)", self.byUser(self._inputsChosen))
        self.ui.demonstrationButton.connect("clicked()", self.loadDemonstration)

    def show(self, state: PanelState) -> None:
        """Show the chosen nodes; the strip folds when both are there for the first time."""
        ui, inputs = self.ui, state.inputs
        ui.ctSelector.setCurrentNode(inputs.volumeNode)
        ui.segmentationSelector.setCurrentNode(inputs.segmentationNode)
        isComplete = inputs.volumeNode is not None and inputs.segmentationNode is not None
        ui.demonstrationButton.setVisible(not isComplete)
        ui.acquisitionLabel.setText(acquisitionText(inputs.acquisition) if inputs.volumeNode else "")
        ui.acquisitionLabel.setVisible(inputs.volumeNode is not None)
        names = [node.GetName() for node in (inputs.volumeNode, inputs.segmentationNode) if node is not None]
        ui.inputsButton.setText(" / ".join(names) or _("Inputs"))
        if isComplete != self._isComplete:
            self._isComplete = isComplete
            ui.inputsButton.collapsed = isComplete

    def loadDemonstration(self) -> None:
        """Make the simulated patient and select it."""
        session = self.session
        session.simulate(demonstration.simulate, self._demonstrationMade)
        session.say(_("Making the simulated patient..."), lambda: session.jobs.state == SIMULATING)

    def _demonstrationMade(self, patient: Any) -> None:
        volumeNode, segmentationNode = demonstration.addPatient(slicer.mrmlScene, patient)
        _showInSlices(volumeNode)
        self.session.setInputs(volumeNode, segmentationNode)
        self.session.say(_("This patient is simulated. Press Score."))

    def _inputsChosen(self, node: Any) -> None:
        if not slicer.mrmlScene.IsBatchProcessing():
            self.session.setInputs(
                self.ui.ctSelector.currentNode(), self.ui.segmentationSelector.currentNode()
            )


def _showInSlices(volumeNode: Any) -> None:
    logic = slicer.app.applicationLogic()
    selection = logic.GetSelectionNode()
    if selection is not None:
        selection.SetActiveVolumeID(volumeNode.GetID())
        fit = 1
        logic.PropagateVolumeSelection(fit)
