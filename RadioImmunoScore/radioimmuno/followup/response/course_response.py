"""The response of a whole course: every answer of every study, and the best response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .abscopal import abscopal_by_lesion, abscopal_by_response
from .answer import Answer
from .best_response import BestLimits, best_irecist, best_recist
from .dissociated import BERNARD_TESSIER, dissociated
from .fields import Assessment, Field, assess_field
from .hyperprogression import DEFINITIONS, hyperprogression
from .irecist import ICPD, ImmuneResponse, Window
from .measured import MeasuredCourse, MeasuredStudy
from .pseudoprogression import pseudoprogression
from .recist import Reading
from .selection import departures


@dataclass(frozen=True)
class Rules:
    """Which definitions are asked, and their times.

    Parameters
    ----------
    best : BestLimits
        Confirmation and the least duration of SD.
    window : Window
        When a study confirms a progression of iRECIST.
    dissociated : str
        The definition of a dissociated response.
    hyperprogression : tuple of str
        The definitions of hyperprogression.
    """

    best: BestLimits = field(default_factory=BestLimits)
    window: Window = field(default_factory=Window)
    dissociated: str = BERNARD_TESSIER
    hyperprogression: tuple[str, ...] = DEFINITIONS


@dataclass(frozen=True)
class StudyResponse:
    """The answers of one study.

    Parameters
    ----------
    study : MeasuredStudy
    days : int, optional
        Since baseline; None where a date is missing.
    fields : mapping of Field to Assessment
    abscopal_a, abscopal_b, dissociated, pseudoprogression : Answer
    hyperprogression : mapping of str to Answer
        By definition.
    """

    study: MeasuredStudy
    days: int | None
    fields: Mapping[Field, Assessment]
    abscopal_a: Answer
    abscopal_b: Answer
    dissociated: Answer
    pseudoprogression: Answer
    hyperprogression: Mapping[str, Answer]


@dataclass(frozen=True)
class CourseResponse:
    """The answers of a course.

    Parameters
    ----------
    course : MeasuredCourse
    best_recist, best_irecist : Answer
        Over all lesions.
    progression : str
        The date of progression by iRECIST, as a sentence; empty where none was confirmed.
    studies : tuple of StudyResponse
        Baseline first.
    """

    course: MeasuredCourse
    best_recist: Answer
    best_irecist: Answer
    progression: str
    studies: tuple[StudyResponse, ...]


def respond(course: MeasuredCourse, rules: Rules | None = None) -> CourseResponse:
    """What became of a patient's lesions.

    Parameters
    ----------
    course : MeasuredCourse
        As of `measured.checked`.
    rules : Rules, optional

    Returns
    -------
    CourseResponse
        A pure function of what was measured: same course, same answers.
    """
    rules = rules or Rules()
    fields = {which: assess_field(course, which, rules.window) for which in Field}
    everywhere = fields[Field.ALL]
    readings = [
        one.reading or Reading(study.name) for one, study in zip(everywhere, course.studies, strict=True)
    ]
    studies = tuple(
        _study(
            course,
            rules,
            place,
            {which: found[place] for which, found in fields.items()},
            readings,
            everywhere,
        )
        for place in range(len(course.studies))
    )
    return CourseResponse(
        course,
        best_recist(course, [one.recist for one in everywhere], rules.best),
        best_irecist(course, [one.irecist for one in everywhere]),
        _progression(course, everywhere),
        studies,
    )


def _study(
    course: MeasuredCourse,
    rules: Rules,
    place: int,
    fields: Mapping[Field, Assessment],
    readings: Sequence[Reading],
    everywhere: Sequence[Assessment],
) -> StudyResponse:
    immune = [one.immune or ImmuneResponse(None, one.sentence) for one in everywhere]
    unlike = "".join(f" {text[0].upper()}{text[1:]}." for text in departures(course.baseline.lesions))
    if place == 0 and unlike:
        everything = fields[Field.ALL]
        fields = {
            **fields,
            Field.ALL: Assessment(everything.sentence + unlike, everything.reading, everything.immune),
        }
    return StudyResponse(
        study=course.studies[place],
        days=course.days(0, place),
        fields=fields,
        abscopal_a=abscopal_by_lesion(course, place),
        abscopal_b=abscopal_by_response(course, place, fields[Field.OUT]),
        dissociated=dissociated(course, readings, place, rules.dissociated),
        pseudoprogression=pseudoprogression(course, immune, place),
        hyperprogression=hyperprogression(course, readings, place, rules.hyperprogression),
    )


def _progression(course: MeasuredCourse, everywhere: Sequence[Assessment]) -> str:
    for at, one in enumerate(everywhere):
        if one.irecist == ICPD and one.immune is not None and one.immune.begun is not None:
            first = course.studies[one.immune.begun]
            when = "" if first.date is None else f" of {first.date}"
            return f"progression by iRECIST in {first.name}{when}, confirmed in {course.studies[at].name}"
    return ""
