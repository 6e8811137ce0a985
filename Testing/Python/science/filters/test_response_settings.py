"""Filters in settings: names, definitions, levels.

Tests of: definition, response_settings.
"""

import json

import pytest

from radioimmuno.filters.boundary import Boundary
from radioimmuno.filters.gabor import Gabor
from radioimmuno.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radioimmuno.filters.mean import Mean
from radioimmuno.filters.presets import PRESETS, named
from radioimmuno.filters.response_settings import ResponseSettings
from radioimmuno.findings import SettingsError
from radioimmuno.settings import Settings

NAMES = ["log_sigma_1_5mm", "wavelet_coif1", "wavelet_db3_lhl_level_2", "simoncelli_level_2", *PRESETS]


def read(filters) -> Settings:
    return Settings.from_dict({"filters": filters})


def test_all_filters_survive_json():
    settings = read(NAMES)
    written = json.loads(json.dumps(settings.to_dict(), allow_nan=False))
    assert Settings.from_dict(written) == settings
    assert hash(Settings.from_dict(written)) == hash(settings)
    assert list(settings.filters)[:3] == ["log_sigma_1_5mm", "wavelet_coif1_lll", "wavelet_coif1_llh"]


def test_settings_without_filters_are_written_as_ever():
    assert "filters" not in Settings().to_dict()


def test_a_name_is_the_filter_that_it_names_with_32_levels():
    assert read(["log_sigma_3mm"]).filters == {
        "log_sigma_3mm": ResponseSettings(LaplacianOfGaussian(sigma_mm=3.0), 32, None)
    }


def test_what_a_name_leaves_open_can_be_set():
    own = {"truncate": 6, "dimensions": 2, "boundary": "nearest", "bin_width": 2.5}
    found = read({"log_sigma_3mm": own}).filters["log_sigma_3mm"]
    assert (found.filter.sigma_mm, found.filter.truncate, found.filter.dimensions) == (3, 6, 2)
    assert found.filter.boundary == Boundary("nearest")
    assert (found.bin_count, found.bin_width) == (None, 2.5)


def test_other_filters_are_defined_under_a_name_of_their_own():
    air = {"kind": "constant", "value": -1000}
    filters = read(
        {
            "smooth": {"kind": "mean", "support": 5, "boundary": air},
            "waves": {"kind": "gabor", "sigma_mm": 5, "wavelength_mm": 2, "step_deg": 22.5, "bin_count": 64},
            "along_x": {"kind": "riesz", "of": {"kind": "simoncelli", "dimensions": 2}, "order": [1, 0]},
        }
    ).filters
    assert filters["smooth"].filter == Mean(support=5, boundary=Boundary("constant", -1000))
    assert filters["waves"] == ResponseSettings(Gabor(sigma_mm=5, wavelength_mm=2, step_deg=22.5), 64)
    assert filters["along_x"].filter.dimensions == 2


def test_a_name_that_settings_do_not_have_is_the_filter_that_it_names():
    given = read({"log_sigma_3mm": {"bin_count": 64}})
    assert given.response("log_sigma_3mm").bin_count == 64
    assert given.response("log_sigma_2mm") == ResponseSettings(named("log_sigma_2mm")["log_sigma_2mm"])
    with pytest.raises(SettingsError, match="stands for 8 filters"):
        given.response("wavelet_coif1")


def test_filters_of_an_image_are_its_own():
    settings = Settings.from_dict(
        {"filters": ["log_sigma_3mm"], "images": {"pet": {"filters": ["simoncelli"]}}}
    )
    assert list(settings.images["pet"].filters) == ["simoncelli_level_1"]
    assert Settings.from_dict(settings.to_dict()) == settings


@pytest.mark.parametrize(
    ("filters", "code", "text"),
    [
        (["log_sigma_0mm"], "settings.invalid", "sigma_mm must be a number above 0"),
        (["sobel"], "filter.unknown", "no filter 'sobel'"),
        (["log_sigma_3mm"] * 2, "filter.duplicate", "filters: log_sigma_3mm comes twice"),
        (
            {"wavelet_haar": {}, "wavelet_haar_lhl": {"bin_count": 8}},
            "filter.duplicate",
            "haar_lhl comes twice",
        ),
        ({"sobel": {}}, "filter.unknown", "no filter 'sobel'"),
        ({"log_sigma_3mm": {"sigma_mm": 4}}, "settings.invalid", "is 4, and the name says 3"),
        ({"log_sigma_3mm": {"kind": "mean"}}, "settings.invalid", "'mean', and a filter of this name is lap"),
        ({"log_sigma_3mm": {"sigma": 3}}, "settings.invalid", "filter.sigma is not known"),
        ({"wavelet_coif1_lhl": {"dimensions": 2}}, "settings.invalid", "must be 2 letters"),
        ({"ibsi2-2_a": {"truncate": 5}}, "settings.invalid", "is 5, and the name says 4"),
        ({"Mine": {"kind": "mean", "support": 3}}, "settings.invalid", "no name for a filter"),
        ({"mine": {"kind": "median"}}, "settings.invalid", "kind must be one of mean"),
        ({"mine": {"kind": ["mean"]}}, "settings.invalid", "kind must be one of mean"),
        ({"mine": {"kind": "mean"}}, "settings.invalid", "support is needed"),
        ({"mine": {"kind": "mean", "support": 0}}, "settings.invalid", "whole number of voxels from 1"),
        ({"mine": {"kind": "mean", "support": 3, "boundary": "wrap"}}, "settings.invalid", "one of constant"),
        ({"mine": {"kind": "mean", "support": 3, "boundary": {}}}, "settings.invalid", "one of constant"),
        ({"mine": {"kind": "riesz", "of": 3, "order": [1, 0, 0]}}, "settings.invalid", "JSON object"),
        ({"log_sigma_3mm": {"bin_count": 1}}, "settings.invalid", "whole number from 2"),
        ({"log_sigma_3mm": {"bin_count": None}}, "settings.invalid", "one is needed"),
        ({"log_sigma_3mm": {"bin_count": 8, "bin_width": 1}}, "settings.invalid", "the other null"),
        ({"log_sigma_3mm": {"bin_width": 0}}, "settings.invalid", "above 0"),
        ({"log_sigma_3mm": 3}, "settings.invalid", "JSON object"),
        ("log_sigma_3mm", "settings.invalid", "a list of names"),
        ([3], "settings.invalid", "a list of names"),
    ],
)
def test_what_cannot_be_is_refused_by_name(filters, code, text):
    with pytest.raises(SettingsError, match="filter") as problem:
        read(filters)
    assert problem.value.code == code
    assert text in str(problem.value)
