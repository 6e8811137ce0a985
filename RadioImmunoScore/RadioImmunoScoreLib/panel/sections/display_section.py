"""How the lesions look: colors, rings, legend, opacity."""

from __future__ import annotations

from ..state.panel_state import PanelState
from .section import Section


class DisplaySection(Section):
    """The toolbar under the table."""

    def connectWidgets(self) -> None:
        """Connect boxes and slider."""
        ui, display = self.ui, self.session.display
        ui.colorCheckBox.connect("toggled(bool)", self.byUser(display.setColorByScore))
        ui.legendCheckBox.connect("toggled(bool)", self.byUser(display.setLegend))
        ui.ringsCheckBox.connect("toggled(bool)", self.byUser(display.setRings))
        ui.opacitySlider.connect(
            "valueChanged(int)", self.byUser(lambda percent: display.setOpacity(percent / 100))
        )

    def show(self, state: PanelState) -> None:
        """Show the choices."""
        ui, display = self.ui, state.display
        ui.colorCheckBox.setChecked(display.colorByScore)
        ui.legendCheckBox.setChecked(display.showLegend)
        ui.ringsCheckBox.setChecked(display.showRings)
        percent = round(100 * display.opacity)
        ui.opacitySlider.setValue(percent)
        ui.opacityLabel.setText(f"{percent} %")
