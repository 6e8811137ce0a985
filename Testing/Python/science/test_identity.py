"""Whose a result is: pseudonyms that are stable and lead nowhere, dates, and names of files."""

from __future__ import annotations

import json

import pytest
import report_cases as cases

from radioimmuno.identity import (
    ALPHABET,
    Identity,
    identity_of,
    identity_of_file,
    in_part,
    iso_date,
    pseudonym,
    same_patient,
)
from radioimmuno.report import write_patient_json, write_scores_csv
from radioimmuno.salt import Salt

SALT = Salt(b"a secret of the hospital")


def test_a_pseudonym_is_short_and_has_no_characters_that_are_mistaken():
    assert len(set(ALPHABET)) == 32
    assert not set("01IO") & set(ALPHABET)
    for number in range(200):
        name = pseudonym(str(number), SALT.value)
        assert name.startswith("P-")
        assert len(name) == 10
        assert set(name[2:]) <= set(ALPHABET)


def test_a_pseudonym_is_the_hmac_of_the_patient_id():
    # RFC 4231, test case 2: HMAC-SHA256 of "what do ya want for nothing?" with the key "Jefe" ends in
    # ...9dec58b964ec3843: its last 40 bits are b964ec3843.
    number = 0xB964EC3843
    expected = "".join(ALPHABET[number >> 5 * place & 31] for place in range(8))
    assert pseudonym("what do ya want for nothing?", b"Jefe") == f"P-{expected}"


def test_ten_thousand_patients_have_pseudonyms_of_their_own():
    assert len({pseudonym(f"{number:07}", SALT.value) for number in range(10_000)}) == 10_000


def test_another_salt_is_another_pseudonym():
    assert pseudonym("123", b"one") != pseudonym("123", b"another")


@pytest.mark.parametrize("written", [" ABC-1 ", "ABC-1\0", "abc-1", "ABC-1"])
def test_blanks_and_case_do_not_make_another_patient(written):
    assert same_patient("ABC-1", written)
    assert pseudonym(written, SALT.value) == pseudonym("ABC-1", SALT.value)


def test_what_is_not_known_is_nobody_else():
    assert same_patient("", "ABC")
    assert not same_patient("ABC", "ABD")


def test_two_time_points_are_one_patient_and_two_studies():
    first = identity_of("4711", "20200102", "Thorax", salt=SALT)
    second = identity_of("4711 ", "20200708", "Thorax", salt=SALT)
    assert first.patient == second.patient != ""
    assert (first.study, second.study) == ("2020-01-02", "2020-07-08")
    assert "4711" not in repr(first)


def test_a_person_s_name_wins_and_the_patient_id_stands_where_it_was_asked_for():
    assert identity_of("4711", "", "", named="Case 3", salt=SALT).patient == "Case 3"
    assert identity_of("4711", "", "", identify=True, salt=SALT).patient == "4711"
    assert identity_of("4711", "", "", named="Case 3", identify=True, salt=SALT).patient == "Case 3"


def test_without_a_patient_id_nothing_is_made_up():
    assert identity_of("", "", "", salt=SALT) == Identity()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20200102", "2020-01-02"),
        ("2020.01.02", "2020-01-02"),
        ("", ""),
        ("20201302", ""),
        ("yesterday", ""),
    ],
)
def test_dates_are_iso_or_not_there(text, expected):
    assert iso_date(text) == expected


@pytest.mark.parametrize("name", ["p1.nii.gz", "p1.nrrd", "p1.MHA", "p1.seg.nrrd", "p1"])
def test_a_file_s_name_is_patient_and_study(name):
    assert identity_of_file(name) == Identity("p1", "p1")
    assert identity_of_file(name, "Case 3") == Identity("Case 3", "p1")


def test_a_name_stays_on_one_line():
    assert identity_of_file("a\nb\x1b[2Jc.nrrd").patient == "a b [2Jc"


def test_identifiers_are_shown_in_part_and_told_apart():
    assert in_part("STS_011", "STS_021") == ("ST...11", "ST...21")
    assert in_part("MUELLER_4711", "SCHMIDT_0815") == ("M...1", "S...5")
    assert in_part("12", "34") == ("...", "...")


def test_table_and_json_say_whose_it_is(tmp_path):
    patient = cases.patient(identity=Identity("P-7K3M2Q9A", "2020-01-02", "Thorax", "Of this run only."))
    write_scores_csv(patient, cases.signature(), tmp_path / "scores.csv")
    write_patient_json(patient, cases.signature(), tmp_path / "patient.json")
    rows = (tmp_path / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("patient,study,lesion_id")
    assert all(row.startswith("P-7K3M2Q9A,2020-01-02,") for row in rows[1:])
    document = json.loads((tmp_path / "patient.json").read_text(encoding="utf-8"))
    assert [document[key] for key in ("patient", "study", "series", "patient_note")] == [
        "P-7K3M2Q9A",
        "2020-01-02",
        "Thorax",
        "Of this run only.",
    ]
