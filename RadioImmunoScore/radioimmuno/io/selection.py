"""Which structures of a file are taken for lesions: by name, by a person's mark, or by the rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

from ..findings import Finding, InputError, Severity
from ..lesion import LeftOut, Lesion
from ..structures.rule import Structure, left_out
from .resampling import ReadLesions

CODE = "lesion.not_a_lesion"
SET_ASIDE = "It is marked as no lesion."

T = TypeVar("T")

# A message names this many of a file's structures.
MAX_NAMES = 30


@dataclass(frozen=True)
class Hints:
    """What a file says of a structure beside its name.

    Parameters
    ----------
    terminology, interpreted_type : str
        As of `structures.Structure`.
    marked : bool or None
        Whether a person marked it as a lesion, or as none; None when nobody did.
    """

    terminology: str = ""
    interpreted_type: str = ""
    marked: bool | None = None


def select_lesions(read: ReadLesions, hints: Mapping[str, Hints], picked: bool) -> ReadLesions:
    """The lesions among the structures that were read, and what is left out.

    Parameters
    ----------
    read : ReadLesions
        All structures that were read.
    hints : mapping of str to Hints
        Identifier -> what the file says of it; may lack some.
    picked : bool
        Whether a person named these structures: then all are taken.

    Returns
    -------
    ReadLesions
        A structure that is taken though it does not look like a lesion has `lesion.not_a_lesion` as its last
        finding, a warning.

    Raises
    ------
    InputError
        `lesion.not_a_lesion` when nothing is left; the text lists what there is and why.
    """
    known = {lesion.id: hints.get(lesion.id, Hints()) for lesion in read.lesions}
    reasons = left_out([structure_of(lesion, known[lesion.id]) for lesion in read.lesions])
    reasons |= {name: SET_ASIDE for name, of_one in known.items() if of_one.marked is False}
    taken = [one for one in read.lesions if picked or known[one.id].marked or one.id not in reasons]
    ids = {lesion.id for lesion in taken}
    left = tuple(LeftOut(one.id, one.name, reasons[one.id]) for one in read.lesions if one.id not in ids)
    if left and not taken:
        raise InputError(CODE, _nothing_left(left))
    findings = {name: found for name, found in read.findings.items() if name in ids}
    for lesion in taken:
        if lesion.id in reasons:
            chosen = Finding(CODE, Severity.WARN, f"{reasons[lesion.id]} It was chosen by hand.")
            findings[lesion.id] = (*findings.get(lesion.id, ()), chosen)
    return ReadLesions(tuple(taken), findings, left)


def structure_of(lesion: Lesion, hints: Hints) -> Structure:
    """What the rule needs to know of a lesion on the CT's lattice."""
    return Structure(
        lesion.id,
        lesion.name,
        hints.terminology,
        hints.interpreted_type,
        lesion.volume_cc if _whole(lesion) else None,
    )


def _whole(lesion: Lesion) -> bool:
    """Whether the CT holds all of it, so that its size says what it is."""
    box = lesion.box
    if box is None:
        return False
    return all(box.start[a] > 0 and box.stop[a] < lesion.mask.lattice.shape[a] for a in range(3))


def _nothing_left(left: tuple[LeftOut, ...]) -> str:
    named = joined_names([f"{one.name} ({one.reason.rstrip('.')})" for one in left])
    return f"No lesion is among the structures: {named}. Where one is a lesion, name it: --roi NAME."


def joined_names(names: Sequence[str]) -> str:
    """The names with commas between, up to `MAX_NAMES`."""
    return ", ".join(names[:MAX_NAMES]) + (", ..." if len(names) > MAX_NAMES else "")


def match_names(items: Sequence[T], patterns: Sequence[str], names: Callable[[T], Sequence[str]]) -> list[T]:
    """The items that one of the patterns matches, in their order; all of them without a pattern.

    Parameters
    ----------
    items : sequence of T
        What a file holds.
    patterns : sequence of str
        Names, or glob patterns (`GTV*`); upper and lower case are the same.
    names : callable
        An item's identifier and name; a pattern may match any of them.

    Raises
    ------
    InputError
        `mask.no_match` when a pattern matches none of them; the text lists what there is.

    Examples
    --------
    >>> match_names(["GTV 1", "Heart", "gtv 2"], ["GTV*"], lambda name: [name])
    ['GTV 1', 'gtv 2']
    """
    for pattern in patterns:
        if not any(_matches(item, pattern, names) for item in items):
            there = [_called(names(item)) for item in items]
            raise InputError(
                "mask.no_match", f"No lesion is called {pattern!r}; there are: {joined_names(there)}."
            )
    if not patterns:
        return list(items)
    return [item for item in items if any(_matches(item, pattern, names) for pattern in patterns)]


def _called(names: Sequence[str]) -> str:
    identifier, name = names[0], names[-1]
    return name if identifier == name else f"{name} ({identifier})"


def _matches(item: T, pattern: str, names: Callable[[T], Sequence[str]]) -> bool:
    wanted = pattern.casefold()
    return any(name.casefold() == wanted or fnmatchcase(name.casefold(), wanted) for name in names(item))
