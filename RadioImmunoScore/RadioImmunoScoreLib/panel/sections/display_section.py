"""How the lesions look: colors, rings, legend, names, 3D, opacity."""

from __future__ import annotations

from ..state.panel_state import PanelState
from .section import Section


class DisplaySection(Section):
    """The toolbar under the table."""

    def connectWidgets(self) -> None:
        """Connect buttons and slider."""
        ui, display = self.ui, self.session.display
        for button, chosen in (
            (ui.colorButton, display.setColorByScore),
            (ui.ringsButton, display.setRings),
            (ui.legendButton, display.setLegend),
            (ui.labelsButton, display.setLabels),
            (ui.surfacesButton, display.setSurfaces),
        ):
            button.connect("toggled(bool)", self.byUser(chosen))
        ui.opacitySlider.connect("valueChanged(int)", self.byUser(self._opacityMoved))

    def show(self, state: PanelState) -> None:
        """Show the choices."""
        ui, display = self.ui, state.display
        ui.colorButton.setChecked(display.colorByScore)
        ui.ringsButton.setChecked(display.showRings)
        ui.legendButton.setChecked(display.showLegend)
        ui.labelsButton.setChecked(display.showLabels)
        ui.surfacesButton.setChecked(display.showSurfaces)
        percent = round(100 * display.opacity)
        ui.opacitySlider.setValue(percent)
        ui.opacityNumberLabel.setText(f"{percent} %")

    def _opacityMoved(self, percent: int) -> None:
        self.session.display.setOpacity(percent / 100)
