"""The places of a plot that are lesions: a tooltip there, and a click that selects the lesion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import qt

from .event_watch import EventWatch


@dataclass(frozen=True)
class Spot:
    """A lesion's place in a picture: its middle and how far it reaches to each side, in pixels."""

    id: str
    text: str
    x: int
    y: int
    reachX: int
    reachY: int


class PlotSpots:
    """Lets the mouse point at lesions in the picture of a QLabel.

    Parameters
    ----------
    label : QLabel
    chosen : callable
        Called with the ID of the lesion that is clicked.

    Attributes
    ----------
    spots : sequence of Spot
        Those of the picture that is shown.
    """

    def __init__(self, label: Any, chosen: Callable[[str], None]) -> None:
        self._label, self._chosen = label, chosen
        self.spots: Sequence[Spot] = ()
        label.mouseTracking = True
        kinds = qt.QEvent
        self._watch = EventWatch(
            label,
            {kinds.ToolTip: self._tip, kinds.MouseMove: self._moved, kinds.MouseButtonPress: self._pressed},
        )

    def at(self, x: int, y: int) -> Spot | None:
        """The spot that a place means, the nearest of those that reach it; None where there is none."""
        near = [s for s in self.spots if abs(s.x - x) <= s.reachX and abs(s.y - y) <= s.reachY]
        return min(near, key=lambda s: (s.x - x) ** 2 + (s.y - y) ** 2, default=None)

    def _under(self, event: Any) -> Spot | None:
        place = event.pos()
        return self.at(place.x(), place.y())

    def _tip(self, event: Any) -> bool:
        spot = self._under(event)
        if spot is None:
            qt.QToolTip.hideText()
        else:
            qt.QToolTip.showText(event.globalPos(), spot.text, self._label)
        return True

    def _moved(self, event: Any) -> None:
        isOver = self._under(event) is not None
        self._label.setCursor(qt.QCursor(qt.Qt.PointingHandCursor if isOver else qt.Qt.ArrowCursor))

    def _pressed(self, event: Any) -> None:
        spot = self._under(event)
        if spot is not None and event.button() == qt.Qt.LeftButton:
            self._chosen(spot.id)
