"""Figures with their intervals, as pages and the shell name and write them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..validation.discrimination import Estimate
from ..validation.figure_titles import FIGURE_TITLES
from .formatting import fixed

NOT_DEFINED = "not defined"


def interval_words(estimate: Estimate, sign: str = "") -> str:
    """`95 % 0.51 to 0.74`; an end that is not known is a question mark.

    Parameters
    ----------
    estimate : Estimate
    sign : str
        `+` writes the sign of positive ends, too.
    """
    low, high = (fixed(end, 2, sign) if np.isfinite(end) else "?" for end in (estimate.low, estimate.high))
    return f"95 % {low} to {high}"


def value_words(value: float, sign: str = "") -> str:
    """A figure alone.

    Parameters
    ----------
    value : float
    sign : str
    """
    return fixed(value, 2, sign) if np.isfinite(value) else NOT_DEFINED


def figure_words(estimate: Estimate, sign: str = "") -> str:
    """A figure with its interval: `0.63 (95 % 0.51 to 0.74)`.

    Parameters
    ----------
    estimate : Estimate
    sign : str
    """
    return f"{value_words(estimate.value, sign)} ({interval_words(estimate, sign)})"


def figure_facts(figures: Mapping[str, Estimate]) -> list[tuple[str, str, str]]:
    """Figures by name as `page.tiles` takes them.

    Parameters
    ----------
    figures : mapping of str to Estimate
    """
    return [
        (FIGURE_TITLES[name], value_words(one.value), interval_words(one)) for name, one in figures.items()
    ]
