"""Spider and waterfall plot of a patient's lesions, in the palette's text color.

They are drawn in the panel as the plot of the scores is, and not by Slicer's plot views: those have no bars
that are hatched or named, and would take the place of a row of the two studies' views.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.signature.signature import Signature

from ...services.course_display import GROWN_PERCENT, SHRUNK_PERCENT, LesionCurve
from .drawing import Pen, PenHolder, picture, wrapped
from .event_watch import EventWatch
from .plot_spots import PlotSpots, Spot
from .score_plot import drawMark, legendText, placeTexts

# Told apart also by who sees no red or green (Okabe, Ito).
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
SPIDER_PX, GAP_PX, MARK_PX, REACH_PX = 170, 4, 4, 8
LEAST_PERCENT, LEAST_MOST, MOST_PERCENT = -100.0, 40.0, 150.0
THRESHOLDS = (SHRUNK_PERCENT, GROWN_PERCENT)
LEAST_WIDTH_PX = 80
# Of the waterfall: what names may take of the width.
NAME_SHARE = 0.4

Drawn = tuple[Any, list[Spot]]


class CoursePlots:
    """Both plots in two labels, as wide as the panel; a click on a lesion chooses it.

    Parameters
    ----------
    spiderLabel, waterfallLabel : QLabel
        Their horizontal size policies are `Ignored`.
    chosen : callable
        Called with the ID of the lesion that is clicked.
    """

    def __init__(self, spiderLabel: Any, waterfallLabel: Any, chosen: Callable[[str], None]) -> None:
        self._drawn = {spiderLabel: spider, waterfallLabel: waterfall}
        self._spots = {label: PlotSpots(label, chosen) for label in self._drawn}
        self._pens = PenHolder(spiderLabel)
        self._shown: tuple[Signature, Sequence[LesionCurve], str | None] | None = None
        kinds = (qt.QEvent.Resize, qt.QEvent.FontChange, qt.QEvent.PaletteChange)
        calls = dict.fromkeys(kinds, lambda event: self._draw())
        self._watches = [EventWatch(label, calls) for label in self._drawn]

    def show(self, signature: Signature, curves: Sequence[LesionCurve], selected: str | None) -> None:
        """Show these lesions, one of them marked; nothing where none was measured twice."""
        changes = [f"{curve.name} {_signed(curve.percents[-1])} %" for curve in _followed(curves)]
        self._shown = (signature, curves, selected) if changes else None
        for label in self._drawn:
            label.setVisible(bool(changes))
            label.accessibleDescription = ", ".join(changes)
        self._draw()

    def placeOf(self, label: Any, lesionID: str) -> tuple[int, int]:
        """A place that means a lesion in one of the labels, in pixels from its upper left."""
        return next((spot.x, spot.y) for spot in self._spots[label].spots if spot.id == lesionID)

    def _draw(self) -> None:
        if self._shown is None:
            return
        signature, curves, selected = self._shown
        pen = self._pens.of(signature)
        for label, drawn in self._drawn.items():
            if label.width >= LEAST_WIDTH_PX:
                made, self._spots[label].spots = drawn(pen, curves, selected, label.width)
                label.setPixmap(made)
                label.setFixedHeight(made.height())


def spider(pen: Pen, curves: Sequence[LesionCurve], selected: str | None, width: int) -> Drawn:
    """Each lesion's diameter over the days, in percent of its first one; beyond +150 % at the edge.

    Returns
    -------
    tuple of (QPixmap, list of Spot)
    """
    metrics, followed = pen.metrics, _followed(curves)
    title = wrapped(metrics, _("Diameter of each lesion: change (%) over days since baseline"), width)
    line, most = metrics.height(), _most(followed)
    top = len(title) * line + GAP_PX + MARK_PX
    left = metrics.horizontalAdvance("-100") + GAP_PX
    right = width - max(metrics.horizontalAdvance(c.id) for c in followed) - 2 * GAP_PX
    days = sorted({day for curve in followed for day in curve.days})
    bottom = top + SPIDER_PX

    def x(day: float) -> int:
        return round(left + MARK_PX + (right - left - 2 * MARK_PX) * day / max(1, days[-1]))

    def y(percent: float) -> int:
        return round(bottom - SPIDER_PX * (min(percent, most) - LEAST_PERCENT) / (most - LEAST_PERCENT))

    ticks = placeTexts([(str(day), x(day)) for day in days], metrics.horizontalAdvance, width)
    height = bottom + GAP_PX + (1 + max(tick.row for tick in ticks)) * line
    points = {c: [(x(d), y(p)) for d, p in zip(c.days, c.percents, strict=True)] for c in followed}

    def draw(painter: Any) -> None:
        _write(painter, pen, title)
        taken: list[int] = []
        for percent in (*THRESHOLDS, LEAST_PERCENT, 0.0, 100.0):
            if percent > most:
                continue
            painter.setPen(_linePen(pen, percent))
            painter.drawLine(left, y(percent), right, y(percent))
            if all(abs(y(percent) - other) >= line - GAP_PX for other in taken):
                taken.append(y(percent))
                text = _signed(percent) if percent else "0"
                painter.setPen(qt.QPen(pen.text))
                place = y(percent) + metrics.ascent() // 2 - 1
                painter.drawText(left - GAP_PX - metrics.horizontalAdvance(text), place, text)
        for tick in ticks:
            painter.setPen(qt.QPen(pen.faint()))
            painter.drawLine(tick.x, top, tick.x, bottom)
            painter.setPen(qt.QPen(pen.text))
            painter.drawText(tick.left, bottom + GAP_PX + tick.row * line + metrics.ascent(), tick.text)
        for curve, places in points.items():
            ink = qt.QPen(_color(curves, curve))
            ink.setWidth(3 if curve.id == selected else 1)
            painter.setPen(ink)
            painter.setBrush(qt.QBrush(_color(curves, curve)))
            for (x1, y1), (x2, y2) in pairwise(places):
                painter.drawLine(x1, y1, x2, y2)
            for x1, y1 in places:
                drawMark(painter, x1, y1, MARK_PX, curve.irradiated)
        _nameEnds(painter, pen, points, selected)

    spots = [
        Spot(curve.id, _text(curve), x1, y1, REACH_PX, REACH_PX)
        for curve, places in points.items()
        for x1, y1 in reversed(places)
    ]
    return picture(width, height, draw), spots


def waterfall(pen: Pen, curves: Sequence[LesionCurve], selected: str | None, width: int) -> Drawn:
    """Each lesion's change of diameter at its last study, the largest growth first; a row a lesion.

    Returns
    -------
    tuple of (QPixmap, list of Spot)
    """
    metrics, most = pen.metrics, _most(_followed(curves))
    followed = sorted(_followed(curves), key=lambda curve: -curve.percents[-1])
    title = wrapped(metrics, _("Change of each lesion's diameter at its last study (%)"), width)
    foot = wrapped(metrics, legendText({curve.irradiated for curve in followed}), width)
    single = ", ".join(curve.id for curve in curves if len(curve.sizes) == 1)
    if single:
        foot += wrapped(metrics, _("Measured in one study: {lesions}").format(lesions=single), width)
    line, row = metrics.height(), metrics.height() + GAP_PX
    top = len(title) * line + GAP_PX
    names = [f"{curve.id} {curve.name}" for curve in followed]
    widest = max(map(metrics.horizontalAdvance, names))
    room = min(widest, round(NAME_SHARE * width))
    left = room + 2 * GAP_PX + 2 * MARK_PX
    right = width - metrics.horizontalAdvance("+888") - GAP_PX
    bottom = top + len(followed) * row

    def x(percent: float) -> int:
        return round(left + (right - left) * (min(percent, most) - LEAST_PERCENT) / (most - LEAST_PERCENT))

    marks = (LEAST_PERCENT, SHRUNK_PERCENT, 0.0, GROWN_PERCENT)
    texts = [(_signed(mark) if mark else "0", x(mark)) for mark in marks]
    ticks = placeTexts(texts, lambda text: metrics.horizontalAdvance(text) + GAP_PX, width)
    below = bottom + (1 + max(tick.row for tick in ticks)) * line + GAP_PX

    def draw(painter: Any) -> None:
        _write(painter, pen, title)
        for mark in marks:
            painter.setPen(_linePen(pen, mark))
            painter.drawLine(x(mark), top, x(mark), bottom)
        painter.setPen(qt.QPen(pen.text))
        for tick in ticks:
            painter.drawText(tick.left, bottom + tick.row * line + metrics.ascent(), tick.text)
        for number, (curve, name) in enumerate(zip(followed, names, strict=True)):
            start = top + number * row
            _drawBar(painter, pen, curve, _color(curves, curve), (x(0), x(curve.percents[-1])), start)
            painter.setPen(qt.QPen(pen.text))
            base = start + (row + metrics.ascent() - metrics.descent()) // 2
            painter.drawText(0, base, metrics.elidedText(name, qt.Qt.ElideRight, room))
            painter.setBrush(qt.QBrush(pen.text))
            drawMark(painter, room + GAP_PX + MARK_PX, start + row // 2, MARK_PX, curve.irradiated)
            value = _signed(curve.percents[-1])
            painter.drawText(width - metrics.horizontalAdvance(value) - 1, base, value)
            if curve.id == selected:
                painter.setBrush(qt.QBrush())
                painter.drawRect(0, start, width - 1, row - 1)
        for number, text in enumerate(foot):
            painter.drawText(0, below + number * line + metrics.ascent(), text)

    spots = [
        Spot(curve.id, _text(curve), width // 2, top + number * row + row // 2, width, row // 2)
        for number, curve in enumerate(followed)
    ]
    return picture(width, below + len(foot) * line + GAP_PX, draw), spots


def _followed(curves: Sequence[LesionCurve]) -> list[LesionCurve]:
    return [curve for curve in curves if len(curve.sizes) > 1]


def _signed(percent: float) -> str:
    """To a whole number; there is no minus in front of a rounded 0."""
    return f"{round(percent):+d}"


def _most(curves: Sequence[LesionCurve]) -> float:
    """The upper end of the axis, percent."""
    highest = max((percent for curve in curves for percent in curve.percents), default=0.0)
    return min(max(highest, LEAST_MOST), MOST_PERCENT)


def _color(curves: Sequence[LesionCurve], curve: LesionCurve) -> Any:
    return qt.QColor(COLORS[list(curves).index(curve) % len(COLORS)])


def _text(curve: LesionCurve) -> str:
    """A lesion in all studies, for a tooltip."""
    known = {True: _("irradiated"), False: _("not irradiated"), None: _("irradiated or not: not known")}
    axis = _("short axis") if curve.axis == "short" else _("long axis")
    lines = [f"{curve.id} {curve.name}, {known[curve.irradiated]}"]
    for date, size, percent in zip(curve.dates, curve.sizes, curve.percents, strict=True):
        lines.append(
            _("{date}: {axis} {size:.1f} mm, {percent} %").format(
                date=date, axis=axis, size=size, percent=_signed(percent)
            )
        )
    return "\n".join(lines)


def _write(painter: Any, pen: Pen, lines: Sequence[str]) -> None:
    painter.setFont(pen.font)
    painter.setPen(qt.QPen(pen.text))
    for number, text in enumerate(lines):
        painter.drawText(0, number * pen.metrics.height() + pen.metrics.ascent(), text)


def _linePen(pen: Pen, percent: float) -> Any:
    """No change is a full line, the thresholds are dashed, others faint."""
    made = qt.QPen(pen.text if percent == 0 or percent in THRESHOLDS else pen.faint())
    if percent in THRESHOLDS:
        made.setStyle(qt.Qt.DashLine)
    return made


def _drawBar(painter: Any, pen: Pen, curve: LesionCurve, color: Any, ends: tuple[int, int], top: int) -> None:
    """A bar from no change; hatched where the lesion was irradiated."""
    left, right = min(ends), max(ends)
    painter.setPen(qt.QPen(color))
    painter.setBrush(qt.QBrush(color, qt.Qt.BDiagPattern if curve.irradiated else qt.Qt.SolidPattern))
    painter.drawRect(left, top + GAP_PX // 2, max(1, right - left), pen.metrics.height())


def _nameEnds(
    painter: Any, pen: Pen, points: dict[LesionCurve, list[tuple[int, int]]], selected: str | None
) -> None:
    """The lesions' IDs at the ends of their curves, as far as none lies over another."""
    tall, taken = pen.metrics.ascent(), []
    painter.setPen(qt.QPen(pen.text))
    for curve in sorted(points, key=lambda each: (each.id != selected, -abs(each.percents[-1]))):
        x, end = points[curve][-1]
        place = next(
            (
                end + shift
                for shift in (0, -tall, tall)
                if all(abs(end + shift - y) >= tall for other, y in taken if other == x)
            ),
            None,
        )
        if place is not None:
            taken.append((x, place))
            painter.drawText(x + MARK_PX + GAP_PX, place + tall // 2 - 1, curve.id)
