"""The Radiomics Quality Score against its publication."""

import pytest

from radioimmuno.card.items import Proof, Reply
from radioimmuno.card.rqs import ITEMS, VALIDATION, grade

# Lambin 2017: the most points of each of the 16 items.
MOST = (2, 1, 1, 1, 3, 1, 1, 1, 2, 2, 7, 5, 2, 2, 1, 4)


def answered(pick):
    return {item.key: Reply(pick(item.points, key=lambda one: one[1])[0]) for item in ITEMS}


def test_the_sixteen_items_have_the_points_of_the_publication():
    most = [0.0] * 16
    for item in ITEMS:
        most[int(item.key.split(".")[1]) - 1] += max(points for _, points in item.points)
    assert tuple(most) == MOST


def test_the_scale_goes_from_minus_eight_to_thirty_six():
    worst, best = grade({}, answered(min)), grade({}, answered(max))
    assert (worst.so_far, worst.low, worst.high) == (-8, -8, -8)
    assert (best.so_far, best.low, best.high) == (36, 36, 36)
    nothing = grade({}, {})
    assert (nothing.so_far, nothing.low, nothing.high) == (0, -8, 36)


def test_validation_counts_by_whose_patients():
    assert dict(VALIDATION) == {
        "missing": -5,
        "same institute": 2,
        "another institute": 3,
        "two institutes": 4,
        "previously published signature": 4,
        "three or more institutes": 5,
    }


def test_an_item_that_is_known_in_part_narrows_the_range():
    others = tuple(name for name, _ in VALIDATION if name != "missing")
    found = grade({"rqs.12": Proof(others, "validation.json")}, {"rqs.5": Reply(False)})
    assert found.so_far == -3
    assert (found.low, found.high) == (-3 + 2, 36 - 6)
    state = next(one for one in found.items if one.item.key == "rqs.12")
    assert state.is_open
    assert "missing" not in state.possible


@pytest.mark.parametrize(("answer", "points"), [(True, 3), (False, -3)])
def test_feature_reduction_adds_or_takes_three(answer, points):
    assert grade({}, {"rqs.5": Reply(answer)}).so_far == points
