"""`radioimmuno features --engine` after filters, with a stand-in for PyRadiomics."""

from __future__ import annotations

import csv
import json

import pytest

from pyradiomics_stand_in import stand_in
from radioimmuno.features.catalog import BY_KEY, DEFAULT, of_responses


@pytest.fixture(autouse=True)
def _pyradiomics(monkeypatch):
    stand_in(monkeypatch)


def table_of(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream, strict=True))


def test_both_are_compared_after_filters_and_what_pyradiomics_has_not_is_named(radioimmuno, files, tmp_path):
    out = tmp_path / "f.csv"
    names = ["log_sigma_1mm", "wavelet_haar_lhl"]
    asked = ("--filters", ",".join([*names, "simoncelli"]), "--region", "lesion", "--out", out)
    done = radioimmuno("features", files.ct, files.labels, "--engine", "compare", *asked)
    assert done.returncode == 0, done.stderr
    assert "PyRadiomics has no such filter: simoncelli_level_1 " in done.stdout
    first = [row for row in table_of(out) if row["lesion_id"] == "1"]
    found = [(row["filter"], row["feature"]) for row in first]
    after = [(name, key) for name in names for key in of_responses(DEFAULT)]
    assert found == [*(("", key) for key in DEFAULT), *after]
    notes = {
        (row["filter"], row["feature"]): row["note"] for row in first if BY_KEY[row["feature"]].pyradiomics
    }
    assert {row for row, note in notes.items() if note and row[0] != names[0]} == {
        ("", "statistics.kurtosis"),
        ("wavelet_haar_lhl", "statistics.kurtosis"),
    }
    assert "taken out" in notes["log_sigma_1mm", "statistics.variance"]
    record = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert list(record["settings"]["filters"]) == names
    assert record["table"]["filters_left_out"] == ["simoncelli_level_1"]


@pytest.mark.parametrize("engine", ["pyradiomics", "compare"])
def test_filters_of_which_pyradiomics_has_none_are_refused(radioimmuno, files, tmp_path, engine):
    how, out = tmp_path / "how.json", tmp_path / "f.csv"
    how.write_text(json.dumps({"filters": {"smooth": {"kind": "mean", "support": 3}}}))
    asked = ("--settings", how, "--engine", engine, "--out", out)
    done = radioimmuno("features", files.ct, files.labels, *asked)
    assert done.returncode == 1
    assert "PyRadiomics has no such filter: smooth " in done.stderr
    assert "[engine.no_filter]" in done.stderr
    assert not out.exists()


def test_pyradiomics_values_after_filters_have_its_names(radioimmuno, files, tmp_path):
    long, wide = tmp_path / "long.csv", tmp_path / "wide.csv"
    asked = ("--filters", "log_sigma_1mm", "--region", "lesion", "--engine", "pyradiomics", "--out")
    for out in ([long], [wide, "--wide", "lesion"]):
        done = radioimmuno("features", files.ct, files.labels, *asked, *out)
        assert done.returncode == 0, done.stderr
    means = [row for row in table_of(long) if row["feature"] == "statistics.mean"]
    assert [(row["filter"], row["pyradiomics_name"]) for row in means[:2]] == [
        ("", "original_firstorder_Mean"),
        ("log_sigma_1mm", "log-sigma-1-0-mm-3D_firstorder_Mean"),
    ]
    (first, *_) = table_of(wide)
    columns = ("lesion.statistics.mean", "lesion.log_sigma_1mm.statistics.mean")
    assert [first[name] for name in columns] == [row["value"] for row in means[:2]]
