"""The table of lesions: a row for each segment, found by segment ID."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.lesion import Site

from ..state.events import Signal
from ..state.rows import LEFT_OUT, Row
from ..texts import axesText, stabilityText
from .drawing import BAR_SIZE, Pen, chip, scoreBar

LESION, SITE, IRRADIATED, VOLUME, SCORE, SCALE, STATUS = range(7)
# The widest text of a column; fonts differ, so widths are measured and not given in pixels.
WIDEST = {SITE: "lung?", IRRADIATED: "RT", VOLUME: "888.8", SCORE: "-8.888", STATUS: "left out"}
BESIDE_TEXT_PX = {SITE: 27, IRRADIATED: 8, VOLUME: 8, SCORE: 8, STATUS: 8}
ROW_PX = 26
SITES = tuple(Site)

SORT_KEYS: dict[int, Callable[[Row], Any]] = {
    LESION: lambda row: row.name.casefold(),
    SITE: lambda row: row.site.label if row.site else "~",
    IRRADIATED: lambda row: {True: 0, False: 1, None: 2}[row.irradiated],
    VOLUME: lambda row: float("inf") if row.volumeCc is None else row.volumeCc,
    SCORE: lambda row: float("inf") if row.score is None else row.score,
    SCALE: lambda row: float("inf") if row.score is None else row.score,
    STATUS: lambda row: row.status,
}


class LesionTableView:
    """Shows rows in a QTableWidget and signals what the user does in it.

    Parameters
    ----------
    table : QTableWidget

    Attributes
    ----------
    selected : Signal of a segment ID
    included : Signal of (segment ID, bool)
    irradiated : Signal of (segment ID, bool)
    sited : Signal of (segment ID, Site)
    """

    def __init__(self, table: Any) -> None:
        self.selected, self.included = Signal(), Signal()
        self.irradiated, self.sited = Signal(), Signal()
        self._table = table
        self._rows: dict[str, Row] = {}
        self._order: list[str] = []
        self._sortColumn: int | None = None
        self._descending = False
        self._isFilling = False
        self._layOut()
        table.connect("itemChanged(QTableWidgetItem*)", self._itemChanged)
        table.connect("itemSelectionChanged()", self._selectionChanged)
        table.horizontalHeader().connect("sectionClicked(int)", self.sortBy)

    @property
    def order(self) -> list[str]:
        """The segment IDs from top to bottom."""
        return list(self._order)

    @property
    def selectedID(self) -> str | None:
        """The segment of the selected row."""
        row = self._table.currentRow()
        return self._order[row] if 0 <= row < len(self._order) else None

    def show(self, rows: Sequence[Row], pen: Pen, selectedID: str | None) -> None:
        """Show these rows in the order that the user sorted by, and one of them selected."""
        before, self._rows = self._rows, {row.id: row for row in rows}
        order = [row.id for row in self._sorted(rows)]
        self._isFilling = True
        if order != self._order:
            before, self._order = {}, order
            self._table.setRowCount(len(order))
        for number, segmentID in enumerate(order):
            if before.get(segmentID) != self._rows[segmentID] or pen is not self._pen:
                self._fill(number, self._rows[segmentID], pen)
        self._pen = pen
        self._isFilling = False
        if selectedID != self.selectedID:
            self.select(selectedID)

    def select(self, segmentID: str | None) -> None:
        """Select a segment's row, or none; without a signal."""
        self._isFilling = True
        if segmentID in self._order:
            self._table.setCurrentCell(self._order.index(segmentID), LESION)
        else:
            self._table.setCurrentCell(-1, -1)
            self._table.clearSelection()
        self._isFilling = False

    def sortBy(self, column: int) -> None:
        """Sort by a column, and the other way round when it is sorted by already."""
        self._descending = column == self._sortColumn and not self._descending
        self._sortColumn = column
        header = self._table.horizontalHeader()
        header.setSortIndicatorShown(True)
        header.setSortIndicator(column, qt.Qt.DescendingOrder if self._descending else qt.Qt.AscendingOrder)
        if self._pen is not None:
            self.show(list(self._rows.values()), self._pen, self.selectedID)

    def _layOut(self) -> None:
        table = self._table
        self._pen: Pen | None = None
        titles = [_("Lesion"), _("Site"), _("RT"), _("cc"), _("Score"), _("Cut-offs"), _("Status")]
        tips = [
            _("Untick a lesion to leave it out of scoring and of the patient's numbers."),
            _("Where the lesion sits; taken from the segment's terminology when it says so."),
            _("Irradiated: ticked yes, empty no, filled not known."),
            _("Volume in cubic centimeters."),
            _("Score by the signature in use. Research use only."),
            _("Where the score stands between the low and the high cut-off; the whisker is its stability."),
            _("Rest the mouse on it for the reasons."),
        ]
        table.setColumnCount(len(titles))
        table.setHorizontalHeaderLabels(titles)
        for column, tip in enumerate(tips):
            table.horizontalHeaderItem(column).setToolTip(tip)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(24)
        header.setHighlightSections(False)
        header.setSectionResizeMode(LESION, qt.QHeaderView.Stretch)
        metrics = qt.QFontMetrics(table.font)
        for column, text in WIDEST.items():
            wide = max(metrics.boundingRect(each).width() for each in (text, titles[column]))
            table.setColumnWidth(column, wide + BESIDE_TEXT_PX[column])
        table.setColumnWidth(SCALE, BAR_SIZE[0] + 8)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(max(ROW_PX, metrics.height() + 8))

    def _sorted(self, rows: Sequence[Row]) -> list[Row]:
        if self._sortColumn is None:
            return list(rows)
        return sorted(rows, key=SORT_KEYS[self._sortColumn], reverse=self._descending)

    def _fill(self, number: int, row: Row, pen: Pen) -> None:
        isShown = row.status not in (LEFT_OUT, "unscored", "stale")
        name = _checkable(row.included)
        name.setText(row.name)
        name.setToolTip(f"{row.name}: {axesText(row.axesMm)}" if row.axesMm else row.name)
        name.setIcon(qt.QIcon(chip(pen, row.score, row.status not in (LEFT_OUT, "unscored"))))
        self._table.setItem(number, LESION, name)
        self._table.setCellWidget(number, SITE, self._siteBox(row))
        self._table.setItem(number, IRRADIATED, _checkable(row.irradiated))
        self._table.setItem(number, VOLUME, _number(row.volumeCc, "{value:.1f}", isShown))
        score = _number(row.score, "{value:.3f}", isShown)
        self._table.setItem(number, SCORE, score)
        bar = qt.QLabel()
        bar.setPixmap(scoreBar(pen, row.score, row.stability))
        for shown in (score, bar):
            shown.setToolTip(stabilityText(row.stability) if row.stability else "")
        bar.setAlignment(qt.Qt.AlignCenter)
        self._table.setCellWidget(number, SCALE, bar)
        status = qt.QTableWidgetItem(_statusText(row.status))
        status.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
        status.setToolTip(row.reasons or _statusText(row.status))
        self._table.setItem(number, STATUS, status)

    def _siteBox(self, row: Row) -> Any:
        box = qt.QComboBox()
        box.addItem(f"{row.copiedSite.label}?" if row.copiedSite else "-")
        for site in SITES:
            box.addItem(site.label)
        box.setCurrentIndex(SITES.index(row.site) + 1 if row.site else 0)
        tip = _("Site of {name}").format(name=row.name)
        if row.copiedSite:
            tip += _(": Slicer copied it from another segment, and it does not count. Choose the site.")
        box.setToolTip(tip)
        box.connect("activated(int)", lambda index: self._siteChosen(row, index))
        return box

    def _siteChosen(self, row: Row, index: int) -> None:
        if index > 0 and SITES[index - 1] is not row.site:
            self.sited.emit(row.id, SITES[index - 1])

    def _itemChanged(self, item: Any) -> None:
        if self._isFilling:
            return
        segmentID = self._order[item.row()]
        isChecked = item.checkState() == qt.Qt.Checked
        if item.column() == LESION and isChecked != self._rows[segmentID].included:
            self.included.emit(segmentID, isChecked)
        elif item.column() == IRRADIATED:
            self.irradiated.emit(segmentID, isChecked)

    def _selectionChanged(self) -> None:
        segmentID = self.selectedID
        if not self._isFilling and segmentID is not None:
            self.selected.emit(segmentID)


def _checkable(state: bool | None) -> Any:
    item = qt.QTableWidgetItem()
    item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable | qt.Qt.ItemIsUserCheckable)
    states = {True: qt.Qt.Checked, False: qt.Qt.Unchecked, None: qt.Qt.PartiallyChecked}
    item.setCheckState(states[state])
    return item


def _number(value: float | None, form: str, isCurrent: bool) -> Any:
    item = qt.QTableWidgetItem("" if value is None else form.format(value=value))
    item.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
    flags = qt.Qt.ItemIsSelectable | qt.Qt.ItemIsEnabled
    item.setFlags(flags if isCurrent else qt.Qt.ItemIsSelectable)
    return item


def _statusText(status: str) -> str:
    return {
        LEFT_OUT: _("left out"),
        "unscored": _("not yet"),
        "stale": _("stale"),
        "scored": _("ok"),
        "warning": _("look"),
        "refused": _("refused"),
    }[status]
