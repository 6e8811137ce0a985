"""The color of a score: blue (little infiltration) over near-white to red (much), gray without a score.

Blue to red is told apart with every common color blindness. The scale is centred at the signature's median
cut-off and reaches equally far to both sides, so that near-white always means "at the median".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .signature import Signature

Rgb = tuple[float, float, float]

# Anchors of the scale, drawn for this project: equal steps of lightness from both ends to the middle.
ANCHORS: tuple[tuple[float, Rgb], ...] = (
    (0.0, (0.10, 0.25, 0.70)),
    (0.25, (0.40, 0.58, 0.91)),
    (0.5, (0.93, 0.92, 0.90)),
    (0.75, (0.93, 0.53, 0.42)),
    (1.0, (0.70, 0.05, 0.13)),
)

UNSCORED: Rgb = (0.45, 0.45, 0.45)


@dataclass(frozen=True)
class ColorScale:
    """Scores from `low` (blue) to `high` (red)."""

    low: float
    high: float

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
    """The scale of a signature: centred at its median cut-off, as wide as its training scores (1-99 %)."""
    centre = signature.cutoffs.median
    lowest, highest = signature.distribution.p1, signature.distribution.p99
    half = max(centre - lowest, highest - centre)
    return ColorScale(centre - half, centre + half)
