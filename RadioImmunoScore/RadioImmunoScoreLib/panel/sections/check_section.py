"""The section of checks: what was found, one click to go there, one to repair it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

import qt
from radioimmuno.findings import Severity

from ..state.checking import LesionChecks
from ..state.session import Session
from ..texts import problemText
from .save_section import askPath

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


class CheckSection:
    """Check button and table of findings.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.
    session : Session
        The patient.
    selected : callable
        Called with the segment ID of the finding that was clicked.
    """

    def __init__(self, ui: Any, session: Session, selected: Callable[[str], None]) -> None:
        self._ui, self._session, self._selected = ui, session, selected
        self._rows: list[LesionFinding] = []
        self._isFilling = False
        self.checking = LesionChecks(session)
        self.checking.changed.connect(self._fillTable)
        self._layOut(ui.checkTable)
        ui.checkButton.connect("clicked()", self.checking.check)
        ui.checkSaveButton.connect("clicked()", self._ask)
        ui.checkTable.connect("itemSelectionChanged()", self._selectionChanged)
        session.jobs.stateChanged.connect(lambda state: self.show())
        self._fillTable()

    def show(self) -> None:
        """Show what can be done now, and whether what was found still holds."""
        self.checking.followScene()
        inputs, isBusy, isStale = self._session.inputs, self._session.jobs.isBusy, self.checking.isStale
        isReady = not {"ct", "segmentation", "segments"} & set(inputs.missing)
        self._ui.checkButton.setEnabled(isReady and not isBusy)
        self._ui.checkSaveButton.setEnabled(self.checking.found is not None and not isStale and not isBusy)
        self._ui.checkTable.setEnabled(not isStale and not isBusy)
        self._ui.checkLabel.setText(self._summary(isStale))

    def save(self, path: str) -> None:
        """Write what was found to a .csv file, and say so or why not."""
        from radioimmuno.report.csv_tables import write_checks_csv

        try:
            identity = self._session.inputs.identity
            write_checks_csv(self.checking.lesions, self.checking.found or (), path, identity)
        except OSError as problem:
            self._session.message.emit(problemText(problem))
        else:
            self._session.message.emit(_("Saved: {path}").format(path=path))

    def _ask(self) -> None:
        path = askPath(self._ui.checkSaveButton, _("Save what was found"), "checks", ".csv")
        if path:
            self.save(path)

    def _summary(self, isStale: bool) -> str:
        found = self.checking.found
        if found is None:
            return _("Holes, pieces, overlaps, gaps, air, metal: what to look at before scoring.")
        if isStale:
            return _("Something was changed since: check again.")
        if not found:
            return _("Nothing was found in {count} lesions.").format(count=len(self.checking.lesions))
        return _("{findings} findings in {lesions} of {count} lesions.").format(
            findings=len(found),
            lesions=len({each.lesion_id for each in found}),
            count=len(self.checking.lesions),
        )

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

    def _fillTable(self) -> None:
        table, found = self._ui.checkTable, self.checking.found or ()
        names = {lesion.id: lesion.name for lesion in self.checking.lesions}
        self._rows = sorted(found, key=lambda each: ORDER.index(each.finding.severity))
        self._isFilling = True
        table.clearSelection()
        table.setRowCount(len(self._rows))
        for number, each in enumerate(self._rows):
            self._fillRow(number, each, names[each.lesion_id])
        # Only what is shown knows how wide its text may be, and so how high a row is.
        table.setVisible(bool(self._rows))
        table.resizeRowsToContents()
        heights = sum(table.rowHeight(number) for number in range(len(self._rows)))
        table.setFixedHeight(min(max(heights + table.horizontalHeader().height + 4, LEAST_PX), MOST_PX))
        self._isFilling = False
        self.show()

    def _fillRow(self, number: int, each: LesionFinding, name: str) -> None:
        table, finding = self._ui.checkTable, each.finding
        texts = {LESION: name, SEVERITY: severityText(finding.severity), TEXT: finding.text}
        for column, text in texts.items():
            item = qt.QTableWidgetItem(text)
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
            item.setToolTip(text)
            item.setTextAlignment(qt.Qt.AlignLeft | qt.Qt.AlignTop)
            table.setItem(number, column, item)
        repairs = self.checking.repairsOf(finding.code)
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
            self.checking.repair(segmentID, repairs[index - 1])

    def _selectionChanged(self) -> None:
        row = self._ui.checkTable.currentRow()
        if not self._isFilling and 0 <= row < len(self._rows):
            segmentID = self._rows[row].lesion_id
            if segmentID in self._session.inputs.segmentIDs:
                self._selected(segmentID)


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
