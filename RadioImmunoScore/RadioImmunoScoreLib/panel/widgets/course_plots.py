"""Spider and waterfall plot of a patient's lesions, in the palette's text color."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.signature.signature import Signature

from ...services.course_display import GROWN_PERCENT, SHRUNK_PERCENT, LesionCurve
from .drawing import Pen, PenHolder, picture
from .event_watch import EventWatch

# Told apart also by who sees no red or green (Okabe, Ito).
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
PLOT_PX, GAP_PX, SPOT_PX = 130, 4, 3
LEAST_PERCENT, MOST_PERCENT = -100.0, 150.0
LEAST_TOP = 40.0
LEAST_WIDTH_PX = 80


class CoursePlots:
    """Both plots in two labels, as wide as the panel.

    Parameters
    ----------
    spiderLabel, waterfallLabel : QLabel
        Their horizontal size policies are `Ignored`.
    """

    def __init__(self, spiderLabel: Any, waterfallLabel: Any) -> None:
        self._labels = {spiderLabel: spider, waterfallLabel: waterfall}
        self._pens = PenHolder(spiderLabel)
        self._shown: tuple[Signature, Sequence[LesionCurve], str | None] | None = None
        kinds = (qt.QEvent.Resize, qt.QEvent.FontChange, qt.QEvent.PaletteChange)
        calls = dict.fromkeys(kinds, lambda event: self._draw())
        self._watches = [EventWatch(label, calls) for label in self._labels]

    def show(self, signature: Signature, curves: Sequence[LesionCurve], selected: str | None) -> None:
        """Show these lesions, one of them marked; nothing where none was measured twice."""
        self._shown = signature, curves, selected
        isMeasured = any(len(curve.percents) > 1 for curve in curves)
        for label in self._labels:
            label.setVisible(isMeasured)
        self._draw()

    def _draw(self) -> None:
        if self._shown is None:
            return
        signature, curves, selected = self._shown
        for label, drawn in self._labels.items():
            if label.width >= LEAST_WIDTH_PX:
                made = drawn(self._pens.of(signature), curves, selected, label.width)
                label.setPixmap(made)
                label.setFixedHeight(made.height())


class _Frame:
    """Where percents and x values are in a picture; above +150 % at the edge."""

    def __init__(self, pen: Pen, width: int, last: float, highest: float) -> None:
        metrics = pen.metrics
        self.left = metrics.horizontalAdvance("-100 %") + GAP_PX
        self.top, self.bottom = metrics.height() + GAP_PX, metrics.height() + GAP_PX + PLOT_PX
        self.right = width - 2 * SPOT_PX
        self.height = self.bottom + metrics.height() + GAP_PX
        self._last = max(last, 1.0)
        self._most = min(max(highest, LEAST_TOP), MOST_PERCENT)

    def x(self, value: float) -> int:
        return round(self.left + (self.right - self.left) * value / self._last)

    def y(self, percent: float) -> int:
        share = (min(percent, self._most) - LEAST_PERCENT) / (self._most - LEAST_PERCENT)
        return round(self.bottom - share * (self.bottom - self.top))


def spider(pen: Pen, curves: Sequence[LesionCurve], selected: str | None, width: int) -> Any:
    """Each lesion's diameter over the days, in percent of its first one."""
    last = max((curve.days[-1] for curve in curves), default=0)
    highest = max((max(curve.percents) for curve in curves), default=0.0)
    frame = _Frame(pen, width, float(last), highest)

    def draw(painter: Any) -> None:
        _axes(painter, pen, frame, _("Diameter of each lesion"))
        day = _("{days} days").format(days=last)
        base = frame.bottom + pen.metrics.ascent() + GAP_PX // 2
        painter.drawText(frame.left, base, "0")
        painter.drawText(frame.right - pen.metrics.horizontalAdvance(day), base, day)
        for number, curve in enumerate(curves):
            color = qt.QColor(COLORS[number % len(COLORS)])
            line = qt.QPen(color)
            line.setWidth(3 if curve.id == selected else 1)
            painter.setPen(line)
            painter.setBrush(qt.QBrush(color))
            points = [(frame.x(d), frame.y(p)) for d, p in zip(curve.days, curve.percents, strict=True)]
            for (x1, y1), (x2, y2) in pairwise(points):
                painter.drawLine(x1, y1, x2, y2)
            for x, y in points:
                painter.drawEllipse(x - SPOT_PX, y - SPOT_PX, 2 * SPOT_PX, 2 * SPOT_PX)

    return picture(width, frame.height, draw)


def waterfall(pen: Pen, curves: Sequence[LesionCurve], selected: str | None, width: int) -> Any:
    """Each lesion's change of diameter at its last study, the largest growth first; new ones have none."""
    followed = sorted((c for c in curves if len(c.percents) > 1), key=lambda c: -c.percents[-1])
    highest = max((curve.percents[-1] for curve in followed), default=0.0)
    frame = _Frame(pen, width, float(len(followed)), highest)

    def draw(painter: Any) -> None:
        _axes(painter, pen, frame, _("Change of each lesion's diameter"))
        for place, curve in enumerate(followed):
            percent = curve.percents[-1]
            left, right = frame.x(place + 0.15), frame.x(place + 0.85)
            y, zero = frame.y(percent), frame.y(0)
            color = qt.QColor(COLORS[list(curves).index(curve) % len(COLORS)])
            painter.fillRect(left, min(y, zero), max(1, right - left), max(1, abs(zero - y)), color)
            if curve.id == selected:
                painter.setPen(qt.QPen(pen.text))
                painter.setBrush(qt.QBrush())
                painter.drawRect(left, min(y, zero), max(1, right - left), max(1, abs(zero - y)))

    return picture(width, frame.height, draw)


def _axes(painter: Any, pen: Pen, frame: _Frame, title: str) -> None:
    """The title, and lines at no change, at -30 % and at +20 %."""
    metrics = pen.metrics
    painter.setFont(pen.font)
    painter.setPen(qt.QPen(pen.text))
    painter.drawText(0, metrics.ascent(), metrics.elidedText(title, qt.Qt.ElideRight, frame.right))
    for percent in (LEAST_PERCENT, SHRUNK_PERCENT, 0.0, GROWN_PERCENT):
        y = frame.y(percent)
        painter.setPen(qt.QPen(pen.text if percent == 0 else pen.faint()))
        painter.drawLine(frame.left, y, frame.right, y)
        if percent != 0:
            text = f"{percent:+.0f} %"
            painter.setPen(qt.QPen(pen.text))
            painter.drawText(frame.left - GAP_PX - metrics.horizontalAdvance(text), y + GAP_PX, text)
