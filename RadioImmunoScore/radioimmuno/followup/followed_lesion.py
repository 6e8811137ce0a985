"""What was measured of the lesions of a course in each study, and their change since they were first seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ..geometry.axes import measure_axes
from ..lesion import Lesion
from ..scoring.results import LesionScore
from ..signature.variables import Source, variable_of
from ..study import Study
from .change import Change, Interval, change, changes, changes_of_gone, gone, normal_interval, union
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
    features : mapping of str to float
        Of all parts as one, by identifier; empty where they were not measured.
    feature_changes : mapping of str to Change
        Of all that one of the two studies has, since the study in which it was first seen.
    since : str
        What that study is called; "" where there is nothing to compare with.
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
    features: Mapping[str, float] = field(default_factory=dict, hash=False)
    feature_changes: Mapping[str, Change] = field(default_factory=dict, hash=False)
    since: str = ""
    why: str = ""


@dataclass(frozen=True)
class Comparison:
    """What a lesion of a course is in a study, and what it can be compared with.

    Parameters
    ----------
    match : MatchKind or None
        What it was matched by from the study before; None in the first study.
    is_known : bool
        Whether the lesion is evaluated here.
    start : int or None
        Number of the study in which it was first seen; None there, and where it is not known to be the same.
    why : str
        What it was matched by, in sentences.
    """

    match: MatchKind | None
    is_known: bool
    start: int | None
    why: str


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
    for number, compared in enumerate(comparisons(lesion)):
        if compared is None:
            found.append(None)
            continue
        here = studies[number]
        part = _in_study(lesion.in_studies[number], compared, here)
        start = None if compared.start is None else found[compared.start]
        if start is not None and compared.start is not None:
            part = _changed(part, start, (studies[compared.start], here))
        found.append(part)
    return tuple(found)


def comparisons(lesion: CourseLesion) -> tuple[Comparison | None, ...]:
    """What a lesion is compared with in each study of its course.

    Parameters
    ----------
    lesion : CourseLesion

    Returns
    -------
    tuple of Comparison or None
        None before the study in which it was first seen.
    """
    found: list[Comparison | None] = []
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
        start = first if number > first and is_followed else None
        why = " ".join(dict.fromkeys(match.why for match in matches))
        found.append(Comparison(kind, is_known and kind not in UNKNOWN, start, why))
    return tuple(found)


def _kind(matches: Sequence[Match]) -> MatchKind | None:
    return min((match.kind for match in matches), key=RANK.index, default=None)


def _in_study(ids: tuple[str, ...], compared: Comparison, here: ScoredStudy) -> LesionInStudy:
    if not ids:
        nothing = 0.0 if compared.is_known else None
        status = Status.GONE if compared.is_known else Status.NOT_EVALUATED
        return LesionInStudy(ids, compared.match, status, nothing, nothing, nothing, why=compared.why)
    drawn = {lesion.id: lesion for lesion in here.study.lesions}
    parts = [drawn[each] for each in ids]
    axes = [one for one in (measure_axes(part.mask) for part in parts) if one is not None]
    longest = sum(one.long_mm for one in axes)
    status = Status.TOO_SMALL if tenths(longest) < TOO_SMALL_TENTHS else Status.PRESENT
    row = here.rows.get(union_id(ids))
    return LesionInStudy(
        ids,
        compared.match,
        status if compared.is_known else Status.NOT_EVALUATED,
        union(parts).volume_cc,
        longest,
        sum(one.short_mm for one in axes),
        None if row is None else row.score,
        features={} if row is None else measured_features(row),
        why=compared.why,
    )


def _changed(
    part: LesionInStudy, start: LesionInStudy, studies: tuple[ScoredStudy, ScoredStudy]
) -> LesionInStudy:
    """The lesion in a study with its changes since an earlier one."""
    days = days_between(studies[0].study, studies[1].study)
    changed = replace(part, since=studies[0].name)
    if part.ids:
        rows = [
            study.rows.get(union_id(ids)) for study, ids in zip(studies, (start.ids, part.ids), strict=True)
        ]
        one, other = map(_score_interval, rows)
        changed = replace(
            changed,
            score_change=change(start.score, part.score, days, (one, other)),
            feature_changes=row_changes(rows, days),
        )
        if start.volume_cc:
            changed = replace(changed, volume_change=change(start.volume_cc, part.volume_cc, days))
    elif part.status is Status.GONE:
        changed = replace(changed, feature_changes=changes_of_gone(start.features, days))
        if start.volume_cc:
            changed = replace(changed, volume_change=gone(start.volume_cc, days))
    return changed


def row_changes(rows: Sequence[LesionScore | None], days: float | None = None) -> dict[str, Change]:
    """The changes of a lesion's features from a row to a later one.

    Parameters
    ----------
    rows : sequence of two of LesionScore or None
        None where the lesion was not measured.
    days : float, optional
        Between the two.

    Returns
    -------
    dict of str to Change
        By identifier; within the contours' uncertainty where both have that feature's spread over contours.
    """
    earlier, later = ({} if row is None else measured_features(row) for row in rows)
    one, other = map(_intervals, rows)
    return changes(earlier, later, days, (one, other))


def measured_features(row: LesionScore) -> dict[str, float]:
    """What was measured of a lesion, by identifier, without what was given or made of an earlier study.

    Parameters
    ----------
    row : LesionScore

    Returns
    -------
    dict of str to float
    """
    return {name: value for name, value in row.features.items() if variable_of(name).source is Source.FEATURE}


def _intervals(row: LesionScore | None) -> dict[str, Interval]:
    """Between which values of each feature 95 % of redrawn contours lie, where that was measured."""
    spreads = {} if row is None or row.stability is None else row.stability.spreads
    found = {name: normal_interval(spread.mean, spread.sd) for name, spread in spreads.items()}
    return {name: interval for name, interval in found.items() if interval is not None}


def _score_interval(row: LesionScore | None) -> Interval | None:
    """Between which scores nine of ten redrawn contours lie; None where that was not measured."""
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
