"""The scored lesions, lowest to highest, over the color scale; points are clicked, or walked to by keys."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.scoring.results import LesionScore

from .drawing import Pen
from .event_watch import EventWatch
from .plot_spots import PlotSpots, Spot

MARGIN_PX = 10
MARK_PX = 5
RING_PX = 9
SCALE_PX = 8
STEP_PX = 3
WHISKER_PX = 2
# So far from a point's middle it is still the point that is meant.
REACH_PX = 12
# The height of the points' part: so much for a lesion, between these.
LESION_PX, LEAST_PX, MOST_PX = 12, 84, 220
GAP_PX = 6
LEAST_WIDTH_PX = 80


@dataclass(frozen=True)
class PlotPoint:
    """A lesion with a score, and where its mark's middle is in pixels."""

    lesion: LesionScore
    x: int
    y: int


@dataclass(frozen=True)
class CutoffText:
    """A cut-off's name and number: where it stands on the scale, where its text begins, and in which row."""

    text: str
    x: int
    left: int
    row: int


@dataclass(frozen=True)
class Plot:
    """Where everything is in a picture of `width` by `height` pixels; `bottom` is the scale's upper edge."""

    points: tuple[PlotPoint, ...]
    cutoffs: tuple[CutoffText, ...]
    width: int
    height: int
    bottom: int


def layOut(pen: Pen, lesions: Sequence[LesionScore], width: int) -> Plot:
    """Place lesions with a score from the lowest, below, to the highest, and the cut-offs' names.

    Parameters
    ----------
    pen : Pen
        Its font and color scale.
    lesions : sequence of LesionScore
        In any order.
    width : int, pixels
        Of the whole picture.
    """
    scored = [(lesion.score, lesion) for lesion in lesions if lesion.score is not None]
    ranked = sorted(scored, key=lambda pair: pair[0])
    area = min(max(LESION_PX * len(ranked), LEAST_PX), MOST_PX)
    low, high = MARGIN_PX + area - RING_PX, MARGIN_PX
    step = (low - high) / max(1, len(ranked) - 1)
    points = tuple(
        PlotPoint(lesion, along(pen, score, width), round(low - number * step))
        for number, (score, lesion) in enumerate(ranked)
    )
    cutoffs = placeTexts(
        [(f"{name} {value:.2f}", along(pen, value, width)) for name, value in pen.cutoffs],
        lambda text: int(pen.metrics.boundingRect(text).width()) + GAP_PX,
        width,
    )
    rows = max((each.row + 1 for each in cutoffs), default=0)
    bottom = MARGIN_PX + area
    return Plot(points, cutoffs, width, bottom + SCALE_PX + rows * pen.metrics.height() + GAP_PX, bottom)


def placeTexts(
    texts: Sequence[tuple[str, int]], widthOf: Callable[[str], int], width: int
) -> tuple[CutoffText, ...]:
    """Put texts below their marks, each in the first row in which it lies over no other.

    Parameters
    ----------
    texts : sequence of (str, int)
        Each with its mark's place from the left, in pixels.
    widthOf : callable
        The width of a text in pixels.
    width : int, pixels
        Of the whole picture; no text goes beyond.
    """
    ends: list[int] = []
    placed = []
    for text, x in sorted(texts, key=lambda pair: pair[1]):
        wide = widthOf(text)
        left = min(max(0, x - wide // 2), max(0, width - wide))
        row = next((row for row, end in enumerate(ends) if end <= left), len(ends))
        ends[row : row + 1] = [left + wide]
        placed.append(CutoffText(text, x, left, row))
    return tuple(placed)


def along(pen: Pen, score: float, width: int) -> int:
    """Where a score stands from the left, in pixels; beyond the scale at its end."""
    scale = pen.scale
    share = min(max((score - scale.low) / (scale.high - scale.low), 0.0), 1.0)
    return round(RING_PX + share * (width - 1 - 2 * RING_PX))


def lesionText(lesion: LesionScore) -> str:
    """A lesion with its score, its site, and whether it was irradiated."""
    known = {True: _("irradiated"), False: _("not irradiated"), None: _("irradiated or not: not known")}
    site = lesion.site.label if lesion.site else _("site not known")
    return f"{lesion.name}: {lesion.score:.4f}\n{site}, {known[lesion.irradiated]}"


def legendText(kinds: Collection[bool | None]) -> str:
    """What the marks mean of lesions that were irradiated, were not, or of which it is not known."""
    words = {True: _("irradiated"), False: _("not irradiated"), None: _("not known")}
    marks = {True: "\u25c6", False: "\u25a0", None: "\u25cf"}
    # A mark and its words are not parted at a line's end.
    parts = [f"{marks[each]} {words[each]}".replace(" ", "\u00a0") for each in marks if each in kinds]
    return "  ".join(parts)


class ScorePlot:
    """A QLabel with the plot: tooltips, clicks and keys at its points.

    Parameters
    ----------
    label : QLabel
        Its horizontal size policy is `Ignored`: the plot is as wide as the panel.
    chosen : callable
        Called with the segment ID of the point that was chosen.
    """

    def __init__(self, label: Any, chosen: Callable[[str], None]) -> None:
        self._label, self._chosen = label, chosen
        self._lesions: tuple[LesionScore, ...] = ()
        self._selected: str | None = None
        self._pen: Pen | None = None
        self._plot: Plot | None = None
        label.focusPolicy = qt.Qt.StrongFocus
        kinds = qt.QEvent
        again = dict.fromkeys((kinds.Resize, kinds.FocusIn, kinds.FocusOut), self._drawAgain)
        self._watch = EventWatch(label, {**again, kinds.KeyPress: self._key})
        self._spots = PlotSpots(label, chosen)

    def show(self, pen: Pen, lesions: Sequence[LesionScore], selected: str | None) -> None:
        """Show these lesions; those without a score have no point."""
        self._pen, self._lesions, self._selected = pen, tuple(lesions), selected
        self._label.setVisible(any(lesion.score is not None for lesion in lesions))
        self._draw()

    def pointOf(self, segmentID: str) -> tuple[int, int]:
        """Where a lesion's point is in the label, in pixels from its upper left."""
        assert self._plot is not None
        return next((p.x, p.y) for p in self._plot.points if p.lesion.id == segmentID)

    def _drawAgain(self, event: Any) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self._label.width
        if self._pen is None or width < LEAST_WIDTH_PX:
            return
        self._plot = layOut(self._pen, self._lesions, width)
        self._spots.spots = [
            Spot(str(p.lesion.id), lesionText(p.lesion), p.x, p.y, REACH_PX, REACH_PX)
            for p in self._plot.points
        ]
        self._label.setPixmap(picture(self._pen, self._plot, self._selected, self._label.hasFocus()))
        self._label.setFixedHeight(self._plot.height)
        self._label.accessibleName = self._summary(self._plot)

    def _summary(self, plot: Plot) -> str:
        ids = [point.lesion.id for point in plot.points]
        if self._selected not in ids:
            return _("Scores of {count} lesions; arrow keys go from one to the next.").format(count=len(ids))
        number = ids.index(self._selected)
        text = lesionText(plot.points[number].lesion).replace("\n", ", ")
        return _("Scores of the lesions. {lesion}; number {number} of {count} from the lowest.").format(
            lesion=text, number=number + 1, count=len(ids)
        )

    def _key(self, event: Any) -> bool:
        """Arrow keys go to the next point, Home and End to the lowest and the highest."""
        ids = [point.lesion.id for point in self._plot.points] if self._plot else []
        key = event.key()
        now = ids.index(self._selected) if self._selected in ids else -1
        places = {
            qt.Qt.Key_Right: now + 1,
            qt.Qt.Key_Up: now + 1,
            qt.Qt.Key_Left: now - 1,
            qt.Qt.Key_Down: now - 1,
            qt.Qt.Key_Home: 0,
            qt.Qt.Key_End: len(ids) - 1,
        }
        if key not in places or not ids:
            return False
        place = min(max(places[key], 0), len(ids) - 1)
        if place != now:
            self._chosen(ids[place])
        return True


def picture(pen: Pen, plot: Plot, selected: str | None, hasFocus: bool) -> Any:
    """The plot as a QPixmap, drawn on nothing in the palette's text color."""
    pixmap = qt.QPixmap(plot.width, plot.height)
    pixmap.fill(qt.QColor(0, 0, 0, 0))
    painter = qt.QPainter(pixmap)
    painter.setRenderHint(qt.QPainter.Antialiasing, True)
    painter.setFont(pen.font)
    try:
        if hasFocus:
            painter.setPen(qt.QPen(pen.faint()))
            painter.drawRect(0, 0, plot.width - 1, plot.height - 1)
        _drawScale(painter, pen, plot)
        for point in plot.points:
            _drawPoint(painter, pen, point, plot.width)
            if point.lesion.id == selected:
                painter.setBrush(qt.QBrush())
                painter.drawEllipse(point.x - RING_PX, point.y - RING_PX, 2 * RING_PX, 2 * RING_PX)
    finally:
        painter.end()
    return pixmap


def _drawScale(painter: Any, pen: Pen, plot: Plot) -> None:
    scale = pen.scale
    for x in range(0, plot.width, STEP_PX):
        score = scale.low + (scale.high - scale.low) * x / (plot.width - 1)
        painter.fillRect(x, plot.bottom, min(STEP_PX, plot.width - x), SCALE_PX, pen.color(score))
    metrics = pen.metrics
    for each in plot.cutoffs:
        dashed = qt.QPen(pen.faint())
        dashed.setStyle(qt.Qt.DashLine)
        painter.setPen(dashed)
        painter.drawLine(each.x, MARGIN_PX // 2, each.x, plot.bottom + SCALE_PX)
        painter.setPen(qt.QPen(pen.text))
        base = plot.bottom + SCALE_PX + each.row * metrics.height() + metrics.ascent() + 2
        painter.drawText(each.left + GAP_PX // 2, base, each.text)


def _drawPoint(painter: Any, pen: Pen, point: PlotPoint, width: int) -> None:
    """The lesion's mark in its color, and the 5th to the 95th percentile of its redrawn contours' scores."""
    lesion, x, y = point.lesion, point.x, point.y
    painter.setPen(qt.QPen(pen.text))
    stability = lesion.stability
    if stability is not None and stability.low is not None and stability.high is not None:
        left, right = (along(pen, end, width) for end in (stability.low, stability.high))
        painter.drawLine(left, y, right, y)
        for end in (left, right):
            painter.drawLine(end, y - WHISKER_PX, end, y + WHISKER_PX)
    painter.setBrush(qt.QBrush(pen.color(lesion.score)))
    drawMark(painter, x, y, MARK_PX, lesion.irradiated)


def drawMark(painter: Any, x: int, y: int, radius: int, irradiated: bool | None) -> None:
    """A lesion's mark, px: a rhomb where it was irradiated, else a square; a disk where that is not known."""
    if irradiated is None:
        painter.drawEllipse(x - radius, y - radius, 2 * radius, 2 * radius)
        return
    painter.save()
    painter.translate(x, y)
    if irradiated:
        painter.rotate(45)
    painter.drawRect(1 - radius, 1 - radius, 2 * radius - 2, 2 * radius - 2)
    painter.restore()
