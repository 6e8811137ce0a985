"""The engine with the real PyRadiomics: `make test-pyradiomics` makes an environment that has it."""

from __future__ import annotations

import csv
import itertools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from engine_cases import WANTED, compared, measured
from phantoms import noisy_patient

from radioimmuno.engines import comparison, pyradiomics
from radioimmuno.engines.pyradiomics_filters import counterparts
from radioimmuno.extraction.extract import extract
from radioimmuno.extraction.preprocessing import make_region
from radioimmuno.features import catalog
from radioimmuno.features.compute import compute_features
from radioimmuno.filters.response_settings import responses_of
from radioimmuno.findings import EngineError
from radioimmuno.settings import PRESETS, ExtractionSettings, Settings
from radioimmuno.signature.filtered_names import RECURSIVE

ROOT = Path(__file__).resolve().parents[4]
TOLERANCE = 1e-6
DEFAULT = Settings().extraction

if not pyradiomics.is_available():
    if os.environ.get("RADIOIMMUNO_REQUIRE_PYRADIOMICS") == "1":
        raise ImportError("PyRadiomics is required here and cannot be imported")
    pytest.skip("PyRadiomics is not installed here: make test-pyradiomics", allow_module_level=True)

sys.path.append(str(ROOT / "Testing" / "Oracles"))
import pyradiomics_values as oracle  # noqa: E402

TAGS = {tag: name.removeprefix("original_") for name, tag in oracle.TAGS.items()}
AXES = {f"morphology.{axis}_axis_length" for axis in ("major", "minor", "least")}


@pytest.fixture(scope="module")
def rows():
    """The comparison at the default settings."""
    return compared(DEFAULT)


def differing(rows) -> set[str]:
    return {
        row.feature
        for row in rows.values()
        if catalog.BY_KEY[row.feature].pyradiomics
        and row.pyradiomics != pytest.approx(row.ours, rel=TOLERANCE, abs=1e-9)
    }


def test_every_feature_of_every_region_has_a_row_and_every_shared_one_both_values(rows):
    assert list(rows) == list(WANTED)
    for row in rows.values():
        assert row.ours is not None
        assert (row.pyradiomics is not None) == bool(catalog.BY_KEY[row.feature].pyradiomics)
        assert row.ibsi_code == catalog.BY_KEY[row.feature].ibsi_code


def test_the_names_are_those_of_the_oracles_list(rows):
    by_tag = {f.reference_tag: f.pyradiomics_name for f in catalog.FEATURES if f.pyradiomics}
    assert len(TAGS) == 73
    assert {tag: by_tag.get(tag) for tag in TAGS} == TAGS


def test_features_with_one_definition_agree_at_the_default_settings(rows):
    tags = set(TAGS) - {"stat_kurt"}
    agreeing = [row for row in rows.values() if catalog.BY_KEY[row.feature].reference_tag in tags]
    assert len(agreeing) == 2 * 72
    wrong = [row for row in agreeing if row.pyradiomics != pytest.approx(row.ours, rel=TOLERANCE)]
    assert wrong == []
    assert [row.note for row in agreeing if row.note] == []


def test_with_a_number_of_bins_all_agree_but_kurtosis_and_the_axes():
    rows = compared(ExtractionSettings(bin_width_hu=None, bin_count=32))
    assert differing(rows) == {"statistics.kurtosis", *AXES}


def test_what_differs_at_the_default_settings_is_explained(rows):
    assert {comparison.KURTOSIS, comparison.AXES, comparison.FIRST_LEVEL, comparison.LEVEL_COUNT} == {
        row.note for row in rows.values() if row.feature in differing(rows)
    }


def test_pyradiomics_kurtosis_is_three_more(rows):
    for region in catalog.REGIONS:
        row = rows[f"{region}.statistics.kurtosis"]
        assert row.pyradiomics == pytest.approx(row.ours + 3, rel=TOLERANCE)


def test_pyradiomics_axes_have_n_where_ours_have_n_less_one(rows):
    for region in catalog.REGIONS:
        n = rows[f"{region}.morphology.approximate_volume"].ours  # voxels of 1 mm3
        for axis in AXES:
            row = rows[f"{region}.{axis}"]
            assert row.pyradiomics == pytest.approx(row.ours * np.sqrt((n - 1) / n), rel=TOLERANCE)


@pytest.mark.parametrize("region", catalog.REGIONS)
def test_levels_from_the_darkest_voxel_on_are_the_whole_difference(rows, region):
    darkest = np.floor(rows[f"{region}.statistics.minimum"].ours / 10) * 10
    ours = measured(replace(DEFAULT, range_hu=(darkest, 3000.0))).values
    explained = (comparison.FIRST_LEVEL, comparison.LEVEL_COUNT)
    of_region = [row for row in rows.values() if row.region == region and row.note in explained]
    assert len(of_region) == 35
    for row in of_region:
        assert row.pyradiomics == pytest.approx(ours[f"{region}.{row.feature}"], rel=TOLERANCE)


def has_diagonal_face(corners: np.ndarray) -> bool:
    """Whether a face of the cell has two corners inside across from each other and two outside."""
    faces = [np.take(corners, side, axis) for axis in range(3) for side in (0, 1)]
    return any(face[0, 0] == face[1, 1] != face[0, 1] == face[1, 0] for face in faces)


def test_meshes_differ_where_cells_can_be_joined_in_two_ways_and_nowhere_else():
    keys = ("morphology.volume", "morphology.surface_area")
    rng = np.random.default_rng(1)
    differing = []
    for case in range(1, 256):
        corners = np.array([case >> bit & 1 for bit in range(8)], bool).reshape(2, 2, 2)
        if np.count_nonzero(np.ptp(np.argwhere(corners), axis=0)) < 2:
            continue  # PyRadiomics wants more than a row of voxels
        values = rng.integers(0, 80, corners.shape).astype(np.float32)
        region = make_region(values, corners, (1.0, 1.0, 1.0), DEFAULT)
        ours, theirs = compute_features(region, keys), pyradiomics.extract(region, keys)
        if theirs != pytest.approx(ours, rel=TOLERANCE):
            differing.append(corners)
    assert differing
    assert all(map(has_diagonal_face, differing))


def test_a_region_that_is_a_whole_box_is_measured():
    region = make_region(np.full((4, 4, 4), 40.0, np.float32), np.ones((4, 4, 4), bool), (1.0,) * 3, DEFAULT)
    assert pyradiomics.extract(region, ["statistics.mean"]) == {"statistics.mean": 40.0}


def test_levels_that_are_the_intensities_agree_too():
    rng = np.random.default_rng(2)
    mask = np.ones((6, 6, 6), bool)
    values = rng.integers(1, 7, mask.shape).astype(np.float32)
    region = make_region(values, mask, (2.0, 2.0, 2.0), PRESETS["ibsi-digital"].extraction)
    keys = [
        f.key for f in catalog.FEATURES if f.pyradiomics and f.family.key not in ("morphology", "statistics")
    ]
    ours, theirs = compute_features(region, keys), pyradiomics.extract(region, keys)
    assert len(theirs) == len(keys) == 119
    assert theirs == pytest.approx(ours, rel=TOLERANCE)


def test_filtered_images_have_values_under_pyradiomics_own_names():
    image, lesion = noisy_patient()
    types = {"Wavelet": {}, "LoG": {"sigma": [1.0, 3.0]}}
    (found,) = pyradiomics.extract_filtered(image, [lesion], Settings(), types)
    assert not found.findings
    images = {name.split("_")[0] for name in found.values}
    bands = {
        f"{region}.wavelet-{''.join(band)}"
        for region in catalog.REGIONS
        for band in itertools.product("LH", repeat=3)
    }
    logs = {f"{region}.log-sigma-{s}-0-mm-3D" for region in catalog.REGIONS for s in (1, 3)}
    assert images == bands | logs
    assert None not in found.values.values()


def test_filters_see_the_ct_around_the_region():
    image, lesion = noisy_patient(shape=(70, 120, 110))
    settings = Settings(ExtractionSettings(spacing_mm=None, range_hu=None))
    types = {"Wavelet": {}, "LoG": {"sigma": [2.0]}}
    (found,) = pyradiomics.extract_filtered(image, [lesion], settings, types, regions=["lesion"])
    whole = sitk.GetImageFromArray(image.values.astype(np.float32))
    whole.SetSpacing(image.lattice.spacing[::-1])
    blurred = sitk.GetArrayFromImage(sitk.LaplacianRecursiveGaussian(whole, 2.0, normalizeAcrossScale=True))
    inside = lesion.mask.values
    name = "lesion.log-sigma-2-0-mm-3D_firstorder_Mean"
    assert found.values[name] == pytest.approx(blurred[inside].mean(), rel=1e-3)

    import pywt

    band = pywt.swtn(image.values.astype(float), "coif1", level=1)[0]["ddd"]
    name = "lesion.wavelet-HHH_firstorder_Variance"
    assert found.values[name] == pytest.approx(band[inside].var(), rel=1e-5)


GLCM = ("glcm", "glcm_merged")
AFTER = {"log_sigma_3mm": {}, "wavelet_coif1_lhl": {}, "wavelet_db2_hll": {}}


@pytest.fixture(scope="module")
def after():
    """The comparison after filters, which reach beyond the image's border."""
    image, lesion = noisy_patient()
    settings = Settings(filters=responses_of(AFTER))
    wanted = catalog.response_identifiers(catalog.DEFAULT, tuple(settings.filters))
    found = counterparts(settings)
    (ours,) = extract(image, [lesion], settings, wanted)
    (theirs,) = extract(image, [lesion], found.comparable, wanted, engine=pyradiomics.extract)
    assert {finding.code for finding in ours.findings} == {"filter.border"}
    rows = comparison.compare([ours], [theirs], wanted, settings)
    return {name: [row for row in rows if row.filter == name and row.pyradiomics_name] for name in AFTER}


@pytest.mark.parametrize("name", [name for name in AFTER if name.startswith("wavelet")])
def test_after_a_wavelet_of_the_first_level_all_is_the_same_but_kurtosis(after, name):
    assert len(after[name]) == 2 * 134
    assert {row.note for row in after[name]} == {"", comparison.KURTOSIS}
    assert {row.feature for row in after[name] if row.note} == {"statistics.kurtosis"}
    # In double precision, though images are single.
    nearly = {row.feature for row in after[name] if abs(row.difference or 0) > 1e-9}
    assert nearly <= {"statistics.kurtosis", *(f"{kind}.information_correlation_1" for kind in GLCM)}


def test_after_a_laplacian_values_are_near_and_why_they_differ_is_told(after):
    rows = after["log_sigma_3mm"]
    assert len(rows) == 2 * 134
    assert all(RECURSIVE in row.note for row in rows if row.note)
    assert not any(comparison.NOT_EXPLAINED in row.note for row in rows)
    scaled = {row.feature for row in rows if comparison.UNSCALED in row.note}
    assert {"statistics.variance", "statistics.maximum"} <= scaled
    assert not scaled & {"statistics.skewness", "glcm.contrast"}
    spread = [row for row in rows if row.feature in ("statistics.variance", "statistics.interquartile_range")]
    assert all(row.pyradiomics == pytest.approx(row.ours, rel=0.05) for row in spread)


def test_its_laplacian_is_measured_as_on_the_whole_image():
    image, lesion = noisy_patient(shape=(70, 120, 110))
    lattice = replace(image.lattice, spacing=(1.0, 1.0, 1.0))
    image, mask = replace(image, lattice=lattice), replace(lesion.mask, lattice=lattice)
    settings = Settings(
        ExtractionSettings(spacing_mm=None, range_hu=None), filters=responses_of(["log_sigma_1_5mm"])
    )
    wanted = [f"lesion.log_sigma_1_5mm.{key}" for key in ("statistics.mean", "statistics.variance")]
    wanted.append("lesion.log_sigma_1_5mm.glszm.zone_percentage")
    theirs = counterparts(settings).theirs
    (found,) = extract(image, [replace(lesion, mask=mask)], theirs, wanted, engine=pyradiomics.extract)

    from radiomics.featureextractor import RadiomicsFeatureExtractor

    extractor = RadiomicsFeatureExtractor(binCount=32, additionalInfo=False)
    extractor.disableAllImageTypes()
    extractor.enableImageTypes(LoG={"sigma": [1.5]})
    kept = mask.values.astype(np.uint8)
    volumes = [sitk.GetImageFromArray(values) for values in (image.values.astype(float), kept)]
    known = extractor.execute(*volumes)
    names = ("firstorder_Mean", "firstorder_Variance", "glszm_ZonePercentage")
    expected = [float(known[f"log-sigma-1-5-mm-3D_{name}"]) for name in names]
    assert [found.values[name] for name in wanted] == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize(
    ("types", "words"), [({"Fourier": {}}, "no image type 'Fourier'"), ({"LoG": {}}, "needs sigmas")]
)
def test_an_image_type_that_cannot_be_is_refused(types, words):
    image, lesion = noisy_patient()
    with pytest.raises(EngineError, match=words):
        pyradiomics.extract_filtered(image, [lesion], Settings(), types)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The phantom as files."""
    folder = tmp_path_factory.mktemp("patient")
    image, lesion = noisy_patient()
    for name, values in (("ct.nrrd", image.values), ("lesions.nrrd", lesion.mask.values.astype(np.uint8))):
        volume = sitk.GetImageFromArray(values)
        volume.SetSpacing(image.lattice.spacing[::-1])
        sitk.WriteImage(volume, str(folder / name))
    return folder


def run(files, *arguments):
    out = files / "out.csv"
    command = [sys.executable, "-m", "radioimmuno_cli", "features"]
    done = subprocess.run(
        [*command, files / "ct.nrrd", files / "lesions.nrrd", "--out", out, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "RadioImmunoScore")},
    )
    assert done.returncode == 0, done.stderr
    with out.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_command_writes_both_side_by_side(files):
    table = run(files, "--engine", "compare")
    assert [f"{row['region']}.{row['feature']}" for row in table] == list(WANTED)
    columns = [name for name in comparison.COLUMNS if name != "filter"]
    assert list(table[0]) == ["patient", "study", *columns]
    (row,) = [r for r in table if (r["region"], r["feature"]) == ("ring", "statistics.kurtosis")]
    assert float(row["pyradiomics"]) == pytest.approx(float(row["ours"]) + 3)
    assert "excess kurtosis" in row["note"]


def test_the_command_writes_pyradiomics_values_and_those_of_its_filtered_images(files):
    table = run(files, "--engine", "pyradiomics", "--region", "lesion", "--image-type", "LoG:2")
    shared = [row for row in table if row["feature"]]
    filtered = [row for row in table if not row["feature"]]
    assert len(shared) == 148
    assert {row["pyradiomics_name"].split("_")[0] for row in filtered} == {"log-sigma-2-0-mm-3D"}
    assert all(np.isfinite(float(row["value"])) for row in table)


def test_the_command_measures_after_filters_by_pyradiomics_names(files):
    asked = ("--filters", "wavelet_coif1_lhl,log_sigma_2mm", "--region", "lesion")
    table = run(files, "--engine", "pyradiomics", *asked)
    names = {(row["filter"], row["pyradiomics_name"].split("_")[0]) for row in table}
    assert names == {
        ("", "original"),
        ("wavelet_coif1_lhl", "wavelet-LHL"),
        ("log_sigma_2mm", "log-sigma-2-0-mm-3D"),
    }
    assert len(table) == 148 + 2 * 134
    compared = run(files, "--engine", "compare", *asked)
    theirs = {(row["filter"], row["feature"]): row["pyradiomics"] for row in compared}
    same = [row for row in table if row["filter"] != "log_sigma_2mm"]
    assert all(row["value"] == theirs[row["filter"], row["feature"]] for row in same)
    (scaled,) = [r for r in table if (r["filter"], r["feature"]) == ("log_sigma_2mm", "statistics.maximum")]
    # On the grid of 1 mm.
    assert float(scaled["value"]) == pytest.approx(4 * float(theirs["log_sigma_2mm", "statistics.maximum"]))
