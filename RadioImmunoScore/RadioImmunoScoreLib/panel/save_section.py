"""The section in which the scores are written to files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.findings import InputError

from ..export import exportPatient
from .session import Session


class SaveSection:
    """Table, JSON and report.

    Parameters
    ----------
    ui : the panel's widgets by name
    session : the patient
    tell : tells the user a sentence
    """

    def __init__(self, ui: Any, session: Session, tell: Callable[[str], None]) -> None:
        self._ui, self._session, self._tell = ui, session, tell
        for button, suffix in ((ui.csvButton, ".csv"), (ui.jsonButton, ".json"), (ui.htmlButton, ".html")):
            button.connect("clicked()", partial(self._ask, suffix))

    def save(self, path: str) -> None:
        """Write the patient to a .csv, .json or .html file, and say so or why not."""
        try:
            exportPatient(self._session.patient, self._session.inputs.case(), path)
        except (InputError, OSError, ValueError) as problem:
            self._tell(str(problem))
        else:
            self._tell(_("Saved: {path}").format(path=path))

    def _ask(self, suffix: str) -> None:
        path = askPath(self._ui.csvButton, _("Save scores"), "scores", suffix)
        if path:
            self.save(path)


def askPath(parent: Any, title: str, name: str, suffix: str) -> str:
    """The file that the user wants to write, with this suffix; empty when there is none."""
    path = qt.QFileDialog.getSaveFileName(parent, title, f"{name}{suffix}", f"*{suffix}")
    return path if not path or path.lower().endswith(suffix) else path + suffix
