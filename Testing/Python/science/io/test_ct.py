"""Reading a CT: formats, DICOM folders, and every file that is none."""

from __future__ import annotations

import gzip
import struct
import time

import numpy as np
import pytest
import SimpleITK as sitk
from volumes import ORIGIN, SHAPE, SPACING, ct_values, image_of, write

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Lattice
from radioimmuno.io.ct import read_ct
from radioimmuno.io.volume_reader import check_geometry

HEADER_SIZES = b"sizes: 24 20 12"
HEADER_STEP = b"(0.75,0,0)"


@pytest.fixture
def nrrd(tmp_path):
    return write(tmp_path / "ct.nrrd", ct_values())


def changed(path, old, new):
    """The file with a piece of its header replaced; the voxels stay."""
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    return path


def refused(path, words):
    with pytest.raises(InputError, match=words) as caught:
        read_ct(path)
    assert caught.value.code == "ct.unreadable"
    return str(caught.value)


@pytest.mark.parametrize("ending", ["nrrd", "nii", "nii.gz", "mha", "mhd"])
def test_every_format_gives_the_same_voxels_in_the_same_place(tmp_path, ending):
    ct = read_ct(write(tmp_path / f"ct.{ending}", ct_values()))
    expected = Lattice(SHAPE, SPACING[::-1], ORIGIN)
    np.testing.assert_array_equal(ct.image.values, ct_values())
    assert ct.image.lattice.coincides(expected)
    assert ct.acquisition == Acquisition()


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    refused(tmp_path / "nowhere.nrrd", "does not exist")


@pytest.mark.parametrize("content", [b"", b"hello", b"NRRD0004\n"])
def test_what_is_no_volume_is_refused(tmp_path, content):
    path = tmp_path / "ct.nrrd"
    path.write_bytes(content)
    refused(path, "not a volume|damaged")


def test_formats_that_are_not_known_are_refused(tmp_path):
    path = tmp_path / "slice.png"
    sitk.WriteImage(sitk.Image(8, 8, sitk.sitkUInt8), str(path))
    refused(path, "Known formats are: NRRD, NIfTI, MHA/MHD")


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("ending", ["nrrd", "nii", "nii.gz", "mha"])
def test_a_file_that_is_cut_off_is_refused(tmp_path, ending, compressed):
    path = tmp_path / f"ct.{ending}"
    sitk.WriteImage(image_of(ct_values()), str(path), useCompression=compressed)
    read_ct(path)
    path.write_bytes(path.read_bytes()[:-50])
    refused(path, "damaged or cut off")


@pytest.mark.parametrize(("compressed", "ending"), [(False, "raw"), (True, "zraw")])
def test_a_voxel_file_beside_its_header_that_is_cut_off_is_refused(tmp_path, compressed, ending):
    sitk.WriteImage(image_of(ct_values()), str(tmp_path / "ct.mhd"), useCompression=compressed)
    read_ct(tmp_path / "ct.mhd")
    voxels = tmp_path / f"ct.{ending}"
    voxels.write_bytes(voxels.read_bytes()[:-50])
    refused(tmp_path / "ct.mhd", "damaged or cut off")


def test_a_compressed_nifti_with_too_few_voxels_is_refused(tmp_path):
    whole = write(tmp_path / "ct.nii", ct_values()).read_bytes()
    path = tmp_path / "ct.nii.gz"
    path.write_bytes(gzip.compress(whole[:-100]))
    refused(path, "damaged or cut off")


def test_a_compressed_nifti_of_several_members_is_whole(tmp_path):
    whole = write(tmp_path / "ct.nii", ct_values()).read_bytes()
    path = tmp_path / "ct.nii.gz"
    path.write_bytes(gzip.compress(whole[:5000]) + gzip.compress(whole[5000:]))
    np.testing.assert_array_equal(read_ct(path).image.values, ct_values())


def test_two_and_four_dimensions_are_refused(tmp_path):
    volume = image_of(ct_values())
    sitk.WriteImage(volume[:, :, 0], str(tmp_path / "two.nrrd"))
    sitk.WriteImage(sitk.JoinSeries([volume, volume]), str(tmp_path / "four.nrrd"))
    refused(tmp_path / "two.nrrd", "24 x 20")
    refused(tmp_path / "four.nrrd", "24 x 20 x 12 x 2")


def test_several_values_a_voxel_are_refused(tmp_path):
    volume = image_of(ct_values())
    sitk.WriteImage(sitk.Compose([volume, volume]), str(tmp_path / "vector.nrrd"))
    refused(tmp_path / "vector.nrrd", "several values")


def test_complex_numbers_are_refused(tmp_path):
    sitk.WriteImage(image_of(ct_values().astype(np.complex64)), str(tmp_path / "complex.nrrd"))
    refused(tmp_path / "complex.nrrd", "complex")


def test_a_header_that_claims_more_than_any_ct_is_refused_before_memory_is_taken(nrrd):
    refused(changed(nrrd, HEADER_SIZES, b"sizes: 40000 30000 20000"), "claims 40000 x 30000 x 20000")


@pytest.fixture
def untouched(monkeypatch):
    """Fails the test when voxels are read."""

    def execute(self):
        raise AssertionError("memory was taken for the voxels")

    monkeypatch.setattr(sitk.ImageFileReader, "Execute", execute)


CLAIMS = ("100000 100000 100000", "2000 1000 900")


@pytest.mark.alone
@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("ending", ["nrrd", "nhdr", "mha", "mhd"])
@pytest.mark.parametrize("compressed", [False, True])
def test_more_voxels_than_the_file_can_hold_are_refused_unread(
    tmp_path, untouched, ending, compressed, claim
):
    path = tmp_path / f"ct.{ending}"
    sitk.WriteImage(image_of(ct_values()), str(path), useCompression=compressed)
    start = time.monotonic()
    refused(changed(path, b"24 20 12", claim.encode()), "claims 100000 x|damaged or cut off")
    assert time.monotonic() - start < 1


@pytest.mark.parametrize("ending", ["nii", "nii.gz"])
def test_a_nifti_with_more_voxels_than_it_can_hold_is_refused_unread(tmp_path, untouched, ending):
    content = bytearray(write(tmp_path / "whole.nii", ct_values()).read_bytes())
    content[42:48] = struct.pack("<3h", 2000, 1000, 900)
    path = tmp_path / f"ct.{ending}"
    path.write_bytes(gzip.compress(content) if ending == "nii.gz" else content)
    refused(path, "damaged or cut off")


@pytest.mark.parametrize("dimensions", [b"-1", b"0", b"11", b"100000", b"4294967296", b"1e308", b"three"])
def test_a_number_of_dimensions_that_ends_itks_reader_is_refused(tmp_path, dimensions):
    path = write(tmp_path / "ct.mha", ct_values())
    refused(changed(path, b"NDims = 3", b"NDims = " + dimensions), "damaged")


@pytest.mark.parametrize("line", [b"Comment = " + b"x" * 5000, b"Comment = \x00\x01", b"NDims = 3"])
def test_a_header_line_that_ends_itks_reader_is_refused(tmp_path, line):
    path = write(tmp_path / "ct.mha", ct_values())
    refused(changed(path, b"DimSize", line + b"\nDimSize"), "damaged")


@pytest.mark.parametrize("sizes", [b"sizes: 24 20 0", b"sizes: 24 20 -5"])
def test_a_size_that_cannot_be_is_refused(nrrd, sizes):
    refused(changed(nrrd, HEADER_SIZES, sizes), "damaged")


@pytest.mark.parametrize("step", [b"(0,0,0)", b"(nan,0,0)", b"(inf,0,0)"])
def test_a_spacing_that_is_no_positive_number_is_refused(nrrd, step):
    refused(changed(nrrd, HEADER_STEP, step), "not a valid number|damaged")


@pytest.mark.parametrize(("cosine", "is_refused"), [(0.0009, False), (0.0011, True), (-0.0011, True)])
def test_axes_are_at_right_angles_within_a_thousandth(tmp_path, cosine, is_refused):
    volume = image_of(ct_values())
    volume.SetDirection([1, 0, cosine, 0, 1, 0, 0, 0, 1])
    if is_refused:
        with pytest.raises(InputError, match="right angles"):
            check_geometry(tmp_path, "ct.unreadable", volume)
    else:
        check_geometry(tmp_path, "ct.unreadable", volume)


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize(
    ("field", "allowed", "refused"),
    [("Spacing", (0.001, 1000.0), (0.0009, 1001.0)), ("Origin", (-1e6, 1e6), (-1e6 - 1, 1e6 + 1))],
)
def test_spacing_and_origin_have_limits_on_every_axis(tmp_path, axis, field, allowed, refused):
    for value in (*allowed, *refused):
        volume, numbers = image_of(ct_values()), [1.0, 1.0, 1.0]
        numbers[axis] = value
        getattr(volume, f"Set{field}")(numbers)
        if value in refused:
            with pytest.raises(InputError, match="not a valid number"):
                check_geometry(tmp_path, "ct.unreadable", volume)
        else:
            check_geometry(tmp_path, "ct.unreadable", volume)


def test_axes_that_are_not_at_right_angles_are_refused(nrrd):
    refused(changed(nrrd, b"(0,0,2.5)", b"(0,0.6,2.5)"), "right angles")


def test_real_ct_are_not_warned_of(data):
    for path in (data / "lung1_001" / "ct.nrrd", data / "sts" / "STS_003" / "ct.nii.gz"):
        assert read_ct(path).findings == ()
