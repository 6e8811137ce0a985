"""The table of lesions, with what goes before it: whose they are, what is left out, research use only."""

from __future__ import annotations

from ..state.panel_state import PanelState
from ..texts import identityText, leftOutText, leftOutTip, noticeText
from ..widgets.drawing import Pen, PenHolder
from ..widgets.lesion_table_view import LesionTableView
from .section import Section


class LesionsSection(Section):
    """A row for each segment, kept on the same lesion as the views and the Segment Editor."""

    def connectWidgets(self) -> None:
        """Lay out and connect the table."""
        session = self.session
        self._pens = PenHolder(self.ui.lesionTable)
        self.table = LesionTableView(self.ui.lesionTable)
        self.table.selected.connect(session.selection.choose)
        # The notes are another scene's when one was loaded.
        self.table.included.connect(lambda *what: session.notes.setIncluded(*what))
        self.table.irradiated.connect(lambda *what: session.notes.setIrradiated(*what))
        self.table.sited.connect(lambda *what: session.notes.setSite(*what))

    @property
    def pen(self) -> Pen:
        """What pictures of scores are drawn with."""
        return self._pens.of(self.session.inputs.signature)

    def show(self, state: PanelState) -> None:
        """Show the rows; the one of the selected lesion is selected."""
        ui, inputs = self.ui, state.inputs
        ui.noticeLabel.setText(noticeText(inputs.signature))
        ui.noticeLabel.setToolTip(inputs.signature.notice)
        ui.noticeLabel.setVisible(inputs.signature.is_demonstration)
        ui.identityLabel.setText(identityText(inputs.identity) if inputs.volumeNode else "")
        ui.identityLabel.setToolTip(inputs.identity.note)
        ui.identityLabel.setVisible(inputs.volumeNode is not None)
        ui.leftOutLabel.setText(leftOutText(inputs.leftOut))
        ui.leftOutLabel.setToolTip(leftOutTip(inputs.leftOut))
        ui.leftOutLabel.setVisible(bool(inputs.leftOut))
        self.table.show(state.rows, self.pen, state.selectedID, state.coloring)
