"""An outside model in `features` and `score`: its values in tables, as terms, and what is refused."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from radioimmuno.learned.card import read_card  # noqa: E402
from radioimmuno.signature.signature import Term, default_signature, write_signature  # noqa: E402
from radioimmuno_cli.main import main  # noqa: E402

SIDE = 8
KEY = "learned.twice_mean.0"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A noisy CT with a cube of 8 voxels, and a model that gives twice the mean of these."""
    folder = tmp_path_factory.mktemp("model")
    ct = np.random.default_rng(3).normal(20, 30, (24, 40, 40))
    ct[:, :6] = -1000
    labels = np.zeros(ct.shape, np.uint8)
    labels[8:16, 16:24, 16:24] = 1
    for name, values in (("ct.nrrd", ct.astype(np.int16)), ("lesions.nrrd", labels)):
        sitk.WriteImage(sitk.GetImageFromArray(values), str(folder / name))
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "w"], ["doubled"], kernel_shape=[1, 1, 1]),
            helper.make_node("GlobalAveragePool", ["doubled"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["y"], axis=1),
        ],
        "twice the mean",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ("N", 1, SIDE, SIDE, SIDE))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ("N", 1))],
        [numpy_helper.from_array(np.full((1, 1, 1, 1, 1), 2, np.float32), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content = model.SerializeToString()
    (folder / "twice_mean.onnx").write_bytes(content)
    card = {
        "format": "radioimmuno-learned",
        "format_version": 1,
        "name": "twice_mean",
        "description": "Twice the mean.",
        "citation": "none",
        "licence": "CC0-1.0",
        "model": {"file": "twice_mean.onnx", "sha256": hashlib.sha256(content).hexdigest()},
        "input": {
            "role": "ct",
            "name": "x",
            "channels": ["image"],
            "crop_mm": [SIDE] * 3,
            "crop_voxels": [SIDE] * 3,
            "spacing_mm": [1, 1, 1],
            "centre": "centroid",
            "window": [-1000, 1000],
            "scaled_to": [-1000, 1000],
            "masked": False,
        },
        "output": {"name": "y", "length": 1},
    }
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")

    return folder, 2 * float(np.trunc(ct).astype(np.int16)[8:16, 16:24, 16:24].mean())


def rows(path):
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def run(files, command, *words):
    folder = files[0]
    lead = command, folder / "ct.nrrd", folder / "lesions.nrrd"
    return main([*map(str, (*lead, *words)), "--quiet"])


def test_features_have_the_models_values(files, tmp_path):
    words = "--model", files[0] / "card.json", "--region", "lesion"
    assert run(files, "features", *words, "--out", tmp_path / "long.csv") == 0
    assert run(files, "features", *words, "--wide", "lesion", "--out", tmp_path / "wide.csv") == 0
    (row,) = [row for row in rows(tmp_path / "long.csv") if row["feature"] == KEY]
    assert float(row["value"]) == pytest.approx(files[1], rel=1e-5)
    assert (row["region"], row["unit"]) == ("", "1")
    assert rows(tmp_path / "wide.csv")[0][KEY] == row["value"]
    record = json.loads((tmp_path / "wide.json").read_text())
    assert record["models"][0]["name"] == "twice_mean"
    assert run(files, "features", *words, "--wide", "region", "--out", tmp_path / "no.csv") == 1


def test_a_signature_with_a_learned_term_scores_with_its_model_alone(files, tmp_path, capsys):
    card = read_card(files[0] / "card.json")
    nothing = dict.fromkeys(("cutoffs", "distribution", "extrapolation_limit", "patient_cutoffs"))
    used = replace(default_signature(), status="research", intercept=1.0, models=(card,), **nothing)
    write_signature(replace(used, terms=(Term(KEY, 1.0, 0.0, 1.0),)), tmp_path / "learned.json")
    words = "--signature", tmp_path / "learned.json"
    assert run(files, "score", *words, "--model", files[0] / "card.json", "--out", tmp_path / "out") == 0
    (row,) = rows(tmp_path / "out" / "scores.csv")
    assert float(row["score"]) == pytest.approx(files[1] + 1, rel=1e-5)
    assert run(files, "score", *words, "--out", tmp_path / "without") == 8
    (row,) = rows(tmp_path / "without" / "scores.csv")
    assert (row["score"], "learned.not_given" in row["codes"]) == ("", True)


def test_a_model_that_is_not_the_cards_is_refused_before_anything_is_read(files, tmp_path, capsys):
    for name in ("card.json", "twice_mean.onnx"):
        (tmp_path / name).write_bytes((files[0] / name).read_bytes())
    with (tmp_path / "twice_mean.onnx").open("ab") as stream:
        stream.write(b"x")
    assert run(files, "features", "--model", tmp_path / "card.json", "--out", tmp_path / "f.csv") == 1
    assert "[learned.sha256]" in capsys.readouterr().err
