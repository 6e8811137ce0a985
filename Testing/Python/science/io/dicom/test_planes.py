"""On which slices planes lie: the CT's within a tenth of a slice, or equally spaced ones of their own."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.io.dicom.stack import planes_at


def found(positions, distance=None):
    """(start, step, numbers, own) of the planes at these positions; None where there are none."""
    planes = planes_at(np.array(positions, float), distance)
    return None if planes is None else (planes.start, planes.step, planes.numbers.tolist(), planes.own)


@pytest.mark.parametrize("distance", [None, 1.0, 0.91, 1.09])
def test_planes_near_the_cts_slices_are_its_slices(distance):
    assert found([3.09, 7.91, 5.0, 5.0], distance) == (0.0, 1.0, [3, 8, 5, 5], False)


def test_planes_between_the_slices_are_planes_of_their_own():
    start, step, numbers, own = found([4.5, 2.5, 3.5, 6.5])
    assert (start, numbers, own) == (2.5, [2, 0, 1, 4], True)
    assert step == pytest.approx(1.0)


def test_their_distance_is_the_smallest_that_occurs():
    start, step, numbers, own = found([0.3, 0.8, 1.3, 2.8])
    assert (start, numbers, own) == (0.3, [0, 1, 2, 5], True)
    assert step == pytest.approx(0.5)


def test_rounded_positions_do_not_drift_over_many_planes():
    """4/3 slices apart, written with one decimal: the smallest step is 1.3, 14 of them are 0.5 short."""
    _, step, numbers, own = found(np.round(0.3 + np.arange(15) * 4 / 3, 1))
    assert numbers == list(range(15))
    assert step == pytest.approx(4 / 3, abs=5e-3)
    assert own


def test_a_known_distance_counts_even_where_slices_coincide():
    """Planes every second slice: a distance of two slices makes them planes 0, 1 and 3 of their own."""
    assert found([4.0, 6.0, 10.0], 2.0) == (4.0, 2.0, [0, 1, 3], True)
    assert found([4.0, 6.0, 10.0], 1.11) is None
    assert found([4.0, 6.0, 10.0], 0.89) is None


@pytest.mark.parametrize(("off", "is_even"), [(0.09, True), (0.11, False), (-0.09, True), (-0.11, False)])
def test_a_tenth_of_the_distance_is_the_limit(off, is_even):
    assert (found([0.5, 2.5, 4.5 + 2 * off, 6.5], 2.0) is not None) == is_even


def test_a_tenth_of_the_distance_itself_is_allowed():
    assert found([0.0, 0.2], 2.0) == (0.0, 2.0, [0, 0], True)


def test_unequal_distances_are_none():
    assert found([0.5, 1.5, 2.9]) is None


def test_one_plane_between_slices_is_one_of_its_own():
    assert found([4.4]) == (4.4, 1.0, [0], True)


def test_planes_closer_than_a_tenth_of_a_slice_are_one():
    start, step, numbers, own = found([0.4, 0.45, 1.45])
    assert (start, numbers, own) == (0.4, [0, 0, 1], True)
    assert step == pytest.approx(1.05)
