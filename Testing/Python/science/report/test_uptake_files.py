"""Uptake as a table and as JSON: what is written where values are missing or no SUV."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.identity import Identity
from radioimmuno.io.pet_study import PetStudy
from radioimmuno.lesion import LeftOut, Lesion
from radioimmuno.pet.patient_uptake import patient_uptake
from radioimmuno.pet.scale import UptakeScale
from radioimmuno.report.uptake_files import COLUMNS, uptake_record, write_uptake_csv, write_uptake_json

LATTICE = Lattice((16, 16, 16), (4.0, 4.0, 4.0), (0.0, 0.0, 0.0))


def box(start, size):
    mask = np.zeros(LATTICE.shape, bool)
    mask[(slice(start, start + size),) * 3] = True
    return Image(mask, LATTICE)


@pytest.fixture
def study():
    values = np.ones(LATTICE.shape)
    values[4:8, 4:8, 4:8] = 6.0
    lesions = (
        Lesion("a", "=SUM(A1)", box(3, 6)),
        Lesion("b", "empty", Image(np.zeros((0, 0, 0), bool), LATTICE)),
    )
    return PetStudy(
        Image(values, LATTICE),
        UptakeScale("bw"),
        lesions,
        {"muscle": box(11, 4)},
        None,
        None,
        {},
        Identity("P-1", "2024-01-01"),
        (LeftOut("c", "Heart", "An organ."),),
        {"pet": {"sha256": "0"}},
    )


def measured(study):
    return patient_uptake(study.image, study.lesions, study.references, study.scale, study.findings)


def rows_of(study, path):
    write_uptake_csv(measured(study), path, study.left_out, study.refusal)
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_row_a_lesion_and_one_for_what_is_left_out(study, tmp_path):
    rows = rows_of(study, tmp_path / "uptake.csv")
    assert list(rows[0]) == [
        *COLUMNS,
        "muscle_ratio_max",
        "muscle_ratio_mean",
        "muscle_ratio_peak",
        "reasons",
    ]
    assert [row["status"] for row in rows] == ["measured", "refused", "left out"]
    assert rows[0]["name"] == "'=SUM(A1)"
    assert float(rows[0]["tlg_4"]) == float(rows[0]["mtv_4"]) * 6.0
    assert rows[1]["suv_max"] == rows[1]["mtv_41"] == rows[1]["muscle_ratio_max"] == ""
    assert (rows[1]["codes"], rows[1]["volume_cc"]) == ("lesion.empty", "0.0")
    assert (rows[2]["codes"], rows[2]["reasons"]) == ("lesion.not_a_lesion", "An organ.")


def test_without_suv_ratios_stand_alone_and_the_reason_comes_first(study, tmp_path):
    refusal = Finding("pet.weight", Severity.REFUSE, "No weight.")
    without = replace(study, scale=UptakeScale("activity"), refusal=refusal)
    row = rows_of(without, tmp_path / "uptake.csv")[0]
    assert (row["status"], row["codes"].split()[0]) == ("refused", "pet.weight")
    assert float(row["muscle_ratio_max"]) == pytest.approx(6.0)
    assert (row["suv_max"], row["tlg_41"]) == ("", "")
    assert float(row["mtv_41"]) == pytest.approx(4.096)
    record = uptake_record(measured(without), without)
    assert record["suv"]["refused"]["code"] == "pet.weight"
    assert record["totals"]["tlg_41"] is None
    assert record["totals"]["hottest_suv_peak"] is None


def test_json_holds_totals_references_and_provenance(study, tmp_path):
    write_uptake_json(measured(study), study, tmp_path / "patient.json", "2024-01-02T00:00:00+00:00")
    record = json.loads((tmp_path / "patient.json").read_text())
    assert record["patient"] == "P-1"
    assert record["totals"]["mtv_4"] == pytest.approx(4.096)
    assert (record["totals"]["lesions"], record["totals"]["measured"]) == (2, 1)
    assert record["totals"]["largest_distance_mm"] is None
    assert record["references"][0]["volume_cc"] == pytest.approx(4.096)
    assert record["lesions"][1]["suv_max"] is None
    assert record["provenance"]["inputs"] == {"pet": {"sha256": "0"}}
    assert record["provenance"]["created_utc"].startswith("2024")
    assert "SUVbw" in record["suv"]["steps"][0]["text"]


def test_where_all_are_refused_totals_are_null_and_not_0(study):
    none = replace(study, lesions=study.lesions[1:])
    totals = uptake_record(measured(none), none)["totals"]
    assert (totals["mtv_41"], totals["tlg_4"], totals["hottest_lesion"]) == (None, None, None)
