"""Three assessments side by side: over all lesions, over those in the irradiated field, over those out of it.

"itRECIST-like": the tables of itRECIST (Goldmacher 2020) were not at hand. RECIST and iRECIST are applied to
the lesions of a field alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from .irecist import ImmuneCourse, ImmuneResponse, ImmuneState, Window, step
from .measured import MeasuredCourse, millimetres
from .recist import PD, PR, SD, Reading, read_course

# Rounding never shows a change on the other side of one of these.
MARKS_PERCENT = (-30, 0, 20, 40)


class Field(Enum):
    """Which lesions an assessment is over."""

    ALL = "all"
    IN = "in_field"
    OUT = "out_of_field"

    @property
    def words(self) -> str:
        """What a sentence calls its lesions."""
        return {"all": "lesion", "in_field": "irradiated lesion", "out_of_field": "non-irradiated lesion"}[
            self.value
        ]


@dataclass(frozen=True)
class Assessment:
    """The assessment of a study over the lesions of a field.

    Parameters
    ----------
    sentence : str
        The numbers, and what they led to.
    reading : Reading, optional
        RECIST's; None where the field cannot be assessed.
    immune : ImmuneResponse, optional
        iRECIST's.
    """

    sentence: str
    reading: Reading | None = None
    immune: ImmuneResponse | None = None

    @property
    def recist(self) -> str | None:
        """RECIST's overall response; None where there is none."""
        return None if self.reading is None else self.reading.overall

    @property
    def irecist(self) -> str | None:
        """The answer of iRECIST; None where there is none."""
        return None if self.immune is None else self.immune.word


def assess_field(
    course: MeasuredCourse, field: Field, window: Window | None = None
) -> tuple[Assessment, ...]:
    """The assessments of a course's studies over the lesions of a field.

    A lesion that is irradiated later changes its field from that study on, with its sizes of all studies:
    baseline, nadir and present sum lose or gain it together.

    Parameters
    ----------
    course : MeasuredCourse
    field : Field
    window : Window, optional
        Of iRECIST.

    Returns
    -------
    tuple of Assessment
        One a study, baseline first.
    """
    names = list(dict.fromkeys(lesion.name for study in course.studies for lesion in study.lesions))
    known: dict[frozenset[str], ImmuneCourse] = {}
    progress = ImmuneState()
    answers = []
    for place in range(len(course.studies)):
        states = {name: course.irradiation[name][place] for name in names}
        unknown = [name for name in _appeared(course, place) if states[name] is None]
        if unknown and field is not Field.ALL:
            answers.append(Assessment(f"It is not known whether {', '.join(unknown)} was irradiated."))
            continue
        mine = frozenset(name for name in names if field is Field.ALL or states[name] is (field is Field.IN))
        if mine not in known:
            known[mine] = ImmuneCourse(course, read_course(course, mine), window or Window())
        readings = known[mine].readings
        if not _has_lesions(readings[: place + 1]):
            answers.append(Assessment(f"There is no {field.words}."))
            continue
        immune, progress = step(known[mine], place, progress)
        sentence = _sentence(course, readings, immune, place) + _moved(course, names, field, place)
        answers.append(Assessment(sentence, readings[place], immune))
    return tuple(answers)


def _appeared(course: MeasuredCourse, place: int) -> list[str]:
    studies = course.studies[: place + 1]
    return list(dict.fromkeys(lesion.name for study in studies for lesion in study.lesions))


def _has_lesions(readings: Sequence[Reading]) -> bool:
    start = readings[0]
    return start.has_lesions or any(reading.new for reading in readings)


def _moved(course: MeasuredCourse, names: Sequence[str], field: Field, place: int) -> str:
    """That lesions were irradiated since baseline, and what that does to the sums."""
    states = course.irradiation
    later = [name for name in names if states[name][0] is False and states[name][place]]
    if not later:
        return ""
    does = {
        Field.ALL: "counted here all the same, though RECIST takes out what was treated locally",
        Field.IN: "counted here at all times",
        Field.OUT: "taken out of baseline, nadir and present sum",
    }[field]
    return f" Irradiated after baseline: {', '.join(later)}, {does}."


def _sentence(course: MeasuredCourse, readings: Sequence[Reading], immune: ImmuneResponse, place: int) -> str:
    reading = readings[place]
    if place == 0:
        return _baseline_sentence(reading)
    shown = _target_words(reading), _non_target_words(reading), _new_words(reading, course, place)
    parts = [part for part in shown if part]
    continuing = ""
    if reading.overall == SD and reading.continuing == PR:
        continuing = " (PR, once reached, goes on until PD: continuing PR)"
    overall = f"overall {reading.overall}{continuing}" if reading.overall else "nothing to assess"
    return f"{'; '.join([*parts, overall, immune.sentence])}."


def _baseline_sentence(reading: Reading) -> str:
    count = len(reading.targets)
    if reading.baseline is None:
        return "Baseline: no target."
    return f"Baseline: sum {millimetres(reading.baseline)} mm of {count} target{'' if count == 1 else 's'}."


def _target_words(reading: Reading) -> str:
    if reading.baseline is None or reading.nadir is None:
        return "no target"
    now, baseline, nadir = reading.measured, reading.baseline, reading.nadir
    of_baseline = change_words(baseline, now)
    of_nadir = f"{(now - nadir) / 10:+.1f} mm ({change_words(nadir, now)}) of nadir {millimetres(nadir)}"
    if reading.missing:
        what = f"{', '.join(reading.missing)} not evaluated, the rest {millimetres(now)} mm"
        return f"{what}, {of_nadir}: {reading.target}"
    shown = f"sum {millimetres(baseline)} to {millimetres(now)} mm, {of_baseline} of baseline, {of_nadir}"
    return f"{shown}: {reading.target}"


def _non_target_words(reading: Reading) -> str:
    if reading.non_target is None:
        return ""
    why = f" (unequivocal: {', '.join(reading.progressed)})" if reading.non_target == PD else ""
    return f"non-targets {reading.non_target}{why}"


def _new_words(reading: Reading, course: MeasuredCourse, place: int) -> str:
    if not reading.new:
        return "no new lesion"
    here = course.studies[place].by_name
    texts = []
    for name, size in reading.new.items():
        unseen = name not in here or here[name].is_disease is None
        length = "" if size is None else f" {millimetres(size)} mm"
        came_back = ", back after CR" if name in reading.returned else ""
        texts.append(f"{name}{length}{came_back}{', not evaluated and counted as there' if unseen else ''}")
    return f"new: {', '.join(texts)}"


def change_words(before: int, now: int) -> str:
    """A change in percent, with as many decimals as it takes to stay on its side of -30, 0, +20 and +40 %.

    Parameters
    ----------
    before, now : int
        Sums in tenths of a millimetre.

    Examples
    --------
    >>> change_words(824, 610), change_words(10000, 7001), change_words(0, 30)
    ('-26 %', '-29.99 %', 'from 0')
    """
    if before == 0:
        return "+0 %" if now == 0 else "from 0"
    exact = 100 * (now - before)
    sides = [_sign(exact - mark * before) for mark in MARKS_PERCENT]
    shown, decimals = 0.0, 0
    for decimals in range(5):
        shown = round(exact / before, decimals)
        if [_sign(shown - mark) for mark in MARKS_PERCENT] == sides:
            break
    return f"{shown:+.{decimals}f} %"


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
