"""Which software measured a table is known where the cohort's record beside it fits."""

import json

import pytest

from radioimmuno.cohort.measured_by import measured_by, settings_of_table
from radioimmuno.files.written_files import sha256
from radioimmuno.settings import PRESETS, Settings


@pytest.fixture
def table(tmp_path):
    table = tmp_path / "lesions.csv"
    table.write_text("patient\nP1\n")
    record = {
        "software": {"name": "RadioImmunoScore", "version": "9.9"},
        "settings": Settings().to_dict(),
        "tables": {"lesions.csv": sha256(table)},
    }
    (tmp_path / "cohort.json").write_text(json.dumps(record))
    return table


def test_the_record_names_the_software(table):
    assert measured_by(table, Settings()) == "RadioImmunoScore 9.9"


def test_an_edited_table_other_settings_or_no_record_are_not_known(table):
    other = next(one for one in PRESETS.values() if one != Settings())
    assert measured_by(table, other) == ""
    table.write_text("patient\nP2\n")
    assert measured_by(table, Settings()) == ""
    (table.parent / "cohort.json").write_text("[]")
    assert measured_by(table, Settings()) == ""
    (table.parent / "cohort.json").unlink()
    assert measured_by(table, Settings()) == ""


def test_the_filters_of_the_record_come_to_the_settings(table):
    measured = Settings.from_dict(
        {"filters": ["log_sigma_3mm"], "images": {"pet": {"filters": ["wavelet_haar"]}}}
    )
    record = json.loads((table.parent / "cohort.json").read_text())
    (table.parent / "cohort.json").write_text(json.dumps(record | {"settings": measured.to_dict()}))
    found = settings_of_table(table, Settings())
    assert (found.filters, found.images["pet"].filters) == (measured.filters, measured.images["pet"].filters)
    assert measured_by(table, measured) == "RadioImmunoScore 9.9"
    table.write_text("edited")
    assert settings_of_table(table, Settings()) == Settings()
