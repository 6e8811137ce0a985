"""The color of a score: blue (little infiltration) over pale yellow to red (much), gray without a score.

The scale is centred at the signature's median cut-off and reaches equally far to both sides, so that pale
yellow always means "at the median". Where a signature gives no cut-offs it means what comes next to it, and
`ColorScale.centre` names it.

Pale yellow, because white is a gray of the CT. Ends, quarters and middle differ from each other, from every
gray of a CT and from the gray of "no score", with each common color blindness, too. To an eye without one
kind of cone all ways from blue to yellow lead across gray; this one does so lighter than soft tissue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .signature import Signature, Term

Rgb = tuple[float, float, float]

# Anchors of the scale, drawn for this project: about equal steps of lightness (CIE L*) from both ends to the
# middle. The light blue keeps the way to yellow blue for as long as it is no lighter than soft tissue, and
# the light green keeps it from gray.
ANCHORS: tuple[tuple[float, Rgb], ...] = (
    (0.0, (0.10, 0.25, 0.70)),
    (0.25, (0.40, 0.58, 0.91)),
    (0.375, (0.60, 0.76, 0.97)),
    (0.4375, (0.70, 0.90, 0.70)),
    (0.5, (0.98, 0.93, 0.52)),
    (0.75, (0.93, 0.53, 0.42)),
    (1.0, (0.70, 0.05, 0.13)),
)

# The half width of 98 % of a normal distribution, in standard deviations: as the 1st to 99th percentile.
NORMAL_99 = 2.33

UNSCORED: Rgb = (0.45, 0.45, 0.45)


@dataclass(frozen=True)
class ColorScale:
    """Scores from `low` (blue) to `high` (red); `centre` is what the middle between them stands for.

    Examples
    --------
    >>> scale = ColorScale(0.0, 1.0)
    >>> scale.hex(0.0), scale.hex(0.5), scale.hex(7.0), scale.hex(None)
    ('#1a40b2', '#faed85', '#b20d21', '#737373')
    """

    low: float
    high: float
    centre: str = "the signature's median cut-off"

    def rgb(self, score: float | None) -> Rgb:
        """Color of a score, each channel 0 to 1; scores beyond the ends have the color of the end."""
        if score is None:
            return UNSCORED
        where = (score - self.low) / (self.high - self.low)
        positions = [p for p, _ in ANCHORS]
        r, g, b = (float(np.interp(where, positions, [c[i] for _, c in ANCHORS])) for i in range(3))
        return r, g, b

    def hex(self, score: float | None) -> str:
        """Color of a score as `#rrggbb`."""
        return "#" + "".join(f"{round(255 * channel):02x}" for channel in self.rgb(score))


def color_scale(signature: Signature) -> ColorScale:
    """The scale of a signature: centred at its median cut-off, as wide as its training scores (1-99 %).

    Without training scores it is twice as wide as the cut-offs lie apart; without cut-offs its centre is the
    middle of the training scores; with neither, it is what the terms give over their training ranges, as if
    they varied independently. As wide as that it is, too, where a median is all that there is.
    """
    cutoffs, distribution = signature.cutoffs, signature.distribution
    parts = [_contributions(term) for term in signature.terms]
    half = math.hypot(*(reach for _, reach in parts)) or 1.0
    if cutoffs is not None:
        centre = cutoffs.median
        if distribution is not None:
            half = max(centre - distribution.p1, distribution.p99 - centre)
        elif cutoffs.low is not None and cutoffs.high is not None:
            half = 2 * max(centre - cutoffs.low, cutoffs.high - centre)
        return ColorScale(centre - half, centre + half)
    if distribution is not None:
        return ColorScale(distribution.p1, distribution.p99, "the middle of the training scores")
    centre = signature.intercept + sum(middle for middle, _ in parts)
    return ColorScale(centre - half, centre + half, "the score of usual values")


def _contributions(term: Term) -> tuple[float, float]:
    """The middle of what a term contributes in training, and how far it reaches to both sides."""
    slope = term.coefficient / term.scale
    if term.training_range is None:
        return 0.0, abs(term.coefficient) * NORMAL_99
    low, high = term.training_range
    return slope * ((low + high) / 2 - term.mean), abs(slope) * (high - low) / 2
