"""What the header says of the scan, what it does not say, and what scoring warns of."""

from __future__ import annotations

import numpy as np
import pytest

from dicom_series import ct_series, hu_values, write
from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.dicom import read_ct
from radioimmuno.lesion import Lesion
from radioimmuno.scoring.domain import check_domain, check_scan
from radioimmuno.scoring.provenance import provenance
from radioimmuno.scoring.score import score
from radioimmuno.signature.signature import default_signature

FULL = Acquisition(120.0, 2.5, "B30f", "Iohexol", "DICOM header", "Maker Model", "CT")


def acquisition(tmp_path, **tags):
    return read_ct(write(tmp_path, ct_series(hu_values(), **tags))).acquisition


def codes(found):
    assert all(finding.severity is Severity.WARN for finding in found)
    return [finding.code for finding in found]


def test_the_header_of_a_series_is_the_acquisition(tmp_path):
    assert acquisition(tmp_path) == FULL
    assert check_domain(FULL, (2.5, 0.75, 0.75)) == []


def test_it_goes_into_the_provenance():
    recorded = provenance(default_signature(), FULL, {})["acquisition"]
    assert (recorded["kvp"], recorded["kernel"], recorded["scanner"]) == (120.0, "B30f", "Maker Model")


@pytest.mark.parametrize("value", [None, "", 0, -120])
def test_a_tube_voltage_that_is_not_there_is_not_invented(tmp_path, value):
    found = acquisition(tmp_path, KVP=value)
    assert found.kvp is None
    assert codes(check_scan(found, (2.5, 1.0, 1.0))) == ["ct.kvp_missing"]


def test_a_tube_voltage_that_a_signature_needs_and_nobody_knows_refuses(tmp_path):
    image = Image(np.zeros((9, 9, 9), np.int16), Lattice((9, 9, 9), (2.5, 1.0, 1.0), (0.0, 0.0, 0.0)))
    mask = Image(np.ones((7, 7, 7), bool), image.lattice, (1, 1, 1))
    signature = default_signature()
    found = acquisition(tmp_path, KVP=None)
    (row,) = score(image, [Lesion("1", "1", mask)], signature, found).lesions
    refused = {f.code for f in row.findings if f.refuses}
    assert ("ct.kvp_missing" in refused) == ("acquisition.kvp" in signature.variables)


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"ConvolutionKernel": None}, "domain.kernel_unknown"),
        ({"ContrastBolusAgent": None}, "domain.no_contrast"),
        ({"ContrastBolusAgent": ""}, "domain.no_contrast"),
        ({"SliceThickness": None}, "ct.thickness_missing"),
        ({"SliceThickness": 6.0}, "domain.slice_thickness"),
    ],
)
def test_what_is_unknown_or_outside_the_domain_is_warned_of(tmp_path, tags, code):
    assert codes(check_domain(acquisition(tmp_path, **tags), (2.5, 0.75, 0.75))) == [code]


def test_thick_slices_are_warned_of_once():
    thick = Acquisition(120.0, 7.0, "B30f", "Iohexol", "DICOM header")
    assert codes(check_domain(thick, (7.0, 0.75, 0.75))) == ["domain.slice_thickness"]


def test_a_format_that_never_says_how_the_ct_was_made_is_not_warned_of():
    assert check_domain(Acquisition(), (2.5, 0.75, 0.75)) == []


def test_the_thickest_slice_and_the_contrast_of_any_count(tmp_path):
    slices = ct_series(hu_values(), ContrastBolusAgent=None)
    slices[3].SliceThickness, slices[5].ContrastBolusAgent = 5.5, "Iohexol"
    found = read_ct(write(tmp_path, slices)).acquisition
    assert (found.slice_thickness_mm, found.contrast_agent) == (5.5, "Iohexol")


def test_a_kernel_of_several_values_is_kept_whole(tmp_path):
    assert acquisition(tmp_path, ConvolutionKernel=["Br40f", "3"]).kernel == "Br40f\\3"
