"""The engine in the Advanced section: our own makes the scores, PyRadiomics can be compared with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

from radioimmuno.engines.pyradiomics import is_installed
from radioimmuno.findings import InputError

from ...scene.comparison_table import showComparison
from ...services.measurement import comparedFilters, compareEngines
from ..state.jobs import COMPARING
from ..state.panel_state import PanelState
from ..texts import missingText, problemText
from .section import Section

if TYPE_CHECKING:
    from radioimmuno.engines.comparison import ComparedFeature


class EngineSection(Section):
    """What computes features, and the comparison with PyRadiomics where that is installed."""

    def connectWidgets(self) -> None:
        """Offer the comparison where it can be made."""
        # Asked once: what is installed meanwhile can be imported only after a restart.
        isInstalled = is_installed()
        self.ui.engineLabel.setText(engineText(isInstalled))
        self.ui.compareButton.setVisible(isInstalled)
        self.ui.compareButton.connect("clicked()", self.compare)

    def show(self, state: PanelState) -> None:
        """Show whether a comparison can be made now."""
        missing = state.inputs.missing
        tip = _(
            "Every feature of every ticked lesion by both, as a table; after the signature's filters, too, "
            "where PyRadiomics has them."
        )
        self.ui.compareButton.setEnabled(not missing)
        self.ui.compareButton.setToolTip(missingText(missing) if missing else tip)

    def compare(self) -> None:
        """Measure the ticked lesions with both engines, on a thread, and make a table of it."""
        session = self.session
        session.stop()
        try:
            study = session.inputs.study()
        except InputError as problem:
            self.session.say(problemText(problem))
            return
        only, segmentationNode = session.inputs.included, session.inputs.segmentationNode
        signature = session.inputs.signature
        session.jobs.start(
            COMPARING,
            lambda progress: compareEngines(study, signature, only, progress),
            lambda rows: self._compared(segmentationNode, rows, comparedFilters(signature).sentence),
        )
        self.session.say(_("Measuring with PyRadiomics..."), lambda: session.jobs.state == COMPARING)

    def _compared(self, segmentationNode: Any, rows: Sequence[ComparedFeature], leftOut: str) -> None:
        tableNode = showComparison(segmentationNode, rows)
        both = [row for row in rows if row.ours is not None and row.pyradiomics is not None]
        text = _("Of {count} values {differing} differ; why is in the table {name} (module Tables).")
        differing = sum(bool(row.note) for row in both)
        done = text.format(count=len(both), differing=differing, name=tableNode.GetName())
        self.session.say(f"{done} {leftOut}".strip())


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
