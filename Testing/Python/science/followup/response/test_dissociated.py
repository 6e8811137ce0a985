"""Dissociated response by three definitions."""

from __future__ import annotations

import pytest
from courses import course

from radioimmuno.followup.response.dissociated import TITLES, dissociated
from radioimmuno.followup.response.measured import MeasuredCourse
from radioimmuno.followup.response.recist import read_course

BOTH = {"T1": 50, "T2": 50}


def by(definition: str, *studies: dict[str, object], **how: object) -> str | None:
    made = course(*studies, **how)
    return dissociated(made, read_course(made, made.organs), len(studies) - 1, definition).value


@pytest.mark.parametrize(
    ("now", "bernard_tessier", "tozuka"),
    [
        ({"T1": 34.9, "T2": 60.1}, "yes", "yes"),
        ({"T1": 35, "T2": 60.1}, "no", "yes"),  # more than 30 %, or 30 % and more
        ({"T1": 34.9, "T2": 60}, "no", "yes"),
        ({"T1": 34.9, "T2": 59.9}, "no", "no"),
        ({"T1": 45, "T2": 70}, "no", "no"),
        ({"T1": 20, "T2": 50, "X1": 12}, "no", "yes"),
        ({"T1": 50, "T2": 50, "X1": 12}, "no", "no"),
        ({"T1": 20, "T2": 20}, "no", "no"),
    ],
)
def test_lesion_by_lesion(now, bernard_tessier, tozuka):
    assert by("bernard-tessier", BOTH, now) == bernard_tessier
    assert by("tozuka", BOTH, now) == tozuka


def test_growth_of_five_millimetres_in_sum():
    start = {"T1": 50, "T2": 12, "T3": 12}
    assert by("bernard-tessier", start, {"T1": 20, "T2": 14.5, "T3": 14.4}) == "no"
    assert by("bernard-tessier", start, {"T1": 20, "T2": 14.5, "T3": 14.5}) == "yes"


def sites(made: MeasuredCourse, where: dict[str, str]) -> MeasuredCourse:
    studies = tuple(
        type(study)(
            study.name,
            study.date,
            tuple(
                type(one)(
                    one.name, one.role, where[one.name], one.longest_mm, one.shortest_mm, status=one.status
                )
                for one in study.lesions
            ),
        )
        for study in made.studies
    )
    return type(made)(made.patient, studies)


@pytest.mark.parametrize(
    ("now", "expected", "sentence"),
    [
        ({"T1": 20, "T2": 60}, "yes", "lung PR, liver PD; new: none, non-targets none"),
        ({"T1": 20, "T2": 55}, "no", "lung PR, liver SD; new: none, non-targets none"),
        ({"T1": 20, "T2": 20}, "no", "lung PR, liver PR; new: none, non-targets none"),
        ({"T1": 20, "T2": 20, "X1": 12}, "yes", "lung PR, liver PR; new: X1, non-targets none"),
        ({"T1": 20, "T2": 50, "X1": 12}, "no", "lung PR, liver SD; new: X1, non-targets none"),
    ],
)
def test_organ_by_organ(now, expected, sentence):
    where = {"T1": "left lung", "T2": "liver", "X1": "bone"}
    made = sites(course(BOTH, now), where)
    found = dissociated(made, read_course(made, made.organs), 1, "sato")
    assert (found.value, found.sentence) == (expected, f"Sato 2021: {sentence}")


def test_without_sites_organs_cannot_be_told():
    assert by("sato", BOTH, {"T1": 20, "T2": 60}, site="") is None


def test_without_targets_there_is_no_response_of_organs():
    made = course({"N1": 50}, {"N1": 20})
    found = dissociated(made, read_course(made, made.organs), 1, "sato")
    assert (found.value, found.sentence) == (None, "Sato 2021: there is no target")


def test_every_answer_names_its_definition():
    made = course(BOTH, BOTH)
    for definition, title in TITLES.items():
        found = dissociated(made, read_course(made, made.organs), 1, definition)
        assert found.sentence.startswith(f"{title}: ")


def test_without_a_second_measurement_there_is_no_answer():
    assert by("bernard-tessier", BOTH, {}) is None
    assert by("bernard-tessier", BOTH) is None
