"""A result that is read back to be exported: whole and unedited, or refused in words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import report_cases as cases

pytest.importorskip("pydicom")

from radioimmuno.files.written_files import LIST_NAME
from radioimmuno.findings import InputError
from radioimmuno.io.dicom.result_reader import check_unchanged, read_result
from radioimmuno.scoring.records import patient_record
from radioimmuno.scoring.results import PatientValue


@pytest.fixture
def record():
    """What scoring writes of a CT series: the report's patient with the inputs of one."""
    record = patient_record(cases.patient(), cases.signature())
    return record | {"provenance": record["provenance"] | {"inputs": {"ct": {"series_uid": "1.2.3"}}}}


def written(folder, record):
    path = folder / "patient.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


def code_of(path):
    with pytest.raises(InputError) as caught:
        read_result(path)
    return caught.value.code


def test_the_patients_value_by_the_signatures_rule_comes_back(tmp_path, record):
    value = PatientValue("scores_min", -0.25, cutoff=0.5, lesions=3)
    with_value = patient_record(replace(cases.patient(), value=value), cases.signature())
    entry = {"patient_value": with_value["patient_value"]}
    assert read_result(written(tmp_path, record | entry)).patient.value == value


def test_scores_and_signature_come_back(tmp_path, record):
    result = read_result(written(tmp_path, record))
    assert result.series_uid == "1.2.3"
    assert [row.score for row in result.patient.lesions] == [row.score for row in cases.patient().lesions]
    assert result.method.settings == cases.signature().settings.to_dict()


@pytest.mark.parametrize("missing", ["format", "format_version", "lesions", "signature", "provenance"])
def test_a_file_without_one_of_its_parts_is_refused(tmp_path, record, missing):
    del record[missing]
    assert code_of(written(tmp_path, record)) == "result.unreadable"


def test_another_version_a_broken_file_and_none_are_refused(tmp_path, record):
    assert code_of(written(tmp_path, record | {"format_version": 999})) == "result.unreadable"
    path = tmp_path / "patient.json"
    path.write_text("{", encoding="utf-8")
    assert code_of(path) == "result.unreadable"
    assert code_of(tmp_path / "nothing.json") == "result.unreadable"


def test_files_that_no_list_names_count_as_edited(tmp_path, record):
    path = written(tmp_path, record)
    assert not (tmp_path / LIST_NAME).exists()
    with pytest.raises(InputError, match="Nothing says") as caught:
        check_unchanged([path])
    assert caught.value.code == "result.edited"
