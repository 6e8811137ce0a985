"""The histogram of levels, by hand."""

from __future__ import annotations

import math

import pytest
from small_regions import region_of

from radioimmuno.features.histogram import histogram


def test_a_histogram_by_hand():
    """Counts 4, 1, 0, 3, 2 at the levels 1 to 5."""
    found = histogram(region_of([1, 1, 1, 1, 2, 4, 4, 4, 5, 5]))
    assert found["mean"] == pytest.approx(2.8)
    assert found["mode"] == 1
    shares = (0.4, 0.1, 0.3, 0.2)
    assert found["entropy"] == pytest.approx(-sum(p * math.log2(p) for p in shares))
    assert found["uniformity"] == pytest.approx(0.3)
    # Differences -3 at the first level, (0 - 4) / 2, (3 - 1) / 2, (2 - 0) / 2, and -1 at the last.
    assert (found["maximum_gradient"], found["maximum_gradient_level"]) == (1, 3)
    assert (found["minimum_gradient"], found["minimum_gradient_level"]) == (-3, 1)


def test_of_several_modes_it_is_the_one_nearest_to_the_mean():
    assert histogram(region_of([1, 1, 2, 5, 5, 6, 6, 3]))["mode"] == 5
    assert histogram(region_of([1, 1, 6, 6, 7, 7]))["mode"] == 6


def test_levels_that_the_discretization_makes_and_no_voxel_has_count_for_the_gradient():
    found = histogram(region_of([2, 2], level_count=4))
    assert (found["maximum_gradient"], found["maximum_gradient_level"]) == (2, 1)
    assert (found["minimum_gradient"], found["minimum_gradient_level"]) == (-1, 3)
    assert (found["entropy"], found["uniformity"]) == (0, 1)


def test_one_level_has_no_gradient():
    found = histogram(region_of([1, 1, 1]))
    assert (found["maximum_gradient"], found["minimum_gradient"]) == (0, 0)
    assert (found["maximum_gradient_level"], found["minimum_gradient_level"]) == (1, 1)


def test_voxels_outside_of_the_region_do_not_count():
    found = histogram(region_of([1, 1, 3, 9], inside=[1, 1, 1, 0], level_count=3))
    assert (found["maximum"], found["mean"]) == (3, pytest.approx(5 / 3))
