"""The strip of the inputs: CT and segmentation, folded once both are chosen, and the simulated patient."""

from __future__ import annotations

from typing import Any

import slicer
from slicer.i18n import tr as _

import qt

from ...services import demonstration
from ..state.panel_state import InputsState, PanelState
from ..texts import acquisitionText
from .section import Section

# The narrowest panel, and what of the strip's head is no text.
LEAST_PX, BESIDE_TEXT_PX = 300, 60


class InputsSection(Section):
    """What is scored."""

    def connectWidgets(self) -> None:
        """Connect selectors and button."""
        self._isComplete: bool | None = None
        for selector in (self.ui.ctSelector, self.ui.segmentationSelector):
            selector.connect("currentNodeChanged(vtkMRMLNode*)", self.byUser(self._inputsChosen))
        self.ui.demonstrationButton.connect("clicked()", self.loadDemonstration)

    def show(self, state: PanelState) -> None:
        """Show the chosen nodes; the strip folds whenever both have been chosen."""
        ui, inputs = self.ui, state.inputs
        ui.ctSelector.setCurrentNode(inputs.volumeNode)
        ui.segmentationSelector.setCurrentNode(inputs.segmentationNode)
        isComplete = inputs.volumeNode is not None and inputs.segmentationNode is not None
        ui.demonstrationButton.setVisible(inputs.volumeNode is None)
        self._showHead(inputs)
        if isComplete != self._isComplete:
            self._isComplete = isComplete
            ui.inputsButton.collapsed = isComplete

    def _showHead(self, inputs: InputsState) -> None:
        """What is chosen, in a line: names as far as there is room, all of them in the tooltip."""
        button = self.ui.inputsButton
        nodes = (_("CT"), inputs.volumeNode), (_("Lesions"), inputs.segmentationNode)
        chosen = [(title, node.GetName()) for title, node in nodes if node is not None]
        if not chosen:
            button.setText(_("Inputs"))
            button.setToolTip(_("CT and segmentation; folded as soon as both are chosen."))
            return
        metrics = qt.QFontMetrics(button.font)
        room = (max(button.width, LEAST_PX) - BESIDE_TEXT_PX) // len(chosen)
        texts = [f"{title}: {name}" for title, name in chosen]
        # In a button's text an ampersand marks a key.
        shown = [metrics.elidedText(text, qt.Qt.ElideMiddle, room) for text in texts]
        button.setText("   ".join(shown).replace("&", "&&"))
        button.setToolTip("\n".join([*texts, acquisitionText(inputs.acquisition)]))

    def loadDemonstration(self) -> None:
        """Make the simulated patient and select it."""
        session = self.session
        session.simulate(demonstration.simulate, self._demonstrationMade)

    def _demonstrationMade(self, patient: Any) -> None:
        volumeNode, segmentationNode = demonstration.addPatient(slicer.mrmlScene, patient)
        _showInSlices(volumeNode)
        self.session.setInputs(volumeNode, segmentationNode)
        self.session.display.startSurfaces()
        self.session.say(_("This patient is simulated. Press Score."))

    def _inputsChosen(self, node: Any) -> None:
        if slicer.mrmlScene.IsBatchProcessing():
            return
        volumeNode = self.ui.ctSelector.currentNode()
        if volumeNode is not None and volumeNode is not self.session.inputs.volumeNode:
            _showInSlices(volumeNode)
        self.session.setInputs(volumeNode, self.ui.segmentationSelector.currentNode())


def _showInSlices(volumeNode: Any) -> None:
    logic = slicer.app.applicationLogic()
    selection = logic.GetSelectionNode()
    if selection is not None:
        selection.SetActiveVolumeID(volumeNode.GetID())
        # Slicer cannot fit its views to a volume that is bent.
        parent = volumeNode.GetParentTransformNode()
        logic.PropagateVolumeSelection(int(parent is None or bool(parent.IsTransformToWorldLinear())))
