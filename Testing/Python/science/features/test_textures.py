"""Texture matrices against definitions written out naively, voxel by voxel.

Tests of: glszm, gldzm, ngldm.
"""

import itertools
from collections import Counter
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from radioimmuno.features import catalog, neighbours
from radioimmuno.features.compute import compute_features
from radioimmuno.features.family import Measurement
from radioimmuno.features.glcm import co_occurrences
from radioimmuno.features.glrlm import run_lengths
from radioimmuno.features.neighbours import DIRECTIONS, Neighbours
from radioimmuno.features.region import Region
from radioimmuno.settings import ExtractionSettings

# Directions are looked at one by one in a large region, all at once in a small one.
PAIRS_AT_ONCE = st.sampled_from([1, 100, neighbours.PAIRS_AT_ONCE])

LEVELS = arrays(np.int32, st.tuples(*[st.integers(1, 5)] * 3), elements=st.integers(0, 4)).filter(
    lambda a: a.any()
)


def region(levels: np.ndarray) -> Region:
    """A region with these levels, 0 being outside."""
    inside = levels > 0
    return Region(
        levels.astype(np.float32),
        inside,
        inside,
        levels,
        int(levels.max()),
        (1.0, 1.0, 1.0),
        ExtractionSettings(),
    )


def at(levels: np.ndarray, place: tuple[int, ...]) -> int:
    within = all(0 <= p < n for p, n in zip(place, levels.shape, strict=True))
    return int(levels[place]) if within else 0


def voxels(levels: np.ndarray) -> list[tuple[int, ...]]:
    return [tuple(int(p) for p in place) for place in np.argwhere(levels > 0)]


def moved(place: tuple[int, ...], step: tuple[int, ...], times: int = 1) -> tuple[int, ...]:
    return tuple(p + times * s for p, s in zip(place, step, strict=True))


def test_the_directions_are_one_of_each_opposite_pair():
    assert len(DIRECTIONS) == 13
    both = set(DIRECTIONS) | {tuple(-s for s in step) for step in DIRECTIONS}
    assert both == set(itertools.product((-1, 0, 1), repeat=3)) - {(0, 0, 0)}


@given(LEVELS, PAIRS_AT_ONCE)
@settings(max_examples=60)
def test_co_occurrences_are_those_of_neighbouring_voxels(levels, pairs_at_once):
    measurement = Measurement(region(levels))
    with patch.object(neighbours, "PAIRS_AT_ONCE", pairs_at_once):
        counts = co_occurrences(measurement)
    lowest = measurement.neighbours.lowest
    for row, step in zip(counts, DIRECTIONS, strict=True):
        pairs = Counter()
        for place in voxels(levels):
            a, b = at(levels, place), at(levels, moved(place, step))
            if b:
                pairs[a, b] += 1
                pairs[b, a] += 1
        found = {(a + lowest, b + lowest): row[a, b] for a, b in np.argwhere(row > 0)}
        assert found == dict(pairs)


@given(LEVELS, PAIRS_AT_ONCE)
@settings(max_examples=60)
def test_runs_are_as_long_as_their_level_goes_on(levels, pairs_at_once):
    with patch.object(neighbours, "PAIRS_AT_ONCE", pairs_at_once):
        matrix = run_lengths(Measurement(region(levels)))
    for row, step in zip(matrix.counts, DIRECTIONS, strict=True):
        runs = Counter()
        for place in voxels(levels):
            level, length = at(levels, place), 1
            if at(levels, moved(place, step, -1)) == level:
                continue
            while at(levels, moved(place, step, length)) == level:
                length += 1
            runs[level, length] += 1
        found = {(matrix.levels[i], matrix.sizes[j]): row[i, j] for i, j in np.argwhere(row > 0)}
        assert found == dict(runs)


@given(LEVELS, PAIRS_AT_ONCE)
@settings(max_examples=60)
def test_zones_and_dependences_are_those_of_equal_neighbours(levels, pairs_at_once):
    made = Neighbours.of(region(levels))
    with patch.object(neighbours, "PAIRS_AT_ONCE", pairs_at_once):
        zones = made.zones.tolist()
    places = voxels(levels)
    zone: dict[tuple[int, ...], int] = {}
    for start in places:
        if start in zone:
            continue
        zone[start], stack = len(set(zone.values())), [start]
        while stack:
            place = stack.pop()
            for step in itertools.product((-1, 0, 1), repeat=3):
                near = moved(place, step)
                if near not in zone and at(levels, near) == at(levels, place):
                    zone[near] = zone[start]
                    stack.append(near)
    numbers = [zone[place] for place in places]
    # The same partition, whatever the zones are called.
    assert len(set(zip(numbers, zones, strict=True))) == len(set(numbers))
    assert len(set(zones)) == len(set(numbers))
    equal = [
        sum(
            at(levels, moved(place, step)) == at(levels, place)
            for step in itertools.product((-1, 0, 1), repeat=3)
        )
        - 1
        for place in places
    ]
    assert made.same_count.tolist() == equal


def test_zone_distances_are_steps_to_the_outside():
    levels = np.ones((5, 5, 5), np.int32)
    levels[2, 2, 2] = 2
    values = compute_features(
        region(levels), ["gldzm.small_distance_emphasis", "gldzm.large_distance_emphasis"]
    )
    # One zone of level 1 at the border (distance 1), one voxel of level 2 in the middle (distance 3).
    assert values["gldzm.small_distance_emphasis"] == pytest.approx((1 + 1 / 9) / 2)
    assert values["gldzm.large_distance_emphasis"] == pytest.approx((1 + 9) / 2)


def test_gray_tone_differences_by_hand():
    levels = np.array([[[1, 3, 0, 2]]], np.int32)
    values = compute_features(
        region(levels), [f"ngtdm.{name}" for name in ("coarseness", "contrast", "complexity", "strength")]
    )
    # The voxel of level 2 has no neighbour and is left out; the others differ by 2 from theirs, p = 1/2 each.
    assert values["ngtdm.coarseness"] == pytest.approx(1 / 2)
    assert values["ngtdm.contrast"] == pytest.approx((2 * 0.25 * 4 / 2) * (4 / 2))
    assert values["ngtdm.complexity"] == pytest.approx(2 * 2 * (1 + 1) / 1 / 2)
    assert values["ngtdm.strength"] == pytest.approx(2 * 1 * 4 / 4)


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 3, 3)])
def test_a_flat_region_has_every_texture_or_says_that_it_has_none(shape):
    keys = [key for key in catalog.ALL if key.startswith(("gl", "ng", "histogram", "statistics", "ivh"))]
    values = compute_features(region(np.full(shape, 3, np.int32)), keys)
    assert all(value is None or np.isfinite(value) for value in values.values())
    assert values["histogram.entropy"] == 0
    assert values["glszm.zone_percentage"] == pytest.approx(1 / np.prod(shape))
    single = shape == (1, 1, 1)
    assert (values["glcm.contrast"] is None) == single
    assert values["glcm.correlation"] == (None if single else 1.0)
    assert values["ngtdm.coarseness"] is None


def test_long_runs_cost_no_more_than_a_look_at_each_pair():
    levels = np.ones((40, 40, 40), np.int32)
    matrix = run_lengths(Measurement(region(levels)))
    along = DIRECTIONS.index((0, 0, 1))
    assert matrix.counts[along, 0, 39] == 1600
    assert matrix.counts[along].sum() == 1600
