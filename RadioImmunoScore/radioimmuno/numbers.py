"""What counts as a number, wherever a file, an option or a caller hands one over."""

from __future__ import annotations

import math
from typing import Any


def is_real(value: Any) -> bool:
    """Whether a value is an int or a float; a truth value is neither here.

    Examples
    --------
    >>> is_real(1.5), is_real(True), is_real("1.5")
    (True, False, False)
    """
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_number(value: Any, low: float = -math.inf, high: float = math.inf) -> bool:
    """Whether a value is a finite number between two bounds, both included.

    Parameters
    ----------
    value : Any
        What was handed over.
    low, high : float
        The bounds.

    Examples
    --------
    >>> is_number(2, 0, 50), is_number(float("nan")), is_number(10**400)
    (True, False, False)
    """
    try:
        return is_real(value) and math.isfinite(value) and low <= value <= high
    except OverflowError:  # a whole number beyond the largest float
        return False


def is_whole_number(value: Any, low: float = -math.inf, high: float = math.inf) -> bool:
    """Whether a value is an int (no truth value, no float) between two bounds, both included.

    Parameters
    ----------
    value : Any
        What was handed over.
    low, high : float
        The bounds.

    Examples
    --------
    >>> is_whole_number(2, 2, 1024), is_whole_number(2.0), is_whole_number(True)
    (True, False, False)
    """
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def percent(share: float) -> str:
    """A share in percent, with two digits.

    Parameters
    ----------
    share : float
        From 0 to 1.

    Examples
    --------
    >>> percent(0.1234), percent(0.9999), percent(0.00123)
    ('12 %', '100 %', '0.12 %')
    """
    return f"{float(f'{100 * share:.2g}'):g} %"
