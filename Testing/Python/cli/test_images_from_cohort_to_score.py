"""PET and a model from a cohort through training to a score: the same number on each way."""

from __future__ import annotations

import csv
import json
import os
import shutil

import numpy as np
import pytest
import SimpleITK as sitk

pytest.importorskip("distributed")
pytest.importorskip("onnxruntime")
if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("sklearn", reason="training needs the extra [train]")

import hashlib

import onnx
from onnx import TensorProto, helper, numpy_helper

from radioimmuno.signature.signature import read_signature
from radioimmuno.tables.cohort_table import Columns, read_cohort_table
from radioimmuno.training.trained_signature import score_table
from radioimmuno_cli.main import main

SHAPE, PATIENTS, SIDE = (14, 30, 30), 20, 8
SMOOTH = "lesion.smooth.statistics.mean"
HOTTEST, LEARNED = "pet.lesion.statistics.maximum", "learned.twice_mean.0"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "default::ResourceWarning")


def write_model(folder):
    """Twice the mean of a crop of the CT of 8 mm, and its card."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["doubled"], kernel_shape=[1, 1, 1]),
        helper.make_node("GlobalAveragePool", ["doubled"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["y"], axis=1),
    ]
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ("N", 1, SIDE, SIDE, SIDE))
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, ("N", 1))
    weights = numpy_helper.from_array(np.full((1, 1, 1, 1, 1), 2, np.float32), "w")
    graph = helper.make_graph(nodes, "twice the mean", [given], [made], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    content = model.SerializeToString()
    (folder / "twice_mean.onnx").write_bytes(content)
    crop = {"crop_mm": [SIDE] * 3, "crop_voxels": [SIDE] * 3, "spacing_mm": [1, 1, 1], "centre": "centroid"}
    card = {
        "format": "radioimmuno-learned",
        "format_version": 1,
        "name": "twice_mean",
        "description": "Twice the mean of the crop.",
        "citation": "none",
        "licence": "CC0-1.0",
        "model": {"file": "twice_mean.onnx", "sha256": hashlib.sha256(content).hexdigest()},
        "input": {"role": "ct", "name": "x", "channels": ["image"], **crop, "masked": False}
        | {"window": [-1000, 1000], "scaled_to": [-1000, 1000]},
        "output": {"name": "y", "length": 1},
    }
    (folder / "card.json").write_text(json.dumps(card))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A cohort whose outcome goes with SUVmax and with the density of a lesion."""
    folder = tmp_path_factory.mktemp("cohort")
    write_model(folder)
    lines = ["patient,ct,lesions,pet,kvp,cd8"]
    rng = np.random.default_rng(3)
    for number in range(PATIENTS):
        name = f"p{number:02d}"
        (folder / name).mkdir()
        heat, density = rng.uniform(2, 12), rng.uniform(20, 90)
        ct = np.full(SHAPE, -1000, np.int16)
        ct[:, 2:-2, 2:-2] = 40 + rng.integers(-9, 10, (SHAPE[0], 26, 26))
        labels, pet = np.zeros(SHAPE, np.uint8), np.ones(SHAPE, np.float32)
        labels[3:11, 9:19, 9:19] = 1
        ct[labels == 1] = np.round(density) + rng.integers(-3, 4, int(labels.sum()))
        pet[labels == 1] = heat
        for file, values in (("ct", ct), ("mask", labels), ("pet", pet)):
            sitk.WriteImage(sitk.GetImageFromArray(values), str(folder / name / f"{file}.nrrd"))
        outcome = heat + 0.1 * density + rng.normal(0, 0.2)
        lines.append(f"{name},{name}/ct.nrrd,{name}/mask.nrrd,{name}/pet.nrrd,120,{outcome:.4f}")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    (folder / "few.txt").write_text(f"lesion.statistics.range\n{HOTTEST}\n{SMOOTH}\n")
    (folder / "how.json").write_text(json.dumps({"filters": {"smooth": {"kind": "mean", "support": 3}}}))
    return folder


@pytest.fixture(scope="module")
def trained(radioimmuno, place):
    asked = ("--features", "few.txt", "--settings", "how.json", "--model", "card.json", "--out", "out")
    done = radioimmuno("cohort", "manifest.csv", *asked, cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    asked = ("--target", "cd8", "--variables", "pet.*,learned.*", "--folds", 3, "--repeats", 1)
    done = radioimmuno("train", "out/lesions.csv", *asked, "--out", "own/own.json", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    return read_signature(place / "own" / "own.json")


def test_the_signature_carries_how_its_images_are_measured_and_its_models(trained, place):
    assert set(trained.variables) == {HOTTEST, LEARNED}
    assert list(trained.settings.images) == ["pet"]
    assert trained.settings.filters == {}  # none of its terms is measured after one
    assert trained.settings.images["pet"].extraction.spacing_mm == 3.0  # as IBSI's validation had it
    (card,) = trained.models
    assert card.sha256 == hashlib.sha256((place / "twice_mean.onnx").read_bytes()).hexdigest()
    assert trained.training["measured_by"].startswith("RadioImmunoScore")


def test_score_gives_what_the_trainer_predicts(radioimmuno, trained, place):
    table = read_cohort_table(place / "out" / "lesions.csv", variables="pet.*,learned.*")
    expected = dict(zip(table.patients.tolist(), score_table(trained, table).tolist(), strict=True))
    assert len(expected) == PATIENTS
    for name in ("p00", "p07"):
        done = radioimmuno(
            *("score", f"{name}/ct.nrrd", f"{name}/mask.nrrd", "--pet", f"{name}/pet.nrrd", "--kvp", 120),
            *("--model", "card.json", "--signature", "own/own.json", "--out", f"scored_{name}"),
            cwd=place,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with (place / f"scored_{name}" / "scores.csv").open(newline="") as stream:
            (row,) = csv.DictReader(stream)
        assert float(row["score"]) == pytest.approx(expected[name], rel=1e-9)


def test_a_signature_scores_after_the_filters_of_its_terms(radioimmuno, trained, place):
    """Which no name defines: the cohort's settings do, and the signature has them from its record."""
    asked = ("--target", "cd8", "--variables", f"{HOTTEST},{SMOOTH}", "--folds", 3, "--repeats", 1)
    done = radioimmuno("train", "out/lesions.csv", *asked, "--out", "smooth/smooth.json", cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    signature = read_signature(place / "smooth" / "smooth.json")
    assert set(signature.variables) == {HOTTEST, SMOOTH}
    assert signature.settings.filters["smooth"].filter.support == 3
    assert signature.training["measured_by"].startswith("RadioImmunoScore")
    table = read_cohort_table(place / "out" / "lesions.csv", variables=f"{HOTTEST},{SMOOTH}")
    done = radioimmuno(
        *("score", "p03/ct.nrrd", "p03/mask.nrrd", "--pet", "p03/pet.nrrd", "--kvp", 120),
        *("--signature", "smooth/smooth.json", "--out", "scored_smooth"),
        cwd=place,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with (place / "scored_smooth" / "scores.csv").open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    expected = score_table(signature, table)[table.patients.tolist().index("p03")]
    assert float(row["score"]) == pytest.approx(expected, rel=1e-9)


def test_without_the_record_of_the_cohort_the_card_is_asked_for(radioimmuno, trained, place):
    (place / "apart").mkdir()
    (place / "apart" / "lesions.csv").write_bytes((place / "out" / "lesions.csv").read_bytes())
    asked = ("--target", "cd8", "--variables", "pet.*,learned.*", "--folds", 3, "--repeats", 1)
    done = radioimmuno("train", "apart/lesions.csv", *asked, "--out", "apart/a.json", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "Of the model twice_mean no card is known" in done.stdout
    assert read_signature(place / "apart" / "a.json").models == ()
    named = ("--model-card", "card.json", "--out", "named/a.json")
    done = radioimmuno("train", "apart/lesions.csv", *asked, *named, cwd=place)
    assert done.returncode == 0, done.stderr
    assert read_signature(place / "named" / "a.json").models == trained.models


def test_the_card_says_what_scoring_needs(radioimmuno, trained, place):
    done = radioimmuno("card", "own/own.json", "--training", "own/training.json", "--out", "card", cwd=place)
    assert done.returncode == 0, done.stderr
    written = "".join(path.read_text() for path in (place / "card").iterdir() if path.suffix == ".html")
    assert "Scoring needs the PET beside the CT." in written
    assert f"Scoring needs the outside model twice_mean (SHA-256 {trained.models[0].sha256[:12]}" in written


def test_a_run_that_was_stopped_goes_on_to_the_same_table(radioimmuno, trained, place):
    """As a stop leaves it: some patients measured, no tables."""
    shutil.copytree(place / "out", place / "stopped")
    for file in [
        *(place / "stopped").glob("lesions.*"),
        *sorted((place / "stopped" / "patients").iterdir())[:2],
    ]:
        file.unlink()
    asked = ("--features", "few.txt", "--settings", "how.json", "--model", "card.json")
    asked += ("--out", "stopped", "--resume", "--json")
    done = radioimmuno("cohort", "manifest.csv", *asked, cwd=place)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["kept"] == PATIENTS - 2
    assert (place / "stopped" / "lesions.csv").read_bytes() == (place / "out" / "lesions.csv").read_bytes()


def batches(path, first, seed):
    """60 patients of two scanners, of which B shows 1.6 times the uptake and 3 more, and denser crops."""
    rng = np.random.default_rng(seed)
    heat, density = rng.uniform(2, 12, 60), rng.uniform(20, 90, 60)
    lines = [f"patient,lesion_id,batch,cd8,{HOTTEST},{LEARNED}"]
    for number, (uptake, dense) in enumerate(zip(heat, density, strict=True)):
        scale, shift, more = ((1.0, 0.0, 0.0), (1.6, 3.0, 60.0))[number % 2]
        outcome = uptake + 0.1 * dense + rng.normal(0, 0.1)
        values = f"{outcome:.4f},{scale * uptake + shift:.5f},{2 * dense + more:.5f}"
        lines.append(f"{first}{number:02d},1,{'AB'[number % 2]},{values}")
    path.write_text("\n".join(lines) + "\n")
    return heat + 0.1 * density


def test_combat_takes_the_scanner_out_of_uptake_and_of_a_models_values(tmp_path, capsys):
    """ComBat gives both scanners one mean and SD: the score follows the outcome, whichever it is."""
    batches(tmp_path / "trained.csv", "a", 1)
    truth = batches(tmp_path / "others.csv", "b", 2)
    asked = ("--target", "cd8", "--variables", "pet.*,learned.*", "--batch", "batch")
    words = ("train", tmp_path / "trained.csv", *asked, "--combat", "--folds", 3, "--repeats", 1)
    assert main([*map(str, words), "--out", str(tmp_path / "both.json"), "--quiet"]) == 0
    signature = read_signature(tmp_path / "both.json")
    assert (set(signature.variables), tuple(signature.batches)) == ({HOTTEST, LEARNED}, ("A", "B"))
    named = Columns(target="cd8", batch="batch")
    table = read_cohort_table(tmp_path / "others.csv", named, variables="pet.*,learned.*")
    scores = score_table(signature, table)
    for scanner in (slice(0, None, 2), slice(1, None, 2), slice(None)):
        assert np.corrcoef(scores[scanner], truth[scanner])[0, 1] > 0.97
    words = ("validate", tmp_path / "both.json", tmp_path / "others.csv", *asked, "--out", tmp_path / "out")
    capsys.readouterr()
    assert main([*map(str, words), "--json", "--quiet"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["patients"] == len(truth)
    assert record["out_of_fold"]["spearman"]["value"] > 0.95
