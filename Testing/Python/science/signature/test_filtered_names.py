"""PyRadiomics' names of features on filtered images: what they are here, against its own output."""

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.extraction.preprocessing import make_region
from radioimmuno.features.catalog import split
from radioimmuno.features.compute import compute_features
from radioimmuno.filters.presets import named
from radioimmuno.geometry.image import from_sitk
from radioimmuno.settings import ExtractionSettings
from radioimmuno.signature.filtered_names import (
    LEVELS,
    RECURSIVE,
    SCALED,
    SECOND_LEVEL,
    FilteredName,
    assumed,
    filtered_variable,
    notes_of_columns,
)

REFERENCE = json.loads(
    (Path(__file__).parents[3] / "Oracles" / "references" / "pyradiomics_filtered.json").read_text()
)
IMAGES = REFERENCE["header"]["images"].split()
VALUES = REFERENCE["values"]
FEATURES = list(VALUES["wavelet-LHL"])
SETTINGS = ExtractionSettings(
    spacing_mm=None, round_intensities=False, range_hu=None, bin_width_hu=None, bin_count=32
)
MM = (1.0, 1.0, 1.0)


@pytest.fixture(scope="module")
def lesion(data):
    """The lesion's image and mask, voxels as they are stored."""
    folder = data / "sts" / REFERENCE["header"]["case"]
    image, mask = (from_sitk(sitk.ReadImage(str(folder / f"{name}.nii.gz"))) for name in ("ct", "mask"))
    return image.values, mask.values > 0


def measured(lesion, variables):
    """The values of variables of one filter."""
    image, mask = lesion
    filters, keys = zip(*(variable.split(".", 2)[1:] for variable in variables), strict=True)
    (name,) = set(filters)
    window = tuple(slice(int(at.min()), int(at.max()) + 1) for at in np.nonzero(mask))
    response = named(name)[name].response(image, MM, window)
    values = compute_features(make_region(response, mask[window], MM, SETTINGS), keys)
    return {variable: values[key] for variable, key in zip(variables, keys, strict=True)}


def names_of(image: str) -> dict[str, FilteredName]:
    """By PyRadiomics' feature what it is here; those that the catalog has."""
    found = {feature: filtered_variable(f"{image}_{feature}") for feature in FEATURES}
    return {feature: one for feature, one in found.items() if one.variable}


@pytest.mark.parametrize("image", ["wavelet-LHL", "wavelet-HHL"])
def test_on_the_first_level_of_a_wavelet_values_are_the_same(image, lesion):
    names = names_of(image)
    # Of 93; there is no total energy here, nor a maximal correlation coefficient.
    assert len(names) == 91
    assert all(one.is_same for one in names.values())
    ours = measured(lesion, [one.variable for one in names.values()])
    for feature, one in names.items():
        expected = VALUES[image][feature] + one.shift
        assert ours[one.variable] == pytest.approx(expected, rel=1e-6, abs=1e-9), feature


def test_of_the_second_level_values_differ(lesion):
    one = filtered_variable("wavelet2-LHL_firstorder_Variance")
    assert (one.variable, one.differs) == (
        "lesion.wavelet_coif1_lhl_level_2.statistics.variance",
        (SECOND_LEVEL,),
    )
    assert not one.is_same
    (ours,) = measured(lesion, [one.variable]).values()
    assert abs(ours / VALUES["wavelet2-LHL"]["firstorder_Variance"] - 1) > 0.1


def test_a_laplacian_is_scaled_and_about_the_same(lesion):
    names = names_of("log-sigma-3-0-mm-3D")
    assert not any(one.is_same for one in names.values())
    scaled = {feature for feature, one in names.items() if SCALED in one.differs}
    assert {"firstorder_Mean", "firstorder_Energy"} < scaled
    assert not {"firstorder_Skewness", "firstorder_Kurtosis", "glcm_Contrast"} & scaled
    assert all(RECURSIVE in one.differs for one in names.values())
    spread = names["firstorder_InterquartileRange"]
    (ours,) = measured(lesion, [spread.variable]).values()
    # An SD of 3 voxels.
    assert VALUES["log-sigma-3-0-mm-3D"]["firstorder_InterquartileRange"] / ours == pytest.approx(9, rel=0.02)


def test_each_image_of_pyradiomics_has_a_filter_or_a_reason():
    found = {image: filtered_variable(f"{image}_firstorder_Mean") for image in IMAGES}
    assert None not in found.values()
    assert found["log-sigma-1-5-mm-3D"].variable == "lesion.log_sigma_1_5mm.statistics.mean"
    assert found["log-sigma-5-mm-3D"].variable == "lesion.log_sigma_5mm.statistics.mean"
    known = {image for image, one in found.items() if one.variable}
    assert {image for image in IMAGES if image.startswith(("log", "wavelet"))} - known == {"logarithm"}
    for image in known:
        region, name, key = found[image].variable.split(".", 2)
        assert list(named(name)) == [name]
        assert split(f"{region}.{key}")[1].key == key
    assert "gradient is none of IBSI 2's" in found["gradient"].differs[0]


@pytest.mark.parametrize(
    ("column", "variable"),
    [
        ("peritumoral_wavelet-HHH_glszm_ZonePercentage", "ring.wavelet_coif1_hhh.glszm.zone_percentage"),
        ("pet.ring_log-sigma-2-0-mm-3D_firstorder_Mean", "pet.ring.log_sigma_2mm.statistics.mean"),
        ("WAVELET-LLH_FIRSTORDER_MEAN", "lesion.wavelet_coif1_llh.statistics.mean"),
        ("wavelet-LHL_firstorder_Entropy", "lesion.wavelet_coif1_lhl.histogram.entropy"),
    ],
)
def test_regions_and_images_stand_in_front(column, variable):
    assert filtered_variable(column).variable == variable


@pytest.mark.parametrize(
    "column",
    ["original_firstorder_Mean", "wavelet-LHL", "wavelet-LH_firstorder_Mean", "log-sigma-mm-3D_glcm_Id", "x"],
)
def test_other_columns_are_none_of_these(column):
    assert filtered_variable(column) is None


def test_what_a_name_does_not_say_is_named():
    texture = filtered_variable("wavelet-LHL_glcm_Contrast", "db3")
    assert texture.variable == "lesion.wavelet_db3_lhl.glcm.contrast"
    assert LEVELS in texture.provided
    assert texture.provided[0] == "the wavelet is db3, which the name does not say"
    assert LEVELS not in filtered_variable("wavelet-LHL_firstorder_Mean").provided
    assert filtered_variable("wavelet-LHL_firstorder_Kurtosis").shift == -3.0


@pytest.mark.parametrize(
    ("column", "wavelet", "told"),
    [
        ("wavelet-LHL_firstorder_Mean", "sym4", "There is no wavelet sym4 here"),
        ("wavelet-LHL_glcm_Nothing", "coif1", "There is no feature glcm_Nothing here"),
        ("wavelet-LHL_shape_Elongation_2", "coif1", None),
    ],
)
def test_what_is_not_there_has_a_reason(column, wavelet, told):
    found = filtered_variable(column, wavelet)
    assert found is None if told is None else told in found.differs[0]
    assert found is None or not found.is_same


def test_what_is_assumed_of_a_name_is_a_sentence_s_end():
    assert assumed("wavelet-LHL_glcm_Contrast").endswith(LEVELS)
    assert assumed("ring_wavelet-LHL_firstorder_Mean").startswith("the wavelet is coif1")
    for column in ("log-sigma-3-0-mm-3D_glcm_Contrast", "original_glcm_Contrast", "square_glcm_Contrast"):
        assert assumed(column) == ""


def test_columns_are_told_once_for_each_reason():
    bands = [f"wavelet-{band}_glcm_Contrast" for band in ("LLH", "LHL", "HLL")]
    scales = [f"log-sigma-{mm}-0-mm-3D_firstorder_Mean" for mm in (2, 3)]
    others = ["original_glcm_Contrast", "wavelet_x", "age"]
    found = notes_of_columns([*bands, *others, *scales, "squareroot_firstorder_Mean"])
    taken, scaled, strange = found
    assert taken.startswith("3 columns of PyRadiomics on filtered images are taken for what is measured here")
    assert "(wavelet-LLH_glcm_Contrast for lesion.wavelet_coif1_llh.glcm.contrast, ...)" in taken
    assert f"provided that {assumed(bands[0])}. Where that is not so" in taken
    assert scaled.startswith(
        "2 columns of PyRadiomics on filtered images are no variable here (log-sigma-2-0"
    )
    assert scaled.endswith(f"{RECURSIVE} {SCALED}")
    assert strange.startswith("1 column of PyRadiomics on filtered images is no variable here (squareroot_")
    assert notes_of_columns(others) == ()
