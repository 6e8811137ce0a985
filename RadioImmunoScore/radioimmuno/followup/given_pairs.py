"""Pairs of lesions as a table that a person corrects: written as proposed, read as given.

A row pairs a lesion of a study with one of the next; several rows of one lesion are a split or a merge. An
empty cell says that there is none: gone, or new. A question mark leaves it to the matching.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..findings import InputError
from ..lesion import Lesion
from ..tables.cells import Cells, read_cells
from .course import Course
from .followed_lesion import UNKNOWN, ScoredStudy
from .match import Match
from .matching import CODE, GivenPair

COLUMNS = ("study", "baseline", "followup", "match", "by", "why")
OPEN = "?"


def proposed_rows(course: Course, names: Sequence[str]) -> list[tuple[str, ...]]:
    """The matches of a course as rows of a table.

    Parameters
    ----------
    course : Course
    names : sequence of str
        Of the studies.

    Returns
    -------
    list of tuple of str
        Cells of `COLUMNS`; `study` is the later one.
    """
    rows: list[tuple[str, ...]] = []
    for step, matches in enumerate(course.matches):
        called = [_called(course.studies[number].lesions) for number in (step, step + 1)]
        for match in matches:
            before = [called[0][each] for each in match.baseline]
            after = [called[1][each] for each in match.followup]
            if match.kind in UNKNOWN or _is_back(course, step + 1, match):
                pairs = [(one, OPEN) for one in before] + [(OPEN, one) for one in after]
            else:
                pairs = [(one, other) for one in before or [""] for other in after or [""]]
            end = (match.kind.value, match.by, match.why)
            rows += [(names[step + 1], *pair, *end) for pair in pairs]
    return rows


def _is_back(course: Course, study: int, match: Match) -> bool:
    """Whether lesions that are new to the study before were seen in an earlier one."""
    return any(
        back.again == study and not set(back.match.followup).isdisjoint(match.followup)
        for back in course.returned
    )


def read_pairs(path: Path, studies: Sequence[ScoredStudy]) -> dict[int, list[GivenPair]]:
    """What a person paired.

    Parameters
    ----------
    path : Path
        A table with the columns `baseline` and `followup`, lesions by name or id, and `study`, the later
        one's name or its number in order of time from 1; with two studies it may be left out.
    studies : sequence of ScoredStudy
        In order of time.

    Returns
    -------
    dict of int to list of GivenPair
        By the number of the earlier study, 0 for the first.

    Raises
    ------
    InputError
        `followup.pairs` with the line and what to do.
    """
    cells = read_cells(path)
    before, after = cells.column("baseline"), cells.column("followup")
    found: dict[int, list[tuple[str, str]]] = {}
    for place, line in enumerate(cells.lines):
        try:
            later = _study(cells, place, studies)
            if OPEN in (before[place], after[place]):
                continue
            sides = zip((later - 1, later), (before[place], after[place]), strict=True)
            one, other = (_lesion(studies[number], text) for number, text in sides)
        except InputError as error:
            raise InputError(CODE, f"Line {line} of {path}: {error}") from None
        found.setdefault(later - 1, []).append((one, other))
    return {step: _grouped(rows) for step, rows in found.items()}


def _study(cells: Cells, place: int, studies: Sequence[ScoredStudy]) -> int:
    text = cells.column("study")[place] if "study" in cells.columns else ""
    if not text and len(studies) == 2:
        return 1
    names = [one.name for one in studies]
    numbers = [str(number) for number in range(1, len(names) + 1)]
    found = names.index(text) if text in names else numbers.index(text) if text in numbers else 0
    if found < 1:
        known = ", ".join(names[1:])
        raise InputError(CODE, f"{text!r} is no later study; there are: {known}.")
    return found


def _lesion(here: ScoredStudy, text: str) -> str:
    """The id of the lesion that a cell names; empty for an empty cell."""
    if not text:
        return ""
    for wanted in (text, text.removeprefix("'")):
        for called in ([one.id for one in here.study.lesions], [one.name for one in here.study.lesions]):
            if called.count(wanted) == 1:
                return here.study.lesions[called.index(wanted)].id
            if called.count(wanted) > 1:
                raise InputError(CODE, f"several lesions of {here.name} are called {wanted!r}; give the id.")
    known = ", ".join(_called(here.study.lesions).values())
    raise InputError(CODE, f"{here.name} has no lesion {text!r}; there are: {known or 'none'}.")


def _grouped(rows: Sequence[tuple[str, str]]) -> list[GivenPair]:
    """Rows that share a lesion as one pair."""
    groups: list[tuple[list[str], list[str]]] = []
    for one, other in dict.fromkeys(rows):
        sharing = [
            group
            for group in groups
            if one and other and all(group) and (one in group[0] or other in group[1])
        ]
        joined: tuple[list[str], list[str]] = ([], [])
        for group in (*sharing, ([one] if one else [], [other] if other else [])):
            for side, ids in zip(joined, group, strict=True):
                side += [each for each in ids if each not in side]
        groups = [group for group in groups if group not in sharing] + [joined]
    return [GivenPair(tuple(before), tuple(after)) for before, after in groups]


def _called(lesions: Sequence[Lesion]) -> dict[str, str]:
    """The name of each lesion, or its id where a name would not tell which it is."""
    names = [one.name for one in lesions]
    ids = {one.id for one in lesions}
    return {
        one.id: one.name if one.name and names.count(one.name) == 1 and one.name not in ids else one.id
        for one in lesions
    }
