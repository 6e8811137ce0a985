"""Images beside the CT, or instead of one, in `features` and `score`."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.signature.signature import Term, default_signature, write_signature
from radioimmuno_cli.main import main

SPACING, PET_SPACING = 2.0, 4.0


def ball(shape, spacing, centre, radius):
    points = np.moveaxis(np.indices(shape), 0, -1) * spacing
    return np.linalg.norm(points - np.array(centre), axis=-1) <= radius


def write(path, values, spacing):
    image = sitk.GetImageFromArray(values)
    image.SetSpacing((spacing,) * 3)
    sitk.WriteImage(image, str(path))
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two lesions and a muscle in a body in air: 40 and 60 HU, SUV 8, 4 and .5."""
    folder = tmp_path_factory.mktemp("patient")
    noise = np.random.default_rng(0)
    shape, coarse = (40, 50, 50), (20, 25, 25)
    places = {1: ((25, 30, 50), 13.0), 2: ((50, 70, 50), 11.0), 3: ((55, 25, 50), 9.0)}
    body = ball(shape, SPACING, (40, 50, 50), 48.0)
    ct = np.where(body, 20.0, -1000.0) + noise.normal(0, 10, shape)
    labels = np.zeros(shape, np.uint8)
    pet = np.where(ball(coarse, PET_SPACING, (40, 50, 50), 48.0), 1.0, 0.05) + noise.uniform(0, 0.1, coarse)
    for label, suv in ((1, 8.0), (2, 4.0), (3, 0.5)):
        labels[ball(shape, SPACING, *places[label])] = label
        centre, radius = places[label]
        pet[ball(coarse, PET_SPACING, centre, radius + 3)] = suv
    ct[labels == 1] += 20
    ct[labels == 2] += 40
    lesions, muscle = np.where(labels == 3, 0, labels), np.where(labels == 3, 1, 0)
    return {
        "ct": write(folder / "ct.nrrd", ct.astype(np.int16), SPACING),
        "lesions": write(folder / "lesions.nrrd", lesions.astype(np.uint8), SPACING),
        "muscle": write(folder / "muscle.nrrd", muscle.astype(np.uint8), SPACING),
        "pet": write(folder / "pet.nrrd", pet.astype(np.float32), PET_SPACING),
    }


def rows(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def run(*words):
    return main([*map(str, words), "--quiet"])


def signature_of(path, **scales):
    """The sum of variables over their scales."""
    terms = tuple(Term(name, 1.0, 0.0, scale) for name, scale in scales.items())
    nothing = dict.fromkeys(("cutoffs", "distribution", "extrapolation_limit", "patient_cutoffs"))
    used = replace(default_signature(), status="research", intercept=0.0, terms=terms, **nothing)
    write_signature(used, path)
    return path


def with_pet(folder):
    scales = {"lesion.statistics.mean": 100.0, "pet.lesion.statistics.maximum": 1.0}
    return signature_of(folder / "with_pet.json", **scales)


def test_features_of_two_images_stand_side_by_side(files, tmp_path, capsys):
    words = "features", files["ct"], files["lesions"], "--pet", files["pet"], "--region", "lesion"
    assert run(*words, "--out", tmp_path / "long.csv") == 0
    assert run(*words, "--wide", "lesion", "--out", tmp_path / "wide.csv") == 0
    long, wide = rows(tmp_path / "long.csv"), rows(tmp_path / "wide.csv")
    found = {(row["lesion_id"], row["image"], row["feature"]): row for row in long}
    for row in wide:
        for image, column in (("ct", "lesion.statistics.mean"), ("pet", "pet.lesion.statistics.mean")):
            assert found[row["lesion_id"], image, "statistics.mean"]["value"] == row[column]
    assert found["1", "pet", "statistics.mean"]["unit"] == "SUV"
    assert found["1", "ct", "statistics.mean"]["unit"] == "HU"
    assert 6 < float(wide[0]["pet.lesion.statistics.mean"]) < 9
    record = json.loads((tmp_path / "wide.json").read_text())
    assert record["inputs"].keys() == {"ct", "pet", "lesions"}


def test_another_image_alone_has_its_modalitys_settings(files, tmp_path):
    labels = sitk.Resample(
        sitk.ReadImage(str(files["lesions"])),
        sitk.ReadImage(str(files["pet"])),
        sitk.Transform(),
        sitk.sitkNearestNeighbor,
    )
    sitk.WriteImage(labels, str(tmp_path / "labels.nrrd"))
    words = "features", files["pet"], tmp_path / "labels.nrrd", "--modality", "pet", "--region", "lesion"
    assert run(*words, "--out", tmp_path / "default.csv") == 0
    assert run(*words, "--settings", "pet", "--out", tmp_path / "named.csv") == 0
    assert run(*words, "--wide", "region", "--out", tmp_path / "wide.csv") == 0
    assert rows(tmp_path / "default.csv") == rows(tmp_path / "named.csv")
    assert {(row["region"], row["image"]) for row in rows(tmp_path / "default.csv")} == {("lesion", "pet")}
    assert rows(tmp_path / "wide.csv")[0]["image"] == "pet"
    settings = json.loads((tmp_path / "default.json").read_text())["settings"]
    assert settings["images"]["pet"]["extraction"]["spacing_mm"] == 3.0


def test_a_score_weighs_the_pet_and_its_uptake_is_written(files, tmp_path, capsys):
    out, used = tmp_path / "out", with_pet(tmp_path)
    words = "score", files["ct"], files["lesions"], "--pet", files["pet"], "--signature", used
    assert run(*words, "--reference", f"muscle={files['muscle']}", "--out", out) == 0
    shown = capsys.readouterr().out
    assert "PET: Hottest lesion (SUVpeak): lesion 1." in shown
    scores, uptake = rows(out / "scores.csv"), rows(out / "uptake.csv")
    for row in scores:
        mean = float(row["value:lesion.statistics.mean"])
        maximum = float(row["value:pet.lesion.statistics.maximum"])
        assert float(row["score"]) == pytest.approx(mean / 100 + maximum)
    assert [float(row["suv_max"]) for row in uptake] == pytest.approx([8.0, 4.0])
    assert [float(row["muscle_ratio_max"]) for row in uptake] == pytest.approx([16.0, 8.0])
    document = json.loads((out / "patient.json").read_text())
    assert document["uptake"]["pet"]["lesions"][0]["suv_max"] == float(uptake[0]["suv_max"])
    assert document["uptake"]["pet"]["references"][0]["name"] == "muscle"
    assert document["provenance"]["images"]["pet"]["unit"] == "SUV"
    page = (out / "report.html").read_text()
    assert "PET lesion: highest SUV value" in page
    assert "SUVmax" in page


def test_a_signature_that_needs_the_pet_is_refused_without_it(files, tmp_path, capsys):
    words = "score", files["ct"], files["lesions"], "--signature", with_pet(tmp_path)
    assert run(*words, "--out", tmp_path / "out") == 1
    problem = capsys.readouterr().err
    assert "--pet" in problem
    assert "[study.image_missing]" in problem
    assert not (tmp_path / "out").exists()


def test_a_pet_is_scored_by_signatures_made_for_it_and_by_no_others(files, tmp_path, capsys):
    path = signature_of(tmp_path / "of_pet.json", **{"pet.lesion.statistics.maximum": 1.0})
    labels = tmp_path / "labels.nrrd"
    resampled = sitk.Resample(
        sitk.ReadImage(str(files["lesions"])), sitk.ReadImage(str(files["pet"])), sitk.Transform(), 1
    )
    sitk.WriteImage(resampled, str(labels))
    words = "score", files["pet"], labels, "--modality", "pet"
    assert run(*words, "--signature", path, "--out", tmp_path / "out") == 0
    assert [row["status"] for row in rows(tmp_path / "out" / "scores.csv")] == ["warning"] * 2
    assert run(*words, "--out", tmp_path / "other") == 1
    assert "measures the CT, and this is a PET" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (("--pet", "{pet}", "--pet", "{pet}"), 2, "given twice for pet"),
        (("--mr", "T1={pet}"), 2, "small letters and digits"),
        (("--image-series", "mr=1.2"), 1, "there is no image of this name"),
        (("--transform", "pet=identity"), 1, "there is no image of this name"),
        (("--transform", "to_ct.tfm"), 2, "name the image, as --transform pet=to_ct.tfm"),
        (("--image-series", "pet=1", "--image-series", "pet=2"), 2, "--image-series is given twice for pet"),
        (("--pet", "{pet}.gone"), 1, "pet.nrrd.gone"),
    ],
)
def test_what_is_named_wrongly_is_refused(files, tmp_path, capsys, words, code, problem):
    named = [word.format(**files) for word in words]
    assert run("score", files["ct"], files["lesions"], *named, "--out", tmp_path / "out") == code
    assert problem in capsys.readouterr().err


def test_what_a_file_holds_and_what_is_wrong_with_a_pet_is_said(files, tmp_path, capsys):
    """SUV by lean mass have no thresholds of SUV by weight; a label map in the PET's place has no uptake."""
    words = "score", files["ct"], files["lesions"], "--kvp", 120
    assert run(*words, "--pet", files["pet"], "--suv", "lbm", "--out", tmp_path / "lean") in (0, 8)
    assert "PET: The file does not say in which unit its values are: they were taken as SUL" in (
        capsys.readouterr().out
    )
    document = json.loads((tmp_path / "lean" / "patient.json").read_text())
    assert document["uptake"]["pet"]["quantity"] == "lbm"
    assert {row["mtv_4"] for row in rows(tmp_path / "lean" / "uptake.csv")} == {""}
    assert run(*words, "--pet", files["lesions"], "--out", tmp_path / "wrong") in (0, 8)
    assert "PET: lesion 1 is not measured: The voxel values (0 to 2) do not look" in capsys.readouterr().out
    assert {row["status"] for row in rows(tmp_path / "wrong" / "uptake.csv")} == {"refused"}


def test_uptake_and_score_do_not_replace_each_others_results(files, tmp_path, capsys):
    of_pet = "uptake", files["pet"], files["lesions"]
    of_ct = "score", files["ct"], files["lesions"], "--kvp", 120
    for first, second in ((of_pet, of_ct), (of_ct, of_pet)):
        out = tmp_path / first[0]
        assert run(*first, "--out", out) in (0, 8)
        before = (out / "patient.json").read_bytes()
        assert run(*second, "--out", out) == 1
        assert "holds patient.json of another command's result" in capsys.readouterr().err
        assert (out / "patient.json").read_bytes() == before


def test_two_pet_are_told_apart_by_name(files, tmp_path):
    words = "features", files["ct"], files["lesions"], "--pet", files["pet"], "--pet", f"late={files['pet']}"
    assert run(*words, "--region", "lesion", "--wide", "lesion", "--out", tmp_path / "wide.csv") == 0
    row = rows(tmp_path / "wide.csv")[0]
    assert row["pet.lesion.statistics.mean"] == row["pet_late.lesion.statistics.mean"] != ""


def test_a_signature_of_another_suv_scores_what_is_read_in_it(files, tmp_path, capsys):
    path = signature_of(tmp_path / "lean.json", **{"pet.lesion.statistics.mean": 1.0})
    record = json.loads(path.read_text())
    record["settings"].setdefault("images", {})["pet"] = {"suv": "lbm"}
    path.write_text(json.dumps(record))
    inputs = (
        "score",
        files["ct"],
        files["lesions"],
        "--kvp",
        120,
        "--pet",
        files["pet"],
        "--signature",
        path,
    )
    assert run(*inputs, "--suv", "bw", "--out", tmp_path / "weight") == 1
    assert "SUV of the kind lbm, and was read in bw" in capsys.readouterr().err
    assert run(*inputs, "--out", tmp_path / "lean") == 0
    images = json.loads((tmp_path / "lean" / "patient.json").read_text())["provenance"]["images"]
    assert images["pet"]["quantity"] == "lbm"
    table = tmp_path / "table.csv"
    assert run("features", *inputs[1:3], "--pet", files["pet"], "--suv", "lbm", "--out", table) == 0
    assert json.loads(table.with_suffix(".json").read_text())["settings"]["images"]["pet"]["suv"] == "lbm"
