"""Gray-tone differences against IBSI's sums, voxel by voxel."""

from __future__ import annotations

import numpy as np
import pytest
from small_regions import region_of

from radioimmuno.features.neighbours import Neighbours
from radioimmuno.features.ngtdm import ngtdm


def by_hand(levels):
    """The five features of a region whose levels are these, 0 outside."""
    sums, counts = {}, {}
    for place in np.argwhere(levels > 0):
        low, high = np.maximum(place - 1, 0), place + 2
        around = levels[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
        others, own = around[around > 0].tolist(), int(levels[tuple(place)])
        others.remove(own)
        if others:
            sums[own] = sums.get(own, 0) + abs(own - sum(others) / len(others))
            counts[own] = counts.get(own, 0) + 1
    n, present = sum(counts.values()), sorted(counts)
    p = {i: counts[i] / n for i in present}
    coarse, total = sum(p[i] * sums[i] for i in present), sum(sums.values())
    pairs = [(i, j) for i in present for j in present]
    ng = len(present)
    busy = sum(abs(i * p[i] - j * p[j]) for i, j in pairs)
    return {
        "coarseness": 1 / coarse,
        "contrast": sum(p[i] * p[j] * (i - j) ** 2 for i, j in pairs) / (ng * (ng - 1)) * total / n,
        "busyness": coarse / busy,
        "complexity": sum(abs(i - j) * (p[i] * sums[i] + p[j] * sums[j]) / (p[i] + p[j]) for i, j in pairs)
        / n,
        "strength": sum((p[i] + p[j]) * (i - j) ** 2 for i, j in pairs) / total,
    }


def found(levels):
    return ngtdm(Neighbours.of(region_of(levels, inside=levels > 0)))


@pytest.mark.parametrize("seed", range(4))
def test_the_features_are_ibsis_sums(seed):
    random = np.random.default_rng(seed)
    levels = random.integers(0, 6, (4, 3, 5)) + 3 * (random.random((4, 3, 5)) < 0.2)
    assert found(levels) == pytest.approx(by_hand(levels))


def test_a_voxel_by_itself_does_not_count():
    levels = np.array([[[1, 3, 3, 0, 7]]])
    assert found(levels) == pytest.approx(by_hand(levels))
    assert found(levels) == pytest.approx(found(levels[:, :, :3]))


def test_a_region_without_neighbours_has_none_of_them():
    assert set(found(np.array([[[1, 0, 3, 0, 7]]])).values()) == {None}


def test_one_level_has_no_coarseness_and_no_contrast():
    assert found(np.full((2, 2, 2), 4)) == {
        "coarseness": None,
        "contrast": 0,
        "busyness": 0,
        "complexity": 0,
        "strength": 0,
    }


def test_levels_that_are_as_busy_as_each_other_have_no_busyness():
    """Levels 1 and 2, the first twice as often: i x p is the same for both."""
    assert found(np.array([[[1, 2, 1, 0, 1, 2, 1]]]))["busyness"] == 0
