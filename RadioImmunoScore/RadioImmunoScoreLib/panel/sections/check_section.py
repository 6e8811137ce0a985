"""The section of checks: what was found, one click to go there, one to repair it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

import qt
from radioimmuno.findings import Severity

from ..state.panel_state import ChecksState, PanelState
from ..texts import problemText
from .save_section import askPath
from .section import Section

if TYPE_CHECKING:
    from radioimmuno.quality.check import LesionFinding

LESION, SEVERITY, TEXT, REPAIR = range(4)
# The widest text of a column that is not elided, and what stands beside it.
WIDEST = {LESION: "Lesion 888", SEVERITY: "refused", REPAIR: "Repair"}
BESIDE_TEXT_PX = {LESION: 12, SEVERITY: 10, REPAIR: 36}
ORDER = (Severity.REFUSE, Severity.WARN, Severity.FIXED)

# The table grows with what was found, between these.
LEAST_PX, MOST_PX = 60, 320
MENU_PX = 280


class CheckSection(Section):
    """Check button and table of findings."""

    def connectWidgets(self) -> None:
        """Lay out and connect the table."""
        self._rows: list[LesionFinding] = []
        self._filled: ChecksState | None = None
        ui = self.ui
        self._layOut(ui.checkTable)
        ui.checkButton.connect("clicked()", self.session.checks.check)
        ui.checkSaveButton.connect("clicked()", self._ask)
        ui.checkTable.connect("itemSelectionChanged()", self.byUser(self._selectionChanged))

    def show(self, state: PanelState) -> None:
        """Show what was found, and whether it still holds."""
        ui, checks = self.ui, state.checks
        if self._filled is None or checks.found is not self._filled.found:
            self._fillTable(checks)
        self._filled = checks
        isReady = not {"ct", "segmentation", "segments"} & set(state.inputs.missing)
        ui.checkButton.setEnabled(isReady)
        ui.checkSaveButton.setEnabled(checks.found is not None and not checks.isStale)
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
        titles = [_("Lesion"), _("Status"), _("What was found"), _("Repair")]
        table.setColumnCount(len(titles))
        table.setHorizontalHeaderLabels(titles)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(TEXT, qt.QHeaderView.Stretch)
        metrics = qt.QFontMetrics(table.font)
        for column, text in WIDEST.items():
            table.setColumnWidth(column, metrics.boundingRect(text).width() + BESIDE_TEXT_PX[column])
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(qt.QHeaderView.ResizeToContents)

    def _fillTable(self, checks: ChecksState) -> None:
        table = self.ui.checkTable
        self._rows = sorted(checks.found or (), key=lambda each: ORDER.index(each.finding.severity))
        table.clearSelection()
        table.setRowCount(len(self._rows))
        for number, each in enumerate(self._rows):
            self._fillRow(number, each, checks.names[each.lesion_id])
        # Only what is shown knows how wide its text may be, and so how high a row is.
        table.setVisible(bool(self._rows))
        table.resizeRowsToContents()
        heights = sum(table.rowHeight(number) for number in range(len(self._rows)))
        table.setFixedHeight(min(max(heights + table.horizontalHeader().height + 4, LEAST_PX), MOST_PX))

    def _fillRow(self, number: int, each: LesionFinding, name: str) -> None:
        table, finding = self.ui.checkTable, each.finding
        texts = {LESION: name, SEVERITY: severityText(finding.severity), TEXT: finding.text}
        for column, text in texts.items():
            item = qt.QTableWidgetItem(text)
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
            item.setToolTip(text)
            item.setTextAlignment(qt.Qt.AlignLeft | qt.Qt.AlignTop)
            table.setItem(number, column, item)
        repairs = self.session.checks.repairsOf(finding.code)
        if not repairs:
            table.removeCellWidget(number, REPAIR)
            return
        box = qt.QComboBox()
        box.addItem(_("Repair"))
        for repair in repairs:
            box.addItem(repair.title)
        box.view().setMinimumWidth(MENU_PX)
        box.setToolTip(_("Undo, in the section Segment, takes it back."))
        box.connect("activated(int)", lambda index: self._repairChosen(each.lesion_id, repairs, index))
        table.setCellWidget(number, REPAIR, _atTop(box))

    def _repairChosen(self, segmentID: str, repairs: Any, index: int) -> None:
        if index > 0:
            self.session.checks.repair(segmentID, repairs[index - 1])

    def _selectionChanged(self) -> None:
        row = self.ui.checkTable.currentRow()
        if 0 <= row < len(self._rows):
            segmentID = self._rows[row].lesion_id
            if segmentID in self.session.inputs.segmentIDs:
                self.session.selection.choose(segmentID)


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


def _atTop(widget: Any) -> Any:
    """A widget at the top of its cell; by itself it would be as high as the row."""
    holder = qt.QWidget()
    layout = qt.QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(widget)
    layout.addStretch(1)
    return holder


def severityText(severity: Severity) -> str:
    """What a finding does, in a word."""
    return {Severity.REFUSE: _("refused"), Severity.WARN: _("look"), Severity.FIXED: _("mended")}[severity]
