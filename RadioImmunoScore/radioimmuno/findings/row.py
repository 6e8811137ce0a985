"""A row of the table of findings, and the phrases that many of its rows share."""

from __future__ import annotations

from typing import NamedTuple

LESION_REFUSED = "The lesion is refused, the others are scored."
WARNED = "Scored, with a warning in its row."
FILE_REFUSED = "The file is refused whole."
NOT_DONE = "What was asked for is not done."


class Row(NamedTuple):
    """What a code means, what is done where it is found, why, and what a person can do about it.

    Parameters
    ----------
    text : str
        What the code means, in words that stand without the numbers of the single case.
    done : str
        What becomes of the lesion, the file or the command.
    why : str
        The reason for that.
    remedy : str
        What a person can do.
    """

    text: str
    done: str
    why: str
    remedy: str
