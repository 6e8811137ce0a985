"""The engine in the Advanced section: our own makes the scores, PyRadiomics can be compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from radioimmuno.engines.pyradiomics import is_installed
from radioimmuno.findings import InputError

from ...scene.comparison_table import showComparison
from ...services.measurement import compareEngines
from ..state.session import Session
from ..texts import missingText, problemText

if TYPE_CHECKING:
    from radioimmuno.engines.comparison import ComparedFeature

COMPARING = "comparing"


class EngineSection:
    """What computes features, and the comparison with PyRadiomics where that is installed.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.
    session : Session
        The patient.
    message : callable
        Shows a message; as of `MessageLine.show`.
    """

    def __init__(self, ui: Any, session: Session, message: Callable[..., None]) -> None:
        self._ui, self._session, self._message = ui, session, message
        # Asked once: what is installed meanwhile can be imported only after a restart.
        isInstalled = is_installed()
        ui.engineLabel.setText(engineText(isInstalled))
        ui.compareButton.setVisible(isInstalled)
        ui.compareButton.connect("clicked()", self.compare)
        session.jobs.stateChanged.connect(lambda state: self.show())

    def show(self) -> None:
        """Show whether a comparison can be made now."""
        missing = self._session.inputs.missing
        tip = (
            missingText(missing)
            if missing
            else _("Every feature of every ticked lesion by both, as a table.")
        )
        self._ui.compareButton.setEnabled(not missing and not self._session.jobs.isBusy)
        self._ui.compareButton.setToolTip(missingText(missing) if missing else tip)

    def compare(self) -> None:
        """Measure the ticked lesions with both engines, on a thread, and make a table of it."""
        session = self._session
        session.stop()
        try:
            study = session.inputs.study()
        except InputError as problem:
            self._message(problemText(problem))
            return
        only, segmentationNode = session.inputs.included, session.inputs.segmentationNode
        settings = session.inputs.signature.settings
        session.jobs.start(
            COMPARING,
            lambda progress: compareEngines(study, settings, only, progress),
            lambda rows: self._compared(segmentationNode, rows),
        )
        self._message(_("Measuring with PyRadiomics..."), lambda: session.state == COMPARING)

    def _compared(self, segmentationNode: Any, rows: Sequence[ComparedFeature]) -> None:
        tableNode = showComparison(segmentationNode, rows)
        both = [row for row in rows if row.ours is not None and row.pyradiomics is not None]
        text = _("Of {count} values {differing} differ; why is in the table {name} (module Tables).")
        differing = sum(bool(row.note) for row in both)
        self._message(text.format(count=len(both), differing=differing, name=tableNode.GetName()))


def engineText(isInstalled: bool) -> str:
    """Who computes features, and what PyRadiomics would add."""
    own = _("Engine: RadioImmunoScore (IBSI 1). Scores are always made with it.")
    other = (
        _("PyRadiomics is installed: the same voxels and masks can be measured with it to compare.")
        if isInstalled
        else _(
            "Installing the extension SlicerRadiomics adds filtered images and a comparison with PyRadiomics."
        )
    )
    return f"{own}\n{other}"
