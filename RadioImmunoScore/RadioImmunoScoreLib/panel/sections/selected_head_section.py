"""The selected lesion in a line: color, score, name, and the change since the last Score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slicer.i18n import tr as _

import qt
from radioimmuno.naming import lesion_names

from ..state.panel_state import PanelState
from ..state.rows import LEFT_OUT, Row
from ..widgets.drawing import Pen, PenHolder, chip
from ..widgets.row_texts import changeText, scoreText, scoreTip, statusText
from .section import Section

if TYPE_CHECKING:
    from ...services.lesion_values import LesionValues

# The score's letters against those of the panel.
LARGE = 1.6


class SelectedHeadSection(Section):
    """Right under the Score button, so that it is seen on the screen of a laptop."""

    def connectWidgets(self) -> None:
        """There is nothing to press."""
        self._pens = PenHolder(self.ui.selectedNameLabel)
        self._shown: tuple[Any, ...] = ()

    def show(self, state: PanelState) -> None:
        """Show the lesion that is selected; what is the same is not drawn again."""
        row, pen = state.selectedRow, self._pens.of(state.inputs.signature)
        name = lesion_names(state.rows)[row.id] if row else ""
        isByValue, value = state.isColoredByOthers, _valueText(state.coloring.values, row)
        what = row, name, pen, isByValue, value
        if what == self._shown:
            return
        self._shown = what
        # Beside lesions in the colors of another value a color of the score would be taken for one of these.
        self.ui.selectedChip.setVisible(row is not None and not isByValue)
        self.ui.selectedScoreLabel.setVisible(row is not None)
        if row is None:
            self.ui.selectedNameLabel.setText(_("Select a lesion to see what its score is made of."))
        else:
            self._showRow(row, name, pen, value if isByValue else "")

    def _showRow(self, row: Row, name: str, pen: Pen, value: str) -> None:
        ui, font = self.ui, qt.QFont(pen.font)
        # A font whose size is given in pixels has no size in points.
        if font.pointSizeF() > 0:
            font.setPointSizeF(LARGE * font.pointSizeF())
        font.setBold(True)
        ui.selectedScoreLabel.setFont(font)
        ui.selectedScoreLabel.setText(scoreText(row.score) or statusText(row))
        ui.selectedScoreLabel.setToolTip(scoreTip(row))
        isColored = row.status not in (LEFT_OUT, "unscored")
        ui.selectedChip.setPixmap(chip(pen, row.score, isColored, qt.QFontMetrics(font).ascent()))
        parts = [name, *([statusText(row)] if row.score is not None else [])]
        if row.change is not None:
            parts.append(_("{change} since the last Score").format(change=changeText(row)))
        parts += [value] if value else []
        ui.selectedNameLabel.setText(" \N{MIDDLE DOT} ".join(parts))


def _valueText(values: LesionValues | None, row: Row | None) -> str:
    """The value that the lesion is colored by, with title and unit; empty where it has none."""
    if values is None or row is None or row.id not in values.values:
        return ""
    return values.sentence(row.id)
