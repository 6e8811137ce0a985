"""`radioimmuno train` and `radioimmuno aggregate`: from tables on disk to signature, figures and pages."""

from __future__ import annotations

import csv
import json
import os

import pytest
from cohort_files import write_cohort, write_courses

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("sklearn", reason="training needs the extra [train]")

from radioimmuno.signature.patient_rules import PATIENT_RULES
from radioimmuno_cli.train import RULES

QUICK = ("--folds", 3, "--repeats", 1)


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    return write_cohort(tmp_path_factory.mktemp("cohort"))


def columns(tables, *outcome):
    features, clinical = tables
    return (features, "--patient-column", "ID", "--lesion-column", "place", "--outcomes", clinical, *outcome)


def test_a_binary_outcome_gives_a_signature_and_what_machines_read(radioimmuno, tables, tmp_path):
    out = tmp_path / "made" / "response.json"
    asked = ("--target", "response", "--permutations", 2, *QUICK, "--out", out)
    done = radioimmuno("train", *columns(tables, *asked))
    assert done.returncode == 0, done.stderr
    assert "area under the ROC curve" in done.stdout
    signature = json.loads(out.read_text())
    assert signature["terms"][0]["variable"] == "lesion.statistics.mean"
    assert signature["patient_rule"] == "scores_mean"
    record = json.loads((out.parent / "training.json").read_text())
    low, high = record["out_of_fold"]["auc"]["interval"]
    assert 0.5 < low < record["out_of_fold"]["auc"]["value"] < high <= 1
    assert record["permutation"] == {"p": pytest.approx(1 / 3), "draws": 2}
    assert (record["patients"], record["lesions"]) == (30, 60)
    assert record["events"] == sum(line.split(",")[1] == "1" for line in tables[1].read_text().split()[1:])
    page = (out.parent / "training.html").read_text()
    for words in ("ROC curve", "Calibration", "Coefficients along the penalty", "share of the folds"):
        assert words in page
    assert radioimmuno("signature", "check", out).returncode == 0


def test_changes_of_a_later_study_train_a_signature_where_it_is_asked_for(radioimmuno, tmp_path):
    table, out = write_courses(tmp_path), tmp_path / "own" / "delta.json"
    asked = ("--target", "cd8", "--split", "train", *QUICK)
    done = radioimmuno("train", table, *asked, "--out", tmp_path / "first" / "base.json")
    assert "Of several studies of a patient the baseline counts (80 of 160 rows)" in done.stdout
    record = json.loads((tmp_path / "first" / "training.json").read_text())
    assert (record["study"], record["candidates"]) == ("baseline", 2)
    done = radioimmuno("train", table, *asked, "--study", "w8", "--variables", "delta*", "--out", out)
    assert done.returncode == 0, done.stderr
    signature = json.loads(out.read_text())
    assert {term["variable"] for term in signature["terms"]} <= {
        f"{kind}.{region}.statistics.mean" for kind in ("delta", "delta_abs") for region in ("lesion", "ring")
    }
    assert signature["training"]["study"] == "w8"
    record = json.loads((out.parent / "training.json").read_text())
    assert (record["patients"], record["lesions"], record["candidates"]) == (30, 60, 4)
    assert record["out_of_fold"]["r2"]["value"] > 0.8
    assert radioimmuno("signature", "check", out).returncode == 0
    others = ("validate", out, table, "--outcome", "cd8", "--split", "test", "--out", tmp_path / "validation")
    refused = radioimmuno(*others)
    assert (
        "A baseline has no changes: choose a later study (--study). [validation.variables]" in refused.stderr
    )
    done = radioimmuno(*others, "--study", "1")
    assert done.returncode == 0, done.stderr
    record = json.loads((tmp_path / "validation" / "validation.json").read_text())
    assert (record["patients"], record["lesions"]) == (10, 20)


def test_survival_of_a_later_study_needs_a_landmark(radioimmuno, tmp_path):
    table = write_courses(tmp_path)
    asked = ("train", table, "--target", "os", "--study", "1", *QUICK, "--out", tmp_path / "own" / "os.json")
    refused = radioimmuno(*asked)
    assert refused.returncode == 1
    assert "study 1 is known at follow-up alone" in refused.stderr
    assert "[validation.landmark]" in refused.stderr
    done = radioimmuno(*asked, "--landmark", 56)
    assert done.returncode == 0, done.stderr
    assert "Survival is counted from day 56; 0 patients who were not followed beyond it" in done.stdout
    aggregated = radioimmuno("aggregate", *asked[1:-2], "--out", tmp_path / "aggregation")
    assert "[validation.landmark]" in aggregated.stderr


def test_multiple_instance_learning_gives_a_signature_that_is_validated(radioimmuno, tables, tmp_path):
    out = tmp_path / "pooled.json"
    asked = ("--target", "response", "--aggregate", "mil_soft_min", *QUICK, "--out", out)
    done = radioimmuno("train", *columns(tables, *asked))
    assert done.returncode == 0, done.stderr
    assert "below about 150 patients: with 30 it is discouraged" in done.stdout
    signature = json.loads(out.read_text())
    assert (signature["patient_rule"], list(signature["pooling"])) == ("mil_soft_min", ["sharpness"])
    assert "Weights of the lesions" in (out.parent / "training.html").read_text()
    assert radioimmuno("signature", "check", out).returncode == 0
    assert radioimmuno("card", out, "--out", tmp_path / "card").returncode == 0
    refused = radioimmuno("train", *columns(tables, *asked), "--model", "lasso")
    assert refused.returncode == 1
    assert "mil_soft_min learns its own weighted sum" in refused.stderr
    del signature["training"]
    out.write_text(json.dumps(signature))
    target = ("--outcome", "response", "--out", tmp_path / "validated")
    done = radioimmuno("validate", out, *columns(tables, *target))
    assert done.returncode == 0, done.stderr
    assert (
        json.loads((tmp_path / "validated" / "validation.json").read_text())["patient_rule"] == "mil_soft_min"
    )


def test_the_rules_to_choose_from_are_those_of_a_signature():
    assert set(RULES) == set(PATIENT_RULES)


def test_a_survival_with_covariates_gives_a_c_index(radioimmuno, tables, tmp_path):
    out = tmp_path / "survival.json"
    asked = ("--time-column", "months", "--event-column", "dead", "--covariates", "age", *QUICK, "--out", out)
    done = radioimmuno("train", *columns(tables, *asked), "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert set(record["out_of_fold"]) == {"c_index"}
    assert record["covariates"] == ["clinical.age"]
    signature = json.loads(out.read_text())
    age = {"variable": "clinical.age", "coefficient": 0.1, "mean": 50.0, "scale": 10.0}
    others = [term for term in signature["terms"] if term["variable"] != "clinical.age"]
    changed = tmp_path / "with_age.json"
    changed.write_text(json.dumps(signature | {"terms": [*others, age], "training": {}}))
    asked = ("--time-column", "months", "--event-column", "dead", "--out", tmp_path / "validation", "--json")
    validated = radioimmuno("validate", changed, *columns(tables, *asked))
    assert validated.returncode == 0, validated.stderr
    assert list(json.loads(validated.stdout)["cox"]) == ["score"]
    assert "Kaplan-Meier" in (tmp_path / "training.html").read_text()


def test_a_second_training_into_the_folder_of_another_is_refused(radioimmuno, tables, tmp_path):
    asked = columns(tables, "--target", "response", *QUICK, "--most-terms", 1)
    first = tmp_path / "first.json"
    assert radioimmuno("train", *asked, "--out", first).returncode == 0
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    other = ("train", *asked, "--seed", 1, "--out", tmp_path / "second.json")
    done = radioimmuno(*other)
    assert (done.returncode, "[output.foreign]" in done.stderr) == (1, True)
    assert "first.json" in done.stderr
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert radioimmuno("train", *asked, "--out", first).returncode == 0  # the same once more
    assert radioimmuno(*other, "--force").returncode == 0
    assert json.loads((tmp_path / "training.json").read_text())["signature"] == "second.json"


@pytest.mark.parametrize("text", ["{}", "[1]", "my notes"])
def test_a_file_of_somebody_else_beside_the_signature_is_never_replaced(radioimmuno, tables, tmp_path, text):
    (tmp_path / "training.json").write_text(text)
    asked = columns(tables, "--target", "response", *QUICK, "--out", tmp_path / "x.json")
    done = radioimmuno("train", *asked, "--force")
    assert (done.returncode, "[output.foreign]" in done.stderr) == (1, True)
    assert (tmp_path / "training.json").read_text() == text
    assert not (tmp_path / "x.json").exists()


def test_combat_is_fitted_in_the_folds(radioimmuno, tables, tmp_path):
    out = tmp_path / "made" / "x.json"
    batch = ("--target", "response", "--batch", "center")
    done = radioimmuno("train", *columns(tables, *batch, "--combat", *QUICK, "--out", out))
    assert done.returncode == 0, done.stderr
    signature = json.loads(out.read_text())
    assert signature["harmonization"]["variables"] == [term["variable"] for term in signature["terms"]]
    assert set(signature["harmonization"]["batches"]) == {"A", "B"}
    others = write_cohort(tmp_path, seed=4)
    renamed = others[0].read_text().replace("\nP", "\nQ"), others[1].read_text().replace("\nP", "\nQ")
    others[0].write_text(renamed[0])
    others[1].write_text(renamed[1])
    asked = ("--cutoff", "youden", "--out", tmp_path / "validation")
    done = radioimmuno("validate", out, *columns(others, *batch, *asked))
    assert done.returncode == 0, done.stderr
    without = radioimmuno("validate", out, *columns(others, *batch[:2], "--out", tmp_path / "none"))
    assert without.returncode == 1
    assert "--batch" in without.stderr


def test_parts_of_the_study_are_chosen_by_split(radioimmuno, tables, tmp_path):
    header, *rows = tables[0].read_text().split()
    table = tmp_path / "parts.csv"
    lines = [f"{row},{'train' if row < 'P20' else 'test'}" for row in rows]
    table.write_text("\n".join([f"{header},split", *lines]) + "\n")
    asked = ("--target", "response", *QUICK, "--out", tmp_path / "x.json", "--json")
    done = radioimmuno("train", *columns((table, tables[1]), "--split", "train", *asked))
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert (record["patients"], record["lesions"]) == (20, 40)
    assert any("wavelet_x" in note for note in record["notes"])
    wrong = radioimmuno("train", *columns((table, tables[1]), "--split", "tarin", *asked))
    assert (wrong.returncode, "there are: test, train" in wrong.stderr) == (1, True)


def test_a_model_that_is_no_signature_has_a_file_of_its_own(radioimmuno, tables, tmp_path, files):
    pytest.importorskip("skops", reason="keeping such a model needs the extra [train]")
    asked = ("--target", "response", "--model", "svm", *QUICK)
    wrong = radioimmuno("train", *columns(tables, *asked), "--out", tmp_path / "svm.json")
    assert wrong.returncode == 1
    assert ".skops" in wrong.stderr
    file = tmp_path / "svm.skops"
    assert radioimmuno("train", *columns(tables, *asked), "--out", file).returncode == 0
    refused = radioimmuno("signature", "check", file)
    assert refused.returncode == 1
    assert "comparison" in refused.stderr


def test_a_training_that_chooses_no_variable_does_not_look_like_a_success(radioimmuno, tmp_path):
    """The variable goes with nothing: every penalty that leaves it is worse than none."""
    rows = [f"P{n:02d},1,{n % 2},{n // 2 % 2}" for n in range(24)]
    table = tmp_path / "table.csv"
    table.write_text("\n".join(["patient,lesion_id,response,x", *rows]) + "\n")
    out = tmp_path / "made" / "x.json"
    asked = ("train", table, "--target", "response", *QUICK, "--out", out)
    done = radioimmuno(*asked)
    assert done.returncode == 8, done.stderr
    assert f"{out} was not written: no variable was chosen." in done.stdout
    assert sorted(file.name for file in out.parent.iterdir()) == ["training.html", "training.json"]
    assert json.loads((out.parent / "training.json").read_text())["signature"] is None
    out.write_text("{}")
    again = radioimmuno(*asked, "--json")
    assert (again.returncode, json.loads(again.stdout)["exit_code"]) == (8, 8)
    assert "is of an earlier training" in radioimmuno(*asked).stdout
    assert out.read_text() == "{}"


def test_what_is_wrong_with_a_table_is_one_plain_line(radioimmuno, tables, tmp_path):
    done = radioimmuno("train", tables[0], "--target", "response", "--out", tmp_path / "x.json")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.rstrip().endswith("[cohort_table.column]")
    assert list(tmp_path.iterdir()) == []


def with_labels(tables, folder):
    """The table with an answer in words for each lesion, and a manifest with the part of each patient."""
    header, *rows = tables[0].read_text().split()
    labels = ["yes" if float(row.split(",")[2]) > 0 else "no" for row in rows]
    lines = [f"{header},label", *map(",".join, zip(rows, labels, strict=True))]
    (folder / "labelled.csv").write_text("\n".join(lines) + "\n")
    parts = [f"P{n:02d},ct.nrrd,{'train' if n < 27 else 'test'}" for n in range(30)]
    (folder / "manifest.csv").write_text("\n".join(["ID,ct,split", *parts]) + "\n")
    return (folder / "labelled.csv", tables[1]), folder / "manifest.csv"


def test_the_ways_from_lesions_to_a_patient_are_compared(radioimmuno, tables, tmp_path):
    """Labels are answers in words and not among the variables; the parts stand in the manifest alone."""
    out = tmp_path / "aggregation"
    labelled, manifest = with_labels(tables, tmp_path)
    words = ("--lesion-label", "label", "--variables", "original_*,ring_*,wavelet_x")
    words = (*words, "--outcomes", manifest, "--split", "train", *QUICK, "--out", out)
    done = radioimmuno("aggregate", *columns(labelled, "--target", "response", *words))
    assert done.returncode == 0, done.stderr
    with (out / "aggregation.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["method", "metric", "value", "low", "high"]
    methods = {row["method"] for row in rows}
    assert {"largest", "features_mean", "features_min", "scores_mean", "mil_attention"} <= methods
    (of_labels,) = (row for row in rows if row["method"] == "labels_mean")
    assert float(of_labels["value"]) > 0.7
    for row in rows:
        assert 0 <= float(row["low"]) <= float(row["value"]) <= float(row["high"]) <= 1
    record = json.loads((out / "aggregation.json").read_text())
    assert (record["patients"], record["lesions"]) == (27, 54)
    assert set(record["differences"]) == methods - {record["reference"]}
    page = (out / "aggregation.html").read_text()
    assert record["verdict"] in page
    with (out / "attention.csv").open() as stream:
        weights = list(csv.DictReader(stream))
    assert len(weights) == record["lesions"]
    of_patient: dict[str, list[float]] = {}
    for row in weights:
        of_patient.setdefault(row["patient"], []).append(float(row["weight"]))
    assert len(of_patient) == record["patients"]
    assert [sum(each) for each in of_patient.values()] == pytest.approx([1] * len(of_patient))
    most = max(of_patient, key=lambda one: max(of_patient[one]) - 1 / len(of_patient[one]))
    assert page.index("Attention by patient") < page.index(f">{most}<") < page.index("Notes")
    assert record["verdict"] in done.stdout
