"""iRECIST: trajectories, each with the sentence that led to its last answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from courses import course, irecist, sentences

from radioimmuno.followup.response.course_response import respond
from radioimmuno.followup.response.fields import Field
from radioimmuno.followup.response.irecist import immune_overall, measured_new_lesions
from radioimmuno.followup.response.recist import read_course

# 35 days between studies confirm; S1 is of 2026-02-05.
EVERY = 35
S1 = "S1 (2026-02-05)"
UNTOLD = " (whether N1 grew cannot be told without its size in both)"
BESIDE = {"N1": 20}
START = {"T1": 100, **BESIDE}


def at(size: object, **others: object) -> dict[str, object]:
    return {"T1": size, **BESIDE, **others}


TRAJECTORIES = {
    "targets grow by five more": (
        [START, at(120), at(125)],
        ["iUPD", "iCPD"],
        f"iCPD: targets grew 5.0 mm beyond S1, 35 days after the iUPD of {S1}",
    ),
    "targets grow by less than five more": (
        [START, at(120), at(124.9)],
        ["iUPD", "iUPD"],
        f"iUPD goes on: neither grown further nor better since {S1}",
    ),
    "increases add up from the iUPD on": (
        [START, at(120), at(124), at(126)],
        ["iUPD", "iUPD", "iCPD"],
        f"iCPD: targets grew 6.0 mm beyond S1, 70 days after the iUPD of {S1}, later than 56 days",
    ),
    "smaller, though above baseline": (
        [START, at(120), at(119)],
        ["iUPD", "iSD"],
        f"iSD: targets are smaller than at the iUPD of {S1}, and the bar is reset",
    ),
    "progression, then a partial response": (
        [START, at(130), at(70)],
        ["iUPD", "iPR"],
        f"iPR: targets are smaller than at the iUPD of {S1}, and the bar is reset",
    ),
    "progression, then all is gone": (
        [START, at(130), {"T1": "gone", "N1": "gone"}],
        ["iUPD", "iCR"],
        f"iCR: targets are smaller than at the iUPD of {S1}, and the bar is reset",
    ),
    "smaller than at the iUPD, but still progressing": (
        [START, at(140), at(125)],
        ["iUPD", "iUPD"],
        f"iUPD goes on: neither grown further nor better since {S1}",
    ),
    "after a reset it has to begin again": (
        [START, at(120), at(110), at(120), at(125)],
        ["iUPD", "iSD", "iUPD", "iCPD"],
        "iCPD: targets grew 5.0 mm beyond S3, 35 days after the iUPD of S3 (2026-04-16)",
    ),
    "after a reset growth beyond the first iUPD confirms nothing": (
        [START, at(120), at(110), at(130)],
        ["iUPD", "iSD", "iUPD"],
        "iUPD by targets (sum 100.0 to 130.0 mm)",
    ),
    "the nadir outlives the reset": (
        [START, at(60), at(72), at(65), at(72)],
        ["iPR", "iUPD", "iPR", "iUPD"],
        "iUPD by targets (sum 60.0 to 72.0 mm)",
    ),
    "a new lesion, then a further one": (
        [START, at(100, X1=12), at(100, X1=12, X2=11)],
        ["iUPD", "iCPD"],
        f"iCPD: a further new lesion (X2), 35 days after the iUPD of {S1}",
    ),
    "new lesions grow by five in sum": (
        [START, at(100, X1=12, X2=14), at(100, X1=14, X2=17)],
        ["iUPD", "iCPD"],
        f"iCPD: new lesions grew 5.0 mm beyond S1, 35 days after the iUPD of {S1}",
    ),
    "new lesions grow by less": (
        [START, at(100, X1=12, X2=14), at(100, X1=14, X2=16.9)],
        ["iUPD", "iUPD"],
        f"iUPD goes on: neither grown further nor better since {S1}",
    ),
    "one new lesion goes and another grows by less than five more": (
        [START, at(100, X1=10, X2=20), at(100, X1="gone", X2=34.9)],
        ["iUPD", "iUPD"],
        f"iUPD goes on: neither grown further nor better since {S1}",
    ),
    "a stable new lesion and a non-target that is not seen": (
        [START, at(100, X1=12), {"T1": 100, "X1": 12}],
        ["iUPD", "iUPD"],
        f"iUPD goes on: neither grown further nor better since {S1}",
    ),
    "after a reset an old new lesion comes back": (
        [
            START,
            at(90, X1=10, X2=20),
            at(80, X1=10, X2=20),
            at(80, X1="gone", X2=20),
            at(80, X1=5, X2=20),
        ],
        ["iUPD", "iSD", "iSD", "iUPD"],
        "iUPD by earlier new lesions (sum 20.0 to 25.0 mm)",
    ),
    "after a reset an old new lesion grows that is not measured": (
        [START, at(90, X1=10, X2=6), at(80, X1=10, X2=6), at(80, X1=10, X2=12)],
        ["iUPD", "iSD", "iSD"],
        "iSD",
    ),
    "a new lesion that is not measurable grows at all": (
        [START, at(100, X1=6), at(100, X1=6.1)],
        ["iUPD", "iCPD"],
        f"iCPD: new lesion X1 grew beyond S1, 35 days after the iUPD of {S1}",
    ),
    "a stable new lesion, targets shrink on": (
        [START, at(90, X1=12), at(70, X1=12)],
        ["iUPD", "iPR"],
        f"iPR: targets are smaller than at the iUPD of {S1}, and the bar is reset",
    ),
    "a partial response first, then a new lesion and no change": (
        [START, at(60), at(60, X1=12), at(60, X1=12)],
        ["iPR", "iUPD", "iUPD"],
        "iUPD goes on: neither grown further nor better since S2 (2026-03-12)",
    ),
    "a new lesion goes": (
        [START, at(100, X1=12), at(100, X1="gone")],
        ["iUPD", "iSD"],
        f"iSD: without the new lesions it is better than at the iUPD of {S1}, and the bar is reset",
    ),
    "no complete response while a new lesion is there": (
        [START, at(100, X1=12), {"T1": "gone", "N1": "gone", "X1": 12}],
        ["iUPD", "iPR"],
        f"iPR: targets are smaller than at the iUPD of {S1}, and the bar is reset",
    ),
    "a complete response once the new lesion is gone": (
        [START, at(100, X1=12), {"T1": "gone", "N1": "gone", "X1": "gone"}],
        ["iUPD", "iCR"],
        f"iCR: without the new lesions it is better than at the iUPD of {S1}, and the bar is reset",
    ),
    "after a reset old new lesions need 20 %": (
        [START, at(90, X1=30), at(80, X1=30), at(80, X1=35.9)],
        ["iUPD", "iSD", "iSD"],
        "iSD",
    ),
    "after a reset old new lesions grow by 20 %": (
        [START, at(90, X1=30), at(80, X1=30), at(80, X1=36)],
        ["iUPD", "iSD", "iUPD"],
        "iUPD by earlier new lesions (sum 30.0 to 36.0 mm)",
    ),
    "after a reset a further new lesion": (
        [START, at(90, X1=30), at(80, X1=30), at(80, X1=30, X2=11)],
        ["iUPD", "iSD", "iUPD"],
        "iUPD by new lesions (X2)",
    ),
    "a non-target that was the reason grows at all": (
        [START, {"T1": 100, "N1": (30, "worse")}, {"T1": 100, "N1": (30.1, "worse")}],
        ["iUPD", "iCPD"],
        f"iCPD: non-target N1 grew beyond S1, 35 days after the iUPD of {S1}",
    ),
    "a non-target that was the reason stays": (
        [START, {"T1": 100, "N1": (30, "worse")}, {"T1": 100, "N1": (30, "worse")}],
        ["iUPD", "iUPD"],
        f"iUPD goes on: neither grown further nor better since {S1}",
    ),
    "a non-target without sizes": (
        [START, {"T1": 100, "N1": "worse"}, {"T1": 100, "N1": "worse"}],
        ["iUPD", "iUPD"],
        f"iUPD goes on: neither grown further nor better since {S1}{UNTOLD}",
    ),
    "a non-target is better again": (
        [START, {"T1": 100, "N1": "worse"}, at(100)],
        ["iUPD", "iSD"],
        f"iSD: non-targets are better than at the iUPD of {S1}, and the bar is reset",
    ),
    "another non-target progresses": (
        [{**START, "N2": 9}, at(100, N1=(20, "worse"), N2=9), at(100, N1=(20, "worse"), N2="worse")],
        ["iUPD", "iCPD"],
        f"iCPD: non-target N2 progressed, too, 35 days after the iUPD of {S1}",
    ),
    "a category that was not the reason": (
        [START, at(120), at(120, X1=12)],
        ["iUPD", "iCPD"],
        f"iCPD: new lesions (X1), 35 days after the iUPD of {S1}",
    ),
    "targets join a new lesion": (
        [START, at(100, X1=12), at(120, X1=12)],
        ["iUPD", "iCPD"],
        f"iCPD: targets (sum 100.0 to 120.0 mm), 35 days after the iUPD of {S1}",
    ),
    "an unseen target confirms nothing": (
        [START, at(120), at(None)],
        ["iUPD", "NE"],
        f"NE; the iUPD of {S1} is neither confirmed nor resolved",
    ),
    "after an unseen target growth counts from the iUPD": (
        [START, at(120), at(None), at(125)],
        ["iUPD", "NE", "iCPD"],
        f"iCPD: targets grew 5.0 mm beyond S1, 70 days after the iUPD of {S1}, later than 56 days",
    ),
    "what is confirmed stays so": (
        [START, at(120), at(130), at(50)],
        ["iUPD", "iCPD", "iCPD"],
        f"iCPD since S2 (2026-03-12), progression since {S1}",
    ),
    "coming back after a complete response": (
        [{"T1": 100}, {"T1": "gone"}, {"T1": 4}],
        ["iCR", "iUPD"],
        "iUPD by new lesions (T1)",
    ),
    "without targets": (
        [{"N1": 20}, {"N1": 20}, {"N1": "worse"}, {"N1": 20}, {"N1": "gone"}],
        ["non-iCR/non-iUPD", "iUPD", "non-iCR/non-iUPD", "iCR"],
        "iCR",
    ),
}


@pytest.mark.parametrize("name", list(TRAJECTORIES))
def test_trajectory(name):
    studies, words, sentence = TRAJECTORIES[name]
    assert irecist(*studies, days=EVERY) == words
    assert sentences(*studies, days=EVERY)[-1].endswith(f"; {sentence}.")


def test_a_study_that_is_called_by_its_date_is_named_once():
    made = course(START, at(120), at(None), days=EVERY)
    called = tuple(replace(study, name=str(study.date)) for study in made.studies)
    last = respond(replace(made, studies=called)).studies[-1].fields[Field.ALL]
    assert "the iUPD of 2026-02-05 is neither confirmed nor resolved" in last.sentence


def test_there_are_enough_of_them():
    assert len(TRAJECTORIES) >= 28


@pytest.mark.parametrize(
    ("days", "word", "sentence"),
    [
        (
            27,
            "iUPD",
            "iUPD goes on: targets grew 9.0 mm beyond S1, but 27 days after S1 (2026-03-02) are too soon",
        ),
        (28, "iCPD", "iCPD: targets grew 9.0 mm beyond S1, 28 days after the iUPD of S1 (2026-03-02)."),
        (56, "iCPD", "iCPD: targets grew 9.0 mm beyond S1, 56 days after the iUPD of S1 (2026-03-02)."),
        (57, "iCPD", "57 days after the iUPD of S1 (2026-03-02), later than 56 days."),
    ],
)
def test_when_a_study_confirms(days, word, sentence):
    studies = [START, at(121), at(130)]
    when = [0, 60, 60 + days]
    assert irecist(*studies, days=when) == ["iUPD", word]
    assert sentence in sentences(*studies, days=when)[-1]


def test_what_came_too_soon_confirms_later():
    when = [0, 60, 80, 95]
    assert irecist(START, at(120), at(120, X1=12), at(120, X1=12), days=when) == ["iUPD", "iUPD", "iCPD"]


def test_a_new_lesion_that_came_too_soon_hinders_a_reset():
    when = [0, 60, 80]
    assert irecist(START, at(100, X1=12), at(90, X1=12, X2=12), days=when) == ["iUPD", "iUPD"]


def test_without_dates_a_confirmation_cannot_be_told():
    studies = [START, at(120), at(130), at(50)]
    assert irecist(*studies, days=None) == ["iUPD", None, None]
    texts = sentences(*studies, days=None)
    assert texts[2].endswith(
        "cannot be told: targets grew 10.0 mm beyond S1, but without dates it is not known how long after S1."
    )
    assert texts[3].endswith("cannot be told, as in S2.")
    assert irecist(START, at(120), at(110), days=None) == ["iUPD", "iSD"]


def test_the_date_of_progression_is_that_of_the_first_iupd_of_its_block():
    found = respond(course(START, at(120), at(110), at(121), at(122), at(130), days=EVERY))
    assert [study.fields[Field.ALL].irecist for study in found.studies[1:]] == [
        *("iUPD", "iSD", "iUPD", "iUPD", "iCPD")
    ]
    assert found.progression == "progression by iRECIST in S3 of 2026-04-16, confirmed in S5"
    assert respond(course(START, at(120), days=EVERY)).progression == ""


def test_five_new_lesions_are_measured_two_an_organ():
    many = {f"X{n}": 20 + n for n in range(7)}
    made = course({"T1": 20}, {"T1": 20, **many})
    assert measured_new_lesions(made, read_course(made, made.organs)) == {"X5", "X6"}
    sites = {f"X{n}": f"organ {chr(97 + n)}" for n in range(7)}
    studies = tuple(
        type(study)(
            study.name,
            study.date,
            tuple(
                type(one)(one.name, one.role, sites.get(one.name, "lung"), one.longest_mm)
                for one in study.lesions
            ),
        )
        for study in made.studies
    )
    apart = type(made)("P", studies)
    assert measured_new_lesions(apart, read_course(apart, apart.organs)) == {f"X{n}" for n in range(2, 7)}


def test_a_new_lesion_that_was_not_measurable_when_it_appeared_is_never_measured():
    made = course({"T1": 20}, {"T1": 20, "X1": 9.9}, {"T1": 20, "X1": 12})
    assert measured_new_lesions(made, read_course(made, made.organs)) == set()


@pytest.mark.parametrize(
    ("target", "other", "new", "word"),
    [
        ("CR", "CR", False, "iCR"),
        ("CR", None, False, "iCR"),
        ("CR", "CR", True, "iPR"),
        ("CR", "non-CR/non-PD", False, "iPR"),
        ("CR", "NE", False, "iPR"),
        ("PR", "non-CR/non-PD", True, "iPR"),
        ("SD", "non-CR/non-PD", True, "iSD"),
        ("NE", "CR", False, "NE"),
        (None, "CR", False, "iCR"),
        (None, "CR", True, "non-iCR/non-iUPD"),
        (None, "non-CR/non-PD", False, "non-iCR/non-iUPD"),
        (None, None, False, None),
    ],
)
def test_words_without_progression(target, other, new, word):
    assert immune_overall(target, other, new) == word
