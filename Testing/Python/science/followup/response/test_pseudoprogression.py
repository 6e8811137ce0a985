"""Pseudoprogression takes three studies."""

from __future__ import annotations

from courses import course

from radioimmuno.followup.response.course_response import respond


def seen(*sizes: object, days: object = 35) -> list[tuple[str | None, str]]:
    found = respond(course(*({"T1": size} for size in sizes), days=days))
    return [(study.pseudoprogression.value, study.pseudoprogression.sentence) for study in found.studies]


def test_with_two_studies_it_cannot_be_told_yet():
    assert seen(100, 130) == [(None, "baseline"), (None, "cannot be told yet: it takes a third study")]


def test_progression_that_was_not_confirmed():
    assert seen(100, 130, 60)[2:] == [("yes", "iUPD in S1, then iPR in S2")]
    assert seen(100, 130, 60, 55)[3] == ("yes", "iUPD in S1, then iPR in S2")


def test_progression_that_was_confirmed_or_is_open():
    assert seen(100, 130, 140)[2] == ("no", "the progression of S1 was confirmed")
    assert seen(100, 130, 131)[2] == (None, "cannot be told yet: the iUPD of S1 is open")
    assert seen(100, 130, 131, 90)[3] == ("yes", "iUPD in S1, then iSD in S3")


def test_no_progression():
    assert seen(100, 90, 80)[2] == ("no", "no progression so far")


def test_without_dates_a_growing_one_is_open():
    still = (None, "cannot be told yet: the iUPD of S1 is open")
    assert seen(100, 130, 140, 150, days=None)[2:] == [still, still]


def test_what_came_too_soon_or_was_not_seen_leaves_it_open():
    still = (None, "cannot be told yet: the iUPD of S1 is open")
    assert seen(100, 130, 140, days=[0, 35, 50])[2] == still
    assert seen(100, 130, "unseen")[2] == still
