"""Targets as RECIST's rules propose them."""

from __future__ import annotations

import pytest
from courses import lesion

from radioimmuno.followup.response.selection import Circumstances, departures, propose_targets


def test_five_targets_two_an_organ_the_largest_first():
    sizes = {"T1": (30, "lung"), "T2": (50, "left lung"), "T3": (20, "right lung"), "T4": (15, "liver")}
    sizes |= {"T5": (12, "liver"), "T6": (11, "bone"), "T7": (10, "spleen")}
    found = propose_targets([lesion(name, size, site=site) for name, (size, site) in sizes.items()])
    assert found.targets == ("T2", "T1", "T4", "T5", "T6")
    assert found.reasons["T2"] == "target: 50.0 mm in lung"
    assert found.reasons["T3"] == "there are 2 targets in lung already"
    assert found.reasons["T7"] == "there are 5 targets already"


def test_all_nodes_are_one_organ_by_their_short_axis():
    nodes = [lesion(f"T{n}n", 15 + n, site=f"place {n}", longest_mm=60.0) for n in range(3)]
    found = propose_targets([*nodes, lesion("T4n", 14.9, longest_mm=60.0)])
    assert found.targets == ("T2n", "T1n")
    assert found.reasons["T4n"] == "not measurable: its short axis of 14.9 mm is below 15.0"


def test_reproducibly_measurable_ones_come_first():
    lesions = [lesion(f"T{n}", 10 * n) for n in (1, 2, 3)]
    around = Circumstances(unreproducible=("T3",))
    assert propose_targets(lesions, around).targets == ("T2", "T1")
    assert propose_targets(lesions[1:], around).targets == ("T2", "T3")


@pytest.mark.parametrize(
    ("size", "slice_mm", "is_target"),
    [
        (10, None, True),
        (9.9, None, False),
        (10, 5, True),
        (11.9, 6, False),
        (12, 6, True),
        (None, None, False),
    ],
)
def test_measurable(size, slice_mm, is_target):
    found = propose_targets(
        [lesion("T1", size)] if size else [lesion("T1", "there")], Circumstances(slice_mm)
    )
    assert (found.targets == ("T1",)) is is_target


def test_thick_slices_ask_nothing_more_of_nodes():
    assert propose_targets([lesion("T1n", 15)], Circumstances(8)).targets == ("T1n",)


def test_irradiated_lesions_only_where_they_have_progressed():
    one = [lesion("T1r", 30)]
    assert propose_targets(one).reasons["T1r"] == (
        "not measurable: it was irradiated and has not progressed since"
    )
    assert propose_targets(one, Circumstances(progressed=("T1r",))).targets == ("T1r",)


def test_new_lesions_are_no_targets():
    assert propose_targets([lesion("X1", 30)]).targets == ()


def test_a_choice_by_hand_may_depart_and_is_told_so():
    assert departures([lesion("T1", 20), lesion("T2", 20), lesion("N1", 5)]) == ()
    assert departures([lesion("T1n", 12)]) == (
        "target T1n is not measurable: its short axis of 12.0 mm is below 15.0",
    )
