"""Matching of lesions: grown, split, merged, gone, new, out of view, in doubt; what a person paired counts.

Tests of: match, matching_costs, placement.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bodies import ball
from hypothesis import given, settings
from hypothesis import strategies as st

from radioimmuno.findings import InputError
from radioimmuno.followup.match import Match, MatchKind
from radioimmuno.followup.matching import GivenPair, match_lesions
from radioimmuno.followup.matching_costs import SINGLE_COST, measure_pairs, pair_up
from radioimmuno.followup.registration import Registration
from radioimmuno.geometry.image import Lattice
from radioimmuno.site import Site

BEFORE = Lattice((50, 50, 50), (3.0, 3.0, 3.0), (0.0, 0.0, 0.0))
AFTER = Lattice((40, 60, 60), (4.0, 2.5, 2.5), (100.0, 0.0, 0.0))
SHIFT = np.array((100.0, 0.0, 0.0))


def shifted(baseline: Lattice = BEFORE, followup: Lattice = AFTER) -> Registration:
    """A registration by a shift along x."""
    field = np.broadcast_to(SHIFT.astype(np.float32), (2, 2, 2, 3))
    lattice = Lattice((2, 2, 2), (150.0, 150.0, 150.0), (0.0, 0.0, 0.0))
    return Registration(field, lattice, baseline, followup, 1.0, 1.0, 0.0, 0.0, 0.0)


def old(name: str, x: float, y: float = 70.0, z: float = 70.0, radius: float = 9.0, **known):
    return ball(BEFORE, (x, y, z), radius, name, **known)


def new(name: str, x: float, y: float = 70.0, z: float = 70.0, radius: float = 9.0, **known):
    return ball(AFTER, (x + 100.0, y, z), radius, name, **known)


def kinds(matches: tuple[Match, ...]) -> list[tuple[str, str, str]]:
    return [("+".join(m.baseline), "+".join(m.followup), m.kind.value) for m in matches]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([old("a", 70)], [new("b", 70)], [("a", "b", "same")]),
        ([old("a", 70)], [new("b", 74, radius=14)], [("a", "b", "same")]),
        ([old("a", 70, radius=14)], [new("b", 73, radius=5)], [("a", "b", "same")]),
        (
            [old("a", 40), old("b", 100)],
            [new("1", 100), new("2", 40)],
            [("a", "2", "same"), ("b", "1", "same")],
        ),
        ([old("a", 40)], [new("b", 62)], [("a", "b", "same")]),
        ([old("a", 40)], [new("b", 100)], [("a", "", "gone"), ("", "b", "new")]),
        (
            [old("a", 70, radius=20)],
            [new("1", 60, radius=6), new("2", 80, radius=7)],
            [("a", "1+2", "split")],
        ),
        (
            [old("1", 60, radius=6), old("2", 80, radius=7)],
            [new("b", 70, radius=22)],
            [("1+2", "b", "merged")],
        ),
        ([], [new("b", 70)], [("", "b", "new")]),
        ([old("a", 70)], [], [("a", "", "gone")]),
        ([], [], []),
    ],
    ids=[
        "same place",
        "grown",
        "shrunk",
        "two, numbered otherwise",
        "beside it",
        "too far off",
        "split",
        "merged",
        "new",
        "gone",
        "none",
    ],
)
def test_what_became_of_lesions_follows_from_their_place(before, after, expected):
    assert kinds(match_lesions(before, after, shifted())) == expected


def test_lesions_that_overlap_crosswise_are_asked_about():
    before = [old("1", 62, radius=6), old("2", 78, radius=6)]
    after = [new("3", 70, radius=20), new("4", 70, y=74, radius=20)]
    (match,) = match_lesions(before, after, shifted())
    assert match.kind is MatchKind.AMBIGUOUS
    assert (match.baseline, match.followup) == (("1", "2"), ("3", "4"))


def test_a_part_that_overlaps_by_less_than_half_is_proposed_and_asked_about():
    found = match_lesions(
        [old("a", 70, radius=15)], [new("1", 70, radius=9), new("2", 87, radius=6)], shifted()
    )
    assert kinds(found) == [("a", "1+2", "ambiguous")]
    assert "split, or apart?" in found[0].why


def test_two_that_come_into_question_alike_are_asked_about():
    before = [old("a", 70)]
    after = [new("1", 48), new("2", 92)]
    found = match_lesions(before, after, shifted())
    assert {match.kind for match in found} == {MatchKind.AMBIGUOUS}
    assert sum(bool(match.baseline and match.followup) for match in found) == 1
    assert "lesion 2" in found[0].why or "lesion 1" in found[0].why


def test_what_touches_a_lesion_that_has_its_partner_is_asked_about():
    found = match_lesions([old("a", 60)], [new("1", 60), new("2", 77, radius=6)], shifted())
    assert kinds(found) == [("a", "1", "same"), ("", "2", "ambiguous")]
    assert "split off" in found[1].why
    found = match_lesions([old("a", 60), old("b", 77, radius=6)], [new("1", 60)], shifted())
    assert kinds(found) == [("a", "1", "same"), ("b", "", "ambiguous")]


def test_a_lesion_beyond_the_field_of_view_is_not_gone_and_one_that_comes_into_it_not_new():
    low = replace(AFTER, shape=(10, 60, 60))
    found = match_lesions([old("a", 70, z=100)], [], shifted(followup=low))
    assert kinds(found) == [("a", "", "out of view")]
    short = replace(BEFORE, shape=(10, 50, 50))
    found = match_lesions([], [new("b", 70, z=100)], shifted(baseline=short))
    assert kinds(found) == [("", "b", "out of view")]


def test_lesions_at_different_sites_are_never_paired_by_distance():
    before, after = [old("a", 60, site=Site.LUNG)], [new("b", 79, site=Site.BONE)]
    assert kinds(match_lesions(before, after, shifted())) == [("a", "", "gone"), ("", "b", "new")]
    after = [replace(after[0], site=None)]
    assert kinds(match_lesions(before, after, shifted())) == [("a", "b", "same")]


def test_lesions_that_overlap_at_different_sites_are_asked_about():
    found = match_lesions([old("a", 60, site=Site.LUNG)], [new("b", 60, site=Site.BONE)], shifted())
    assert {match.kind for match in found} == {MatchKind.AMBIGUOUS}


def test_what_a_person_paired_is_never_overruled():
    before, after = [old("a", 40), old("b", 100)], [new("1", 40), new("2", 100), new("3", 70)]
    pairs = [GivenPair(("a",), ("2", "3")), GivenPair(("b",), ())]
    found = match_lesions(before, after, shifted(), given=pairs)
    assert kinds(found) == [("a", "2+3", "split"), ("b", "", "gone"), ("", "1", "new")]
    assert [match.by for match in found] == ["person", "person", "place"]


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([GivenPair(("x",), ("1",))], "'x'"),
        ([GivenPair(("a",), ("x",))], "'x'"),
        ([GivenPair(("a",), ("1",)), GivenPair(("a",), ("2",))], "two pairs"),
        ([GivenPair(("a",), ("1",)), GivenPair(("b",), ("1",))], "two pairs"),
        ([GivenPair((), ())], "no lesion"),
        ([GivenPair(("a", "b"), ("1", "2"))], "one by one"),
    ],
    ids=["unknown before", "unknown after", "twice before", "twice after", "empty", "several with several"],
)
def test_pairs_that_cannot_be_are_refused(pairs, words):
    before, after = [old("a", 40), old("b", 100)], [new("1", 40), new("2", 100)]
    with pytest.raises(InputError, match=words) as refused:
        match_lesions(before, after, shifted(), given=pairs)
    assert refused.value.code == "followup.pairs"


def test_an_equal_tracking_uid_counts_and_the_registration_checks_it():
    before = [old("a", 40, tracking_uid="2.25.1"), old("b", 100)]
    after = [new("1", 40), new("2", 100, tracking_uid="2.25.1")]
    first, second, third = match_lesions(before, after, shifted())
    assert (first.baseline, first.followup, first.by) == (("a",), ("2",), "tracking UID")
    assert "60 mm apart" in first.why
    # Each lies where the other study has one that is another's by its UID.
    assert (second.kind, third.kind) == (MatchKind.AMBIGUOUS, MatchKind.AMBIGUOUS)
    near = match_lesions(before, [replace(after[1], mask=new("2", 42).mask)], shifted())
    assert near[0].why == "Equal tracking UID."


def test_names_identify_only_where_a_person_says_so():
    before, after = [replace(old("a", 40), name="Segment 3")], [replace(new("1", 100), name="segment 3 ")]
    assert len(match_lesions(before, after, shifted())) == 2
    (match,) = match_lesions(before, after, shifted(), names_identify=True)
    assert (match.kind, match.by) == (MatchKind.SAME, "name")
    twice = [*after, replace(new("2", 130), name="Segment 3")]
    assert all(m.by == "place" for m in match_lesions(before, twice, shifted(), names_identify=True))


def test_without_a_registration_all_is_asked_but_what_is_known_otherwise():
    before = [old("a", 40, tracking_uid="2.25.1"), old("b", 100), old("c", 70)]
    after = [new("1", 40), new("2", 100, tracking_uid="2.25.1")]
    found = match_lesions(before, after, None, given=[GivenPair(("b",), ("1",))])
    assert kinds(found) == [("a", "2", "same"), ("b", "1", "same"), ("c", "", "ambiguous")]
    assert "not registered" in found[2].why


def test_costs_are_what_they_are_defined_to_be():
    before, after = [old("a", 40)], [new("1", 64, radius=9 * 2 ** (1 / 3))]
    pairs = measure_pairs(before, after, shifted())
    assert pairs.centre_mm[0, 0] == pytest.approx(24, abs=0.5)
    assert pairs.gap_mm[0, 0] == pytest.approx(24 - 9 - 11.3, abs=3.5)
    ratio = np.log(after[0].volume_cc / before[0].volume_cc) / np.log(8)
    expected = pairs.gap_mm[0, 0] / 15 + 0.5 * ratio + 0.25 * pairs.centre_mm[0, 0] / 15
    assert pairs.cost[0, 0] == pytest.approx(expected)
    assert pairs.share[0, 0] == 0.0


def test_the_cheapest_pairing_of_all_lesions_is_taken_and_what_another_would_cost_is_known():
    cost = np.array([[0.1, 0.3], [0.2, 1.2]])
    pairs, margin = pair_up(cost)
    assert pairs == [(0, 1), (1, 0)]
    # Otherwise 0.1 + 1.2 for 0.3 + 0.2.
    np.testing.assert_allclose(margin, 0.8)
    far = np.array([[np.inf, SINGLE_COST + 0.2]])
    pairs, margin = pair_up(far)
    assert pairs == []
    np.testing.assert_allclose(margin[0, 1], 0.2)
    assert np.isinf(margin[0, 0])


def test_lesions_that_nothing_joins_do_not_compete():
    blocks = np.array([[0.1, 0.3], [0.2, 1.2]]), np.array([[0.5, np.inf], [0.9, 1.0]])
    whole = np.full((4, 4), np.inf)
    whole[np.ix_((0, 2), (1, 3))], whole[np.ix_((1, 3), (0, 2))] = blocks
    pairs, margin = pair_up(whole)
    assert pairs == [(0, 3), (1, 0), (2, 1), (3, 2)]
    # Of the first two 0.8 as if they were alone; of the others, one stays single for either.
    np.testing.assert_allclose(margin[np.ix_((0, 2), (1, 3))], 0.8)
    np.testing.assert_allclose(margin[1, 0], 0.9 + SINGLE_COST - 1.5)
    assert np.isinf(margin[0, 0])


places = st.lists(
    st.tuples(st.integers(3, 12), st.integers(3, 12), st.integers(2, 5)), min_size=0, max_size=5, unique=True
)


@settings(max_examples=25)
@given(before=places, after=places)
def test_each_lesion_is_in_one_match_and_the_order_of_lesions_changes_nothing(before, after):
    first = [old(f"b{n}", 10.0 * x, y=10.0 * y, radius=3.0 * r) for n, (x, y, r) in enumerate(before)]
    then = [new(f"f{n}", 10.0 * x, y=10.0 * y, radius=3.0 * r) for n, (x, y, r) in enumerate(after)]
    found = match_lesions(first, then, shifted())
    assert sorted(each for m in found for each in m.baseline) == sorted(lesion.id for lesion in first)
    assert sorted(each for m in found for each in m.followup) == sorted(lesion.id for lesion in then)
    for match in found:
        assert match.why
        sizes = len(match.baseline), len(match.followup)
        if match.kind is MatchKind.SAME:
            assert sizes == (1, 1)
        elif match.kind is MatchKind.SPLIT:
            assert sizes[0] == 1 < sizes[1]
        elif match.kind is MatchKind.MERGED:
            assert sizes[1] == 1 < sizes[0]
        elif match.kind is not MatchKind.AMBIGUOUS:
            assert 0 in sizes
    turned = match_lesions(first[::-1], then[::-1], shifted())
    certain = {
        (frozenset(m.baseline), frozenset(m.followup)) for m in found if m.kind is not MatchKind.AMBIGUOUS
    }
    again = {
        (frozenset(m.baseline), frozenset(m.followup)) for m in turned if m.kind is not MatchKind.AMBIGUOUS
    }
    assert certain == again
