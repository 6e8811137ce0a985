"""METRICS against its publication and cases computed by hand. Tests of: items."""

import pytest

from radioimmuno.card.items import Proof, Reply
from radioimmuno.card.metrics import CONDITIONS, ITEMS, NEEDS, band_of, grade

# Kocak 2024, table 1.
WEIGHTS = (
    *(0.0368, 0.0735, 0.0919, 0.0438, 0.0292, 0.0438, 0.0292, 0.0337, 0.0225, 0.0112, 0.0622, 0.0311),
    *(0.0415, 0.0200, 0.0200, 0.0300, 0.0200, 0.0599, 0.0300, 0.0352, 0.0234, 0.0176, 0.0117, 0.0293),
    *(0.0176, 0.0375, 0.0749, 0.0075, 0.0075, 0.0075),
)
C1, C2, C3, C4, C5 = (f"metrics.condition{n}" for n in range(1, 6))
ALL_APPLY = {key: Reply(True) for key in (C1, C2, C3, C4, C5)}
USUAL = {C1: Reply(True), C2: Reply(False), C3: Reply(True), C4: Reply(True), C5: Reply(False)}


def answered(met, conditions=USUAL):
    """All items answered: those of these numbers are met."""
    return conditions | {f"metrics.{n}": Reply(n in met) for n in range(1, 31)}


def test_weights_are_those_of_the_publication_and_sum_to_one():
    assert tuple(item.points_of(True) for item in ITEMS) == WEIGHTS
    assert sum(WEIGHTS) == pytest.approx(1.0, abs=1e-9)
    assert [item.key for item in ITEMS] == [f"metrics.{n}" for n in range(1, 31)]
    assert len(CONDITIONS) == 5


@pytest.mark.parametrize("conditions", [USUAL, ALL_APPLY], ids=["usual", "all apply"])
def test_all_met_is_a_hundred_and_none_is_zero(conditions):
    best, worst = (grade({}, answered(met, conditions)) for met in (range(1, 31), ()))
    assert (best.low, best.high, best.band) == (100.0, 100.0, "excellent")
    assert (worst.low, worst.high, worst.band) == (0.0, 0.0, "very low")


@pytest.mark.parametrize(
    ("met", "conditions", "score"),
    [
        # Items 9 and 17 do not apply: of 1 - .0225 - .0200.
        ({2, 3, 27}, USUAL, 100 * (0.0735 + 0.0919 + 0.0749) / 0.9575),
        # All apply.
        ({2, 3, 27}, ALL_APPLY, 100 * (0.0735 + 0.0919 + 0.0749)),
        # Nothing is drawn, no formulas, no table: 8, 9, 10, 12, 14, 15, 16 do not apply, 17 does.
        (
            {17, 18},
            {C1: Reply(False), C2: Reply(False), C3: Reply(False), C4: Reply(False), C5: Reply(True)},
            100 * (0.02 + 0.0599) / (1 - 0.0337 - 0.0225 - 0.0112 - 0.0311 - 0.02 - 0.02 - 0.03),
        ),
    ],
    ids=["usual", "all apply", "network"],
)
def test_the_score_is_that_of_the_items_that_apply(met, conditions, score):
    found = grade({}, answered(met, conditions))
    assert found.low == pytest.approx(score, abs=1e-9)
    assert found.high == pytest.approx(score, abs=1e-9)


def test_items_that_a_condition_takes_out_are_the_publication_s():
    assert {key: tuple(one[-1] for one in conditions) for key, conditions in NEEDS.items()} == {
        "metrics.8": ("1",),
        "metrics.9": ("1", "2"),
        "metrics.10": ("1",),
        "metrics.12": ("3",),
        "metrics.14": ("4",),
        "metrics.15": ("4",),
        "metrics.16": ("4",),
        "metrics.17": ("5",),
    }
    found = grade({}, {C5: Reply(False), C2: Reply(False)})
    states = {one.item.key: one for one in found.items}
    assert states["metrics.17"].applies is False
    assert not states["metrics.17"].is_open
    assert states["metrics.12"].applies is None
    assert states["metrics.12"].is_open


def test_an_open_item_counts_as_not_met_and_widens_what_is_possible():
    replies = answered({2, 3})
    del replies["metrics.27"]
    found = grade({}, replies)
    known = 100 * (0.0735 + 0.0919) / 0.9575
    assert found.low == pytest.approx(known, abs=1e-9)
    assert found.high == pytest.approx(known + 100 * 0.0749 / 0.9575, abs=1e-9)


def test_an_open_condition_leaves_both_ways_possible():
    replies = answered(range(1, 31), ALL_APPLY) | {"metrics.9": Reply(False)}
    del replies[C2]
    found = grade({}, replies)
    # Item 9 counts and is not met, or does not count.
    assert found.low == pytest.approx(100 * (1 - 0.0225), abs=1e-9)
    assert found.high == pytest.approx(100.0, abs=1e-9)
    assert found.band == "excellent"


def test_the_band_is_given_where_no_open_item_could_change_it():
    nearly = answered(range(1, 31))
    del nearly["metrics.28"]
    assert grade({}, nearly).band == "excellent"
    del nearly["metrics.2"], nearly["metrics.3"], nearly["metrics.27"]
    assert grade({}, nearly).band is None
    assert grade({}, {}).band is None


@pytest.mark.parametrize(
    ("percent", "band"),
    [
        (0, "very low"),
        (19.9, "very low"),
        (20, "low"),
        (39.9, "low"),
        (40, "moderate"),
        (59.9, "moderate"),
        (60, "good"),
        (79.9, "good"),
        (80, "excellent"),
        (100, "excellent"),
    ],
)
def test_bands(percent, band):
    assert band_of(percent) == band


def test_provenance_goes_before_the_author_and_names_its_field():
    proofs = {"metrics.18": Proof((True,), "training.json: cross_validation")}
    found = grade(proofs, {"metrics.1": Reply(True, "methods, page 3")})
    states = {one.item.key: one for one in found.items}
    assert (states["metrics.18"].by, states["metrics.18"].source) == (
        "provenance",
        "training.json: cross_validation",
    )
    assert (states["metrics.1"].by, states["metrics.1"].source) == ("author", "methods, page 3")
    assert states["metrics.2"].by == ""
