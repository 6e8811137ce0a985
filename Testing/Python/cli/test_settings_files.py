"""`--settings` and `--filters`: PyRadiomics' parameter files, filters beside them, and what cannot be."""

from __future__ import annotations

import csv
import json
import sys

import pytest
import SimpleITK as sitk
from small_patient import ct_values, label_map, write_volume

from radioimmuno.extraction.extract import extract
from radioimmuno.geometry.image import from_sitk
from radioimmuno.lesion import from_labels
from radioimmuno.settings import Settings
from radioimmuno.signature.signature import read_signature
from radioimmuno_cli.main import main

# As PyRadiomics' users write it; --- begins a YAML document.
PARAMETERS = """\
---
# CT of the chest
imageType:
  Original: {}
  LoG:
    sigma: [1.5]
  Wavelet:
    wavelet: haar
  Exponential: {}

featureClass:
  shape: [Sphericity, Maximum2DDiameterSlice]
  firstorder: [Skewness, Kurtosis]
  glcm:
    - 'Contrast'

setting:
  resampledPixelSpacing: [2, 2, 2]   # mm
  interpolator: sitkLinear
  resegmentRange: [-1000, 400]
  binWidth: 25
  label: 1
"""
OTHERWISE = (
    "level 1 begins at -1000 here, PyRadiomics re-bases it to the lesion's minimum",
    "binWidth 25 on filtered images: levels of a response are 32 bins",
    "imageType Exponential: none of IBSI 2's filters, left out.",
    "shape.Maximum2DDiameterSlice: not here.",
    "firstorder.Kurtosis is excess kurtosis here (IBSI), 3 less.",
)
# The same in our words.
OURS = {
    "extraction": {
        "spacing_mm": 2,
        "round_intensities": False,
        "range_hu": [-1000, 400],
        "bin_width_hu": 25,
    },
    "filters": ["log_sigma_1_5mm", "wavelet_haar"],
}
BANDS = [f"wavelet_haar_{a}{b}{c}" for a in "lh" for b in "lh" for c in "lh"]
OF_RESPONSES = ["statistics.skewness", "statistics.kurtosis", "glcm.contrast"]


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream, strict=True))


@pytest.fixture(scope="module")
def parameters(tmp_path_factory):
    pytest.importorskip("yaml")
    path = tmp_path_factory.mktemp("parameters") / "ct.yaml"
    path.write_text(PARAMETERS)
    return path


def test_a_parameter_file_says_settings_filters_and_features(radioimmuno, files, parameters, tmp_path):
    out = tmp_path / "f.csv"
    asked = ("--settings", parameters, "--region", "lesion", "--wide", "lesion", "--out", out)
    done = radioimmuno("features", files.ct, files.labels, *asked)
    assert done.returncode == 0, done.stderr
    lines = [line.strip() for line in done.stdout.splitlines()]
    for words in OTHERWISE:
        assert len([line for line in lines if words in line]) == 1, words
    names = ["lesion." + key for key in ("morphology.sphericity", *OF_RESPONSES)]
    names += [f"lesion.{name}.{key}" for name in ("log_sigma_1_5mm", *BANDS) for key in OF_RESPONSES]
    rows = rows_of(out)
    assert [column for column in rows[0] if column.startswith("lesion.")] == names
    image = from_sitk(sitk.ReadImage(str(files.ct)))
    lesions = from_labels(from_sitk(sitk.ReadImage(str(files.labels))))
    own = extract(image, lesions, Settings.from_dict(OURS), names)
    for row, measured in zip(rows, own, strict=True):
        assert {name: float(row[name]) for name in names} == measured.values
    record = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert record["settings"] == Settings.from_dict(OURS).to_dict()
    about = record["settings_from"]
    assert (about["name"], about["kind"]) == ("ct.yaml", "parameters of PyRadiomics")
    assert [line for line in about["differs"] if line in lines] == about["differs"]


def test_filters_come_to_those_of_a_file_and_a_file_s_own_definition_stays(radioimmuno, files, tmp_path):
    how = tmp_path / "how.json"
    own = {"smooth": {"kind": "mean", "support": 3}, "log_sigma_1mm": {"bin_count": 8}}
    how.write_text(json.dumps({"filters": own}))
    asked = ("--settings", how, "--filters", "smooth,log_sigma_1mm", "--filters", "wavelet_haar_lll")
    out = ("--roi", "1", "--region", "lesion", "--out", tmp_path / "f.csv")
    done = radioimmuno("features", files.ct, files.labels, *asked, *out)
    assert done.returncode == 0, done.stderr
    filters = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["settings"]["filters"]
    assert list(filters) == ["smooth", "log_sigma_1mm", "wavelet_haar_lll"]
    assert [one["bin_count"] for one in filters.values()] == [32, 8, 32]


def test_after_filters_each_image_is_measured(radioimmuno, files, tmp_path):
    """The PET on its own grid of 3 mm, which a large filter does not fit: that is said with its name."""
    pet = write_volume(tmp_path / "pet.nrrd", (label_map() * 2.0 + 1).astype("float32"))
    parameters = tmp_path / "p.json"
    log = {"sigma": [3]}
    classes = {"firstorder": ["Mean"]}
    parameters.write_text(
        json.dumps({"setting": {"binCount": 16}, "imageType": {"LoG": log}, "featureClass": classes})
    )
    asked = ("--settings", parameters, "--filters", "wavelet_coif1_lll,log_sigma_20mm")
    out = ("--pet", pet, "--region", "lesion", "--wide", "lesion", "--out", tmp_path / "f.csv")
    spacing = tmp_path / "iso.nrrd"
    image = sitk.ReadImage(str(files.ct))
    image.SetSpacing((2.0, 2.0, 2.0))
    labels, other = sitk.ReadImage(str(files.labels)), sitk.ReadImage(str(pet))
    for one, path in ((image, spacing), (labels, tmp_path / "l.nrrd"), (other, pet)):
        one.SetSpacing((2.0, 2.0, 2.0))
        sitk.WriteImage(one, str(path))
    done = radioimmuno("features", spacing, tmp_path / "l.nrrd", *asked, *out)
    assert done.returncode == 0, done.stderr
    row = rows_of(tmp_path / "f.csv")[0]
    own = [f"lesion.{name}.statistics.mean" for name in ("log_sigma_3mm", "wavelet_coif1_lll")]
    # Of the image itself the file asks for nothing.
    assert [name for name in row if row[name] and "lesion." in name] == [*own, *(f"pet.{x}" for x in own)]
    assert row["status"] == "warning"
    assert "After log_sigma_20mm nothing is measured" in row["reasons"]
    settings = json.loads((tmp_path / "f.json").read_text())["settings"]
    assert settings["images"]["pet"]["filters"]["log_sigma_3mm"]["bin_count"] == 16
    assert settings["images"]["pet"]["extraction"]["spacing_mm"] == 3


@pytest.mark.parametrize("command", ["check", "ring", "maps"])
def test_each_command_says_what_is_otherwise(radioimmuno, files, parameters, tmp_path, command):
    out = {"check": (), "ring": ("--out", tmp_path / "r.nrrd"), "maps": ("--out", tmp_path / "maps")}[command]
    asked = (command, files.ct, files.labels, "--settings", parameters, *out)
    assert OTHERWISE[0] in radioimmuno(*asked).stdout
    document = json.loads(radioimmuno(*asked, "--json").stdout)
    assert any(OTHERWISE[0] in line for line in document["settings_from"]["differs"])


def test_a_cohort_is_measured_as_a_parameter_file_says(radioimmuno, files, tmp_path):
    """Also a patient whose image is too small for one of the filters."""
    pytest.importorskip("distributed")
    for name, part in (("whole", slice(None)), ("small", slice(4, 36))):
        for file, values in (("ct", ct_values()), ("mask", label_map())):
            write_volume(tmp_path / f"{name}_{file}.nrrd", values[:, part, part])
    lines = [f"{name},{name}_ct.nrrd,{name}_mask.nrrd" for name in ("whole", "small")]
    (tmp_path / "m.csv").write_text("\n".join(["patient,ct,lesions", *lines]) + "\n")
    sections = {"imageType": {"LoG": {"sigma": [1]}}, "featureClass": {"glcm": ["Contrast"]}}
    grid = {"setting": {"resampledPixelSpacing": [2, 2, 2]}}
    (tmp_path / "p.json").write_text(json.dumps(grid | sections))
    asked = ("--settings", "p.json", "--filters", "log_sigma_10mm", "--workers", 1)
    done = radioimmuno("cohort", "m.csv", *asked, "--out", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert OTHERWISE[1] in done.stdout
    rows = rows_of(tmp_path / "out" / "lesions.csv")
    regions, names = ("lesion", "ring"), ("log_sigma_1mm", "log_sigma_10mm")
    after = [f"{region}.{name}.glcm.contrast" for name in names for region in regions]
    assert [column for column in rows[0] if column.startswith(("lesion.", "ring."))] == after
    assert all(row[after[0]] for row in rows if row["status"] != "refused")
    assert {row["patient"] for row in rows if row[after[-1]]} == {"whole"}
    (first,) = [row for row in rows if row["patient"] == "small" and row["lesion_id"] == "1"]
    assert "filter.too_large" in first["codes"].split()
    record = json.loads((tmp_path / "out" / "cohort.json").read_text())
    assert record["settings_from"]["name"] == "p.json"
    assert record["settings"]["filters"]["log_sigma_10mm"]["sigma_mm"] == 10


def test_without_resampling_a_patient_with_voxels_of_two_sizes_costs_no_other(radioimmuno, files, tmp_path):
    pytest.importorskip("distributed")
    for name, file in (("ct", files.ct), ("mask", files.labels)):
        image = sitk.ReadImage(str(file))
        image.SetSpacing((1.0, 1.0, 1.0))
        sitk.WriteImage(image, str(tmp_path / f"{name}.nrrd"))
    lines = ["patient,ct,lesions", "even,ct.nrrd,mask.nrrd", f"uneven,{files.ct},{files.labels}"]
    (tmp_path / "m.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "as_is.json").write_text('{"extraction": {"spacing_mm": null}}')
    asked = ("--settings", "as_is.json", "--filters", "log_sigma_1mm", "--features", "standard")
    done = radioimmuno("cohort", "m.csv", *asked, "--workers", 1, "--out", "out", cwd=tmp_path)
    assert done.returncode == 8
    (failed,) = rows_of(tmp_path / "out" / "failed.csv")
    assert (failed["patient"], failed["code"]) == ("uneven", "filter.anisotropic")
    assert "these have 2 x 1 x 1 mm. Resample to an isotropic spacing." in failed["text"]
    assert {row["patient"] for row in rows_of(tmp_path / "out" / "lesions.csv")} == {"even"}
    alone = ("features", files.ct, files.labels, "--settings", tmp_path / "as_is.json")
    refused = radioimmuno(*alone, "--filters", "log_sigma_1mm", "--out", tmp_path / "f.csv")
    assert refused.returncode == 1
    assert refused.stderr.endswith("Resample to an isotropic spacing. [filter.anisotropic]\n")


@pytest.mark.parametrize("command", ["features", "cohort"])
@pytest.mark.parametrize(
    ("filters", "words", "code"),
    [
        ("sobel", "There is no filter 'sobel'. Names are log_sigma_3mm", "filter.unknown"),
        ("LOG_SIGMA_3MM", "There is no filter 'LOG_SIGMA_3MM'. Like it: log_sigma_3mm.", "filter.unknown"),
        ("log-sigma-3-0-mm-3D", "Like it: log_sigma_3mm.", "filter.unknown"),
        ("log_sigma_3mm,", "filters: a name is empty.", "filter.unknown"),
        (" ", "filters: a name is empty.", "filter.unknown"),
        ("log_sigma_3mm,log_sigma_3mm", "log_sigma_3mm comes twice", "filter.duplicate"),
        ("wavelet_coif1,wavelet_coif1_lhl", "wavelet_coif1_lhl comes twice", "filter.duplicate"),
        ("log_sigma_0mm", "sigma_mm must be a number above 0", "settings.invalid"),
    ],
)
def test_filters_that_cannot_be_are_refused_before_reading(
    files, tmp_path, capsys, command, filters, words, code
):
    (tmp_path / "m.csv").write_text(f"patient,ct,lesions\np,{files.ct},{files.labels}\n")
    inputs = {"features": (files.ct, files.labels), "cohort": (tmp_path / "m.csv",)}[command]
    out = tmp_path / ("f.csv" if command == "features" else "out")
    assert main([command, *map(str, inputs), "--filters", filters, "--out", str(out)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert line.endswith(f"[{code}]")
    assert not out.exists()


def test_a_filter_after_which_nothing_is_measured_is_refused(files, tmp_path, capsys):
    (tmp_path / "m.csv").write_text(f"patient,ct,lesions\np,{files.ct},{files.labels}\n")
    (tmp_path / "few.txt").write_text("lesion.glcm.contrast\nring.log_sigma_1mm.glcm.contrast\n")
    asked = ["--features", str(tmp_path / "few.txt"), "--filters", "log_sigma_1mm,log_sigma_2mm"]
    assert main(["cohort", str(tmp_path / "m.csv"), *asked, "--out", str(tmp_path / "out")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "--filters log_sigma_2mm: of what" in line
    assert "nothing is measured after it" in line
    assert not (tmp_path / "out").exists()
    (tmp_path / "shape.json").write_text('{"featureClass": {"shape": []}}')
    asked = ["--settings", str(tmp_path / "shape.json"), "--filters", "log_sigma_1mm"]
    inputs = [str(files.ct), str(files.labels)]
    assert main(["features", *inputs, *asked, "--out", str(tmp_path / "f.csv")]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "Shape and local intensity never are" in line
    assert not (tmp_path / "f.csv").exists()


@pytest.mark.parametrize(
    ("name", "text", "words", "code"),
    [
        ("s.json", '{"spacing": 1}', "These are neither settings (they have extraction,", "settings.invalid"),
        ("s.json", "[]", "nor parameters of PyRadiomics (they have setting,", "settings.invalid"),
        ("s.yml", "spacing: 1", "These are neither settings", "settings.invalid"),
        ("s.txt", "1 mm", "These are neither settings", "settings.invalid"),
        ("s.yaml", "setting: [1", "The file is neither JSON nor YAML", "settings.invalid"),
        ("s.yaml", "setting: {binWidth: 5, binWidth: 25}", "binWidth stands twice", "settings.invalid"),
        ("s.json", '{"ring": {}, "ring": {}}', "ring stands twice in the same place", "settings.invalid"),
        ("s.json", '{"setting": {"binWidth": -1}}', "setting.binWidth must be", "settings.invalid"),
        ("s.json", '{"setting": {}, "imagetype": {}}', "imagetype is no section of", "settings.invalid"),
        ("s.json", '{"featureClass": {"own": []}}', "asks for no feature that there is", "settings.invalid"),
        ("s.json", '{"filters": ["log_sigma_1mm", "log_sigma_1mm"]}', "comes twice", "filter.duplicate"),
        ("s.json", '{"filters": ["Wavelet_Haar"]}', "Like it: wavelet_haar.", "filter.unknown"),
        (
            "s.json",
            '{"images": {"pet": {"filters": ["log_0"]}}}',
            "images.pet: filters.",
            "filter.unknown",
        ),
    ],
)
def test_a_settings_file_that_cannot_be_is_refused_in_a_line(
    files, tmp_path, capsys, name, text, words, code
):
    if not name.endswith(".json"):
        pytest.importorskip("yaml")
    (tmp_path / name).write_text(text)
    asked = ["--settings", str(tmp_path / name), "--out", str(tmp_path / "f.csv")]
    assert main(["features", str(files.ct), str(files.labels), *asked]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert line.endswith(f"[{code}]")
    assert not (tmp_path / "f.csv").exists()


def test_without_the_library_a_yaml_file_says_what_to_install(files, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    (tmp_path / "ct.yaml").write_text(PARAMETERS)
    asked = ["--settings", str(tmp_path / "ct.yaml"), "--out", str(tmp_path / "f.csv")]
    assert main(["features", str(files.ct), str(files.labels), *asked]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install pyyaml" in line
    assert "Written as JSON the same parameters need no library" in line


def test_a_signature_of_a_publication_has_its_filters_and_what_a_parameter_file_says(
    radioimmuno, parameters, tmp_path
):
    terms = "variable,coefficient\nring_wavelet-LHL_glcm_Contrast,1\nlog-sigma-1-5-mm-3D_firstorder_Mean,1\n"
    (tmp_path / "terms.csv").write_text(terms)
    asked = ("signature", "new", tmp_path / "terms.csv", "--predicts", "x", "--settings", parameters)
    refused = radioimmuno(*asked, "--out", tmp_path / "s.json")
    assert refused.returncode == 1
    assert "is another value here, as lesion.log_sigma_1_5mm.statistics.mean: PyRadiomics'" in refused.stderr
    mean = "lesion.log_sigma_1_5mm.statistics.mean"
    terms = terms.replace("log-sigma-1-5-mm-3D_firstorder_Mean", mean)
    (tmp_path / "terms.csv").write_text(terms)
    done = radioimmuno(*asked, "--out", tmp_path / "s.json")
    assert done.returncode == 0, done.stderr
    assert "provided that the wavelet is coif1, which the name does not say" in done.stdout
    assert OTHERWISE[0] in done.stdout
    made = read_signature(tmp_path / "s.json")
    assert made.variables == (
        "ring.wavelet_coif1_lhl.glcm.contrast",
        "lesion.log_sigma_1_5mm.statistics.mean",
    )
    # Those of its terms, and of no others.
    assert list(made.settings.filters) == ["wavelet_coif1_lhl", "log_sigma_1_5mm"]
    assert made.settings.extraction.spacing_mm == 2
    assert made.training["settings_from"]["name"] == "ct.yaml"


def test_a_signature_after_a_filter_that_does_not_fit_scores_no_lesion_and_says_so(
    radioimmuno, files, tmp_path
):
    content = json.loads(files.signature.read_text())
    assert content["terms"][0]["variable"] == "lesion.statistics.maximum"
    content["terms"][0]["variable"] = "lesion.log_sigma_20mm.statistics.maximum"
    (tmp_path / "s.json").write_text(json.dumps(content))
    asked = ("--kvp", 120, "--signature", tmp_path / "s.json", "--out", tmp_path / "out")
    done = radioimmuno("score", files.ct, files.labels, *asked)
    assert done.returncode == 8, done.stderr
    for row in rows_of(tmp_path / "out" / "scores.csv"):
        assert row["score"] == ""
        assert "After log_sigma_20mm nothing is measured: The filter needs an image of at least 80" in str(
            row
        )
    # On voxels of two sizes it acts on no lesion at all.
    content["settings"]["extraction"]["spacing_mm"] = None
    (tmp_path / "s.json").write_text(json.dumps(content))
    done = radioimmuno("score", files.ct, files.labels, *asked, "--force")
    assert done.returncode == 1
    assert "log_sigma_20mm: A filter in three dimensions needs voxels of one size" in done.stderr
    assert done.stderr.endswith("[filter.anisotropic]\n")
