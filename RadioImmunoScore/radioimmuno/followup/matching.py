"""Which lesions of a follow-up are which of the baseline.

What a person paired counts, and what has an equal tracking UID (DICOM PS3.3 C.8.20, equal at all time points)
or, where a person wants it, an equal name. The rest follows from place, in the coordinates of the registered
CT: where half of the smaller of two lesions lies in the other they belong together; what is left is paired by
distance and volume so that the sum of the costs is least (Kuhn 1955; Munkres 1957). What is not clear is
`ambiguous`, and a person is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..findings import InputError
from ..lesion import Lesion
from .match import BY_NAME, BY_PERSON, BY_PLACE, BY_UID, Match, MatchKind, kind_of
from .matching_costs import REACH_MM, Pairs, measure_pairs
from .placement import ByPlace
from .registration import Registration

CODE = "followup.pairs"


@dataclass(frozen=True)
class GivenPair:
    """Lesions that a person paired; without any in the follow-up they are gone, without any before new.

    Parameters
    ----------
    baseline, followup : tuple of str
        Lesion ids; one on one side at least.
    """

    baseline: tuple[str, ...]
    followup: tuple[str, ...]


def match_lesions(
    baseline: Sequence[Lesion],
    followup: Sequence[Lesion],
    registration: Registration | None,
    *,
    given: Sequence[GivenPair] = (),
    names_identify: bool = False,
) -> tuple[Match, ...]:
    """Pair the lesions of two studies of a patient.

    Parameters
    ----------
    baseline, followup : sequence of Lesion
        Each on the lattice of its study's CT, ids unique within a study, none empty.
    registration : Registration or None
        Of both CT; without one, what nobody and no UID paired is ambiguous.
    given : sequence of GivenPair, optional
        What a person paired: never overruled.
    names_identify : bool, optional
        Whether lesions of an equal name, which one of each study has, are the same.

    Returns
    -------
    tuple of Match
        Each lesion in one of them; by the first lesion's place in its study.

    Raises
    ------
    InputError
        `followup.pairs` when a given pair names an unknown lesion, or one twice.
    """
    matches = given_matches(given, baseline, followup)
    pairs = None if registration is None else measure_pairs(baseline, followup, registration)
    keys: list[tuple[str, Callable[[Lesion], Hashable]]] = [(BY_UID, lambda lesion: lesion.tracking_uid)]
    if names_identify:
        keys.append((BY_NAME, lambda lesion: lesion.name.strip().casefold()))
    for by, key in keys:
        before, after = _left(baseline, followup, matches)
        matches += [_checked(match, baseline, followup, pairs) for match in _equal(before, after, key, by)]
    before, after = _left(baseline, followup, matches)
    if pairs is None:
        matches += _unplaced(before, after)
    else:
        pairs = _without(pairs, baseline, followup, matches)
        matches += ByPlace(tuple(baseline), tuple(followup), pairs).matches(before, after)
    first = {lesion.id: n for n, lesion in enumerate(baseline)}
    then = {lesion.id: n for n, lesion in enumerate(followup, start=len(baseline))}
    return tuple(
        sorted(
            matches,
            key=lambda match: min(
                [*(first[each] for each in match.baseline), *(then[each] for each in match.followup)]
            ),
        )
    )


def given_matches(
    given: Sequence[GivenPair], baseline: Sequence[Lesion], followup: Sequence[Lesion]
) -> list[Match]:
    """What a person paired, as matches.

    Parameters
    ----------
    given : sequence of GivenPair
    baseline, followup : sequence of Lesion
        As of `match_lesions`.

    Returns
    -------
    list of Match

    Raises
    ------
    InputError
        `followup.pairs` when a pair names an unknown lesion, or one twice, or several of both.
    """
    for side, lesions, word in (("baseline", baseline, "baseline"), ("followup", followup, "follow-up")):
        named = [each for pair in given for each in getattr(pair, side)]
        unknown = sorted(set(named) - {lesion.id for lesion in lesions})
        if unknown:
            raise InputError(CODE, f"A pair names lesion {unknown[0]!r}, which the {word} does not have.")
        twice = sorted({each for each in named if named.count(each) > 1})
        if twice:
            raise InputError(CODE, f"Lesion {twice[0]!r} of the {word} stands in two pairs: put it into one.")
    return [
        Match(pair.baseline, pair.followup, _kind(pair), None, "Paired by hand.", BY_PERSON) for pair in given
    ]


def _kind(pair: GivenPair) -> MatchKind:
    counts = len(pair.baseline), len(pair.followup)
    if min(counts) > 1:
        text = (
            "Several lesions of the baseline are paired with several of the follow-up: pair them one by one."
        )
        raise InputError(CODE, text)
    if counts == (0, 0):
        raise InputError(CODE, "A pair names no lesion.")
    return kind_of(*counts)


def _left(
    baseline: Sequence[Lesion], followup: Sequence[Lesion], matches: Sequence[Match]
) -> tuple[list[Lesion], list[Lesion]]:
    """The lesions that have no match yet."""
    before = {each for match in matches for each in match.baseline}
    after = {each for match in matches for each in match.followup}
    return (
        [lesion for lesion in baseline if lesion.id not in before],
        [lesion for lesion in followup if lesion.id not in after],
    )


def _equal(
    baseline: Sequence[Lesion], followup: Sequence[Lesion], key: Callable[[Lesion], Hashable], by: str
) -> list[Match]:
    """Lesions with an equal key; by name only where there is one of it in each study."""
    matches = []
    for value in dict.fromkeys(key(lesion) for lesion in baseline):
        before = tuple(lesion.id for lesion in baseline if key(lesion) == value)
        after = tuple(lesion.id for lesion in followup if key(lesion) == value)
        if not value or not after or (by == BY_NAME and len(before) + len(after) > 2):
            continue
        matches.append(Match(before, after, kind_of(len(before), len(after)), None, f"Equal {by}.", by))
    return matches


def _without(
    pairs: Pairs, baseline: Sequence[Lesion], followup: Sequence[Lesion], matches: Sequence[Match]
) -> Pairs:
    """The pairs without what a person paired: nobody asks whether another lesion is a part of it."""
    given = [match for match in matches if match.by == BY_PERSON]
    before = [any(lesion.id in match.baseline for match in given) for lesion in baseline]
    after = [any(lesion.id in match.followup for match in given) for lesion in followup]
    known = np.add.outer(np.array(before, bool), np.array(after, bool))
    return replace(pairs, gap_mm=np.where(known, np.inf, pairs.gap_mm))


def _unplaced(baseline: Sequence[Lesion], followup: Sequence[Lesion]) -> list[Match]:
    why = "The CT are not registered, so that nothing is known of its place: pair it by hand."
    return [
        *(Match((lesion.id,), (), MatchKind.AMBIGUOUS, None, why, BY_PLACE) for lesion in baseline),
        *(Match((), (lesion.id,), MatchKind.AMBIGUOUS, None, why, BY_PLACE) for lesion in followup),
    ]


def _checked(
    match: Match, baseline: Sequence[Lesion], followup: Sequence[Lesion], pairs: Pairs | None
) -> Match:
    """A match by UID or name with what the registration has against it."""
    if pairs is None:
        return match
    rows = [n for n, lesion in enumerate(baseline) if lesion.id in match.baseline]
    columns = [n for n, lesion in enumerate(followup) if lesion.id in match.followup]
    gap = float(pairs.gap_mm[np.ix_(rows, columns)].min())
    if gap <= REACH_MM:
        return match
    apart = float(pairs.centre_mm[np.ix_(rows, columns)].min())
    return replace(match, why=f"{match.why} By the registered CT they are {apart:.0f} mm apart: check it.")
