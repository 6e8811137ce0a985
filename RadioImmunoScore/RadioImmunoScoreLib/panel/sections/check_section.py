"""The section of checks: what was found, one click to go there, one to repair it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

import qt
from radioimmuno.findings import Severity

from ..state.panel_state import ChecksState, PanelState
from ..texts import problemText
from ..widgets.button_rows import ButtonRows
from ..widgets.event_watch import EventWatch
from ..widgets.file_dialog import askPath
from ..widgets.icons import severityIcon
from ..widgets.keyboard_focus import inTabOrder
from .section import Section

if TYPE_CHECKING:
    from radioimmuno.quality.check import LesionFinding
    from radioimmuno.quality.repairs import Repair

LESION, FOUND = range(2)
ORDER = (Severity.REFUSE, Severity.WARN, Severity.FIXED)
# Beside and around the texts of a cell: what the style leaves free, and the icon.
BESIDE_TEXT_PX, BESIDE_NAME_PX, FRAME_PX = 8, 36, 4
# A name takes at most this share of the width; a longer one is elided, and whole in the tooltip.
NAME_SHARE = 0.4


class CheckSection(Section):
    """Check button and table of findings, each with a button that is named by its repair."""

    def connectWidgets(self) -> None:
        """Lay out and connect the table."""
        self._rows: list[LesionFinding] = []
        self._buttons: list[Any] = []
        self._filled: ChecksState | None = None
        ui = self.ui
        self._layOut(ui.checkTable)
        self._buttonRows = ButtonRows(ui.checkActions, [ui.checkButton, ui.checkSaveButton])
        ui.checkButton.connect("clicked()", self.session.checks.check)
        ui.checkSaveButton.connect("clicked()", self._ask)
        ui.checkTable.connect("itemSelectionChanged()", self.byUser(self._selectionChanged))
        kinds = (qt.QEvent.Resize, qt.QEvent.FontChange)
        self._watch = EventWatch(ui.checkTable, dict.fromkeys(kinds, lambda event: self._fit()))

    def show(self, state: PanelState) -> None:
        """Show what was found, and whether it still holds."""
        ui, checks = self.ui, state.checks
        if self._filled is None or checks.found is not self._filled.found:
            self._fillTable(checks)
        self._filled = checks
        isReady = not {"ct", "segmentation", "segments"} & set(state.inputs.missing)
        ui.checkButton.setEnabled(isReady)
        ui.checkButton.setToolTip(
            _("Looks at every lesion; nothing is changed.")
            if isReady
            else _("Select a CT and a segmentation with lesions first.")
        )
        isCurrent = checks.found is not None and not checks.isStale
        ui.checkSaveButton.setEnabled(isCurrent)
        tip = _("What was found as a table for a spreadsheet: one row for each finding.")
        ui.checkSaveButton.setToolTip(tip if isCurrent else _("Check the lesions first."))
        ui.checkTable.setEnabled(not checks.isStale)
        ui.checkLabel.setText(_summary(checks))

    def save(self, path: str) -> None:
        """Write what was found to a .csv file, and say so or why not."""
        from radioimmuno.report.csv_tables import write_checks_csv

        try:
            identity = self.session.inputs.identity
            write_checks_csv(self.session.checks.lesions, self.session.checks.found or (), path, identity)
        except OSError as problem:
            self.session.say(problemText(problem))
        else:
            self.session.say(_("Saved: {path}").format(path=path))

    def _ask(self) -> None:
        path = askPath(self.ui.checkSaveButton, _("Save what was found"), "checks", ".csv")
        if path:
            self.save(path)

    def _layOut(self, table: Any) -> None:
        titles = [_("Lesion"), _("What was found")]
        table.setColumnCount(len(titles))
        table.setHorizontalHeaderLabels(titles)
        table.horizontalHeaderItem(LESION).setToolTip(_("The lesion, and whether it has to be looked at."))
        table.horizontalHeaderItem(FOUND).setToolTip(_("What was found, and the repair where there is one."))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setSectionResizeMode(LESION, qt.QHeaderView.Fixed)
        header.setSectionResizeMode(FOUND, qt.QHeaderView.Stretch)
        table.verticalHeader().hide()

    def _fillTable(self, checks: ChecksState) -> None:
        table = self.ui.checkTable
        self._rows = sorted(checks.found or (), key=lambda each: ORDER.index(each.finding.severity))
        self._buttons = []
        table.clearSelection()
        # None of the last buttons stays.
        table.setRowCount(0)
        table.setRowCount(len(self._rows))
        for number, each in enumerate(self._rows):
            self._fillRow(number, each, checks.names[each.lesion_id])
        table.setVisible(bool(self._rows))
        inTabOrder(table, filter(None, self._buttons))
        self._fit()

    def _fillRow(self, number: int, each: LesionFinding, name: str) -> None:
        table, finding = self.ui.checkTable, each.finding
        word = severityText(finding.severity)
        for column, text in ((LESION, f"{name}\n{word}"), (FOUND, finding.text)):
            item = qt.QTableWidgetItem(text)
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
            item.setToolTip(text)
            item.setTextAlignment(qt.Qt.AlignLeft | qt.Qt.AlignTop)
            table.setItem(number, column, item)
        table.item(number, LESION).setIcon(severityIcon(table, finding.severity.value))
        repairs = self.session.checks.repairsOf(finding.code)
        if not repairs:
            self._buttons.append(None)
            return
        button = self._repairButton(each.lesion_id, name, repairs)
        self._buttons.append(button)
        table.setCellWidget(number, FOUND, _atBottom(button))

    def _repairButton(self, segmentID: str, name: str, repairs: Sequence[Repair]) -> Any:
        """A button of the best repair; others in its menu."""
        best, *others = repairs
        button = qt.QToolButton()
        button.setText(best.title)
        button.setToolButtonStyle(qt.Qt.ToolButtonTextOnly)
        button.setSizePolicy(qt.QSizePolicy.Maximum, qt.QSizePolicy.Fixed)
        button.setFocusPolicy(qt.Qt.StrongFocus)
        tip = _("{title}: {name}. Undo, above, takes it back.")
        button.setToolTip(tip.format(title=best.title, name=name))
        button.setAccessibleName(f"{best.title}: {name}")
        button.connect("clicked()", partial(self._repair, segmentID, best))
        if others:
            menu = qt.QMenu(button)
            for repair in others:
                action = menu.addAction(repair.title)
                action.connect("triggered()", partial(self._repair, segmentID, repair))
            button.setMenu(menu)
            button.setPopupMode(qt.QToolButton.MenuButtonPopup)
        return button

    def _repair(self, segmentID: str, repair: Repair) -> None:
        self.session.checks.repair(segmentID, repair)

    def _fit(self) -> None:
        """Column widths from the texts, heights in which every text and button is whole."""
        table = self.ui.checkTable
        metrics = qt.QFontMetrics(table.font)
        width = table.width - FRAME_PX
        texts = [table.item(number, LESION).text() for number in range(len(self._rows))]
        lines = [line for text in texts for line in text.split("\n")] + [_("Lesion")]
        widest = max(metrics.boundingRect(line).width() for line in lines) + BESIDE_NAME_PX
        nameWidth = min(widest, int(NAME_SHARE * width))
        table.setColumnWidth(LESION, nameWidth)
        flags = int(qt.Qt.TextWordWrap)
        room = width - nameWidth - 2 * BESIDE_TEXT_PX
        total = 0
        for number, each in enumerate(self._rows):
            box = metrics.boundingRect(0, 0, room, 10000, flags, each.finding.text)
            button = self._buttons[number]
            below = 0
            if button is not None:
                _wrapText(button, metrics, room)
                below = button.sizeHint.height() + BESIDE_TEXT_PX
            height = max(box.height() + below, 2 * metrics.lineSpacing()) + BESIDE_TEXT_PX
            table.setRowHeight(number, height)
            total += height
        table.setFixedHeight(total + table.horizontalHeader().sizeHint.height() + FRAME_PX)

    def _selectionChanged(self) -> None:
        row = self.ui.checkTable.currentRow()
        if 0 <= row < len(self._rows):
            self.session.checks.goTo(self._rows[row])


def _summary(checks: ChecksState) -> str:
    if checks.found is None:
        return _("Holes, pieces, overlaps, gaps, air, metal: what to look at before scoring.")
    if checks.isStale:
        return _("Something was changed since: check again.")
    if not checks.found:
        return _("Nothing was found in {count} lesions.").format(count=len(checks.names))
    return _("{findings} findings in {lesions} of {count} lesions.").format(
        findings=len(checks.found),
        lesions=len({each.lesion_id for each in checks.found}),
        count=len(checks.names),
    )


def _atBottom(widget: Any) -> Any:
    """A widget below the text of its cell, which stays in sight."""
    holder = qt.QWidget()
    layout = qt.QVBoxLayout(holder)
    layout.setContentsMargins(BESIDE_TEXT_PX // 2, 0, BESIDE_TEXT_PX // 2, BESIDE_TEXT_PX // 2)
    layout.addStretch(1)
    layout.addWidget(widget)
    return holder


def _wrapText(button: Any, metrics: Any, room: int) -> None:
    """Write a button's text in as many lines as the room asks for."""
    title = button.text.replace("\n", " ")
    button.setText(title)
    beside = button.sizeHint.width() - metrics.boundingRect(title).width()
    lines = [""]
    for word in title.split():
        longer = f"{lines[-1]} {word}".strip()
        if metrics.boundingRect(longer).width() + beside <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    button.setText("\n".join(line for line in lines if line))


def severityText(severity: Severity) -> str:
    """What a finding does, in a word."""
    return {Severity.REFUSE: _("refused"), Severity.WARN: _("warning"), Severity.FIXED: _("mended")}[severity]
