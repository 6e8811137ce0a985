"""Score and Cancel: the one button for what runs, its progress, and what is missing before it can."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from ..state.jobs import IDLE, UPDATING
from ..state.session import Session
from ..texts import missingText
from ..widgets.showing import MessageLine, Showing


class ScoreSection:
    """The Score button with progress bar and message line.

    Parameters
    ----------
    ui : the panel's widgets by name
    session : the patient
    showing : whether the panel is being filled
    line : where the user is told things
    """

    def __init__(self, ui: Any, session: Session, showing: Showing, line: MessageLine) -> None:
        self._ui, self._session, self._line = ui, session, line
        self._missing = ""
        ui.scoreButton.connect("clicked()", self._scoreOrCancel)
        ui.updateCheckBox.connect("toggled(bool)", showing.unless(session.setUpdateWhileEditing))
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
        self._tellMissing(missingText(missing) if state == IDLE else "")

    def _stateChanged(self, state: str) -> None:
        if self._session.jobs.isBusy:
            self._line.clear()
        self._line.refresh()
        self.showState(state)

    def _tellMissing(self, text: str) -> None:
        """Tell what is missing where nothing else is told, and no longer than it is missing."""
        if self._line.text in ("", self._missing):
            self._missing = text
            self._line.tell(text)

    def _scoreOrCancel(self) -> None:
        if self._session.jobs.isBusy:
            self._session.stop()
            self._line.tell(_("Cancelled. Nothing was changed."))
        else:
            self._session.score()

    def _progressed(self, done: int, total: int) -> None:
        self._ui.progressBar.setRange(0, total)
        self._ui.progressBar.setValue(done)
        self._ui.progressBar.setFormat(f"({done}/{total})")
