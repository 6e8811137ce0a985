"""The section in which a stroke, a cross or a click becomes a lesion, and a lesion is corrected."""

from __future__ import annotations

from functools import partial
from typing import Any

import slicer
from slicer.i18n import tr as _

import qt

from ..state.gestures import BOX_AROUND, CLICK, CROSS, LESS, MORE, PULL, STROKE, Gesture
from ..state.other_modules import DEEP_SEGMENTERS, SEGMENT_EDITOR, isInstalled, openModule, openSegmentEditor
from ..state.panel_state import PanelState
from ..widgets.button_rows import ButtonRows
from ..widgets.event_watch import EventWatch
from ..widgets.icons import iconOf
from .section import Section

ENTER_KEYS = ("Return", "Enter")
UNDO_KEYS, REDO_KEYS = ("Ctrl+Z",), ("Ctrl+Shift+Z", "Ctrl+Y")


class SegmentSection(Section):
    """Buttons that have something drawn at once, undo, and what to do next in one line.

    The first row's make new lesions, the second row's correct the one that is selected.
    """

    def connectWidgets(self) -> None:
        """Lay out and connect the buttons and their keys."""
        ui = self.ui
        new = {
            STROKE: ui.newButton,
            CROSS: ui.crossButton,
            CLICK: ui.clickButton,
            BOX_AROUND: ui.boxButton,
        }
        corrections = {MORE: ui.addButton, LESS: ui.removeButton, PULL: ui.pullButton}
        self._placers = {**new, **corrections}
        for gesture, button in self._placers.items():
            button.connect("clicked()", partial(self._pressed, gesture))
        ui.undoButton.connect("clicked()", self.session.undo)
        ui.redoButton.connect("clicked()", self.session.redo)
        ui.editorButton.connect("clicked()", self._openEditor)
        hasEditor = isInstalled(SEGMENT_EDITOR)
        ui.editorButton.setVisible(hasEditor)
        for name in ("new", "cross", "click", "box", "add", "remove", "pull", "undo", "redo", "editor"):
            button = getattr(ui, f"{name}Button")
            button.setIcon(iconOf(button, name))
        self._rows = [
            ButtonRows(ui.placeBox, list(new.values())),
            ButtonRows(ui.correctBox, list(corrections.values())),
            ButtonRows(ui.undoBox, [ui.undoButton, ui.redoButton, *([ui.editorButton] if hasEditor else [])]),
        ]
        self._addKeys()
        self._offerSegmenters()
        kinds = (qt.QEvent.Resize, qt.QEvent.FontChange)
        self._watch = EventWatch(ui.strokeLabel, dict.fromkeys(kinds, self._reserveLines))

    def show(self, state: PanelState) -> None:
        """Show what can be done now, and what to do next."""
        ui, stroke = self.ui, state.stroke
        obstacle = "" if state.inputs.volumeNode else _("Select the CT first.")
        ofLesion = obstacle or ("" if state.selectedID else _("Select the lesion in the table first."))
        keys = _("Pressed again, or Escape: ends it.")
        for gesture, button in self._placers.items():
            why = ofLesion if gesture.isCorrection else obstacle
            button.setEnabled(not why)
            button.setChecked(stroke.gesture == gesture)
            button.setToolTip(why or f"{_TIPS[gesture]} {keys}")
        self._escape.setEnabled(stroke.gesture is not None)
        for shortcut in self._enterKeys:
            shortcut.setEnabled(stroke.isAdjusting)
        for button, shortcuts, key, title, tip in (
            (ui.undoButton, self._undoKeys, UNDO_KEYS[0], stroke.undoTitle, _("Take back: {title} ({key})")),
            (ui.redoButton, self._redoKeys, REDO_KEYS[0], stroke.redoTitle, _("Do again: {title} ({key})")),
        ):
            button.setEnabled(bool(title))
            none = _("Nothing was done here so far. Strokes, clicks and repairs can be taken back.")
            button.setToolTip(tip.format(title=title, key=key) if title else none)
            for shortcut in shortcuts:
                # Only while there is something: other widgets have the same keys.
                shortcut.setEnabled(bool(title))
        ui.editorButton.setEnabled(state.inputs.segmentationNode is not None)
        ui.strokeLabel.setText(_hint(state))

    def _addKeys(self) -> None:
        # A key of a widget that is hidden is not heard, and this tab may be: the panel has them.
        panel = self.ui.segmentBox
        while panel.parentWidget() is not None:
            panel = panel.parentWidget()
        # Only meanwhile: the Segment Editor has the same key for its tools.
        strokes, everywhere = self.session.strokes, qt.Qt.ApplicationShortcut
        self._escape = _shortcut(panel, "Escape", everywhere, strokes.stop)
        self._enterKeys = [_shortcut(panel, key, everywhere, strokes.finish) for key in ENTER_KEYS]
        inPanel = qt.Qt.WidgetWithChildrenShortcut
        # A click is not heard by a button that waits for a job.
        undo, redo = self.ui.undoButton, self.ui.redoButton
        self._undoKeys = [_shortcut(panel, key, inPanel, lambda: undo.click()) for key in UNDO_KEYS]
        self._redoKeys = [_shortcut(panel, key, inPanel, lambda: redo.click()) for key in REDO_KEYS]

    def _pressed(self, gesture: Gesture) -> None:
        isShift = slicer.app.keyboardModifiers() == qt.Qt.ShiftModifier
        if isShift and gesture in (STROKE, MORE) and self.session.selection.segmentID is not None:
            gesture = LESS
        self.session.strokes.toggle(gesture)
        # Whatever the click made of the button: it shows what is placed.
        self.update(self.session.state)

    def _openEditor(self) -> None:
        inputs, segmentID = self.session.inputs, self.session.selection.segmentID
        openSegmentEditor(inputs.volumeNode, inputs.segmentationNode, segmentID)

    def _reserveLines(self, event: Any = None) -> None:
        """As many lines as the longest hint takes: what is below does not move when the hint is another."""
        label = self.ui.strokeLabel
        metrics, flags = qt.QFontMetrics(label.font), int(qt.Qt.TextWordWrap)
        heights = [
            metrics.boundingRect(0, 0, label.width, 1000, flags, text).height() for text in _allHints()
        ]
        label.setMinimumHeight(max(heights))

    def _offerSegmenters(self) -> None:
        names = [title for title, module in DEEP_SEGMENTERS.items() if isInstalled(module)]
        buttons = []
        for title in names:
            button = qt.QPushButton(title)
            button.setToolTip(_("Segments by deep learning, in its own module; each segment is a lesion."))
            button.setSizePolicy(qt.QSizePolicy.Ignored, qt.QSizePolicy.Fixed)
            button.connect("clicked()", partial(openModule, DEEP_SEGMENTERS[title]))
            buttons.append(button)
        if buttons:
            self._rows.append(ButtonRows(self.ui.segmenterButtonsBox, buttons))
        self.ui.segmentersBox.setVisible(bool(names))


def _shortcut(panel: Any, key: str, context: Any, called: Any) -> Any:
    shortcut = qt.QShortcut(qt.QKeySequence(key), panel)
    shortcut.setContext(context)
    shortcut.connect("activated()", called)
    shortcut.setEnabled(False)
    return shortcut


# What a button has drawn.
_TIPS = {
    STROKE: _("One line across a lesion, where it is longest, makes a new one. With Shift: Remove."),
    CROSS: _(
        "Two lines make a new lesion: across it where it is longest, then across that, as RECIST measures. "
        "Surer than one line where the border is faint."
    ),
    CLICK: _("One click inside a lesion makes a new one. Its size is guessed: a line is surer."),
    BOX_AROUND: _(
        "A box around a lesion makes a new one: two corners in a slice view, then its depth in another view. "
        "For lesions that a line does not describe."
    ),
    MORE: _("One line across what the selected lesion lacks adds it. With Shift: Remove."),
    LESS: _("One line across the part of the selected lesion that is too much takes it away."),
    PULL: _("One click where the selected lesion's border truly is pulls it there; far parts do not move."),
}

# What to do next, by how many markups of a gesture are whole.
_HINTS = {
    (STROKE, 0): _("Click twice in a slice view: across the lesion, where it is longest. Escape ends it."),
    (CROSS, 0): _("Click twice in a slice view: across the lesion, where it is longest. Escape ends it."),
    (CROSS, 1): _("Now the second line, across the first. New lesion: without it. Escape ends it."),
    (CLICK, 0): _("Click inside the lesion, in a slice view. Escape ends it."),
    (BOX_AROUND, 0): _(
        "Click two opposite corners in a slice view, close around the lesion. Escape ends it."
    ),
    (BOX_AROUND, 1): _(
        "Drag its sides until it just holds the lesion in all views. Enter, or Box: segments it."
    ),
    (MORE, 0): _("Click twice in a slice view: across what {name} lacks. Escape ends it."),
    (LESS, 0): _("Click twice in a slice view: across the part of {name} that is too much. Escape ends it."),
    (PULL, 0): _("Click in a slice view where the border of {name} truly is. Escape ends it."),
}


def _hint(state: PanelState) -> str:
    """What to do next."""
    stroke = state.stroke
    if state.inputs.volumeNode is None:
        return _("Select the CT first.")
    if stroke.gesture is not None:
        return _HINTS[stroke.gesture, stroke.wholeCount].format(name=stroke.placedOn)
    return _("One line across a lesion, where it is longest, segments it in all slices.")


def _allHints() -> list[str]:
    return [hint.format(name=_("Lesion 888")) for hint in _HINTS.values()]
