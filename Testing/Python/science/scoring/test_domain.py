"""CT that are not made as those of the training: what is warned of, and where the limits lie."""

from __future__ import annotations

from dataclasses import replace

import pytest

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Severity
from radioimmuno.scoring.domain import check_domain, check_scan

THIN = (1.0, 1.0, 1.0)
USUAL = Acquisition(120.0, 5.0, "B30f", "Iohexol", "DICOM header", "Maker Model", "CT")


def codes(acquisition, spacing=THIN, check=check_domain):
    found = check(acquisition, spacing)
    assert {finding.severity for finding in found} <= {Severity.WARN}
    return [finding.code for finding in found]


def test_a_usual_scan_is_warned_of_by_nothing():
    assert codes(USUAL) == []
    assert codes(USUAL, check=check_scan) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"slice_thickness_mm": 5.01}, ["domain.slice_thickness"]),
        ({"slice_thickness_mm": None}, ["ct.thickness_missing"]),
        ({"contrast_agent": None}, ["domain.no_contrast"]),
        ({"kernel": None}, ["domain.kernel_unknown"]),
        ({"kvp": 9999.0}, ["ct.kvp_implausible"]),
        ({"kvp": None}, []),
    ],
)
def test_what_a_dicom_header_does_not_say_or_says_amiss(changes, expected):
    assert codes(replace(USUAL, **changes)) == expected


def test_of_a_file_that_says_nothing_of_the_scan_nothing_is_missed():
    assert codes(Acquisition()) == []
    assert codes(Acquisition(source="kVp given by hand", kvp=100.0)) == []
    assert codes(Acquisition(slice_thickness_mm=7.0)) == ["domain.slice_thickness"]


def test_voxels_and_nominal_thickness_are_warned_of_once():
    assert codes(replace(USUAL, slice_thickness_mm=7.0), (6.0, 1.0, 1.0)) == ["domain.slice_thickness"]
    assert codes(USUAL, (5.0, 1.0, 1.0)) == []
    assert codes(USUAL, (5.01, 1.0, 1.0)) == ["domain.slice_thickness"]


def test_before_a_signature_is_chosen_a_missing_voltage_comes_first():
    unknown = replace(USUAL, kvp=None, kernel=None)
    assert codes(unknown, check=check_scan) == ["ct.kvp_missing", "domain.kernel_unknown"]
