"""DICOM's dates and times as numbers, whatever liberties a writer took.

Colons, missing fractions, blanks, a lost leading zero and a time zone occur; what is no time is None.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

DAY_S = 86400.0
TIME = r"(?P<hour>\d{2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d*))?)?)?"
DATE = r"(?P<year>\d{4})[-./]?(?P<month>\d{2})[-./]?(?P<day>\d{2})"
ZONE = r"(?P<zone>[+-]\d{2}:?\d{2})"
ONLY_TIME, ONLY_DATE = re.compile(TIME), re.compile(DATE)
BOTH = re.compile(rf"{DATE}[ T]?{TIME}{ZONE}?")
ONLY_ZONE = re.compile(ZONE)
# A writer that keeps times as numbers loses the zero of 093000.
LOST_ZERO = re.compile(r"\d{5}([.,]\d*)?")


class Moment(NamedTuple):
    """A point in time: the day's number in the calendar (`date.toordinal`), and seconds since midnight."""

    day: int
    second: float

    @property
    def seconds(self) -> float:
        """Seconds since the calendar's beginning."""
        return self.day * DAY_S + self.second


def day_of(text: str) -> int | None:
    """The number of a day in the calendar.

    Parameters
    ----------
    text : str
        DICOM DA.

    Examples
    --------
    >>> day_of("20250102") == day_of("2025.01.01 ") + 1, day_of("20251301")
    (True, None)
    """
    found = ONLY_DATE.fullmatch(_plain(text))
    return _day(found) if found else None


def second_of(text: str) -> float | None:
    """Seconds since midnight.

    Parameters
    ----------
    text : str
        DICOM TM.

    Examples
    --------
    >>> second_of("010203.5"), second_of("01:02"), second_of("93000"), second_of("2561")
    (3723.5, 3720.0, 34200.0, None)
    """
    plain = _plain(text)
    if LOST_ZERO.fullmatch(plain):
        plain = f"0{plain}"
    found = ONLY_TIME.fullmatch(plain)
    return _second(found) if found else None


def moment_of(text: str, zone: str = "") -> Moment | None:
    """A point in time with its date.

    Parameters
    ----------
    text : str
        DICOM DT; one that names no hour is none.
    zone : str
        The time zone in which it is wanted, as +0100; counts where the text names one, too.

    Examples
    --------
    >>> moment_of("20250102010203.50").second, moment_of("20250102")
    (3723.5, None)
    >>> moment_of("20250101233000+0000", "+0100").second
    1800.0
    """
    found = BOTH.fullmatch(_plain(text))
    if not found:
        return None
    day, second = _day(found), _second(found)
    if day is None or second is None:
        return None
    wanted = ONLY_ZONE.fullmatch(_plain(zone))
    if not found["zone"] or not wanted:
        return Moment(day, second)
    shifted = second + _zone(wanted["zone"]) - _zone(found["zone"])
    days, second = divmod(shifted, DAY_S)
    return Moment(day + int(days), second)


def _plain(text: str) -> str:
    return text.strip(" \0\t\r\n")


def _day(found: re.Match[str]) -> int | None:
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"])).toordinal()
    except ValueError:
        return None


def _second(found: re.Match[str]) -> float | None:
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    # DICOM allows for a leap second.
    if hour > 23 or minute > 59 or second > 60:
        return None
    return 3600.0 * hour + 60.0 * minute + second + float(f"0.{found['fraction'] or 0}")


def _zone(text: str) -> float:
    """Seconds east of Greenwich."""
    digits = text[1:].replace(":", "")
    return (-1.0 if text[0] == "-" else 1.0) * (3600.0 * int(digits[:2]) + 60.0 * int(digits[2:]))
