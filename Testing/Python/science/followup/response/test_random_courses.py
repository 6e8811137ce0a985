"""Random courses: what never happens, what changes nothing, and the targets once more, written naively."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from courses import START
from hypothesis import given, settings
from hypothesis import strategies as st

from radioimmuno.followup.response.course_response import CourseResponse, respond
from radioimmuno.followup.response.fields import Assessment, Field, assess_field
from radioimmuno.followup.response.irecist import ICPD, ICR, IUPD
from radioimmuno.followup.response.measured import (
    MeasuredCourse,
    MeasuredLesion,
    MeasuredStudy,
    Role,
    Status,
    checked,
)

SITES = ("lung", "left lung", "liver", "bone", "")
SEEN = (Status.PRESENT,) * 12 + (Status.GONE, Status.TOO_SMALL, Status.NOT_EVALUATED)


def grown(rng: random.Random, size: float) -> float:
    """A size after some weeks, often at a threshold."""
    factor = rng.choice((0.5, 0.7, 0.7, 0.9, 1.0, 1.0, 1.1, 1.2, 1.2, 1.4))
    return round(max(1.0, size * factor + rng.choice((-5, -0.1, 0, 0, 0.1, 4.9, 5))), 1)


def random_course(rng: random.Random, most_studies: int = 6) -> MeasuredCourse:
    """Up to four targets, two non-targets, two new lesions, in two or more studies."""
    kinds = [Role.TARGET] * rng.randint(0, 4) + [Role.NON_TARGET] * rng.randint(0, 2)
    kinds += [Role.NEW] * rng.choice((0, 0, 0, 1, 2))
    lesions = []
    for n, role in enumerate(kinds or [Role.TARGET]):
        node = rng.random() < 0.3
        known = {
            "site": "neck" if node else rng.choice(SITES),
            "node": node,
            "irradiated": rng.random() < 0.4,
        }
        lesions.append((MeasuredLesion(f"{role.value} {n}", role, **known), rng.uniform(15, 60)))
    count = rng.randint(2, most_studies)
    later = {one.name: rng.randint(1, count) for one, _ in lesions if rng.random() < 0.15}
    first = {one.name: 0 if one.role is not Role.NEW else rng.randint(1, count - 1) for one, _ in lesions}
    studies, day = [], 0
    for place in range(count):
        rows = []
        for n, (one, size) in enumerate(lesions):
            if place < first[one.name] or (place > 0 and rng.random() < 0.05):
                continue
            size = round(size, 1) if place == first[one.name] else grown(rng, size)
            lesions[n] = one, size
            status = rng.choice(SEEN) if place > first[one.name] else Status.PRESENT
            if place and one.role is Role.NON_TARGET and rng.random() < 0.1:
                status = Status.UNEQUIVOCAL
            irradiated = place >= later[one.name] if one.name in later else one.irradiated
            row = replace(one, longest_mm=size, shortest_mm=size, status=status, irradiated=irradiated)
            rows.append(row)
        rng.shuffle(rows)
        studies.append(MeasuredStudy(f"S{place}", START + timedelta(days=day), tuple(rows)))
        day += rng.choice((14, 27, 28, 42, 56, 57, 90))
    return checked(MeasuredCourse("P", tuple(studies)))


def assert_what_never_happens(made: MeasuredCourse) -> tuple[Assessment, ...]:
    """The assessments out of the field are given back."""
    fields = {field: assess_field(made, field) for field in Field}
    for assessments in fields.values():
        seen: list[str | None] = []
        for place, one in enumerate(assessments):
            reading = one.reading
            if one.irecist == ICPD:
                assert IUPD in seen, "iCPD without an earlier iUPD"
            seen.append(one.irecist)
            assert one.sentence
            if reading is None or place == 0:
                continue
            rows = made.studies[place].by_name
            mine = [name for name in (*reading.targets, *reading.non_targets) if name in rows]
            if one.recist == "CR" or one.irecist == ICR:
                left = [name for name in mine if rows[name].is_disease is not False]
                assert left == [], "CR with a lesion left"
                assert not reading.missing
                assert not reading.new
            if reading.target == "PD":
                assert reading.measured - reading.nadir >= 50, "PD below 5 mm"
            if one.recist == "PD":
                assert reading.target == "PD" or reading.progressed or reading.new
            assert reading.target == naive_target(made, set(reading.targets), place)
    return fields[Field.OUT]


def naive_target(made: MeasuredCourse, names: set[str], place: int) -> str | None:
    """The target response once more, from the words of RECIST, with fractions of whole numbers."""
    if not names:
        return None
    complete_sums, missing, all_gone, total = [], False, True, 0
    for study in made.studies[: place + 1]:
        total, missing, all_gone = 0, False, True
        for name in names:
            found = [one for one in study.lesions if one.name == name]
            if not found or found[0].status is Status.NOT_EVALUATED:
                missing = True
                continue
            status = found[0].status
            diameter = found[0].shortest_mm if found[0].node else found[0].longest_mm
            length = {Status.GONE: 0, Status.TOO_SMALL: 50}.get(status, round(diameter * 10))
            total += length
            all_gone = all_gone and (length < 100 if found[0].node else length == 0)
        if not missing:
            complete_sums.append(total)
    earlier = complete_sums if missing else complete_sums[:-1]
    nadir = min(earlier)
    progression = 5 * total >= 6 * nadir and total >= nadir + 50
    if missing:
        return "PD" if progression else "NE"
    if all_gone:
        return "CR"
    if progression:
        return "PD"
    return "PR" if 10 * total <= 7 * complete_sums[0] else "SD"


def words(found: CourseResponse) -> list[tuple[object, ...]]:
    """All that is answered, without what lesions are called."""
    return [
        (
            *((one.recist, one.irecist) for one in study.fields.values()),
            *(one.value for one in (study.abscopal_a, study.abscopal_b, study.dissociated)),
            study.pseudoprogression.value,
            *(one.value for one in study.hyperprogression.values()),
        )
        for study in found.studies
    ] + [(found.best_recist.value, found.best_irecist.value)]


def with_lesions(made: MeasuredCourse, change: object) -> MeasuredCourse:
    studies = [MeasuredStudy(study.name, study.date, tuple(change(study))) for study in made.studies]
    return MeasuredCourse(made.patient, tuple(studies))


def assert_outside_is_its_own(
    made: MeasuredCourse, outside: tuple[Assessment, ...], rng: random.Random
) -> None:
    """Change every lesion in the field: the answers out of it stay, to the letter."""
    always = {one.name for one in made.baseline.lesions if one.irradiated}

    def changed(study: MeasuredStudy) -> list[MeasuredLesion]:
        first = study is made.studies[0]
        rows = []
        for one in study.lesions:
            if one.irradiated:
                if one.name in always and not first and rng.random() < 0.3:
                    continue
                size = round(rng.uniform(10, 90), 1)
                one = replace(one, longest_mm=size, shortest_mm=size)
            rows.append(one)
        return rows

    assert assess_field(with_lesions(made, changed), Field.OUT) == outside


def assert_nothing_changes(made: MeasuredCourse) -> None:
    found = respond(made)
    turned = with_lesions(made, lambda study: reversed(study.lesions))
    assert words(respond(turned)) == words(found)
    renamed = with_lesions(made, lambda study: [replace(one, name=f"{one.name}'") for one in study.lesions])
    assert words(respond(renamed)) == words(found)
    moved = tuple(replace(study, date=study.date + timedelta(days=1000)) for study in made.studies)
    assert words(respond(MeasuredCourse("Q", moved))) == words(found)


def check(seed: int, most_studies: int = 6) -> MeasuredCourse:
    rng = random.Random(seed)
    made = random_course(rng, most_studies)
    outside = assert_what_never_happens(made)
    assert_outside_is_its_own(made, outside, rng)
    return made


@given(st.integers(0, 2**32))
@settings(max_examples=200)
def test_what_never_happens_and_what_changes_nothing(seed):
    assert_nothing_changes(check(seed))


def test_thousands_of_courses():
    for seed in range(1500):
        check(seed)


@pytest.mark.slow(seconds=65)
def test_a_hundred_thousand_courses():
    for seed in range(10_000, 110_000):
        check(seed, most_studies=4)


def test_all_answers_occur():
    seen = {field: set() for field in ("recist", "irecist")}
    for seed in range(500):
        found = respond(random_course(random.Random(seed)))
        for study in found.studies:
            for one in study.fields.values():
                seen["recist"].add(one.recist)
                seen["irecist"].add(one.irecist)
    assert seen["recist"] >= {"CR", "PR", "SD", "PD", "NE", "non-CR/non-PD"}
    assert seen["irecist"] >= {"iCR", "iPR", "iSD", "iUPD", "iCPD", "NE", "non-iCR/non-iUPD"}


def test_a_lesion_that_never_changes_and_is_no_target_changes_no_answer_of_the_targets():
    for seed in range(150):
        made = random_course(random.Random(seed))
        if not any(one.role is Role.TARGET for one in made.baseline.lesions):
            continue
        extra = MeasuredLesion("extra", Role.NON_TARGET, "skin", 12.0, 9.0, irradiated=False)
        more = with_lesions(made, lambda study, extra=extra: [*study.lesions, extra])
        before, after = ([one.reading.target for one in assess_field(c, Field.ALL)] for c in (made, more))
        assert before == after
