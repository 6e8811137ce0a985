"""How the lesions look: colors, rings, legend, names, 3D, opacity."""

from __future__ import annotations

from functools import partial

from ..state.panel_state import PanelState
from ..widgets.button_rows import ButtonRows
from .section import Section


class DisplaySection(Section):
    """The toolbar under the table."""

    def connectWidgets(self) -> None:
        """Connect boxes and slider."""
        ui, display = self.ui, self.session.display
        self._boxes = {
            "colorByScore": ui.colorCheckBox,
            "showRings": ui.ringsCheckBox,
            "showLegend": ui.legendCheckBox,
            "showSurfaces": ui.surfacesCheckBox,
            "showLabels": ui.labelsCheckBox,
        }
        for choice, box in self._boxes.items():
            box.connect("toggled(bool)", self.byUser(partial(display.choose, choice)))
        self._rows = ButtonRows(ui.displayRows, list(self._boxes.values()))
        ui.opacitySlider.connect("valueChanged(int)", self.byUser(self._opacityMoved))

    def show(self, state: PanelState) -> None:
        """Show the choices."""
        ui, display = self.ui, state.display
        for choice, box in self._boxes.items():
            box.setChecked(getattr(display, choice))
        percent = round(100 * display.opacity)
        ui.opacitySlider.setValue(percent)
        ui.opacityNumberLabel.setText(f"{percent} %")

    def _opacityMoved(self, percent: int) -> None:
        self.session.display.setOpacity(percent / 100)
