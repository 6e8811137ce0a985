"""Features of the places around a stroke are relative to it, and are there whatever the CT is like."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from phantoms import signed_permutations
from stroked import ellipsoid_ct

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.segmentation.boosted_trees import shipped_model
from radioimmuno.segmentation.parameters import PARAMETERS as P
from radioimmuno.segmentation.stroke import crossed_prior, stroke_prior
from radioimmuno.segmentation.surroundings import places_of
from radioimmuno.segmentation.voxel_features import voxel_features
from radioimmuno.simulation.strokes import crossed_strokes

SEMI = (14.0, 10.0, 13.0)


@pytest.fixture(scope="module")
def case():
    """CT in its canonical axis order of an ellipsoid in fat, and the ends of a stroke as places."""
    image, truth = ellipsoid_ct(SEMI, lesion_hu=40, around_hu=-80, spacing=(1.6, 1.1, 1.1))
    long, short = (places_of(truth.lattice, ends) for ends in crossed_strokes(truth))
    return image, long, short


def features_of(image, ends):
    return voxel_features(image, stroke_prior(image, ends), P.cells)


def columns(features):
    """Each feature on the whole grid, NaN where it is not considered."""
    found = {}
    for name, row in zip(features.names, features.rows, strict=True):
        found[name] = np.full(features.considered.shape, np.nan, np.float32)
        found[name][features.considered] = row
    return found


def assert_alike(one, other, share=1.0, **tolerance):
    """Equal features, but of so many cubes: where a way passes between two cubes it takes one of them."""
    assert one.keys() == other.keys()
    for name in one:
        near = np.isclose(one[name], other[name], equal_nan=True, **tolerance)
        assert near.mean() >= share, name


def test_the_shipped_model_knows_these_features_in_this_order(case):
    image, long, _ = case
    assert shipped_model().voxels.columns == features_of(image, long).names


def test_a_ct_and_a_stroke_twice_as_large_look_alike(case):
    image, long, _ = case
    one = features_of(image, long)
    lattice = replace(image.lattice, spacing=tuple(2 * s for s in image.lattice.spacing))
    other = features_of(Image(image.values, lattice), 2 * long)
    assert other.grid.step_mm == pytest.approx(2 * one.grid.step_mm)
    assert other.own_hu == pytest.approx(one.own_hu)
    assert_alike(columns(one), columns(other), share=0.999, atol=0.01)


def test_a_shift_of_all_hu_changes_nothing_amid_soft_tissue_and_fat(case):
    """Only bone and air are told by HU of their own, and there is neither."""
    image, long, _ = case
    one, other = features_of(image, long), features_of(replace(image, values=image.values + 12), long)
    assert other.own_hu == pytest.approx(one.own_hu + 12)
    assert_alike(columns(one), columns(other), share=0.999, atol=0.01)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_mirrored_ct_has_mirrored_features(case, axis):
    image, long, _ = case
    values = np.ascontiguousarray(np.flip(image.values, axis))
    mirrored = long.copy()
    mirrored[:, axis] = (image.lattice.shape[axis] - 1) * image.lattice.spacing[axis] - long[:, axis]
    one, other = features_of(image, long), features_of(replace(image, values=values), mirrored)
    flipped = {name: np.flip(column, axis) for name, column in columns(other).items()}
    assert_alike(columns(one), flipped, share=0.98, atol=0.05)


def test_the_axes_of_an_axial_slice_may_be_swapped(case):
    image, long, _ = case
    z, y, x = image.lattice.spacing
    lattice = replace(
        image.lattice, shape=tuple(np.array(image.lattice.shape)[[0, 2, 1]].tolist()), spacing=(z, x, y)
    )
    swapped = Image(np.ascontiguousarray(image.values.transpose(0, 2, 1)), lattice)
    one, other = features_of(image, long), features_of(swapped, long[:, [0, 2, 1]])
    turned = {name: column.transpose(0, 2, 1) for name, column in columns(other).items()}
    assert_alike(columns(one), turned, share=0.98, atol=0.05)


def test_any_axis_order_of_the_stored_ct_gives_the_same_features(case):
    image, long, _ = case
    expected = columns(features_of(image, long))
    points = image.lattice.to_lps(long / np.array(image.lattice.spacing))
    for turned in signed_permutations(image)[3::15]:
        canonical = turned.canonical()
        found = features_of(canonical, places_of(canonical.lattice, points))
        assert_alike(expected, columns(found), share=0.999, atol=0.01)


def test_the_stroke_may_be_drawn_from_either_end(case):
    image, long, _ = case
    one, other = features_of(image, long), features_of(image, long[::-1])
    assert_alike(columns(one), columns(other), share=0.98, atol=0.05)


def test_places_are_told_in_shares_of_the_stroke(case):
    image, long, _ = case
    features = features_of(image, long)
    found = columns(features)
    length = np.linalg.norm(long[1] - long[0])
    assert features.grid.step_mm == pytest.approx(length / P.cells)
    index = tuple(np.rint(features.grid.index(long[1])).astype(int))
    for name in ("along", "radius", "ellipsoid"):
        assert found[name][index] == pytest.approx(1, abs=1.5 / P.cells), name
    assert found["across"][index] == pytest.approx(0, abs=1.5 / P.cells)
    middle = tuple(np.rint(features.grid.index(long.mean(axis=0))).astype(int))
    assert found["radius"][middle] == pytest.approx(0, abs=0.01)
    assert features.own_hu == pytest.approx(40, abs=4)
    assert found["absolute_difference_near"][middle] < 10
    assert found["to_fat"][middle] == pytest.approx(SEMI[1] / length, abs=2 / P.cells)


def test_two_crossed_strokes_tell_the_width(case):
    image, long, short = case
    prior = crossed_prior(stroke_prior(image, long), short)
    found = columns(voxel_features(image, prior, P.cells))
    assert np.nanmax(found["known"]) == np.nanmin(found["known"]) == 1
    index = tuple(np.rint(voxel_features(image, prior, P.cells).grid.index(short[0])).astype(int))
    assert found["ellipsoid"][index] == pytest.approx(1, abs=3 / P.cells)


def flat(shape, spacing=(2.0, 1.0, 1.0), value=40.0):
    return Image(np.full(shape, value, np.float32), Lattice(shape, spacing, (0.0, 0.0, 0.0)))


CORNER = np.array([[0.0, 0.0, 0.0], [0.0, 12.0, 16.0]])
WITH_HOLES = flat((12, 40, 40))
WITH_HOLES.values[5:, 10:20, 10:20] = np.nan
ODD = {
    "stroke in a corner": (flat((12, 40, 40)), CORNER),
    "air alone": (flat((12, 40, 40), value=-1024.0), CORNER + [8.0, 8.0, 8.0]),
    "bone alone": (flat((12, 40, 40), value=1200.0), CORNER + [8.0, 8.0, 8.0]),
    "values that are not numbers": (WITH_HOLES, CORNER + [12.0, 8.0, 8.0]),
    "two slices": (flat((2, 40, 40)), CORNER + [0.0, 8.0, 8.0]),
    "one slice": (flat((1, 40, 40)), CORNER + [0.0, 8.0, 8.0]),
    "two rows": (flat((12, 2, 40)), np.array([[12.0, 1.0, 8.0], [12.0, 1.0, 30.0]])),
    "stroke of two voxels": (flat((12, 40, 40)), np.array([[12.0, 10.0, 10.0], [12.0, 10.0, 12.0]])),
    "stroke of all slices": (flat((12, 40, 40)), np.array([[0.0, 20.0, 20.0], [22.0, 20.0, 20.0]])),
}


@pytest.mark.parametrize("name", ODD)
def test_features_are_numbers_on_any_ct(name):
    image, ends = ODD[name]
    features = features_of(image, ends)
    assert features.rows.dtype == np.float32
    assert features.rows.shape == (len(features.names), np.count_nonzero(features.considered))
    assert features.rows.shape[1] > 0
    assert np.isfinite(features.rows).all()
    assert np.isfinite(features.own_hu)
    assert len(features.core) > 0


def test_only_cubes_in_the_ct_are_considered():
    image, ends = ODD["stroke in a corner"]
    features = features_of(image, ends)
    places = features.grid.corner + features.grid.step_mm * np.argwhere(features.considered)
    last = (np.array(image.lattice.shape) - 1) * image.lattice.spacing
    assert (places >= -1e-6).all()
    assert (places <= last + 1e-6).all()
