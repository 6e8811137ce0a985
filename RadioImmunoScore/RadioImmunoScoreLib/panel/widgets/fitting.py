"""Columns, fitted to the room that a table has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def fittedWidths(
    wanted: Mapping[int, int], steps: Sequence[tuple[int, int]], growth: Sequence[tuple[int, int]], room: int
) -> dict[int, int]:
    """The widths of columns in the room that there is.

    Parameters
    ----------
    wanted : mapping of int to int, px
        Column -> the width in which all is read; 0 for one that is left away in any case.
    steps : sequence of (int, int)
        What is given up first to last while there is too little room: a column and its least width, 0 where
        it is rather left away than narrowed.
    growth : sequence of (int, int)
        Which columns get what is left, first to last: a column and its greatest width.
    room : int, px

    Returns
    -------
    dict of int to int, px
        0 for a column that is left away. The sum is more than `room` when all steps are too few.

    Examples
    --------
    >>> fittedWidths({0: 50, 1: 30}, [(0, 40), (1, 0)], [], 75)
    {0: 45, 1: 30}
    >>> fittedWidths({0: 50, 1: 30}, [(0, 40), (1, 0)], [], 60)
    {0: 40, 1: 0}
    >>> fittedWidths({0: 50, 1: 30}, [], [(1, 40), (0, 1000)], 100)
    {0: 60, 1: 40}
    """
    widths = dict(wanted)
    for column, least in steps:
        excess = sum(widths.values()) - room
        if excess > 0:
            widths[column] = min(widths[column], max(least, widths[column] - excess)) if least else 0
    for column, most in growth:
        left = room - sum(widths.values())
        if left > 0 and widths[column]:
            widths[column] = max(widths[column], min(most, widths[column] + left))
    return widths
