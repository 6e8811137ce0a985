"""iRECIST: a progression is unconfirmed first, and confirmed, or not, by the studies after it.

Seymour L, et al. iRECIST: guidelines for response criteria for use in trials testing immunotherapeutics.
Lancet Oncol 2017;18:e143-e152 (tables 2 and 3), with the working group's answers (recist.eortc.org):
increases add up from the study of the unconfirmed progression on, and after a reset the old new lesions need
20 %, as targets do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .measured import MOST_AN_ORGAN, MOST_TARGETS, MeasuredCourse, Role, millimetres
from .recist import CR, GROWTH_TENTHS, NE, PD, Reading, has_grown, overall_response

ICR, IPR, ISD, IUPD, ICPD = "iCR", "iPR", "iSD", "iUPD", "iCPD"
NON_ICR_NON_IUPD = "non-iCR/non-iUPD"
TARGETS, NON_TARGETS, NEW = "targets", "non-targets", "new lesions"
IMPROVED = ICR, IPR, ISD, NON_ICR_NON_IUPD

CONFIRM_FROM_DAYS, CONFIRM_UNTIL_DAYS = 28, 56


@dataclass(frozen=True)
class Window:
    """When a study can confirm a progression.

    Parameters
    ----------
    from_days, until_days : int
        Days after the unconfirmed progression: sooner ones do not confirm, later ones do and are noted.
    """

    from_days: int = CONFIRM_FROM_DAYS
    until_days: int = CONFIRM_UNTIL_DAYS


@dataclass(frozen=True)
class ImmuneResponse:
    """iRECIST's answer at a study.

    Parameters
    ----------
    word : str, optional
        iCR, iPR, iSD, iUPD, iCPD, NE or non-iCR/non-iUPD; None at baseline and where it cannot be told.
    sentence : str
    resolved : bool
        Whether a progression was left unconfirmed here for good.
    begun : int, optional
        The place of the study of the first iUPD of a block that goes on or was confirmed here: of iCPD, the
        date of progression.
    """

    word: str | None
    sentence: str
    resolved: bool = False
    begun: int | None = None


@dataclass(frozen=True)
class ImmuneState:
    """Where a course stands after a study.

    Parameters
    ----------
    begun : int, optional
        The study of the first iUPD of the block that is open.
    reasons : tuple of str
        The categories that it is based on.
    old : frozenset of str
        New lesions that were there when the bar was last reset.
    old_since : int
        From which study on the smallest sum of the old ones counts.
    ended : ImmuneResponse, optional
        The answer from now on: progression was confirmed, or cannot be told.
    """

    begun: int | None = None
    reasons: tuple[str, ...] = ()
    old: frozenset[str] = frozenset()
    old_since: int = 0
    ended: ImmuneResponse | None = None


@dataclass(frozen=True)
class ImmuneCourse:
    """What the rules are asked about.

    Parameters
    ----------
    course : MeasuredCourse
    readings : sequence of Reading
        RECIST's, one a study, over the lesions that count.
    window : Window
    """

    course: MeasuredCourse
    readings: Sequence[Reading]
    window: Window

    @cached_property
    def measured(self) -> frozenset[str]:
        """The new lesions whose sum is followed."""
        return measured_new_lesions(self.course, self.readings)

    def new_sum(self, place: int, names: frozenset[str]) -> int:
        """The sum of these measured new lesions in a study; one that has no size there is left out."""
        new = self.readings[place].new
        return sum(new.get(name) or 0 for name in names & self.measured)

    def smallest_new_sum(self, places: range, names: frozenset[str]) -> int | None:
        """The smallest sum of these new lesions in studies that show the size of all that are there."""
        there = [self.readings[place].new for place in places]
        complete = [
            new for new in there if all(new.get(name, 0) is not None for name in names & self.measured)
        ]
        sums = [sum(new.get(name) or 0 for name in names & self.measured) for new in complete]
        return min(sums, default=None)

    def name(self, place: int) -> str:
        """How a sentence calls a study."""
        study = self.course.studies[place]
        return study.name if str(study.date) in ("None", study.name) else f"{study.name} ({study.date})"


def measured_new_lesions(course: MeasuredCourse, readings: Sequence[Reading]) -> frozenset[str]:
    """The new lesions whose sum is followed: measurable when they appear, five at most, two an organ at most.

    The largest come first, of equal ones those whose name does. A target that came back is among them.

    Parameters
    ----------
    course : MeasuredCourse
    readings : sequence of Reading

    Returns
    -------
    frozenset of str
    """
    chosen: set[str] = set()
    organs: Counter[str] = Counter()
    known: set[str] = set()
    for study, reading in zip(course.studies, readings, strict=True):
        fresh = [name for name in reading.new if name not in known]
        known |= set(fresh)
        for name in sorted(fresh, key=lambda name: (-(reading.new[name] or 0), name)):
            lesion = study.by_name[name]
            if lesion.role is Role.TARGET:
                chosen.add(name)
            elif lesion.role is Role.NEW and lesion.is_measurable:
                organ = course.organs[name]
                if organs.total() < MOST_TARGETS and organs[organ] < MOST_AN_ORGAN:
                    organs[organ] += 1
                    chosen.add(name)
    return frozenset(chosen)


def immune_overall(target: str | None, non_target: str | None, new: bool) -> str | None:
    """The word at a study without progression.

    Parameters
    ----------
    target, non_target : str, optional
        As in RECIST; none of them PD.
    new : bool
        Whether a new lesion is there that is no progression: it forbids iCR.

    Returns
    -------
    str or None
    """
    words = {None: None, NE: NE, CR: ICR, "PR": IPR, "SD": ISD, "non-CR/non-PD": NON_ICR_NON_IUPD}
    word = words[overall_response(target, non_target, False)]
    if word == ICR and new:
        return NON_ICR_NON_IUPD if target is None else IPR
    return word


def step(asked: ImmuneCourse, place: int, state: ImmuneState) -> tuple[ImmuneResponse, ImmuneState]:
    """The answer at a study, from where the course stood before it.

    The lesions that count may be others than before: what was the reason of a progression and counts no
    longer confirms nothing.

    Parameters
    ----------
    asked : ImmuneCourse
    place : int
        Of the study.
    state : ImmuneState
        After the study before.

    Returns
    -------
    answer : ImmuneResponse
    state : ImmuneState
        After this study.
    """
    if place == 0:
        return ImmuneResponse(None, "baseline"), state
    if state.ended is not None:
        return state.ended, state
    reading = asked.readings[place]
    progressing = _progressing(asked, place, state)
    if state.begun is None:
        if progressing:
            text = f"iUPD by {_listed(progressing.values())}"
            begun = ImmuneState(place, tuple(progressing), state.old, state.old_since)
            return ImmuneResponse(IUPD, text, begun=place), begun
        word = immune_overall(reading.target, reading.non_target, bool(reading.new))
        return ImmuneResponse(word, word or "nothing to assess"), state
    return _within(asked, place, state, progressing)


def _within(
    asked: ImmuneCourse, place: int, state: ImmuneState, progressing: Mapping[str, str]
) -> tuple[ImmuneResponse, ImmuneState]:
    """A study after an iUPD that is neither confirmed nor resolved yet."""
    begun = state.begun
    assert begun is not None
    reading, since = asked.readings[place], asked.name(begun)
    grown = [*_grown(asked, place, state), *(progressing[c] for c in progressing if c not in state.reasons)]
    if grown:
        days = asked.course.days(begun, place)
        if days is None:
            text = (
                f"cannot be told: {_listed(grown)}, but without dates it is not known how long after {since}"
            )
            unknown = ImmuneResponse(None, text, begun=begun)
            later = ImmuneResponse(None, f"cannot be told, as in {reading.study}", begun=begun)
            return unknown, ImmuneState(ended=later)
        if days < asked.window.from_days:
            text = f"iUPD goes on: {_listed(grown)}, but {days} days after {since} are too soon to confirm"
            return ImmuneResponse(IUPD, text, begun=begun), state
        late = f", later than {asked.window.until_days} days" if days > asked.window.until_days else ""
        text = f"iCPD: {_listed(grown)}, {days} days after the iUPD of {since}{late}"
        later = ImmuneResponse(
            ICPD, f"iCPD since {asked.name(place)}, progression since {since}", begun=begun
        )
        return ImmuneResponse(ICPD, text, begun=begun), ImmuneState(ended=later)
    if better := _better(asked, place, state):
        word = immune_overall(reading.target, reading.non_target, bool(reading.new))
        text = f"{word or 'nothing to assess'}: {better}, and the bar is reset"
        known = frozenset(name for r in asked.readings[: place + 1] for name in r.new)
        return ImmuneResponse(word, text, resolved=True), ImmuneState(
            old=known, old_since=_all_seen(asked, known)
        )
    if reading.target == NE or (reading.target is None and reading.non_target == NE):
        return ImmuneResponse(
            NE, f"NE; the iUPD of {since} is neither confirmed nor resolved", begun=begun
        ), state
    text = f"iUPD goes on: neither grown further nor better since {since}"
    return ImmuneResponse(IUPD, text + _unmeasured(asked, place, state), begun=begun), state


def _progressing(asked: ImmuneCourse, place: int, state: ImmuneState) -> dict[str, str]:
    """The categories that meet progression at a study, each with what shows it."""
    reading = asked.readings[place]
    found = {}
    if reading.target == PD:
        assert reading.nadir is not None
        found[TARGETS] = f"targets (sum {millimetres(reading.nadir)} to {millimetres(reading.measured)} mm)"
    if reading.non_target == PD:
        found[NON_TARGETS] = f"non-targets (unequivocal: {', '.join(reading.progressed)})"
    fresh = [name for name in reading.new if name not in state.old]
    if fresh:
        found[NEW] = f"new lesions ({', '.join(fresh)})"
    elif state.old:
        worse = [name for name in reading.unequivocal_new if name not in asked.measured]
        least = asked.smallest_new_sum(range(state.old_since, place), state.old)
        now = asked.new_sum(place, state.old)
        if worse:
            found[NEW] = f"new lesions (unequivocal: {', '.join(worse)})"
        elif least is not None and has_grown(least, now):
            found[NEW] = f"earlier new lesions (sum {millimetres(least)} to {millimetres(now)} mm)"
    return found


def _grown(asked: ImmuneCourse, place: int, state: ImmuneState) -> list[str]:
    """What grew, beyond the study of the iUPD, of that which was its reason."""
    assert state.begun is not None
    then, now = asked.readings[state.begun], asked.readings[place]
    since = then.study
    found = []
    if TARGETS in state.reasons:
        measured = [name for name, size in then.targets.items() if size is not None]
        growth = sum(now.targets[name] or 0 for name in measured) - then.measured
        if growth >= GROWTH_TENTHS:
            found.append(f"targets grew {millimetres(growth)} mm beyond {since}")
    if NON_TARGETS in state.reasons:
        grew = [name for name in then.progressed if _is_larger(then.non_targets, now.non_targets, name)]
        more = [name for name in now.progressed if name not in then.progressed]
        found += [f"non-target {name} grew beyond {since}" for name in grew]
        found += [f"non-target {name} progressed, too" for name in more]
    if NEW in state.reasons:
        names = frozenset(then.new)
        known = frozenset(name for r in asked.readings[: state.begun + 1] for name in r.new)
        seen = frozenset(name for name in names if then.new[name] is not None)
        growth = asked.new_sum(place, seen) - asked.new_sum(state.begun, seen)
        if growth >= GROWTH_TENTHS:
            found.append(f"new lesions grew {millimetres(growth)} mm beyond {since}")
        for name in now.new:
            if name not in known:
                found.append(f"a further new lesion ({name})")
            elif name in names - asked.measured and _is_larger(then.new, now.new, name):
                found.append(f"new lesion {name} grew beyond {since}")
            elif name in now.unequivocal_new and name not in (*then.unequivocal_new, *asked.measured):
                found.append(f"new lesion {name} progressed")
    return found


def _is_larger(then: Mapping[str, int | None], now: Mapping[str, int | None], name: str) -> bool:
    before, size = then.get(name), now.get(name)
    return before is not None and size is not None and size > before


def _better(asked: ImmuneCourse, place: int, state: ImmuneState) -> str:
    """What is better than at the study of the iUPD, once targets and non-targets progress no longer."""
    assert state.begun is not None
    then, now = asked.readings[state.begun], asked.readings[place]
    since = f"than at the iUPD of {asked.name(state.begun)}"
    smaller, better = f"targets are smaller {since}", f"non-targets are better {since}"
    if PD in (now.target, now.non_target) or now.target == NE:
        return ""
    if now.non_target == NE and (NON_TARGETS in state.reasons or now.target is None):
        return ""
    holds = {TARGETS: then.target == PD, NON_TARGETS: then.non_target == PD, NEW: bool(then.new)}
    if not any(holds[reason] for reason in state.reasons):
        return f"what progressed in {asked.name(state.begun)} counts here no longer"
    if TARGETS in state.reasons and then.target == PD:
        return smaller
    if NON_TARGETS in state.reasons and then.non_target == PD:
        return better
    if not now.new:
        return f"without the new lesions it is better {since}"
    if now.sum is not None and then.sum is not None and now.sum < then.sum:
        return smaller
    if now.non_target == CR != then.non_target and (now.sum or 0) <= (then.sum or 0):
        return better
    return ""


def _all_seen(asked: ImmuneCourse, names: frozenset[str]) -> int:
    """The first study by which all of these new lesions had appeared."""
    firsts = [next(at for at, r in enumerate(asked.readings) if name in r.new) for name in names]
    return max(firsts, default=0)


def _unmeasured(asked: ImmuneCourse, place: int, state: ImmuneState) -> str:
    """That growth of non-targets without sizes cannot be told."""
    assert state.begun is not None
    then, now = asked.readings[state.begun], asked.readings[place]
    if NON_TARGETS not in state.reasons:
        return ""
    names = [
        name
        for name in then.progressed
        if name in now.progressed and None in (then.non_targets.get(name), now.non_targets.get(name))
    ]
    return f" (whether {', '.join(names)} grew cannot be told without its size in both)" if names else ""


def _listed(texts: Iterable[str]) -> str:
    parts = list(texts)
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} and {parts[-1]}"
