"""Abscopal response: what happens to lesions that were not irradiated.

Two definitions, as in the studies that the review names (Sun 2020): B, the response out of the field is CR or
PR; A, at least one non-irradiated lesion shrinks by 30 %. B comes first: patients with A alone lived no
longer than others.
"""

from __future__ import annotations

from .answer import NO, NOT_EVALUABLE, YES, Answer
from .fields import Assessment, change_words
from .measured import MeasuredCourse, MeasuredLesion
from .recist import NE, RESPONDED, has_shrunk


def abscopal_by_lesion(course: MeasuredCourse, place: int) -> Answer:
    """Abscopal answer A: a non-irradiated lesion, measurable at baseline, is smaller by 30 % or more.

    Parameters
    ----------
    course : MeasuredCourse
    place : int
        Of the study.

    Returns
    -------
    Answer
        yes, no or not evaluable; None at baseline.
    """
    lesions, problem = _measurable_outside(course, place)
    if problem is not None:
        return problem
    here = course.studies[place].by_name
    changes = {}
    for lesion in lesions:
        now = here[lesion.name].size if lesion.name in here else None
        if now is not None and lesion.size is not None:
            changes[lesion.name] = lesion.size, now
    if not changes:
        return Answer(NOT_EVALUABLE, f"none of {len(lesions)} measurable non-irradiated lesions was measured")
    shrunk = [name for name, (before, now) in changes.items() if has_shrunk(before, now)]
    shown = ", ".join(f"{name} {change_words(*changes[name])}" for name in shrunk or changes)
    unseen = len(lesions) - len(changes)
    missed = f", {unseen} more not measured" if unseen else ""
    many = (
        f"{len(shrunk)} of {len(changes)} measurable non-irradiated lesions smaller by 30 % or more{missed}"
    )
    return Answer(YES if shrunk else NO, f"{many} ({shown})")


def abscopal_by_response(course: MeasuredCourse, place: int, out_of_field: Assessment) -> Answer:
    """Abscopal answer B: the response out of the field is CR or PR.

    Parameters
    ----------
    course : MeasuredCourse
    place : int
        Of the study.
    out_of_field : Assessment
        Of the study.

    Returns
    -------
    Answer
        yes, no or not evaluable; None at baseline.
    """
    _, problem = _measurable_outside(course, place)
    if problem is not None:
        return problem
    word = out_of_field.recist
    if word in (None, NE):
        return Answer(NOT_EVALUABLE, f"out of field {word or 'there is no response'}")
    return Answer(YES if word in RESPONDED else NO, f"out of field {word}")


def _measurable_outside(course: MeasuredCourse, place: int) -> tuple[list[MeasuredLesion], Answer | None]:
    """Non-irradiated lesions that are measurable at baseline, or why there is no answer."""
    if place == 0:
        return [], Answer(None, "baseline")
    states = {lesion.name: course.irradiation[lesion.name][place] for lesion in course.baseline.lesions}
    if unknown := [name for name, state in states.items() if state is None]:
        return [], Answer(NOT_EVALUABLE, f"it is not known whether {', '.join(unknown)} was irradiated")
    outside = [lesion for lesion in course.baseline.lesions if states[lesion.name] is False]
    measurable = [lesion for lesion in outside if lesion.is_measurable]
    if not measurable:
        return [], Answer(NOT_EVALUABLE, "no non-irradiated lesion is measurable at baseline")
    return measurable, None
