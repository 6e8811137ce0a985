"""Score, stability, and whether edited lesions are scored by themselves."""

from __future__ import annotations

from slicer.i18n import tr as _

import qt

from ..state.panel_state import PanelState
from ..texts import missingText
from ..widgets.event_watch import EventWatch
from .section import Section


class ScoreSection(Section):
    """The buttons that score."""

    def connectWidgets(self) -> None:
        """Connect the buttons."""
        session, ui = self.session, self.ui
        self._texts = [ui.updateCheckBox.text, _("Update on edit"), _("Update"), _("Live")]
        kinds = (qt.QEvent.Resize, qt.QEvent.FontChange)
        self._watch = EventWatch(ui.scoreBox, {kind: lambda event: self._fit() for kind in kinds})
        ui.scoreButton.connect("clicked()", session.score)
        ui.stabilityButton.connect("clicked()", self._test)
        ui.updateCheckBox.connect("toggled(bool)", self.byUser(session.setUpdateWhileEditing))

    def show(self, state: PanelState) -> None:
        """Show what can be done now."""
        ui, missing = self.ui, state.inputs.missing
        ui.scoreButton.setEnabled(not missing)
        ui.scoreButton.setToolTip(missingText(missing) if missing else _("Score all ticked lesions."))
        canTest = bool(testable(state))
        ui.stabilityButton.setEnabled(canTest)
        tip = _("Draws each contour 30 times as other readers might, and scores it: see the bars then.")
        ui.stabilityButton.setToolTip(tip if canTest else _("Score the lesions first."))
        ui.updateCheckBox.setChecked(state.updateWhileEditing)

    def _fit(self) -> None:
        """Give the box the longest text that leaves all in one line; its tooltip is whole."""
        box, room = self.ui.updateCheckBox, self.ui.scoreBox.width
        for text in self._texts:
            box.setText(text)
            if self.ui.scoreActions.minimumSizeHint.width() <= room:
                break

    def _test(self) -> None:
        self.session.stability.start(testable(self.session.state))


def testable(state: PanelState) -> list[str]:
    """The lesions that count, and whose score is that of what is drawn now."""
    rows = state.rows if state.inputs.volumeNode is not None else ()
    return [row.id for row in rows if row.included and row.status in ("scored", "warning")]
