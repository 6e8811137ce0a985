"""Engines for features, without PyRadiomics: what is said where it is absent, and what a comparison holds."""

from __future__ import annotations

import importlib.util
import json
import sys

import pytest

from radioimmuno import engines
from radioimmuno.engines import comparison, pyradiomics
from radioimmuno.extraction.extract import extract
from radioimmuno.extraction.lesion_features import LesionFeatures
from radioimmuno.features.compute import compute_features
from radioimmuno.filters.response_settings import responses_of
from radioimmuno.findings import EngineError, Finding, Severity
from radioimmuno.settings import PRESETS, ExtractionSettings, Settings

from phantoms import noisy_patient  # isort: skip

DEFAULT = Settings().extraction
MEAN, SKEWNESS, KURTOSIS = (f"lesion.statistics.{name}" for name in ("mean", "skewness", "kurtosis"))
PEAK, HIGH = "lesion.local_intensity.local_peak", "lesion.glrlm.high_gray_level_emphasis"


@pytest.fixture
def no_pyradiomics(monkeypatch):
    """As on a computer where PyRadiomics was never installed."""
    monkeypatch.setitem(sys.modules, "radiomics", None)


def lesion(**values):
    return LesionFeatures("7", "node", 4.0, values)


def row(ours, theirs, identifier, extraction=DEFAULT):
    (found,) = comparison.compare(
        [lesion(**{identifier: ours})], [lesion(**{identifier: theirs})], [identifier], Settings(extraction)
    )
    return found


def test_without_a_name_the_engine_is_our_own():
    assert engines.engine_named(None) is compute_features
    assert engines.engine_named("radioimmuno") is compute_features


def test_where_pyradiomics_is_missing_it_is_said_what_to_install(no_pyradiomics):
    assert not pyradiomics.is_available()
    with pytest.raises(
        EngineError, match=r"SlicerRadiomics.*pip install pyradiomics.*Python 3\.11"
    ) as caught:
        engines.engine_named("pyradiomics")
    assert caught.value.code == "engine.missing"
    image, one = noisy_patient()
    with pytest.raises(EngineError, match="SlicerRadiomics"):
        pyradiomics.extract_filtered(image, [one], Settings(), {"Wavelet": {}})


def test_an_unknown_engine_is_refused_with_those_that_there_are():
    with pytest.raises(EngineError, match="radioimmuno and pyradiomics"):
        engines.engine_named("lifex")


def test_looking_whether_pyradiomics_is_installed_imports_nothing(monkeypatch):
    asked = []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: asked.append(name))
    assert not pyradiomics.is_installed()
    assert asked == ["radiomics"]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setitem(sys.modules, "radiomics", None)
    assert pyradiomics.is_installed()


def test_an_engine_gets_the_regions_that_our_features_are_made_of():
    image, one = noisy_patient()
    seen = {}

    def engine(region, keys):
        seen[keys] = region
        return {key: float(region.mask.sum()) for key in keys}

    wanted = ("lesion.morphology.approximate_volume", "ring.statistics.mean")
    (by_engine,) = extract(image, [one], Settings(), wanted, engine=engine)
    (own,) = extract(image, [one], Settings(), wanted)
    assert len(seen) == 2
    assert by_engine.values[wanted[0]] == own.values[wanted[0]]  # voxels of 1 mm3
    ring = by_engine.ring
    assert by_engine.values[wanted[1]] == ring.values.sum()


@pytest.mark.parametrize(
    ("ours", "theirs", "difference"),
    [
        (4.0, 4.0, 0.0),
        (4.0, 3.0, -0.25),
        (-4.0, -2.0, 0.5),
        (0.0, 1.0, None),
        (None, 1.0, None),
        (None, None, None),
    ],
)
def test_the_difference_is_relative_to_ours_where_that_can_be(ours, theirs, difference):
    assert row(ours, theirs, MEAN).difference == difference


@pytest.mark.parametrize(
    ("ours", "theirs", "identifier", "words"),
    [
        (1.0, 1.0 + 9e-7, MEAN, ""),
        (0.0, -3e-16, SKEWNESS, ""),
        (1.0, 4.0, KURTOSIS, "excess kurtosis"),
        (1.0, 2.0, HIGH, "darkest voxel"),
        (1.0, 1.0, HIGH, ""),
        (1.0, None, PEAK, "no such feature"),
        (1.0, 2.0, MEAN, "not known"),
        (1.0, None, MEAN, "Only one"),
        (None, None, MEAN, ""),
        (1.0, 1.1, "lesion.morphology.major_axis_length", "n - 1"),
        (1.0, 1.1, "ring.morphology.volume", "joined in two ways"),
        (1.0, 1.1, "ring.glcm_merged.normalized_inverse_difference", "number of levels"),
    ],
)
def test_the_note_says_why_values_differ_and_nothing_where_they_do_not(ours, theirs, identifier, words):
    note = row(ours, theirs, identifier).note
    assert words in note if words else note == ""


@pytest.mark.parametrize(
    "extraction",
    [ExtractionSettings(bin_width_hu=7.0), ExtractionSettings(range_hu=None)],
    ids=["range does not end on an edge", "no range"],
)
def test_bins_with_other_edges_are_told_of(extraction):
    assert "bin edges" in row(1.0, 1.1, "lesion.glcm.contrast", extraction).note
    assert "not known" in row(1.0, 1.1, MEAN, extraction).note


def test_with_a_number_of_bins_the_level_is_no_excuse():
    assert "not known" in row(1.0, 2.0, HIGH, PRESETS["ibsi-d"].extraction).note


LOG, BAND = "lesion.log_sigma_3mm", "ring.wavelet_coif1_lhl"


@pytest.mark.parametrize(
    ("ours", "theirs", "identifier", "parts"),
    [
        (1.0, 1.1, f"{LOG}.statistics.mean", ["recursive", "taken out"]),
        (1.0, 1.1, f"{LOG}.statistics.skewness", ["recursive"]),
        (1.0, 1.1, f"{LOG}.glcm.contrast", ["recursive"]),
        (1.0, 4.1, f"{LOG}.statistics.kurtosis", ["recursive", "excess kurtosis"]),
        (1.0, 1.0, f"{LOG}.glcm.contrast", []),
        (1.0, None, f"{LOG}.ivh.area_under_curve", ["no such"]),
        (1.0, 4.0, f"{BAND}.statistics.kurtosis", ["excess kurtosis"]),
        (1.0, 1.1, f"{BAND}.statistics.mean", ["not known"]),
        (1.0, 1.1, f"{BAND}.glszm.low_gray_level_emphasis", ["not known"]),
    ],
)
def test_of_a_filtered_image_the_filters_differences_are_told_too(ours, theirs, identifier, parts):
    phrases = ("recursive", "taken out", "excess kurtosis", "no such", "not known", "darkest", "edges")
    note = row(ours, theirs, identifier).note
    assert [phrase for phrase in phrases if phrase in note] == parts


def test_levels_of_a_width_have_other_edges_and_another_scale_after_a_laplacian():
    def note(identifier):
        filters = responses_of({name: {"bin_width": 2.0} for name in ("log_sigma_3mm", "wavelet_coif1_lhl")})
        measured = [lesion(**{identifier: value}) for value in (1.0, 1.1)]
        (found,) = comparison.compare(*([one] for one in measured), [identifier], Settings(filters=filters))
        return found.note

    after_laplacian = note(f"{LOG}.glcm.contrast")
    assert all(phrase in after_laplacian for phrase in ("recursive", "taken out", "edges"))
    assert note(f"{BAND}.glcm.contrast") == comparison.BIN_EDGES


def test_a_row_of_a_filtered_image_names_filter_unit_and_pyradiomics_column():
    found = row(1.0, 1.0, f"{LOG}.statistics.variance")
    assert (found.region, found.filter, found.unit) == ("lesion", "log_sigma_3mm", "a.u.2")
    assert found.pyradiomics_name == "log-sigma-3-0-mm-3D_firstorder_Variance"
    assert row(1.0, 1.0, f"{BAND}.statistics.mean").pyradiomics_name == "wavelet-LHL_firstorder_Mean"
    assert row(1.0, None, f"{BAND}.ivh.area_under_curve").pyradiomics_name == ""
    assert row(1.0, 1.0, MEAN).filter == ""


def test_a_refused_lesion_has_rows_with_the_reason():
    finding = Finding("lesion.too_small", Severity.REFUSE, "The lesion is too small.")
    refused = LesionFeatures("7", "node", 0.01, {}, (finding,))
    rows = comparison.compare([refused], [refused], [MEAN, PEAK], Settings())
    assert [(r.ours, r.pyradiomics) for r in rows] == [(None, None)] * 2
    assert rows[0].note == "The lesion is too small."


def test_cells_are_plain_values_in_the_order_of_the_columns():
    found = row(1.0, 4.0, KURTOSIS)
    cells = dict(zip(comparison.COLUMNS, comparison.cells(found), strict=True))
    assert cells["ibsi_code"] == "IPH6"
    assert cells["pyradiomics_name"] == "firstorder_Kurtosis"
    assert json.loads(json.dumps(cells)) == cells
