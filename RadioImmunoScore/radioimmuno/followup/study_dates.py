"""The dates of a course's studies: one for each, in order of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ..findings import InputError
from .course import DATES


def check_later(before: Sequence[str], day: str) -> None:
    """Refuse a study that is not later than the dated ones before.

    Parameters
    ----------
    before : sequence of str
        The dates of these, ISO 8601; "" where one is not known.
    day : str
        Its own.

    Raises
    ------
    InputError
        `followup.dates`.
    """
    own = len(before) + 1
    for number, one in enumerate(before, start=1):
        if one and one == day:
            text = (
                f"Studies {number} and {own} have the same date, {day}. Give the one that was made later its "
                f"date (--dates), or name one of them alone."
            )
            raise InputError(DATES, text)
        # ISO dates are in the order of time.
        if day and day < one:
            text = (
                f"Study {own} of {day} is earlier than study {number} of {one}: name the studies in order of "
                f"time, the baseline first."
            )
            raise InputError(DATES, text)


def checked_dates(texts: Sequence[str], studies: int) -> tuple[str, ...]:
    """Dates that a person gives, one a study.

    Parameters
    ----------
    texts : sequence of str
        As 2024-03-05; empty for that of the study's files.
    studies : int
        How many there are.

    Returns
    -------
    tuple of str
        ISO 8601.

    Raises
    ------
    InputError
        `followup.dates`.
    """
    if len(texts) != studies:
        raise InputError(DATES, f"{len(texts)} dates for {studies} studies: give one for each.")
    found = []
    for text in texts:
        try:
            found.append(date.fromisoformat(text.strip()).isoformat() if text.strip() else "")
        except ValueError:
            raise InputError(DATES, f"{text!r} is no date: write it as 2024-03-05.") from None
        check_later(found[:-1], found[-1])
    return tuple(found)
