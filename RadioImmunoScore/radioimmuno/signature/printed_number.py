"""Numbers as they are printed: what a person types or copies out of an article, and its rounding."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal

MINUS_SIGNS = str.maketrans(dict.fromkeys("\u2212\u2013\u2010\u2011", "-"))
SPACES = re.compile(r"[\s\u200b\ufeff]+")
POWER = re.compile(r"[x\u00d7*\u00b7]10\^?(?P<power>[+-]?\d{1,3})$")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
INFINITE = re.compile(r"[+-]?(inf(inity)?|nan|\u221e)", re.IGNORECASE)
# With three digits behind it and no zero before, a comma may as well stand for thousands.
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+", re.ASCII)


@dataclass(frozen=True)
class PrintedNumber:
    """A number and its rounding.

    Parameters
    ----------
    value : float
    rounding : float
        Half a unit of the last digit: how far the number that was rounded may lie off. That of a whole
        number is half of one.
    is_whole : bool
        Whether no digit stands behind the point.
    """

    value: float
    rounding: float
    is_whole: bool


def printed_number(text: str) -> PrintedNumber:
    """The number in a text.

    Parameters
    ----------
    text : str
        With a point or a comma for decimals; minus signs and powers of ten as articles print them.

    Returns
    -------
    PrintedNumber

    Raises
    ------
    ValueError
        When it is no number, or one that can be read in two ways; the text says so as what follows "it".

    Examples
    --------
    >>> printed_number("-0.370")
    PrintedNumber(value=-0.37, rounding=0.0005, is_whole=False)
    >>> printed_number("\u22121,5 \u00d7 10\u22123").value, printed_number("120")
    (-0.0015, PrintedNumber(value=120.0, rounding=0.5, is_whole=True))
    """
    plain = POWER.sub(r"e\g<power>", SPACES.sub("", text.translate(MINUS_SIGNS)))
    if not plain:
        raise ValueError("is empty")
    if THOUSANDS.fullmatch(plain):
        raise ValueError(f"is {text.strip()!r}: write a point for decimals, and nothing for thousands")
    plain = plain.replace(",", ".") if plain.count(",") == 1 else plain
    if INFINITE.fullmatch(plain):
        raise ValueError(f"is {text.strip()!r}, which is not finite")
    if not NUMBER.fullmatch(plain):
        raise ValueError(f"is {text.strip()!r}, which is no number")
    decimal = Decimal(plain)
    value, exponent = float(decimal), decimal.as_tuple().exponent
    if not math.isfinite(value) or not isinstance(exponent, int):
        raise ValueError(f"is {text.strip()!r}, which is not finite")
    return PrintedNumber(value, float(Decimal(5).scaleb(exponent - 1)), exponent >= 0)
