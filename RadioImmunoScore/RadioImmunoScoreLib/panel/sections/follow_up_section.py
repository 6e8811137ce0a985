"""The section of follow-up: the studies, and what became of each lesion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

import qt
from radioimmuno.followup.match import MatchKind
from radioimmuno.followup.response.measured import Role

from ...services.followup import idsIn
from ..state.panel_state import FollowUpState, PanelState
from ..widgets.button_rows import ButtonRows
from ..widgets.course_cells import (
    changeText,
    changeTip,
    firstIrradiated,
    isAmbiguous,
    kindsOf,
    kindText,
    roleText,
    roleTip,
    sizeText,
    sizeTip,
)
from ..widgets.course_plots import CoursePlots
from ..widgets.course_texts import colorKey, colorTitles, moreText, percistText, responseText
from ..widgets.event_watch import EventWatch
from ..widgets.icons import severityIcon
from .section import Section

if TYPE_CHECKING:
    from radioimmuno.followup.follow_up import FollowedLesion

STUDY, DATE = range(2)
LESION, FIRST = range(2)
BESIDE_TEXT_PX, BESIDE_NAME_PX, FRAME_PX = 6, 36, 4
NAME_SHARE = 0.31
# The height of the table of lesions is at most so many rows; more are scrolled.
MOST_ROWS = 8
# Of the drop-down of partners: what is no lesion; those have their numbers.
AS_MATCHED, NOBODY = "", "-"
AUTOMATIC, NOT_KNOWN = "", -1


class FollowUpSection(Section):
    """Studies, the lesions in all of them, the partner of the one that is selected."""

    def connectWidgets(self) -> None:
        """Lay out and connect tables, buttons and drop-downs."""
        ui = self.ui
        self._shown: FollowUpState | None = None
        self._studies = 0
        self._buttonRows = ButtonRows(
            ui.followUpActions, [ui.addStudyButton, ui.removeStudyButton, ui.matchButton]
        )
        self._layOut(
            ui.studiesTable, [_("Study"), _("Date")], [_("CT and lesions."), _("Type it in: 2024-03-05.")]
        )
        for selector in (ui.nextCtSelector, ui.nextSegmentationSelector):
            selector.connect("currentNodeChanged(vtkMRMLNode*)", self.byUser(self._nextChosen))
        ui.addStudyButton.connect("clicked()", self._add)
        ui.removeStudyButton.connect("clicked()", self._remove)
        ui.matchButton.connect("clicked()", lambda: self.session.followUp.match())
        ui.studiesTable.connect("itemChanged(QTableWidgetItem*)", self.byUser(self._dateTyped))
        ui.studiesTable.connect("itemSelectionChanged()", self.byUser(self._studySelected))
        ui.courseTable.connect("itemSelectionChanged()", self.byUser(self._lesionSelected))
        ui.courseTable.connect("cellClicked(int,int)", self.byUser(self._cellClicked))
        ui.partnerCombo.connect("activated(int)", self.byUser(self._partnerChosen))
        ui.segmentHereButton.connect("clicked()", self._segmentHere)
        ui.othersNotButton.connect("clicked()", lambda: self.session.followUp.setOthersNotIrradiated())
        ui.roleCombo.connect("activated(int)", self.byUser(self._roleChosen))
        ui.irradiatedCombo.connect("activated(int)", self.byUser(self._irradiatedChosen))
        ui.sideBySideCheckBox.connect("toggled(bool)", self.byUser(self.session.followUp.setSideBySide))
        for what, title in colorTitles().items():
            ui.colorByCombo.addItem(title, what)
        ui.colorByCombo.connect("activated(int)", self.byUser(self._colorChosen))
        self._plots = CoursePlots(ui.spiderLabel, ui.waterfallLabel, self.session.followUp.choose)
        kinds = (qt.QEvent.Resize, qt.QEvent.FontChange)
        self._watches = [
            EventWatch(table, dict.fromkeys(kinds, lambda event: self._fit()))
            for table in (ui.studiesTable, ui.courseTable)
        ]

    def show(self, state: PanelState) -> None:
        """Show studies and lesions; unfolded when there is a second study, folded when there is none."""
        ui, follow = self.ui, state.followUp
        count = len(follow.studies)
        if count != self._studies and min(count, self._studies) == 0:
            ui.followUpButton.collapsed = count == 0
        self._studies = count
        if self._shown is None or follow.studies != self._shown.studies:
            self._fillStudies(follow)
        if self._shown is None or _tableOf(follow) != _tableOf(self._shown):
            self._fillLesions(follow)
        self._shown = follow
        self._selectRow(follow)
        self._showPartners(follow)
        self._showAssessment(follow)
        ui.studiesTable.setVisible(count > 0)
        hasCourse = bool(follow.lesions)
        ui.courseTable.setVisible(hasCourse)
        ui.courseDisplayRow.setVisible(hasCourse)
        ui.sideBySideCheckBox.setChecked(follow.isSideBySide)
        # What is no change and no score is chosen under the lesions, and is none of these.
        titles = list(colorTitles())
        ui.colorByCombo.setCurrentIndex(titles.index(follow.colorBy) if follow.colorBy in titles else -1)
        key = colorKey(follow.colorBy, state.inputs.signature)
        ui.colorKeyLabel.setText(key)
        ui.colorKeyLabel.setVisible(hasCourse and bool(key))
        ui.responseLabel.setText(responseText(follow.response, follow.later) + percistText(follow))
        ui.moreAnswersLabel.setText(moreText(follow.response, follow.later))
        for widget in (ui.responseLabel, ui.moreAnswersButton):
            widget.setVisible(hasCourse)
        self._plots.show(state.inputs.signature, follow.curves, follow.selectedID)
        ui.followUpLabel.setText(_summary(follow))
        self._showButtons(follow)
        self._fit()

    def _showButtons(self, follow: FollowUpState) -> None:
        ui = self.ui
        isChosen = None not in (ui.nextCtSelector.currentNode(), ui.nextSegmentationSelector.currentNode())
        ui.addStudyButton.setEnabled(isChosen)
        ui.addStudyButton.setToolTip(
            _("Adds the CT and the lesions above as the next study of the patient.")
            if isChosen
            else _("Select CT and lesions of the next study first.")
        )
        ui.removeStudyButton.setEnabled(self._studyRow() is not None)
        ui.matchButton.setEnabled(len(follow.studies) > 1)
        ui.matchButton.setToolTip(
            _("Registers the CT and finds out which lesion is which; nothing is changed in them.")
            if len(follow.studies) > 1
            else _("Add the next study first.")
        )

    # What the user does.

    def _nextChosen(self, node: Any) -> None:
        self._showButtons(self.session.followUp.state)

    def _add(self) -> None:
        ui = self.ui
        nodes = ui.nextCtSelector.currentNode(), ui.nextSegmentationSelector.currentNode()
        self.session.followUp.add(*nodes, ui.nextPetSelector.currentNode())
        ui.nextPetSelector.setCurrentNode(None)

    def _studyRow(self) -> int | None:
        row = self.ui.studiesTable.currentRow()
        return row if self._shown is not None and 0 <= row < len(self._shown.studies) else None

    def _remove(self) -> None:
        row = self._studyRow()
        if row is not None and self._shown is not None:
            self.session.followUp.remove(self._shown.studies[row].key)

    def _studySelected(self) -> None:
        if self._shown is not None:
            self._showButtons(self._shown)

    def _dateTyped(self, item: Any) -> None:
        if item.column() == DATE and self._shown is not None and item.row() < len(self._shown.studies):
            self.session.followUp.setDate(self._shown.studies[item.row()].key, item.text())

    def _lesionSelected(self) -> None:
        row = self.ui.courseTable.currentRow()
        if self._shown is not None and 0 <= row < len(self._shown.lesions):
            self.session.followUp.choose(self._shown.lesions[row].id)

    def _cellClicked(self, row: int, column: int) -> None:
        """A column of a later study: that one is shown below."""
        study = column - FIRST
        if self._shown is not None and 1 <= study < len(self._shown.studies) and study != self._shown.later:
            self.session.followUp.choose(self._shown.lesions[row].id, study)

    def _partnerChosen(self, index: int) -> None:
        selected = self._shown.selected if self._shown else None
        if selected is None:
            return
        chosen = self.ui.partnerCombo.itemData(index)
        if chosen == AS_MATCHED:
            self.session.followUp.unpair(selected.id)
        else:
            isNone = chosen == NOBODY
            self.session.followUp.pair(selected.id, () if isNone else self._shown.candidates[int(chosen)][0])

    def _segmentHere(self) -> None:
        if self._shown is not None and self._shown.selectedID is not None:
            self.session.followUp.segmentHere(self._shown.selectedID)

    def _roleChosen(self, index: int) -> None:
        selected = self._shown.selected if self._shown else None
        if selected is not None:
            chosen = self.ui.roleCombo.itemData(index)
            self.session.followUp.setRole(selected.id, Role(chosen) if chosen else None)

    def _irradiatedChosen(self, index: int) -> None:
        selected = self._shown.selected if self._shown else None
        if selected is not None:
            first = self.ui.irradiatedCombo.itemData(index)
            self.session.followUp.setIrradiated(selected.id, None if first == NOT_KNOWN else first)

    def _colorChosen(self, index: int) -> None:
        self.session.followUp.setColorBy(self.ui.colorByCombo.itemData(index))

    # What is shown.

    def _layOut(self, table: Any, titles: list[str], tips: list[str]) -> None:
        table.setColumnCount(len(titles))
        table.setHorizontalHeaderLabels(titles)
        for column, tip in enumerate(tips):
            table.horizontalHeaderItem(column).setToolTip(tip)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setSectionsClickable(False)
        table.verticalHeader().hide()

    def _fillStudies(self, follow: FollowUpState) -> None:
        table = self.ui.studiesTable
        table.setRowCount(len(follow.studies))
        for row, study in enumerate(follow.studies):
            name = _item(", ".join(filter(None, (study.ctName, study.lesionsName, study.petName))))
            date = _item(study.date)
            date.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable | qt.Qt.ItemIsEditable)
            date.setToolTip(
                _("Given by hand; empty it for what DICOM says.")
                if study.isByHand
                else _("Type it in where it is missing or wrong: 2024-03-05.")
            )
            table.setItem(row, STUDY, name)
            table.setItem(row, DATE, date)

    def _fillLesions(self, follow: FollowUpState) -> None:
        table, count = self.ui.courseTable, len(follow.studies)
        # The year on a line of its own: three studies and the change fit into the panel.
        dates = [study.date.replace("-", "\n", 1) for study in follow.studies]
        titles = [_("Lesion"), *dates, _("Change")]
        tips = [
            _("The lesion, and what became of it."),
            *(_("Long axis, volume and score; click to see this study below.") for _date in dates),
            _("Of volume (%) and score, from the first study to the last."),
        ]
        self._layOut(table, titles, tips)
        table.setRowCount(len(follow.lesions))
        for row, lesion in enumerate(follow.lesions):
            isStale = lesion.id in follow.stale
            words = _("edited since") if isStale else kindText(lesion, follow.byHand)
            head = _item(
                f"{lesion.id} {lesion.name}\n{words}\n{roleText(lesion)}",
                "\n".join([lesion.name, words, roleTip(lesion), *_why(lesion)]),
            )
            if isAmbiguous(lesion) or isStale:
                head.setIcon(severityIcon(table, "warn"))
            table.setItem(row, LESION, head)
            for study in range(min(count, len(lesion.in_studies))):
                table.setItem(row, FIRST + study, _item(sizeText(lesion, study), sizeTip(lesion, study)))
            last = len(lesion.in_studies) - 1
            change = _item(changeText(lesion, last), changeTip(lesion, last))
            table.setItem(row, FIRST + count, change)
            if isStale:
                for column in range(table.columnCount):
                    font = qt.QFont(table.font)
                    font.setItalic(True)
                    table.item(row, column).setFont(font)

    def _selectRow(self, follow: FollowUpState) -> None:
        table = self.ui.courseTable
        ids = [lesion.id for lesion in follow.lesions]
        if follow.selectedID not in ids:
            table.clearSelection()
        elif table.currentRow() != ids.index(follow.selectedID) or not table.selectedItems():
            table.setCurrentCell(ids.index(follow.selectedID), LESION)

    def _showPartners(self, follow: FollowUpState) -> None:
        """Who the selected lesion may be in the study below, and who it is."""
        ui, selected = self.ui, follow.selected
        ui.partnerRow.setVisible(selected is not None)
        ui.segmentHereActions.setVisible(follow.canSegment)
        ui.partnerCombo.clear()
        if selected is None:
            return
        isNew = not idsIn(selected, follow.later - 1)
        ui.partnerLabel.setText(_("Was") if isNew else _("Is"))
        lesions = [(str(number), name) for number, (_ids, name) in enumerate(follow.candidates)]
        parts = sum(len(ids) > 1 for ids, _name in follow.candidates)
        # Parts that are proposed come first: the keyboard chooses each entry that it passes.
        nobody = (NOBODY, _("none: new") if isNew else _("none: gone"))
        entries = [(AS_MATCHED, _("as matched")), *lesions[:parts], nobody, *lesions[parts:]]
        for data, name in entries:
            ui.partnerCombo.addItem(name, data)
        if (selected.id, follow.later) not in follow.byHand:
            return
        partners = idsIn(selected, follow.later - 1 if isNew else follow.later)
        ids = [each for each, _name in follow.candidates]
        chosen = str(ids.index(partners)) if partners in ids else NOBODY
        ui.partnerCombo.setCurrentIndex([data for data, _name in entries].index(chosen))

    def _showAssessment(self, follow: FollowUpState) -> None:
        """What the selected lesion counts as, and since when it is irradiated."""
        ui, selected = self.ui, follow.selected
        ui.assessmentRow.setVisible(selected is not None)
        isUnknown = any(firstIrradiated(each) is None for each in follow.lesions)
        ui.othersNotButton.setVisible(selected is not None and any(selected.irradiated) and isUnknown)
        for combo in (ui.roleCombo, ui.irradiatedCombo):
            combo.clear()
        if selected is None:
            return
        isNew = selected.role is Role.NEW
        ui.roleCombo.addItem(_("new") if isNew else _("automatic"), AUTOMATIC)
        for role in () if isNew else (Role.TARGET, Role.NON_TARGET):
            ui.roleCombo.addItem(role.value, role.value)
        ui.roleCombo.setCurrentIndex(ui.roleCombo.findData(follow.role.value if follow.role else AUTOMATIC))
        ui.roleCombo.setEnabled(not isNew)
        ui.roleCombo.setToolTip(roleTip(selected))
        count = len(follow.studies)
        ui.irradiatedCombo.addItem(_("not known"), NOT_KNOWN)
        ui.irradiatedCombo.addItem(_("no"), count)
        ui.irradiatedCombo.addItem(_("yes"), 0)
        for number in range(1, count):
            if any(idsIn(selected, study) for study in range(number)) and idsIn(selected, number):
                since = _("since {date}").format(date=follow.studies[number].date)
                ui.irradiatedCombo.addItem(since, number)
        first = firstIrradiated(selected)
        ui.irradiatedCombo.setCurrentIndex(ui.irradiatedCombo.findData(NOT_KNOWN if first is None else first))

    def _fit(self) -> None:
        """Column widths from the texts, and heights in which the rows are whole."""
        ui = self.ui
        for table, name, mostRows in ((ui.studiesTable, STUDY, 4), (ui.courseTable, LESION, MOST_ROWS)):
            if not table.columnCount:
                continue
            metrics = qt.QFontMetrics(table.font)
            beside = table.verticalScrollBar().sizeHint.width() if table.rowCount > mostRows else 0
            width = table.width - FRAME_PX - beside
            texts = [_columnTexts(table, column) for column in range(table.columnCount)]
            needed = [
                max((metrics.horizontalAdvance(line) for line in lines), default=0) + 2 * BESIDE_TEXT_PX
                for lines in texts
            ]
            others = sum(needed) - needed[name]
            wanted = needed[name] + BESIDE_NAME_PX
            needed[name] = max(min(wanted, int(NAME_SHARE * width)), width - others)
            height = 0
            for column, px in enumerate(needed):
                table.setColumnWidth(column, px)
            for row in range(table.rowCount):
                lines = max(
                    len(table.item(row, column).text().split("\n"))
                    for column in range(table.columnCount)
                    if table.item(row, column) is not None
                )
                px = lines * metrics.lineSpacing() + BESIDE_TEXT_PX
                table.setRowHeight(row, px)
                height += px if row < mostRows else 0
            isWider = sum(needed) > width
            bar = table.horizontalScrollBar().sizeHint.height() if isWider else 0
            table.setFixedHeight(height + table.horizontalHeader().sizeHint.height() + bar + FRAME_PX)


def _item(text: str, tip: str = "") -> Any:
    item = qt.QTableWidgetItem(text)
    item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
    item.setToolTip(tip or text)
    item.setTextAlignment(qt.Qt.AlignLeft | qt.Qt.AlignTop)
    return item


def _columnTexts(table: Any, column: int) -> list[str]:
    items = [table.item(row, column) for row in range(table.rowCount)]
    texts = [item.text() for item in items if item is not None]
    return [line for text in (*texts, table.horizontalHeaderItem(column).text()) for line in text.split("\n")]


def _tableOf(follow: FollowUpState) -> Any:
    return follow.lesions, follow.stale, follow.studies


def _why(lesion: FollowedLesion) -> list[str]:
    return [here.why for here in lesion.in_studies if here is not None and here.why]


def _summary(follow: FollowUpState) -> str:
    """What is to be done next, or what was found."""
    if not follow.studies:
        return _("The same lesions in another study: select its CT and its lesions, and add it.")
    if follow.problem:
        return follow.problem
    if not follow.lesions:
        return _("Match the lesions: the CT are registered, which takes a moment.")
    parts = []
    asked = sum(isAmbiguous(lesion) for lesion in follow.lesions)
    if follow.stale:
        which = ", ".join(each.id for each in follow.lesions if each.id in follow.stale)
        parts.append(_("Edited since the matching: {which}. Match again.").format(which=which))
    parts.append(_("{count} lesions.").format(count=len(follow.lesions)))
    if asked:
        parts.append(_("{count} ambiguous: choose their partners.").format(count=asked))
    gone = sum(kindsOf(lesion)[-1:] == [MatchKind.GONE] for lesion in follow.lesions)
    new = sum(MatchKind.NEW in kindsOf(lesion) for lesion in follow.lesions)
    if gone or new:
        parts.append(_("{gone} gone, {new} new.").format(gone=gone, new=new))
    return " ".join([*parts, *follow.notes])
