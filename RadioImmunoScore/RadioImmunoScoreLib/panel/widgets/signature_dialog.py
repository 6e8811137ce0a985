"""The dialog in which a published signature is entered, and checked while it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

import qt
from radioimmuno.findings import InputError
from radioimmuno.settings import INTERPOLATIONS, Settings
from radioimmuno.signature.form_check import FormCheck, check_form
from radioimmuno.signature.form_examples import TermCheck
from radioimmuno.signature.signature import Signature
from radioimmuno.signature.signature_form import (
    EXAMPLE,
    KINDS,
    TERM,
    FormExample,
    FormTerm,
    SignatureForm,
)
from radioimmuno.signature.variable_search import Entry, matches

from ..texts import problemText
from .entry_table import EntryTable
from .icons import severityIcon

UI = Path(__file__).resolve().parents[3] / "Resources" / "UI" / "SignatureDialog.ui"
# In heights of a line of text; on a laptop no larger than its screen.
SIZE_LINES, LARGEST_PX = (71, 43), (1320, 700)
# How long after the last key what was entered is checked.
CHECK_MS = 200
LEAST_TERMS, LEAST_EXAMPLES = 9, 2
MARGIN_PX = 8

VARIABLE, COEFFICIENT, MEAN, SCALE, MEANING = range(5)
# Columns of the examples before those of the terms.
PUBLISHED, COMPUTED, FIRST_TERM = range(3)
WIDTH, NUMBER = range(2)


class SignatureDialog:
    """Fields and tables of a signature's form.

    Parameters
    ----------
    parent : QWidget
        Whose window it stands before.
    save : callable
        Called with the signature that was entered; True where it was written, False where that was called
        off.
    """

    def __init__(self, parent: Any, save: Callable[[Signature], bool]) -> None:
        self._save = save
        self._check: FormCheck | None = None
        self._found: tuple[Entry, ...] = ()
        self.dialog = qt.QDialog(parent)
        self.dialog.setObjectName("signatureDialog")
        self.dialog.setWindowTitle(_("New signature"))
        widget = slicer.util.loadUI(str(UI))
        layout = qt.QVBoxLayout(self.dialog)
        layout.setContentsMargins(MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX)
        layout.addWidget(widget)
        linePx = qt.QFontMetrics(self.dialog.font).height()
        sizes = zip(SIZE_LINES, LARGEST_PX, strict=True)
        self.dialog.resize(*(min(lines * linePx, largest) for lines, largest in sizes))
        self.ui = slicer.util.childWidgetVariables(widget)
        self._timer = qt.QTimer(self.dialog)
        self._timer.setSingleShot(True)
        self._timer.setInterval(CHECK_MS)
        self._timer.connect("timeout()", self.check)
        self._connect()
        self.reset()

    def open(self) -> None:
        """Show the dialog, as it was left."""
        self.dialog.show()
        self.dialog.activateWindow()
        self.check()

    def close(self) -> None:
        """Hide the dialog; what was entered stays."""
        self._timer.stop()
        self.dialog.hide()

    def reset(self) -> None:
        """Begin with an empty form, measured as the software does by default."""
        ui, settings = self.ui, Settings()
        ring, extraction = settings.ring, settings.extraction
        known = {
            ui.interceptEdit: "0",
            ui.ringInnerEdit: f"{ring.inner_mm:g}",
            ui.ringOuterEdit: f"{ring.outer_mm:g}",
            ui.spacingEdit: f"{extraction.spacing_mm:g}",
            ui.rangeLowEdit: f"{extraction.range_hu[0]:g}",
            ui.rangeHighEdit: f"{extraction.range_hu[1]:g}",
            ui.levelsEdit: f"{extraction.bin_width_hu:g}",
        }
        for edit in self._edits():
            edit.setText("")
        for edit, text in known.items():
            edit.setText(text)
        ui.kindBox.setCurrentIndex(0)
        ui.levelsBox.setCurrentIndex(WIDTH)
        ui.interpolationBox.setCurrentIndex(INTERPOLATIONS.index(extraction.interpolation))
        ui.roundBox.setChecked(extraction.round_intensities)
        self._terms.clear()
        self._examples.clear()
        ui.findEdit.setText("")
        self._find("")
        self.check()

    @property
    def form(self) -> SignatureForm:
        """What was entered; rows without a text are left out."""
        ui, terms = self.ui, self._termRows()
        examples = []
        for row in self._exampleRows():
            values = {
                self._terms.text(term, VARIABLE): self._examples.text(row, FIRST_TERM + term)
                for term in terms
            }
            examples.append(FormExample(values, self._examples.text(row, PUBLISHED)))
        return SignatureForm(
            name=ui.nameEdit.text,
            predicts=ui.predictsEdit.text,
            terms=tuple(
                FormTerm(*(self._terms.text(row, column) for column in range(MEANING))) for row in terms
            ),
            kind=KINDS[ui.kindBox.currentIndex],
            direction=ui.directionEdit.text,
            citation=ui.citationEdit.text,
            intercept=ui.interceptEdit.text,
            cutoffs=(ui.lowEdit.text, ui.medianEdit.text, ui.highEdit.text),
            settings=self._settings(),
            examples=tuple(examples),
        )

    def check(self) -> None:
        """Show what each row is taken for, what the examples come to, and what is missing or wrong."""
        self._timer.stop()
        self._layOutExamples()
        check = self._check = check_form(self.form)
        self._showTerms(check)
        self._showExamples(check)
        ui, isWhole = self.ui, check.signature is not None
        texts = [problem.text for problem in check.problems]
        count = len(check.terms)
        complete = _("Complete: 1 term.") if count == 1 else _("Complete: {count} terms.").format(count=count)
        text = complete if isWhole else texts[0]
        if len(texts) > 1:
            text = _("{text} And {count} more.").format(text=text, count=len(texts) - 1)
        ui.problemsLabel.setText(text)
        ui.problemsLabel.setToolTip("\n".join(texts) or text)
        ui.saveButton.setEnabled(isWhole)
        tip = _("Write the signature to a file, and use it.") if isWhole else "\n".join(texts)
        ui.saveButton.setToolTip(tip)

    def addTerm(self, key: str) -> None:
        """Enter a variable in the marked row, where that is empty, or in the first empty one."""
        table, row = self.ui.termsTable, self.ui.termsTable.currentRow()
        if row < 0 or not self._terms.isEmpty(row):
            row = self._terms.rowCount
        self._terms.enter([[key]], row, VARIABLE)
        table.setCurrentCell(row, COEFFICIENT)
        table.setFocus()

    def _connect(self) -> None:
        ui = self.ui
        for title in (_("continuous"), _("yes or no"), _("survival")):
            ui.kindBox.addItem(title)
        for title in (_("linear"), _("cubic")):
            ui.interpolationBox.addItem(title)
        for title in (_("width, HU"), _("number")):
            ui.levelsBox.addItem(title)
        self._layOutTables()
        self._fitFields()
        for edit in self._edits():
            edit.connect("textChanged(QString)", self._schedule)
        for box in (ui.kindBox, ui.interpolationBox, ui.levelsBox):
            box.connect("currentIndexChanged(int)", self._schedule)
        ui.roundBox.connect("toggled(bool)", self._schedule)
        ui.findEdit.connect("textChanged(QString)", self._find)
        ui.findEdit.connect("returnPressed()", self._addFound)
        ui.matchesList.connect("itemDoubleClicked(QListWidgetItem*)", self._addFound)
        ui.addButton.connect("clicked()", self._addFound)
        ui.pasteButton.connect("clicked()", self._terms.paste)
        ui.pasteExamplesButton.connect("clicked()", self._examples.paste)
        ui.removeButton.connect("clicked()", self._removeRow)
        ui.saveButton.connect("clicked()", self._saveIt)
        ui.closeButton.connect("clicked()", self.close)

    def _layOutTables(self) -> None:
        ui = self.ui
        titles = {
            _("Variable"): _(
                "By identifier, IBSI code, LIFEx or PyRadiomics name; ring_ in front for the ring."
            ),
            _("Coefficient"): _("As printed: the digits count where examples are checked."),
            _("Mean"): _("Of the training data, where the publication standardizes; empty for none."),
            _("Scale"): _("Standard deviation of the training data; empty for none."),
            _("What it is"): _("What the name is taken for, or what is wrong."),
        }
        _setTitles(ui.termsTable, titles)
        header = ui.termsTable.horizontalHeader()
        for column in range(MEANING):
            header.setSectionResizeMode(column, qt.QHeaderView.Interactive)
        header.setStretchLastSection(True)
        metrics = qt.QFontMetrics(ui.termsTable.font)
        for table in (ui.termsTable, ui.examplesTable):
            table.verticalHeader().setDefaultSectionSize(metrics.height() + MARGIN_PX)
        ui.termsTable.setColumnWidth(
            VARIABLE, metrics.boundingRect("ring_GLRLM_LongRunHighGrayLevel").width()
        )
        for column in (COEFFICIENT, MEAN, SCALE):
            ui.termsTable.setColumnWidth(column, metrics.boundingRect("Coefficient0").width() + 2 * MARGIN_PX)
        self._terms = EntryTable(ui.termsTable, (MEANING,), self._schedule, VARIABLE, LEAST_TERMS)
        _setTitles(ui.examplesTable, _exampleTitles())
        self._examples = EntryTable(ui.examplesTable, (COMPUTED,), self._schedule, -1, LEAST_EXAMPLES)

    def _fitFields(self) -> None:
        """The fields as wide as they have to be, that the tables get the rest."""
        area, box = self.ui.fieldsArea, self.ui.fieldsBox
        for edit in self._edits():
            edit.setMinimumWidth(0)
        bar = area.verticalScrollBar().sizeHint.width()
        area.setFixedWidth(box.minimumSizeHint.width() + bar + 2)

    def _edits(self) -> list[Any]:
        ui = self.ui
        return [
            *(ui.nameEdit, ui.predictsEdit, ui.directionEdit, ui.citationEdit, ui.interceptEdit),
            *(ui.lowEdit, ui.medianEdit, ui.highEdit, ui.ringInnerEdit, ui.ringOuterEdit),
            *(ui.ringLowEdit, ui.ringHighEdit, ui.spacingEdit, ui.rangeLowEdit, ui.rangeHighEdit),
            *(ui.outlierEdit, ui.levelsEdit),
        ]

    def _settings(self) -> dict[str, dict[str, Any]]:
        ui = self.ui
        isWidth = ui.levelsBox.currentIndex == WIDTH
        return {
            "extraction": {
                "spacing_mm": ui.spacingEdit.text,
                "interpolation": INTERPOLATIONS[ui.interpolationBox.currentIndex],
                "round_intensities": bool(ui.roundBox.checked),
                "range_hu": [ui.rangeLowEdit.text, ui.rangeHighEdit.text],
                "outlier_sigma": ui.outlierEdit.text,
                "bin_width_hu": ui.levelsEdit.text if isWidth else None,
                "bin_count": None if isWidth else ui.levelsEdit.text,
            },
            "ring": {
                "inner_mm": ui.ringInnerEdit.text,
                "outer_mm": ui.ringOuterEdit.text,
                "range_hu": [ui.ringLowEdit.text, ui.ringHighEdit.text],
            },
        }

    def _schedule(self) -> None:
        # While the widgets are made there is nothing to check yet.
        if self._check is not None:
            self._timer.start()

    def _find(self, text: str) -> None:
        self._found = matches(text) if text.strip() else ()
        box = self.ui.matchesList
        box.clear()
        for number, entry in enumerate(self._found):
            names = [entry.variable.title, *entry.names[:3]]
            box.addItem("   ".join(names))
            box.item(number).setToolTip("\n".join(filter(None, (*entry.names, entry.variable.words))))
        box.setVisible(bool(text.strip()))
        if self._found:
            box.setCurrentRow(0)
        self.ui.addButton.setEnabled(bool(self._found))

    def _addFound(self) -> None:
        row = self.ui.matchesList.currentRow
        if 0 <= row < len(self._found):
            self.addTerm(self._found[row].variable.key)

    def _removeRow(self) -> None:
        row = self.ui.termsTable.currentRow()
        if row < 0:
            return
        if FIRST_TERM + row < self.ui.examplesTable.columnCount:
            self.ui.examplesTable.removeColumn(FIRST_TERM + row)
        self._terms.removeRow(row)

    def _termRows(self) -> list[int]:
        return [row for row in range(self._terms.rowCount) if not self._terms.isEmpty(row)]

    def _exampleRows(self) -> list[int]:
        return [row for row in range(self._examples.rowCount) if not self._examples.isEmpty(row)]

    def _layOutExamples(self) -> None:
        """A column for each term, in its order; those of empty rows are hidden."""
        table, rows = self.ui.examplesTable, range(self._terms.rowCount)
        if table.columnCount != FIRST_TERM + len(rows):
            table.setColumnCount(FIRST_TERM + len(rows))
        _setTitles(table, _exampleTitles(), [self._terms.text(row, VARIABLE) for row in rows])
        for row in rows:
            table.setColumnHidden(FIRST_TERM + row, self._terms.isEmpty(row))

    def _showTerms(self, check: FormCheck) -> None:
        table, rows = self.ui.termsTable, self._termRows()
        labels = [""] * table.rowCount
        problems = {problem.row: problem.text for problem in check.problems if problem.part == TERM}
        for number, row in enumerate(rows):
            labels[row] = str(number + 1)
            problem = problems.get(number, "")
            text = problem.removeprefix(f"Row {number + 1}: ") or _meaningText(check.terms[number])
            icon = severityIcon(table, "refuse") if problem else None
            self._terms.show(row, MEANING, text, text, icon)
        for row in set(range(table.rowCount)) - set(rows):
            self._terms.show(row, MEANING, "", "")
        table.setVerticalHeaderLabels(labels)

    def _showExamples(self, check: FormCheck) -> None:
        table, rows = self.ui.examplesTable, self._exampleRows()
        problems = {problem.row: problem.text for problem in check.problems if problem.part == EXAMPLE}
        for row in range(table.rowCount):
            if row not in rows:
                self._examples.show(row, COMPUTED, "", "")
        for number, row in enumerate(rows):
            done, problem = check.examples[number], problems.get(number, "")
            text = f"{done.computed:.6g}" if done else ""
            tip = problem or (f"{done.text}.\n{done.parts_text}" if done else "")
            severity = "refuse" if problem else ""
            self._examples.show(row, COMPUTED, text, tip, severityIcon(table, severity) if tip else None)

    def _saveIt(self) -> None:
        self.check()
        signature = self._check.signature if self._check else None
        if signature is None:
            return
        try:
            isSaved = self._save(signature)
        except (InputError, OSError) as problem:
            self.ui.problemsLabel.setText(problemText(problem))
            return
        if isSaved:
            self.close()
            self.reset()


def _meaningText(check: TermCheck) -> str:
    """What a term's name is taken for."""
    if check.variable is None:
        return ""
    return f"{check.variable.title} ({check.note})" if check.note else check.variable.title


def _exampleTitles() -> dict[str, str]:
    return {
        _("Published"): _("The score that the publication gives, as printed."),
        _("Computed"): _("The score of what was entered."),
    }


def _setTitles(table: Any, titles: dict[str, str], names: list[str] | None = None) -> None:
    """Heads of columns with their tooltips; `names` are both, of the columns behind."""
    texts = [*titles, *(names or ())]
    tips = [*titles.values(), *(names or ())]
    table.setColumnCount(len(texts))
    table.setHorizontalHeaderLabels(texts)
    for column, tip in enumerate(tips):
        table.horizontalHeaderItem(column).setToolTip(tip)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionsClickable(False)
    header.setTextElideMode(qt.Qt.ElideMiddle)
    header.setDefaultAlignment(qt.Qt.AlignLeft | qt.Qt.AlignVCenter)
