"""The CT around a stroke: where its places lie, and what values stand there."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.segmentation.surroundings import box_around, clean, places_of, surroundings

LATTICE = Lattice((40, 50, 60), (2.0, 0.5, 1.0), (-20.0, 10.0, 5.0))
MIDDLE = np.array([40.0, 12.0, 30.0])


def ramp(places):
    """HU that rise otherwise along each axis; linear, so that averaging and interpolating keep them."""
    return np.asarray(places) @ np.array([3.0, 5.0, -2.0]) + 7.0


def ramped():
    places = np.stack(np.indices(LATTICE.shape), -1) * np.array(LATTICE.spacing)
    return Image(ramp(places).astype(np.float32), LATTICE)


def test_places_are_mm_along_the_axes_from_the_centre_of_the_first_voxel():
    points = np.array([[-20.0, 10.0, 5.0], [-17.0, 11.5, 15.0]])
    np.testing.assert_allclose(places_of(LATTICE, points), [[0, 0, 0], [10.0, 1.5, 3.0]], atol=1e-12)


@pytest.mark.parametrize("detail_mm", [0.1, 1.0, 2.0, 3.1])
def test_values_stay_where_they_are_however_many_voxels_are_averaged(detail_mm):
    around = surroundings(ramped(), MIDDLE, 8.0, detail_mm)
    expected = [step * max(1, int(detail_mm / step)) for step in LATTICE.spacing]
    np.testing.assert_allclose(around.spacing, expected)
    places = MIDDLE + np.array([[0, 0, 0], [2.0, -1.0, 1.5], [-3.0, 3.0, -4.0]])
    np.testing.assert_allclose(around.sample(places), ramp(places), rtol=1e-5)


@pytest.mark.parametrize(("detail_mm", "spacing"), [(0.1, 2.0), (6.0, 6.0)])
def test_the_outermost_values_stand_for_one_spacing_beyond_them(detail_mm, spacing):
    """Also for blocks of three slices, of which the last of 40 is a part."""
    first, last = {2.0: (0, 78), 6.0: (2, 74)}[spacing]  # centres along the first axis
    around = surroundings(ramped(), np.array([39.0, 12.0, 30.0]), 45.0, detail_mm)
    beyond = spacing * np.array([0, 0.9, 1.1])
    at = [*(first - beyond), *(last + beyond)]
    values = around.sample(np.array([[z, 12.0, 30.0] for z in at]))
    assert np.isnan(values).tolist() == [False, False, True] * 2
    np.testing.assert_allclose(values[[1, 4]], values[[0, 3]])
    np.testing.assert_allclose(values[[0, 3]], ramp([[first, 12.0, 30.0], [last, 12.0, 30.0]]), rtol=1e-4)


def test_the_box_around_a_place_holds_all_voxels_within_reach_and_no_further_slice():
    box = box_around(LATTICE, MIDDLE, np.array([4.0, 1.1, 1.0]))
    assert (box.start, box.stop) == ((18, 21, 29), (23, 28, 32))
    assert box_around(LATTICE, np.array([0.0, 24.5, 59.0]), 1.0).stop == (2, 50, 60)


def test_what_no_tissue_is_counts_as_air_and_metal_is_cut():
    cleaned = clean(np.array([[[np.nan, np.inf, -np.inf, -3024, 40, 9000]]]))
    assert cleaned.ravel().tolist() == [-1024, -1024, -1024, -1024, 40, 3071]
