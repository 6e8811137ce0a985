"""A course as it was matched: which studies it is of, what was measured, and what was edited since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from radioimmuno.followup.match import BY_PERSON
from radioimmuno.geometry.image import Image
from radioimmuno.scoring.results import LesionScore
from radioimmuno.signature.signature import Signature

from ...scene import readVoxels
from ...scene.course_nodes import StudyNodes
from ...scene.parameters import SCORES
from ...services.course_display import courseWords
from ...services.followup import Ids, idsIn, measureCourse, rowsOf
from .course_studies import CourseStudies
from .edits import stampsOf, voxelStamp

if TYPE_CHECKING:
    from radioimmuno.followup.course import Course
    from radioimmuno.followup.follow_up import FollowedLesion, FollowUp
    from radioimmuno.followup.metabolic import MetabolicCourse


class StudyStamps:
    """The studies as they were when they were read: keys, voxels of the CT, segments.

    Parameters
    ----------
    nodes : sequence of StudyNodes
        In order of time.
    """

    def __init__(self, nodes: Sequence[StudyNodes]) -> None:
        self.keys = [one.key for one in nodes]
        self._cts = [(one.volumeNode, voxelStamp(one.volumeNode)) for one in nodes]
        self._segments = [(one.segmentationNode, stampsOf(one.segmentationNode)) for one in nodes]

    def isOf(self, nodes: Sequence[StudyNodes]) -> bool:
        """Whether these are the studies that were read, in that order."""
        return self.keys == [one.key for one in nodes]

    def isOfSameCt(self, other: StudyStamps) -> bool:
        """Whether the CT are those, with the same voxels, in the same order."""
        return self.keys == other.keys and self._cts == other._cts

    @property
    def volumeNodes(self) -> list[Any]:
        """The CT of each study."""
        return [node for node, _stamps in self._cts]

    @property
    def segmentationNodes(self) -> list[Any]:
        """The lesions of each study."""
        return [node for node, _stamps in self._segments]

    def changed(self) -> list[set[str]]:
        """IDs of the segments of each study that are others now, or gone; all where the CT is another."""
        found = []
        for (ct, stamp), (node, stamps) in zip(self._cts, self._segments, strict=True):
            now = stampsOf(node)
            isOtherCt = voxelStamp(ct) != stamp
            found.append({i for i, was in stamps.items() if isOtherCt or now.get(i) != was})
        return found


class FollowedCourse:
    """A course of studies in the scene.

    Parameters
    ----------
    studies : CourseStudies
        What is known of them.
    stamps : StudyStamps
        The studies as they were read.
    course : Course
        Its CT are let go: they are in the scene.
    signature : callable
        Gives the one that is chosen now.
    """

    def __init__(
        self,
        studies: CourseStudies,
        stamps: StudyStamps,
        course: Course,
        signature: Callable[[], Signature],
    ) -> None:
        self.stamps = stamps
        self.course = replace(course, studies=tuple(one.without_main_image() for one in course.studies))
        self._studies, self._signature = studies, signature
        # Of each study, by the hash of the signature: None where the union has no score.
        self._unions: list[dict[tuple[str, str], LesionScore | None]] = [{} for _study in course.studies]
        self._rows: tuple[Any, list[dict[str, LesionScore]]] | None = None
        self._measured: tuple[Any, FollowUp] | None = None
        self.metabolic: MetabolicCourse | None = None

    def rematched(self, course: Course) -> FollowedCourse:
        """The same studies, their lesions paired otherwise."""
        again = FollowedCourse(self._studies, self.stamps, course, self._signature)
        again._unions = self._unions
        return again

    @property
    def rows(self) -> list[dict[str, LesionScore]]:
        """The last scores of each study's segments, by ID."""
        nodes = self.stamps.segmentationNodes
        scores = [node.GetAttribute(SCORES) for node in nodes]
        if self._rows is None or self._rows[0] != scores:
            self._rows = scores, [rowsOf(node) for node in nodes]
        return self._rows[1]

    def words(self, segmentationNode: Any, later: int, by: str) -> dict[str, str]:
        """What colors of change say of a study's lesions, by segment ID; as of `courseWords`.

        Parameters
        ----------
        segmentationNode : vtkMRMLSegmentationNode
            The study's lesions.
        later : int
            Number of the study whose change it is.
        by : str
        """
        nodes = self.stamps.segmentationNodes
        numbers = [number for number, node in enumerate(nodes) if node is segmentationNode]
        uptake = self.uptakeChanges(later)
        return {
            i: text for n in numbers for i, text in courseWords(self.lesions, n, later, by, uptake).items()
        }

    @property
    def dueUnions(self) -> list[int]:
        """Numbers of the studies with parts that are one lesion and have scores, but not as one."""
        from radioimmuno.followup.followed_lesion import union_id

        sha256 = self._signature().sha256
        return [
            number
            for number, ofSegment in enumerate(self.rows)
            for ids in [lesion.in_studies[number] for lesion in self.course.lesions]
            if len(ids) > 1 and all(each in ofSegment for each in ids)
            if (sha256, union_id(ids)) not in self._unions[number]
        ]

    def enterUnions(self, study: int, found: Mapping[str, LesionScore]) -> None:
        """Enter the scores of the unions of a study; those that are not among them have none."""
        from radioimmuno.followup.followed_lesion import union_id

        ids = [union_id(lesion.in_studies[study]) for lesion in self.course.lesions]
        sha256 = self._signature().sha256
        self._unions[study] |= {(sha256, each): found.get(each) for each in ids}

    @property
    def measured(self) -> FollowUp:
        """What was measured, with scores, dates, roles and what is said of lesions as they are now."""
        own, roles, course = self.rows, self._studies.roles, self._studies.told(self.course)
        said = [
            (study.date, [(one.id, one.name, one.site, one.irradiated) for one in study.lesions])
            for study in course.studies
        ]
        signature = self._signature()
        unions = [
            {i: row for (sha256, i), row in one.items() if sha256 == signature.sha256 and row is not None}
            for one in self._unions
        ]
        known = own, roles, said, unions, signature.sha256, self.metabolic
        if self._measured is None or self._measured[0] != known:
            rows = [{**ofSegment, **ofUnion} for ofSegment, ofUnion in zip(own, unions, strict=True)]
            found = measureCourse(course, rows, signature, roles)
            self._measured = known, replace(found, metabolic=self.metabolic)
        return self._measured[1]

    def uptakeChanges(self, later: int) -> dict[str, float]:
        """Changes of SUVmax since a lesion was first seen, as shares, by its ID; those that are known."""
        from radioimmuno.report.followup_uptake import uptake_changes

        changes = {each.id: uptake_changes(self.measured, each, later) for each in self.lesions}
        shares = {i: found["suv_max"][2].relative for i, found in changes.items() if found}
        return {i: share for i, share in shares.items() if share is not None}

    @property
    def lesions(self) -> tuple[FollowedLesion, ...]:
        """The lesions through all studies."""
        return self.measured.lesions

    def lesion(self, lesionID: str | None) -> FollowedLesion | None:
        """A lesion by its ID; None where there is none."""
        return next((each for each in self.lesions if each.id == lesionID), None)

    @property
    def byHand(self) -> frozenset[tuple[str, int]]:
        """What a person paired: the lesion's ID, and the number of the study in which it was found again."""
        return frozenset(
            (lesion.id, study)
            for lesion in self.course.lesions
            for study, matches in enumerate(lesion.matches)
            if any(match.by == BY_PERSON for match in matches)
        )

    @property
    def stale(self) -> frozenset[str]:
        """IDs of the lesions that were edited, or whose CT was, since they were matched."""
        changed = self.stamps.changed()
        return frozenset(
            each.id
            for each in self.lesions
            if any(not which.isdisjoint(idsIn(each, study)) for study, which in enumerate(changed))
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What makes the studies hard to compare."""
        return tuple(
            f"{study.date}: {found.text}"
            for study, ofStudy in zip(self.course.studies, self.course.findings, strict=True)
            for found in ofStudy
        )

    def imageOf(self, study: int) -> Image:
        """The CT of a study out of the scene, on the main thread; InputError without voxels."""
        return readVoxels(self.stamps.volumeNodes[study])

    def maskOf(self, study: int, segmentIDs: Sequence[str]) -> Image:
        """The parts of a lesion in a study as one mask, as they were matched."""
        from radioimmuno.followup.change import union

        parts = [one for one in self.course.studies[study].lesions if one.id in set(segmentIDs)]
        return union(parts).mask

    def candidates(self, lesion: FollowedLesion, later: int) -> tuple[tuple[Ids, str], ...]:
        """(Segment IDs, name) of what a lesion may be in a study; what a new one may have been before."""
        before, now = idsIn(lesion, later - 1), idsIn(lesion, later)
        study, ids = (later, now) if before else (later - 1, before)
        names = {each.id: each.name for each in self.course.studies[study].lesions if each.voxels}
        # Parts are offered as they were found; a person says whether they are one lesion.
        parts = [ids] if len(before) == 1 < len(ids) and set(ids) <= set(names) else []
        return tuple((each, " + ".join(names[i] for i in each)) for each in [*parts, *((i,) for i in names)])

    def part(self, first: int, last: int) -> Course:
        """The course of the studies from the number `first` up to `last`, which is not among them."""
        course = self.course
        return replace(
            course,
            studies=course.studies[first:last],
            registrations=course.registrations[first : last - 1],
            findings=course.findings[first:last],
        )
