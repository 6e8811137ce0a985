"""Values of DICOM elements as plain text and numbers, whatever a writer put into them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any


def text(places: Sequence[Any], keyword: str) -> str:
    """The first value that is not empty, as text; several parts with backslashes, "" for none.

    Parameters
    ----------
    places : sequence of Dataset, looked through in this order
    keyword : str
    """
    value = _value(places, keyword)
    if value is None:
        return ""
    several = value if isinstance(value, Sequence) and not isinstance(value, str | bytes) else [value]
    return "\\".join(str(part).strip(" \0") for part in several)


def number(places: Sequence[Any], keyword: str) -> float | None:
    """The first value that is not empty, as a number; None where it is none; parameters as of `text`."""
    found = _finite([_value(places, keyword)])
    return found[0] if found else None


def positive(places: Sequence[Any], keyword: str) -> float | None:
    """As `number`; None too for 0 and less."""
    value = number(places, keyword)
    return value if value is not None and value > 0 else None


def numbers(places: Sequence[Any], keyword: str, count: int) -> tuple[float, ...] | None:
    """So many numbers; None where there are more or fewer, or where one is none."""
    found = _finite(_value(places, keyword))
    return found if found and len(found) == count else None


def _value(places: Sequence[Any], keyword: str) -> Any:
    """The first value that is not empty."""
    for place in places:
        value = place.get(keyword)
        if value is not None and value != "":
            return value
    return None


def _finite(values: Any) -> tuple[float, ...] | None:
    """The values as numbers; None where one is none."""
    try:
        found = tuple(float(value) for value in values)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if all(map(math.isfinite, found)) else None
