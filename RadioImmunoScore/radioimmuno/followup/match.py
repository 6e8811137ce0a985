"""What became of lesions from one study to the next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

BY_PERSON, BY_UID, BY_NAME, BY_PLACE = "person", "tracking UID", "name", "place"


class MatchKind(Enum):
    """What became of lesions between two studies."""

    SAME = "same"
    SPLIT = "split"
    MERGED = "merged"
    GONE = "gone"
    NEW = "new"
    OUT_OF_VIEW = "out of view"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class Match:
    """Lesions of a baseline and a follow-up that belong together, or one that has no partner.

    Parameters
    ----------
    baseline, followup : tuple of str
        Lesion ids; one of them is empty for what is gone, new or out of view.
    kind : MatchKind
        For `AMBIGUOUS` the lesions are those that come into question.
    cost : float or None
        Of a pair by place: 0 for the same place and volume, 1.5 for the most that is paired.
    why : str
        A sentence with the numbers that led to it.
    by : str
        `person`, `tracking UID`, `name` or `place`.
    """

    baseline: tuple[str, ...]
    followup: tuple[str, ...]
    kind: MatchKind
    cost: float | None
    why: str
    by: str


def kind_of(before: int, after: int) -> MatchKind:
    """The kind of a match by how many lesions it has before and after.

    Parameters
    ----------
    before, after : int
        Not both 0.

    Examples
    --------
    >>> kind_of(1, 2), kind_of(0, 1)
    (<MatchKind.SPLIT: 'split'>, <MatchKind.NEW: 'new'>)
    """
    if not before:
        return MatchKind.NEW
    if not after:
        return MatchKind.GONE
    if before > 1 and after > 1:
        return MatchKind.AMBIGUOUS
    if after > 1:
        return MatchKind.SPLIT
    return MatchKind.MERGED if before > 1 else MatchKind.SAME
