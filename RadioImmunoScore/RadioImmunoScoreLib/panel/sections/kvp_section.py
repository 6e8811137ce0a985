"""The tube voltage: asked for where the signature needs it and the CT does not say it."""

from __future__ import annotations

from radioimmuno.acquisition import Acquisition, check_kvp, implausible_kvp, with_kvp
from radioimmuno.findings import Finding, InputError, Severity

from ..state.panel_state import PanelState
from ..texts import problemText
from .section import Section


class KvpSection(Section):
    """The tube voltage by hand."""

    def connectWidgets(self) -> None:
        """Connect the spin box."""
        self._kvp: float | None = None
        self.ui.kvpSpinBox.connect("editingFinished()", self.byUser(self._kvpTyped))

    def show(self, state: PanelState) -> None:
        """Show what was typed, and whether the CT says something else."""
        ui, inputs = self.ui, state.inputs
        findings = kvpFindings(inputs.acquisition, inputs.kvp)
        ui.kvpBox.setVisible(inputs.volumeNode is not None and (inputs.isKvpAsked or bool(findings)))
        self._kvp = inputs.kvp
        ui.kvpSpinBox.setEnabled(inputs.volumeNode is not None)
        ui.kvpSpinBox.setValue(inputs.kvp or 0.0)
        differs = " ".join(finding.text for finding in findings)
        ui.kvpFindingLabel.setText(differs)
        ui.kvpFindingLabel.setVisible(bool(differs))

    def _kvpTyped(self) -> None:
        if not self.ui.kvpSpinBox.enabled:
            return
        kvp = self.ui.kvpSpinBox.value or None
        try:
            if kvp is not None:
                check_kvp(kvp)
        except InputError as problem:
            self.ui.kvpSpinBox.setValue(self._kvp or 0.0)
            self.session.say(problemText(problem))
        else:
            self.session.setKvp(kvp)


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
