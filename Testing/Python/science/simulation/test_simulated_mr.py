"""Simulated MR: oblique slices of the same patient, with a bias and a noise that are known.

Tests of: mr.
"""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from radioimmuno.geometry.image import Image
from radioimmuno.simulation.body import tissue_hu
from radioimmuno.simulation.mr import LARGEST_BIAS, SIGNAL, SimulatedMr, mr_lattice, simulate_mr
from radioimmuno.simulation.patient import Plan, plan_patient
from radioimmuno.simulation.reference_regions import BLOOD_POOL, LIVER, reference_regions

SEED = 11
COARSE = (6.0, 3.0, 3.0)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_patient(SEED, slice_mm=5.0)


@pytest.fixture(scope="module")
def mr(plan) -> SimulatedMr:
    return simulate_mr(plan, lattice=mr_lattice(COARSE))


def sampled(image: Image, points: np.ndarray) -> np.ndarray:
    return map_coordinates(image.values.astype(float), image.lattice.to_index(points).T, order=1)


def test_slices_are_oblique_and_right_handed():
    axes = np.array(mr_lattice().axes)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes[::-1]) == pytest.approx(1.0)
    assert np.degrees(np.arccos(axes[0, 2])) == pytest.approx(10.0)
    assert np.abs(axes).max() < 0.999


def test_tissues_lie_where_they_do_on_the_ct(plan, mr):
    """Signal of liver and blood, where the CT has them, in the ratio that they were given."""
    means = {}
    for region in reference_regions(plan, plan.lattice):
        points = plan.lattice.to_lps(np.argwhere(region.mask.values) + region.mask.offset)
        means[region.id] = np.median(sampled(mr.unbiased, points))
    assert means[LIVER] / means[BLOOD_POOL] == pytest.approx(SIGNAL["liver"] / SIGNAL["blood"], rel=0.02)


def test_other_axes_show_the_same_patient(plan, mr):
    straight = simulate_mr(plan, lattice=mr_lattice(COARSE, tilts=(0.0, 0.0)))
    points = np.random.default_rng(0).uniform((-140, -90, -120), (140, 90, 120), (4000, 3))
    one, other = (sampled(image.unbiased, points) for image in (mr, straight))
    assert np.corrcoef(one, other)[0, 1] > 0.95
    assert np.median(one) == pytest.approx(np.median(other), rel=0.05)


def test_the_bias_is_smooth_and_as_large_as_said(mr):
    bias, body = mr.bias.values, mr.unbiased.values > 0
    assert np.abs(bias[body] - 1).max() == pytest.approx(LARGEST_BIAS, abs=1e-6)
    assert np.abs(bias - 1).max() <= LARGEST_BIAS + 1e-6
    for axis, step in enumerate(mr.bias.lattice.spacing):
        # waves of 300 mm at least, of 0.3 each at most thrice: no steeper than 2 pi 0.9 / 300 per mm
        assert np.abs(np.diff(bias, axis=axis)).max() / step < 0.02


def test_signal_is_multiplied_by_the_bias(mr):
    bright = mr.unbiased.values > 30 * mr.noise
    ratio = mr.image.values[bright] / (mr.unbiased.values[bright] * mr.bias.values[bright])
    assert bright.sum() > 1000
    assert ratio.mean() == pytest.approx(1.0, abs=0.003)


def test_noise_is_of_a_magnitude_image(mr):
    """Air has Rayleigh's distribution: mean s sqrt(pi/2), SD s sqrt(2 - pi/2)."""
    air = mr.image.values[:, :12, :12].ravel()
    assert (mr.unbiased.values[:, :12, :12] == 0).all()
    assert air.mean() == pytest.approx(mr.noise * np.sqrt(np.pi / 2), rel=0.03)
    assert air.std() == pytest.approx(mr.noise * np.sqrt(2 - np.pi / 2), rel=0.05)


def test_each_tissue_has_its_signal():
    assert set(SIGNAL) == set(tissue_hu(1.0))


def test_a_seed_gives_one_image_and_another_seed_another_scale(plan, mr):
    again, other = (simulate_mr(plan, seed, mr_lattice(COARSE)) for seed in (0, 1))
    np.testing.assert_array_equal(again.image.values, mr.image.values)
    assert mr.image.values.dtype == np.int16
    assert other.noise != mr.noise
    assert np.abs(other.bias.values - mr.bias.values).max() > 0.1
