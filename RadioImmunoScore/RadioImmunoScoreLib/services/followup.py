"""A patient's studies followed: common to panel and console."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError
from radioimmuno.followup.change import Change, change, gone
from radioimmuno.followup.match import BY_PERSON, MatchKind
from radioimmuno.followup.matching import GivenPair
from radioimmuno.identity import UNKNOWN
from radioimmuno.lesion import Lesion
from radioimmuno.study import Study

from ..scene.parameters import SCORES
from ..scene.score_memory import rowsFromJson
from .node_origin import identityOf, originOf
from .scene_study import readStudy

if TYPE_CHECKING:
    from radioimmuno.followup.course import Course

Progress = Callable[[int, int], None]
Ids = tuple[str, ...]


@dataclass(frozen=True)
class LesionSize:
    """A lesion as it is in one study; parts of a split one together.

    Parameters
    ----------
    ids : tuple of str
        Its segments.
    names : tuple of str
        What a person calls them.
    volumeCc : float
    longestMm, shortestMm : float
        In the axial plane; of a split lesion the parts' long axes together, and the largest short one.
    """

    ids: Ids
    names: tuple[str, ...]
    volumeCc: float
    longestMm: float
    shortestMm: float


@dataclass(frozen=True)
class FollowedLesion:
    """A lesion through all studies.

    Parameters
    ----------
    id : str
        As of `CourseLesion`.
    name : str
        What a person called it where it was seen first.
    sizes : tuple of LesionSize or None
        In each study; None where it was not seen.
    scores : tuple of float or None
        In each study; None where it has none, and of several parts.
    kinds : tuple of MatchKind or None
        What became of it since the study before; None at baseline and before it came.
    why : tuple of str
        What led to it, in each study.
    isByHand : tuple of bool
        Whether a person paired it with the study before.
    """

    id: str
    name: str
    sizes: tuple[LesionSize | None, ...]
    scores: tuple[float | None, ...]
    kinds: tuple[MatchKind | None, ...]
    why: tuple[str, ...]
    isByHand: tuple[bool, ...]

    @property
    def isAmbiguous(self) -> bool:
        """Whether a person has to look at it."""
        return MatchKind.AMBIGUOUS in self.kinds

    def volumeChange(self, study: int) -> Change:
        """The change of the volume from baseline, by the number of a study."""
        first, now = self.sizes[0], self.sizes[study]
        if first is None or not study or MatchKind.AMBIGUOUS in self.kinds[: study + 1]:
            return Change()
        if now is None:
            return gone(first.volumeCc) if self.kinds[study] is MatchKind.GONE else Change()
        return change(first.volumeCc, now.volumeCc)

    def scoreChange(self, study: int) -> Change:
        """The change of the score from baseline, by the number of a study."""
        if not study or MatchKind.AMBIGUOUS in self.kinds[: study + 1]:
            return Change()
        return change(self.scores[0], self.scores[study])


def readFollowed(volumeNode: Any, segmentationNode: Any, date: str = "") -> Study:
    """Copy one of a patient's studies out of the scene; on the main thread.

    Parameters
    ----------
    volumeNode, segmentationNode : vtkMRMLNode
        CT and lesions.
    date : str, optional
        What a person gave, ISO 8601; else DICOM's.

    Raises
    ------
    InputError
        When the volume holds no CT voxels.
    """
    identity, ofCt = identityOf(volumeNode)
    # Without DICOM it is called by its volume, which is another one in each study.
    isKnown = bool(originOf(volumeNode).patientID or ofCt)
    return readStudy(volumeNode, segmentationNode, None, identity if isKnown else UNKNOWN, date or ofCt)


def followStudies(
    studies: Sequence[Study],
    given: Mapping[int, Sequence[GivenPair]],
    progress: Progress | None = None,
    *,
    before: Course | None = None,
) -> Course:
    """Register studies one to the next, and match their lesions; on any thread.

    Parameters
    ----------
    studies : sequence of Study
    given : mapping of int to sequence of GivenPair
        What a person paired, by the number of the earlier study in order of time.
    progress : callable, optional
        Called with the number of steps done and in all.
    before : Course, optional
        One whose CT are the same: their registrations are not made again.

    Returns
    -------
    Course

    Raises
    ------
    InputError
        As of `followup.course.follow`.
    """
    from radioimmuno.followup.course import follow, in_order, rematched

    given = {step: usablePairs(pairs, studies[step : step + 2]) for step, pairs in given.items()}
    if before is None:
        return follow(studies, given=given, progress=progress)
    return rematched(replace(before, studies=in_order(studies)), given)


def usablePairs(pairs: Iterable[GivenPair], studies: Sequence[Study]) -> list[GivenPair]:
    """The pairs whose lesions are all still there, of two studies."""
    earlier, later = ({lesion.id for lesion in study.lesions if lesion.voxels} for study in studies)
    return [pair for pair in pairs if set(pair.baseline) <= earlier and set(pair.followup) <= later]


def measureSizes(course: Course) -> dict[tuple[int, Ids], LesionSize]:
    """The sizes of all lesions of a course, by the number of the study and their segments; on any thread."""
    found = {}
    for number, study in enumerate(course.studies):
        lesions = {lesion.id: lesion for lesion in study.lesions}
        for each in course.lesions:
            ids = each.in_studies[number]
            if ids:
                found[number, ids] = _size([lesions[i] for i in ids])
    return found


def _size(parts: Sequence[Lesion]) -> LesionSize:
    from radioimmuno.geometry.diameter import axial_diameters

    axes = [found for part in parts if (found := axial_diameters(part.mask)) is not None]
    return LesionSize(
        tuple(part.id for part in parts),
        tuple(part.name for part in parts),
        sum(part.volume_cc for part in parts),
        sum(each.longest_mm for each in axes),
        max((each.shortest_mm for each in axes), default=0.0),
    )


def followedLesions(
    course: Course,
    sizes: Mapping[tuple[int, Ids], LesionSize],
    scores: Sequence[Mapping[str, float]],
) -> tuple[FollowedLesion, ...]:
    """The lesions of a course, each with what was measured of it in each study.

    Parameters
    ----------
    course : Course
    sizes : mapping
        As of `measureSizes`.
    scores : sequence of mapping of str to float
        Of each study, by segment ID.
    """
    return tuple(_followed(course, number, sizes, scores) for number in range(len(course.lesions)))


def _followed(
    course: Course,
    number: int,
    sizes: Mapping[tuple[int, Ids], LesionSize],
    scores: Sequence[Mapping[str, float]],
) -> FollowedLesion:
    lesion = course.lesions[number]
    own = tuple(sizes.get((study, ids)) for study, ids in enumerate(lesion.in_studies))
    ofOne = (ids[0] if len(ids) == 1 else None for ids in lesion.in_studies)
    kinds: list[MatchKind | None] = []
    for study, matches in enumerate(lesion.matches):
        found = {match.kind for match in matches}
        odd = found - {MatchKind.SAME}
        before = kinds[-1] if kinds else None
        if MatchKind.AMBIGUOUS in found:
            kinds.append(MatchKind.AMBIGUOUS)
        elif odd:
            kinds.append(min(odd, key=list(MatchKind).index))
        elif found:
            kinds.append(MatchKind.SAME)
        else:
            # Gone, or out of view, it stays so; before it came there is nothing to say.
            kinds.append(before if study and own[study] is None else None)
    return FollowedLesion(
        lesion.id,
        next((size.names[0] for size in own if size is not None), lesion.id),
        own,
        tuple(None if i is None else of.get(i) for i, of in zip(ofOne, scores, strict=True)),
        tuple(kinds),
        tuple(" ".join(match.why for match in matches) for matches in lesion.matches),
        tuple(any(match.by == BY_PERSON for match in matches) for matches in lesion.matches),
    )


def scoresOf(segmentationNode: Any) -> dict[str, float]:
    """The last scores of a segmentation's lesions, by segment ID; of those that have one."""
    rows = rowsFromJson(segmentationNode.GetAttribute(SCORES) or "[]")
    return {i: row.score for i, row in rows.items() if row.score is not None}


def paired(pairs: Sequence[GivenPair], before: Ids, after: Ids) -> list[GivenPair]:
    """What a person paired, with one more pair; who was paired with its lesions otherwise is free again.

    Parameters
    ----------
    pairs : sequence of GivenPair
        So far, of two studies.
    before, after : tuple of str
        The lesions that are one in the earlier and the later study; one of them may be empty.

    Returns
    -------
    list of GivenPair

    Raises
    ------
    InputError
        `followup.pairs` when there is no lesion.
    """
    if not before and not after:
        raise InputError("followup.pairs", "A pair names no lesion.")
    kept = [p for p in pairs if not (set(p.baseline) & set(before) or set(p.followup) & set(after))]
    return [*kept, GivenPair(before, after)]
