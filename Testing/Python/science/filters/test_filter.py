"""Margins, windows, names and what is refused.

Tests of: filter, presets, words.
"""

import dataclasses

import numpy as np
import pytest
from numpy.testing import assert_allclose

from radioimmuno.filters.bank import responses
from radioimmuno.filters.boundary import MIRROR, NEAREST, PERIODIC, ZERO, Boundary
from radioimmuno.filters.gabor import Gabor
from radioimmuno.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radioimmuno.filters.laws import Laws
from radioimmuno.filters.mean import Mean
from radioimmuno.filters.presets import PRESETS, common, listed, named
from radioimmuno.filters.riesz import Riesz, riesz
from radioimmuno.filters.simoncelli import Simoncelli
from radioimmuno.filters.spectral import DISTANT_SHARE
from radioimmuno.filters.wavelet import Wavelet
from radioimmuno.filters.words import in_words, title_of
from radioimmuno.findings import Refusal, SettingsError
from radioimmuno.memory import available_bytes

MM = (1.0, 1.0, 1.0)

WITH_AN_END = [
    Mean(support=5),
    Mean(support=4, dimensions=2),
    LaplacianOfGaussian(sigma_mm=1.3),
    Laws(kernels=("E5", "L5", "S3"), pooling="max", energy_distance=3),
    Gabor(sigma_mm=1.0, wavelength_mm=3.0, gamma=0.7, step_deg=90.0),
    Wavelet(family="db3", bands="hlh", level=2),
    Wavelet(family="coif1", bands="lhl", pooling="mean"),
]
WITHOUT_END = [
    Simoncelli(),
    Simoncelli(dimensions=2),
    riesz(Simoncelli(), (1, 0, 1)),
    riesz(LaplacianOfGaussian(sigma_mm=1.5), (1, 0, 0)),
    riesz(LaplacianOfGaussian(sigma_mm=1.5, dimensions=2), (0, 1)),
]


def kind(one) -> str:
    return f"{type(one).__name__}{one.dimensions}"


def cropped(one, image: np.ndarray, window) -> np.ndarray:
    """The response in the window, of the image cut at the filter's margin around it."""
    margin = one.margin(MM)
    around = tuple(slice(part.start - m, part.stop + m) for part, m in zip(window, margin, strict=True))
    inner = tuple(slice(m, m + part.stop - part.start) for part, m in zip(window, margin, strict=True))
    return one.response(image[around], MM, inner)


@pytest.mark.parametrize("one", WITH_AN_END, ids=kind)
@pytest.mark.parametrize("boundary", [MIRROR, ZERO], ids=["mirror", "zero"])
def test_within_the_margin_nothing_else_counts(one, boundary):
    one = dataclasses.replace(one, boundary=boundary)
    image = np.random.default_rng(2).normal(size=(60, 61, 62))
    window = (slice(26, 31), slice(28, 33), slice(30, 35))
    whole = one.response(image, MM, window)
    assert cropped(one, image, window) == pytest.approx(whole, abs=1e-12)
    reach = one.margin(MM)[2]
    image[:, :, : 30 - reach] = 100.0
    assert one.response(image, MM, window) == pytest.approx(whole, abs=1e-10)


@pytest.mark.parametrize("one", WITHOUT_END, ids=kind)
def test_of_a_filter_without_end_the_rest_stays_small(one):
    """Noise that goes on, instead of the crop mirrored: at most twice the share that is stated."""
    image = np.random.default_rng(2).normal(size=(90, 90, 90))
    window = (slice(40, 50),) * 3
    whole = one.response(image, MM, window)
    assert (cropped(one, image, window) - whole).std() <= 2 * DISTANT_SHARE * whole.std()


def test_of_a_periodic_border_no_crop_gives_the_same():
    assert not Simoncelli(boundary=PERIODIC).is_local
    assert Simoncelli(boundary=NEAREST).is_local


def test_the_margin_is_no_wider_than_the_kernel():
    image = np.zeros((31, 31, 31))
    image[15, 15, 15] = 1e6
    wavelet = Wavelet(family="db3", bands="lll", level=2)
    for one in (Mean(support=5), LaplacianOfGaussian(sigma_mm=1.3), wavelet):
        touched = np.flatnonzero(one.response(image, MM).any(axis=(0, 1)))
        assert max(touched.max() - 15, 15 - touched.min()) == one.margin(MM)[2]


def test_the_margin_is_in_voxels_of_the_grid():
    assert LaplacianOfGaussian(sigma_mm=3.0).margin((2.0, 2.0, 2.0)) == (6, 6, 6)
    assert LaplacianOfGaussian(sigma_mm=3.0, dimensions=2).margin((5.0, 1.0, 1.0)) == (0, 12, 12)


@pytest.mark.parametrize("one", [*WITH_AN_END, *WITHOUT_END], ids=kind)
def test_a_window_is_the_part_of_the_whole(one):
    image = np.random.default_rng(4).normal(size=(33, 34, 35))
    window = (slice(0, 7), slice(9, 34), slice(12, 13))
    whole = one.response(image, MM)
    assert whole.shape == image.shape
    assert_allclose(one.response(image, MM, window), whole[window], rtol=0, atol=1e-11)


def test_an_image_stays_as_it_is():
    image = np.random.default_rng(4).normal(size=(33, 34, 35)).astype(np.float32)
    before = image.copy()
    for one in (*WITH_AN_END, *WITHOUT_END, Mean(support=3, boundary=Boundary("constant", 7.0))):
        assert one.response(image, MM).dtype == np.float64
    assert np.array_equal(image, before)


def test_names_hold_parameters():
    assert named("log_sigma_1_5mm") == {"log_sigma_1_5mm": LaplacianOfGaussian(sigma_mm=1.5)}
    one = Wavelet(family="db2", bands="hll", level=2)
    assert named("wavelet_db2_hll_level_2") == {"wavelet_db2_hll_level_2": one}
    bands = named("wavelet_coif1")
    assert len(bands) == 8
    assert bands["wavelet_coif1_lhl"] == Wavelet(family="coif1", bands="lhl")
    assert named("simoncelli_level_2") == {"simoncelli_level_2": Simoncelli(level=2)}
    assert named("ibsi2-1_a_1") == {"ibsi2-1_a_1": PRESETS["ibsi2-1_a_1"]}
    assert len(PRESETS) == 33 + 16


def test_each_listed_name_means_one_filter_and_has_words_of_its_own():
    shown = listed()
    assert set(PRESETS) < set(shown)
    assert all(named(name) == {name: one} for name, one in shown.items())
    own = {name: in_words(one) for name, one in shown.items() if name not in PRESETS}
    assert len(set(own.values())) == len(own)


@pytest.mark.parametrize("one", [*WITH_AN_END, *WITHOUT_END, Wavelet(family="haar", bands="lll")], ids=kind)
def test_what_is_signed_has_both_signs_and_no_response_to_an_even_image(one):
    noise = np.random.default_rng(0).normal(0, 1, (40, 40, 40))
    found = one.response(100 + noise, MM)
    # Cut at four SD, a Gaussian's curvature has a sum of some ten thousandths.
    even = np.abs(one.response(np.full(noise.shape, 100.0), MM)).max()
    has_both = found.min() < 0 < found.max() and found.max() < -10 * found.min() < 100 * found.max()
    assert one.is_signed == (has_both and even < 1)


def test_laws_kernels_are_signed_without_energy_and_unless_all_are_levels():
    assert Laws(kernels=("L5", "E5", "L5")).is_signed
    assert not Laws(kernels=("L5", "L3", "L5")).is_signed
    assert not Laws(kernels=("L5", "E5", "L5"), energy_distance=7).is_signed


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("log_sigma_3mm", "LoG 3 mm"),
        ("wavelet_coif1_lhl", "wavelet coif1 LHL"),
        ("simoncelli_level_2", "Simoncelli level 2"),
        ("ibsi2-ct-4_b", "Laws L5 E5 E5 energy, ibsi2-ct-4_b"),
        ("ibsi2-ct-5_b", "Gabor 5 mm, ibsi2-ct-5_b"),
        ("ibsi2-9_a", "Riesz 1-0-0 of LoG 3 mm, ibsi2-9_a"),
        # All bands have no title of one, and what says nothing stands for itself.
        ("wavelet_coif1", "wavelet_coif1"),
        ("smooth", "smooth"),
    ],
)
def test_titles_are_what_names_say(name, title):
    assert title_of(name) == title


def test_common_filters_are_known_and_have_titles_of_their_own():
    names = [name for group in common() for name in group]
    assert all(list(named(name)) == [name] for name in names)
    assert len({title_of(name) for name in names}) == len(names)


def test_words_say_what_a_filter_does():
    constant = Boundary("constant", 7.0)
    assert in_words(Mean(support=3, boundary=constant)).endswith("along each axis; 3D, border constant 7")
    turned = in_words(Wavelet(family="db3", bands="lh", dimensions=2, level=2, pooling="mean"))
    assert turned == "wavelet db3, LH along x, y, level 2, mean over rotations; in slices, border mirrored"
    derived = in_words(riesz(Simoncelli(boundary=PERIODIC), (1, 0, 1)))
    assert derived == "Riesz transform of order 1, 0, 1 of: Simoncelli wavelet, level 1; 3D, border periodic"
    assert "mean over steps of 90 degrees; in slices across three axes" in in_words(WITH_AN_END[4])


@pytest.mark.parametrize(
    "name", ["", "log_sigma_mm", "log_sigma_-1mm", "wavelet_db99", "wavelet_coif1_lh", "ibsi2-99", "sobel"]
)
def test_an_unknown_name_is_refused_with_those_that_are_known(name):
    with pytest.raises(SettingsError, match=r"There is no filter .*log_sigma_3mm") as refused:
        named(name)
    assert refused.value.code == "filter.unknown"


@pytest.mark.parametrize(
    ("written", "like"),
    [
        ("Log_Sigma_3mm", "log_sigma_3mm"),
        ("log-sigma-3-0-mm-3D", "log_sigma_3mm"),
        ("log-sigma-2-5-mm-3D", "log_sigma_2_5mm"),
        ("log_0_5", "log_sigma_0_5mm"),
        ("LoG3mm", "log_sigma_3mm"),
        ("wavelet-LHL", "wavelet_coif1_lhl"),
        ("wavelet_coif1_LHL", "wavelet_coif1_lhl"),
        ("wavelet_harr", "wavelet_haar"),
        ("Wavelet", "wavelet_coif1_lll"),
        ("ibsi2_1_a_1", "ibsi2-1_a_1"),
        ("sobel", None),
        ("log_0", None),
        ("", None),
    ],
)
def test_a_name_that_is_written_otherwise_is_refused_with_the_filter_that_was_meant(written, like):
    with pytest.raises(SettingsError) as refused:
        named(written)
    assert refused.value.code == "filter.unknown"
    suggested = str(refused.value).partition(" Like it: ")[2].partition(". Names are")[0]
    assert suggested.split(", ")[0] == (like or "")
    assert like is None or named(like)


@pytest.mark.parametrize(
    "name", ["log_sigma_0mm", "log_sigma_5000mm", "wavelet_coif1_level_0", "simoncelli_level_9"]
)
def test_a_name_with_a_parameter_that_cannot_be_is_refused(name):
    with pytest.raises(SettingsError, match="must be") as refused:
        named(name)
    assert refused.value.code == "settings.invalid"


@pytest.mark.parametrize("size", [0, 0.0, -1.0, float("nan"), float("inf"), "3", None, True, 10**400])
def test_a_size_that_is_no_length_is_refused(size):
    for make in (
        lambda: LaplacianOfGaussian(sigma_mm=size),
        lambda: Gabor(sigma_mm=size, wavelength_mm=4.0),
        lambda: Gabor(sigma_mm=4.0, wavelength_mm=size),
    ):
        with pytest.raises(SettingsError, match=r"filter\.\w+_mm must be a number above 0"):
            make()


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Mean(support=0), "support"),
        (lambda: Mean(support=2.0), "support"),
        (lambda: Mean(support=3, dimensions=4), "dimensions"),
        (lambda: Mean(support=3, boundary="mirror"), "boundary"),
        (lambda: Boundary("reflect"), "boundary"),
        (lambda: Boundary("constant", float("nan")), "boundary.value"),
        (lambda: Boundary("mirror", 1.0), "boundary.value"),
        (lambda: LaplacianOfGaussian(sigma_mm=1.0, truncate=0.1), "truncate"),
        (lambda: Laws(kernels=("E5", "L5")), "kernels"),
        (lambda: Laws(kernels=("E7", "L5", "L5")), "kernels"),
        (lambda: Laws(kernels="E5L5S5"), "kernels"),
        (lambda: Laws(kernels=("E5", "L5", "S5"), pooling="sum"), "pooling"),
        (lambda: Laws(kernels=("E5", "L5", "S5"), energy_distance=-1), "energy_distance"),
        (lambda: Gabor(sigma_mm=1.0, wavelength_mm=1.0, gamma=0), "gamma"),
        (lambda: Gabor(sigma_mm=1.0, wavelength_mm=1.0, theta_deg=1000), "theta_deg"),
        (lambda: Gabor(sigma_mm=1.0, wavelength_mm=1.0, step_deg=50.0), "step_deg"),
        (lambda: Gabor(sigma_mm=1.0, wavelength_mm=1.0, step_deg=0.0), "step_deg"),
        (lambda: Gabor(sigma_mm=1.0, wavelength_mm=1.0, pooling="sum"), "pooling"),
        (lambda: Wavelet(family="db1", bands="lll"), "family"),
        (lambda: Wavelet(family="db2", bands="lxl"), "bands"),
        (lambda: Wavelet(family="db2", bands="ll"), "bands"),
        (lambda: Wavelet(family="db2", bands="lll", level=0), "level"),
        (lambda: Wavelet(family="db2", bands="lll", pooling=""), "pooling"),
        (lambda: Simoncelli(level=1.0), "level"),
        (lambda: riesz(Simoncelli(), (0, 0, 0)), "order"),
        (lambda: riesz(Simoncelli(), (1, 0)), "order"),
        (lambda: Riesz(of=Simoncelli(), order=(1, 0), dimensions=2), "of"),
        (lambda: Riesz(of=Mean(support=3), order=(1, 0, 0)), "of"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused_by_its_name(make, field):
    with pytest.raises(SettingsError, match=rf"^filter\.{field} (must be|is for|must have)"):
        make()


@pytest.mark.parametrize("one", [*WITH_AN_END, *WITHOUT_END], ids=kind)
def test_voxels_of_several_sizes_are_refused(one):
    image = np.zeros((40, 40, 40))
    in_plane, across = (1.0, 1.0, 2.0), (3.0, 1.0, 1.0)
    with pytest.raises(SettingsError, match="Resample to an isotropic spacing") as refused:
        one.response(image, in_plane)
    assert refused.value.code == "filter.anisotropic"
    if one.dimensions == 2:
        assert one.response(image, across).shape == image.shape
    else:
        with pytest.raises(SettingsError, match="3 x 1 x 1 mm"):
            one.response(image, across)


def test_a_rounding_error_of_the_header_is_no_other_size():
    assert Mean(support=3).response(np.zeros((5, 5, 5)), (1.0, 1.00001, 1.0)).shape == (5, 5, 5)


def test_a_filter_that_reaches_further_than_the_image_is_wide_is_refused():
    large = LaplacianOfGaussian(sigma_mm=10.0)
    with pytest.raises(
        Refusal, match=r"at least 40 voxels \(40 mm\) along each axis, and this one has 39"
    ) as refused:
        large.response(np.zeros((50, 39, 50)), MM)
    assert refused.value.code == "filter.too_large"
    assert large.response(np.zeros((40, 40, 40)), MM).shape == (40, 40, 40)
    with pytest.raises(Refusal):
        next(responses({"small": Mean(support=3), "large": large}, np.zeros((30, 30, 30)), MM))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_voxel_that_is_no_number_is_refused(value):
    image = np.zeros((9, 9, 9))
    image[0, 0, 0] = value
    with pytest.raises(Refusal, match="1 voxels in or around the lesion are not numbers") as refused:
        Mean(support=3).response(image, MM)
    assert refused.value.code == "filter.non_finite"
    with pytest.raises(Refusal, match="not numbers"):
        next(responses({"mean": Mean(support=3)}, image, MM))


def test_in_slices_the_number_of_slices_does_not_matter():
    in_slices = LaplacianOfGaussian(sigma_mm=2.0, dimensions=2)
    assert in_slices.response(np.zeros((1, 20, 20)), (5.0, 1.0, 1.0)).shape == (1, 20, 20)


def test_more_memory_than_there_is_is_refused():
    side = int((available_bytes() / 8) ** (1 / 3)) + 100
    image = np.broadcast_to(0.0, (side, side, side))
    with pytest.raises(Refusal) as refused:
        Mean(support=3).response(image, MM)
    assert refused.value.code == "settings.too_large"
