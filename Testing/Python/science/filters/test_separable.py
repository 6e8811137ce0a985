"""Passes along axes, rotations and pooling; several filters at once.

Tests of: separable, bank.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.ndimage import convolve1d

from radioimmuno.filters.bank import common_margin, responses
from radioimmuno.filters.boundary import KINDS, MIRROR, PERIODIC, Boundary
from radioimmuno.filters.filter import whole
from radioimmuno.filters.gabor import Gabor
from radioimmuno.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radioimmuno.filters.laws import Laws
from radioimmuno.filters.mean import Mean
from radioimmuno.filters.presets import named
from radioimmuno.filters.separable import along_axis, rotated
from radioimmuno.filters.simoncelli import Simoncelli
from radioimmuno.filters.wavelet import Wavelet

MM = (1.0, 1.0, 1.0)
KERNELS = ((0.5, -1.0, 2.0, 0.0, 0.25), (1.0, 3.0, -2.0))


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return np.random.default_rng(11).normal(size=(20, 25, 70))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_pass_is_a_convolution_with_each_kernel(kind, axis, image):
    boundary = Boundary(kind)
    expected = image
    for kernel in KERNELS:
        expected = convolve1d(expected, kernel, axis=axis, mode=boundary.ndimage_mode)
    size = image.shape[axis]
    found = along_axis(image, KERNELS, axis, boundary, slice(0, size))
    assert_allclose(found, expected, rtol=0, atol=1e-12)
    part = along_axis(image, KERNELS, axis, boundary, slice(3, size - 1))
    assert_allclose(part, expected[(slice(None),) * axis + (slice(3, size - 1),)], rtol=0, atol=1e-12)


def test_there_are_24_rotations_in_space_and_4_in_a_slice():
    a, b, c = ((1.0, 2.0, 4.0),), ((1.0, 3.0, 9.0),), ((1.0, 5.0, 7.0),)
    assert len(rotated((a, b, c), 3)) == 24
    assert len(rotated(((), b, c), 2)) == 4
    assert len(rotated((a, a, a), 3)) == 8
    level = ((1.0, 2.0, 1.0),)
    assert len(rotated((level, level, a), 3)) == 6


POOLED = [
    Laws(kernels=("E5", "L5", "S3"), pooling="max"),
    Laws(kernels=("W5", "L5", "E3"), pooling="min", energy_distance=1),
    Wavelet(family="db2", bands="hhl", pooling="mean"),
    Wavelet(family="coif1", bands="lhl", level=2, pooling="max"),
    Gabor(sigma_mm=1.0, wavelength_mm=3.0, step_deg=45.0, gamma=2.0),
    LaplacianOfGaussian(sigma_mm=1.0),
    Mean(support=3),
    Simoncelli(),
]


@pytest.mark.parametrize("one", POOLED, ids=lambda one: type(one).__name__)
def test_what_is_pooled_over_rotations_turns_with_the_image(one):
    image = np.random.default_rng(5).normal(size=(18, 20, 22))
    response = one.response(image, MM)
    for axes in ((0, 1), (1, 2), (2, 0)):
        turned = one.response(np.rot90(image, 1, axes), MM)
        assert_allclose(turned, np.rot90(response, 1, axes), rtol=0, atol=1e-10)


def test_what_is_not_pooled_does_not_turn_with_the_image(image):
    one = Wavelet(family="db2", bands="hhl")
    turned = one.response(np.rot90(image, 1, (0, 2)), MM)
    assert np.abs(turned - np.rot90(one.response(image, MM), 1, (0, 2))).max() > 0.1


@pytest.mark.parametrize("pooling", ["max", "mean", "min"])
def test_pooling_is_over_the_four_rotations_of_a_slice(pooling, image):
    kernels = ("L5", "E5")
    plain = Laws(kernels=kernels, dimensions=2)
    turns = []
    for count in range(4):
        turned = plain.response(np.rot90(image, count, (1, 2)), MM)
        turns.append(np.rot90(turned, -count, (1, 2)))
    expected = {"max": np.max, "mean": np.mean, "min": np.min}[pooling](turns, axis=0)
    found = Laws(kernels=kernels, dimensions=2, pooling=pooling).response(image, MM)
    assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_a_constant_beyond_the_border_counts_through_all_passes(image):
    """An image that goes on with the constant gives the same."""
    boundary = Boundary("constant", value=2.5)
    wide = boundary.padded(image, (12, 12, 12))
    inner = tuple(slice(12, 12 + size) for size in image.shape)
    for one in (
        Wavelet(family="coif1", bands="lhl", boundary=boundary),
        LaplacianOfGaussian(sigma_mm=1.0, boundary=boundary),
        Gabor(sigma_mm=1.0, wavelength_mm=3.0, boundary=boundary),
    ):
        assert_allclose(one.response(image, MM), one.response(wide, MM)[inner], rtol=0, atol=1e-10)


def test_filters_together_give_what_each_gives_alone(image):
    filters = {
        **named("wavelet_coif1"),
        **named("log_sigma_1mm"),
        **named("log_sigma_1_5mm"),
        "energy": Laws(kernels=("E5", "L5", "S5"), pooling="max", energy_distance=2),
        "other border": Mean(support=3, boundary=PERIODIC),
        "twice": Wavelet(family="coif1", bands="lhl"),
        "gabor": Gabor(sigma_mm=1.0, wavelength_mm=3.0),
        "wavelet of all directions": Simoncelli(boundary=MIRROR),
    }
    found = dict(responses(filters, image, MM))
    assert found.keys() == filters.keys()
    for name, one in filters.items():
        assert_allclose(found[name], one.response(image, MM), rtol=0, atol=1e-12)
    window = (slice(4, 9), slice(0, 25), slice(30, 50))
    for name, part in responses(filters, image, MM, window):
        assert_allclose(part, found[name][window], rtol=0, atol=1e-11)


def test_responses_do_not_share_memory(image):
    found = dict(responses({"a": Mean(support=3), "b": Mean(support=3)}, image, MM))
    found["a"][:] = 0
    assert np.abs(found["b"]).max() > 0


def test_the_common_margin_is_the_widest(image):
    filters = {"a": Mean(support=5, dimensions=2), "b": LaplacianOfGaussian(sigma_mm=1.0)}
    assert common_margin(filters, MM) == (4, 4, 4)
    assert common_margin({"a": filters["a"]}, (3.0, 1.0, 1.0)) == (0, 2, 2)
    assert common_margin({}, MM) == (0, 0, 0)
    assert whole(image.shape) == (slice(0, 20), slice(0, 25), slice(0, 70))
