"""The section of how lesions look: colors, legend, rings, opacity, the map of an interior."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from slicer.i18n import tr as _

from ...services.measurement import MAPS, mapTitle
from ..state import display
from ..state.display import InteriorMap
from ..state.session import Session
from ..widgets.drawing import mapScale
from ..widgets.message_line import UpdateGuard
from ..widgets.patient_view import PICTURE_PX
from .lesions_section import LesionsSection


class DisplaySection:
    """How the lesions look.

    Parameters
    ----------
    ui : object
        The panel's widgets by name.
    session : Session
        The patient.
    guard : UpdateGuard
        Whether the panel is being filled.
    lesions : LesionsSection
        The section of the lesions.
    """

    def __init__(self, ui: Any, session: Session, guard: UpdateGuard, lesions: LesionsSection) -> None:
        self._ui, self._session, self._guard = ui, session, guard
        self._lesions = lesions
        self.interior = InteriorMap(session, lambda: lesions.table.selectedID)
        self.interior.shown.connect(self._mapShown)
        ui.mapBox.addItem(_("none"))
        for name in MAPS:
            ui.mapBox.addItem(mapTitle(name))
        ui.mapBox.connect("activated(int)", self._mapChosen)
        lesions.selected.connect(lambda segmentID: self.interior.follow())
        self._mapShown(None)
        ui.colorCheckBox.connect("toggled(bool)", guard.unless(session.setColorByScore))
        ui.restoreButton.connect("clicked()", partial(ui.colorCheckBox.setChecked, False))
        ui.legendCheckBox.connect("toggled(bool)", guard.unless(self._legendToggled))
        ui.ringsCheckBox.connect("toggled(bool)", guard.unless(self._ringsToggled))
        ui.opacitySlider.connect("valueChanged(int)", guard.unless(self._opacityMoved))

    def show(self) -> None:
        """Show the session's choices, and have the scene follow them."""
        ui, parameters = self._ui, self._session.parameters
        ui.colorCheckBox.setChecked(parameters.colorByScore)
        ui.legendCheckBox.setChecked(parameters.showLegend)
        ui.ringsCheckBox.setChecked(parameters.showRings)
        name = parameters.interiorMap
        ui.mapBox.setCurrentIndex(MAPS.index(name) + 1 if name in MAPS else 0)
        node = self._session.inputs.segmentationNode
        if node:
            ui.opacitySlider.setValue(round(100 * display.opacityOf(node)))
            display.setLegendVisible(node, parameters.showLegend)
            display.setRingsVisible(node, parameters.showRings)

    def _mapChosen(self, index: int) -> None:
        self._session.parameters.interiorMap = MAPS[index - 1] if index > 0 else ""
        self.interior.follow()

    def _mapShown(self, what: Any) -> None:
        """Show the map's scale: what its colors mean in numbers."""
        label = self._ui.mapLabel
        label.setVisible(what is not None)
        if what is not None:
            name, values = what
            low, high = float(np.nanmin(values)), float(np.nanmax(values))
            label.setPixmap(mapScale(self._lesions.pen, name, low, high, PICTURE_PX))

    def _change(self, change: Any, value: Any) -> None:
        node = self._session.inputs.segmentationNode
        if node is not None:
            change(node, value)

    def _legendToggled(self, isShown: bool) -> None:
        self._session.parameters.showLegend = isShown
        self._change(display.setLegendVisible, isShown)

    def _ringsToggled(self, isShown: bool) -> None:
        self._session.parameters.showRings = isShown
        self._change(display.setRingsVisible, isShown)

    def _opacityMoved(self, percent: int) -> None:
        self._change(display.setOpacity, percent / 100)
