"""The line above the table that says what refuses all lesions, and the button by which it is accepted."""

from __future__ import annotations

from slicer.i18n import tr as _

import qt
from radioimmuno.acceptance import OPTIONS, how_to_accept
from radioimmuno.findings import TABLE, Finding

from ..state.panel_state import PanelState
from .section import Section

ICON_PX = 24


class AcceptSection(Section):
    """Shown as long as something holds for all lesions that a person has to know before any score."""

    def connectWidgets(self) -> None:
        """Set the icon, and connect the button."""
        icon = self.ui.acceptBox.style().standardIcon(qt.QStyle.SP_MessageBoxWarning)
        self.ui.acceptIconLabel.setPixmap(icon.pixmap(ICON_PX, ICON_PX))
        self.ui.acceptButton.connect("clicked()", self._pressed)

    def show(self, state: PanelState) -> None:
        """Show what refuses all lesions, or what was accepted."""
        ui, refused, accepted = self.ui, _refusedOf(state), sorted(state.inputs.accepted)
        ui.acceptBox.setVisible(bool(refused or accepted))
        ui.acceptLabel.setText("\n".join(map(_shortened, refused)) if refused else _acceptedText(accepted))
        canAccept = any(finding.code in OPTIONS for finding in refused)
        ui.acceptButton.setVisible(canAccept or not refused)
        ui.acceptButton.setText(_("Score all the same") if refused else _("Accept no more"))
        ui.acceptButton.setToolTip(
            _("Every score then says what was accepted.") if refused else _("The lesions are refused again.")
        )
        ui.acceptButton.setEnabled(not (state.inputs.missing and canAccept))

    def _pressed(self) -> None:
        session = self.session
        codes = {finding.code for finding in _refusedOf(session.state)} & set(OPTIONS)
        if codes:
            session.setAccepted(session.inputs.accepted | codes)
            session.score()
        else:
            session.setAccepted(())


def _refusedOf(state: PanelState) -> list[Finding]:
    """What refuses all lesions: known of the inputs, or found in the voxels when they were scored."""
    found = {f.code: f for f in state.inputs.findings if f.refuses}
    for row in state.patient.lesions if state.patient else ():
        for finding in row.findings:
            isOfAll = finding.code in OPTIONS and finding.code not in state.inputs.accepted
            if isOfAll and finding.refuses:
                found.setdefault(finding.code, finding)
    return list(found.values())


def _shortened(finding: Finding) -> str:
    """The finding without what the button beside it says."""
    return finding.text.removesuffix(how_to_accept(finding.code)) if finding.code in OPTIONS else finding.text


def _acceptedText(codes: list[str]) -> str:
    what = " ".join(TABLE[code].text for code in codes)
    return _("Accepted by hand, and recorded with every score: {what}").format(what=what)
