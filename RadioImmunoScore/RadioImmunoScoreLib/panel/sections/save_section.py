"""The section in which the scores are written to files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import slicer
from slicer.i18n import tr as _

import qt
from radioimmuno.files.outputs import check_output
from radioimmuno.findings import InputError

from ...services.results_export import (
    FOR_STRUCTURES,
    LIBRARIES,
    checkDicom,
    exportFollowUp,
    exportPatient,
    readExport,
    sceneFiles,
    writeExport,
    writeStructures,
)
from ..state.jobs import SAVING
from ..state.panel_state import PanelState
from ..texts import problemText
from ..widgets.button_rows import ButtonRows
from ..widgets.file_dialog import askPath
from ..widgets.icons import iconOf
from .section import Section

if TYPE_CHECKING:
    from radioimmuno.io.dicom.designation import Designation


# What is designated for a structure set: by its score, in the words of `radioimmuno.io.dicom.designation`, or
# in the table.
BELOW_LOW, ABOVE_HIGH, TICKED, SELECTED = "below-low", "above-high", "ticked", "selected"


class SaveSection(Section):
    """Report, table, JSON; DICOM and structure sets where the CT is from Slicer's DICOM database."""

    def connectWidgets(self) -> None:
        """Lay out and connect the buttons."""
        ui = self.ui
        self._report, self._reportOf = "", None
        self._texts = (
            (ui.htmlButton, ".html", _("A page to read, print and keep: scores, pictures, settings.")),
            (ui.csvButton, ".csv", _("A table for a spreadsheet: one row for each lesion.")),
            (ui.jsonButton, ".json", _("Everything, for other programs.")),
        )
        for button, suffix, _tip in self._texts:
            button.connect("clicked()", partial(self._ask, suffix))
        ui.dicomButton.connect("clicked()", self._askFolder)
        ui.reportLabel.connect("linkActivated(QString)", self._openReport)
        ui.htmlButton.setIcon(iconOf(ui.htmlButton, "save"))
        self._menu = qt.QMenu(ui.structuresButton)
        self._actions = {which: self._menu.addAction("") for which in _designationTexts()}
        for which, action in self._actions.items():
            action.connect("triggered()", partial(self._askStructures, which))
        ui.structuresButton.setMenu(self._menu)
        ui.followUpReportButton.connect("clicked()", self._askFollowUp)
        buttons = [ui.htmlButton, ui.csvButton, ui.jsonButton, ui.dicomButton, ui.structuresButton]
        self._rows = ButtonRows(ui.saveActions, [*buttons, ui.followUpReportButton])

    def show(self, state: PanelState) -> None:
        """Show what can be written, or why not, and the report that was written last."""
        ui, hasScores = self.ui, state.patient is not None
        for button, _suffix, tip in self._texts:
            button.setEnabled(hasScores)
            button.setToolTip(tip if hasScores else _("Score the lesions first."))
        isOfThis = bool(self._report) and self._reportOf == _subjectOf(state)
        ui.reportLabel.setVisible(isOfThis)
        follow = state.followUp
        ui.followUpReportButton.setVisible(bool(follow.lesions))
        ui.followUpReportButton.setEnabled(not follow.stale)
        ui.followUpReportButton.setToolTip(
            _("Some lesions were edited since: match them again first.")
            if follow.stale
            else _("A page to read, print and keep: response, plots, each lesion in all studies.")
        )
        obstacle = _obstacleOf(state, LIBRARIES)
        ui.dicomButton.setEnabled(not obstacle)
        tip = _("Lesions (SEG), rings (SEG) and scores (reports) as new series in the CT's study.")
        ui.dicomButton.setToolTip(obstacle or tip)
        obstacle = _obstacleOf(state, FOR_STRUCTURES)
        ui.structuresButton.setEnabled(not obstacle)
        tip = _(
            "Lesions for a planning system (RTSTRUCT), named and in the colors of their scores. Research use "
            "only: the set is not approved, and its structures have no type."
        )
        ui.structuresButton.setToolTip(obstacle or tip)
        for which, text in _designationTexts().items():
            designation = _designated(state, which)
            count = len(designation.rows) if designation else 0
            self._actions[which].setText(f"{text} ({count})...")
            self._actions[which].setEnabled(count > 0)

    def save(self, path: str) -> None:
        """Write the patient to a .csv, .json or .html file, and say so or why not."""
        try:
            inputs = self.session.inputs
            exportPatient(self.session.patientToSave, inputs.shownStudy(), inputs.signature, path)
        except (InputError, OSError, ValueError) as problem:
            self.session.say(problemText(problem))
            return
        self.session.say(_("Saved: {path}").format(path=path))
        if Path(path).suffix.lower() == ".html":
            self._offerReport(path)

    def saveFollowUp(self, path: str) -> None:
        """Write the page of the follow-up, on a thread."""
        session, known = self.session, self.session.followUp.followed
        if known is None:
            return
        try:
            check_output(path, sceneFiles(slicer.mrmlScene))
            images = [known.imageOf(study) for study in range(len(known.course.studies))]
        except InputError as problem:
            session.say(problemText(problem))
            return
        found, signature = known.measured, session.inputs.signature
        session.stop()
        session.say("")
        session.jobs.start(
            SAVING, lambda progress: exportFollowUp(found, images, signature, path), self._followUpWritten
        )

    def saveDicom(self, folder: str) -> None:
        """Write the patient as DICOM into a folder, on a thread."""
        session = self.session
        try:
            inputs = session.inputs
            export = readExport(inputs.volumeNode, session.patient, inputs.study(), inputs.signature)
        except InputError as problem:
            self.session.say(problemText(problem))
            return
        session.stop()
        self.session.say("")
        session.jobs.start(SAVING, lambda progress: writeExport(export, folder, progress), self._written)

    def saveStructures(self, which: str, path: str) -> None:
        """Write the lesions that are designated so into a file for a planning system, on a thread."""
        session, designation = self.session, _designated(self.session.state, which)
        if designation is None:
            return
        try:
            inputs = session.inputs
            known = (session.patient, inputs.study(), inputs.signature, FOR_STRUCTURES)
            export = readExport(inputs.volumeNode, *known)
        except InputError as problem:
            session.say(problemText(problem))
            return
        session.stop()
        session.say("")
        session.jobs.start(
            SAVING, lambda progress: [writeStructures(export, designation, path, progress)], self._written
        )

    def _offerReport(self, path: str) -> None:
        color = qt.QColor(self.ui.reportLabel.palette.color(qt.QPalette.WindowText)).name()
        start = f'<a href="report" style="color:{color}">'
        text = _("Open {name}").format(name=escape(Path(path).name))
        self.ui.reportLabel.setText(f"{start}{text}</a>")
        self.ui.reportLabel.setToolTip(path)
        self._report, self._reportOf = path, _subjectOf(self.session.state)
        self.update(self.session.state)

    def _openReport(self, link: str) -> None:
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(self._report))

    def _followUpWritten(self, path: Path) -> None:
        self._written([path])
        self._offerReport(str(path))

    def _written(self, files: Sequence[Path]) -> None:
        names = ", ".join(file.name for file in files)
        self.session.say(_("Saved in {folder}: {names}").format(folder=files[0].parent, names=names))

    def _ask(self, suffix: str) -> None:
        path = askPath(self.ui.csvButton, _("Save scores"), "scores", suffix)
        if path:
            self.save(path)

    def _askFollowUp(self) -> None:
        path = askPath(self.ui.followUpReportButton, _("Save the follow-up"), "follow_up", ".html")
        if path:
            self.saveFollowUp(path)

    def _askStructures(self, which: str) -> None:
        name = f"lesions_{which.replace('-', '_')}"
        path = askPath(self.ui.structuresButton, _("Save structures"), name, ".dcm")
        if path:
            self.saveStructures(which, path)

    def _askFolder(self) -> None:
        title = _("Folder for the DICOM files")
        folder = qt.QFileDialog.getExistingDirectory(self.ui.dicomButton, title)
        if folder:
            self.saveDicom(folder)


def _designationTexts() -> dict[str, str]:
    """What can be designated, by its word."""
    return {
        BELOW_LOW: _("Scores below the low cut-off"),
        ABOVE_HIGH: _("Scores above the high cut-off"),
        TICKED: _("Lesions ticked in the table"),
        SELECTED: _("The selected lesion"),
    }


def _designated(state: PanelState, which: str) -> Designation | None:
    """The lesions that are designated so; None before anything was scored, or without the cut-offs."""
    if state.patient is None:
        return None
    from radioimmuno.io.dicom.designation import Designation, designated

    rows = state.patient.lesions
    if which in (BELOW_LOW, ABOVE_HIGH):
        try:
            return designated(rows, [which], state.inputs.signature.cutoffs)
        except InputError:
            return None
    chosen = [row for row in rows if which == TICKED or row.id == state.selectedID]
    return Designation(tuple(chosen), "by hand")


def _subjectOf(state: PanelState) -> Any:
    return state.inputs.volumeNode, state.inputs.segmentationNode


def _obstacleOf(state: PanelState, libraries: Sequence[str]) -> str:
    """Why DICOM cannot be written with these libraries; empty where it can."""
    statuses = {row.status for row in state.rows if row.included}
    if state.inputs.volumeNode is None or not statuses - {"unscored"}:
        return _("Score the lesions first.")
    if "stale" in statuses:
        return _("Some scores are stale: score the lesions again first.")
    try:
        checkDicom(state.inputs.volumeNode, libraries)
    except InputError as problem:
        return problemText(problem)
    return ""
