"""The line above the table that says what refuses all lesions, and the button by which it is accepted."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.acceptance import OPTIONS, how_to_accept
from radioimmuno.findings import TABLE, Finding

from ..state.session import Session

ICON_PX = 24


class AcceptSection:
    """Shown as long as something holds for all lesions that a person has to know before any score.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.
    session : Session
        The patient.
    """

    def __init__(self, ui: Any, session: Session) -> None:
        self._ui, self._session = ui, session
        icon = ui.acceptBox.style().standardIcon(qt.QStyle.SP_MessageBoxWarning)
        ui.acceptIconLabel.setPixmap(icon.pixmap(ICON_PX, ICON_PX))
        ui.acceptButton.connect("clicked()", self._pressed)
        session.jobs.stateChanged.connect(lambda state: self.show())

    def show(self) -> None:
        """Show what refuses all lesions, or what was accepted."""
        ui, refused = self._ui, self._refused()
        accepted = sorted(self._session.inputs.accepted)
        ui.acceptBox.setVisible(bool(refused or accepted))
        ui.acceptLabel.setText("\n".join(map(_shortened, refused)) if refused else _acceptedText(accepted))
        canAccept = any(finding.code in OPTIONS for finding in refused)
        ui.acceptButton.setVisible(canAccept or not refused)
        ui.acceptButton.setText(_("Score all the same") if refused else _("Accept no more"))
        ui.acceptButton.setToolTip(
            _("Every score then says what was accepted.") if refused else _("The lesions are refused again.")
        )
        isMissing = bool(self._session.inputs.missing) and canAccept
        ui.acceptButton.setEnabled(not self._session.jobs.isBusy and not isMissing)

    def _refused(self) -> list[Finding]:
        """What refuses all lesions: known of the inputs, or found in the voxels when they were scored."""
        inputs = self._session.inputs
        found = {f.code: f for f in inputs.findings if f.refuses}
        patient = self._session.patient
        for row in patient.lesions if patient else ():
            for finding in row.findings:
                isOfAll = finding.code in OPTIONS and finding.code not in inputs.accepted
                if isOfAll and finding.refuses:
                    found.setdefault(finding.code, finding)
        return list(found.values())

    def _pressed(self) -> None:
        codes = {finding.code for finding in self._refused()} & set(OPTIONS)
        if codes:
            self._session.setAccepted(self._session.inputs.accepted | codes)
            self._session.score()
        else:
            self._session.setAccepted(())


def _shortened(finding: Finding) -> str:
    """The finding without what the button beside it says."""
    return finding.text.removesuffix(how_to_accept(finding.code)) if finding.code in OPTIONS else finding.text


def _acceptedText(codes: list[str]) -> str:
    what = " ".join(TABLE[code].text for code in codes)
    return _("Accepted by hand, and recorded with every score: {what}").format(what=what)
