"""The lesions that a user designates for a structure set: by where their scores lie, or by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ...findings import InputError
from ...lesion import Lesion
from ...scoring.results import LesionScore
from ...signature.cutoffs import Cutoffs
from ..selection import match_names

BELOW_LOW, ABOVE_HIGH = "below-low", "above-high"
BY_SCORE = {
    BELOW_LOW: "score below the low cut-off",
    ABOVE_HIGH: "score above the high cut-off",
}

Named = TypeVar("Named", Lesion, LesionScore)


@dataclass(frozen=True)
class Designation:
    """What a structure set is to hold.

    Parameters
    ----------
    rows : tuple of LesionScore
        The lesions.
    words : str
        How they were designated: "score below the low cut-off; by name".
    """

    rows: tuple[LesionScore, ...]
    words: str


def check_designation(
    which: Sequence[str], cutoffs: Cutoffs | None, lesions: Sequence[Named] | None = None
) -> None:
    """Refuse what designates no lesion whatever the scores will be; to be asked before they are computed.

    Parameters
    ----------
    which : sequence of str, as of `designated`
    cutoffs : Cutoffs or None, the signature's
    lesions : sequence of Lesion or LesionScore, or None while they are not known

    Raises
    ------
    InputError
        `dicom.no_cutoffs`, `mask.no_match` as of `designated`.
    """
    by_score = [word for word in which if word in BY_SCORE]
    if by_score and (cutoffs is None or cutoffs.low is None):
        lacks = "no cut-offs" if cutoffs is None else "the median cut-off alone"
        raise InputError(
            "dicom.no_cutoffs",
            f"The signature gives {lacks}: there is no {BY_SCORE[by_score[0]]}. Name the lesions.",
        )
    if lesions is not None:
        _named(which, lesions)


def designated(rows: Sequence[LesionScore], which: Sequence[str], cutoffs: Cutoffs | None) -> Designation:
    """The lesions that these words designate, in their order; there may be none.

    A score at a cut-off is neither below nor above it. A lesion without a score is designated by its name
    alone.

    Parameters
    ----------
    rows : sequence of LesionScore, the patient's
    which : sequence of str
        `BELOW_LOW`, `ABOVE_HIGH`, names, identifiers or glob patterns (`Liver*`); what any of them designates
        is in.
    cutoffs : Cutoffs or None, the signature's

    Raises
    ------
    InputError
        `dicom.no_cutoffs` for a designation by score without cut-offs, `mask.no_match` for a name that no
        lesion has.
    """
    check_designation(which, cutoffs)
    chosen = {row.id for row in _named(which, rows)}
    for row in rows:
        if row.score is None or cutoffs is None or cutoffs.low is None or cutoffs.high is None:
            continue
        below = BELOW_LOW in which and row.score < cutoffs.low
        if below or (ABOVE_HIGH in which and row.score > cutoffs.high):
            chosen.add(row.id)
    words = [text for word, text in BY_SCORE.items() if word in which]
    words += ["by name"] * any(word not in BY_SCORE for word in which)
    return Designation(tuple(row for row in rows if row.id in chosen), "; ".join(words))


def _named(which: Sequence[str], lesions: Sequence[Named]) -> list[Named]:
    names = [word for word in which if word not in BY_SCORE]
    return match_names(lesions, names, lambda one: (one.id, one.name)) if names else []
