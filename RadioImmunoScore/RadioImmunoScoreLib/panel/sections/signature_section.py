"""The signature: which one scores, and what it is made of."""

from __future__ import annotations

import re

from slicer.i18n import tr as _

import qt
from radioimmuno.findings import InputError
from radioimmuno.signature.signature import DEFAULT_NAME, Signature, shipped_signatures, write_signature

from ...services.learned_models import installLibrary
from ..state.panel_state import InputsState, PanelState
from ..texts import acquisitionText, problemText, settingsText
from ..widgets.about_dialog import AboutDialog
from ..widgets.button_rows import ButtonRows
from ..widgets.file_dialog import askPath
from ..widgets.signature_dialog import SignatureDialog
from .section import Section

SIGNATURE_FILTER, CARD_FILTER = "Signature (*.json)", "Model card (*.json)"


class SignatureSection(Section):
    """The choice of a signature, and its settings."""

    def connectWidgets(self) -> None:
        """Offer the signatures that ship, and a file."""
        self._signatures = sorted(shipped_signatures())
        for name in [*self._signatures, _("From file...")]:
            self.ui.signatureBox.addItem(name)
        self.ui.signatureBox.connect("activated(int)", self._signatureChosen)
        self.ui.kvpButton.connect("clicked()", self.session.askKvp)
        self.about: AboutDialog | None = None
        self.ui.aboutButton.connect("clicked()", self._aboutAsked)
        self.dialog: SignatureDialog | None = None
        self.ui.newSignatureButton.connect("clicked()", self.enterSignature)
        self.ui.modelCardButton.connect("clicked()", self._cardAsked)
        self.ui.installButton.connect("clicked()", self._installAsked)
        self._rows = ButtonRows(self.ui.modelActions, [self.ui.modelCardButton, self.ui.installButton])

    def show(self, state: PanelState) -> None:
        """Show the signature in use."""
        self._showChoice(state.inputs)
        inputs = state.inputs
        if self.about is not None:
            self.about.show(inputs.signature)
        self.ui.advancedLabel.setText(settingsText(inputs.signature))
        self.ui.acquisitionLabel.setText(acquisitionText(inputs.acquisition) if inputs.volumeNode else "")
        self.ui.acquisitionLabel.setVisible(inputs.volumeNode is not None)
        self.ui.kvpButton.setVisible(inputs.volumeNode is not None and not inputs.isKvpAsked)
        self._showModels(inputs)

    def _showModels(self, inputs: InputsState) -> None:
        """The outside models that the signature needs, and what is missing."""
        ui, needed = self.ui, bool(inputs.models)
        for widget in (ui.modelsLabel, ui.modelActions):
            widget.setVisible(needed)
        if not needed:
            return
        lines = [
            _("Model {name}: {path}").format(name=name, path=path)
            if path
            else _("Model {name}: choose its card file.").format(name=name)
            for name, path in inputs.models.items()
        ]
        if not inputs.hasLibrary:
            lines.append(_("Learned features need the library onnxruntime, which is not installed."))
        ui.modelsLabel.setText("\n".join(lines))
        ui.installButton.setVisible(not inputs.hasLibrary)

    def _cardAsked(self) -> None:
        path = qt.QFileDialog.getOpenFileName(self.ui.signatureBox, _("Model card"), "", CARD_FILTER)
        if not path:
            return
        try:
            self.session.setModel(path)
        except (InputError, ValueError, OSError) as problem:
            self.session.say(problemText(problem))

    def _installAsked(self) -> None:
        question = _(
            "Learned features need the library onnxruntime, from the Python Package Index. Install it into "
            "Slicer now?"
        )
        if not installLibrary(question):
            text = _(
                "onnxruntime was not installed, so that the signature's learned terms cannot be measured. "
                "Where that is not what you chose, Slicer's Python console says why."
            )
            self.session.say(text)
        self.session.refresh()

    def chooseSignature(self, nameOrPath: str) -> None:
        """Use a signature by name or file; for one that cannot be read a message is shown."""
        try:
            self.session.setSignature(nameOrPath)
        except (InputError, OSError) as problem:
            self.session.say(problemText(problem))

    def enterSignature(self) -> None:
        """Open the dialog in which a published signature is entered; made when it is first wanted."""
        if self.dialog is None:
            self.dialog = SignatureDialog(self.ui.signatureSectionBox, self._save)
        self.dialog.open()

    def _save(self, signature: Signature) -> bool:
        """Write a signature to a file that the user names, and use it; False where none was named."""
        assert self.dialog is not None
        path = askPath(self.dialog.dialog, _("Save signature"), fileName(signature.name), ".json")
        if path:
            write_signature(signature, path)
            self.session.say(_("Saved: {path}").format(path=path))
            self.chooseSignature(path)
        return bool(path)

    def _showChoice(self, inputs: InputsState) -> None:
        chosen = inputs.chosenSignature or DEFAULT_NAME
        box, shipped = self.ui.signatureBox, len(self._signatures)
        while box.count > shipped + 1:  # the file that was chosen before
            box.removeItem(shipped)
        isFile = chosen not in self._signatures
        if isFile:
            box.insertItem(shipped, _("From file: {name}").format(name=inputs.signature.name))
        box.setCurrentIndex(shipped if isFile else self._signatures.index(chosen))

    def _aboutAsked(self) -> None:
        self.about = self.about or AboutDialog(self.ui.aboutButton)
        self.about.open(self.session.state.inputs.signature)

    def _signatureChosen(self, index: int) -> None:
        chosen = ""
        if index < len(self._signatures):
            chosen = self._signatures[index]
        elif index == self.ui.signatureBox.count - 1:
            title = _("Signature file")
            chosen = qt.QFileDialog.getOpenFileName(self.ui.signatureBox, title, "", SIGNATURE_FILTER)
        if chosen:
            self.chooseSignature(chosen)
        # Where nothing was chosen the box goes back.
        self.update(self.session.state)


def fileName(name: str) -> str:
    """A signature's name as that of a file, without its ending.

    >>> fileName("Made up: CD8/2018")
    'Made_up_CD8_2018'
    """
    return "_".join(re.findall(r"\w+", name)) or "signature"
