"""The table of lesions: a row for each segment, found by segment ID."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slicer.i18n import tr as _

import ctk
import qt
from radioimmuno.lesion import Site
from radioimmuno.naming import lesion_names

from ..state.events import Signal
from ..state.panel_state import ColoringState
from ..state.rows import LEFT_OUT, Row
from .drawing import BAR_SIZE, Pen, chip, chipPx, colorChip, scoreBar
from .event_watch import EventWatch
from .fitting import fittedWidths
from .row_texts import (
    WHOLE,
    changeText,
    nameTip,
    scoreText,
    scoreTip,
    statusText,
    statusTip,
    volumeText,
    weightText,
)

LESION, SCORE, CHANGE, SCALE, STATUS, VOLUME, SITE, IRRADIATED, WEIGHT, VALUE = range(10)
# Where the column of another value stands: beside the score.
VALUE_PLACE = 2

# More rows than these are scrolled.
MOST_ROWS = 12
ABOVE_AND_BELOW_TEXT_PX, BESIDE_BAR_PX, LEAST_COLUMN_PX = 5, 8, 24
# What gets the room that is left, and up to which width.
GROWTH = ((SCALE, 200), (LESION, 10_000))
# So many characters of a name are shown before other columns give way, and so many at the least.
NAME_CHARACTERS, FEW_NAME_CHARACTERS, LEAST_NAME_CHARACTERS = 14, 8, 6
SITE_CHARACTERS, LEAST_SITE_CHARACTERS = 5, 3
# What a drop-down elides by is a little less than what it asks for.
SITE_RESERVE_PX = 6
SITES = tuple(Site)
# Behind the name of a lesion that is to be looked at: amber, on light and dark alike.
UNSURE_RGBA = (255, 165, 0, 80)


def _last(value: float | None) -> float:
    return float("inf") if value is None else value


SORT_KEYS: dict[int, Callable[[Row], Any]] = {
    LESION: lambda row: row.name.casefold(),
    SCORE: lambda row: _last(row.score),
    CHANGE: lambda row: _last(row.change),
    SCALE: lambda row: _last(row.score),
    STATUS: lambda row: row.status,
    VOLUME: lambda row: _last(row.volumeCc),
    SITE: lambda row: row.site.label if row.site else "~",
    IRRADIATED: lambda row: {True: 0, False: 1, None: 2}[row.irradiated],
    WEIGHT: lambda row: _last(row.weight),
    VALUE: lambda row: 0.0,
}
NO_VALUES = ColoringState()
LONGEST_TITLE = 12


class LesionTableView:
    """Shows rows in a QTableWidget and signals what the user does in it.

    The columns are as wide as their contents in the font that there is. What a user made wider or narrower
    stays so.

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
        self._names: Mapping[str, str] = {}
        self._order: list[str] = []
        self._sortColumn: int | None = None
        self._descending = False
        self._isFilling = self._isFitting = False
        self._pen: Pen | None = None
        self._barPx = BAR_SIZE[0]
        self._widthsByUser: dict[int, int] = {}
        self._coloring = NO_VALUES
        self._layOut()
        table.connect("itemChanged(QTableWidgetItem*)", self._itemChanged)
        table.connect("itemSelectionChanged()", self._selectionChanged)
        table.connect("cellActivated(int,int)", self._activated)
        header = table.horizontalHeader()
        header.connect("sectionClicked(int)", self.sortBy)
        header.connect("sectionResized(int,int,int)", self._resized)
        self._watch = EventWatch(table, {qt.QEvent.Resize: lambda event: self._fit()})

    @property
    def order(self) -> list[str]:
        """The segment IDs from top to bottom."""
        return list(self._order)

    @property
    def selectedID(self) -> str | None:
        """The segment of the selected row."""
        row = self._table.currentRow()
        return self._order[row] if 0 <= row < len(self._order) else None

    def show(
        self, rows: Sequence[Row], pen: Pen, selectedID: str | None, coloring: ColoringState = NO_VALUES
    ) -> None:
        """Show these rows in the order that the user sorted by, and one of them selected.

        Parameters
        ----------
        coloring : ColoringState, optional
            What the colors of the lesions mean; a value that is no score has a column.
        """
        isOtherColoring, self._coloring = coloring != self._coloring, coloring
        before, self._rows = self._rows, {row.id: row for row in rows}
        namesBefore, self._names = self._names, lesion_names(rows)
        order = [row.id for row in self._sorted(rows)]
        isOtherPen = pen is not self._pen
        self._pen = pen
        self._isFilling = True
        if isOtherColoring and coloring.values is not None:
            self._table.horizontalHeaderItem(VALUE).setToolTip(coloring.values.heading)
        if order != self._order:
            before, self._order = {}, order
            self._table.setRowCount(len(order))
        changed = [
            i
            for i in order
            if isOtherPen
            or isOtherColoring
            or before.get(i) != self._rows[i]
            or namesBefore.get(i) != self._names[i]
        ]
        for segmentID in changed:
            self._fill(self._order.index(segmentID), self._rows[segmentID], pen)
        self._isFilling = False
        if changed or not before:
            self._fit()
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
        order = qt.Qt.DescendingOrder if self._descending else qt.Qt.AscendingOrder
        self._table.horizontalHeader().setSortIndicator(column, order)
        if self._pen is not None:
            self.show(list(self._rows.values()), self._pen, self.selectedID, self._coloring)
            self._fit()

    def _layOut(self) -> None:
        table = self._table
        titles = {
            LESION: (_("Lesion"), _("Untick a lesion to leave it out of scoring and the patient's numbers.")),
            SCORE: (_("Score"), _("Score by the signature in use. Research use only.")),
            CHANGE: ("\N{PLUS-MINUS SIGN}", _("By how much the score is another than at the last Score.")),
            SCALE: (
                _("Cut-offs"),
                _("Where the score stands between the low and the high cut-off; the whisker: its stability."),
            ),
            STATUS: (_("Status"), _("Rest the mouse on it, or select the lesion, for the reasons.")),
            VOLUME: (_("cc"), _("Volume in cubic centimeters.")),
            SITE: (_("Site"), _("Where the lesion sits; from the segment's terminology when it says so.")),
            IRRADIATED: (_("RT"), _("Irradiated: ticked yes, empty no, filled not known.")),
            WEIGHT: (
                _("Weight"),
                _("How much the lesion counts in the patient's value; the weights of all sum to 1."),
            ),
            VALUE: (_("Value"), _("What the lesions are colored by.")),
        }
        table.setColumnCount(len(titles))
        table.setHorizontalHeaderLabels([titles[column][0] for column in sorted(titles)])
        for column, (_title, tip) in titles.items():
            table.horizontalHeaderItem(column).setToolTip(tip)
        header = table.horizontalHeader()
        header.setMinimumSectionSize(LEAST_COLUMN_PX)
        header.setHighlightSections(False)
        header.moveSection(VALUE, VALUE_PLACE)
        table.setHorizontalScrollMode(qt.QAbstractItemView.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(qt.QHeaderView.Fixed)

    def _sorted(self, rows: Sequence[Row]) -> list[Row]:
        if self._sortColumn is None:
            return list(rows)
        if self._sortColumn == VALUE and self._coloring.values is not None:
            values = self._coloring.values.values
            return sorted(rows, key=lambda row: _last(values.get(row.id)), reverse=self._descending)
        return sorted(rows, key=SORT_KEYS[self._sortColumn], reverse=self._descending)

    def _fill(self, number: int, row: Row, pen: Pen) -> None:
        isShown = row.status not in (LEFT_OUT, "unscored", "stale")
        spot = self._chip(pen, row)
        # Qt would tint the picture of a row that is selected.
        icon = qt.QIcon(spot)
        icon.addPixmap(spot, qt.QIcon.Selected)
        name = _checkable(row.included)
        name.setText(self._names[row.id])
        name.setToolTip(nameTip(name.text(), row))
        if row.isUnsure:
            name.setBackground(qt.QBrush(qt.QColor(*UNSURE_RGBA)))
        name.setIcon(icon)
        tip = scoreTip(row)
        volumeTip = "" if row.volumeCc is None else f"{WHOLE.format(row.volumeCc)} cc"
        bar = qt.QLabel()
        bar.setPixmap(scoreBar(pen, row.score, row.stability, self._barPx))
        bar.setToolTip(tip)
        bar.setAlignment(qt.Qt.AlignCenter)
        status = _text(statusText(row), statusTip(row) or statusText(row), True)
        status.setTextAlignment(qt.Qt.AlignLeft | qt.Qt.AlignVCenter)
        table = self._table
        table.setItem(number, LESION, name)
        table.setItem(number, SCORE, _text(scoreText(row.score), tip, isShown))
        table.setItem(number, CHANGE, _text(changeText(row), tip, isShown))
        table.setCellWidget(number, SCALE, bar)
        table.setItem(number, STATUS, status)
        table.setItem(number, VOLUME, _text(volumeText(row.volumeCc), volumeTip, isShown))
        table.setCellWidget(number, SITE, self._siteBox(row))
        table.setItem(number, IRRADIATED, _checkable(row.irradiated))
        weightTip = "" if row.weight is None else WHOLE.format(row.weight)
        table.setItem(number, WEIGHT, _text(weightText(row.weight), weightTip, isShown))
        table.setItem(number, VALUE, self._valueItem(row))

    @property
    def _valueTitles(self) -> list[str]:
        """What may stand above the column of the value: its title where the table has room for it."""
        values, short = self._coloring.values, _("Value")
        isShort = values is not None and len(values.title) <= LONGEST_TITLE
        return [values.title, short] if isShort else [short]

    def _chip(self, pen: Pen, row: Row) -> Any:
        """A spot in the lesion's color."""
        coloring = self._coloring
        if coloring.values is None or coloring.scale is None:
            return chip(pen, row.score, row.status not in (LEFT_OUT, "unscored"))
        color = coloring.scale.hex(coloring.values.values.get(row.id))
        return colorChip(pen, color, row.status != LEFT_OUT)

    def _valueItem(self, row: Row) -> Any:
        """The cell of what the lesion is colored by, or why it has none in the tooltip."""
        values = self._coloring.values
        if values is None or row.status == LEFT_OUT:
            return _text("", "", True)
        text = values.text(row.id)
        said = f"{values.title}: {text} {values.unit}".rstrip() if text else values.reasons.get(row.id, "")
        return _text(text or "-", said, bool(text))

    def _siteBox(self, row: Row) -> Any:
        # The wheel scrolls the panel: it must not give a lesion another site on its way.
        box = ctk.ctkComboBox()
        box.scrollWheelEffect = ctk.ctkComboBox.NeverScroll
        box.elideMode = qt.Qt.ElideRight
        # Arrow keys walk the table, through this column too; Enter opens the list.
        box.setFocusPolicy(qt.Qt.NoFocus)
        box.setFrame(False)
        box.addItem(f"{row.copiedSite.label}?" if row.copiedSite else "-")
        for site in SITES:
            box.addItem(site.label)
        box.setCurrentIndex(SITES.index(row.site) + 1 if row.site else 0)
        # The list is as wide as its longest entry, however narrow the column.
        box.view().setMinimumWidth(box.sizeHint.width())
        name = self._names[row.id]
        box.setAccessibleName(_("Site of {name}").format(name=name))
        tip = _("Site of {name}: {site}").format(name=name, site=box.currentText)
        if row.copiedSite:
            tip += " " + _("Slicer copied it from another segment, and it does not count. Choose the site.")
        box.setToolTip(tip)
        box.connect("activated(int)", lambda index: self._siteChosen(row, index))
        return box

    def _fit(self) -> None:
        """Give the columns their widths, and the table the height of its rows."""
        if self._pen is None or self._isFitting:
            return
        self._isFitting = True
        table, metrics = self._table, self._pen.metrics
        table.setVisible(bool(self._order))
        size = chipPx(self._pen)
        table.setIconSize(qt.QSize(size, size))
        rowPx = max(metrics.height() + ABOVE_AND_BELOW_TEXT_PX, BAR_SIZE[1] + 1)
        table.verticalHeader().setDefaultSectionSize(rowPx)
        isScrolled = len(self._order) > MOST_ROWS
        policy = qt.Qt.ScrollBarAlwaysOn if isScrolled else qt.Qt.ScrollBarAlwaysOff
        table.setVerticalScrollBarPolicy(policy)
        beside = 2 * table.frameWidth + isScrolled * table.verticalScrollBar().sizeHint.width()
        room = table.width - beside
        free = [each for each in GROWTH if each[0] not in self._widthsByUser]
        for title in self._valueTitles:
            table.horizontalHeaderItem(VALUE).setText(title)
            wanted = self._wantedWidths(metrics)
            widths = fittedWidths(wanted, self._steps(wanted, metrics), free, room)
            if sum(widths.values()) <= room:
                break
        for column, width in widths.items():
            table.setColumnHidden(column, not width)
            if width:
                table.setColumnWidth(column, width)
        self._drawBars(widths[SCALE] - BESIDE_BAR_PX)
        height = table.horizontalHeader().sizeHint.height() + rowPx * min(len(self._order), MOST_ROWS)
        if sum(widths.values()) > room:
            height += table.horizontalScrollBar().sizeHint.height()
        table.setFixedHeight(height + 2 * table.frameWidth)
        self._isFitting = False

    def _drawBars(self, width: int) -> None:
        """Draw the bars for a column that has got another width; none where it is left away."""
        if width <= 0 or width == self._barPx:
            return
        self._barPx = width
        for number, segmentID in enumerate(self._order):
            row = self._rows[segmentID]
            bar = scoreBar(self._pen, row.score, row.stability, width)
            self._table.cellWidget(number, SCALE).setPixmap(bar)

    def _wantedWidths(self, metrics: Any) -> dict[int, int]:
        """The widths in which all is read: Qt's own measure of cells and titles, and of the sort arrow."""
        table, header = self._table, self._table.horizontalHeader()
        wanted, titles = {}, {}
        # Shown, the arrow would take room in every column, not only in the one sorted by.
        header.setSortIndicatorShown(False)
        for column in range(table.columnCount):
            table.setColumnHidden(column, False)
            titles[column] = header.sectionSizeHint(column)
            if column == SITE:
                wanted[column] = max(titles[column], self._siteWidth(metrics))
            elif column == SCALE:
                wanted[column] = max(titles[column], BAR_SIZE[0] + BESIDE_BAR_PX)
            else:
                table.resizeColumnToContents(column)
                wanted[column] = table.columnWidth(column)
        rows = self._rows.values()
        if all(row.change is None for row in rows):
            wanted[CHANGE] = 0
        if all(row.weight is None for row in rows):
            wanted[WEIGHT] = 0
        if self._coloring.values is None:
            wanted[VALUE] = 0
        if self._sortColumn is not None:
            header.setSortIndicatorShown(True)
            withArrow = header.sectionSizeHint(self._sortColumn)
            if wanted[self._sortColumn]:
                wanted[self._sortColumn] = max(wanted[self._sortColumn], withArrow)
        return wanted | {c: width for c, width in self._widthsByUser.items() if wanted[c]}

    def _siteWidth(self, metrics: Any) -> int:
        boxes = [self._table.cellWidget(number, SITE) for number in range(len(self._order))]
        if not boxes:
            return 0
        shown = max(metrics.horizontalAdvance(box.currentText) for box in boxes)
        return shown + self._besideSite(metrics)

    def _besideSite(self, metrics: Any) -> int:
        """What a drop-down needs beside its text: its arrow and its margins."""
        longest = max(metrics.horizontalAdvance(site.label) for site in SITES)
        return self._table.cellWidget(0, SITE).sizeHint.width() - longest + SITE_RESERVE_PX

    def _steps(self, wanted: Mapping[int, int], metrics: Any) -> list[tuple[int, int]]:
        """What gives way first to last where there is too little room; never a number."""
        if not self._order:
            return []
        longest = max(metrics.horizontalAdvance(name) for name in self._names.values())
        beside = wanted[LESION] - longest
        character = metrics.averageCharWidth()
        steps = [
            (LESION, beside + NAME_CHARACTERS * character),
            (SCALE, 0),
            (SITE, self._besideSite(metrics) + SITE_CHARACTERS * character),
            (LESION, beside + FEW_NAME_CHARACTERS * character),
            (SITE, self._besideSite(metrics) + LEAST_SITE_CHARACTERS * character),
            (LESION, beside + LEAST_NAME_CHARACTERS * character),
            # Beside another value's column that is the last that can go.
            *([(SITE, 0)] if wanted[VALUE] else []),
        ]
        return [step for step in steps if step[0] not in self._widthsByUser]

    def _resized(self, column: int, before: int, after: int) -> None:
        if not self._isFitting and before and after:
            self._widthsByUser[column] = after

    def _activated(self, number: int, column: int) -> None:
        if column == SITE:
            self._table.cellWidget(number, SITE).showPopup()

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


def _text(text: str, tip: str, isCurrent: bool) -> Any:
    item = qt.QTableWidgetItem(text)
    item.setToolTip(tip)
    item.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
    flags = qt.Qt.ItemIsSelectable | qt.Qt.ItemIsEnabled
    item.setFlags(flags if isCurrent else qt.Qt.ItemIsSelectable)
    return item
