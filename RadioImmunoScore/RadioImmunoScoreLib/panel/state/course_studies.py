"""The studies of a course in the scene: their order, their dates, and what a person said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError
from radioimmuno.study import Study

from ...scene.course_nodes import CourseNodes, StudyNodes
from ...scene.segment_properties import irradiatedOf, setIrradiated, sitesOf
from ...services.followup import idsIn
from ...services.node_origin import identityOf
from ..texts import problemText
from .panel_state import StudyState

if TYPE_CHECKING:
    from radioimmuno.followup.course import Course
    from radioimmuno.followup.follow_up import FollowedLesion
    from radioimmuno.followup.response.measured import Role


class CourseStudies:
    """The patient's studies.

    Parameters
    ----------
    nodes : CourseNodes
        Where they are kept.

    Attributes
    ----------
    kept : CourseNodes
    """

    def __init__(self, nodes: CourseNodes) -> None:
        self.kept = nodes
        self._dates: dict[str, str] = {}

    @property
    def nodes(self) -> list[StudyNodes]:
        """The studies in order of time; those without a date come last, as they were added."""
        return sorted(self.kept.studies, key=lambda one: self.dateOf(one) or "9")

    def dateOf(self, one: StudyNodes) -> str:
        """What a person gave, else what DICOM says, ISO 8601; empty where nothing is known."""
        key = one.volumeNode.GetID()
        if key not in self._dates:
            self._dates[key] = identityOf(one.volumeNode)[1]
        return one.date or self._dates[key]

    @property
    def states(self) -> tuple[StudyState, ...]:
        """The studies as the panel shows them."""
        return tuple(
            StudyState(
                one.key,
                one.volumeNode.GetName(),
                one.segmentationNode.GetName(),
                self.dateOf(one),
                bool(one.date),
                one.petNode.GetName() if one.petNode else "",
            )
            for one in self.nodes
        )

    @property
    def question(self) -> str:
        """What is asked before lesions are matched: dates that are missing, or the same."""
        from radioimmuno.followup.course import in_order

        try:
            in_order([Study({}, date=self.dateOf(one)) for one in self.nodes])
        except InputError as problem:
            return problemText(problem)
        return ""

    @property
    def given(self) -> dict[int, Any]:
        """What a person paired, by the number of the earlier study in order of time."""
        keys = [one.key for one in self.nodes]
        return {n: self.kept.pairs(keys[n], keys[n + 1]) for n in range(len(keys) - 1)}

    @property
    def roles(self) -> list[dict[str, Role]]:
        """The roles that a person chose, by study and segment ID."""
        return [self.kept.roles(one.key) for one in self.nodes]

    def roleOf(self, segmentIDs: Sequence[str]) -> Role | None:
        """The role that a person chose for a lesion of the baseline; None for none."""
        chosen = self.roles[0]
        return next((chosen[each] for each in segmentIDs if each in chosen), None)

    def setIrradiated(self, lesion: FollowedLesion, first: int | None) -> None:
        """Note in a lesion's segments whether it is irradiated; parameters as of `FollowUp.setIrradiated`."""
        for number, one in enumerate(self.nodes):
            for segmentID in idsIn(lesion, number):
                segment = one.segmentationNode.GetSegmentation().GetSegment(segmentID)
                if segment is not None:
                    setIrradiated(segment, None if first is None else number >= first)

    def told(self, course: Course) -> Course:
        """A course with what is known now of its studies and their lesions, the masks as they were.

        Parameters
        ----------
        course : Course
            Of these studies.

        Returns
        -------
        Course
            With dates, names, sites and irradiation as they are; dates as they were while one is asked for.
        """
        isAsked = bool(self.question)
        studies = tuple(
            replace(
                study,
                date=study.date if isAsked else self.dateOf(one),
                lesions=_told(study, one.segmentationNode),
            )
            for study, one in zip(course.studies, self.nodes, strict=True)
        )
        return replace(course, studies=studies)

    def removeGone(self) -> None:
        """Forget the studies whose nodes are gone."""
        there = {one.key for one in self.kept.studies}
        for key in self.kept.keys:
            if key not in there:
                self.kept.remove(key)

    def removeLast(self) -> None:
        """Forget a study that is left alone: one is no course."""
        keys = self.kept.keys
        if len(keys) == 1:
            self.kept.remove(keys[0])


def _told(study: Study, segmentationNode: Any) -> Sequence[Any]:
    segmentation, sites = segmentationNode.GetSegmentation(), sitesOf(segmentationNode)
    found = []
    for lesion in study.lesions:
        segment = segmentation.GetSegment(lesion.id)
        if segment is not None:
            known = {"name": segment.GetName(), "site": sites[lesion.id], "irradiated": irradiatedOf(segment)}
            lesion = replace(lesion, **known)
        found.append(lesion)
    return tuple(found)
