"""SUVpeak: spheres of 1 cc with partial voxels, anywhere in the lesion."""

from __future__ import annotations

import numpy as np
import pytest
from pet_phantoms import ball, distances, lattice_of, middle_of, uniform, voxel_means
from phantoms import signed_permutations

from radioimmuno.features.local_intensity import PEAK_RADIUS_MM
from radioimmuno.geometry.image import Image
from radioimmuno.pet.peak import peak, peak_at_maximum, sphere_weights

SPACINGS = [(2.0, 2.0, 2.0), (3.27, 5.47, 5.47), (5.5, 5.5, 5.5), (5.0, 2.0, 3.0)]
SHIFTS = [(0.0, 0.0, 0.0), (0.9, -1.3, 2.1)]


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("shift", SHIFTS)
def test_voxels_count_by_their_part_inside_the_sphere(spacing, shift):
    weights, start = sphere_weights(spacing, shift)
    assert weights.sum() == pytest.approx(1000.0, rel=2e-3)
    parts = 25
    axes = [
        ((np.arange(n * parts) + 0.5) / parts - 0.5 + a) * s - c
        for n, a, s, c in zip(weights.shape, start, spacing, shift, strict=True)
    ]
    k, j, i = np.meshgrid(*axes, indexing="ij", sparse=True)
    inside = (k**2 + j**2 + i**2 <= PEAK_RADIUS_MM**2).reshape(
        weights.shape[0], parts, weights.shape[1], parts, weights.shape[2], parts
    )
    assert weights == pytest.approx(inside.mean(axis=(1, 3, 5)) * np.prod(spacing), abs=2.0)


@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("radius", [16.0, 20.0])
def test_a_hot_ball_that_holds_the_sphere_has_its_own_value_as_peak(spacing, shift, radius):
    lattice = lattice_of(spacing)
    middle = middle_of(lattice, shift)
    image = voxel_means(lattice, middle, uniform(radius))
    found = peak(image, ball(lattice, middle, radius + 4).mask)
    assert found.value == pytest.approx(10.0, rel=0.01)


@pytest.mark.parametrize("shift", SHIFTS)
@pytest.mark.parametrize("radius", [2.5, 4.0])
def test_a_ball_smaller_than_the_sphere_counts_by_its_share_of_it(shift, radius):
    lattice = lattice_of((2.0, 2.0, 2.0), 20.0)
    middle = middle_of(lattice, shift)
    image = voxel_means(lattice, middle, uniform(radius))
    found = peak(image, ball(lattice, middle, radius).mask)
    assert found.value == pytest.approx(1.0 + 9.0 * (radius / PEAK_RADIUS_MM) ** 3, rel=0.01)


@pytest.mark.parametrize("spacing", SPACINGS)
def test_between_the_two_the_sphere_averages_what_the_voxels_hold(spacing):
    """The truth is the voxels' step function, averaged over points evenly in spheres around many places."""
    lattice = lattice_of(spacing, 20.0)
    middle = middle_of(lattice, (0.9, -0.7, 1.1))
    image = voxel_means(lattice, middle, uniform(7.0))
    line = ((np.arange(36) + 0.5) / 18 - 1) * PEAK_RADIUS_MM
    cube = np.stack(np.meshgrid(line, line, line, indexing="ij"), -1).reshape(-1, 3)
    sphere = cube[(cube**2).sum(-1) <= PEAK_RADIUS_MM**2]
    best = 0.0
    for offset in np.stack(np.meshgrid(*[np.arange(-2, 2.1, 0.8)] * 3, indexing="ij"), -1).reshape(-1, 3):
        index = np.floor(lattice.to_index(middle + offset + sphere) + 0.5).astype(int)
        best = max(best, image.values[tuple(index.T)].mean())
    found = peak(image, ball(lattice, middle, 9.0).mask)
    assert found.value == pytest.approx(best, rel=0.01)
    assert found.value > best - 0.02


@pytest.mark.parametrize("shift", SHIFTS)
def test_a_gradient_ball_peaks_at_its_middle(shift):
    lattice = lattice_of((2.0, 2.5, 2.0), 24.0)
    middle = middle_of(lattice, shift)
    image = voxel_means(lattice, middle, lambda d: 10.0 - 0.3 * d)
    found = peak(image, ball(lattice, middle, 12.0).mask)
    # The mean distance to the middle of a ball is 3/4 of its radius.
    assert found.value == pytest.approx(10.0 - 0.3 * 0.75 * PEAK_RADIUS_MM, rel=0.01)
    assert np.linalg.norm(found.centre - middle) < 0.5


def test_the_centre_stays_in_the_lesion():
    lattice = lattice_of((2.0, 2.0, 2.0), 24.0)
    middle = middle_of(lattice)
    image = voxel_means(lattice, middle, lambda d: 20.0 - 0.3 * d)
    lesion = ball(lattice, middle + (12.0, 0.0, 0.0), 6.0)
    found = peak(image, lesion.mask)
    nearest = distances(lattice, middle)[:, 0, :, 0, :, 0][lesion.mask.box.slices][lesion.mask.values].min()
    index = np.floor(lattice.to_index(np.array(found.centre)) + 0.5).astype(int) - lesion.mask.offset
    assert lesion.mask.values[tuple(index)]
    # on the side that faces the hot middle, at the voxel's edge and not at its centre
    assert np.linalg.norm(found.centre - middle) == pytest.approx(nearest - 1.0, abs=0.1)


def test_a_sphere_between_voxels_is_found():
    lattice = lattice_of((5.5, 5.5, 5.5), 22.0)
    middle = middle_of(lattice, (2.75, 2.75, 2.75))
    image = voxel_means(lattice, middle, uniform(6.0))
    lesion = ball(lattice, middle, 8.0)
    found = peak(image, lesion.mask)
    assert np.linalg.norm(found.centre - middle) < 0.1
    assert found.value > 1.15 * peak_at_maximum(image, lesion.mask).value


def test_around_the_maximum_the_sphere_is_centred_at_the_hottest_voxel():
    lattice = lattice_of((3.0, 3.0, 3.0), 24.0)
    middle = middle_of(lattice)
    values = np.ones(lattice.shape)
    k, j, i = np.rint(lattice.to_index(middle)).astype(int)
    values[k, j, i] = 28.0
    found = peak_at_maximum(Image(values, lattice), ball(lattice, middle, 9.0).mask)
    assert found.centre == pytest.approx(tuple(middle))
    assert found.value == pytest.approx(1.0 + 27.0 * 27.0 / 1000.0, rel=2e-3)


def test_the_axis_order_changes_nothing():
    lattice = lattice_of((3.0, 5.0, 4.0), 20.0)
    middle = middle_of(lattice, (0.9, -0.7, 1.1))
    image = voxel_means(lattice, middle, lambda d: 10.0 - 0.2 * d)
    mask = Image(ball(lattice, middle, 9.0).mask.within(image.box), lattice)
    expected = peak(image, mask)
    stored = list(zip(signed_permutations(image), signed_permutations(mask), strict=True))[::9]
    found = [peak(*pair) for pair in stored]
    assert [one.value for one in found] == pytest.approx([expected.value] * len(found), rel=1e-9)
    around = [peak_at_maximum(*pair).value for pair in stored]
    assert around == pytest.approx([around[0]] * len(found), rel=1e-9)


def test_spheres_that_reach_out_of_the_image_do_not_count():
    lattice = lattice_of((2.0, 2.0, 2.0), 24.0)
    middle = middle_of(lattice)
    image = voxel_means(lattice, middle, lambda d: 10.0 - 0.2 * d)
    column = round(float(lattice.to_index(middle)[2]))
    cut = image.crop(image.box.shift((0, 0, column - 1)))
    lattice = lattice.window(cut.box)
    cut = Image(cut.values, lattice)
    assert peak(cut, ball(lattice, middle, 3.0).mask) is None
    assert peak_at_maximum(cut, ball(lattice, middle, 3.0).mask) is None
    whole = peak(cut, ball(lattice, middle, 12.0).mask)
    # as near to the hot middle as the sphere fits
    from_border = (lattice.to_index(np.array(whole.centre))[2] + 0.5) * 2.0
    assert from_border == pytest.approx(PEAK_RADIUS_MM, abs=0.1)


def test_spheres_over_voxels_without_a_value_do_not_count():
    lattice = lattice_of((2.0, 2.0, 2.0), 24.0)
    middle = middle_of(lattice)
    image = voxel_means(lattice, middle, lambda d: 10.0 - 0.2 * d)
    lost = np.rint(lattice.to_index(middle)).astype(int) + (2, 0, 0)
    image.values[tuple(lost)] = np.nan
    assert peak(image, ball(lattice, middle, 3.0).mask) is None
    assert peak_at_maximum(image, ball(lattice, middle, 3.0).mask) is None
    whole = peak(image, ball(lattice, middle, 12.0).mask)
    apart = np.abs(lattice.to_index(np.array(whole.centre)) - lost) * 2.0
    to_voxel = np.linalg.norm(np.clip(apart - 1.0, 0.0, None))
    assert PEAK_RADIUS_MM - 0.05 <= to_voxel < PEAK_RADIUS_MM + 0.5


@pytest.mark.parametrize("value", [0.1, 3.9998388290405273, -0.7, 0.0])
def test_the_mean_of_equal_values_is_that_value(value):
    lattice = lattice_of((3.0, 5.0, 4.0), 16.0)
    lesion = ball(lattice, middle_of(lattice), 6.0)
    assert peak(Image(np.full(lattice.shape, value), lattice), lesion.mask).value == value


def test_an_empty_mask_has_no_peak():
    lattice = lattice_of((4.0, 4.0, 4.0), 20.0)
    image = Image(np.ones(lattice.shape), lattice)
    nothing = Image(np.zeros((0, 0, 0), bool), lattice)
    assert (peak(image, nothing), peak_at_maximum(image, nothing)) == (None, None)
