"""Numbers with their units in structured reports."""

from __future__ import annotations

from typing import Any

from ...features.family import UCUM_UNITS
from .library import highdicom

# Units -> UCUM code and what a person reads.
UNITS = {
    **UCUM_UNITS,
    "cc": ("cm3", "cubic centimeter"),
    "%": ("%", "percent"),
    "bit": ("bit", "bit"),
}
# Volumes, scores and metrics have so many significant digits, features more: they are compared with those of
# other software. The exact values are in patient.json.
DIGITS, FEATURE_DIGITS = 4, 6


def rounded(value: float, digits: int = DIGITS) -> int | float:
    """The value to so many significant digits; a whole number as one, so that it has no decimals.

    Parameters
    ----------
    value : float
    digits : int
    """
    number = float(f"{value:.{digits - 1}e}")
    return int(number) if number.is_integer() else number


def measurement(name: Any, value: int | float, unit: str, **more: Any) -> Any:
    """A number with its unit, highdicom's Measurement.

    Parameters
    ----------
    name : CodedConcept
    value : int or float, as of `rounded`
    unit : str, of `UNITS`
    more : Any, what else highdicom takes, by name
    """
    return measurement_in(name, value, UNITS[unit], **more)


def measurement_in(name: Any, value: int | float, unit: tuple[str, str], **more: Any) -> Any:
    """As `measurement`, in a unit that is none of `UNITS`.

    Parameters
    ----------
    name : CodedConcept
    value : int or float
    unit : (str, str), UCUM code and meaning
    more : Any
    """
    hd = highdicom()
    code, meaning = unit
    made = hd.sr.Measurement(name, value, hd.sr.CodedConcept(code, "UCUM", meaning), **more)
    if isinstance(value, int):
        # highdicom would write 2 as 2.0.
        made[0].MeasuredValueSequence[0].NumericValue = str(value)
    return made
