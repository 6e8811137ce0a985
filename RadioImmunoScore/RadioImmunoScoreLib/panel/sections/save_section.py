"""The section in which the scores are written to files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.findings import InputError

from ...services.results_export import checkDicom, exportPatient, readExport, writeExport
from ..state.jobs import SAVING
from ..state.session import Session
from ..texts import problemText


class SaveSection:
    """Table, JSON, report, and DICOM where the CT is from Slicer's DICOM database.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.
    session : Session
        The patient.
    message : callable
        Shows a message.
    """

    def __init__(self, ui: Any, session: Session, message: Callable[[str], None]) -> None:
        self._ui, self._session, self._message = ui, session, message
        for button, suffix in ((ui.csvButton, ".csv"), (ui.jsonButton, ".json"), (ui.htmlButton, ".html")):
            button.connect("clicked()", partial(self._ask, suffix))
        ui.dicomButton.connect("clicked()", self._askFolder)
        session.jobs.stateChanged.connect(lambda state: self.show())

    def show(self) -> None:
        """Show whether DICOM can be written, or why not."""
        button, obstacle = self._ui.dicomButton, self._obstacle()
        button.setEnabled(not obstacle and not self._session.jobs.isBusy)
        tip = _("Lesions (SEG), rings (SEG) and scores (reports) as new series in the CT's study.")
        button.setToolTip(obstacle or tip)

    def save(self, path: str) -> None:
        """Write the patient to a .csv, .json or .html file, and say so or why not."""
        try:
            inputs = self._session.inputs
            exportPatient(self._session.patient, inputs.study(), inputs.signature, path)
        except (InputError, OSError, ValueError) as problem:
            self._message(problemText(problem))
        else:
            self._message(_("Saved: {path}").format(path=path))

    def saveDicom(self, folder: str) -> None:
        """Write the patient as DICOM into a folder, on a thread."""
        session = self._session
        try:
            inputs = session.inputs
            export = readExport(inputs.volumeNode, session.patient, inputs.study(), inputs.signature)
        except InputError as problem:
            self._message(problemText(problem))
            return
        session.stop()
        self._message("")
        session.jobs.start(SAVING, lambda progress: writeExport(export, folder, progress), self._written)

    def _written(self, files: Sequence[Path]) -> None:
        names = ", ".join(file.name for file in files)
        self._message(_("Saved in {folder}: {names}").format(folder=files[0].parent, names=names))

    def _obstacle(self) -> str:
        session = self._session
        statuses = {row.status for row in session.rows if row.included}
        if session.inputs.volumeNode is None or not statuses - {"unscored"}:
            return _("Score the lesions first.")
        if "stale" in statuses:
            return _("Some scores are stale: score the lesions again first.")
        try:
            checkDicom(session.inputs.volumeNode)
        except InputError as problem:
            return problemText(problem)
        return ""

    def _ask(self, suffix: str) -> None:
        path = askPath(self._ui.csvButton, _("Save scores"), "scores", suffix)
        if path:
            self.save(path)

    def _askFolder(self) -> None:
        title = _("Folder for the DICOM files")
        folder = qt.QFileDialog.getExistingDirectory(self._ui.dicomButton, title)
        if folder:
            self.saveDicom(folder)


def askPath(parent: Any, title: str, name: str, suffix: str) -> str:
    """The file that the user wants to write, with this suffix; empty when there is none."""
    path = qt.QFileDialog.getSaveFileName(parent, title, f"{name}{suffix}", f"*{suffix}")
    return path if not path or path.lower().endswith(suffix) else path + suffix
