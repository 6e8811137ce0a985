"""What is measured of a course's lesions: parts add up, what is gone is 0, what is unknown is nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from followed import course_of, studies_of

from radioimmuno.followup.course import CourseLesion
from radioimmuno.followup.followed_lesion import days_between, measure_lesion, union_id, unions_in
from radioimmuno.followup.match import BY_PLACE, Match, MatchKind
from radioimmuno.followup.response.measured import Status
from radioimmuno.geometry.axes import measure_axes
from radioimmuno.stability.agreement import LesionStability


def test_a_lesion_that_is_the_same_has_changes_since_the_baseline():
    studies = studies_of({"a": 10.0}, {"a": 10.0}, {"a": 16.0})
    (lesion,) = course_of(studies, [("a", "a")], [("a", "a")]).lesions
    first, second, third = measure_lesion(lesion, studies)
    assert (first.match, second.match, third.match) == (None, MatchKind.SAME, MatchKind.SAME)
    assert (first.volume_change.relative, second.volume_change.relative) == (None, 0.0)
    drawn = [one.study.lesions[0] for one in studies]
    ratio = drawn[2].volume_cc / drawn[0].volume_cc
    assert third.volume_change.relative == pytest.approx(ratio - 1)
    # 120 days from the first study, not 60 from the second.
    assert third.volume_change.per_30_days == pytest.approx((drawn[2].volume_cc - drawn[0].volume_cc) / 4)
    assert third.score_change.absolute == pytest.approx(0.06)
    assert third.longest_mm == measure_axes(drawn[2].mask).long_mm
    assert third.status is Status.PRESENT


def test_the_long_axes_of_parts_add_up_and_the_union_has_one_score():
    studies = studies_of({"a": 16.0}, {"1": 10.0, "2": 8.0})
    course = course_of(studies, [("a", "1 2")])
    (union,) = unions_in(course, 1).values()
    assert union.id == union_id(("1", "2"))
    assert unions_in(course, 0) == {}
    scored = replace(studies[1].rows["1"], id=union.id, score=0.5)
    studies[1] = replace(studies[1], rows={**studies[1].rows, union.id: scored})
    here = measure_lesion(course.lesions[0], studies)[1]
    parts = studies[1].study.lesions
    axes = [measure_axes(part.mask) for part in parts]
    assert here.match is MatchKind.SPLIT
    assert here.longest_mm == pytest.approx(sum(one.long_mm for one in axes))
    assert here.shortest_mm == pytest.approx(sum(one.short_mm for one in axes))
    assert here.volume_cc == pytest.approx(sum(part.volume_cc for part in parts))
    assert here.score == 0.5


def test_lesions_that_merged_are_one_long_axis_after_and_two_before():
    studies = studies_of({"a": 10.0, "b": 8.0}, {"1": 16.0})
    (lesion,) = course_of(studies, [("a b", "1")]).lesions
    before, after = measure_lesion(lesion, studies)
    long_axes = [measure_axes(one.mask).long_mm for one in studies[0].study.lesions]
    assert before.longest_mm == pytest.approx(sum(long_axes))
    assert after.longest_mm == measure_axes(studies[1].study.lesions[0].mask).long_mm
    assert after.match is MatchKind.MERGED
    # Nothing scored the union before.
    assert after.score_change.absolute is None


def test_what_is_gone_stays_gone():
    studies = studies_of({"a": 10.0}, {}, {})
    (lesion,) = course_of(studies, [("a", "")]).lesions
    for here in measure_lesion(lesion, studies)[1:]:
        assert (here.match, here.status) == (MatchKind.GONE, Status.GONE)
        assert (here.volume_cc, here.longest_mm, here.score) == (0.0, 0.0, None)
        assert here.volume_change.relative == -1.0
        assert here.score_change.relative is None


def test_a_lesion_below_five_millimetres_is_too_small():
    studies = studies_of({"a": 10.0}, {"a": 1.5})
    (lesion,) = course_of(studies, [("a", "a")]).lesions
    here = measure_lesion(lesion, studies)[1]
    assert 0 < here.longest_mm < 5
    assert here.status is Status.TOO_SMALL


@pytest.mark.parametrize("kind", [MatchKind.AMBIGUOUS, MatchKind.OUT_OF_VIEW])
def test_what_is_not_known_is_not_evaluated_from_then_on(kind):
    studies = studies_of({"a": 10.0}, {"1": 9.0}, {"1": 9.0})
    doubt = Match(("a",), ("1",), kind, None, "It may be another.", BY_PLACE)
    same = Match(("1",), ("1",), MatchKind.SAME, 0.0, "", BY_PLACE)
    lesion = CourseLesion("L1", (("a",), ("1",), ("1",)), ((), (doubt,), (same,)))
    first, second, third = measure_lesion(lesion, studies)
    assert first.status is Status.PRESENT
    assert (second.status, third.status) == (Status.NOT_EVALUATED, Status.NOT_EVALUATED)
    assert (second.volume_change.relative, third.volume_change.relative) == (None, None)
    assert second.why == "It may be another."
    gone = CourseLesion("L1", (("a",), (), ()), ((), (replace(doubt, followup=()),), ()))
    assert [here.longest_mm for here in measure_lesion(gone, studies)[1:]] == [None, None]


@pytest.mark.parametrize("kind", [MatchKind.GONE, MatchKind.OUT_OF_VIEW])
def test_what_is_seen_again_is_evaluated_again(kind):
    studies = studies_of({"a": 10.0}, {}, {"1": 9.0})
    went = Match(("a",), (), kind, None, "", BY_PLACE)
    back = Match(("a",), ("1",), MatchKind.SAME, 0.0, "It was not seen in the study between.", BY_PLACE)
    _, between, again = measure_lesion(
        CourseLesion("L1", (("a",), (), ("1",)), ((), (went,), (back,))), studies
    )
    assert between.status is (Status.GONE if kind is MatchKind.GONE else Status.NOT_EVALUATED)
    assert (again.match, again.status) == (MatchKind.SAME, Status.PRESENT)
    assert again.volume_change.relative < 0


def test_a_lesion_first_seen_later_has_no_row_before_and_changes_since_then():
    studies = studies_of({"a": 10.0}, {"a": 10.0, "b": 8.0}, {"a": 10.0, "b": 10.0})
    course = course_of(studies, [("a", "a"), ("", "b")], [("a", "a"), ("b", "b")])
    before, first, later = measure_lesion(course.lesions[1], studies)
    assert before is None
    assert (first.match, first.status) == (MatchKind.NEW, Status.PRESENT)
    assert first.volume_change.relative is None
    assert later.volume_change.relative > 0


def test_a_change_within_the_contours_uncertainty_is_marked_where_both_were_redrawn():
    studies = studies_of({"a": 10.0}, {"a": 11.0})
    stable = LesionStability(0.02, 0.08, 0.14, {}, 20, 20)
    for number, stability in enumerate((stable, None)):
        rows = {"a": replace(studies[number].rows["a"], stability=stability)}
        studies[number] = replace(studies[number], rows=rows)
    (lesion,) = course_of(studies, [("a", "a")]).lesions
    assert measure_lesion(lesion, studies)[1].score_change.within_uncertainty is None
    studies[1] = replace(studies[1], rows={"a": replace(studies[1].rows["a"], stability=stable)})
    assert measure_lesion(lesion, studies)[1].score_change.within_uncertainty is True
    narrow = replace(stable, high=0.105)
    studies[1] = replace(studies[1], rows={"a": replace(studies[1].rows["a"], stability=narrow)})
    assert measure_lesion(lesion, studies)[1].score_change.within_uncertainty is False


def test_days_are_not_known_without_both_dates():
    first, second = (one.study for one in studies_of({"a": 10.0}, {"a": 10.0}))
    assert days_between(first, second) == 60
    assert days_between(first, replace(second, date="")) is None
