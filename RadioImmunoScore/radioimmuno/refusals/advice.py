"""What the page of refusals says of a code beside its meaning."""

from __future__ import annotations

from typing import NamedTuple

CT_REFUSED = "The CT is refused."
LESION_REFUSED = "The lesion is refused, the others are scored."
WARNED = "Scored, with a warning in its row."
ALL_WARNED = "Scored, with a warning in every row."
FILE_REFUSED = "The file is refused whole."
NOT_DONE = "What was asked for is not done."
ACCEPTED = "With `{}` it goes on, with a warning, and that is recorded."


class Advice(NamedTuple):
    """What is done, why, and what a person can do about it."""

    done: str
    why: str
    remedy: str
