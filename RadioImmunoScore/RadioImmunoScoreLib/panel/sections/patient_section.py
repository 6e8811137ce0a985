"""The patient: the numbers of all lesions and of subsets, and the plot of the scores."""

from __future__ import annotations

from html import escape

from slicer.i18n import tr as _

import qt
from radioimmuno.scoring.results import Metrics

from ..state.panel_state import PanelState
from ..texts import patientValueText
from ..widgets.drawing import PenHolder
from ..widgets.event_watch import EventWatch
from ..widgets.score_plot import ScorePlot, legendText
from ..widgets.uptake_texts import patientUptakeText
from .section import Section

SUBSETS = ("all", "irradiated", "not irradiated")
NAMES = ("n", "minimum", "mean", "median", "maximum", "sd", "entropy")
N, MINIMUM, MEAN, MEDIAN, MAXIMUM, SD, ENTROPY = range(len(NAMES))
BESIDE_TEXT_PX, BESIDE_TITLE_PX, LEAST_COLUMN_PX, FRAME_PX = 6, 10, 24, 4


class PatientSection(Section):
    """Whose numbers they are, the metrics, the plot; lowest and highest lesion are gone to by a click."""

    def connectWidgets(self) -> None:
        """Lay out and connect the table of metrics and the plot."""
        ui = self.ui
        self._ends: dict[tuple[int, int], str] = {}
        self._layOut()
        self._pens = PenHolder(ui.scorePlotLabel)
        self._plot = ScorePlot(ui.scorePlotLabel, self._choose)
        table, kinds = ui.metricsTable, qt.QEvent
        self._watches = (
            EventWatch(table, dict.fromkeys((kinds.FontChange, kinds.Resize), lambda event: self._fit())),
            EventWatch(
                ui.scorePlotLabel, dict.fromkeys((kinds.FontChange, kinds.PaletteChange), self._lookChanged)
            ),
        )
        table.connect("cellActivated(int,int)", self._clicked)
        table.connect("cellClicked(int,int)", self._clicked)
        ui.extremesLabel.connect("linkActivated(QString)", self._choose)

    def show(self, state: PanelState) -> None:
        """Show the patient; nothing before anything was scored."""
        ui, patient = self.ui, state.patient
        lesions = patient.lesions if patient else ()
        names = {lesion.id: lesion.name for lesion in lesions}
        self._ends.clear()
        for column, subset in enumerate(SUBSETS):
            self._fill(column, patient.subsets[subset] if patient else Metrics(n=0), names)
        ui.identityLabel.setText(state.inputs.identity.title if state.inputs.volumeNode else "")
        value = patient.value if patient else None
        ui.patientValueLabel.setText(patientValueText(value) if value else "")
        ui.patientValueLabel.setVisible(value is not None)
        hasPet = state.inputs.pet is not None
        uptake = patientUptakeText(state.uptake) if hasPet else ""
        isAwaited = hasPet and not (uptake or state.inputs.missing)
        ui.uptakeLabel.setText(_("The uptake on the PET is being measured...") if isAwaited else uptake)
        ui.uptakeLabel.setVisible(bool(ui.uptakeLabel.text))
        pen = self._pens.of(state.inputs.signature)
        ui.extremesLabel.setText(_extremes(state, names, pen.text.name()))
        self._plot.show(pen, lesions, state.selectedID)
        legend = legendText({lesion.irradiated for lesion in lesions if lesion.score is not None})
        ui.legendLabel.setText(legend)
        ui.legendLabel.setVisible(bool(legend))

    def _layOut(self) -> None:
        table = self.ui.metricsTable
        titles = [_("n"), _("min"), _("mean"), _("median"), _("max"), _("SD"), _("entropy")]
        tips = [
            _("Lesions with a score."),
            _("The lowest score: click to go there."),
            _("Mean of the scores."),
            _("Median of the scores."),
            _("The highest score: click to go there."),
            _("Standard deviation of the scores, n - 1 in the denominator."),
            _("Shannon entropy of the scores over the signature's bins, in bits."),
        ]
        table.setRowCount(len(titles))
        table.setColumnCount(len(SUBSETS))
        table.setVerticalHeaderLabels(titles)
        for number, tip in enumerate(tips):
            table.verticalHeaderItem(number).setToolTip(tip)
        table.horizontalHeader().setSectionResizeMode(qt.QHeaderView.Stretch)
        table.horizontalHeader().setMinimumSectionSize(LEAST_COLUMN_PX)
        for header in (table.horizontalHeader(), table.verticalHeader()):
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
        self._fit()

    def _fit(self) -> None:
        """Titles that fit into the columns, and a height in which all rows stand."""
        table, (everything, irradiated, others) = self.ui.metricsTable, _subsetTitles()
        metrics = qt.QFontMetrics(table.font)
        # The columns themselves are not yet what they will be after a change of size.
        room = (table.width - table.verticalHeader().sizeHint.width() - FRAME_PX) // len(SUBSETS)
        isWide = room >= metrics.boundingRect(irradiated).width() + BESIDE_TITLE_PX
        shown = [everything, irradiated, others] if isWide else [everything, _("RT"), _("no\nRT")]
        table.setHorizontalHeaderLabels(shown)
        for column, title in enumerate((everything, irradiated, others)):
            table.horizontalHeaderItem(column).setToolTip(title.replace("\n", " "))
        rowPx = metrics.height() + BESIDE_TEXT_PX
        table.verticalHeader().setMinimumSectionSize(rowPx)
        table.verticalHeader().setDefaultSectionSize(rowPx)
        table.setFixedHeight(len(NAMES) * rowPx + table.horizontalHeader().sizeHint.height() + FRAME_PX)

    def _lookChanged(self, event: object) -> None:
        self.update(self.session.state)

    def _fill(self, column: int, metrics: Metrics, names: dict[str, str]) -> None:
        table = self.ui.metricsTable
        for row, name in enumerate(NAMES):
            value = getattr(metrics, name)
            text = "-" if value is None else str(value) if row == N else f"{value:.2f}"
            item = qt.QTableWidgetItem(text)
            item.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsSelectable)
            item.setTextAlignment(qt.Qt.AlignRight | qt.Qt.AlignVCenter)
            item.setToolTip(
                metrics.why_missing(name) if value is None else "" if row == N else f"{value:.6f}"
            )
            table.setItem(row, column, item)
        if metrics.outside_bins and metrics.entropy is not None:
            item = table.item(ENTROPY, column)
            item.setText(f"{item.text()}*")
            item.setToolTip(f"{item.toolTip()}; {_outside(metrics)}")
        for row, segmentID in ((MINIMUM, metrics.minimum_lesion), (MAXIMUM, metrics.maximum_lesion)):
            if segmentID in names:
                self._ends[row, column] = segmentID
                item = table.item(row, column)
                # As a link is written; its color would not be read on dark ground.
                font = qt.QFont(table.font)
                font.setUnderline(True)
                item.setFont(font)
                tip = _("{name}: {score}. Click to go there.")
                item.setToolTip(tip.format(name=names[segmentID], score=item.toolTip()))

    def _clicked(self, row: int, column: int) -> None:
        if (row, column) in self._ends:
            self._choose(self._ends[row, column])

    def _choose(self, segmentID: str) -> None:
        self.session.selection.choose(segmentID)


def _subsetTitles() -> tuple[str, str, str]:
    # Two lines, so that three columns fit into a narrow panel in large letters.
    return _("all"), _("irradiated"), _("not\nirradiated")


def _outside(metrics: Metrics) -> str:
    return _("{outside} of {n} scores lie outside the signature's bins").format(
        outside=metrics.outside_bins, n=metrics.n
    )


def _extremes(state: PanelState, names: dict[str, str], color: str) -> str:
    """The lowest and the highest lesion as links, and what the numbers are to be read with.

    The links have the text's color: the palette's own is not read on dark ground.
    """
    if state.patient is None:
        return _("Score the lesions first.")
    metrics = state.patient.subsets["all"]
    parts = []
    for title, segmentID, score in (
        (_("Lowest"), metrics.minimum_lesion, metrics.minimum),
        (_("highest"), metrics.maximum_lesion, metrics.maximum),
    ):
        if segmentID in names:
            start = f'<a href="{escape(str(segmentID))}" style="color:{color}">'
            parts.append(f"{title}: {start}{escape(names[segmentID])}</a> ({score:.2f})")
    refused = sum(lesion.score is None for lesion in state.patient.lesions)
    if refused:
        parts.append(_("{count} refused").format(count=refused))
    if any(row.included and row.status == "stale" for row in state.rows):
        parts.append(_("some scores are older than the last edit"))
    if metrics.outside_bins:
        parts.append("* " + _outside(metrics))
    return ", ".join(parts) + "."
