"""Series that are not what the scanner reconstructed, or not in Hounsfield units."""

from __future__ import annotations

import pytest

pytest.importorskip("pydicom")

from dicom_series import ct_series, enhanced, hu_values, write
from radioimmuno.findings import InputError, Severity
from radioimmuno.io.dicom import find_series, read_ct

CODE = "ct.not_original"


@pytest.mark.parametrize(
    ("image_type", "words"),
    [
        (["DERIVED", "SECONDARY", "MPR", "CT_SOM5 MIP"], "a projection through several slices"),
        (["DERIVED", "PRIMARY", "PROJECTION IMAGE"], "a projection through several slices"),
        (["ORIGINAL", "PRIMARY", "AXIAL", "MIP"], "a projection through several slices"),
        (["DERIVED", "SECONDARY", "MINIP"], "a projection through several slices"),
        (["DERIVED", "SECONDARY", "REFORMATTED", "AVERAGE"], "reformatted from other slices"),
        (["DERIVED", "SECONDARY", "MPR"], "reformatted from other slices"),
        (["DERIVED", "PRIMARY", "AXIAL", "SUBTRACTION"], "a subtraction"),
        (["DERIVED", "PRIMARY", "AXIAL", "VMI"], "derived from other images"),
        (["DERIVED", "SECONDARY"], "derived from other images"),
    ],
)
def test_a_derived_series_is_refused_and_says_what_it_is(tmp_path, image_type, words):
    folder = write(tmp_path, ct_series(hu_values(), ImageType=image_type))
    with pytest.raises(InputError, match="--accept-derived") as caught:
        read_ct(folder)
    assert caught.value.code == CODE
    assert f"Its slices are {words} (ImageType " in str(caught.value)
    (finding,) = [f for f in read_ct(folder, accepted=[CODE]).findings if f.code == CODE]
    assert finding.severity is Severity.WARN


@pytest.mark.parametrize(
    "image_type",
    [
        None,
        ["ORIGINAL", "PRIMARY", "AXIAL"],
        ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"],
        ["ORIGINAL", "PRIMARY", "AXIAL", "HELIX"],
    ],
)
def test_what_the_scanner_reconstructed_passes(tmp_path, image_type):
    assert find_series(write(tmp_path, ct_series(hu_values(), ImageType=image_type)))[0].usable


def test_one_derived_slice_is_enough(tmp_path):
    slices = ct_series(hu_values())
    slices[3].ImageType = ["DERIVED", "PRIMARY", "AXIAL"]
    (series,) = find_series(write(tmp_path, slices))
    assert not series.usable
    assert "1 of 10 slices are derived from other images" in series.findings[0].text


@pytest.mark.parametrize(
    ("unit", "usable"), [(None, True), ("HU", True), ("hu ", True), ("HU_MOD", False), ("Z_EFF", False)]
)
def test_values_are_in_hounsfield_units_or_refused(tmp_path, unit, usable):
    (series,) = find_series(write(tmp_path, ct_series(hu_values(), RescaleType=unit)))
    assert series.usable is usable
    assert [f.code for f in series.findings] == ([] if usable else [CODE])


def test_a_unit_that_is_left_open_is_a_warning(tmp_path):
    (series,) = find_series(write(tmp_path, ct_series(hu_values(), RescaleType="US")))
    assert series.usable
    assert [(f.code, f.severity) for f in series.findings] == [(CODE, Severity.WARN)]


def test_a_frame_of_an_enhanced_file_says_its_own_type(tmp_path):
    from pydicom.dataset import Dataset

    dataset = enhanced(hu_values())
    kind = Dataset()
    kind.FrameType = ["DERIVED", "PRIMARY", "VOLUME", "MAXIMUM"]
    dataset.SharedFunctionalGroupsSequence[0].CTImageFrameTypeSequence = [kind]
    (series,) = find_series(write(tmp_path, [dataset]))
    assert [f.code for f in series.findings] == [CODE]
    assert "a projection" in series.findings[0].text
