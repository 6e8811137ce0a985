"""The patients of a training are noticed again, and their identifiers do not stand in the file."""

import json

import numpy as np

from radioimmuno.signature.trained_patients import patients_record, trained_on


def test_patients_are_noticed_however_they_are_written():
    record = json.loads(json.dumps(patients_record(["LUNG1-001", "LUNG1-002"], "a salt")))
    patients = np.array(["LUNG1-001", " lung1-002", "LUNG1-003", "LUNG1-01"])
    assert trained_on(record, patients).tolist() == [True, True, False, False]


def test_identifiers_are_not_in_the_file_and_their_order_is_not():
    record = patients_record(["B", "A", "A"], "s")
    assert record == patients_record(["A", "B"], "s")
    assert "LUNG1-001" not in json.dumps(patients_record(["LUNG1-001"], "s"))


def test_another_salt_gives_other_hashes():
    first, second = patients_record(["A"], "s"), patients_record(["A"], "t")
    assert first["patient_hashes"] != second["patient_hashes"]


def test_a_signature_that_does_not_say_knows_nobody():
    assert not trained_on({}, np.array(["A"])).any()
    assert not trained_on({"patient_hashes": "A", "patient_salt": 3}, np.array(["A"])).any()
