"""Hyperprogression: growth that is faster under treatment than before it.

- Champiat 2017: PD at the first evaluation and a growth rate (TGR) at least twice that before baseline.
- Saada-Bouzid 2017: a growth kinetics ratio (TGK, mm a month) of 2 or more.
- Ferrara 2018: PD at the first evaluation and a TGR higher by more than 50 % a month.
- Kas 2020: the same with more than 100 % a month (found among patients with PD).
- Matos 2020: within two months the sum grows by more than 40 %, or two new lesions appear in an organ that
  was involved, or one in an organ that was not.

TGR = 100 (exp(3 ln(S2/S1)/months) - 1) in % a month, S the sums of the targets. All but Matos need a study
before baseline. A ratio over a growth that was not positive is not given, the difference is. All are asked at
the first study after baseline. A month of 30.4375 days and two months of 61 days are ours.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .answer import NO, YES, Answer
from .fields import change_words
from .measured import MeasuredCourse, MeasuredStudy, Role, days_between
from .recist import PD, Reading

CHAMPIAT, SAADA_BOUZID, FERRARA, KAS, MATOS = "champiat", "saada-bouzid", "ferrara", "kas", "matos"
DEFINITIONS = CHAMPIAT, SAADA_BOUZID, FERRARA, KAS, MATOS
MONTH_DAYS = 365.25 / 12
MATOS_DAYS = 61
RATIO = 2.0
FERRARA_PERCENT, KAS_PERCENT = 50.0, 100.0


@dataclass(frozen=True)
class Growth:
    """How the sum of the targets grew between two studies.

    Parameters
    ----------
    rate : float
        TGR, % a month.
    slope : float
        TGK, mm a month.
    """

    rate: float
    slope: float


def growth_between(before: int, after: int, days: int) -> Growth:
    """The growth from one sum to another.

    Parameters
    ----------
    before, after : int
        Tenths of a millimetre, both above 0.
    days : int
        Above 0.

    Examples
    --------
    >>> round(growth_between(1000, 1100, 61).rate, 1)
    15.3
    """
    months = days / MONTH_DAYS
    return Growth(100 * math.expm1(3 * math.log(after / before) / months), (after - before) / 10 / months)


def hyperprogression(
    course: MeasuredCourse,
    readings: Sequence[Reading],
    place: int,
    definitions: Sequence[str] = DEFINITIONS,
) -> dict[str, Answer]:
    """The answers of the definitions in a study.

    Parameters
    ----------
    course : MeasuredCourse
    readings : sequence of Reading
        Over all lesions.
    place : int
        Of the study.
    definitions : sequence of str
        Of `DEFINITIONS`.

    Returns
    -------
    dict of str to Answer
        yes or no; None where it cannot be told, and in all studies but the first after baseline.
    """
    if place != 1:
        text = (
            "baseline" if place == 0 else f"asked at the first study after baseline, {course.studies[1].name}"
        )
        return {name: Answer(None, text) for name in definitions}
    answers = {}
    rates = _growths(course)
    for name in definitions:
        if name == MATOS:
            answers[name] = _matos(course, readings[1])
        elif isinstance(rates, str):
            answers[name] = Answer(None, f"cannot be told: {rates}")
        else:
            answers[name] = _by_growth(name, *rates, readings[1])
    return answers


def _growths(course: MeasuredCourse) -> tuple[Growth, Growth] | str:
    """The growth before and after baseline, or why it is not known."""
    if not course.before:
        return "there is no study before baseline"
    studies = course.before[-1], *course.studies[:2]
    targets = [lesion.name for lesion in course.baseline.lesions if lesion.role is Role.TARGET]
    if not targets:
        return "there is no target"
    sums = []
    for study in studies:
        sizes = [study.by_name[name].size if name in study.by_name else None for name in targets]
        known = [size for size in sizes if size is not None]
        if len(known) < len(sizes):
            return f"not all targets were measured in {study.name}"
        if not sum(known):
            return f"the sum is 0 in {study.name}"
        sums.append(sum(known))
    return _growth_pair(studies, sums)


def _growth_pair(studies: Sequence[MeasuredStudy], sums: Sequence[int]) -> tuple[Growth, Growth] | str:
    spans = days_between(studies[0], studies[1]), days_between(studies[1], studies[2])
    if spans[0] is None or spans[1] is None:
        return "dates are missing"
    return growth_between(sums[0], sums[1], spans[0]), growth_between(sums[1], sums[2], spans[1])


def _by_growth(name: str, before: Growth, after: Growth, reading: Reading) -> Answer:
    if name == SAADA_BOUZID:
        return _ratio("TGK", "mm", before.slope, after.slope)
    if name == CHAMPIAT:
        answer = _ratio("TGR", "%", before.rate, after.rate)
    else:
        more = after.rate - before.rate
        least = FERRARA_PERCENT if name == FERRARA else KAS_PERCENT
        what = (
            f"TGR {before.rate:.1f} to {after.rate:.1f} % a month, {more:+.1f}; more than {least:g} is asked"
        )
        answer = Answer(YES if more > least else NO, what)
    if reading.overall != PD:
        return Answer(NO, f"no PD at the first evaluation ({reading.overall}); {answer.sentence}")
    return Answer(answer.value, f"PD at the first evaluation; {answer.sentence}")


def _ratio(what: str, unit: str, before: float, after: float) -> Answer:
    shown = f"{what} {before:.1f} to {after:.1f} {unit} a month"
    if before <= 0:
        text = f"{shown}: no ratio over what did not grow, the difference is {after - before:+.1f}"
        return Answer(None, f"cannot be told: {text}")
    ratio = after / before
    return Answer(YES if ratio >= RATIO else NO, f"{shown}, ratio {ratio:.2f}; {RATIO:g} is asked")


def _matos(course: MeasuredCourse, reading: Reading) -> Answer:
    days = course.days(0, 1)
    if days is None:
        return Answer(None, "cannot be told: dates are missing")
    if days > MATOS_DAYS:
        return Answer(
            None, f"cannot be told: the first evaluation is {days} days after baseline, over two months"
        )
    reasons = []
    if reading.baseline is not None and 10 * reading.measured > 14 * reading.baseline:
        reasons.append(f"sum {change_words(reading.baseline, reading.measured)}")
    reasons += _new_in_organs(course, reading)
    if reasons:
        return Answer(YES, f"{', '.join(reasons)}, {days} days after baseline")
    if any(not course.organs[name] for name in _involved(course, reading)) and reading.new:
        return Answer(None, "cannot be told: a lesion has no site")
    if reading.missing:
        return Answer(None, f"cannot be told: {', '.join(reading.missing)} was not evaluated")
    shown = (
        "no target" if reading.baseline is None else f"sum {change_words(reading.baseline, reading.measured)}"
    )
    return Answer(NO, f"{shown}, new: {', '.join(reading.new) or 'none'}, {days} days after baseline")


def _involved(course: MeasuredCourse, reading: Reading) -> list[str]:
    return [*(lesion.name for lesion in course.baseline.lesions), *reading.new]


def _new_in_organs(course: MeasuredCourse, reading: Reading) -> list[str]:
    organs: Mapping[str, str] = course.organs
    involved = {organs[lesion.name] for lesion in course.baseline.lesions}
    fresh = Counter(organs[name] for name in reading.new if organs[name])
    found = [
        f"{count} new lesions in {organ}" for organ, count in fresh.items() if organ in involved and count > 1
    ]
    if "" not in involved:
        found += [f"new in {organ}" for organ in fresh if organ not in involved]
    return found
