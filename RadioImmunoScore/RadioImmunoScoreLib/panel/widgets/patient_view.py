"""The patient's numbers, the score plot and the selected lesion's contributions."""

from __future__ import annotations

import textwrap
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.scoring.patient_metrics import designation
from radioimmuno.scoring.results import LesionScore, Metrics, PatientScore

from ..state.events import Signal
from .drawing import Pen, contributionBars, scorePlot

SUBSETS = ("all", "irradiated", "not irradiated")
N, MINIMUM, MEAN, MAXIMUM, SD, ENTROPY = range(6)
PICTURE_PX = 380
ROW_PX, LEAST_COLUMN_PX, FRAME_PX = 24, 24, 8

# Lines are broken here, not by the label: its height is then known before it is laid out.
LINE_CHARACTERS = 54


class PatientView:
    """Fills the section of the patient.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.

    Attributes
    ----------
    jumped : Signal of the segment ID whose minimum or maximum was clicked
    """

    def __init__(self, ui: Any) -> None:
        self.jumped = Signal()
        self._ui = ui
        self._ends: dict[tuple[int, int], str] = {}
        table = ui.metricsTable
        table.setRowCount(len(SUBSETS))
        table.setColumnCount(6)
        titles = [_("n"), _("min"), _("mean"), _("max"), _("SD"), _("entropy")]
        table.setHorizontalHeaderLabels(titles)
        table.setVerticalHeaderLabels([_("all"), _("irradiated"), _("not irradiated")])
        table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.Stretch)
        # The longest title does not fit into its share.
        table.horizontalHeader().setSectionResizeMode(ENTROPY, qt.QHeaderView.ResizeToContents)
        rowPx = max(ROW_PX, qt.QFontMetrics(table.font).height() + 6)
        table.verticalHeader().setDefaultSectionSize(rowPx)
        table.horizontalHeader().setMinimumSectionSize(LEAST_COLUMN_PX)
        table.setFixedHeight(len(SUBSETS) * rowPx + table.horizontalHeader().sizeHint.height() + FRAME_PX)
        table.connect("cellActivated(int,int)", self._clicked)
        table.connect("cellClicked(int,int)", self._clicked)

    def show(self, patient: PatientScore | None, selected: LesionScore | None, pen: Pen) -> None:
        """Show a patient; None empties the section."""
        self._ends.clear()
        names = {lesion.id: lesion.name for lesion in patient.lesions} if patient else {}
        for number, subset in enumerate(SUBSETS):
            metrics = patient.subsets[subset] if patient else Metrics(n=0)
            self._fill(number, metrics, names)
        lesions = patient.lesions if patient else ()
        selectedID = selected.id if selected else None
        self._ui.scorePlotLabel.setPixmap(scorePlot(pen, lesions, selectedID, PICTURE_PX))
        self._ui.scorePlotLabel.setVisible(bool(lesions))
        self._showContributions(selected, pen)

    def _fill(self, number: int, metrics: Metrics, names: dict[str, str]) -> None:
        values = (metrics.minimum, metrics.mean, metrics.maximum, metrics.sd, metrics.entropy)
        texts = [str(metrics.n), *("-" if value is None else f"{value:.3f}" for value in values)]
        for column, text in enumerate(texts):
            item = qt.QTableWidgetItem(text)
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
            item.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
            self._ui.metricsTable.setItem(number, column, item)
        if metrics.outside_bins:
            counts = {"outside": metrics.outside_bins, "n": metrics.n}
            item = self._ui.metricsTable.item(number, ENTROPY)
            item.setText(_("{entropy} ({outside} outside)").format(entropy=item.text(), **counts))
            item.setToolTip(_("{outside} of {n} scores lie outside the signature's bins").format(**counts))
        for column, segmentID in ((MINIMUM, metrics.minimum_lesion), (MAXIMUM, metrics.maximum_lesion)):
            if segmentID in names:
                self._ends[number, column] = segmentID
                tip = _("{name}: click to go there").format(name=names[segmentID])
                self._ui.metricsTable.item(number, column).setToolTip(tip)

    def _showContributions(self, lesion: LesionScore | None, pen: Pen) -> None:
        isScored = lesion is not None and lesion.score is not None
        self._ui.contributionsPicture.setVisible(isScored)
        if lesion is None:
            self._ui.contributionsLabel.setText(_("Select a lesion to see what its score is made of."))
        elif lesion.score is None:
            self._ui.contributionsLabel.setText(_broken(f"{lesion.name}: {lesion.reasons}"))
        else:
            text = _("{name}: {score} = {start} + what the terms add:").format(
                name=lesion.name, score=f"{lesion.score:.3f}", start=f"{pen.signature.intercept:.3f}"
            )
            suggestion = designation(lesion.score, pen.signature)
            self._ui.contributionsLabel.setText("\n".join(map(_broken, filter(None, [text, suggestion]))))
            bars = contributionBars(pen, lesion.contributions, PICTURE_PX)
            self._ui.contributionsPicture.setPixmap(bars)
            self._ui.contributionsPicture.setFixedHeight(bars.height())

    def _clicked(self, row: int, column: int) -> None:
        if (row, column) in self._ends:
            self.jumped.emit(self._ends[row, column])


def _broken(text: str) -> str:
    return textwrap.fill(text, LINE_CHARACTERS)
