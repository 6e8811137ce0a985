"""The section in which one stroke, or one click, becomes a lesion."""

from __future__ import annotations

from functools import partial

import slicer
from slicer.i18n import tr as _

import qt

from ...scene.stroke_markups import LINE, POINT
from ...services.segment_edits import ADD, NEW, REMOVE
from ..state.other_modules import DEEP_SEGMENTERS, SEGMENT_EDITOR, isInstalled, openModule, openSegmentEditor
from ..state.panel_state import PanelState
from .section import Section

CHOICES = (NEW, ADD, REMOVE)


class SegmentSection(Section):
    """Stroke and click buttons, what they do, and undo."""

    def connectWidgets(self) -> None:
        """Connect the buttons; Escape gives up what is being placed."""
        ui, strokes = self.ui, self.session.strokes
        self._whatButtons = {NEW: ui.newButton, ADD: ui.addButton, REMOVE: ui.removeButton}
        for what, button in self._whatButtons.items():
            button.connect("clicked()", partial(strokes.choose, what))
        ui.drawButton.connect("clicked()", partial(self._pressed, LINE))
        ui.clickButton.connect("clicked()", partial(self._pressed, POINT))
        ui.undoButton.connect("clicked()", self.session.undo)
        ui.redoButton.connect("clicked()", self.session.redo)
        ui.editorButton.connect("clicked()", self._openEditor)
        ui.editorButton.setVisible(isInstalled(SEGMENT_EDITOR))
        # Only meanwhile: the Segment Editor has the same key for its tools.
        self._escape = qt.QShortcut(qt.QKeySequence(qt.Qt.Key_Escape), ui.drawButton)
        self._escape.setContext(qt.Qt.ApplicationShortcut)
        self._escape.connect("activated()", strokes.stop)
        self._offerSegmenters()

    def show(self, state: PanelState) -> None:
        """Show what can be done now, and what to do next."""
        ui, stroke = self.ui, state.stroke
        hasCt, hasLesion = state.inputs.volumeNode is not None, state.selectedID is not None
        self._whatButtons[stroke.what].setChecked(True)
        ui.drawButton.setEnabled(hasCt and (stroke.what == NEW or hasLesion))
        ui.clickButton.setEnabled(hasCt and stroke.what == NEW)
        ui.drawButton.setChecked(stroke.className == LINE)
        ui.clickButton.setChecked(stroke.className == POINT)
        self._escape.setEnabled(bool(stroke.className))
        for button, title, tip in (
            (ui.undoButton, stroke.undoTitle, _("Take back: {title}")),
            (ui.redoButton, stroke.redoTitle, _("Do again: {title}")),
        ):
            button.setEnabled(bool(title))
            button.setToolTip(tip.format(title=title) if title else _("There is nothing."))
        ui.editorButton.setEnabled(state.inputs.segmentationNode is not None)
        ui.strokeLabel.setText(_hint(state))

    def _pressed(self, className: str) -> None:
        isShift = slicer.app.keyboardModifiers() == qt.Qt.ShiftModifier
        self.session.strokes.toggle(className, isShift)
        # Pressed a second time the button is up, and so it is to be shown.
        self.update(self.session.state)

    def _openEditor(self) -> None:
        inputs, segmentID = self.session.inputs, self.session.selection.segmentID
        openSegmentEditor(inputs.volumeNode, inputs.segmentationNode, segmentID)

    def _offerSegmenters(self) -> None:
        names = [title for title, module in DEEP_SEGMENTERS.items() if isInstalled(module)]
        for title in names:
            button = qt.QPushButton(title)
            button.setToolTip(_("Segments by deep learning, in its own module; each segment is a lesion."))
            button.connect("clicked()", partial(openModule, DEEP_SEGMENTERS[title]))
            self.ui.segmentersBox.layout().addWidget(button)
        self.ui.segmentersBox.setVisible(bool(names))


def _hint(state: PanelState) -> str:
    """What to do next."""
    stroke = state.stroke
    if state.inputs.volumeNode is None:
        return _("Select the CT first.")
    if stroke.className == POINT:
        return _("Click inside the lesion, in any slice view. Escape gives up.")
    if stroke.className == LINE:
        where = {
            NEW: _("across the lesion, where it is longest, from border to border"),
            ADD: _("across what is missing of {name}"),
            REMOVE: _("across what is too much of {name}"),
        }[stroke.placedWhat].format(name=stroke.placedOn)
        return _("Click twice in a slice view: {where}. Escape gives up.").format(where=where)
    if stroke.what != NEW and state.selectedID is None:
        return _("Select the lesion in the table first.")
    return _("One line across a lesion, where it is longest, segments it in all slices.")
