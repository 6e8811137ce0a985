"""Score and Cancel: the one button for what runs, its progress, and what is missing before it can."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ..state.jobs import IDLE, UPDATING
from ..state.session import Session
from ..texts import missingText
from ..widgets.message_line import MessageLine, UpdateGuard


class ScoreSection:
    """The Score button with progress bar and message line.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.
    session : Session
        The patient.
    guard : UpdateGuard
        Whether the panel is being filled.
    line : MessageLine
    """

    def __init__(self, ui: Any, session: Session, guard: UpdateGuard, line: MessageLine) -> None:
        self._ui, self._session, self._line = ui, session, line
        self._missing = ""
        ui.scoreButton.connect("clicked()", self._scoreOrCancel)
        ui.updateCheckBox.connect("toggled(bool)", guard.unless(session.setUpdateWhileEditing))
        session.jobs.stateChanged.connect(self._stateChanged)
        session.history.changed.connect(line.clear)
        session.jobs.progressed.connect(self._progressed)

    def show(self) -> None:
        """Show whether edits are scored by themselves."""
        self._ui.updateCheckBox.setChecked(self._session.parameters.updateWhileEditing)

    def showState(self, state: str) -> None:
        """Show what can be done in this state."""
        ui, isBusy = self._ui, self._session.jobs.isBusy
        missing = self._session.inputs.missing
        ui.scoreButton.setText(_("Cancel") if isBusy else _("Score"))
        ui.scoreButton.setEnabled(isBusy or not missing)
        tip = _("Score all ticked lesions.") if not missing else missingText(missing)
        ui.scoreButton.setToolTip(_("Stop; nothing is changed.") if isBusy else tip)
        ui.progressBar.setVisible(isBusy)
        if not isBusy:
            ui.progressBar.setRange(0, 0)
        hasScores = state in (IDLE, UPDATING) and self._session.patient is not None
        for button in (ui.csvButton, ui.jsonButton, ui.htmlButton, ui.restoreButton):
            button.setEnabled(hasScores)
        self._showMissing(missingText(missing) if state == IDLE else "")

    def _stateChanged(self, state: str) -> None:
        if self._session.jobs.isBusy:
            self._line.clear()
        self._line.refresh()
        self.showState(state)

    def _showMissing(self, text: str) -> None:
        """Show what is missing where there is no other message, and no longer than it is missing."""
        if self._line.text in ("", self._missing):
            self._missing = text
            self._line.show(text)

    def _scoreOrCancel(self) -> None:
        if self._session.jobs.isBusy:
            self._session.stop()
            self._line.show(_("Cancelled. Nothing was changed."))
        else:
            self._session.score()

    def _progressed(self, done: int, total: int) -> None:
        self._ui.progressBar.setRange(0, total)
        self._ui.progressBar.setValue(done)
        self._ui.progressBar.setFormat(f"({done}/{total})")
