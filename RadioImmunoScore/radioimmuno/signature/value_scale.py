"""The color of a measured value, of which no cut-off is known: dark green (low) to bright lime (high).

One hue that no score has (`color_scale`), so that nobody takes a value for one. Its lightness rises in even
steps; it differs from every gray of a CT with each common color blindness, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .color_scale import UNSCORED, Rgb

# Drawn for this project, a quarter of the scale apart.
ANCHORS: tuple[Rgb, ...] = (
    (0.03, 0.17, 0.01),
    (0.08, 0.38, 0.02),
    (0.22, 0.59, 0.06),
    (0.45, 0.81, 0.13),
    (0.77, 1.00, 0.30),
)

# The ends are multiples of a round number, a scale being about so many of them long.
STEPS = 5
ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)

# What is closer to one another, as a share of the larger one or in absolute terms, counts as one value (ours:
# no end of a scale has digits enough to stand between).
SAME_SHARE = 1e-9
SAME = 1e-300


@dataclass(frozen=True)
class ValueScale:
    """Values from `low` to `high`; what has none is gray, as a lesion without a score.

    Parameters
    ----------
    low, high : float
    steps : int
        Of how many round steps it is long.

    Examples
    --------
    >>> scale = ValueScale(0.0, 10.0)
    >>> scale.hex(10.0), scale.hex(12.0) == scale.hex(10.0), scale.hex(None)
    ('#c4ff4c', True, '#737373')
    """

    low: float
    high: float
    steps: int = 1

    def rgb(self, value: float | None) -> Rgb:
        """Color of a value, each channel 0 to 1; values beyond the ends have the color of the end."""
        if value is None:
            return UNSCORED
        where = (value - self.low) / (self.high - self.low)
        places = np.linspace(0.0, 1.0, len(ANCHORS))
        r, g, b = (float(np.interp(where, places, channel)) for channel in zip(*ANCHORS, strict=True))
        return r, g, b

    def hex(self, value: float | None) -> str:
        """Color of a value as `#rrggbb`."""
        return "#" + "".join(f"{round(255 * channel):02x}" for channel in self.rgb(value))


def value_scale(values: Iterable[float]) -> ValueScale:
    """The scale that holds these values, its ends rounded outwards.

    Parameters
    ----------
    values : iterable of float
        Finite. Of none, or of one alone, it begins at 0 or ends there.

    Examples
    --------
    >>> value_scale([2.3, 11.7]), value_scale([])
    (ValueScale(low=2.0, high=12.0, steps=5), ValueScale(low=0.0, high=1.0, steps=5))
    """
    known = list(values)
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    if high - low <= SAME_SHARE * max(abs(low), abs(high)):
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= SAME:
        low, high = 0.0, 1.0
    step = _round_number((high - low) / STEPS)
    # What is a multiple but for rounding is one.
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return ValueScale(_exact(first, step), _exact(last, step), last - first)


def _round_number(least: float) -> float:
    """The smallest round number that is not smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(one for one in ROUND if one * power >= least * (1 - 1e-9)) * power


def _exact(count: int, step: float) -> float:
    """A multiple of a step, without the digits that multiplying adds."""
    return float(f"{count * step:.12g}")
