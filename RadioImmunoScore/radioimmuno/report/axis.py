"""The score axis that the plot and the cards share: positions in percent, the color bar, the cut-offs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..scoring.results import PatientScore
from ..signature.color_scale import ColorScale
from ..signature.cutoffs import Cutoffs
from .formatting import decimals_for, fixed
from .markup import Markup, element

GRADIENT = "score-colors"
MARGIN_SHARE = 0.03

# A score further beyond the signature's own scores than this share of their width is drawn at the edge: one
# such score would crush all others.
REACH_SHARE = 0.5
GRADIENT_STEPS = 16
MOST_TICKS = 8


@dataclass(frozen=True)
class Tick:
    """A round score, how it is written, and whether it goes first where there is little room."""

    score: float
    text: str
    spare: bool


@dataclass(frozen=True)
class Axis:
    """Scores from `low` (0 %) to `high` (100 %), their colors and the signature's cut-offs, if it has any."""

    low: float
    high: float
    scale: ColorScale
    cutoffs: Cutoffs | None

    @property
    def middle(self) -> float:
        """The score in the middle color: the median cut-off, where there is one."""
        return (self.scale.low + self.scale.high) / 2

    @property
    def decimals(self) -> int:
        """Decimals with which scores are shown."""
        return decimals_for(self.scale.high - self.scale.low)

    def text(self, score: float) -> str:
        """A score as it is shown everywhere on the page."""
        return fixed(score, self.decimals)

    def at(self, score: float) -> str:
        """Where a score lies, as an SVG length; at the edge for one beyond."""
        share = (score - self.low) / (self.high - self.low)
        return f"{100 * min(max(share, 0.0), 1.0):.2f}%"

    def marker(self, score: float, y: float, radius: float) -> Markup:
        """A dot in the score's color; for a score beyond the axis an arrow at its edge."""
        color = self.scale.hex(score)
        side = self.beyond(score)
        if not side:
            return element("circle", cx=self.at(score), cy=y, r=radius, fill=color, class_="dot")
        arrow = element("path", d=f"M{side * radius} 0L{-side * radius} {radius}V{-radius}z", fill=color)
        return element("svg", arrow, x=self.at(score), y=y, class_="edge dot")

    def beyond(self, score: float) -> int:
        """Whether a score lies beyond the axis: -1 below, 1 above, 0 for one on it."""
        return (score > self.high) - (score < self.low)

    def ticks(self) -> list[Tick]:
        """A few round scores along the axis."""
        finest = (self.high - self.low) / MOST_TICKS
        power = 10.0 ** math.floor(math.log10(finest))
        step = next(power * f for f in (1, 2, 5, 10) if power * f >= finest)
        decimals = max(0, -math.floor(math.log10(step)))
        places = range(math.ceil(self.low / step), math.floor(self.high / step) + 1)
        return [Tick(step * n, fixed(step * n, decimals), n % 2 == 1) for n in places]

    def gradient(self) -> Markup:
        """The definition that `bar` refers to; it has to be on the page once."""
        width = self.scale.high - self.scale.low
        scores = [self.scale.low + width * n / GRADIENT_STEPS for n in range(GRADIENT_STEPS + 1)]
        stops = [element("stop", offset=self.at(s), stop_color=self.scale.hex(s)) for s in scores]
        definition = element("linearGradient", *stops, id=GRADIENT)
        return element("svg", definition, width=0, height=0, class_="definitions", aria_hidden="true")

    def bar(self, y: float, height: float) -> Markup:
        """The color bar along the whole axis."""
        return element("rect", x=0, y=y, width="100%", height=height, rx=2, fill=f"url(#{GRADIENT})")

    def cutoff_lines(self, top: float, bottom: float) -> list[Markup]:
        """Vertical lines at the cut-offs."""
        if self.cutoffs is None:
            return []
        return [
            element("line", x1=self.at(c), x2=self.at(c), y1=top, y2=bottom, class_="cutoff")
            for c in self.cutoffs.named.values()
        ]


def axis_of(patient: PatientScore, scale: ColorScale, cutoffs: Cutoffs | None) -> Axis:
    """The axis that holds the color scale, the cut-offs, and every score and whisker that is not far off.

    Its limits are the signature's: scores further beyond than `REACH_SHARE` of its width do not stretch it.
    """
    ends = [scale.low, scale.high, *(cutoffs.named.values() if cutoffs else ())]
    low, high = min(ends), max(ends)
    reach = REACH_SHARE * (high - low)
    shown = [
        value
        for lesion in patient.lesions
        for value in (
            lesion.score,
            *((lesion.stability.low, lesion.stability.high) if lesion.stability else ()),
        )
        if value is not None and low - reach <= value <= high + reach
    ]
    low, high = min([low, *shown]), max([high, *shown])
    margin = MARGIN_SHARE * (high - low)
    return Axis(low - margin, high + margin, scale, cutoffs)
