"""The strip below the tabs: what is under way, and what happened last; outside of what scrolls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slicer.i18n import tr as _

import qt

from ..state.jobs import IDLE, jobText
from ..state.session import Session
from ..texts import missingText
from .event_watch import EventWatch

# Of a message so many lines are shown; a label's height is not bounded by so many pixels.
LINES, BESIDE_TEXT_PX, UNLIMITED_PX = 2, 2, 16_777_215


class StatusStrip:
    """Progress, Cancel, and one line for every message, which goes when what it speaks of goes.

    Parameters
    ----------
    ui : object
        The frame's widgets by name.
    session : Session
        The patient.
    """

    def __init__(self, ui: Any, session: Session) -> None:
        self._ui, self._session = ui, session
        self._isCurrent: Callable[[], bool] = lambda: True
        self._missing = ""
        self.text = ""
        session.message.connect(self.say)
        session.jobs.progressed.connect(self._progressed)
        session.history.changed.connect(lambda: self.say(""))
        ui.cancelButton.connect("clicked()", self._cancel)
        ui.moreButton.connect("toggled(bool)", lambda isOn: self._fit())
        self._watch = EventWatch(ui.messageLabel, {qt.QEvent.Resize: self._fit})

    def say(self, text: str, isCurrent: Callable[[], bool] | None = None) -> None:
        """Show a sentence instead of the last one; empty for none.

        Parameters
        ----------
        isCurrent : callable, optional
            Whether what the sentence is about is still so; asked by `refresh`.
        """
        about = self._subject()
        self._isCurrent = lambda: about == self._subject() and (isCurrent is None or isCurrent())
        self.text = text
        self._ui.moreButton.setChecked(False)
        self._showStrip()

    def refresh(self) -> None:
        """Take away a message about what is gone; where there is none, say what is missing before scoring."""
        if self.text and not self._isCurrent():
            self.say("")
        if self.text in ("", self._missing):
            isIdle = self._session.jobs.state == IDLE
            self._missing = missingText(self._session.inputs.missing) if isIdle else ""
            self.say(self._missing)

    def showJob(self, job: str) -> None:
        """Show what is under way, or the message again where nothing is."""
        ui, isBusy = self._ui, self._session.jobs.isBusy
        if isBusy:
            self.say("")
            ui.progressBar.setRange(0, 0)
        ui.progressBar.setVisible(isBusy)
        ui.cancelButton.setVisible(isBusy)
        self.refresh()
        self._showStrip()

    def _showStrip(self) -> None:
        """The message or what is under way; where there is neither, the tabs have the room."""
        isBusy = self._session.jobs.isBusy
        shown = f"{jobText(self._session.jobs.state)}..." if isBusy else self.text
        self._ui.messageLabel.setText(shown)
        self._ui.messageLabel.setToolTip(shown)
        self._ui.statusStrip.setVisible(bool(shown))
        self._fit()

    def _fit(self, event: Any = None) -> None:
        """No more than two lines of a long message, unless the user asks for all of it."""
        label, more = self._ui.messageLabel, self._ui.moreButton
        lines = LINES * qt.QFontMetrics(label.font).lineSpacing() + BESIDE_TEXT_PX
        isLong = label.heightForWidth(label.width) > lines
        more.setVisible(isLong)
        label.setMaximumHeight(lines if isLong and not more.checked else UNLIMITED_PX)

    def _subject(self) -> Any:
        inputs = self._session.inputs
        return inputs.volumeNode, inputs.segmentationNode

    def _progressed(self, done: int, total: int) -> None:
        bar = self._ui.progressBar
        bar.setRange(0, total)
        bar.setValue(done)
        bar.setFormat(f"({done}/{total})")

    def _cancel(self) -> None:
        self._session.stop()
        self.say(_("Cancelled. Nothing was changed."))
