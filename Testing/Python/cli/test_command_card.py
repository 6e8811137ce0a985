"""`radioimmuno card`: files, exit codes and refusals of the installed command."""

import json
import os
import sys
from pathlib import Path

import pytest

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("lifelines", reason="validation needs the extra [train]")

sys.path.append(str(Path(__file__).parents[1] / "science" / "validation"))

from validated_cohorts import SIGNATURE, changed, rows, written

from radioimmuno.files.written_files import sha256
from radioimmuno.signature.signature import write_signature


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def trained(radioimmuno, tmp_path_factory):
    """A folder with a signature, the record of its training and one of a validation elsewhere."""
    folder = tmp_path_factory.mktemp("trained")
    table = written(rows(60), folder / "train.csv")
    fast = ("--folds", "3", "--repeats", "1", "--variables", "ring.*,lesion.*", "--batch", "scanner")
    options = ("--target", "response", "--covariates", "age", *fast)
    done = radioimmuno("train", table, *options, "--out", folder / "own.json")
    assert done.returncode == 0, done.stderr
    others = rows(50, seed=7)
    for row in others:
        row["patient"] = f"Q{row['patient']}"
    other = written(others, folder / "others.csv")
    options = ("--outcome", "response", "--covariates", "age", "--out", folder / "validation")
    done = radioimmuno("validate", folder / "own.json", other, *options)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_demonstration_has_a_card_and_questions(radioimmuno, tmp_path):
    done = radioimmuno("card", "--out", tmp_path / "card")
    assert done.returncode == 0, done.stderr
    assert "it predicts nothing about a patient" in done.stdout
    assert "possible" in done.stdout
    names = {path.name for path in (tmp_path / "card").iterdir() if not path.name.startswith(".")}
    assert names == {"card.html", "card.json", "answers.json"}
    asked = read(tmp_path / "card" / "answers.json")["answers"]
    assert set(asked) == set(read(tmp_path / "card" / "card.json")["open"])


def test_what_was_trained_here_fills_in_what_its_records_show(radioimmuno, trained, tmp_path):
    signature = trained / "own.json"
    alone = radioimmuno("card", signature, "--json", "--out", tmp_path / "alone")
    assert alone.returncode == 0, alone.stderr
    options = ("--training", trained / "training.json")
    options = (*options, "--validation", trained / "validation" / "validation.json", "--json")
    done = radioimmuno("card", signature, *options, "--out", tmp_path / "all")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record == read(tmp_path / "all" / "card.json")
    before = json.loads(alone.stdout)
    assert set(record["open"]) < set(before["open"])
    shown = {item["key"] for item in record["metrics"]["items"] if item["by"] == "provenance"}
    assert {"metrics.18", "metrics.20", "metrics.21", "metrics.22", "metrics.26", "metrics.29"} <= shown
    assert "Batches: A (30), B (30)." in before["summary"]["trained"]
    page = (tmp_path / "all" / "card.html").read_text(encoding="utf-8")
    assert page.count("ROC curve</figcaption>") == 2
    assert page.count("Calibration, in groups by prediction</figcaption>") == 2


def test_the_software_is_filled_in_where_the_record_of_the_cohort_fits(radioimmuno, tmp_path):
    table = written(rows(40), tmp_path / "lesions.csv")
    record = {
        "software": {"name": "RadioImmunoScore", "version": "9.9"},
        "settings": SIGNATURE.settings.to_dict(),
        "tables": {"lesions.csv": sha256(table)},
    }
    (tmp_path / "cohort.json").write_text(json.dumps(record))
    fast = ("--folds", "3", "--repeats", "1", "--variables", "ring.*,lesion.*")
    for settings, known in (("default", True), ("ibsi-c", None)):
        own = tmp_path / settings / "own.json"
        options = ("--target", "response", *fast, "--settings", settings, "--out", own)
        assert radioimmuno("train", table, *options).returncode == 0
        done = radioimmuno("card", own, "--json", "--out", tmp_path / f"card-{settings}")
        items = {item["key"]: item for item in json.loads(done.stdout)["metrics"]["items"]}
        assert [items[key]["answer"] for key in ("metrics.12", "metrics.13")] == [known, known]


def test_answers_close_the_questions(radioimmuno, trained, tmp_path):
    signature = trained / "own.json"
    assert radioimmuno("card", signature, "--out", tmp_path / "first").returncode == 0
    filled = read(tmp_path / "first" / "answers.json")
    filled["answers"] = {
        key: "same institute" if key == "rqs.12" else False for key in filled["answers"] if key != "metrics.9"
    }
    answers = tmp_path / "filled.json"
    answers.write_text(json.dumps(filled))
    options = ("--answers", answers, "--json", "--out", tmp_path / "second")
    record = json.loads(radioimmuno("card", signature, *options).stdout)
    assert record["open"] == []
    assert record["metrics"]["band"]
    assert record["metrics"]["possible"][0] == record["metrics"]["possible"][1]
    assert not (tmp_path / "second" / "answers.json").exists()


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"metrics.77": True}, "card.unknown_item"),
        ({"metrics.1": "yes"}, "card.answers"),
        ({"metrics.18": False}, "card.contradiction"),
        ({"metrics.17": True}, "card.not_applicable"),
    ],
)
def test_answers_that_cannot_be_are_refused_and_nothing_written(
    radioimmuno, trained, tmp_path, answers, code
):
    (tmp_path / "answers.json").write_text(json.dumps({"answers": answers}))
    options = ("--answers", tmp_path / "answers.json", "--out", tmp_path / "out")
    done = radioimmuno("card", trained / "own.json", *options, "--json")
    assert done.returncode == 1
    assert f"[{code}]" in done.stderr
    assert json.loads(done.stdout)["error"]["code"] == code
    assert not (tmp_path / "out").exists()


def test_records_of_another_signature_are_refused(radioimmuno, trained, tmp_path):
    other = tmp_path / "other.json"
    write_signature(changed(terms=SIGNATURE.terms[:1]), other)
    for option, path in (("--training", "training.json"), ("--validation", "validation/validation.json")):
        done = radioimmuno("card", other, option, trained / path, "--out", tmp_path / "out")
        assert done.returncode == 1
        assert "[card.other_signature]" in done.stderr


def test_wrong_usage(radioimmuno, tmp_path):
    assert radioimmuno("card").returncode == 2
    missing = radioimmuno("card", tmp_path / "none.json", "--out", tmp_path / "out")
    assert missing.returncode == 1
    assert "[signature.unreadable]" in missing.stderr


def test_edited_answers_in_the_folder_are_not_replaced(radioimmuno, tmp_path):
    out = tmp_path / "card"
    assert radioimmuno("card", "--out", out).returncode == 0
    (out / "answers.json").write_text("{}")
    done = radioimmuno("card", "--out", out)
    assert done.returncode == 1
    assert "[output.foreign]" in done.stderr
    assert (out / "answers.json").read_text() == "{}"
