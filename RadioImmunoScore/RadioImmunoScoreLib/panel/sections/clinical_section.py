"""Values of the patient and the batch, asked for where the signature needs them."""

from __future__ import annotations

from functools import partial
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.findings import InputError
from radioimmuno.scoring.given_values import number_in
from radioimmuno.signature.signature import Signature, Term
from radioimmuno.signature.variables import CLINICAL, variable_of

from ..state.panel_state import InputsState, PanelState
from ..texts import problemText
from .section import Section


class ClinicalSection(Section):
    """A line for each value that the signature needs, and the batches of its ComBat."""

    def connectWidgets(self) -> None:
        """Connect the box of batches; the lines are made when a signature needs them."""
        self._lines: dict[str, tuple[Any, Any]] = {}
        self._batches: tuple[str, ...] = ()
        self.ui.batchBox.connect("activated(int)", self.byUser(self._batchChosen))

    def show(self, state: PanelState) -> None:
        """Show what is needed, what was given, and what is still missing."""
        ui, inputs = self.ui, state.inputs
        signature = inputs.signature
        isNeeded = bool(signature.clinical or signature.batches)
        ui.clinicalBox.setVisible(inputs.volumeNode is not None and isNeeded)
        self._offer(signature)
        for name, (_label, edit) in self._lines.items():
            value = inputs.clinical.get(name)
            edit.setText("" if value is None else repr(value).removesuffix(".0"))
        ui.batchBox.setCurrentIndex(self._batches.index(inputs.batch) + 1 if inputs.batch else 0)
        missing = missingOf(inputs)
        text = _("Without this no lesion has a score: {missing}.").format(missing=", ".join(missing))
        ui.clinicalFindingLabel.setText(text if missing else "")
        ui.clinicalFindingLabel.setVisible(bool(missing))

    def _offer(self, signature: Signature) -> None:
        """Lines for these values, and these batches."""
        ui = self.ui
        if tuple(self._lines) != signature.clinical:
            self._makeLines(signature)
        ui.batchLabel.setVisible(bool(signature.batches))
        ui.batchBox.setVisible(bool(signature.batches))
        if signature.batches != self._batches:
            self._batches = signature.batches
            ui.batchBox.clear()
            for name in (_("not chosen"), *self._batches):
                ui.batchBox.addItem(name)

    def _makeLines(self, signature: Signature) -> None:
        layout = self.ui.clinicalValues.layout()
        for widget in (each for line in self._lines.values() for each in line):
            layout.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._lines = {}
        terms = {term.variable: term for term in signature.terms}
        for name in signature.clinical:
            title = variable_of(CLINICAL + name).title
            label, edit = qt.QLabel(_("{title}:").format(title=title)), qt.QLineEdit()
            label.setObjectName(f"clinicalLabel_{name}")
            edit.setObjectName(f"clinicalEdit_{name}")
            edit.setAccessibleName(title)
            edit.setPlaceholderText(_("not given"))
            edit.setToolTip(_tip(title, terms.get(CLINICAL + name)))
            label.setBuddy(edit)
            edit.connect("editingFinished()", self.byUser(partial(self._typed, name)))
            layout.addRow(label, edit)
            self._lines[name] = label, edit

    def _typed(self, name: str) -> None:
        text = self._lines[name][1].text
        try:
            value = number_in(name, text) if text.strip() else None
        except InputError as problem:
            self.update(self.session.state)
            self.session.say(problemText(problem))
        else:
            self.session.setClinical(name, value)

    def _batchChosen(self, index: int) -> None:
        self.session.setBatch(self._batches[index - 1] if index > 0 else "")


def missingOf(inputs: InputsState) -> list[str]:
    """Titles of what the signature cannot do without and nobody gave.

    Parameters
    ----------
    inputs : InputsState
    """
    signature = inputs.signature
    optional = {term.variable for term in signature.terms if term.when_undefined == "mean"}
    covariates = signature.harmonization.covariates if signature.harmonization else ()
    missing = [
        variable_of(CLINICAL + name).title
        for name in signature.clinical
        if name not in inputs.clinical and (CLINICAL + name not in optional or CLINICAL + name in covariates)
    ]
    return [*missing, *([_("scanner or center")] if signature.batches and not inputs.batch else [])]


def _tip(title: str, term: Term | None) -> str:
    text = _("{title} of the patient, which the signature needs; it is saved with the scene.")
    parts = [text.format(title=title)]
    if term is not None and term.training_range is not None:
        low, high = (f"{end:g}" for end in term.training_range)
        parts.append(_("In the training it was from {low} to {high}.").format(low=low, high=high))
    if term is not None and term.when_undefined == "mean":
        mean = f"{term.mean:.4g}"
        parts.append(_("Left empty, it counts as the mean of the training, {mean}.").format(mean=mean))
    return " ".join(parts)
