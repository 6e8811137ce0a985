"""Small pictures of numbers: where a score stands, the contributions.

Drawn on nothing, in the palette's text color, so that they serve on light and dark ground.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import qt
from radioimmuno.scoring.results import Contribution
from radioimmuno.signature.color_scale import ColorScale, color_scale
from radioimmuno.signature.signature import Signature
from radioimmuno.signature.variables import variable_of
from radioimmuno.stability.agreement import LesionStability

from ...scene.interior_map import rampColor

CHIP_PX = 14
BAR_SIZE = (50, 22)
ROW_HEIGHT = 20
MARGIN = 8
GRADIENT_STEP_PX = 3
MARK = 4
WHISKER = 2
PICTURE_PX = 380


@dataclass(frozen=True)
class Pen:
    """What pictures are drawn with: the palette's text color, the font, and the signature's colors."""

    text: Any
    font: Any
    scale: ColorScale
    signature: Signature

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


def chip(pen: Pen, score: float | None, isScored: bool) -> Any:
    """A round spot in the color of a score; hollow before scoring."""

    def draw(painter: Any) -> None:
        painter.setPen(qt.QPen(pen.faint()))
        painter.setBrush(qt.QBrush(pen.color(score)) if isScored else qt.QBrush())
        painter.drawEllipse(1, 1, CHIP_PX - 3, CHIP_PX - 3)

    return _picture(CHIP_PX, CHIP_PX, draw)


def scoreBar(pen: Pen, score: float | None, stability: LesionStability | None = None) -> Any:
    """The scale of scores from left to right, the cut-offs across it, the score's mark; its whisker below."""
    width, height = BAR_SIZE
    middle = height // 2 if stability is None else MARK + 3

    def draw(painter: Any) -> None:
        _gradient(painter, pen, 0, width, middle - 2, 5)
        painter.setPen(qt.QPen(pen.text))
        for name, cutoff in _cutoffs(pen):
            if name == "median":
                continue
            x = _along(pen.scale, cutoff, width)
            painter.drawLine(x, middle - MARK - 2, x, middle + MARK + 1)
        if score is not None:
            _whisker(painter, pen, stability, width, height - WHISKER - 2)
            _spot(painter, pen, score, _along(pen.scale, score, width), middle)

    return _picture(width, height, draw)


def contributionBars(pen: Pen, parts: Sequence[Contribution], width: int) -> Any:
    """What each term adds to the score: name, bar from the middle, number; the largest first."""
    ordered = sorted(parts, key=lambda part: -abs(part.contribution))
    largest = max((abs(part.contribution) for part in ordered), default=0.0) or 1.0
    metrics = pen.metrics
    row, numbers = max(ROW_HEIGHT, metrics.height() + 4), _textWidth(metrics, "+88.888") + 6
    names = int((width - numbers) * 0.65)
    half = (width - names - numbers - MARGIN) // 2
    middle = names + MARGIN + half

    def draw(painter: Any) -> None:
        painter.setFont(pen.font)
        for number, part in enumerate(ordered):
            y = number * row
            base = y + (row + metrics.ascent() - metrics.descent()) // 2
            painter.setPen(qt.QPen(pen.text))
            name = metrics.elidedText(variable_of(part.variable).title, qt.Qt.ElideMiddle, names)
            painter.drawText(0, base, name)
            painter.drawText(width - numbers + 4, base, f"{part.contribution:+.3f}")
            length = round(half * abs(part.contribution) / largest)
            isUp = part.contribution > 0
            end = pen.scale.high if isUp else pen.scale.low
            painter.fillRect(
                middle if isUp else middle - length, y + row // 2 - 5, max(1, length), 10, pen.color(end)
            )
            painter.setPen(qt.QPen(pen.faint()))
            painter.drawLine(middle, y + 2, middle, y + row - 2)

    return _picture(width, max(1, len(ordered)) * row, draw)


def mapScale(pen: Pen, name: str, low: float, high: float, width: int) -> Any:
    """The colors of a map from left to right with the lesion's name and the values at the ends."""
    metrics = pen.metrics
    base = 12 + metrics.height()

    def draw(painter: Any) -> None:
        painter.setFont(pen.font)
        for x in range(0, width, GRADIENT_STEP_PX):
            rgb = (round(255 * part) for part in rampColor(x / (width - 1)))
            painter.fillRect(x, 2, min(GRADIENT_STEP_PX, width - x), 10, qt.QColor(*rgb))
        painter.setPen(qt.QPen(pen.text))
        first, last = _endTexts(low, high)
        painter.drawText(0, base, first)
        painter.drawText(width - _textWidth(metrics, last) - 2, base, last)
        middle = metrics.elidedText(name, qt.Qt.ElideMiddle, width // 2)
        painter.drawText((width - _textWidth(metrics, middle)) // 2, base, middle)

    return _picture(width, base + 5, draw)


def _picture(width: int, height: int, draw: Callable[[Any], None]) -> Any:
    pixmap = qt.QPixmap(width, height)
    pixmap.fill(qt.QColor(0, 0, 0, 0))
    painter = qt.QPainter(pixmap)
    painter.setRenderHint(qt.QPainter.Antialiasing, True)
    try:
        draw(painter)
    finally:
        painter.end()
    return pixmap


def _cutoffs(pen: Pen) -> list[tuple[str, float]]:
    """The signature's cut-offs by name; none where it gives none."""
    cutoffs = pen.signature.cutoffs
    return [] if cutoffs is None else list(asdict(cutoffs).items())


def _gradient(painter: Any, pen: Pen, left: int, width: int, top: int, height: int) -> None:
    scale = pen.scale
    for x in range(0, width, GRADIENT_STEP_PX):
        score = scale.low + (scale.high - scale.low) * x / (width - 1)
        painter.fillRect(left + x, top, min(GRADIENT_STEP_PX, width - x), height, pen.color(score))


def _along(scale: ColorScale, score: float, width: int) -> int:
    share = min(max((score - scale.low) / (scale.high - scale.low), 0.0), 1.0)
    return round(MARK + share * (width - 1 - 2 * MARK))


def _spot(painter: Any, pen: Pen, score: float, x: int, y: int) -> None:
    painter.setPen(qt.QPen(pen.text))
    painter.setBrush(qt.QBrush(pen.color(score)))
    painter.drawEllipse(x - MARK, y - MARK, 2 * MARK, 2 * MARK)


def _endTexts(low: float, high: float) -> tuple[str, str]:
    """Both ends of a scale to about a hundredth of its length."""
    decimals = max(0, 2 - math.floor(math.log10(high - low))) if high > low else 2
    # Adding zero: there is no minus in front of a rounded 0.
    first, last = (round(end, decimals) + 0.0 for end in (low, high))
    return f"{first:.{decimals}f}", f"{last:.{decimals}f}"


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
