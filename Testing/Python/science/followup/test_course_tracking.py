"""Tracking UIDs of a course: one for what is the same, others for parts and wholes, and what contradicts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from followed import course_of, studies_of

from radioimmuno.followup.course import Returned
from radioimmuno.followup.follow_up import follow_up
from radioimmuno.followup.match import BY_PLACE, Match, MatchKind
from radioimmuno.followup.tracking import trackings
from radioimmuno.io.dicom.export_names import tracking_uids

SAME = [("a", "a"), ("b", "b")]
ROUND = {"a": 20.0, "b": 15.0}


def marked(studies, *uids):
    """The studies, their lesions with tracking UIDs by study and lesion id."""
    return [
        replace(
            one,
            study=replace(
                one.study,
                lesions=tuple(replace(each, tracking_uid=own.get(each.id)) for each in one.study.lesions),
            ),
        )
        for one, own in zip(studies, uids, strict=True)
    ]


def uids_of(course):
    return [{key: one.uid for key, one in study.items()} for study in trackings(course, "P7").drawn]


def test_a_lesion_keeps_the_uid_and_the_name_that_an_export_of_the_first_study_gives_it():
    studies = studies_of(ROUND, {"x": 12.0, "y": 10.0}, {"a": 9.0, "b": 9.0})
    course = course_of(studies, [("a", "y"), ("b", "x")], [("y", "a"), ("x", "b")])
    first, second, third = uids_of(course)
    assert first == tracking_uids(studies[0].study.lesions, "P7")
    assert second == {"y": first["a"], "x": first["b"]}
    assert third == first
    written = trackings(course, "P7")
    assert written.drawn[1]["y"].identifier == "lesion a"
    assert written.followed == {"L1": written.drawn[0]["a"], "L2": written.drawn[0]["b"]}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": "1.2.3"}, {}, "1.2.3"),
        ({}, {"a": "1.2.3"}, "1.2.3"),
        ({"a": "1.2.3"}, {"a": "1.2.4"}, "1.2.3"),
        ({"a": "no UID"}, {"a": "1.2.4"}, "1.2.4"),
        # Two lesions of one study cannot share one.
        ({"a": "1.2.3", "b": "1.2.3"}, {"a": "1.2.4"}, "1.2.4"),
    ],
)
def test_a_uid_that_a_file_gives_is_kept_the_earliest_first(before, after, expected):
    course = course_of(marked(studies_of(ROUND, ROUND), before, after), SAME)
    first, second = uids_of(course)
    assert first["a"] == second["a"] == expected
    assert first["b"] == second["b"] != expected


def test_parts_and_wholes_have_uids_of_their_own_and_the_lesion_keeps_its_own():
    splitting = studies_of({"a": 20.0, "b": 15.0}, {"a": 10.0, "b": 8.0, "c": 9.0})
    course = course_of(splitting, [("a", "a b"), ("b", "c")])
    first, second = uids_of(course)
    assert len({*first.values(), *second.values()}) == 4
    assert second["c"] == first["b"]
    assert trackings(course, "P7").followed["L1"].uid == first["a"]
    merging = course_of(studies_of(ROUND, {"a": 30.0}), [("a b", "a")])
    first, second = uids_of(merging)
    assert len({*first.values(), *second.values()}) == 3
    whole = trackings(merging, "P7").followed["L1"]
    assert whole.identifier == "lesion a + lesion b"
    assert whole.uid not in {*first.values(), *second.values()}


def test_a_new_lesion_of_an_old_name_is_another_one():
    course = course_of(studies_of({"a": 20.0}, {"a": 9.0, "b": 9.0}), [("a", "b"), ("", "a")])
    first, second = uids_of(course)
    assert second["b"] == first["a"] != second["a"]
    assert trackings(course, "P7").drawn[1]["a"].identifier == "lesion a (2)"


def test_a_lesion_that_comes_back_is_the_same():
    studies = studies_of({"a": 20.0, "b": 9.0}, {"b": 9.0}, {"a": 15.0, "b": 9.0})
    course = course_of(studies, [("a", ""), ("b", "b")], [("", "a"), ("b", "b")])
    first, _, third = uids_of(course)
    assert third["a"] != first["a"]
    back = Match(("a",), ("a",), MatchKind.SAME, None, "", BY_PLACE)
    first, _, third = uids_of(replace(course, returned=(Returned(0, 2, back),)))
    assert third == first


@pytest.mark.parametrize(
    ("before", "after", "pairs", "words"),
    [
        ({"a": "1.2.3"}, {"a": "1.2.4"}, SAME, ["lesion a comes with another tracking UID"]),
        ({"a": "1.2.3"}, {"a": "1.2.3"}, SAME, []),
        ({"a": "1.2.3"}, {}, SAME, []),
        (
            {"a": "1.2.3"},
            {"a": "1.2.3"},
            [("a", ""), ("", "a")],
            ["of a lesion that it was not matched with"],
        ),
        (
            {"a": "1.2.3", "b": "1.2.4"},
            {"a": "1.2.4", "b": "1.2.3"},
            SAME,
            ["lesion a comes with another", "lesion b comes with another"],
        ),
    ],
)
def test_uids_that_contradict_the_match_are_found(before, after, pairs, words):
    studies = marked(studies_of(ROUND, ROUND), before, after)
    course = course_of(studies, pairs)
    found = follow_up("P", course, studies)
    findings = [one for one in found.course.findings[1] if one.code == "followup.tracking"]
    assert len(findings) == len(words)
    for finding, word in zip(findings, words, strict=True):
        assert word in finding.text
    # Matched anew, they are there once.
    again = follow_up("P", found.course, studies).course.findings
    assert again == found.course.findings
