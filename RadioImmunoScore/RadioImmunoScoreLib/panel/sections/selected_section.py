"""The selected lesion: its place on the scale, why it is so, what adds to it, and the map of its interior."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.pet.reference import ROLES
from radioimmuno.scoring.patient_metrics import designation
from radioimmuno.scoring.results import LesionScore
from radioimmuno.settings import Settings
from radioimmuno.signature.variables import variable_of

from ...services.interior_maps import filterOf, filterTip, mapGroups, mapTitle
from ...services.scene_study import regionTitle
from ..state.panel_state import DisplayState, PanelState, ShownMap
from ..state.rows import Row
from ..texts import stabilityText
from ..widgets.drawing import Pen, PenHolder, contributionBars, mapScale, scaleEnds, scoreScale
from ..widgets.event_watch import EventWatch
from ..widgets.grouped_box import GroupedBox
from ..widgets.icons import severityIcon
from ..widgets.row_texts import scoreTip, statusTip
from ..widgets.uptake_texts import lesionUptakeText, regionText
from .section import Section

SEVERITIES = {"refused": "refuse", "warning": "warn"}


class SelectedSection(Section):
    """One lesion in full."""

    def connectWidgets(self) -> None:
        """Offer the maps; draw the pictures again when the panel gets another width."""
        self._pens = PenHolder(self.ui.contributionsLabel)
        self._shown: tuple[Any, ...] = ()
        self._state: PanelState | None = None
        choose = partial(self.session.display.choose, "interiorMap")
        self._maps = GroupedBox(self.ui.mapBox, lambda name: mapTitle(name) if name else _("none"), choose)
        self._roles = ("", *ROLES)
        for title in (_("a lesion, or what it looks like"), *map(_roleTitle, ROLES)):
            self.ui.roleBox.addItem(title)
        self.ui.roleBox.connect("activated(int)", self._roleChosen)
        self._watch = EventWatch(self.ui.selectedBox, {qt.QEvent.Resize: lambda event: self._redraw()})

    def show(self, state: PanelState) -> None:
        """Show the lesion that is selected; what is the same is not drawn again."""
        self._state = state
        pen = self._pens.of(state.inputs.signature)
        row, lesion = state.selectedRow, state.selectedScore
        look = pen, self.ui.selectedBox.width, state.display, state.isColoredByOthers
        what = row, lesion, look, state.uptake, state.inputs.pet
        if what == self._shown:
            return
        self._shown = what
        self._showScale(row, pen, state.isColoredByOthers)
        self._showReasons(row, pen)
        self._showContributions(lesion, pen)
        self._showUptake(state, row)
        self._showMap(state.display, pen)

    def _showUptake(self, state: PanelState, row: Row | None) -> None:
        """What the segment takes up as a lesion or as a reference region, and which of them it is."""
        ui, uptake = self.ui, state.uptake.patient
        isOffered = row is not None and (state.inputs.pet is not None or bool(row.reference))
        ui.roleRow.setVisible(isOffered)
        text = ""
        if row is not None and isOffered:
            ui.roleBox.setCurrentIndex(
                self._roles.index(row.reference) if row.reference in self._roles else 0
            )
            measured = [one for one in uptake.lesions if one.id == row.id] if uptake is not None else []
            text = lesionUptakeText(uptake, measured[0]) if uptake is not None and measured else ""
            text = escape(regionText(state.uptake, row.reference)) if row.reference else text
        ui.lesionUptakeLabel.setText(text)
        ui.lesionUptakeLabel.setVisible(bool(text))

    def _roleChosen(self, index: int) -> None:
        segmentID = self.session.selection.segmentID
        if segmentID is not None:
            self.session.notes.setReference(segmentID, self._roles[index])

    def _showScale(self, row: Row | None, pen: Pen, isColoredByOthers: bool) -> None:
        picture, hasScore = self.ui.scalePicture, row is not None and row.score is not None
        picture.setVisible(hasScore)
        # The lesions have other colors then.
        self.ui.scaleLabel.setVisible(hasScore and isColoredByOthers)
        if row is not None and row.score is not None:
            self._put(picture, scoreScale(pen, row.score, row.lastScore, row.stability, self._width))
            picture.setToolTip(scoreTip(row))
            picture.setAccessibleDescription(scoreTip(row))

    def _showReasons(self, row: Row | None, pen: Pen) -> None:
        ui = self.ui
        why = statusTip(row) if row else ""
        for widget in (ui.reasonIcon, ui.reasonLabel):
            widget.setVisible(bool(why))
        if row is not None and why:
            icon = severityIcon(ui.selectedBox, SEVERITIES.get(row.status, ""))
            size = pen.metrics.height() + 4
            ui.reasonIcon.setPixmap(icon.pixmap(size, size))
            ui.reasonLabel.setText(why)
        suggestion = designation(row.score, pen.signature) if row else None
        stability = stabilityText(row.stability) if row and row.stability else ""
        for label, text in ((ui.designationLabel, suggestion), (ui.stabilityLabel, stability)):
            label.setText(text or "")
            label.setVisible(bool(text))

    def _showContributions(self, lesion: LesionScore | None, pen: Pen) -> None:
        label, picture = self.ui.contributionsLabel, self.ui.contributionsPicture
        hasScore = lesion is not None and lesion.score is not None
        for widget in (label, picture):
            widget.setVisible(hasScore)
        if lesion is None or lesion.score is None:
            return
        label.setText(
            _("{score} = {start} + what the terms add:").format(
                score=f"{lesion.score:.3f}", start=f"{pen.signature.intercept:.3f}"
            )
        )
        self._put(picture, contributionBars(pen, lesion.contributions, self._width))
        terms = [f"{variable_of(c.variable).title}: {c.contribution:+.3f}" for c in lesion.contributions]
        picture.setAccessibleDescription("; ".join(terms))

    def _showMap(self, display: DisplayState, pen: Pen) -> None:
        settings, label, shown = pen.signature.settings, self.ui.mapLabel, display.map
        local, *filters = mapGroups(pen.signature)
        name = display.interiorMap
        chosen = name if name in local or filterOf(name) else ""
        self._maps.show([["", *local], *filters], chosen, lambda name: _mapTip(name, settings))
        label.setVisible(shown is not None)
        if shown is not None:
            self._put(label, mapScale(pen, shown.lesion, _mapNote(shown), shown.scale, self._width))
            text = _mapText(shown)
            label.setToolTip(text)
            label.setAccessibleDescription(text)

    @property
    def _width(self) -> int:
        return max(1, self.ui.selectedBox.width)

    def _put(self, label: Any, picture: Any) -> None:
        label.setPixmap(picture)
        label.setFixedHeight(picture.height())

    def _redraw(self) -> None:
        if self._state is not None:
            self.show(self._state)


def _roleTitle(region: str) -> str:
    return _("the {region} reference").format(region=regionTitle(region))


def _mapTip(name: str, settings: Settings) -> str:
    return filterTip(filterOf(name), settings) if filterOf(name) else ""


def _mapNote(shown: ShownMap) -> str:
    """What stands behind the lesion's name under the colors of its map."""
    place = _(" and its ring") if shown.hasRing else ""
    return place + (_(": symmetric about 0") if shown.scale.isSigned else "")


def _mapText(shown: ShownMap) -> str:
    """What the colors of a map mean."""
    low, high = scaleEnds(shown.scale)
    place = _("{lesion} and its ring").format(lesion=shown.lesion) if shown.hasRing else shown.lesion
    text = _("{map} of {place}: {low} to {high}.").format(map=shown.title, place=place, low=low, high=high)
    if not shown.scale.isSigned:
        return text
    about = _("The colors are symmetric about 0: dark at 0, cyan below it, orange above it.")
    return f"{text} {about}"
