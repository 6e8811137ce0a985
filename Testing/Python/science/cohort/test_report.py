"""The page of a cohort: counts, sites, distributions, what failed.

Tests of: report, tables.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from radioimmuno.cohort.manifest import Manifest, ManifestPatient, ManifestRow
from radioimmuno.cohort.plan import Plan
from radioimmuno.cohort.report import distributions, write_report
from radioimmuno.cohort.run import Outcome
from radioimmuno.cohort.store import PatientStore
from radioimmuno.cohort.tables import tables_of, write_tables
from radioimmuno.settings import Settings

FEATURES = (
    "lesion.morphology.volume",
    "lesion.statistics.mean",
    "lesion.glcm.contrast",
    "ring.glcm.contrast",
)
REFUSAL = {"code": "lesion.too_small", "severity": "refuse", "text": "The lesion is too small."}


def lesion(name, values, row=0):
    refused = values is None
    return {
        "lesion_id": name,
        "name": f"=lesion {name}",
        "row": row,
        "site": "liver",
        "irradiated": None,
        "volume_cc": 1.0,
        "status": "refused" if refused else "measured",
        "findings": [REFUSAL] if refused else [],
        "values": {} if refused else dict(zip(FEATURES, values, strict=True)),
        "scores": {},
    }


def record(patient, lesions):
    study = {"study": "s", "kvp": 120.0, "left_out": [], "lesions": lesions}
    return {"format": "radioimmuno-cohort-patient", "patient": patient, "studies": [study]}


@pytest.fixture
def made(tmp_path):
    """Twelve patients of two batches that differ in one feature alone; one patient has no measured lesion."""
    rng = np.random.default_rng(0)
    store, patients = PatientStore(tmp_path), []
    for number in range(12):
        batch = "AB"[number % 2]
        name = f"<p{number}>"
        row = ManifestRow(
            number + 2, Path("/ct"), Path("/m"), carried={"batch": batch, "age": str(50 + number)}
        )
        patients.append(ManifestPatient(name, (row,)))
        values = [*rng.normal(0, 1, 3), rng.normal(20.0 if batch == "B" else 0.0, 1)]
        own = [lesion("1", values if number else None), *([lesion("2", None)] if number == 3 else [])]
        store.write(record(name, own), "k", "q", "c")
    gone = ManifestRow(20, Path("/x"), carried={"batch": "B", "age": "x"})
    patients.append(ManifestPatient("gone", (gone,)))
    (tmp_path / "m.csv").write_text("")
    manifest = Manifest(tmp_path / "m.csv", tuple(patients), ("batch", "age"))
    outcome = Outcome(
        frozenset(one.patient for one in patients[:-1]), {"gone": ("ct.unreadable", "/x does not exist.")}
    )
    plan = Plan(Settings(), FEATURES)
    return tables_of(manifest, plan, store, outcome), manifest, plan


def test_a_patient_all_of_whose_lesions_are_refused_has_failed(made):
    tables = made[0]
    assert [(patient, code) for patient, code, _ in tables.failed] == [
        ("<p0>", "lesion.too_small"),
        ("gone", "ct.unreadable"),
    ]
    assert tables.column("status").count("refused") == 2


def test_what_differs_between_batches_is_shown_with_its_share(made):
    tables, _, plan = made
    found = {one.name: one for one in distributions(tables, plan)}
    assert list(found)[:2] == ["lesion.morphology.volume", "lesion.statistics.mean"]
    assert list(found)[2] == "ring.glcm.contrast"
    assert found["ring.glcm.contrast"].shift > 0.7  # all ranks of one batch above those of the other: 3/4
    assert found["lesion.morphology.volume"].shift < 0.5
    assert {name: len(v) for name, v in found["ring.glcm.contrast"].groups.items()} == {"A": 5, "B": 6}


def test_the_page_names_all_and_runs_nothing(made, tmp_path):
    tables, manifest, plan = made
    write_report(tables, manifest, plan, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert "<p0>" not in text
    assert "&lt;p0&gt;" in text
    words = re.sub(r"<[^>]+>", " ", text)
    for expected in ("13", "liver", "The lesion is too small.", "ct.unreadable", "By batch", "11 of 13"):
        assert expected in words
    assert text.count('class="box"') >= 6


def test_cells_that_a_spreadsheet_would_compute_are_texts(made, tmp_path):
    tables = made[0]
    write_tables(tables, tmp_path)
    assert ",'=lesion 1," in (tmp_path / "lesions.csv").read_text()


def test_parquet_has_the_same_numbers(made, tmp_path):
    pytest.importorskip("pyarrow")
    from pyarrow.parquet import read_table

    tables = made[0]
    write_tables(tables, tmp_path)
    table = read_table(tmp_path / "lesions.parquet").to_pydict()
    assert table["ring.glcm.contrast"] == tables.column("ring.glcm.contrast")
    assert table["batch"] == tables.column("batch")
    assert table["irradiated"] == [None] * 13
