"""`radioimmuno features --wide`, and the record beside every table of features."""

from __future__ import annotations

import csv
import hashlib
import json

import pytest
import SimpleITK as sitk
from small_patient import label_map, write_volume

from radioimmuno.extraction.extract import extract
from radioimmuno.features.catalog import DEFAULT, of_responses
from radioimmuno.geometry.image import from_sitk
from radioimmuno.lesion import from_labels
from radioimmuno.settings import Settings
from radioimmuno_cli.main import main

WHO = ["patient", "study", "lesion_id", "name", "site", "status", "reasons"]


def table_of(path):
    with path.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream, strict=True)
        return list(reader.fieldnames or ()), list(reader)


@pytest.fixture(scope="module")
def case(files, tmp_path_factory):
    """Four lesions, the last too small, and what is known of the first."""
    folder = tmp_path_factory.mktemp("wide")
    labels = label_map()
    labels[15, 12, 12:14] = 4
    (folder / "known.csv").write_text("lesion_id,site\n1,liver\n")
    lesions = write_volume(folder / "labels.nrrd", labels)
    return files.ct, lesions, "--lesion-table", folder / "known.csv"


@pytest.fixture(scope="module")
def long(radioimmuno, case, tmp_path_factory):
    """(lesion, region, feature) -> cell of the table with a row a feature."""
    out = tmp_path_factory.mktemp("long") / "features.csv"
    radioimmuno("features", *case, "--out", out)
    return {(r["lesion_id"], r["region"], r["feature"]): r["value"] for r in table_of(out)[1]}


def test_one_row_a_region_has_a_column_a_feature(radioimmuno, case, long, tmp_path):
    done = radioimmuno("features", *case, "--wide", "region", "--out", tmp_path / "f.csv")
    assert done.returncode == 8, done.stderr
    columns, rows = table_of(tmp_path / "f.csv")
    assert columns == [*WHO, "region", *DEFAULT]
    assert [(r["lesion_id"], r["region"]) for r in rows] == [
        (n, g) for n in "1234" for g in ("lesion", "ring")
    ]
    assert {(r["lesion_id"], r["region"], f): r[f] for r in rows for f in DEFAULT} == long


def test_one_row_a_lesion_has_a_column_a_feature_of_a_region(radioimmuno, case, long, tmp_path):
    done = radioimmuno("features", *case, "--wide", "lesion", "--out", tmp_path / "f.csv")
    assert done.returncode == 8, done.stderr
    columns, rows = table_of(tmp_path / "f.csv")
    assert columns == [*WHO, *(f"{region}.{f}" for region in ("lesion", "ring") for f in DEFAULT)]
    assert [r["lesion_id"] for r in rows] == list("1234")
    found = {(r["lesion_id"], g, f): r[f"{g}.{f}"] for r in rows for g in ("lesion", "ring") for f in DEFAULT}
    assert found == long


def test_a_row_says_who_where_and_how_it_went(radioimmuno, case, tmp_path):
    radioimmuno("features", *case, "--wide", "lesion", "--patient", "Case 7", "--out", tmp_path / "f.csv")
    _, rows = table_of(tmp_path / "f.csv")
    assert {(r["patient"], r["study"]) for r in rows} == {("Case 7", "ct")}
    assert [r["site"] for r in rows] == ["liver", "", "", ""]
    assert [r["status"] for r in rows][-1] == "refused"
    assert rows[-1]["reasons"]
    assert {rows[-1][column] for column in rows[-1] if column not in WHO} == {""}
    assert {r["status"] for r in rows[:-1]} <= {"measured", "warning"}


def test_filters_stand_between_region_and_feature(radioimmuno, files, tmp_path):
    out = tmp_path / "f.csv"
    asked = ("--filters", "log_sigma_1mm,wavelet_haar", "--region", "ring", "--out", out)
    done = radioimmuno("features", files.ct, files.labels, *asked, "--wide", "lesion")
    assert done.returncode == 0, done.stderr
    columns, rows = table_of(out)
    names = ["log_sigma_1mm", *(f"wavelet_haar_{a}{b}{c}" for a in "lh" for b in "lh" for c in "lh")]
    after = [f"ring.{name}.{key}" for name in names for key in of_responses(DEFAULT)]
    assert columns == [*WHO, *(f"ring.{key}" for key in DEFAULT), *after]
    image = from_sitk(sitk.ReadImage(str(files.ct)))
    lesions = from_labels(from_sitk(sitk.ReadImage(str(files.labels))))
    some = after[:: len(after) // 7]
    for row, measured in zip(rows, extract(image, lesions, Settings(), some), strict=True):
        assert [float(row[name]) for name in some] == [measured.values[name] for name in some]
    record = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert list(record["settings"]["filters"]) == names
    assert record["settings"]["filters"]["log_sigma_1mm"]["sigma_mm"] == 1.0


def test_a_row_a_feature_names_its_filter_in_a_column_of_its_own(radioimmuno, files, tmp_path):
    how = tmp_path / "how.json"
    how.write_text(json.dumps({"filters": {"smooth": {"kind": "mean", "support": 3}}}))
    asked = ("--settings", how, "--region", "lesion", "--out", tmp_path / "f.csv")
    done = radioimmuno("features", files.ct, files.labels, *asked)
    assert done.returncode == 0, done.stderr
    columns, rows = table_of(tmp_path / "f.csv")
    assert columns[-1] == "filter"
    found = [(row["filter"], row["unit"]) for row in rows if row["feature"] == "statistics.mean"]
    assert found[:2] == [("", "HU"), ("smooth", "a.u.")]
    assert {row["region"] for row in rows} == {"lesion"}


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (("--filters", "sobel"), "no filter 'sobel'"),
        (("--filters", "log_sigma_0mm"), "above 0"),
    ],
)
def test_filters_that_cannot_be_are_refused_before_reading(asked, text, files, tmp_path, capsys):
    out = tmp_path / "f.csv"
    assert main(["features", str(files.ct), str(files.labels), *asked, "--out", str(out)]) == 1
    assert text in capsys.readouterr().err
    assert not out.exists()


def test_what_is_left_out_has_its_row_and_reason(radioimmuno, files, tmp_path):
    names = {"Lunge links": 1, "GTV": 2}
    lesions = write_volume(tmp_path / "l.seg.nrrd", label_map(), names)
    out = tmp_path / "f.csv"
    done = radioimmuno("features", files.ct, lesions, "--wide", "lesion", "--region", "lesion", "--out", out)
    rows = {row["name"]: row for row in table_of(out)[1]}
    assert done.returncode == 0, done.stderr
    assert rows["Lunge links"]["status"] == "left out"
    assert rows["Lunge links"]["reasons"]
    assert rows["GTV"]["lesion.morphology.volume"]
    assert [one["name"] for one in json.loads((tmp_path / "f.json").read_text())["left_out"]] == [
        "Lunge links"
    ]


def test_json_has_the_rows_of_the_file_and_both_files(radioimmuno, case, tmp_path):
    out = tmp_path / "f.csv"
    done = radioimmuno("features", *case, "--wide", "region", "--json", "--out", out)
    document = json.loads(done.stdout)
    assert document["files"] == [str(out), str(tmp_path / "f.json")]
    values = [row["morphology.volume"] for row in document["features"]]
    cells = [row["morphology.volume"] for row in table_of(out)[1]]
    assert [None if cell == "" else float(cell) for cell in cells] == values


@pytest.mark.parametrize("wide", [(), ("--wide", "lesion")])
def test_beside_every_table_are_settings_versions_and_hashes(radioimmuno, files, tmp_path, wide):
    out = tmp_path / "f.csv"
    options = ("--region", "lesion", "--settings", "ibsi-d", *wide)
    done = radioimmuno("features", files.ct, files.labels, *options, "--out", out)
    assert str(tmp_path / "f.json") in done.stdout
    record = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert record["table"]["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    for name, file in (("ct", files.ct), ("lesions", files.labels)):
        assert record["inputs"][name] == {
            "name": file.name,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
    assert record["settings"]["extraction"]["outlier_sigma"] == 3.0
    assert record["software"]["libraries"]["numpy"]
    assert record["features"]["morphology.volume"]["ibsi_code"] == "RNU0"
    assert [lesion["status"] for lesion in record["lesions"]] == ["measured"] * 3
    assert (record["patient"], record["study"]) == ("ct", "ct")


def test_the_record_replaces_an_earlier_one_and_no_other_file(radioimmuno, files, tmp_path):
    command = ("features", files.ct, files.labels, "--region", "lesion", "--out", tmp_path / "f.csv")
    assert radioimmuno(*command).returncode == 0
    assert radioimmuno(*command).returncode == 0
    (tmp_path / "f.json").write_text('{"mine": 1}')
    done = radioimmuno(*command)
    assert done.returncode == 1
    assert "[output.foreign]" in done.stderr
    assert (tmp_path / "f.json").read_text() == '{"mine": 1}'


def test_a_table_in_the_record_s_place_is_refused(radioimmuno, files, tmp_path):
    done = radioimmuno("features", files.ct, files.labels, "--out", tmp_path / "f.json")
    assert done.returncode == 1
    assert "let the table end in .csv" in done.stderr
    assert not list(tmp_path.iterdir())


def test_two_engines_beside_each_other_have_a_row_a_feature(radioimmuno, files, tmp_path):
    options = ("--engine", "compare", "--wide", "lesion")
    done = radioimmuno("features", files.ct, files.labels, *options, "--out", tmp_path / "f.csv")
    assert done.returncode == 1
    assert "--wide" in done.stderr


def test_a_name_is_no_formula_for_a_spreadsheet(radioimmuno, files, tmp_path):
    lesions = write_volume(tmp_path / "l.seg.nrrd", label_map(), {"=cmd()": 1, "GTV": 2})
    radioimmuno(
        "features", files.ct, lesions, "--wide", "lesion", "--region", "lesion", "--out", tmp_path / "f.csv"
    )
    assert [row["name"] for row in table_of(tmp_path / "f.csv")[1]] == ["'=cmd()", "GTV"]
