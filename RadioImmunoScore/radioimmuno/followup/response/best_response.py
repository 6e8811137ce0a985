"""The best response of a course: confirmed for RECIST 1.1, as of table 3 of iRECIST for iRECIST."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .answer import Answer
from .irecist import ICPD, ICR, IPR, ISD, IUPD, NON_ICR_NON_IUPD
from .measured import MeasuredCourse
from .recist import CR, NE, NON_CR_NON_PD, PD, PR, RESPONDED, SD

CONFIRMATION_DAYS, STABLE_DAYS = 28, 42


@dataclass(frozen=True)
class BestLimits:
    """The times of a confirmed best response.

    Parameters
    ----------
    confirmation_days : int
        CR and PR are confirmed by a study this long afterwards or later.
    stable_days : int
        How long after baseline SD has to be seen to count.
    """

    confirmation_days: int = CONFIRMATION_DAYS
    stable_days: int = STABLE_DAYS


def best_recist(
    course: MeasuredCourse, words: Sequence[str | None], limits: BestLimits | None = None
) -> Answer:
    """The best confirmed response of RECIST 1.1.

    CR needs a second CR, with nothing but CR and NE between; PR a later CR or PR, with one SD between at
    most; SD a time since baseline. Nothing after the first PD counts.

    Parameters
    ----------
    course : MeasuredCourse
        For its dates.
    words : sequence of str or None
        The overall response of each study, that of baseline (None) first.
    limits : BestLimits, optional

    Returns
    -------
    Answer
        Without a value where dates are missing on which it depends.
    """
    limits = limits or BestLimits()
    if len(words) < 2:
        return Answer(None, "there is no study after baseline")
    if all(word is None for word in words):
        return Answer(None, "there is nothing to assess")
    end = next((at + 1 for at, word in enumerate(words) if word == PD), len(words))
    counted = words[:end]

    def whether(unknown: bool) -> Callable[[int, int, int], bool]:
        def lasts(earlier: int, later: int, least: int) -> bool:
            days = course.days(earlier, later)
            return unknown if days is None else days >= least

        return lasts

    short, long = (_best(counted, whether(unknown), limits) for unknown in (False, True))
    if short != long:
        return Answer(None, f"without dates it cannot be told whether it is {short[0]} or {long[0]}")
    word, at = short
    names = [study.name for study in course.studies]
    places = f" ({', '.join(names[n] for n in at)})" if at else ""
    return Answer(word, f"{word}{places}{_why(word, words, limits)}")


def _best(
    words: Sequence[str | None], lasts: Callable[[int, int, int], bool], limits: BestLimits
) -> tuple[str, tuple[int, ...]]:
    """The best response and the studies that show it; `lasts` tells whether two are so many days apart."""
    count = len(words)
    pairs = [(i, j) for i in range(1, count) for j in range(i + 1, count)]
    apart = [(i, j) for i, j in pairs if lasts(i, j, limits.confirmation_days)]
    for i, j in apart:
        if words[i] == CR == words[j] and all(word in (CR, NE, None) for word in words[i:j]):
            return CR, (i, j)
    for i, j in apart:
        between = words[i + 1 : j]
        if words[i] in RESPONDED and words[j] in RESPONDED and between.count(SD) <= 1:
            return PR, (i, j)
    for at in range(1, count):
        if words[at] in (*RESPONDED, SD, NON_CR_NON_PD) and lasts(0, at, limits.stable_days):
            return (NON_CR_NON_PD if words[at] == NON_CR_NON_PD else SD), (at,)
    return (PD, (count - 1,)) if words[-1] == PD else (NE, ())


def _why(word: str, words: Sequence[str | None], limits: BestLimits) -> str:
    if word in RESPONDED:
        return f", confirmed {limits.confirmation_days} days later or more"
    if word in (SD, NON_CR_NON_PD):
        better = next((one for one in RESPONDED if one in words), None)
        unconfirmed = f"; {better} was not confirmed" if better else ""
        return f", {limits.stable_days} days after baseline or later{unconfirmed}"
    if word == NE:
        return f": no response was confirmed, and none stood {limits.stable_days} days after baseline"
    return ""


def best_irecist(course: MeasuredCourse, words: Sequence[str | None]) -> Answer:
    """The best response of iRECIST: no confirmation of iCR and iPR, and an iUPD does not count against them.

    Parameters
    ----------
    course : MeasuredCourse
    words : sequence of str or None
        iRECIST's answer at each study, that of baseline (None) first; what follows the first iCPD does not
        count.

    Returns
    -------
    Answer
        Without a value where an answer that could be better cannot be told.
    """
    if len(words) < 2:
        return Answer(None, "there is no study after baseline")
    end = next((at + 1 for at, word in enumerate(words) if word == ICPD), len(words))
    for word in (ICR, IPR, ISD, NON_ICR_NON_IUPD, ICPD, IUPD, NE):
        if word in words[1:end]:
            at = list(words).index(word, 1)
            unknown = next((n for n in range(1, end) if words[n] is None), None)
            if unknown is not None and word != ICR:
                name = course.studies[unknown].name
                return Answer(None, f"it cannot be told, because the answer in {name} cannot")
            return Answer(word, f"{word} ({course.studies[at].name})")
    return Answer(None, "there is nothing to assess")
