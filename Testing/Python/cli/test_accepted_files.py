"""What is refused unless a person accepts it, through the installed command, and that it is recorded."""

from __future__ import annotations

import json

import numpy as np
import pytest
from small_patient import BALLS, ct_values

pytest.importorskip("pydicom")

from dicom_lesions import PATIENT, rtstruct, save
from dicom_series import ct_series, write

SPACING, ORIGIN = (2.0, 1.0, 1.0), (0.0, 0.0, 0.0)


def square(k):
    (_, j, i), radius, _ = BALLS[1]
    low, high = np.array([i, j]) - radius / 2, np.array([i, j]) + radius / 2
    corners = [(low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1])]
    return np.array([(*corner, 2.0 * k) for corner in corners])


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    """A CT, the same CT as a derived series, and structures of the patient and of another one."""
    folder = tmp_path_factory.mktemp("clinic")
    same = {"spacing": SPACING, "origin": ORIGIN, "frame_uid": "1.2.3.4", **PATIENT}
    write(folder / "ct", ct_series(ct_values(), **same))
    write(folder / "derived", ct_series(ct_values(), ImageType=["DERIVED", "SECONDARY", "MPR"], **same))
    for name, identifier in (("own", PATIENT["PatientID"]), ("other", "MUSTER-0815")):
        made = rtstruct({"GTV": [square(k) for k in range(5, 12)]}, frame_uid="1.2.3.4")
        made.PatientID = identifier
        save(folder / f"{name}.dcm", made)
    return folder


@pytest.mark.parametrize(
    ("case", "code", "option"),
    [
        (("ct", "other.dcm"), "patient.mismatch", "--accept-patient"),
        (("derived", "own.dcm"), "ct.not_original", "--accept-derived"),
    ],
)
def test_it_is_refused_with_the_option_named_and_recorded_where_it_was_accepted(
    radioimmuno, clinic, case, code, option
):
    command = ("check", *(clinic / name for name in case), "--json")
    refused = radioimmuno(*command)
    assert refused.returncode == 1
    assert f"[{code}]" in refused.stderr
    assert option in refused.stderr
    document = json.loads(radioimmuno(*command, option).stdout)
    (finding,) = [each for each in document["findings"] if each["code"] == code]
    assert finding["severity"] == "warn"
    assert finding["text"].endswith("Accepted by hand.")
