"""A step from stored values to SUV, as it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """What was done, with what.

    Parameters
    ----------
    name : str
        What the step is about, as "units".
    text : str
        What was done, a sentence.
    used : tuple of (str, str)
        Attributes with their tag, and their values.
    factors : tuple of float
        What values were multiplied by: the lowest and the highest of all slices; empty for a step that has
        none of its own.
    fixed : bool
        Whether a value was put right.
    """

    name: str
    text: str
    used: tuple[tuple[str, str], ...] = ()
    factors: tuple[float, ...] = ()
    fixed: bool = False


def ends(factors: Sequence[float]) -> tuple[float, float]:
    """The lowest and the highest."""
    return min(factors), max(factors)


def step_record(step: Step) -> dict[str, Any]:
    """The step as plain values for JSON.

    Parameters
    ----------
    step : Step

    Returns
    -------
    dict of str to Any
    """
    return {
        "name": step.name,
        "text": step.text,
        "used": dict(step.used),
        "factors": list(step.factors),
        "fixed": step.fixed,
    }
