"""Parts that are one lesion are scored as one, beside what the user does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError
from radioimmuno.scoring.results import LesionScore

from ...services.followup import scoreUnions
from ..texts import problemText
from .jobs import IDLE, MEASURING
from .scoring_session import ScoringSession

if TYPE_CHECKING:
    from radioimmuno.followup.course import Course

    from .followed_course import FollowedCourse


class UnionScores:
    """Scores the unions of a course whose parts were scored.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    """

    def __init__(self, session: ScoringSession) -> None:
        self._session = session

    def follow(self, known: FollowedCourse) -> None:
        """Score what is not scored yet, when nothing is under way."""
        if self._session.jobs.state != IDLE:
            return
        number = next(iter(known.dueUnions), None)
        if number is None:
            return
        try:
            course = self._withCt(known, number)
        except InputError:
            # Scoring says so.
            known.enterUnions(number, {})
            return
        rows, signature = known.rows, self._session.inputs.signature

        def work(progress: Any) -> Mapping[str, LesionScore] | Exception:
            # As a result, so that what cannot be is not tried again and again.
            try:
                return scoreUnions(course, rows, number, signature)
            except Exception as problem:
                return problem

        def done(found: Mapping[str, LesionScore] | Exception) -> None:
            if isinstance(found, Exception):
                self._session.say(problemText(found))
            known.enterUnions(number, {} if isinstance(found, Exception) else found)

        self._session.jobs.start(MEASURING, work, done)

    def _withCt(self, known: FollowedCourse, number: int) -> Course:
        """The course with the CT of one of its studies, and what the user typed in when that is the input."""
        inputs, studies = self._session.inputs, list(known.course.studies)
        study = replace(
            studies[number], images={**studies[number].images, studies[number].role: known.imageOf(number)}
        )
        if inputs.segmentationNode is known.stamps.segmentationNodes[number]:
            lesions = tuple(replace(one, clinical=inputs.clinical) for one in study.lesions)
            study = replace(study, acquisition=inputs.acquisition, lesions=lesions)
        studies[number] = study
        return replace(known.course, studies=tuple(studies))
