"""The section in which the scores are written to files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.findings import InputError

from ...services.results_export import checkDicom, exportPatient, readExport, writeExport
from ..state.jobs import SAVING
from ..state.panel_state import PanelState
from ..texts import problemText
from .section import Section


class SaveSection(Section):
    """Table, JSON, report, and DICOM where the CT is from Slicer's DICOM database."""

    def connectWidgets(self) -> None:
        """Connect the buttons."""
        ui = self.ui
        for button, suffix in ((ui.csvButton, ".csv"), (ui.jsonButton, ".json"), (ui.htmlButton, ".html")):
            button.connect("clicked()", partial(self._ask, suffix))
        ui.dicomButton.connect("clicked()", self._askFolder)

    def show(self, state: PanelState) -> None:
        """Show what can be written, or why not."""
        ui, hasScores = self.ui, state.patient is not None
        for button in (ui.csvButton, ui.jsonButton, ui.htmlButton):
            button.setEnabled(hasScores)
        obstacle = _obstacleOf(state)
        ui.dicomButton.setEnabled(not obstacle)
        tip = _("Lesions (SEG), rings (SEG) and scores (reports) as new series in the CT's study.")
        ui.dicomButton.setToolTip(obstacle or tip)

    def save(self, path: str) -> None:
        """Write the patient to a .csv, .json or .html file, and say so or why not."""
        try:
            inputs = self.session.inputs
            exportPatient(self.session.patient, inputs.study(), inputs.signature, path)
        except (InputError, OSError, ValueError) as problem:
            self.session.say(problemText(problem))
        else:
            self.session.say(_("Saved: {path}").format(path=path))

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

    def _written(self, files: Sequence[Path]) -> None:
        names = ", ".join(file.name for file in files)
        self.session.say(_("Saved in {folder}: {names}").format(folder=files[0].parent, names=names))

    def _ask(self, suffix: str) -> None:
        path = askPath(self.ui.csvButton, _("Save scores"), "scores", suffix)
        if path:
            self.save(path)

    def _askFolder(self) -> None:
        title = _("Folder for the DICOM files")
        folder = qt.QFileDialog.getExistingDirectory(self.ui.dicomButton, title)
        if folder:
            self.saveDicom(folder)


def _obstacleOf(state: PanelState) -> str:
    """Why DICOM cannot be written; empty where it can."""
    statuses = {row.status for row in state.rows if row.included}
    if state.inputs.volumeNode is None or not statuses - {"unscored"}:
        return _("Score the lesions first.")
    if "stale" in statuses:
        return _("Some scores are stale: score the lesions again first.")
    try:
        checkDicom(state.inputs.volumeNode)
    except InputError as problem:
        return problemText(problem)
    return ""


def askPath(parent: Any, title: str, name: str, suffix: str) -> str:
    """The file that the user wants to write, with this suffix; empty when there is none."""
    path = qt.QFileDialog.getSaveFileName(parent, title, f"{name}{suffix}", f"*{suffix}")
    return path if not path or path.lower().endswith(suffix) else path + suffix
