"""The tube voltage by hand and that of the header: which counts, and what is said of it."""

from __future__ import annotations

import pytest
from phantoms import noisy_patient
from signatures import signature, term

from radioimmuno.acquisition import Acquisition, with_kvp
from radioimmuno.findings import InputError, Severity
from radioimmuno.scoring.domain import check_domain
from radioimmuno.scoring.score import score

HEADER = Acquisition(kvp=100.0, source="DICOM header")


def test_the_hand_counts_and_the_contradiction_is_shown():
    known, (finding,) = with_kvp(HEADER, 120)
    assert (known.kvp, known.source) == (120.0, "DICOM header; kVp given by hand")
    assert (finding.code, finding.severity) == ("ct.kvp_differs", Severity.WARN)
    assert "100 kV" in finding.text
    assert "120 kV" in finding.text


@pytest.mark.parametrize("kvp", [None, 100, 100.0])
def test_without_a_contradiction_the_header_stays_as_it_is(kvp):
    assert with_kvp(HEADER, kvp) == (HEADER, ())


def test_a_voltage_that_the_ct_does_not_say_is_no_contradiction():
    known, findings = with_kvp(Acquisition(), 80)
    assert (known.kvp, known.source, findings) == (80.0, "kVp given by hand", ())


@pytest.mark.parametrize("kvp", [0, -120, 39.9, 200.5, 9999, 120_000, float("nan"), float("inf")])
def test_a_voltage_that_no_ct_has_is_refused(kvp):
    with pytest.raises(InputError, match="40 to 200") as caught:
        with_kvp(HEADER, kvp)
    assert caught.value.code == "ct.kvp_implausible"


@pytest.mark.parametrize("kvp", [40, 60, 150, 200])
def test_the_limits_themselves_are_voltages(kvp):
    assert with_kvp(Acquisition(), kvp)[0].kvp == kvp


@pytest.mark.parametrize("kvp", [1.0, 9999.0])
def test_a_header_with_a_voltage_that_no_ct_has_counts_as_one_without(kvp):
    wrong = Acquisition(kvp=kvp, source="DICOM header")
    assert "ct.kvp_implausible" in [finding.code for finding in check_domain(wrong, (1.0, 1.0, 1.0))]
    image, lesion = noisy_patient()
    needs_kvp = signature(term("lesion.statistics.mean"), term("acquisition.kvp"))
    (row,) = score(image, [lesion], needs_kvp, wrong).lesions
    assert row.score is None
    assert {"ct.kvp_missing", "ct.kvp_implausible"} <= {finding.code for finding in row.findings}
    corrected, findings = with_kvp(wrong, 120)
    assert [finding.code for finding in findings] == ["ct.kvp_differs"]
    (row,) = score(image, [lesion], needs_kvp, corrected).lesions
    assert row.score is not None
