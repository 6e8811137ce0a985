"""The panel: its sections, which hand what the user does to the session and show what the session knows."""

from __future__ import annotations

from typing import Any

from .sections.accept_section import AcceptSection
from .sections.check_section import CheckSection
from .sections.display_section import DisplaySection
from .sections.engine_section import EngineSection
from .sections.inputs_section import InputsSection
from .sections.lesions_section import LesionsSection
from .sections.save_section import SaveSection
from .sections.score_section import ScoreSection
from .sections.segment_section import SegmentSection
from .sections.stability_section import StabilitySection
from .state.session import Session
from .texts import settingsText
from .widgets.message_line import MessageLine, UpdateGuard


class Panel:
    """The module's panel.

    Parameters
    ----------
    ui : object
        The widgets of the .ui file by name.
    session : Session
        The patient.
    """

    def __init__(self, ui: Any, session: Session) -> None:
        self.ui, self.session = ui, session
        self._guard = UpdateGuard()
        line = self.line = MessageLine(ui.messageLabel, self._inputNodes)
        self.inputs = InputsSection(ui, session, self._guard, line.show)
        self.lesions = LesionsSection(ui, session)
        self.table = self.lesions.table
        self.accept = AcceptSection(ui, session)
        self.segment = SegmentSection(ui, session, lambda: self.table.selectedID)
        self.score = ScoreSection(ui, session, self._guard, line)
        self.stability = StabilitySection(ui, session)
        self.check = CheckSection(ui, session, self.lesions.select)
        self.display = DisplaySection(ui, session, self._guard, self.lesions)
        self.saving = SaveSection(ui, session, line.show)
        self.engine = EngineSection(ui, session, line.show)
        ui.advancedButton.collapsed = True
        self.lesions.selected.connect(lambda segmentID: self.segment.show())
        self.segment.segmenting.segmented.connect(self.lesions.selectInPlace)
        session.changed.connect(self.show)
        session.message.connect(line.show)
        self.show()

    def close(self) -> None:
        """Stop, observe nothing any more, and keep nothing alive."""
        self.segment.release()
        self.lesions.close()
        self.session.release()

    def show(self) -> None:
        """Read everything from the session again."""
        self.line.refresh()
        with self._guard:
            self.inputs.show()
            self.score.show()
            self.display.show()
            self._showAdvanced()
        self.accept.show()
        self.lesions.show()
        self.segment.show()
        self.stability.show()
        self.check.show()
        self.saving.show()
        self.display.interior.follow()
        self.score.showState(self.session.state)

    def selectLesion(self, segmentID: str) -> None:
        """Select a lesion's row, go to it in all views and let it stand out."""
        self.lesions.select(segmentID)

    def loadDemonstration(self) -> None:
        """Make the simulated patient and select it."""
        self.inputs.loadDemonstration()

    def _inputNodes(self) -> tuple[Any, Any]:
        return self.session.inputs.volumeNode, self.session.inputs.segmentationNode

    def _showAdvanced(self) -> None:
        self.ui.advancedLabel.setText(settingsText(self.session.inputs.signature))
        self.engine.show()
