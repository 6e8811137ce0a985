"""`radioimmuno score` with a signature that needs what no image holds, and names a rule for the patient."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from small_patient import trained_signature

from radioimmuno.signature.pooling import Pooling
from radioimmuno.signature.signature import write_signature

# Of lesions 1 to 3: 0.3, 0.5, 0.9 and 0.02 by the tube voltage, 0.01 a percent of pdl1 above 20.
BY_HAND = np.array([0.3, 0.5, 0.9]) + 0.02
KVP = ("--kvp", "120")
HEADER = ["lesion", "site", "volume", "score", "weight"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A signature with a value of the patient, ComBat of two scanners, and the smallest score as rule."""
    file = tmp_path_factory.mktemp("trained") / "trained.json"
    write_signature(trained_signature(), file)
    return file


@pytest.fixture
def score(radioimmuno, files, trained, tmp_path):
    """Scores into a folder `result` with these further options."""

    def run(*options):
        asked = ("--signature", trained, *KVP, *options, "--out", tmp_path / "result", "--force")
        return radioimmuno("score", files.ct, files.labels, *asked)

    return run


def scores_of(folder):
    with (folder / "result" / "scores.csv").open(newline="") as stream:
        return [float(row["score"]) if row["score"] else None for row in csv.DictReader(stream)]


def test_values_and_batch_count_and_are_recorded(score, tmp_path):
    done = score("--clinical", "pdl1=60", "--batch", "Siemens")
    assert done.returncode == 0, done.stderr
    # Siemens reads 10 HU too high, a tenth of the term's scale
    expected = BY_HAND - 0.1 + 0.4
    assert scores_of(tmp_path) == pytest.approx(expected)
    low = f"{expected.min():.3f}"
    line = f"Patient's value: {low}, high (cut-off 0.400); smallest of the lesions' scores (3 lesions)."
    assert line in done.stdout
    record = json.loads((tmp_path / "result" / "patient.json").read_text())
    assert record["patient_value"] == {
        "rule": "scores_min",
        "title": "E: smallest of the lesions' scores",
        "value": pytest.approx(expected.min()),
        "cutoff": 0.4,
        "group": "high",
        "lesions": 3,
        "why_missing": "",
    }
    assert record["provenance"]["inputs"]["clinical"] == {"pdl1": 60.0}
    assert record["provenance"]["acquisition"]["batch"] == "Siemens"
    page = (tmp_path / "result" / "report.html").read_text()
    assert "smallest of the lesions" in page
    assert "high, cut-off 0.4" in page


def test_lesions_that_are_weighed_have_a_column(score, tmp_path):
    done = score("--clinical", "pdl1=60", "--batch", "GE")
    assert "weight" not in done.stdout
    rule = {"patient_rule": "mil_soft_min", "pooling": Pooling(sharpness=4.0)}
    pooled = tmp_path / "pooled.json"
    write_signature(replace(trained_signature(), **rule), pooled)
    done = score("--clinical", "pdl1=60", "--batch", "GE", "--signature", pooled)
    assert done.returncode == 0, done.stderr
    raised = np.exp(-4.0 * (BY_HAND + 0.4))
    lines = done.stdout.splitlines()
    (place,) = [n for n, line in enumerate(lines) if line.split()[:5] == HEADER]
    weights = raised / raised.sum()
    record = json.loads((tmp_path / "result" / "patient.json").read_text())
    assert [lesion["weight"] for lesion in record["lesions"]] == pytest.approx(weights)
    for weight, line in zip(weights, lines[place + 2 :], strict=False):
        assert f"  {weight:.3f}  " in line


def test_a_value_of_a_single_lesion_stands_in_the_lesion_table(score, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("lesion_id,clinical.pdl1\n2,80\n3,\n")
    done = score("--clinical", "pdl1=20", "--lesion-table", table, "--batch", "GE")
    assert done.returncode == 0, done.stderr
    assert scores_of(tmp_path) == pytest.approx(BY_HAND + [0, 0.6, 0])


def test_what_is_missing_refuses_the_lesions_and_says_how_to_give_it(score, tmp_path):
    done = score("--batch", "GE")
    assert done.returncode == 8
    assert scores_of(tmp_path) == [None] * 3
    assert "--clinical pdl1=VALUE" in done.stdout
    assert "Patient's value: not defined (no scored lesion)" in done.stdout
    done = score("--clinical", "pdl1=20")
    assert done.returncode == 8
    assert "one of GE, Siemens" in done.stdout


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--batch", "Toshiba", "--clinical", "pdl1=1"), 1, "known are GE, Siemens"),
        (("--batch", "GE", "--clinical", "pld1=1"), 1, "needs of the patient: pdl1"),
        (("--clinical", "pdl1"), 2, "NAME=VALUE"),
        (("--clinical", "pdl1=high"), 2, "no number"),
    ],
)
def test_what_means_nothing_is_one_plain_line(score, options, code, words):
    done = score(*options)
    assert done.returncode == code
    assert words in done.stderr
