"""PyRadiomics' filters in the place of ours, with a stand-in for its image types."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pyradiomics_stand_in import quadratic, stand_in
from radioimmuno.engines.pyradiomics_filters import counterpart, counterparts, require_counterparts
from radioimmuno.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radioimmuno.filters.presets import named
from radioimmuno.filters.response_settings import responses_of
from radioimmuno.filters.wavelet import Wavelet
from radioimmuno.findings import EngineError
from radioimmuno.settings import Settings

NOT_THERE = ("simoncelli_level_1", "wavelet_coif1_lhl_level_2", "ibsi2-5_a_2", "ibsi2-2_c", "ibsi2-3_a_1")


@pytest.fixture
def sizes(monkeypatch):
    """Of the images that the stand-in filtered."""
    return stand_in(monkeypatch)


def settings(*names):
    return Settings(filters=responses_of(list(names)))


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("log_sigma_3mm", "log-sigma-3-0-mm-3D"),
        ("log_sigma_1_5mm", "log-sigma-1-5-mm-3D"),
        ("wavelet_haar_lhh", "wavelet-LHH"),
        ("wavelet_db3_hll", "wavelet-HLL"),
    ],
)
def test_names_are_those_of_pyradiomics(name, theirs):
    assert counterpart(named(name)[name]).image_name == theirs


@pytest.mark.parametrize("name", NOT_THERE)
def test_what_pyradiomics_does_otherwise_or_not_at_all_has_no_counterpart(name):
    assert counterpart(named(name)[name]) is None


def test_what_has_no_counterpart_is_named_and_the_rest_measured_as_it_was_to_be():
    asked = Settings(filters=responses_of({"log_sigma_2mm": {"bin_count": 64}, "simoncelli": {}}))
    found = require_counterparts(asked)
    assert found.missing == ("simoncelli_level_1",)
    assert "simoncelli_level_1" in found.sentence
    assert list(found.theirs.filters) == list(found.comparable.filters) == ["log_sigma_2mm"]
    assert found.theirs.filters["log_sigma_2mm"].bin_count == 64
    assert found.ours == replace(asked, filters={"log_sigma_2mm": asked.filters["log_sigma_2mm"]})
    assert counterparts(settings("log_sigma_2mm")).sentence == ""


def test_filters_of_which_none_is_there_are_refused_by_name():
    with pytest.raises(EngineError, match=r"simoncelli_level_1, ibsi2-3_a_1.*Leave them out") as caught:
        require_counterparts(settings("simoncelli_level_1", "ibsi2-3_a_1"))
    assert caught.value.code == "engine.no_filter"
    assert require_counterparts(Settings()).ours == Settings()


def test_its_laplacian_is_multiplied_by_the_square_of_the_sd_in_voxels(sizes):
    # On voxels of 2 mm a Laplacian of 6 per voxel squared, times (3 / 2)^2.
    image, middle = quadratic((60, 60, 60)), (slice(28, 32),) * 3
    theirs = counterpart(LaplacianOfGaussian(sigma_mm=3.0))
    assert theirs.response(image, (2.0,) * 3, middle) == pytest.approx(6 * 2.25, rel=0.02)
    assert theirs.on_our_scale.response(image, (2.0,) * 3, middle) == pytest.approx(6.0, rel=0.02)


def test_its_laplacian_depends_on_nothing_beyond_eight_sd(sizes):
    rng = np.random.default_rng(3)
    image, window = rng.normal(size=(70, 64, 60)), (slice(30, 40), slice(30, 34), slice(29, 32))
    theirs = counterpart(LaplacianOfGaussian(sigma_mm=2.0))
    margin = theirs.margin((1.0,) * 3)
    assert margin == (16, 16, 16)
    part = tuple(slice(s.start - m, s.stop + m) for s, m in zip(window, margin, strict=True))
    inside = tuple(slice(m, m + s.stop - s.start) for s, m in zip(window, margin, strict=True))
    whole, cut = theirs.response(image, (1.0,) * 3, window), theirs.response(image[part], (1.0,) * 3, inside)
    assert cut == pytest.approx(whole, abs=1e-4 * np.std(whole))


def test_an_image_smaller_than_eight_sd_is_filtered_as_by_ours(sizes):
    ours = LaplacianOfGaussian(sigma_mm=3.0)
    image = quadratic((14, 14, 14))
    assert counterpart(ours).response(image, (1.0,) * 3).shape == image.shape
    # Handed over with as much beyond its border.
    assert sizes == [(62, 62, 62)]


@pytest.mark.parametrize("bands", ["lhl", "hll"])
@pytest.mark.parametrize("shape", [(12, 14, 16), (11, 13, 9)])
def test_at_the_border_its_wavelets_see_what_ours_do(sizes, bands, shape):
    image = np.random.default_rng(4).normal(size=shape)
    ours = Wavelet(family="db3", bands=bands)
    assert counterpart(ours).response(image, (1.0,) * 3) == pytest.approx(
        ours.response(image, (1.0,) * 3), abs=1e-12
    )


def test_a_laplacian_of_less_than_a_voxel_gets_the_voxels_that_it_asks_for(sizes):
    theirs = counterpart(LaplacianOfGaussian(sigma_mm=0.3))
    assert theirs.response(np.ones((2, 2, 2)), (1.0,) * 3) == pytest.approx(0, abs=1e-6)
    assert min(sizes[0]) >= 4


def test_a_response_outlives_the_image_that_it_is_part_of(sizes):
    image = np.random.default_rng(5).normal(size=(40, 40, 40))
    made = counterpart(Wavelet(family="haar", bands="lll")).response(image, (1.0,) * 3)
    assert made.flags.owndata
