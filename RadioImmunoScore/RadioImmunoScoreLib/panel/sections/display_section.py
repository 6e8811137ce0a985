"""How the lesions look: colors and what they mean, rings, legend, names, 3D, the PET, opacity."""

from __future__ import annotations

from functools import partial

from slicer.i18n import tr as _

import qt
from radioimmuno.filters.words import title_of
from radioimmuno.modality import CT
from radioimmuno.signature.variables import variable_of

from ...scene.parameters import BY_SCORE
from ...services.interior_maps import filterGroups, filterTip
from ...services.lesion_values import FEATURE, featuresAfter, featuresLike, titled, uptakeTitles
from ..state.panel_state import PanelState
from ..widgets.button_rows import ButtonRows
from ..widgets.course_texts import colorTitles
from ..widgets.grouped_box import GroupedBox
from .section import Section

SHOWN_FEATURES, BESIDE_LINE_PX = 6, 3


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
            "showPet": ui.petCheckBox,
        }
        for choice, box in self._boxes.items():
            box.connect("toggled(bool)", self.byUser(partial(display.choose, choice)))
        self._rows = ButtonRows(ui.displayRows, list(self._boxes.values()))
        ui.opacitySlider.connect("valueChanged(int)", self.byUser(self._opacityMoved))
        self._choices: list[str] = []
        self._titles: list[str] = []
        ui.coloringBox.connect("activated(int)", self._coloringChosen)
        self._filter = ""
        self._filters = GroupedBox(ui.filterBox, _filterTitle, self._filterChosen)
        ui.featureEdit.connect("textChanged(QString)", self._find)
        ui.featureList.connect("itemClicked(QListWidgetItem*)", self._featureChosen)
        ui.featureList.connect("itemActivated(QListWidgetItem*)", self._featureChosen)
        ui.featureBox.setVisible(False)

    def show(self, state: PanelState) -> None:
        """Show the choices."""
        ui, display = self.ui, state.display
        for choice, box in self._boxes.items():
            box.setChecked(getattr(display, choice))
        ui.petCheckBox.setVisible(state.inputs.pet is not None)
        isOfScores = state.coloring.by == BY_SCORE
        ui.ringsCheckBox.setEnabled(isOfScores)
        ui.ringsCheckBox.setToolTip(
            _("Outlines of the rings that were measured.")
            if isOfScores
            else _("Rings have the colors of scores: they are shown when Color by says score.")
        )
        percent = round(100 * display.opacity)
        ui.opacitySlider.setValue(percent)
        ui.opacityNumberLabel.setText(f"{percent} %")
        self._showColoring(state)

    def _showColoring(self, state: PanelState) -> None:
        box, coloring = self.ui.coloringBox, state.coloring
        titles = [*map(partial(_titleOf, state), coloring.choices), _("another feature...")]
        if titles != self._titles:
            self._titles, self._choices = titles, list(coloring.choices)
            box.clear()
            for title in titles:
                box.addItem(title)
        box.setCurrentIndex(self._choices.index(coloring.by))
        for widget in (box, self.ui.coloringLabel):
            widget.setEnabled(state.display.colorByScore)

    def _coloringChosen(self, index: int) -> None:
        isOther = index == len(self._choices)
        self.ui.featureBox.setVisible(isOther)
        if not isOther:
            self.session.coloring.choose(self._choices[index])
            return
        self._offerFilters()
        self._find(self.ui.featureEdit.text)
        self.ui.featureEdit.setFocus()
        # Until a feature is chosen the colors are those of before.
        self.update(self.session.state)

    def _offerFilters(self) -> None:
        signature = self.session.inputs.signature
        groups = filterGroups(signature, [CT.role, *self._roles])
        self._filters.show([[""], *groups], self._filter, lambda name: filterTip(name, signature.settings))

    def _filterChosen(self, name: str) -> None:
        self._filter = name
        self._find(self.ui.featureEdit.text)

    def _find(self, text: str) -> None:
        features, settings = self.ui.featureList, self.session.inputs.signature.settings
        found = featuresLike(text, self._roles)
        if self._filter:
            found = featuresAfter(self._filter, text, self._roles, settings)
        features.clear()
        for variable in found:
            item = qt.QListWidgetItem(variable.title)
            item.setToolTip(f"{variable.title}\n{variable.key}")
            item.setData(qt.Qt.UserRole, variable.key)
            features.addItem(item)
        linePx = qt.QFontMetrics(features.font).height() + BESIDE_LINE_PX
        features.setFixedHeight(linePx * SHOWN_FEATURES + 2 * features.frameWidth)

    @property
    def _roles(self) -> list[str]:
        """The images on which features can be measured."""
        return [image.role for image in self.session.inputs.beside]

    def _featureChosen(self, item: object) -> None:
        self.ui.featureBox.setVisible(False)
        self.session.coloring.choose(FEATURE + item.data(qt.Qt.UserRole))

    def _opacityMoved(self, percent: int) -> None:
        self.session.display.setOpacity(percent / 100)


def _filterTitle(name: str) -> str:
    return title_of(name) if name else _("none: the image itself")


def _titleOf(state: PanelState, by: str) -> str:
    """What a person calls what lesions are colored by."""
    if by.startswith(FEATURE):
        return variable_of(by.removeprefix(FEATURE)).title
    if by == BY_SCORE:
        return _("score")
    known = colorTitles()
    if by in known:
        return known[by]
    return titled(*uptakeTitles(state.uptake.patient)[by])
