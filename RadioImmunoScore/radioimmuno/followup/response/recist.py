"""RECIST 1.1: the sum of the targets, the response of targets and of non-targets, the overall response.

Eisenhauer EA, et al. New response evaluation criteria in solid tumours: revised RECIST guideline (version
1.1). Eur J Cancer 2009;45:228-247, with the questions and clarifications of the RECIST working group
(recist.eortc.org).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from .measured import MeasuredCourse, MeasuredLesion, MeasuredStudy, Role, Status

CR, PR, SD, PD, NE = "CR", "PR", "SD", "PD", "NE"
NON_CR_NON_PD = "non-CR/non-PD"
RESPONDED = CR, PR

# A sum has grown from 6/5 of the nadir and 5 mm more than it, and shrunk to 7/10 of baseline or less.
GROWTH_TENTHS = 50


@dataclass(frozen=True)
class Reading:
    """What a study shows of a set of lesions, and what RECIST makes of it.

    Parameters
    ----------
    study : str
    targets : mapping of str to int or None
        Each target's size in tenths of a millimetre; None for one that was not evaluated.
    non_targets : mapping of str to int or None
        The sizes of the non-targets that have a row here; None for one without a size.
    progressed : tuple of str
        Non-targets whose progression is unequivocal.
    new : mapping of str to int or None
        New lesions that are there and those that came back after a complete response, with their sizes; one
        that is not evaluated counts as still there.
    returned : tuple of str
        Those of `new` that came back.
    unequivocal_new : tuple of str
        Those of `new` whose progression is unequivocal.
    baseline, nadir : int, optional
        The sum at baseline and the smallest earlier complete one, in tenths of a millimetre; None without
        targets, and the nadir at baseline.
    target, non_target, overall : str, optional
        The responses; None at baseline and where there are no such lesions.
    continuing : str, optional
        The overall response where PR, once reached, goes on until PD.
    """

    study: str
    targets: Mapping[str, int | None] = field(default_factory=dict)
    non_targets: Mapping[str, int | None] = field(default_factory=dict)
    progressed: tuple[str, ...] = ()
    new: Mapping[str, int | None] = field(default_factory=dict)
    returned: tuple[str, ...] = ()
    unequivocal_new: tuple[str, ...] = ()
    baseline: int | None = None
    nadir: int | None = None
    target: str | None = None
    non_target: str | None = None
    overall: str | None = None
    continuing: str | None = None

    @property
    def has_lesions(self) -> bool:
        """Whether there is a target or a non-target that has a row here."""
        return bool(self.targets or self.non_targets)

    @cached_property
    def measured(self) -> int:
        """The sum of the targets that were evaluated, in tenths of a millimetre."""
        return sum(size for size in self.targets.values() if size is not None)

    @cached_property
    def missing(self) -> tuple[str, ...]:
        """The targets that were not evaluated."""
        return tuple(name for name, size in self.targets.items() if size is None)

    @cached_property
    def sum(self) -> int | None:
        """The sum of the targets; None where one was not evaluated, or there are none."""
        return None if self.missing or not self.targets else self.measured


def has_grown(reference: int, now: int) -> bool:
    """Whether a sum of diameters has grown by a fifth and 5 mm; both count when they are reached.

    Parameters
    ----------
    reference, now : int
        Tenths of a millimetre.

    Examples
    --------
    >>> has_grown(250, 300), has_grown(240, 289), has_grown(400, 479)
    (True, False, False)
    """
    return 10 * now >= 12 * reference and now - reference >= GROWTH_TENTHS


def has_shrunk(baseline: int, now: int) -> bool:
    """Whether a sum of diameters is smaller than baseline by 30 % or more.

    Parameters
    ----------
    baseline, now : int
        Tenths of a millimetre.
    """
    return 10 * now <= 7 * baseline


def target_response(baseline: int, nadir: int, now: int, complete: bool, gone: bool) -> str:
    """The response of the targets.

    Parameters
    ----------
    baseline, nadir, now : int
        Sums in tenths of a millimetre; the nadir is the smallest earlier complete one, that of baseline
        included.
    complete : bool
        Whether all targets were evaluated; else `now` is the sum of those that were.
    gone : bool
        Whether all targets are gone, and all nodes among them below 10 mm.

    Returns
    -------
    str
        CR, PR, SD, PD or NE.
    """
    if not complete:
        return PD if has_grown(nadir, now) else NE
    if gone:
        return CR
    if has_grown(nadir, now):
        return PD
    return PR if has_shrunk(baseline, now) else SD


def overall_response(target: str | None, non_target: str | None, new: bool) -> str | None:
    """The overall response at a study.

    Parameters
    ----------
    target : str, optional
        CR, PR, SD, PD or NE; None without targets.
    non_target : str, optional
        CR, non-CR/non-PD, PD or NE; None without non-targets.
    new : bool
        Whether there is a new lesion.

    Returns
    -------
    str or None
        None where there is nothing to assess.
    """
    if new or PD in (target, non_target):
        return PD
    if target is None:
        return non_target
    if target == CR:
        return CR if non_target in (CR, None) else PR
    return target


def read_course(course: MeasuredCourse, names: Collection[str]) -> tuple[Reading, ...]:
    """RECIST's reading of each study, over some of the lesions.

    Parameters
    ----------
    course : MeasuredCourse
    names : collection of str
        The lesions that count.

    Returns
    -------
    tuple of Reading
        One a study, baseline first.
    """
    start = [lesion for lesion in course.baseline.lesions if lesion.name in names]
    targets = [lesion for lesion in start if lesion.role is Role.TARGET]
    others = [lesion for lesion in start if lesion.role is Role.NON_TARGET]
    first = {lesion.name: lesion.size for lesion in targets}
    baseline = sum(size or 0 for size in first.values()) if targets else None
    known: dict[str, bool] = {}
    readings = [
        Reading(course.baseline.name, first, {one.name: one.size for one in others}, baseline=baseline)
    ]
    for study in course.studies[1:]:
        _follow_new(known, study, names)
        readings.append(_read(study, targets, others, known, readings))
    return tuple(readings)


def _follow_new(known: dict[str, bool], study: MeasuredStudy, names: Collection[str]) -> None:
    """Note which new lesions are there; one that is not evaluated stays as it was."""
    for lesion in study.lesions:
        there = lesion.is_disease
        if (
            lesion.role is Role.NEW
            and lesion.name in names
            and (there or (there is False and lesion.name in known))
        ):
            known[lesion.name] = there


def _read(
    study: MeasuredStudy,
    targets: Sequence[MeasuredLesion],
    others: Sequence[MeasuredLesion],
    known: Mapping[str, bool],
    earlier: Sequence[Reading],
) -> Reading:
    here = study.by_name
    sizes = {one.name: here[one.name].size if one.name in here else None for one in targets}
    new = {name: here[name].size if name in here else None for name, there in known.items() if there}
    returned = []
    if any(reading.overall == CR for reading in earlier):
        seen = [here[one.name] for one in (*targets, *others) if one.name in here]
        returned = [lesion.name for lesion in seen if lesion.is_disease]
        new |= {name: here[name].size for name in returned}
    baseline = earlier[0].baseline
    sums = [reading.sum for reading in earlier if reading.sum is not None]
    nadir = min(sums, default=None)
    target = None
    if baseline is not None and nadir is not None:
        measured = [size for size in sizes.values() if size is not None]
        gone = not any(here[one.name].is_disease for one in targets if one.name in here)
        target = target_response(baseline, nadir, sum(measured), len(measured) == len(sizes), gone)
    rows = [here.get(one.name) for one in others]
    non_target = _non_target_response(rows) if others else None
    overall = overall_response(target, non_target, bool(new))
    unequivocal = [one.name for one in here.values() if one.status is Status.UNEQUIVOCAL]
    return Reading(
        study=study.name,
        targets=sizes,
        non_targets={one.name: one.size for one in rows if one is not None},
        progressed=tuple(one.name for one in others if one.name in unequivocal),
        new=new,
        returned=tuple(returned),
        unequivocal_new=tuple(name for name in new if name in unequivocal),
        baseline=baseline,
        nadir=nadir,
        target=target,
        non_target=non_target,
        overall=overall,
        continuing=_continuing(overall, earlier),
    )


def _non_target_response(rows: Iterable[MeasuredLesion | None]) -> str:
    seen = list(rows)
    if any(one is not None and one.status is Status.UNEQUIVOCAL for one in seen):
        return PD
    left = [None if one is None else one.is_disease for one in seen]
    if None in left:
        return NE
    return NON_CR_NON_PD if any(left) else CR


def _continuing(overall: str | None, earlier: Sequence[Reading]) -> str | None:
    """PR in the place of SD, where PR was reached and no PD followed."""
    if overall != SD:
        return overall
    for reading in reversed(earlier):
        if reading.overall == PD:
            return SD
        if reading.overall in RESPONDED:
            return PR
    return SD
