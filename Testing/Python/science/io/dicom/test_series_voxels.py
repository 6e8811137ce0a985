"""From stored pixels to Hounsfield units: rescale, padding, multi-frame files, compressed pixels."""

from __future__ import annotations

import re
import time

import numpy as np
import pytest
import SimpleITK as sitk

from dicom_series import (
    ORIGIN,
    SHAPE,
    SPACING,
    compress,
    ct_series,
    enhanced,
    hu_values,
    read_silently,
    set_pixels,
    write,
)
from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Lattice
from radioimmuno.io.dicom import find_series, pixels, read_ct
from radioimmuno.io.dicom.kinds import PADDING_HU
from radioimmuno.io.dicom.library import can_decode
from radioimmuno.thresholds import PADDING_BELOW_HU

RNG = np.random.default_rng(3)
NOISE = RNG.integers(0, 3000, SHAPE).astype(np.int32)


def refusal(folder):
    with pytest.raises(InputError) as caught:
        read_ct(folder)
    (series,) = find_series(folder)
    assert (series.usable, series.findings[-1].code) == (False, caught.value.code)
    return caught.value.code, str(caught.value)


@pytest.mark.parametrize("keyword", ["RescaleSlope", "RescaleIntercept"])
def test_values_without_rescale_are_refused(tmp_path, keyword):
    folder = write(tmp_path, ct_series(hu_values(), **{keyword: None}))
    code, text = refusal(folder)
    assert code == "ct.no_rescale"
    assert "10 of 10 slices" in text
    if keyword == "RescaleIntercept":
        # A plain reader takes the stored values: all 1024 too high.
        assert sitk.GetArrayFromImage(read_silently(folder)).min() == hu_values().min() + 1024


def test_one_slice_without_rescale_is_enough(tmp_path):
    slices = ct_series(hu_values())
    del slices[7].RescaleSlope
    assert "1 of 10 slices" in refusal(write(tmp_path, slices))[1]


def test_each_slice_has_its_own_intercept(tmp_path):
    slices = ct_series(hu_values())
    for number, dataset in enumerate(slices):
        dataset.RescaleIntercept = -1000 - number
        set_pixels(dataset, hu_values()[number].astype(np.int32) + 1000 + number)
    ct = read_ct(write(tmp_path, slices))
    assert ct.image.values.dtype == np.int16
    np.testing.assert_array_equal(ct.image.values, hu_values())


def test_each_slice_has_its_own_slope_be_it_a_fraction(tmp_path):
    slices = ct_series(hu_values())
    slopes = np.linspace(0.3, 1.7, SHAPE[0])
    for dataset, stored, slope in zip(slices, NOISE, slopes, strict=True):
        dataset.RescaleSlope = round(float(slope), 6)
        set_pixels(dataset, stored)
    values = read_ct(write(tmp_path, slices)).image.values
    assert values.dtype == np.float32
    np.testing.assert_allclose(values, NOISE * np.round(slopes, 6)[:, None, None] - 1024, atol=1e-3)


def test_values_beyond_16_bits_are_kept(tmp_path):
    slices = ct_series(hu_values())
    set_pixels(slices[9], np.full(SHAPE[1:], 60000))
    values = read_ct(write(tmp_path, slices)).image.values
    assert values.dtype == np.float32
    assert (values[9] == 60000 - 1024).all()
    np.testing.assert_array_equal(values[:9], hu_values()[:9])


def test_unused_high_bits_are_no_part_of_the_value(tmp_path):
    stored = RNG.integers(-2048, 2048, SHAPE)
    slices = ct_series(hu_values(), RescaleIntercept=0)
    for dataset, plane in zip(slices, stored, strict=True):
        set_pixels(dataset, plane & 0x0FFF | 0x5000)
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, 1
    np.testing.assert_array_equal(read_ct(write(tmp_path, slices)).image.values, stored)


@pytest.mark.parametrize(("padding", "lower"), [(-2000, -3024), (-1024, -2000)])
def test_padding_and_what_is_below_it_holds_no_measurement(tmp_path, padding, lower):
    slices = ct_series(hu_values(), RescaleIntercept=0)
    for dataset, plane in zip(slices, hu_values(), strict=True):
        marked = plane.copy()
        marked[0, :5], marked[1, :5] = padding, lower
        set_pixels(dataset, marked, signed=True)
        dataset.PixelPaddingValue = padding
    values = read_ct(write(tmp_path, slices)).image.values
    assert (values[:, :2, :5] == PADDING_HU).all()
    np.testing.assert_array_equal(values[:, 2:], hu_values()[:, 2:])
    assert PADDING_HU < PADDING_BELOW_HU


def with_padding_as_us(slices, *values):
    """The slices with the unsigned elements that some writers give signed pixels, too."""
    from pydicom.dataelem import DataElement

    for dataset in slices:
        for tag, value in zip((0x00280120, 0x00280121), values, strict=False):
            dataset[tag] = DataElement(tag, "US", value)
    return slices


@pytest.mark.parametrize("padding", [-2000, -32768])
def test_padding_of_signed_pixels_that_is_written_unsigned_is_twos_complement(tmp_path, padding):
    slices = ct_series(hu_values(), RescaleIntercept=0)
    for dataset, plane in zip(slices, hu_values(), strict=True):
        marked = plane.copy()
        marked[0, :5] = padding
        set_pixels(dataset, marked, signed=True)
    values = read_ct(write(tmp_path, with_padding_as_us(slices, 2**16 + padding))).image.values
    assert (values[:, 0, :5] == PADDING_HU).all()
    np.testing.assert_array_equal(values[:, 1:], hu_values()[:, 1:])


def test_a_range_of_padding_of_signed_pixels_may_be_written_unsigned_and_upside_down(tmp_path):
    """-700 (64836) to 200: without the sign it would be a range that nothing lies in."""
    slices = ct_series(hu_values(), RescaleIntercept=0)
    for dataset, plane in zip(slices, hu_values(), strict=True):
        set_pixels(dataset, plane, signed=True)
    values = read_ct(write(tmp_path, with_padding_as_us(slices, 200, 2**16 - 700))).image.values
    inside = (hu_values() >= -700) & (hu_values() <= 200)
    np.testing.assert_array_equal(values, np.where(inside, PADDING_HU, hu_values()))


def test_a_large_padding_value_of_unsigned_pixels_is_not_negative(tmp_path):
    slices = ct_series(hu_values())
    for dataset in slices:
        stored = dataset.pixel_array.copy()
        stored[0, :5] = 65535
        set_pixels(dataset, stored)
    values = read_ct(write(tmp_path, with_padding_as_us(slices, 65535))).image.values
    assert (values[:, 0, :5] == PADDING_HU).all()
    np.testing.assert_array_equal(values[:, 1:], hu_values()[:, 1:])


def test_a_padding_value_of_zero_below_air_is_padding_and_air_is_air(tmp_path):
    values = hu_values()
    values[:, 0, :5] = -1024
    folder = write(tmp_path, ct_series(values, PixelPaddingValue=0))
    read = read_ct(folder).image.values
    assert (read[:, 0, :5] == PADDING_HU).all()
    assert read[0, 1, 0] == values[0, 1, 0]
    # A plain reader makes it -1024 HU, which lies in no range of padding.
    assert sitk.GetArrayFromImage(read_silently(folder)).min() == -1024


def test_a_range_of_padding_above_all_tissue_is_only_that_range(tmp_path):
    values = hu_values()
    values[:, 0, :5] = 3000
    slices = ct_series(values, PixelPaddingValue=4000, PixelPaddingRangeLimit=4095)
    read = read_ct(write(tmp_path, slices)).image.values
    assert (read[:, 0, :5] == PADDING_HU).all()
    np.testing.assert_array_equal(read[:, 1:], values[:, 1:])


@pytest.mark.parametrize("order", [None, [3, 1, 4, 0, 5, 9, 2, 6, 8, 7]])
def test_an_enhanced_multiframe_ct_is_the_same_volume(tmp_path, order):
    folder = write(tmp_path, [enhanced(hu_values(), order)])
    for named in (folder, folder / "IM0000"):
        ct = read_ct(named)
        np.testing.assert_array_equal(ct.image.values, hu_values())
        assert ct.image.lattice.coincides(Lattice(SHAPE, SPACING, ORIGIN))
    assert (ct.acquisition.kvp, ct.acquisition.kernel, ct.acquisition.contrast_agent) == (
        120.0,
        "B30f",
        "Iohexol",
    )
    frames = [instance.frame for instance in ct.source.instances]
    assert frames == [n + 1 for n in np.argsort(order if order else np.arange(10))]


def test_a_compressed_multiframe_ct_is_the_same_volume(tmp_path):
    from pydicom.uid import RLELossless

    dataset = enhanced(hu_values(), [3, 1, 4, 0, 5, 9, 2, 6, 8, 7])
    dataset.compress(RLELossless)
    np.testing.assert_array_equal(read_ct(write(tmp_path, [dataset])).image.values, hu_values())


def test_frames_without_a_place_are_refused(tmp_path):
    dataset = enhanced(hu_values())
    del dataset.PerFrameFunctionalGroupsSequence
    code, text = refusal(write(tmp_path, [dataset]))
    assert code == "ct.multiframe"
    assert "10 frames" in text


def test_fewer_frames_than_are_described_are_refused(tmp_path):
    dataset = enhanced(hu_values())
    dataset.NumberOfFrames = 8
    dataset.PixelData = dataset.PixelData[: 8 * 2 * SHAPE[1] * SHAPE[2]]
    assert refusal(write(tmp_path, [dataset]))[0] == "ct.multiframe"


def test_implicit_and_big_endian_files_are_read(tmp_path):
    from pydicom.dataset import FileDataset
    from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

    slices = ct_series(hu_values(), uid="1.2.3", frame_uid="1.5")
    for dataset in slices[:5]:
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    for number, dataset in enumerate(slices[5:], start=5):
        big = FileDataset("", dataset, b"\0" * 128, dataset.file_meta, False, is_little_endian=False)
        big.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        big.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
        big["PixelData"].VR = "OW"
        slices[number] = big
    np.testing.assert_array_equal(read_ct(write(tmp_path, slices)).image.values, hu_values())


@pytest.mark.parametrize(
    "syntax",
    [
        "1.2.840.10008.1.2.5",  # RLE
        "1.2.840.10008.1.2.4.57",  # JPEG lossless, process 14
        "1.2.840.10008.1.2.4.70",  # the same, selection value 1
        "1.2.840.10008.1.2.4.80",  # JPEG-LS
        "1.2.840.10008.1.2.4.90",  # JPEG 2000
    ],
)
def test_compressed_slices_hold_the_same_voxels(tmp_path, syntax):
    folder = compress(write(tmp_path, ct_series(hu_values())), syntax)
    (series,) = find_series(folder)
    assert {header.pixels.syntax for header in series.headers} == {syntax}
    np.testing.assert_array_equal(read_ct(folder).image.values, hu_values())


@pytest.mark.parametrize(
    ("syntax", "words"),
    [
        ("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000"),
        ("1.2.840.10008.1.2.4.102", "MPEG-4"),
        ("1.2.3.4.5", r"1\.2\.3\.4\.5"),
    ],
)
def test_a_compression_without_decoder_is_refused_by_its_name(tmp_path, syntax, words):
    assert not can_decode(syntax)
    slices = ct_series(hu_values())
    for dataset in slices:
        dataset.file_meta.TransferSyntaxUID = syntax
    folder = tmp_path / "series"
    folder.mkdir()
    from pydicom.encaps import encapsulate

    for number, dataset in enumerate(slices):
        dataset.PixelData = encapsulate([b"not a picture at all"])
        dataset["PixelData"].is_undefined_length = True
        dataset.save_as(folder / f"{number}", implicit_vr=False, little_endian=True)
    code, text = refusal(folder)
    assert code == "ct.transfer_syntax"
    assert re.search(words, text)


def test_a_deflated_file_is_refused_by_its_name(tmp_path):
    from pydicom.uid import DeflatedExplicitVRLittleEndian

    slices = ct_series(hu_values())
    for dataset in slices:
        dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    with pytest.raises(InputError, match="deflated transfer syntax") as caught:
        read_ct(write(tmp_path, slices))
    assert caught.value.code == "ct.damaged_file"


def test_a_color_picture_is_refused(tmp_path):
    slices = ct_series(hu_values())
    for dataset in slices:
        dataset.SamplesPerPixel = 3
    code, text = refusal(write(tmp_path, slices))
    assert (code, "color" in text) == ("ct.unreadable", True)


# Pictures of 8 x 10 pixels that end the process of their decoder: no Huffman table, 144 bits a pixel.
NO_TABLE = (
    "ffd8ffc3000b100008000a01011100bfc40016000101010000000000000000000000000003060fffda0008010100010000c1a7"
)
NO_DEPTH = (
    "ffd8fff7000b900008000a01011100fff8000d01ffff0012004301140040ffda00080101000000000a7701e02c0701c0e030"
)


@pytest.mark.parametrize(
    ("syntax", "picture"), [("1.2.840.10008.1.2.4.70", NO_TABLE), ("1.2.840.10008.1.2.4.80", NO_DEPTH)]
)
def test_a_picture_that_would_end_its_decoders_process_is_a_damaged_file(tmp_path, syntax, picture):
    slices = with_picture(syntax, bytes.fromhex(picture))
    assert refused_pixels(write(tmp_path, slices)) == "ct.damaged_file"


@pytest.mark.parametrize("fault", ["os.abort()", "time.sleep(60)", "print('noise')", "sys.exit()"])
def test_a_decoder_that_dies_or_never_ends_is_a_damaged_file(tmp_path, monkeypatch, fault):
    monkeypatch.setattr(pixels, "CHILD", f"import os, sys, time; {fault}")
    monkeypatch.setattr(pixels, "FRAME_SECONDS", 1.0)
    start = time.monotonic()
    slices = with_picture("1.2.840.10008.1.2.4.90", b"no picture")
    assert refused_pixels(write(tmp_path, slices)) == "ct.damaged_file"
    assert time.monotonic() - start < 8


def test_a_picture_of_another_size_is_a_damaged_file(tmp_path):
    folder = compress(write(tmp_path, ct_series(hu_values((3, 8, 10)))), "1.2.840.10008.1.2.4.80")
    for file in folder.iterdir():
        content = file.read_bytes()
        file.write_bytes(content.replace(b"\x08\x00\x0a\x01\x01", b"\xff\xff\xff\x01\x01"))
    assert refused_pixels(folder) == "ct.damaged_file"


@pytest.mark.parametrize("process", [70, 80, 90])
def test_a_picture_that_is_turned_is_a_damaged_file(tmp_path, process):
    from pydicom import dcmread
    from pydicom.encaps import generate_frames

    syntax = f"1.2.840.10008.1.2.4.{process}"
    turned = compress(write(tmp_path / "turned", ct_series(hu_values((3, 10, 8)))), syntax)
    pixels = dcmread(next(turned.iterdir())).PixelData
    picture = next(generate_frames(pixels, number_of_frames=1))
    # A decoder would give as many pixels as the header promises, at other places.
    assert refused_pixels(write(tmp_path / "ct", with_picture(syntax, picture))) == "ct.damaged_file"


def with_picture(syntax, picture):
    """Slices of 8 x 10 pixels that hold this compressed picture."""
    from pydicom.encaps import encapsulate

    slices = ct_series(hu_values((3, 8, 10)))
    for dataset in slices:
        dataset.file_meta.TransferSyntaxUID = syntax
        dataset.PixelData = encapsulate([picture])
        dataset["PixelData"].is_undefined_length = True
    return slices


def refused_pixels(folder):
    with pytest.raises(InputError) as caught:
        read_ct(folder)
    return caught.value.code
