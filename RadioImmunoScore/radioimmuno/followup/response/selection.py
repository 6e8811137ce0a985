"""Which lesions are targets: proposed by the rules of RECIST 1.1, and how a choice by hand is unlike them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .measured import (
    MEASURABLE_NODE_TENTHS,
    MEASURABLE_TENTHS,
    MOST_AN_ORGAN,
    MOST_TARGETS,
    MeasuredLesion,
    Role,
    millimetres,
    tenths,
)

# Slices thicker than this ask for lesions of twice their thickness.
THICK_SLICE_TENTHS = 50


@dataclass(frozen=True)
class TargetProposal:
    """The proposed targets.

    Parameters
    ----------
    targets : tuple of str
        The largest first.
    reasons : mapping of str to str
        For every lesion why it is a target or none.
    """

    targets: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class Circumstances:
    """What decides on targets besides their sizes.

    Parameters
    ----------
    slice_mm : float, optional
        The thickness of the slices.
    unreproducible : collection of str
        Lesions that readers do not measure alike: they come last.
    progressed : collection of str
        Irradiated lesions that have progressed since.
    """

    slice_mm: float | None = None
    unreproducible: Collection[str] = ()
    progressed: Collection[str] = ()


def unmeasurable_because(lesion: MeasuredLesion, around: Circumstances) -> str:
    """Why a lesion cannot be a target; empty where it can.

    A long axis of 10 mm or more, or of two slices where they are thicker than 5 mm; of a node a short axis of
    15 mm or more; not irradiated before baseline unless it has progressed since.

    Parameters
    ----------
    lesion : MeasuredLesion
        At baseline.
    around : Circumstances

    Returns
    -------
    str
    """
    least = MEASURABLE_NODE_TENTHS if lesion.node else MEASURABLE_TENTHS
    thickness = tenths(around.slice_mm or 0)
    if thickness > THICK_SLICE_TENTHS and not lesion.node:
        least = max(least, 2 * thickness)
    axis = "short axis" if lesion.node else "long axis"
    if lesion.size is None:
        return "it has no size"
    if lesion.size < least:
        return f"its {axis} of {millimetres(lesion.size)} mm is below {millimetres(least)}"
    if lesion.irradiated and lesion.name not in around.progressed:
        return "it was irradiated and has not progressed since"
    return ""


def propose_targets(lesions: Sequence[MeasuredLesion], around: Circumstances | None = None) -> TargetProposal:
    """The targets that RECIST's rules propose: five at most, two an organ at most, the largest first.

    All nodes are one organ, and so are both sides of a paired one. Lesions that are not measured reproducibly
    come after those that are; of equal ones the first by name. The choice is a person's: this is where it
    starts.

    Parameters
    ----------
    lesions : sequence of MeasuredLesion
        At baseline; new ones are passed over.
    around : Circumstances, optional

    Returns
    -------
    TargetProposal
    """
    around = around or Circumstances()
    reasons: dict[str, str] = {}
    organs: Counter[str] = Counter()
    chosen: list[str] = []
    candidates = [lesion for lesion in lesions if lesion.role is not Role.NEW]
    order = sorted(
        candidates, key=lambda one: (one.name in around.unreproducible, -(one.size or 0), one.name)
    )
    for lesion in order:
        where = lesion.organ or "an organ without a name"
        if problem := unmeasurable_because(lesion, around):
            reasons[lesion.name] = f"not measurable: {problem}"
        elif len(chosen) == MOST_TARGETS:
            reasons[lesion.name] = f"there are {MOST_TARGETS} targets already"
        elif organs[lesion.organ] == MOST_AN_ORGAN:
            reasons[lesion.name] = f"there are {MOST_AN_ORGAN} targets in {where} already"
        else:
            organs[lesion.organ] += 1
            chosen.append(lesion.name)
            reasons[lesion.name] = f"target: {millimetres(lesion.size or 0)} mm in {where}"
    return TargetProposal(tuple(chosen), reasons)


def departures(lesions: Sequence[MeasuredLesion], around: Circumstances | None = None) -> tuple[str, ...]:
    """What is unlike RECIST's rules in the targets that were chosen, a sentence each.

    Parameters
    ----------
    lesions : sequence of MeasuredLesion
        At baseline.
    around : Circumstances, optional

    Returns
    -------
    tuple of str
    """
    around = around or Circumstances()
    targets = [lesion for lesion in lesions if lesion.role is Role.TARGET]
    found = []
    if len(targets) > MOST_TARGETS:
        found.append(f"{len(targets)} targets, where RECIST has {MOST_TARGETS} at most")
    organs = Counter(lesion.organ for lesion in targets if lesion.organ)
    for organ, count in organs.items():
        if count > MOST_AN_ORGAN:
            found.append(f"{count} targets in {organ}, where RECIST has {MOST_AN_ORGAN} at most")
    for lesion in targets:
        problem = unmeasurable_because(lesion, around)
        if problem and not problem.startswith("it was irradiated"):
            found.append(f"target {lesion.name} is not measurable: {problem}")
    return tuple(found)
