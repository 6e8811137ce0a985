"""The patient: the numbers of all lesions and of subsets, and the plot of the scores."""

from __future__ import annotations

from slicer.i18n import tr as _

import qt
from radioimmuno.scoring.results import Metrics

from ..state.panel_state import PanelState
from ..widgets.drawing import PICTURE_PX, PenHolder, scorePlot
from .section import Section

SUBSETS = ("all", "irradiated", "not irradiated")
N, MINIMUM, MEAN, MEDIAN, MAXIMUM, SD, ENTROPY = range(7)
ROW_PX, LEAST_COLUMN_PX, FRAME_PX = 24, 24, 8


class PatientSection(Section):
    """Metrics and plot; the lowest and the highest lesion are gone to by a click."""

    def connectWidgets(self) -> None:
        """Lay out and connect the table of metrics."""
        self._ends: dict[tuple[int, int], str] = {}
        table = self.ui.metricsTable
        self._pens = PenHolder(table)
        titles = [_("n"), _("min"), _("mean"), _("median"), _("max"), _("SD"), _("entropy")]
        table.setRowCount(len(SUBSETS))
        table.setColumnCount(len(titles))
        table.setHorizontalHeaderLabels(titles)
        table.setVerticalHeaderLabels([_("all"), _("irradiated"), _("not irradiated")])
        table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.Stretch)
        # The longest title does not fit into its share.
        table.horizontalHeader().setSectionResizeMode(ENTROPY, qt.QHeaderView.ResizeToContents)
        rowPx = max(ROW_PX, qt.QFontMetrics(table.font).height() + 6)
        table.verticalHeader().setDefaultSectionSize(rowPx)
        table.horizontalHeader().setMinimumSectionSize(LEAST_COLUMN_PX)
        # In large letters the columns are wider than a narrow panel.
        barPx = table.horizontalScrollBar().sizeHint.height()
        headPx = table.horizontalHeader().sizeHint.height()
        table.setFixedHeight(len(SUBSETS) * rowPx + headPx + barPx + FRAME_PX)
        table.connect("cellActivated(int,int)", self._clicked)
        table.connect("cellClicked(int,int)", self._clicked)

    def show(self, state: PanelState) -> None:
        """Show the patient; nothing before anything was scored."""
        self._ends.clear()
        patient = state.patient
        names = {lesion.id: lesion.name for lesion in patient.lesions} if patient else {}
        for number, subset in enumerate(SUBSETS):
            self._fill(number, patient.subsets[subset] if patient else Metrics(n=0), names)
        lesions = patient.lesions if patient else ()
        pen = self._pens.of(state.inputs.signature)
        self.ui.scorePlotLabel.setPixmap(scorePlot(pen, lesions, state.selectedID, PICTURE_PX))
        self.ui.scorePlotLabel.setVisible(bool(lesions))

    def _fill(self, number: int, metrics: Metrics, names: dict[str, str]) -> None:
        values = (metrics.minimum, metrics.mean, metrics.median, metrics.maximum, metrics.sd, metrics.entropy)
        texts = [str(metrics.n), *("-" if value is None else f"{value:.3f}" for value in values)]
        for column, text in enumerate(texts):
            item = qt.QTableWidgetItem(text)
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
            item.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
            self.ui.metricsTable.setItem(number, column, item)
        if metrics.outside_bins:
            counts = {"outside": metrics.outside_bins, "n": metrics.n}
            item = self.ui.metricsTable.item(number, ENTROPY)
            item.setText(_("{entropy} ({outside} outside)").format(entropy=item.text(), **counts))
            item.setToolTip(_("{outside} of {n} scores lie outside the signature's bins").format(**counts))
        for column, segmentID in ((MINIMUM, metrics.minimum_lesion), (MAXIMUM, metrics.maximum_lesion)):
            if segmentID in names:
                self._ends[number, column] = segmentID
                tip = _("{name}: click to go there").format(name=names[segmentID])
                self.ui.metricsTable.item(number, column).setToolTip(tip)

    def _clicked(self, row: int, column: int) -> None:
        if (row, column) in self._ends:
            self.session.selection.choose(self._ends[row, column])
