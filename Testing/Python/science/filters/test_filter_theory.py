"""Filters against what theory says of simple images.

Tests of: mean, laplacian_of_gaussian, laws, gabor, wavelet, wavelet_coefficients, simoncelli, riesz,
spectral, boundary.
"""

import itertools
import math

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.ndimage import convolve

from radioimmuno.filters.boundary import KINDS, MIRROR, NEAREST, PERIODIC, ZERO, Boundary
from radioimmuno.filters.gabor import Gabor
from radioimmuno.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radioimmuno.filters.laws import KERNELS, Laws
from radioimmuno.filters.mean import Mean
from radioimmuno.filters.riesz import riesz
from radioimmuno.filters.simoncelli import Simoncelli
from radioimmuno.filters.wavelet import Wavelet, analysis_kernel
from radioimmuno.filters.wavelet_coefficients import SCALING_FILTERS

MM = (1.0, 1.0, 1.0)
VANISHING_MOMENTS = {
    "haar": 1,
    **{f"db{n}": n for n in range(2, 11)},
    **{f"coif{k}": 2 * k for k in range(1, 6)},
}


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(7).normal(size=(17, 22, 19))


def wave(shape, numbers) -> np.ndarray:
    """A product of cosines that a mirrored border continues: so many half periods along each axis."""
    along = [np.cos(np.pi * m * (np.arange(n) + 0.5) / n) for m, n in zip(numbers, shape, strict=True)]
    return along[0][:, None, None] * along[1][:, None] * along[2]


# Wavelets.


def test_the_scaling_filters_are_those_of_the_families():
    assert SCALING_FILTERS.keys() == VANISHING_MOMENTS.keys()
    root = math.sqrt(3)
    closed_form = np.array([1 + root, 3 + root, 3 - root, 1 - root]) / (4 * math.sqrt(2))
    assert SCALING_FILTERS["db2"] == pytest.approx(closed_form, abs=1e-15)
    root = math.sqrt(7)
    coiflet = np.array([1 - root, 5 + root, 14 + 2 * root, 14 - 2 * root, 1 - root, root - 3])
    assert SCALING_FILTERS["coif1"] == pytest.approx(coiflet / (16 * math.sqrt(2)), abs=1e-15)


@pytest.mark.parametrize("family", SCALING_FILTERS)
def test_a_scaling_filter_is_orthonormal_to_its_even_shifts(family):
    h = np.array(SCALING_FILTERS[family])
    assert h.sum() == pytest.approx(math.sqrt(2), abs=1e-14)
    products = [h[: h.size - shift] @ h[shift:] for shift in range(0, h.size, 2)]
    assert products == pytest.approx([1.0] + [0.0] * (len(products) - 1), abs=1e-14)


@pytest.mark.parametrize("family", SCALING_FILTERS)
def test_the_high_pass_has_the_vanishing_moments_of_its_family(family):
    high = np.array(analysis_kernel(family, "h"))
    x = np.linspace(-1, 1, high.size)
    moments = [high @ x**power for power in range(VANISHING_MOMENTS[family])]
    assert moments == pytest.approx([0.0] * len(moments), abs=1e-13)
    assert abs(high @ x ** VANISHING_MOMENTS[family]) > 1e-8


def test_the_bands_of_a_level_hold_the_energy_of_the_image(noise):
    """Undecimated with an orthonormal filter: each axis doubles it."""
    bands = [
        Wavelet(family="db3", bands="".join(letters), boundary=PERIODIC).response(noise, MM)
        for letters in itertools.product("lh", repeat=3)
    ]
    assert sum((band**2).sum() for band in bands) == pytest.approx(8 * (noise**2).sum())


def test_the_letters_of_a_band_run_along_x_y_and_z():
    stripes = np.broadcast_to((-1.0) ** np.arange(16), (16, 16, 16))
    along_x = {
        bands: np.abs(Wavelet(family="haar", bands=bands, boundary=PERIODIC).response(stripes, MM)).max()
        for bands in ("hll", "lhl", "llh")
    }
    assert along_x == pytest.approx({"hll": math.sqrt(2) ** 3, "lhl": 0.0, "llh": 0.0}, abs=1e-12)


def test_a_second_level_sees_twice_the_size():
    """Of two voxels up and two down: the largest response that there can be."""
    square = np.broadcast_to(np.repeat([1.0, -1.0], 2)[np.arange(16) % 4], (16, 16, 16))
    second = Wavelet(family="haar", bands="hll", level=2, boundary=PERIODIC).response(square, MM)
    # Of the sums of two neighbours (2, 0, -2, 0; by sqrt 2) the differences two voxels apart (by sqrt 2).
    assert np.abs(second).max() == pytest.approx(2 * 2 * 2)


# Mean, Laws, Laplacian of Gaussian, Gabor.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_mean_is_that_of_the_neighbourhood(kind, dimensions, noise):
    boundary = Boundary(kind, value=3.0 if kind == "constant" else 0.0)
    found = Mean(support=5, dimensions=dimensions, boundary=boundary).response(noise, MM)
    padded = boundary.padded(noise, (2, 2, 2))
    reach = (2 if dimensions == 3 else 0, 2, 2)
    places = itertools.product((0, 8, 16), (0, 1, 21), (0, 18))
    for k, j, i in places:
        box = tuple(slice(2 + at - r, 3 + at + r) for at, r in zip((k, j, i), reach, strict=True))
        assert found[k, j, i] == pytest.approx(padded[box].mean(), abs=1e-12)


def test_laws_kernels_are_convolved_with_along_x_y_and_z(noise):
    e5, l5, s3 = (np.array(KERNELS[name]) / np.linalg.norm(KERNELS[name]) for name in ("E5", "L5", "S3"))
    kernel = s3[:, None, None] * l5[:, None] * e5
    found = Laws(kernels=("E5", "L5", "S3"), boundary=NEAREST).response(noise, MM)
    assert_allclose(found, convolve(noise, kernel, mode="nearest"), rtol=0, atol=1e-12)


def test_energy_is_the_mean_absolute_response(noise):
    response = Laws(kernels=("E5", "S5"), dimensions=2).response(noise, MM)
    energy = Laws(kernels=("E5", "S5"), dimensions=2, energy_distance=2).response(noise, MM)
    assert energy[5, 10, 9] == pytest.approx(np.abs(response)[5, 8:13, 7:12].mean())


def test_the_laplacian_of_a_paraboloid_is_constant():
    k, j, i = np.indices((41, 41, 41)) - 20.0
    image = k**2 + 2 * j**2 - 0.5 * i**2
    found = LaplacianOfGaussian(sigma_mm=2.0, truncate=8.0).response(image, MM)
    assert found[18:23, 18:23, 18:23] == pytest.approx(2 + 4 - 1, rel=1e-9)
    in_slices = LaplacianOfGaussian(sigma_mm=2.0, truncate=8.0, dimensions=2).response(image, MM)
    assert in_slices[18:23, 18:23, 18:23] == pytest.approx(4 - 1, rel=1e-9)


def test_a_size_in_mm_is_the_same_on_every_grid():
    """Of a Gaussian blob of SD s, at its middle: -3 / (s2 + sigma2) (s2 / (s2 + sigma2))^(3/2), per mm2."""
    for voxel in (0.5, 1.0):
        k, j, i = (np.indices((61, 61, 61)) - 30) * voxel
        blob = np.exp(-(k**2 + j**2 + i**2) / (2 * 3.0**2))
        one = LaplacianOfGaussian(sigma_mm=2.0, truncate=6.0)
        middle = one.response(blob, (voxel,) * 3, (slice(30, 31),) * 3).item() / voxel**2
        assert middle == pytest.approx(-3 / 13 * (9 / 13) ** 1.5, rel=1e-6)


@pytest.mark.parametrize("degrees", [0.0, 30.0, 135.0])
def test_gabor_answers_to_waves_by_their_distance_in_frequency(degrees):
    """To cos(q x) with half the Fourier transform of its Gaussian at q - p: the other half is far away."""
    sigma, wavelength, gamma = 4.0, 5.0, 0.8
    direction = math.radians(degrees)
    p = 2 * math.pi / wavelength * np.array([math.cos(direction), math.sin(direction)])
    q = p * 1.05
    _, j, i = np.indices((3, 91, 91)) - 45.0
    image = np.cos(q[0] * i + q[1] * j)
    one = Gabor(sigma_mm=sigma, wavelength_mm=wavelength, gamma=gamma, theta_deg=degrees, dimensions=2)
    expected = math.pi * sigma**2 / gamma * math.exp(-(sigma**2) * (0.05 * 2 * math.pi / wavelength) ** 2 / 2)
    found = one.response(image, MM, (slice(0, 3), slice(40, 51), slice(40, 51)))
    assert found == pytest.approx(expected, rel=1e-4)


def test_gabor_directions_all_round_are_those_of_half_a_circle(noise):
    half = Gabor(sigma_mm=1.0, wavelength_mm=3.0, step_deg=60.0, dimensions=2)
    assert len(half.directions()) == 3
    single = [
        Gabor(sigma_mm=1.0, wavelength_mm=3.0, theta_deg=60.0 * n, dimensions=2).response(noise, MM)
        for n in range(6)
    ]
    assert_allclose(half.response(noise, MM), np.mean(single, axis=0), rtol=0, atol=1e-12)
    odd = Gabor(sigma_mm=1.0, wavelength_mm=3.0, step_deg=72.0, dimensions=2)
    assert len(odd.directions()) == 5


def test_gabor_in_space_pools_three_planes(noise):
    in_slices = Gabor(sigma_mm=1.0, wavelength_mm=3.0, step_deg=90.0, dimensions=2, pooling="max")
    in_space = Gabor(sigma_mm=1.0, wavelength_mm=3.0, step_deg=90.0, pooling="max").response(noise, MM)
    planes = [np.moveaxis(in_slices.response(np.moveaxis(noise, axis, 0), MM), 0, axis) for axis in range(3)]
    assert_allclose(in_space, np.max(planes, axis=0), rtol=0, atol=1e-12)


# Filters that are defined by their transfer functions.


@pytest.mark.parametrize("level", [1, 2])
@pytest.mark.parametrize("numbers", [(0, 0, 0), (20, 0, 0), (10, 12, 5), (3, 3, 14), (39, 37, 38)])
def test_simoncelli_answers_to_waves_with_its_transfer_function(level, numbers):
    shape = (40, 48, 45)
    radius = math.hypot(*(math.pi * m / n for m, n in zip(numbers, shape, strict=True)))
    highest = math.pi / 2 ** (level - 1)
    inside = highest / 4 <= radius <= highest
    gain = math.cos(math.pi / 2 * math.log2(2 * radius / highest)) if inside else 0.0
    image = wave(shape, numbers)
    assert_allclose(Simoncelli(level=level).response(image, MM), gain * image, rtol=0, atol=1e-12)


def test_an_odd_order_of_riesz_makes_sines_of_cosines():
    shape = (40, 48, 45)
    numbers = (6, 14, 20)
    frequencies = [math.pi * m / n for m, n in zip(numbers, shape, strict=True)]
    even, odd = (
        [f(w * (np.arange(n) + 0.5)) for w, n in zip(frequencies, shape, strict=True)]
        for f in (np.cos, np.sin)
    )
    image = wave(shape, numbers)
    gain = Simoncelli().response(image, MM).max() / image.max()
    norm = math.hypot(*frequencies)
    first = riesz(Simoncelli(), (1, 0, 0)).response(image, MM)
    expected = frequencies[2] / norm * even[0][:, None, None] * even[1][:, None] * odd[2]
    assert_allclose(first, gain * expected, rtol=0, atol=1e-12)
    mixed = riesz(Simoncelli(), (0, 1, 1)).response(image, MM)
    product = frequencies[0] * frequencies[1] / norm**2
    expected = math.sqrt(2) * product * odd[0][:, None, None] * odd[1][:, None] * even[2]
    assert_allclose(mixed, gain * expected, rtol=0, atol=1e-12)
    second = riesz(Simoncelli(), (0, 0, 2)).response(image, MM)
    assert_allclose(second, -gain * (frequencies[0] / norm) ** 2 * image, rtol=0, atol=1e-12)


@pytest.mark.parametrize("boundary", [MIRROR, ZERO])
def test_second_orders_of_riesz_add_up_to_the_filter_reversed(boundary):
    """The squares of a direction's components add up to 1, and i squared is -1."""
    image = np.random.default_rng(3).normal(size=(24, 24, 24))
    image -= image.mean()
    of = LaplacianOfGaussian(sigma_mm=1.0, boundary=boundary)
    orders = [riesz(of, order).response(image, MM) for order in ((2, 0, 0), (0, 2, 0), (0, 0, 2))]
    inner = (slice(8, 16),) * 3
    assert -sum(orders)[inner] == pytest.approx(of.response(image, MM)[inner], abs=2e-3)


def test_riesz_in_slices_leaves_the_slices_apart():
    image = np.zeros((4, 40, 40))
    image[1, 20, 20] = 1.0
    found = riesz(Simoncelli(dimensions=2), (1, 0)).response(image, MM)
    assert np.abs(found[1]).max() > 0.05
    assert np.abs(found[[0, 2, 3]]).max() == 0


def test_a_periodic_transform_of_odd_size_has_frequency_0_where_a_constant_has_it():
    image = np.full((33, 33, 33), 5.0)
    assert np.abs(Simoncelli(boundary=PERIODIC).response(image, MM)).max() < 1e-12


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("constant", [9, 9, 1, 2, 3, 9, 9]),
        ("nearest", [1, 1, 1, 2, 3, 3, 3]),
        ("periodic", [2, 3, 1, 2, 3, 1, 2]),
        ("mirror", [2, 1, 1, 2, 3, 3, 2]),
    ],
)
def test_what_lies_beyond_the_border(kind, expected):
    boundary = Boundary(kind, value=9.0 if kind == "constant" else 0.0)
    assert boundary.padded(np.array([[[1.0, 2.0, 3.0]]]), (0, 0, 2)).ravel().tolist() == expected
