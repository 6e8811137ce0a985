"""The section in which one stroke, or one click, becomes a lesion."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import slicer
from slicer.i18n import tr as _

import qt

from ...scene.stroke_markups import LINE, POINT
from ...services.segment_edits import ADD, NEW, REMOVE
from ..state.jobs import SEGMENTING
from ..state.other_modules import DEEP_SEGMENTERS, SEGMENT_EDITOR, isInstalled, openModule, openSegmentEditor
from ..state.session import Session
from ..state.strokes import MarkupPlacement, StrokeSegmenter

CHOICES = (NEW, ADD, REMOVE)


class SegmentSection:
    """Stroke and click buttons, what they do, and undo.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.
    session : Session
        The patient.
    selectedID : callable
        Gives the segment ID of the selected lesion, or None.
    """

    def __init__(self, ui: Any, session: Session, selectedID: Callable[[], str | None]) -> None:
        self._ui, self._session, self._selectedID = ui, session, selectedID
        self._what, self._lesion = NEW, ""
        self.segmenting = StrokeSegmenter(session)
        self.placing = MarkupPlacement(ui.drawButton)
        self.placing.ended.connect(self._placed)
        self.placing.misplaced.connect(self._misplaced)
        for title in (_("a new lesion"), _("more of the selected lesion"), _("less of the selected lesion")):
            ui.strokeBox.addItem(title)
        ui.drawButton.connect("clicked()", partial(self._pressed, LINE))
        ui.clickButton.connect("clicked()", partial(self._pressed, POINT))
        ui.strokeBox.connect("activated(int)", lambda index: self.show())
        ui.undoButton.connect("clicked()", session.undo)
        ui.redoButton.connect("clicked()", session.redo)
        ui.editorButton.connect("clicked()", self._openEditor)
        ui.editorButton.setVisible(isInstalled(SEGMENT_EDITOR))
        self._offerSegmenters()
        session.history.changed.connect(self.show)
        session.jobs.stateChanged.connect(lambda state: self.show())

    def show(self) -> None:
        """Show what can be done now, and what to do next."""
        ui, session, className = self._ui, self._session, self.placing.className
        isReady = session.inputs.volumeNode is not None and not session.jobs.isBusy
        what, hasLesion = CHOICES[ui.strokeBox.currentIndex], self._selectedID() is not None
        ui.drawButton.setEnabled(isReady and (what == NEW or hasLesion))
        ui.clickButton.setEnabled(isReady and what == NEW)
        ui.drawButton.setChecked(className == LINE)
        ui.clickButton.setChecked(className == POINT)
        history = session.history
        for button, title, tip in (
            (ui.undoButton, history.undoTitle, _("Take back: {title}")),
            (ui.redoButton, history.redoTitle, _("Do again: {title}")),
        ):
            button.setEnabled(bool(title) and not session.jobs.isBusy)
            button.setToolTip(tip.format(title=title) if title else _("There is nothing."))
        ui.editorButton.setEnabled(session.inputs.segmentationNode is not None)
        ui.strokeLabel.setText(self._hint(what, className, hasLesion))

    def close(self) -> None:
        """Give up what is being placed."""
        self.placing.stop()

    def release(self) -> None:
        """The panel goes."""
        self.placing.release()

    def _hint(self, what: str, className: str, hasLesion: bool) -> str:
        if self._session.inputs.volumeNode is None:
            return _("Select the CT first.")
        if self._session.state == SEGMENTING:
            return _("Segmenting...")
        if className == POINT:
            return _("Click inside the lesion, in any slice view. Escape gives up.")
        if className == LINE:
            where = {
                NEW: _("across the lesion, where it is longest, from border to border"),
                ADD: _("across what is missing of {name}"),
                REMOVE: _("across what is too much of {name}"),
            }[self._what].format(name=self._lesion)
            return _("Click twice in a slice view: {where}. Escape gives up.").format(where=where)
        if what != NEW and not hasLesion:
            return _("Select the lesion in the table first.")
        return _("One line across a lesion, where it is longest, segments it in all slices.")

    def _pressed(self, className: str) -> None:
        if self.placing.className == className:
            self.placing.stop()
            return
        self._what = CHOICES[self._ui.strokeBox.currentIndex]
        segmentID = self._selectedID()
        isShift = slicer.app.keyboardModifiers() == qt.Qt.ShiftModifier
        if className == LINE and isShift and segmentID is not None:
            self._what = REMOVE
        self._segmentID = None if self._what == NEW else segmentID
        self._lesion = self._session.nameOf(segmentID) if segmentID else ""
        self._session.message.emit("")
        self.placing.start(className, _("Stroke"), self._session.inputs.volumeNode)
        self.show()

    def _placed(self, points: Any) -> None:
        if points is not None and self._session.inputs.volumeNode is not None:
            self.segmenting.segment(points, self._what, self._segmentID)
        self.show()

    def _misplaced(self) -> None:
        self._session.message.emit(
            _("Nothing was segmented: draw in a slice view (red, yellow or green), all of it on one slice.")
        )

    def _openEditor(self) -> None:
        inputs = self._session.inputs
        openSegmentEditor(inputs.volumeNode, inputs.segmentationNode, self._selectedID())

    def _offerSegmenters(self) -> None:
        names = [title for title, module in DEEP_SEGMENTERS.items() if isInstalled(module)]
        for title in names:
            button = qt.QPushButton(title)
            button.setToolTip(_("Segments by deep learning, in its own module; each segment is a lesion."))
            button.connect("clicked()", partial(openModule, DEEP_SEGMENTERS[title]))
            self._ui.segmentersBox.layout().addWidget(button)
        self._ui.segmentersBox.setVisible(bool(names))
