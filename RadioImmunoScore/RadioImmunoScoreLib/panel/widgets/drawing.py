"""Small pictures of numbers: where a score stands, the contributions.

Drawn on nothing, in the palette's text color, so that they serve on light and dark ground.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import qt
from radioimmuno.scoring.results import Contribution
from radioimmuno.signature.color_scale import ColorScale, color_scale
from radioimmuno.signature.signature import Signature
from radioimmuno.signature.variables import variable_of
from radioimmuno.stability.agreement import LesionStability

from ...scene.interior_map import MapScale, rampColor

LEAST_CHIP_PX = 12
BAR_SIZE = (50, 22)
SCALE_PX = 10
ROW_HEIGHT = 20
LEAST_BARS_PX = 80
BAR_PX = 10
MARGIN = 8
GRADIENT_STEP_PX = 3
MOST_STEPS = 64
MARK = 4
WHISKER = 2


@dataclass(frozen=True)
class Pen:
    """What pictures are drawn with: the palette's text color, the font, and the signature's colors."""

    text: Any
    font: Any
    scale: ColorScale
    signature: Signature

    @property
    def cutoffs(self) -> list[tuple[str, float]]:
        """The signature's cut-offs with their names; none where it gives none."""
        return list(self.signature.cutoffs.named.items()) if self.signature.cutoffs else []

    def color(self, score: float | None) -> Any:
        """The color of a score."""
        return qt.QColor(self.scale.hex(score))

    @property
    def metrics(self) -> Any:
        """The measures of the font."""
        return qt.QFontMetrics(self.font)

    def faint(self) -> Any:
        """The text color, half transparent."""
        return qt.QColor(self.text.red(), self.text.green(), self.text.blue(), 110)


class PenHolder:
    """Gives a widget's pen: the same as long as signature, palette and font stay, so that it can be compared.

    Parameters
    ----------
    widget : QWidget
    """

    def __init__(self, widget: Any) -> None:
        self._widget = widget
        self._pen: Pen | None = None
        self._key: tuple[str, ...] = ()

    def of(self, signature: Signature) -> Pen:
        """The pen for the widget as it is now."""
        widget = self._widget
        # Copies: PythonQt hands out a pointer into the palette, which is gone when the palette changes.
        text, font = qt.QColor(widget.palette.color(qt.QPalette.Text)), qt.QFont(widget.font)
        key = signature.sha256, text.name(), font.toString()
        if self._pen is None or key != self._key:
            self._pen, self._key = Pen(text, font, color_scale(signature), signature), key
        return self._pen


def chipPx(pen: Pen) -> int:
    """The width and height of a chip beside text of this font."""
    return max(LEAST_CHIP_PX, pen.metrics.ascent())


def chip(pen: Pen, score: float | None, isScored: bool, size: int | None = None) -> Any:
    """A round spot in the color of a score; hollow before scoring."""
    return colorChip(pen, pen.scale.hex(score), isScored, size)


def colorChip(pen: Pen, color: str, isFilled: bool, size: int | None = None) -> Any:
    """A round spot in a color, `#rrggbb`, or hollow."""
    px = size or chipPx(pen)

    def draw(painter: Any) -> None:
        painter.setPen(qt.QPen(pen.faint()))
        painter.setBrush(qt.QBrush(qt.QColor(color)) if isFilled else qt.QBrush())
        painter.drawEllipse(1, 1, px - 3, px - 3)

    return picture(px, px, draw)


def scoreBar(
    pen: Pen, score: float | None, stability: LesionStability | None = None, width: int = BAR_SIZE[0]
) -> Any:
    """The scale of scores from left to right, the cut-offs across it, the score's mark; its whisker below."""
    height = BAR_SIZE[1]
    middle = height // 2 if stability is None else MARK + 3

    def draw(painter: Any) -> None:
        _gradient(painter, pen, 0, width, middle - 2, 5)
        painter.setPen(qt.QPen(pen.text))
        for name, cutoff in pen.cutoffs:
            if name == "median" and len(pen.cutoffs) > 1:
                continue
            x = _along(pen.scale, cutoff, width)
            painter.drawLine(x, middle - MARK - 2, x, middle + MARK + 1)
        if score is not None:
            _whisker(painter, pen, stability, width, height - WHISKER - 2)
            _spot(painter, pen, score, _along(pen.scale, score, width), middle)

    return picture(width, height, draw)


def scoreScale(
    pen: Pen, score: float, last: float | None, stability: LesionStability | None, width: int
) -> Any:
    """The scale of scores over a width: the cut-offs with their names, the score's mark and whisker.

    `last` is an earlier score, marked by a hollow spot; None for none.
    """
    metrics = pen.metrics
    line = metrics.height()
    middle = (0 if stability is None else 2 * WHISKER + 4) + MARK + 2 + SCALE_PX // 2
    below = middle + SCALE_PX // 2 + MARK + 1
    labels = _cutoffLabels(pen, metrics, width)
    lines = 1 + max((row for *_, row in labels), default=-1)

    def draw(painter: Any) -> None:
        painter.setFont(pen.font)
        _gradient(painter, pen, 0, width, middle - SCALE_PX // 2, SCALE_PX)
        painter.setPen(qt.QPen(pen.text))
        for text, x, left, row in labels:
            painter.drawLine(x, middle - SCALE_PX // 2 - 2, x, below)
            painter.drawText(left, below + row * line + metrics.ascent(), text)
        _whisker(painter, pen, stability, width, WHISKER + 1)
        if last is not None:
            painter.setPen(qt.QPen(pen.text))
            painter.setBrush(qt.QBrush())
            x = _along(pen.scale, last, width)
            painter.drawEllipse(x - MARK, middle - MARK, 2 * MARK, 2 * MARK)
        _spot(painter, pen, score, _along(pen.scale, score, width), middle, MARK + 2)

    return picture(width, below + lines * line + 1, draw)


def _cutoffLabels(pen: Pen, metrics: Any, width: int) -> list[tuple[str, int, int, int]]:
    """(text, place of the cut-off, left end of the text, line of the text) such that no two overlap."""
    found: list[tuple[str, int, int, int]] = []
    taken: list[tuple[int, int, int]] = []
    for name, cutoff in sorted(pen.cutoffs, key=lambda each: each[0] == "median"):
        x, text = _along(pen.scale, cutoff, width), f"{name} {cutoff:.2f}"
        long = metrics.horizontalAdvance(text)
        # The outer names lie outwards, so that all three find room in one or two lines.
        left = {"low": x - long, "high": x}.get(name, x - long // 2)
        left = max(0, min(left, width - long))
        row = next(
            n
            for n in range(len(taken) + 1)
            if all(
                n != line or left > end + MARGIN or left + long + MARGIN < start for line, start, end in taken
            )
        )
        taken.append((row, left, left + long))
        found.append((text, x, left, row))
    return found


def contributionBars(pen: Pen, parts: Sequence[Contribution], width: int) -> Any:
    """What each term adds to the score: name, bar from the middle, number; the largest first.

    Where the names leave too little room for the bars they stand above them, in as many lines as they take.
    """
    ordered = sorted(parts, key=lambda part: -abs(part.contribution))
    largest = max((abs(part.contribution) for part in ordered), default=0.0) or 1.0
    metrics = pen.metrics
    titles = [variable_of(part.variable).title for part in ordered]
    numbers = metrics.horizontalAdvance("+88.888") + MARGIN
    names = max(map(metrics.horizontalAdvance, titles), default=0)
    isBeside = names + MARGIN + LEAST_BARS_PX + numbers <= width
    left = names + MARGIN if isBeside else 0
    half = (width - left - numbers) // 2
    lines = [[title] if isBeside else wrapped(metrics, title, width) for title in titles]
    row, line = max(ROW_HEIGHT, metrics.height() + 4), metrics.height()
    heights = [row if isBeside else row + len(each) * line for each in lines]

    def draw(painter: Any) -> None:
        painter.setFont(pen.font)
        top = 0
        for part, name, height in zip(ordered, lines, heights, strict=True):
            y = top + height - row
            base = y + (row + metrics.ascent() - metrics.descent()) // 2
            painter.setPen(qt.QPen(pen.text))
            for number, text in enumerate(name):
                painter.drawText(0, base if isBeside else top + number * line + metrics.ascent(), text)
            value = f"{part.contribution:+.3f}"
            painter.drawText(width - metrics.horizontalAdvance(value) - 1, base, value)
            length = round(half * abs(part.contribution) / largest)
            isUp = part.contribution > 0
            end = pen.scale.high if isUp else pen.scale.low
            start = left + half - (0 if isUp else length)
            painter.fillRect(start, y + (row - BAR_PX) // 2, max(1, length), BAR_PX, pen.color(end))
            painter.setPen(qt.QPen(pen.faint()))
            painter.drawLine(left + half, y + 2, left + half, y + row - 2)
            top += height

    return picture(width, max(1, sum(heights)), draw)


def wrapped(metrics: Any, text: str, width: int) -> list[str]:
    """A text in lines of a width, broken between words."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and metrics.horizontalAdvance(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def mapScale(pen: Pen, name: str, note: str, scale: MapScale, width: int) -> Any:
    """The colors of a map from left to right, the values at the ends, and what they are of.

    The name stands between the values; with a note it has lines of its own below. Where 0 is in the middle it
    is said there.
    """
    metrics = pen.metrics
    line, base = metrics.height(), 12 + metrics.height()
    below = wrapped(metrics, name + note, width) if note else []
    between = metrics.elidedText(name, qt.Qt.ElideMiddle, width // 2) if not note else ""

    def center(painter: Any, text: str, y: int) -> None:
        painter.drawText((width - _textWidth(metrics, text)) // 2, y, text)

    def draw(painter: Any) -> None:
        painter.setFont(pen.font)
        for x in range(0, width, GRADIENT_STEP_PX):
            rgb = (round(255 * part) for part in rampColor(x / width, scale.ramp))
            painter.fillRect(x, 2, min(GRADIENT_STEP_PX, width - x), 10, qt.QColor(*rgb))
        painter.setPen(qt.QPen(pen.text))
        first, last = scaleEnds(scale)
        painter.drawText(0, base, first)
        painter.drawText(width - _textWidth(metrics, last) - 2, base, last)
        center(painter, "0" if scale.isSigned else between, base)
        for number, text in enumerate(below, 1):
            center(painter, metrics.elidedText(text, qt.Qt.ElideMiddle, width), base + number * line)

    return picture(width, base + len(below) * line + 5, draw)


def picture(width: int, height: int, draw: Callable[[Any], None]) -> Any:
    """A QPixmap on nothing, drawn by `draw(painter)`; sizes in pixels."""
    pixmap = qt.QPixmap(width, height)
    pixmap.fill(qt.QColor(0, 0, 0, 0))
    painter = qt.QPainter(pixmap)
    painter.setRenderHint(qt.QPainter.Antialiasing, True)
    try:
        draw(painter)
    finally:
        painter.end()
    return pixmap


def _gradient(painter: Any, pen: Pen, left: int, width: int, top: int, height: int) -> None:
    scale, step = pen.scale, max(GRADIENT_STEP_PX, width // MOST_STEPS)
    for x in range(0, width, step):
        score = scale.low + (scale.high - scale.low) * (x + step / 2) / width
        painter.fillRect(left + x, top, min(step, width - x), height, pen.color(score))


def _along(scale: ColorScale, score: float, width: int) -> int:
    share = min(max((score - scale.low) / (scale.high - scale.low), 0.0), 1.0)
    return round(MARK + share * (width - 1 - 2 * MARK))


def _spot(painter: Any, pen: Pen, score: float, x: int, y: int, radius: int = MARK) -> None:
    painter.setPen(qt.QPen(pen.text))
    painter.setBrush(qt.QBrush(pen.color(score)))
    painter.drawEllipse(x - radius, y - radius, 2 * radius, 2 * radius)


def scaleEnds(scale: MapScale) -> tuple[str, str]:
    """Both ends of a scale to about a hundredth of its length, and whether values lie beyond."""
    low, high = scale.low, scale.high
    decimals = max(0, 2 - math.floor(math.log10(high - low))) if high > low else 2
    # Adding zero: there is no minus in front of a rounded 0.
    first, last = (round(end, decimals) + 0.0 for end in (low, high))
    sign = "+" if scale.isSigned else ""
    below, above = (
        ("\N{LESS-THAN OR EQUAL TO} ", "\N{GREATER-THAN OR EQUAL TO} ") if scale.isOpen else ("", "")
    )
    return f"{below}{first:.{decimals}f}", f"{above}{last:{sign}.{decimals}f}"


def _whisker(painter: Any, pen: Pen, stability: LesionStability | None, width: int, y: int) -> None:
    """From the 5th to the 95th percentile of the scores of redrawn contours."""
    if stability is None or stability.low is None or stability.high is None:
        return
    left, right = (_along(pen.scale, end, width) for end in (stability.low, stability.high))
    painter.setPen(qt.QPen(pen.text))
    painter.drawLine(left, y, right, y)
    for x in (left, right):
        painter.drawLine(x, y - WHISKER, x, y + WHISKER)


def _textWidth(metrics: Any, text: str) -> int:
    return metrics.boundingRect(text).width()
