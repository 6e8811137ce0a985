"""How the lesions look: colors, rings, legend, names, 3D, opacity."""

from __future__ import annotations

from ..state.panel_state import PanelState
from ..widgets.button_rows import ButtonRows
from .section import Section


class DisplaySection(Section):
    """The toolbar under the table."""

    def connectWidgets(self) -> None:
        """Connect boxes and slider."""
        ui, display = self.ui, self.session.display
        choices = {
            ui.colorCheckBox: display.setColorByScore,
            ui.ringsCheckBox: display.setRings,
            ui.legendCheckBox: display.setLegend,
            ui.surfacesCheckBox: display.setSurfaces,
            ui.labelsCheckBox: display.setLabels,
        }
        for box, chosen in choices.items():
            box.connect("toggled(bool)", self.byUser(chosen))
        self._rows = ButtonRows(ui.displayRows, list(choices))
        ui.opacitySlider.connect("valueChanged(int)", self.byUser(self._opacityMoved))

    def show(self, state: PanelState) -> None:
        """Show the choices."""
        ui, display = self.ui, state.display
        ui.colorCheckBox.setChecked(display.colorByScore)
        ui.ringsCheckBox.setChecked(display.showRings)
        ui.legendCheckBox.setChecked(display.showLegend)
        ui.labelsCheckBox.setChecked(display.showLabels)
        ui.surfacesCheckBox.setChecked(display.showSurfaces)
        percent = round(100 * display.opacity)
        ui.opacitySlider.setValue(percent)
        ui.opacityNumberLabel.setText(f"{percent} %")

    def _opacityMoved(self, percent: int) -> None:
        self.session.display.setOpacity(percent / 100)
