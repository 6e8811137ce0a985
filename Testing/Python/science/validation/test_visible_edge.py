"""The visible edge of an ellipsoid, and how far masks lie from it, where both are known exactly."""

import numpy as np
import pytest
from phantoms import signed_permutations
from scipy.special import erf

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.validation.visible_edge import visible_edge

SEMI = np.array([20.0, 15.0, 25.0])  # x, y, z, mm
LATTICE = Lattice((30, 90, 90), (3.0, 1.0, 1.0), (-44.5, -44.5, -43.5))
NOISE_HU = 12.0


def places(lattice=LATTICE):
    return lattice.to_lps(np.moveaxis(np.indices(lattice.shape), 0, -1))


def away(points, semi=SEMI):
    """Distance in mm to the ellipsoid, to first order: exact near it."""
    size = np.linalg.norm(points / semi, axis=-1)
    slope = np.linalg.norm(points / semi**2, axis=-1) / np.maximum(size, 1e-9)
    return (size - 1) / np.maximum(slope, 1e-9)


def ellipsoid(semi=SEMI):
    return Image(np.linalg.norm(places() / semi, axis=-1) <= 1, LATTICE)


def ct(inside=60.0, outside=-100.0, seed=0):
    """An ellipsoid with an edge that a scanner blurs by 1 mm (SD), and noise."""
    share = 0.5 * (1 - erf(away(places()) / np.sqrt(2)))
    noise = np.random.default_rng(seed).normal(0, NOISE_HU, LATTICE.shape)
    return Image(np.rint(outside + share * (inside - outside) + noise).astype(np.int16), LATTICE)


def test_the_edge_is_found_all_around():
    edge = visible_edge(ct(), ellipsoid())
    assert edge.share > 0.99
    off = away(edge.places)
    assert np.abs(off).mean() < 0.35
    assert abs(off.mean()) < 0.2
    assert (np.ptp(edge.places, axis=0) > 1.85 * SEMI).all()


@pytest.mark.parametrize("step", [-3.0, -1.5, 2.0, 4.0])
def test_the_edge_is_found_beside_a_reference_that_errs(step):
    edge = visible_edge(ct(), ellipsoid(SEMI + step))
    assert edge.share > 0.97
    assert np.abs(away(edge.places)).mean() < 0.5


@pytest.mark.parametrize("step", [-12.0, -4.0, -2.0, 0.0, 2.0, 4.0, 10.0])
def test_the_distance_of_a_mask_from_the_edge(step):
    """Ellipsoids with longer semi-axes are off by a little less than that between the axes."""
    edge = visible_edge(ct(), ellipsoid())
    semi = SEMI + step
    expected = np.abs(away(edge.places, semi)).mean() if abs(step) < 5 else abs(step)
    found = edge.distance_mm(ellipsoid(semi))
    assert found == pytest.approx(expected, rel=0.12 if abs(step) > 5 else 0.05, abs=0.35)


def test_a_mask_far_away_is_far_from_the_edge():
    edge = visible_edge(ct(), ellipsoid())
    corner = np.zeros(LATTICE.shape, bool)
    corner[14:16, 44:46, :2] = True  # 42 mm from the middle, beside the end of the x axis
    centre = np.array([-44.0, 0.0, 0.0])
    expected = np.linalg.norm(edge.places - centre, axis=1).mean()
    assert edge.distance_mm(Image(corner, LATTICE)) == pytest.approx(expected, abs=2)


def test_where_nothing_is_seen_there_is_no_edge():
    edge = visible_edge(ct(outside=60.0), ellipsoid())
    assert edge.share < 0.03


def test_only_the_visible_part_counts():
    """On the left the lesion lies in tissue like itself; there a mask may err as it likes."""
    hu = ct().values.copy()
    left = places()[..., 0] > 0
    hu[left] = ct(outside=60.0, seed=1).values[left]
    edge = visible_edge(Image(hu, LATTICE), ellipsoid())
    assert 0.35 < edge.share < 0.65
    assert np.percentile(edge.places[:, 0], 90) < 2
    wrong = ellipsoid().values | (left & ellipsoid(SEMI + 8).values)
    right = edge.distance_mm(ellipsoid())
    assert edge.distance_mm(Image(wrong, LATTICE)) == pytest.approx(right, abs=0.3)


def test_a_step_that_noise_may_make_is_no_edge():
    """40 HU are an edge in a calm CT, and none in one whose noise makes as much."""
    calm = visible_edge(ct(inside=60, outside=20), ellipsoid())
    noisy = ct(inside=60, outside=20).values + np.random.default_rng(5).normal(0, 90, LATTICE.shape)
    assert calm.share > 0.8
    assert visible_edge(Image(noisy, LATTICE), ellipsoid()).share < 0.15


def test_without_an_edge_there_is_no_distance():
    flat = Image(np.full(LATTICE.shape, 40, np.int16), LATTICE)
    edge = visible_edge(flat, ellipsoid())
    assert len(edge.places) == 0
    assert np.isnan(edge.distance_mm(ellipsoid()))


def test_the_axis_order_of_the_file_makes_no_difference():
    image, truth = ct(), ellipsoid()
    first = visible_edge(image, truth)
    for turned, mask in list(zip(signed_permutations(image), signed_permutations(truth), strict=True))[7::20]:
        again = visible_edge(turned, mask)
        np.testing.assert_allclose(again.places, first.places, atol=1e-6)
        assert again.distance_mm(mask) == pytest.approx(first.distance_mm(truth))


def test_a_cropped_mask_and_a_cropped_ct_do():
    image, truth = ct(), ellipsoid()
    first = visible_edge(image, truth)
    cut = image.crop(truth.trimmed().box.grow(12))
    np.testing.assert_allclose(visible_edge(cut, truth.trimmed()).places, first.places, atol=1e-6)
    assert first.distance_mm(truth.trimmed()) == pytest.approx(first.distance_mm(truth))
