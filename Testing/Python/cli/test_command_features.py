"""`radioimmuno features`: the table, and IBSI's consensus values through the installed command."""

from __future__ import annotations

import csv
import json

import pytest
from small_patient import label_map, write_volume

from radioimmuno.features.catalog import ALL, DEFAULT, FEATURES

COLUMNS = [
    "patient",
    "study",
    "lesion_id",
    "region",
    "feature",
    "ibsi_code",
    "reference_tag",
    "value",
    "unit",
]


def rows_of(path):
    with path.open(newline="") as stream:
        reader = csv.DictReader(stream)
        assert reader.fieldnames == COLUMNS
        return list(reader)


def test_every_default_feature_of_lesion_and_ring_has_a_row(installed, files, tmp_path):
    out = tmp_path / "new folder" / "features.csv"
    done = installed("features", files.ct, files.labels, "--out", out)
    rows = rows_of(out)
    assert done.returncode == 0, done.stderr
    assert [row["feature"] for row in rows] == list(DEFAULT) * 2 * 3
    assert {(row["lesion_id"], row["region"]) for row in rows} == {
        (n, r) for n in "123" for r in ("lesion", "ring")
    }
    volumes = {
        row["lesion_id"]: row
        for row in rows
        if (row["region"], row["feature"]) == ("lesion", "morphology.volume")
    }
    assert float(volumes["1"]["value"]) == pytest.approx(4 / 3 * 3.14159265 * 8**3, rel=0.05)
    assert (volumes["1"]["ibsi_code"], volumes["1"]["unit"]) == ("RNU0", "mm3")


def test_a_refused_lesion_has_empty_values_and_a_reason(radioimmuno, files, tmp_path):
    labels = label_map()
    labels[15, 12, 12:14] = 4
    lesions = write_volume(tmp_path / "labels.nrrd", labels)
    done = radioimmuno("features", files.ct, lesions, "--region", "lesion", "--out", tmp_path / "f.csv")
    assert done.returncode == 8
    assert {row["value"] for row in rows_of(tmp_path / "f.csv") if row["lesion_id"] == "4"} == {""}
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("4 ")]
    assert "0 of" in line
    assert "cc" in line.partition("0 of")[2]


def test_json_has_the_rows_of_the_file(radioimmuno, files, tmp_path):
    out = tmp_path / "f.csv"
    done = radioimmuno("features", files.ct, files.labels, "--region", "ring", "--json", "--out", out)
    document = json.loads(done.stdout)
    assert document["exit_code"] == done.returncode == 0
    assert [float(row["value"]) for row in rows_of(out)] == [row["value"] for row in document["features"]]


def test_settings_from_a_file_are_used(radioimmuno, files, tmp_path):
    settings = tmp_path / "settings.json"
    settings.write_text('{"extraction": {"spacing_mm": 2.0}}')
    done = radioimmuno(
        "features",
        files.ct,
        files.labels,
        "--settings",
        settings,
        "--region",
        "lesion",
        "--out",
        tmp_path / "f.csv",
    )
    assert done.returncode == 0, done.stderr
    volumes = [
        float(r["value"]) for r in rows_of(tmp_path / "f.csv") if r["reference_tag"] == "morph_vol_approx"
    ]
    assert [volume % 8 for volume in volumes] == [0, 0, 0]  # whole voxels of 2 mm


@pytest.mark.parametrize(
    ("preset", "configuration", "case"),
    [
        ("ibsi-digital", "digital_phantom", "digital_phantom"),
        ("ibsi-c", "ct_c", "ct_phantom"),
    ],
)
def test_ibsi_consensus_values_come_out(
    radioimmuno, data, reference_table, tmp_path, preset, configuration, case
):
    folder, out = data / "ibsi" / case, tmp_path / "f.csv"
    done = radioimmuno(
        "features", folder / "ct.nii.gz", folder / "mask.nii.gz", "--settings", preset, "--region", "lesion",
        "--out", out,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    values = {row["reference_tag"]: float(row["value"]) for row in rows_of(out)}
    assert len(values) == len(ALL)
    with reference_table.open(newline="") as stream:
        known = {feature.reference_tag for feature in FEATURES}
        rows = [
            r for r in csv.DictReader(stream) if r["configuration"] == configuration and r["tag"] in known
        ]
    checked = [row for row in rows if row["tolerance"]]
    assert len(checked) > 150
    wrong = [
        (row["tag"], values[row["tag"]], row["value"])
        for row in checked
        if abs(float(f"{values[row['tag']]:.3g}") - float(row["value"]))
        > float(row["tolerance"]) * (1 + 1e-9)
    ]
    assert wrong == []
