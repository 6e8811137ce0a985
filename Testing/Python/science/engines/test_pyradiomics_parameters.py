"""PyRadiomics' parameter files: what is read, and a line for each thing that is otherwise.

Tests of: pyradiomics_parameters, pyradiomics_images.
"""

import json
import math
import sys
from pathlib import Path

import pytest

from radioimmuno.engines.pyradiomics_parameters import Parameters, is_parameter_file, read_parameters
from radioimmuno.features.catalog import BY_KEY
from radioimmuno.filters.presets import named
from radioimmuno.filters.response_settings import responses_of
from radioimmuno.findings import SettingsError
from radioimmuno.settings import PRESETS, ExtractionSettings, Settings
from radioimmuno.signature.filtered_names import filtered_variable

REFERENCE = json.loads(
    (Path(__file__).parents[3] / "Oracles" / "references" / "pyradiomics_filtered.json").read_text()
)["header"]

# As PyRadiomics' documentation suggests for CT.
CT = """
# a comment
imageType:
  Original: {}
  LoG:
    sigma: [1.0, 2.5, 5]  # mm
  Wavelet:
featureClass:
  shape:
    - 'Sphericity'
    - 'Maximum2DDiameterRow'
  firstorder:
  glcm: [Contrast, MCC]
setting:
  interpolator: 'sitkBSpline'
  resampledPixelSpacing: [1, 1, 1]
  padDistance: 10
  binWidth: 25
  resegmentRange: [-1000, 400]
  voxelArrayShift: 1000
  label: 1
"""


def read(setting=None, image_types=None, classes=None) -> Parameters:
    sections = {"setting": setting or {}, "imageType": image_types or {}, "featureClass": classes or {}}
    return read_parameters(json.dumps(sections))


def lines(found: Parameters, word: str) -> list[str]:
    return [line for line in found.differs if word in line]


def test_a_file_for_ct_in_yaml():
    pytest.importorskip("yaml")
    found = read_parameters(CT)
    expected = ExtractionSettings(1.0, "cubic", False, (-1000.0, 400.0), bin_width_hu=25.0)
    assert found.settings == Settings(expected, filters=responses_of(found.filters))
    assert found.features_of_image == found.features
    assert found.original
    bands = list(named("wavelet_coif1"))
    assert found.filters[:3] == ("log_sigma_1mm", "log_sigma_2_5mm", "log_sigma_5mm")
    assert sorted(found.filters[3:]) == sorted(bands)
    assert found.features[0] == "morphology.sphericity"
    assert found.features[-1] == "glcm.contrast"
    assert {"statistics.mean", "histogram.entropy"} < set(found.features)
    assert lines(found, "level 1 begins at -1000 here, PyRadiomics re-bases it to the lesion's minimum")
    assert lines(found, "binWidth 25 on filtered images")
    for word in ("padDistance 10:", "grid is centred", "voxelArrayShift 1000: not read", "periodically"):
        assert len(lines(found, word)) == 1, word
    for name in ("shape.Maximum2DDiameterRow", "firstorder.TotalEnergy", "glcm.MCC"):
        assert f"{name}: not here." in found.differs
    assert not lines(found, "label")


def test_what_the_oracle_measured_with_gives_its_filters():
    found = read(REFERENCE["settings"], REFERENCE["image_types"])
    images = [filtered_variable(f"{name}_firstorder_Mean") for name in REFERENCE["images"].split()]
    filters = {one.variable.split(".")[1] for one in images if one.variable}
    assert set(found.filters) == filters
    assert len(found.filters) == len(filters)
    assert not found.original
    plain = ExtractionSettings(None, "linear", False, None, bin_width_hu=None, bin_count=32)
    assert found.settings == Settings(plain, filters=responses_of(found.filters))
    for kind in ("Square", "SquareRoot", "Logarithm", "Exponential", "Gradient"):
        assert f"imageType {kind}: none of IBSI 2's filters, left out." in found.differs
    assert lines(found, "repeats the kernels of the first level")
    assert not lines(found, "binWidth")
    assert not lines(found, "padDistance")


def test_without_sections_it_is_pyradiomics_default():
    found = read_parameters('{"setting": null}')
    assert found.settings.extraction == ExtractionSettings(None, "linear", False, None, bin_width_hu=25.0)
    assert (found.original, found.filters) == (True, ())
    families = {BY_KEY[key].family.key for key in found.features}
    assert families == {
        *("morphology", "statistics", "histogram", "glcm", "glrlm", "glszm", "ngtdm", "ngldm"),
    }
    assert lines(found, "bins begin at the lesion's minimum here")


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ({"resegmentRange": [-50]}, {"range_hu": (-50.0, math.inf)}),
        ({"resegmentRange": [400, -50]}, {"range_hu": (-50.0, 400.0)}),
        ({"resegmentRange": [-3, 3], "resegmentMode": "sigma"}, {"outlier_sigma": 3.0}),
        ({"binCount": 64}, {"bin_count": 64, "bin_width_hu": None}),
        ({"binCount": 64, "binWidth": 5}, {"bin_count": 64, "bin_width_hu": None}),
        ({"resampledPixelSpacing": [2, 2, 2], "interpolator": 2}, {"spacing_mm": 2.0}),
        ({"resampledPixelSpacing": [2, 2, 2]}, {"spacing_mm": 2.0, "interpolation": "cubic"}),
        ({"resampledPixelSpacing": [2, 2, 2], "interpolator": None}, {}),
        ({"resampledPixelSpacing": [0, 0, 0]}, {}),
    ],
)
def test_settings_that_mean_something_here(setting, expected):
    usual = {"spacing_mm": None, "round_intensities": False, "range_hu": None, "bin_width_hu": 25.0}
    assert read(setting).settings.extraction == ExtractionSettings(**{**usual, **expected})


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"resampledPixelSpacing": [1, 1, 0]}, "resampledPixelSpacing 1 x 1 x 0: not read"),
        (
            {"resampledPixelSpacing": [1, 1, 1], "interpolator": "sitkGaussian"},
            "interpolator sitkGaussian: not",
        ),
        ({"resegmentRange": [0.4], "resegmentMode": "relative"}, "resegmentMode relative: not read"),
        ({"resegmentRange": [-2, 3], "resegmentMode": "sigma"}, "resegmentMode sigma: not read"),
        ({"resegmentRange": [10, 60], "binWidth": 25}, "Edges are elsewhere, too."),
        ({"normalize": True, "normalizeScale": 100}, "normalize true: not read"),
        ({"force2D": True}, "force2D true: not read; features and filters are in three dimensions."),
        ({"distances": [1, 2]}, "distances [1, 2]: not read"),
        ({"weightingNorm": "euclidean"}, 'weightingNorm "euclidean": not read'),
        ({"symmetricalGLCM": False}, "symmetricalGLCM false"),
        ({"force2DDimension": 0}, "force2DDimension: not known here"),
        ({"minimumROISize": 50}, "minimumROISize 50"),
    ],
)
def test_what_is_otherwise_is_said(setting, told):
    assert len(lines(read(setting), told)) == 1
    # It is said because of this setting.
    assert not lines(read(), told)


def test_values_that_are_the_same_here_need_no_line():
    plain = {"normalize": False, "distances": [1], "symmetricalGLCM": True, "gldm_a": 0, "binCount": 32}
    found = read({**plain, "additionalInfo": False, "label": 2}, classes={"glcm": None})
    assert found.differs == ("glcm.MCC: not here.",)


def test_levels_of_responses_are_as_many_as_those_of_the_image_or_32():
    log = {"LoG": {"sigma": [3]}}
    counts = [
        read(setting, log).settings.response("log_sigma_3mm").bin_count for setting in ({"binCount": 64}, {})
    ]
    assert counts == [64, 32]
    assert lines(read({}, log), "levels of a response are 32 bins over its range in the region here")
    assert not lines(read({"binCount": 64}, log), "on filtered images")


def test_of_filtered_images_alone_shape_is_still_that_of_the_lesion():
    found = read({}, {"LoG": {"sigma": [3]}}, {"shape": ["Sphericity"], "glcm": ["Contrast"]})
    assert found.features == ("morphology.sphericity", "glcm.contrast")
    assert found.features_of_image == ("morphology.sphericity",)


def test_merged_matrices_are_features_of_their_own():
    found = read({"weightingNorm": "no_weighting"}, classes={"glcm": ["Contrast"], "ngtdm": ["Busyness"]})
    assert found.features == ("glcm_merged.contrast", "ngtdm.busyness")


def test_options_of_filters_may_stand_in_the_settings():
    found = read({"sigma": [2], "wavelet": "db1", "start_level": 1}, {"LoG": {}, "Wavelet": None})
    assert found.filters[0] == "log_sigma_2mm"
    assert set(found.filters[1:]) == {f"{band}_level_2" for band in named("wavelet_haar")}
    own = read({}, {"LoG": {"sigma": [2], "binWidth": 5}})
    assert lines(own, "imageType LoG: binWidth not read")


@pytest.mark.parametrize(
    ("image_types", "told"),
    [
        ({"LoG": {}}, "without sigma there is no image"),
        ({"Wavelet": {"wavelet": "sym4"}}, "Wavelet: no sym4 here, left out; there are haar"),
        ({"LBP3D": {}}, "imageType LBP3D: none of IBSI 2's filters"),
    ],
)
def test_an_image_that_is_not_here_is_left_out(image_types, told):
    found = read({}, image_types)
    assert found.filters == ()
    assert not found.original
    assert lines(found, told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"setting": {"binWidth": 0}}', "setting.binWidth must be a number above 0"),
        ('{"setting": {"binCount": 1}}', "bin_count must be a whole number from 2"),
        ('{"setting": {"resampledPixelSpacing": [1, 1]}}', "setting.resampledPixelSpacing must be three"),
        ('{"setting": {"resegmentRange": ["a"]}}', "setting.resegmentRange must be"),
        ('{"setting": {"resegmentRange": [3, 3]}}', "range_hu must be two numbers, the lower first"),
        ('{"setting": []}', "setting must hold names with a value each"),
        ('{"imageType": {"LoG": {"sigma": [0]}}}', "imageType.LoG.sigma must be"),
        ('{"imageType": {"LoG": {"sigma": [1e300]}}}', "numbers above 0 and up to 1000 (mm)"),
        ('{"imageType": {"Wavelet": {"level": 0}}}', "imageType.Wavelet.level must be"),
        ('{"imageType": {"LoG": 3}}', "imageType.LoG must hold names"),
        ('{"featureClass": {"glcm": "Contrast"}}', "featureClass.glcm must be a list of names"),
        ('{"extraction": {}}', "no parameter file of PyRadiomics"),
        ("[]", "no parameter file of PyRadiomics"),
        ('{"setting": {}, "imagetype": {}}', "imagetype is no section of PyRadiomics' parameters; these are"),
        ('{"setting": {"binWidth": 5, "binWidth": 25}}', "binWidth stands twice in the same place"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(text, told):
    with pytest.raises(SettingsError) as refused:
        read_parameters(text)
    assert refused.value.code == "settings.invalid"
    assert told in str(refused.value)


@pytest.mark.parametrize("text", ["setting: [1", "a: b: c", "!!python/object/apply:os.system [ls]", "\x00"])
def test_what_is_no_yaml_is_refused(text):
    pytest.importorskip("yaml")
    with pytest.raises(SettingsError, match="neither JSON nor YAML"):
        read_parameters(text)


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("setting:\n  binWidth: 5\n  binWidth: 25\n", "binWidth"),
        ("imageType:\n  LoG: {sigma: [1]}\n  LoG: {sigma: [2]}\n", "LoG"),
        ("a: [{b: 1, b: 2}]", "b"),
        # An alias may hold itself.
        ("a: &all [*all, {b: 1, b: 2}]", "b"),
    ],
)
def test_a_name_that_comes_twice_in_yaml_is_refused(text, twice):
    pytest.importorskip("yaml")
    with pytest.raises(SettingsError, match=f"^{twice} stands twice in the same place"):
        read_parameters(text)


def test_without_the_library_yaml_is_refused_and_json_is_read(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(SettingsError, match="pip install pyyaml") as refused:
        read_parameters("setting:\n  binWidth: 25\n")
    assert refused.value.code == "settings.invalid"
    assert read({"binWidth": 5}).settings.extraction.bin_width_hu == 5


def test_our_own_settings_are_told_from_parameters():
    assert not any(is_parameter_file(settings.to_dict()) for settings in PRESETS.values())
    assert not is_parameter_file({})
    assert is_parameter_file({"imageType": {}, "setting": {}})
