"""Pseudoprogression: a progression that the studies after it did not confirm.

By iRECIST (Seymour 2017): an iUPD after which targets and non-targets progress no longer and are better. It
takes a study after the progression; with two studies it cannot be told yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from .answer import NO, YES, Answer
from .irecist import ICPD, IUPD, ImmuneResponse
from .measured import MeasuredCourse

LEAST_STUDIES = 3


def pseudoprogression(course: MeasuredCourse, answers: Sequence[ImmuneResponse], place: int) -> Answer:
    """Whether there was a pseudoprogression up to a study.

    Parameters
    ----------
    course : MeasuredCourse
    answers : sequence of ImmuneResponse
        iRECIST's over all lesions, one a study.
    place : int
        Of the study.

    Returns
    -------
    Answer
        yes or no; None where it cannot be told yet.
    """
    if place == 0:
        return Answer(None, "baseline")
    until = answers[: place + 1]
    names = [study.name for study in course.studies]
    resolved = [at for at, answer in enumerate(until) if answer.resolved]
    if resolved:
        first = next(answer for answer in reversed(until[: resolved[0]]) if answer.begun is not None).begun
        assert first is not None
        word = until[resolved[0]].word
        return Answer(YES, f"iUPD in {names[first]}, then {word} in {names[resolved[0]]}")
    if place + 1 < LEAST_STUDIES:
        return Answer(None, "cannot be told yet: it takes a third study")
    last = until[-1]
    if last.word == ICPD and last.begun is not None:
        return Answer(NO, f"the progression of {names[last.begun]} was confirmed")
    if last.begun is not None:
        return Answer(None, f"cannot be told yet: the {IUPD} of {names[last.begun]} is open")
    return Answer(NO, "no progression so far")
