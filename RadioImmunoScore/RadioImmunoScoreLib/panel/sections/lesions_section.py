"""The lesions and the patient: the table, the selected lesion in all views, and what its score is made of."""

from __future__ import annotations

from typing import Any

from ...scene import jumpToLesion
from ..state import display
from ..state.events import Signal
from ..state.other_modules import SegmentChoice
from ..state.session import Session
from ..texts import identityText, leftOutText
from ..widgets.drawing import Pen, penOf
from ..widgets.lesion_table_view import LesionTableView
from ..widgets.patient_view import PatientView


class LesionsSection:
    """Table and patient, kept on the same lesion as the views and the Segment Editor.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.
    session : Session
        The patient.

    Attributes
    ----------
    selected : Signal of the segment ID of the lesion that is selected now, or None
    """

    def __init__(self, ui: Any, session: Session) -> None:
        self.selected = Signal()
        self._ui, self._session = ui, session
        self._pen: Pen | None = None
        self._lastSelected: str | None = None
        self.table = LesionTableView(ui.lesionTable)
        self.highlight = display.Highlight()
        self.segmentChoice = SegmentChoice(self._segmentChosen)
        self._patientView = PatientView(ui)
        self._patientView.jumped.connect(self.select)
        self.table.selected.connect(self._rowSelected)
        # The notes are another scene's when one was loaded.
        self.table.included.connect(lambda *what: session.notes.setIncluded(*what))
        self.table.irradiated.connect(lambda *what: session.notes.setIrradiated(*what))
        self.table.sited.connect(lambda *what: session.notes.setSite(*what))

    def close(self) -> None:
        """Let no lesion stand out, and observe nothing any more."""
        self.highlight.clear()
        self.segmentChoice.close()

    def show(self) -> None:
        """Show the session's rows; the selection stays on its lesion."""
        self.highlight.clearUnlessOn(self._session.inputs.segmentationNode)
        inputs = self._session.inputs
        self._ui.identityLabel.setText(identityText(inputs.identity) if inputs.volumeNode else "")
        self._ui.identityLabel.setToolTip(inputs.identity.note)
        leftOut = [(self._session.nameOf(i), reason) for i, reason in inputs.leftOut.items()]
        self._ui.leftOutLabel.setText(leftOutText(leftOut) if leftOut else "")
        self._ui.leftOutLabel.setVisible(bool(leftOut))
        self.table.show(self._session.rows, self.pen)
        self._showSelected()

    def select(self, segmentID: str) -> None:
        """Select a lesion's row, go to it in all views and let it stand out."""
        self.table.select(segmentID)
        self._rowSelected(segmentID)

    def selectInPlace(self, segmentID: str) -> None:
        """Select a lesion's row; the views stay where they are."""
        self.table.select(segmentID)
        self._showSelected()

    @property
    def pen(self) -> Pen:
        """The same pen as long as signature and palette stay: rows are drawn again only for another one."""
        pen = penOf(self._ui.lesionTable, self._session.inputs.signature)
        if self._pen is None or _keyOf(pen) != _keyOf(self._pen):
            self._pen = pen
        return self._pen

    def _rowSelected(self, segmentID: str) -> None:
        node = self._session.inputs.segmentationNode
        jumpToLesion(node, segmentID)
        self.highlight.show(node, segmentID)
        self._showSelected()

    def _segmentChosen(self, segmentationNode: Any, segmentID: str) -> None:
        """The user selected a segment in the Segment Editor."""
        isOurs = segmentationNode is self._session.inputs.segmentationNode
        if isOurs and segmentID != self.table.selectedID:
            self.selectInPlace(segmentID)

    def _showSelected(self) -> None:
        chosen = self.table.selectedID
        score = self._session.scoreOf(chosen) if chosen else None
        self._patientView.show(self._session.patient, score, self.pen)
        if chosen != self._lastSelected:
            self._lastSelected = chosen
            self.selected.emit(chosen)


def _keyOf(pen: Pen) -> tuple[str, str, str]:
    return pen.signature.sha256, pen.text.name(), pen.font.toString()
