"""An answer with the sentence that led to it."""

from __future__ import annotations

from dataclasses import dataclass

YES, NO, NOT_EVALUABLE = "yes", "no", "not evaluable"


@dataclass(frozen=True)
class Answer:
    """An answer with the sentence that led to it.

    Parameters
    ----------
    value : str, optional
        None where it cannot be told.
    sentence : str
    """

    value: str | None
    sentence: str
