"""The selected lesion: what its score is made of, and the map of its interior."""

from __future__ import annotations

import textwrap

from slicer.i18n import tr as _

from radioimmuno.scoring.patient_metrics import designation
from radioimmuno.scoring.results import LesionScore

from ...services.measurement import MAPS, mapTitle
from ..state.panel_state import DisplayState, PanelState
from ..widgets.drawing import PICTURE_PX, Pen, PenHolder, contributionBars, mapScale
from .section import Section

# Lines are broken here, not by the label: its height is then known before it is laid out.
LINE_CHARACTERS = 54


class SelectedSection(Section):
    """One lesion in full."""

    def connectWidgets(self) -> None:
        """Offer the maps."""
        self._pens = PenHolder(self.ui.contributionsLabel)
        self.ui.mapBox.addItem(_("none"))
        for name in MAPS:
            self.ui.mapBox.addItem(mapTitle(name))
        self.ui.mapBox.connect("activated(int)", self._mapChosen)

    def show(self, state: PanelState) -> None:
        """Show the lesion that is selected."""
        pen = self._pens.of(state.inputs.signature)
        self._showContributions(state.selectedScore, pen)
        self._showMap(state.display, pen)

    def _showContributions(self, lesion: LesionScore | None, pen: Pen) -> None:
        label, picture = self.ui.contributionsLabel, self.ui.contributionsPicture
        picture.setVisible(lesion is not None and lesion.score is not None)
        if lesion is None:
            label.setText(_("Select a lesion to see what its score is made of."))
        elif lesion.score is None:
            label.setText(_broken(f"{lesion.name}: {lesion.reasons}"))
        else:
            text = _("{name}: {score} = {start} + what the terms add:").format(
                name=lesion.name, score=f"{lesion.score:.3f}", start=f"{pen.signature.intercept:.3f}"
            )
            suggestion = designation(lesion.score, pen.signature)
            label.setText("\n".join(map(_broken, filter(None, [text, suggestion]))))
            bars = contributionBars(pen, lesion.contributions, PICTURE_PX)
            picture.setPixmap(bars)
            picture.setFixedHeight(bars.height())

    def _showMap(self, display: DisplayState, pen: Pen) -> None:
        name = display.interiorMap
        self.ui.mapBox.setCurrentIndex(MAPS.index(name) + 1 if name in MAPS else 0)
        self.ui.mapLabel.setVisible(display.mapRange is not None)
        if display.mapRange is not None:
            self.ui.mapLabel.setPixmap(mapScale(pen, *display.mapRange, PICTURE_PX))

    def _mapChosen(self, index: int) -> None:
        self.session.display.setInteriorMap(MAPS[index - 1] if index > 0 else "")


def _broken(text: str) -> str:
    return textwrap.fill(text, LINE_CHARACTERS)
