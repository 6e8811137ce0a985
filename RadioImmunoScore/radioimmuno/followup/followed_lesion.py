"""What was measured of the lesions of a course in each study, and their change since they were first seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ..geometry.axes import measure_axes
from ..lesion import Lesion
from ..scoring.results import LesionScore
from ..study import Study
from .change import Change, Interval, change, gone, union
from .course import Course, CourseLesion
from .match import Match, MatchKind
from .response.measured import TOO_SMALL_TENTHS, Status, tenths

# What a lesion's parts are together, the first of these that holds.
RANK = (
    *(MatchKind.AMBIGUOUS, MatchKind.OUT_OF_VIEW, MatchKind.MERGED, MatchKind.SPLIT),
    *(MatchKind.SAME, MatchKind.NEW, MatchKind.GONE),
)
UNKNOWN = MatchKind.AMBIGUOUS, MatchKind.OUT_OF_VIEW


@dataclass(frozen=True, eq=False)
class ScoredStudy:
    """A study with its scores and without its images: what is kept when its CT is let go.

    Parameters
    ----------
    name : str
        No other study of the course has it.
    study : Study
        Without images.
    rows : mapping of str to LesionScore
        By lesion id; of parts that are one lesion also by the id of their union.
    """

    name: str
    study: Study
    rows: Mapping[str, LesionScore]


@dataclass(frozen=True)
class LesionInStudy:
    """A lesion in one study; what is not known is None.

    Parameters
    ----------
    ids : tuple of str
        Its parts in the study; none where it is not there.
    match : MatchKind or None
        What it was matched by from the study before; None in the first study.
    status : Status
        `NOT_EVALUATED` from an ambiguous match, or a part that is out of view, on, and while the whole is out
        of view; `TOO_SMALL` below 5 mm.
    volume_cc : float or None
        Of all parts together; 0 when it is gone.
    longest_mm, shortest_mm : float or None
        Axial diameters, those of the parts added up; 0 when it is gone.
    score : float or None
        Of all parts as one.
    volume_change, score_change : Change
        Since the study in which it was first seen.
    why : str
        What it was matched by, in sentences.
    """

    ids: tuple[str, ...]
    match: MatchKind | None
    status: Status
    volume_cc: float | None = None
    longest_mm: float | None = None
    shortest_mm: float | None = None
    score: float | None = None
    volume_change: Change = field(default_factory=Change)
    score_change: Change = field(default_factory=Change)
    why: str = ""


def union_id(ids: Sequence[str]) -> str:
    """The id of several lesions as one, as `change.union` gives it.

    >>> union_id(("1", "2"))
    '1+2'
    """
    return "+".join(ids)


def unions_in(course: Course, study: int) -> dict[tuple[str, ...], Lesion]:
    """The lesions of a study that are parts of one, as one: they have to be scored as such.

    Parameters
    ----------
    course : Course
    study : int

    Returns
    -------
    dict of tuple of str to Lesion
        By the ids of the parts.
    """
    drawn = {lesion.id: lesion for lesion in course.studies[study].lesions}
    groups = (lesion.in_studies[study] for lesion in course.lesions)
    return {ids: union([drawn[each] for each in ids]) for ids in groups if len(ids) > 1}


def measure_lesion(lesion: CourseLesion, studies: Sequence[ScoredStudy]) -> tuple[LesionInStudy | None, ...]:
    """What was measured of a lesion in each study of its course.

    Parameters
    ----------
    lesion : CourseLesion
    studies : sequence of ScoredStudy
        Those of the course, in order of time.

    Returns
    -------
    tuple of LesionInStudy or None
        None before the study in which it was first seen.
    """
    found: list[LesionInStudy | None] = []
    first = next(number for number, ids in enumerate(lesion.in_studies) if ids)
    is_known = is_followed = True  # for good: what is out of view as a whole may be seen again
    for number, (ids, matches) in enumerate(zip(lesion.in_studies, lesion.matches, strict=True)):
        if number < first:
            found.append(None)
            continue
        before = found[-1] if found else None
        kind = _kind(matches) or (None if before is None else before.match)
        if not ids and kind not in UNKNOWN:
            kind = MatchKind.GONE
        is_lost = kind is MatchKind.AMBIGUOUS or (kind is MatchKind.OUT_OF_VIEW and bool(ids))
        is_known = is_known and not is_lost
        is_followed = is_followed and (number == first or not is_lost)
        start = found[first] if number > first and is_followed else None
        why = " ".join(dict.fromkeys(match.why for match in matches))
        part = _in_study(ids, kind, is_known and kind not in UNKNOWN, studies[number])
        found.append(_changed(part, start, why, lesion, studies, (first, number)))
    return tuple(found)


def _kind(matches: Sequence[Match]) -> MatchKind | None:
    return min((match.kind for match in matches), key=RANK.index, default=None)


def _in_study(
    ids: tuple[str, ...], kind: MatchKind | None, is_known: bool, here: ScoredStudy
) -> LesionInStudy:
    if not ids:
        nothing = 0.0 if is_known else None
        status = Status.GONE if is_known else Status.NOT_EVALUATED
        return LesionInStudy(ids, kind, status, nothing, nothing, nothing)
    drawn = {lesion.id: lesion for lesion in here.study.lesions}
    parts = [drawn[each] for each in ids]
    axes = [one for one in (measure_axes(part.mask) for part in parts) if one is not None]
    longest = sum(one.long_mm for one in axes)
    status = Status.TOO_SMALL if tenths(longest) < TOO_SMALL_TENTHS else Status.PRESENT
    row = here.rows.get(union_id(ids))
    return LesionInStudy(
        ids,
        kind,
        status if is_known else Status.NOT_EVALUATED,
        union(parts).volume_cc,
        longest,
        sum(one.short_mm for one in axes),
        None if row is None else row.score,
    )


def _changed(
    part: LesionInStudy,
    start: LesionInStudy | None,
    why: str,
    lesion: CourseLesion,
    studies: Sequence[ScoredStudy],
    numbers: tuple[int, int],
) -> LesionInStudy:
    """The lesion in a study with its changes since another one."""
    volume, score = Change(), Change()
    if start is not None and start.volume_cc:
        days = days_between(studies[numbers[0]].study, studies[numbers[1]].study)
        one, other = (_interval(studies[number], lesion.in_studies[number]) for number in numbers)
        if part.ids:
            volume = change(start.volume_cc, part.volume_cc, days)
            score = change(start.score, part.score, days, (one, other))
        elif part.status is Status.GONE:
            volume = gone(start.volume_cc, days)
    return replace(part, volume_change=volume, score_change=score, why=why)


def _interval(here: ScoredStudy, ids: Sequence[str]) -> Interval | None:
    """Between which scores nine of ten redrawn contours lie; None where that was not measured."""
    row = here.rows.get(union_id(ids))
    stability = None if row is None else row.stability
    if stability is None or stability.low is None or stability.high is None:
        return None
    return stability.low, stability.high


def days_between(earlier: Study, later: Study) -> int | None:
    """Days from a study to another one; None where a date is not known.

    Parameters
    ----------
    earlier, later : Study

    Returns
    -------
    int or None
    """
    if not earlier.date or not later.date:
        return None
    return (date.fromisoformat(later.date) - date.fromisoformat(earlier.date)).days
