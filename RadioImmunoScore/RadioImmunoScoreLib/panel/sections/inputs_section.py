"""The strip of the inputs: CT and segmentation, folded once both are chosen, and the simulated patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import slicer
from slicer.i18n import tr as _

import qt
from radioimmuno.study import Study

from ...services import demonstration
from ..state.panel_state import ImageState, InputsState, PanelState
from ..texts import acquisitionText
from ..widgets.button_rows import ButtonRows
from ..widgets.event_watch import EventWatch
from .section import Section

# What of the strip's head is no text, and what stands between two names.
BESIDE_TEXT_PX, GAP = 34, "  |  "


class InputsSection(Section):
    """What is scored."""

    def connectWidgets(self) -> None:
        """Connect selectors and button."""
        self._isComplete: bool | None = None
        self._isMoreWanted = False
        for selector in (self.ui.ctSelector, self.ui.segmentationSelector):
            selector.connect("currentNodeChanged(vtkMRMLNode*)", self.byUser(self._inputsChosen))
        ui = self.ui
        for selector in (ui.petSelector, ui.mrSelector):
            selector.connect("currentNodeChanged(vtkMRMLNode*)", self.byUser(self._besideChosen))
        ui.moreImagesButton.connect("toggled(bool)", self._showMore)
        self._showMore(False)
        ui.demonstrationButton.connect("clicked()", self.loadDemonstration)
        ui.demonstrationCourseButton.connect("clicked()", self._loadCourse)
        ui.demonstrationPetButton.connect("clicked()", self._loadWithPet)
        buttons = [ui.demonstrationButton, ui.demonstrationPetButton, ui.demonstrationCourseButton]
        self._buttonRows = ButtonRows(ui.demonstrationActions, buttons)
        self._texts: list[str] = []
        self._watch = EventWatch(
            self.ui.inputsButton, {qt.QEvent.Resize: self._fitHead, qt.QEvent.FontChange: self._fitHead}
        )

    def show(self, state: PanelState) -> None:
        """Show the chosen nodes; the strip folds whenever both have been chosen."""
        ui, inputs = self.ui, state.inputs
        ui.ctSelector.setCurrentNode(inputs.volumeNode)
        ui.segmentationSelector.setCurrentNode(inputs.segmentationNode)
        isComplete = inputs.volumeNode is not None and inputs.segmentationNode is not None
        ui.demonstrationActions.setVisible(inputs.volumeNode is None)
        hasStudies = bool(state.followUp.studies)
        ui.demonstrationCourseButton.setEnabled(not hasStudies)
        ui.demonstrationCourseButton.setToolTip(
            _("Another patient is followed in this scene: remove those studies first.")
            if hasStudies
            else _("Makes three simulated studies of a patient, to be matched: nothing is downloaded.")
        )
        self._showBeside(inputs)
        self._showHead(inputs)
        if isComplete != self._isComplete:
            self._isComplete = isComplete
            ui.inputsButton.collapsed = isComplete

    def _showBeside(self, inputs: InputsState) -> None:
        """PET and MR; unfolded where one was chosen or the signature asks for one."""
        ui = self.ui
        for image, selector, label in (
            (inputs.pet, ui.petSelector, ui.petSourceLabel),
            (inputs.mr, ui.mrSelector, ui.mrSourceLabel),
        ):
            selector.setCurrentNode(image.node if image else None)
            selector.setEnabled(inputs.volumeNode is not None)
            text = imageText(image) if image else ""
            label.setText(text)
            label.setVisible(bool(text))
        isAsked = bool(inputs.asked) and inputs.volumeNode is not None
        ui.moreImagesButton.setVisible(inputs.volumeNode is not None)
        if (inputs.pet or inputs.mr or isAsked) and not self._isMoreWanted:
            self._isMoreWanted = True
            ui.moreImagesButton.setChecked(True)
        if not (inputs.pet or inputs.mr or isAsked):
            self._isMoreWanted = False

    def _showMore(self, on: bool) -> None:
        self.ui.moreImagesButton.setArrowType(qt.Qt.DownArrow if on else qt.Qt.RightArrow)
        self.ui.moreImagesBox.setVisible(on)

    def _besideChosen(self, node: Any) -> None:
        if not slicer.mrmlScene.IsBatchProcessing():
            self.session.setBeside(self.ui.petSelector.currentNode(), self.ui.mrSelector.currentNode())
            # One that is not taken does not stay chosen.
            self.update(self.session.state)

    def _showHead(self, inputs: InputsState) -> None:
        """What is chosen, in a line: names as far as there is room, all of them in the tooltip."""
        nodes = (_("CT"), inputs.volumeNode), (_("Lesions"), inputs.segmentationNode)
        self._texts = [f"{title}: {node.GetName()}" for title, node in nodes if node is not None]
        images = (_("PET"), inputs.pet), (_("MR"), inputs.mr)
        beside = [f"{title}: {image.node.GetName()}" for title, image in images if image]
        tip = "\n".join([*self._texts, *beside, acquisitionText(inputs.acquisition)])
        empty = _("CT and segmentation; folded as soon as both are chosen.")
        self.ui.inputsButton.setToolTip(tip if self._texts else empty)
        self._fitHead()

    def _fitHead(self, event: Any = None) -> None:
        button, texts = self.ui.inputsButton, self._texts
        metrics = qt.QFontMetrics(button.font)
        room = button.width - BESIDE_TEXT_PX - (len(texts) - 1) * metrics.horizontalAdvance(GAP)
        # A text is a fraction of a pixel wider than its measure in whole ones.
        rooms = sharesOf(room, [metrics.horizontalAdvance(text) + 1 for text in texts])
        shown = [
            metrics.elidedText(text, qt.Qt.ElideMiddle, part) for text, part in zip(texts, rooms, strict=True)
        ]
        # In a button's text an ampersand marks a key.
        text = GAP.join(shown).replace("&", "&&") or _("Inputs")
        if button.text != text:
            button.setText(text)

    def loadDemonstration(self) -> None:
        """Make the simulated patient and select it."""
        session = self.session
        session.simulate(lambda progress: demonstration.simulate(), self._demonstrationMade)

    def _demonstrationMade(self, patient: Any) -> None:
        volumeNode, segmentationNode = demonstration.addPatient(slicer.mrmlScene, patient)
        _showInSlices(volumeNode)
        self.session.setInputs(volumeNode, segmentationNode)
        self.session.display.startSurfaces()
        self.session.say(_("This patient is simulated. Press Score."))

    def _loadWithPet(self) -> None:
        self.session.simulate(lambda progress: demonstration.simulateWithPet(), self._petMade)

    def _petMade(self, made: Any) -> None:
        volumeNode, segmentationNode, petNode = demonstration.addPatientWithPet(slicer.mrmlScene, made)
        _showInSlices(volumeNode)
        self.session.setInputs(volumeNode, segmentationNode)
        self.session.setBeside(petNode, None)
        self.session.display.startSurfaces()
        self.session.say(_("This patient is simulated. Choose SUVmax under Color by, and tick PET."))

    def _loadCourse(self) -> None:
        self.session.simulate(demonstration.simulateCourse, self._courseMade)

    def _courseMade(self, studies: Sequence[Study]) -> None:
        first, *_later = demonstration.addCourse(slicer.mrmlScene, studies)
        _showInSlices(first[0])
        self.session.setInputs(*first)
        self.session.display.startSurfaces()
        self.session.say(_("This patient is simulated. Under Patient, Follow-up, press Match lesions."))

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


def sharesOf(room: int, widths: Sequence[int]) -> list[int]:
    """How much of a room each of some texts gets, px: who needs less than a fair share leaves it to others.

    >>> sharesOf(100, [20, 90]), sharesOf(100, [70, 90]), sharesOf(100, [30, 40])
    ([20, 80], [50, 50], [30, 40])
    """
    shares = [0] * len(widths)
    for rank, number in enumerate(sorted(range(len(widths)), key=widths.__getitem__)):
        shares[number] = min(widths[number], room // (len(widths) - rank))
        room -= shares[number]
    return shares


def imageText(image: ImageState) -> str:
    """What is to be known of an image beside the CT: why it is refused, or where its values are from."""
    if image.problem:
        return _("Refused. {reason}").format(reason=image.problem)
    return " ".join(filter(None, [image.source, image.notes]))
