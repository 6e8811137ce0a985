"""Co-occurrence features against IBSI's sums over the cells of a small matrix."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from small_regions import region_of

from radioimmuno.features.family import Measurement
from radioimmuno.features.glcm import glcm, glcm_merged
from radioimmuno.features.neighbours import DIRECTIONS

# Levels 2 to 5 of 6; the voxels of the last plane have no level.
LEVELS = np.array([[[2, 3, 5], [3, 3, 2], [5, 2, 2]], [[2, 5, 3], [4, 3, 5], [2, 2, 4]], [[0, 0, 0]] * 3])
LEVEL_COUNT = 6


def measured(levels=LEVELS, level_count=LEVEL_COUNT):
    return Measurement(region_of(levels, inside=levels > 0, level_count=level_count))


def matrices(levels):
    """For each direction a dictionary of how often two levels are neighbours, both ways."""
    for step in DIRECTIONS:
        found = {}
        for place in np.argwhere(levels > 0):
            other = place + step
            if (other >= 0).all() and (other < levels.shape).all() and levels[tuple(other)]:
                a, b = int(levels[tuple(place)]), int(levels[tuple(other)])
                for pair in ((a, b), (b, a)):
                    found[pair] = found.get(pair, 0) + 1
        yield found


def entropy(shares):
    return -sum(p * math.log2(p) for p in shares if p > 0)


def by_hand(counts):
    """IBSI's features of one symmetric matrix, cell by cell."""
    total = sum(counts.values())
    p = {pair: n / total for pair, n in counts.items()}
    levels = range(1, LEVEL_COUNT + 1)
    single = {i: sum(q for (a, _), q in p.items() if a == i) for i in levels}
    apart = {k: sum(q for (a, b), q in p.items() if abs(a - b) == k) for k in range(LEVEL_COUNT)}
    together = {s: sum(q for (a, b), q in p.items() if a + b == s) for s in range(2, 2 * LEVEL_COUNT + 1)}
    mean = sum(i * q for i, q in single.items())
    variance = sum((i - mean) ** 2 * q for i, q in single.items())
    apart_mean, sum_mean = sum(k * q for k, q in apart.items()), sum(s * q for s, q in together.items())
    hx, hxy = entropy(single.values()), entropy(p.values())
    hxy1 = -sum(q * math.log2(single[a] * single[b]) for (a, b), q in p.items())
    products = [single[a] * single[b] for a, b in itertools.product(levels, levels)]
    hxy2 = entropy(products)

    def over(of):
        return sum(q * of(a, b) for (a, b), q in p.items())

    return {
        "joint_maximum": max(p.values()),
        "joint_average": mean,
        "joint_variance": variance,
        "joint_entropy": hxy,
        "difference_average": apart_mean,
        "difference_variance": sum((k - apart_mean) ** 2 * q for k, q in apart.items()),
        "difference_entropy": entropy(apart.values()),
        "sum_average": sum_mean,
        "sum_variance": sum((s - sum_mean) ** 2 * q for s, q in together.items()),
        "sum_entropy": entropy(together.values()),
        "angular_second_moment": sum(q**2 for q in p.values()),
        "contrast": over(lambda a, b: (a - b) ** 2),
        "dissimilarity": over(lambda a, b: abs(a - b)),
        "inverse_difference": over(lambda a, b: 1 / (1 + abs(a - b))),
        "normalized_inverse_difference": over(lambda a, b: 1 / (1 + abs(a - b) / LEVEL_COUNT)),
        "inverse_difference_moment": over(lambda a, b: 1 / (1 + (a - b) ** 2)),
        "normalized_inverse_difference_moment": over(lambda a, b: 1 / (1 + (a - b) ** 2 / LEVEL_COUNT**2)),
        "inverse_variance": sum(q / (a - b) ** 2 for (a, b), q in p.items() if a != b),
        "correlation": over(lambda a, b: (a - mean) * (b - mean)) / variance if variance > 1e-12 else 1.0,
        "autocorrelation": over(lambda a, b: a * b),
        "cluster_tendency": over(lambda a, b: (a + b - 2 * mean) ** 2),
        "cluster_shade": over(lambda a, b: (a + b - 2 * mean) ** 3),
        "cluster_prominence": over(lambda a, b: (a + b - 2 * mean) ** 4),
        "information_correlation_1": (hxy - hxy1) / hx if hx > 0 else 0.0,
        "information_correlation_2": math.sqrt(max(0.0, 1 - math.exp(-2 * max(hxy2 - hxy, 0.0)))),
    }


def mean_of(found):
    return {name: sum(each[name] for each in found) / len(found) for name in found[0]}


@pytest.mark.parametrize("planes", [slice(0, 3), slice(0, 2), slice(0, 1)])
def test_features_are_the_mean_of_those_of_each_direction_that_has_pairs(planes):
    """A single plane has pairs in four of the thirteen directions."""
    levels = LEVELS[planes]
    expected = [by_hand(counts) for counts in matrices(levels) if counts]
    assert len(expected) == (4 if len(levels) == 1 else 13)
    assert glcm(measured(levels)) == pytest.approx(mean_of(expected), abs=1e-9)


def test_merged_features_are_those_of_the_sum_of_all_directions():
    merged = {}
    for counts in matrices(LEVELS):
        for pair, n in counts.items():
            merged[pair] = merged.get(pair, 0) + n
    assert glcm_merged(measured()) == pytest.approx(by_hand(merged), abs=1e-9)


def test_one_level_is_perfectly_correlated_and_tells_nothing():
    region = measured(np.full((2, 2, 2), 3))
    for found in (glcm(region), glcm_merged(region)):
        assert (found["correlation"], found["information_correlation_1"]) == (1, 0)
        assert (found["joint_average"], found["joint_variance"], found["joint_entropy"]) == (3, 0, 0)
        assert (found["joint_maximum"], found["inverse_variance"]) == (1, 0)


def test_a_voxel_by_itself_has_none_of_them():
    region = measured(np.full((1, 1, 1), 3))
    assert set(glcm(region).values()) == set(glcm_merged(region).values()) == {None}
