"""Uptake on the PET of a course's studies and the metabolic response, measured beside what the user does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError
from radioimmuno.modality import PET

from ...scene.course_nodes import StudyNodes
from ...services.followup import measureMetabolic
from ...services.images_beside import ImageBeside, besideKey, imageBeside
from ..texts import problemText
from .jobs import IDLE, MEASURING
from .scoring_session import ScoringSession

if TYPE_CHECKING:
    from radioimmuno.followup.metabolic import MetabolicCourse

    from .followed_course import FollowedCourse


class CourseUptake:
    """Measures the uptake of a course whose studies have PET, again when a PET or the matching is another.

    Parameters
    ----------
    session : ScoringSession
        The patient.
    """

    def __init__(self, session: ScoringSession) -> None:
        self._session = session
        # Of each study: what its PET depends on, and the PET or why it is none.
        self._images: list[tuple[Any, ImageBeside | InputError | None]] = []
        self._done: Any = None

    def follow(self, known: FollowedCourse, nodes: Sequence[StudyNodes]) -> None:
        """Measure what is not measured yet, when nothing is under way."""
        keys = [besideKey(one.petNode, PET.role, one.volumeNode) if one.petNode else None for one in nodes]
        if not any(keys):
            known.metabolic = None
            return
        what = known.course, keys
        if (self._done is not None and self._done[0] is what[0] and self._done[1] == keys) or (
            self._session.jobs.state != IDLE
        ):
            return
        read = {repr(key): image for key, image in self._images}
        self._images = [
            (key, None if key is None else read.get(repr(key)) or _imageOrProblem(one))
            for key, one in zip(keys, nodes, strict=True)
        ]
        course, rows, pets = known.course, known.rows, [image for _key, image in self._images]

        def work(progress: Any) -> MetabolicCourse | Exception | None:
            # As a result, so that what cannot be is not tried again and again.
            try:
                return measureMetabolic(course, rows, pets)
            except Exception as problem:
                return problem

        def done(found: MetabolicCourse | Exception | None) -> None:
            self._done = what
            if isinstance(found, Exception):
                self._session.say(problemText(found))
            known.metabolic = None if isinstance(found, Exception) else found

        self._session.jobs.start(MEASURING, work, done)


def _imageOrProblem(one: StudyNodes) -> ImageBeside | InputError:
    try:
        return imageBeside(one.petNode, PET.role, one.volumeNode)
    except InputError as problem:
        return problem
