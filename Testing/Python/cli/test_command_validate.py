"""`radioimmuno validate`: files, figures and refusals of the installed command."""

import json
import os
import sys
from pathlib import Path

import pytest

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("lifelines", reason="survival needs the extra [train]")

sys.path.append(str(Path(__file__).parents[1] / "science" / "validation"))

from validated_cohorts import SIGNATURE, changed, rows, written

from radioimmuno.signature.signature import write_signature
from radioimmuno.signature.trained_patients import patients_record


@pytest.fixture
def files(tmp_path):
    write_signature(SIGNATURE, tmp_path / "small.json")
    return tmp_path / "small.json", written(rows(40), tmp_path / "lesions.csv")


def test_a_validation_writes_both_files(radioimmuno, files, tmp_path):
    out = tmp_path / "out"
    options = ("--outcome", "response", "--batch", "scanner", "--out", out)
    done = radioimmuno("validate", *files, *options)
    assert done.returncode == 0, done.stderr
    record = json.loads((out / "validation.json").read_text(encoding="utf-8"))
    figure = record["out_of_fold"]["auc"]
    assert 0.5 < figure["interval"][0] < figure["value"] < figure["interval"][1] <= 1
    assert (record["patients"], record["lesions"]) == (40, 120)
    assert "Decision curve" in (out / "validation.html").read_text(encoding="utf-8")
    assert f"area under the ROC curve: {figure['value']:.2f}" in done.stdout


def test_survival_with_covariates(radioimmuno, files, tmp_path):
    options = ("--outcome", "os", "--covariates", "age", "--cutoff", "quartiles", "--json")
    done = radioimmuno("validate", *files, *options, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert list(record["cox"]) == ["score", "clinical.age"]
    assert len(record["kaplan_meier"][0]["groups"]) == 4


def test_survival_with_few_events_is_given_with_a_caution(radioimmuno, files, tmp_path):
    cells = rows(40)
    for cell in cells:
        cell["os_event"] = int(cell["patient"] < "P005")
    table = written(cells, tmp_path / "few.csv")
    words = ("validate", files[0], table, "--outcome", "os", "--out", tmp_path / "out")
    done = radioimmuno(*words)
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "out" / "validation.json").read_text(encoding="utf-8"))
    assert (record["events"], record["cox"]) == (5, {})
    assert record["caution"].startswith("Only 5 events")
    assert record["caution"] in done.stdout


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--outcome", "response", "--cutoff", "youden"), "validation.cutoff"),
        (("--outcome", "os", "--cutoff", "smallest-p"), "validation.cutoff"),
        (("--outcome", "os", "--by", "recist_group"), "validation.landmark"),
        (("--outcome", "nothing"), "cohort_table.column"),
    ],
    ids=["cutoff of these data", "smallest p", "follow-up", "no column"],
)
def test_what_is_dishonest_is_refused_and_nothing_written(radioimmuno, files, tmp_path, options, code):
    done = radioimmuno("validate", *files, *options, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert f"[{code}]" in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_patients_of_the_training_are_refused_or_left_out(radioimmuno, files, tmp_path):
    trained = patients_record([f"P{n:03}" for n in range(5)], "salt")
    write_signature(changed(training={"kind": "binary", **trained}), files[0])
    options = (*files, "--outcome", "response", "--out", tmp_path / "out")
    refused = radioimmuno("validate", *options)
    assert refused.returncode == 1
    assert "[validation.same_patients]" in refused.stderr
    done = radioimmuno("validate", *options, "--leave-out-trained", "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["patients"] == 35
    assert "5 patients that trained the signature were left out." in record["notes"]


def test_a_signature_that_was_trained_here_notices_its_patients(radioimmuno, files, tmp_path):
    fast = ("--folds", "3", "--repeats", "1", "--variables", "ring.*,lesion.*")
    own = tmp_path / "own.json"
    trained = radioimmuno("train", files[1], "--target", "response", *fast, "--out", own)
    assert trained.returncode == 0, trained.stderr
    options = ("--outcome", "response", "--out", tmp_path / "out", "--json")
    refused = radioimmuno("validate", own, files[1], *options)
    assert json.loads(refused.stdout)["error"]["code"] == "validation.same_patients"
    others = rows(60, seed=7)
    for cell in others:
        cell["patient"] = f"Q{cell['patient']}"
    done = radioimmuno("validate", own, written(others, tmp_path / "others.csv"), *options)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["scale"] == "log-odds"
    assert record["out_of_fold"]["auc"]["value"] > 0.6
