"""The panel: its sections, which hand what the user does to the session and show what the session knows."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import slicer

import qt

from .. import HOMEPAGE
from .sections.accept_section import AcceptSection
from .sections.check_section import CheckSection
from .sections.clinical_section import ClinicalSection
from .sections.display_section import DisplaySection
from .sections.engine_section import EngineSection
from .sections.follow_up_section import FollowUpSection
from .sections.inputs_section import InputsSection
from .sections.kvp_section import KvpSection
from .sections.lesions_section import LesionsSection
from .sections.patient_section import PatientSection
from .sections.save_section import SaveSection
from .sections.score_section import ScoreSection
from .sections.section import Section
from .sections.segment_section import SegmentSection
from .sections.selected_head_section import SelectedHeadSection
from .sections.selected_section import SelectedSection
from .sections.signature_section import SignatureSection
from .state.panel_state import PanelState
from .state.session import Session
from .widgets.keyboard_focus import KeyboardFocus
from .widgets.status_strip import StatusStrip

FRAME = "RadioImmunoScore"

# Which sections stand where in the frame, from top to bottom.
PLACES: dict[str, tuple[type[Section], ...]] = {
    "inputsPlace": (InputsSection,),
    "scorePlace": (
        AcceptSection,
        KvpSection,
        ClinicalSection,
        LesionsSection,
        ScoreSection,
        SelectedHeadSection,
        DisplaySection,
        SelectedSection,
    ),
    "advancedPlace": (SignatureSection, EngineSection),
    "segmentPlace": (SegmentSection, CheckSection),
    "patientPlace": (PatientSection, FollowUpSection, SaveSection),
}

# Widgets of this name's end start work: they wait while something is under way.
ACTIONS = "Actions"

TUTORIAL = f"{HOMEPAGE}/blob/main/Resources/Docs/Tutorial.md"


class Panel:
    """The module's panel.

    Parameters
    ----------
    loadUI : callable
        Gives the widget of a .ui file by its name without suffix.
    session : Session
        The patient.

    Attributes
    ----------
    root : object
        The panel's qMRMLWidget.
    ui : object
        All widgets by name.
    """

    def __init__(self, loadUI: Callable[[str], Any], session: Session) -> None:
        self.session = session
        self._sceneWidgets: list[Any] = []
        self._loadUI = loadUI
        self.root = self._load(FRAME)
        self.ui: Any = SimpleNamespace(**vars(slicer.util.childWidgetVariables(self.root)))
        self._sections: dict[str, Section] = {}
        for place, kinds in PLACES.items():
            for kind in kinds:
                self._add(place, kind, self._load(kind.__name__))
        self.status = StatusStrip(self.ui, session)
        self.ui.helpButton.connect("clicked()", openHelp)
        self._focus = KeyboardFocus(self.root, vars(self.ui), ("scoreButton", "tabs"))
        session.changed.connect(self._show)
        session.jobs.stateChanged.connect(self._showJob)
        self.show()
        self._showJob(session.jobs.state)

    def section(self, name: str) -> Any:
        """A section by the name of its class."""
        return self._sections[name]

    def close(self) -> None:
        """Stop, observe nothing any more, and keep nothing alive."""
        self.session.release()
        for widget in self._sceneWidgets:
            widget.setMRMLScene(None)
        self.root.hide()
        self.root.deleteLater()

    def show(self) -> None:
        """Show the session's state, whether it is another one or not."""
        self._show(self.session.state)

    def selectLesion(self, segmentID: str) -> None:
        """Select a lesion's row, go to it in all views and let it stand out."""
        self.session.selection.choose(segmentID)

    def loadDemonstration(self) -> None:
        """Make the simulated patient and select it."""
        self.section(InputsSection.__name__).loadDemonstration()

    def _load(self, name: str) -> Any:
        """A .ui file's widget; selectors have the scene before anybody listens to them."""
        widget = self._loadUI(name)
        if widget.inherits("qMRMLWidget"):
            widget.setMRMLScene(slicer.mrmlScene)
            self._sceneWidgets.append(widget)
        return widget

    def _add(self, place: str, kind: type[Section], widget: Any) -> None:
        getattr(self.ui, place).layout().addWidget(widget)
        ui = slicer.util.childWidgetVariables(widget)
        setattr(ui, widget.name, widget)
        vars(self.ui).update(vars(ui))
        self._sections[kind.__name__] = kind(ui, self.session)

    def _show(self, state: PanelState) -> None:
        for section in self._sections.values():
            section.update(state)
        self.status.refresh()

    def _showJob(self, job: str) -> None:
        """What starts work waits meanwhile; the keyboard is taken from nobody for longer."""
        isFree, cancel = not self.session.jobs.isBusy, self.ui.cancelButton
        if not isFree:
            self._focus.keep(cancel)
            self.status.showJob(job)
        for name, widget in vars(self.ui).items():
            if name.endswith(ACTIONS):
                widget.setEnabled(isFree)
        if isFree:
            self._focus.giveBack(cancel)
            self.status.showJob(job)
        else:
            self._focus.wait(cancel)


def openHelp() -> None:
    """Show the tutorial in the browser."""
    qt.QDesktopServices.openUrl(qt.QUrl(TUTORIAL))
