"""A patient's studies followed: common to panel and console."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError
from radioimmuno.followup.matching import GivenPair
from radioimmuno.identity import UNKNOWN
from radioimmuno.scoring.results import LesionScore
from radioimmuno.study import Study

from ..scene.course_nodes import CourseNodes
from ..scene.parameters import SCORES, parametersOf
from ..scene.score_memory import rowsFromJson
from .images_beside import ImageBeside, withImages
from .node_origin import identityOf, originOf
from .scene_study import findSignature, readStudy

if TYPE_CHECKING:
    from radioimmuno.followup.course import Course
    from radioimmuno.followup.follow_up import FollowedLesion, FollowUp
    from radioimmuno.followup.followed_lesion import ScoredStudy
    from radioimmuno.followup.metabolic import MetabolicCourse
    from radioimmuno.followup.response.measured import Role
    from radioimmuno.signature.signature import Signature

Progress = Callable[[int, int], None]
Ids = tuple[str, ...]


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


def scoredStudies(course: Course, rows: Sequence[Mapping[str, LesionScore]]) -> list[ScoredStudy]:
    """The studies of a course with the scores of each, by segment ID; they are named by their dates."""
    from radioimmuno.followup.followed_lesion import ScoredStudy

    return [
        ScoredStudy(study.date, study.without_main_image(), scores)
        for study, scores in zip(course.studies, rows, strict=True)
    ]


def measureCourse(
    course: Course,
    rows: Sequence[Mapping[str, LesionScore]],
    signature: Signature | None = None,
    roles: Sequence[Mapping[str, Role]] = (),
) -> FollowUp:
    """What was measured of the lesions of a course, and the response that they make; on any thread.

    Parameters
    ----------
    course : Course
    rows : sequence of mapping of str to LesionScore
        The scores of each study, by segment ID; of parts that are one lesion also by their union's.
    signature : Signature, optional
        Which made them; it may weigh changes.
    roles : sequence of mapping of str to Role, optional
        What a person chose, by study and segment ID.

    Returns
    -------
    FollowUp
        Its studies are named by their dates.
    """
    from radioimmuno.followup.change_scores import with_change_scores
    from radioimmuno.followup.follow_up import GivenRole, follow_up

    given = {
        lesion.id: GivenRole(role)
        for lesion in course.lesions
        for ids, chosen in zip(lesion.in_studies, roles, strict=False)
        for role in [next((chosen[each] for each in ids if each in chosen), None)]
        if role is not None
    }
    studies = with_change_scores(course, scoredStudies(course, rows), signature)
    return follow_up(course.studies[0].identity.patient, course, studies, given)


def measureMetabolic(
    course: Course,
    rows: Sequence[Mapping[str, LesionScore]],
    pets: Sequence[ImageBeside | InputError | None],
) -> MetabolicCourse | None:
    """The uptake of a course's lesions on the PET of its studies, and PERCIST; on any thread.

    Parameters
    ----------
    course : Course
    rows : sequence of mapping of str to LesionScore
        As of `measureCourse`.
    pets : sequence of ImageBeside, InputError or None
        Of each study; None where it has none.

    Returns
    -------
    MetabolicCourse or None
        None where no study has a PET.

    Raises
    ------
    InputError
        When a PET cannot be used; the text says which, and why.
    """
    from radioimmuno.followup.metabolic import metabolic_course

    studies = []
    for one, pet in zip(scoredStudies(course, rows), pets, strict=True):
        if isinstance(pet, InputError):
            raise InputError(pet.code, f"The PET of {one.name}: {pet}")
        refusals = [] if pet is None else [found for found in pet.reading.findings if found.refuses]
        if refusals:
            raise InputError(refusals[0].code, f"The PET of {one.name}: {refusals[0].text}")
        studies.append(one if pet is None else replace(one, study=withImages(one.study, [pet])))
    return metabolic_course(course, studies)


def scoreUnions(
    course: Course, rows: Sequence[Mapping[str, LesionScore]], study: int, signature: Signature
) -> dict[str, LesionScore]:
    """The scores of parts that are one lesion in a study, as one; on any thread.

    Parameters
    ----------
    course : Course
        With the CT of the study.
    rows : sequence of mapping of str to LesionScore
        As of `measureCourse`.
    study : int
        Its number.
    signature : Signature

    Returns
    -------
    dict of str to LesionScore
        By the union's ID.
    """
    from radioimmuno.followup.study_rows import with_unions

    image = course.studies[study].image
    found = with_unions(course, scoredStudies(course, rows), study, lambda: image, signature).rows
    return {unionID: row for unionID, row in found.items() if unionID not in rows[study]}


def scoredCourse(course: Course, signature: Signature) -> list[Mapping[str, LesionScore]]:
    """The scores of all studies of a course, with the standard features besides; on any thread.

    Parameters
    ----------
    course : Course
        With the CT of its studies.
    signature : Signature

    Returns
    -------
    list of mapping of str to LesionScore
        As `measureCourse` takes them.
    """
    from radioimmuno.features.catalog import STANDARD, identifiers
    from radioimmuno.followup.study_rows import with_features, with_unions
    from radioimmuno.scoring.score import score_rows

    features = identifiers(STANDARD)
    rows = [
        with_features(score_rows(study, signature), study, signature.settings, features)
        for study in course.studies
    ]
    studies = scoredStudies(course, [{row.id: row for row in some} for some in rows])
    return [
        with_unions(course, studies, number, lambda study=study: study.image, signature, features).rows
        for number, study in enumerate(course.studies)
    ]


def rowsOf(segmentationNode: Any) -> dict[str, LesionScore]:
    """The last scores of a segmentation's lesions, by segment ID."""
    return rowsFromJson(segmentationNode.GetAttribute(SCORES) or "[]")


def idsIn(lesion: FollowedLesion, study: int) -> Ids:
    """The segments that a followed lesion has in a study."""
    here = lesion.in_studies[study]
    return () if here is None else here.ids


def askedIn(lesion: FollowedLesion) -> int | None:
    """Number of the first study in which a person has to say which lesion it is; None where nobody has to."""
    from radioimmuno.followup.match import MatchKind

    here = enumerate(lesion.in_studies)
    return next((n for n, one in here if one is not None and one.match is MatchKind.AMBIGUOUS), None)


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


def followInScene(
    studies: Sequence[tuple[Any, Any]],
    dates: Sequence[str | None] | None,
    pairs: Mapping[int, Sequence[tuple[Sequence[str], Sequence[str]]]] | None,
    progress: Progress | None = None,
    signature: Signature | str | Path | None = None,
) -> FollowUp:
    """Follow studies, and leave the course in the scene instead of the one that was there.

    Parameters and errors as of `console_followup.FollowUpCommands.followUp`.
    """
    from radioimmuno.followup.course import in_order

    given = dates or [""] * len(studies)
    read = [readFollowed(*nodes, date or "") for nodes, date in zip(studies, given, strict=True)]
    ordered = in_order(read)
    byDate = {study.date: number for number, study in enumerate(read)}
    order = [byDate[study.date] for study in ordered]
    byStep = {
        step: [GivenPair(tuple(before), tuple(after)) for before, after in some]
        for step, some in (pairs or {}).items()
    }
    course = followStudies(ordered, byStep, progress)
    nodes = CourseNodes(parametersOf(studies[0][0].GetScene()).node)
    for old in nodes.keys:
        nodes.remove(old)
    for number in order:
        nodes.add(*studies[number])
        nodes.setDate(nodes.keys[-1], given[number] or "")
    for step, some in byStep.items():
        nodes.setPairs(nodes.keys[step], nodes.keys[step + 1], some)
    nodes.keepMatched(nodes.keys, course.registrations)
    if signature is None:
        return measureCourse(course, [rowsOf(studies[number][1]) for number in order])
    used = findSignature(signature)
    return measureCourse(course, scoredCourse(course, used), used)
