"""Files of lesions that are cut off, damaged or contradict themselves: told, whatever byte it is."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest

pydicom = pytest.importorskip("pydicom")

from dicom_lesions import rtstruct, save, seg  # noqa: E402
from dicom_series import ct_series, hu_values  # noqa: E402
from dicom_series import write as write_series  # noqa: E402
from radioimmuno.findings import InputError, Severity  # noqa: E402
from radioimmuno.geometry.image import Image, Lattice  # noqa: E402
from radioimmuno.io.dicom import SourceSeries, read_ct  # noqa: E402
from radioimmuno.io.dicom.integrity import IntegrityError, check_complete  # noqa: E402
from radioimmuno.io.lesions import read_lesions  # noqa: E402
from radioimmuno.io.segmentation_writer import write_segmentation  # noqa: E402
from radioimmuno.lesion import Lesion  # noqa: E402

LATTICE = Lattice((6, 16, 16), (2.5, 1.0, 1.0), (0.0, 0.0, 0.0))
CT = Image(np.zeros(LATTICE.shape, np.int16), LATTICE)
SOURCE = SourceSeries("1.2.1", "1.2.2", "1.2.3", ())
SYNTAXES = {
    "explicit": "1.2.840.10008.1.2.1",
    "implicit": "1.2.840.10008.1.2",
    "big endian": "1.2.840.10008.1.2.2",
}
DAMAGED = "lesions.damaged"


def square(low, high, z):
    return np.array([(low, low, z), (high, low, z), (high, high, z), (low, high, z)]) + [-0.5, -0.5, 0]


ROIS = {
    "GTV": [square(3, 9, 2.5), square(3, 9, 5.0)],
    "node": [square(10, 14, 5.0), square(10, 14, 7.5)],
}


def structures():
    made = rtstruct(ROIS, frame_uid=SOURCE.frame_of_reference_uid, series_uid=SOURCE.series_uid)
    made.ApprovalStatus = "UNAPPROVED"
    return made


def content_of(dataset, syntax="explicit", open_lengths=False):
    """The file's bytes; with `open_lengths` sequences and items end by a mark instead of a length."""
    if open_lengths:
        for element in dataset.iterall():
            if element.VR == "SQ":
                element.is_undefined_length = True
                for item in element.value:
                    item.is_undefined_length_sequence_item = True
    dataset.file_meta.TransferSyntaxUID = SYNTAXES[syntax]
    implicit, little = syntax == "implicit", syntax != "big endian"
    stream = io.BytesIO()
    how = {"enforce_file_format": True} if little else {"force_encoding": True}
    pydicom.dcmwrite(stream, dataset, implicit_vr=implicit, little_endian=little, **how)
    return stream.getvalue()


def masks(result):
    return {
        lesion.name: lesion.mask.within(CT.box, False).tobytes() for lesion in result.lesions if lesion.voxels
    }


def codes(result):
    return {finding.code for found in result.findings.values() for finding in found}


def read(path):
    return read_lesions(path, CT, SOURCE)


def outcome(path):
    """What reading gives: lesions, or None and the error."""
    try:
        return read(path), None
    except InputError as error:
        return None, error


FORMS = [
    ("explicit", False),
    ("explicit", True),
    ("implicit", False),
    ("implicit", True),
    ("big endian", True),
]


@pytest.fixture(params=FORMS, ids=lambda form: f"{form[0]}{', open lengths' if form[1] else ''}")
def whole(request):
    return content_of(structures(), *request.param)


def test_a_whole_file_is_read_without_a_finding(whole, tmp_path):
    path = tmp_path / "rs.dcm"
    path.write_bytes(whole)
    result = read(path)
    assert set(masks(result)) == {"GTV", "node"}
    assert not codes(result)


@pytest.mark.parametrize("padding", [b"\0" * 8, b"\0" * 512])
def test_zeros_behind_the_last_element_are_no_damage(whole, tmp_path, padding):
    path = tmp_path / "rs.dcm"
    path.write_bytes(whole + padding)
    assert set(masks(read(path))) == {"GTV", "node"}


def test_a_file_that_ends_at_any_byte_says_that_it_is_damaged(whole, tmp_path):
    path = tmp_path / "rs.dcm"
    path.write_bytes(whole)
    expected = masks(read(path))
    passed = []
    for length in range(0, len(whole), 5):
        path.write_bytes(whole[:length])
        result, error = outcome(path)
        if error:
            assert error.code == DAMAGED, (length, str(error))
        else:
            passed.append(length)
            assert masks(result) == expected, length
    # Behind the contours, exactly between two elements.
    assert len(passed) <= 2


def test_a_cut_between_elements_is_told_where_anything_is_lost(whole, tmp_path):
    path = tmp_path / "rs.dcm"
    path.write_bytes(whole)
    expected = masks(read(path))
    ends = []
    for length in range(400, len(whole)):
        path.write_bytes(whole[:length])
        try:
            check_complete(path)
        except IntegrityError:
            continue
        ends.append(length)
        result, error = outcome(path)
        if error:
            assert error.code == DAMAGED
        else:
            assert masks(result) == expected
            assert codes(result) <= {DAMAGED}
    assert len(ends) >= 4  # the cases that lengths alone do not tell are among them


def test_a_flipped_byte_is_never_a_crash_nor_a_silent_loss(tmp_path):
    whole = content_of(structures())
    path = tmp_path / "rs.dcm"
    path.write_bytes(whole)
    expected = masks(read(path))
    rng = np.random.default_rng(3)
    for at in rng.integers(0, len(whole), 1500):
        changed = bytearray(whole)
        changed[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        result, error = outcome(path)
        if error:
            continue
        # A name is another name; a digit of a coordinate is another place. Nothing else passes silently.
        told = bool(codes(result) or result.left_out) or any(not lesion.voxels for lesion in result.lesions)
        same = list(masks(result).values()) == list(expected.values())
        in_a_number = {whole[at], changed[at]} <= set(b"0123456789.-+eE")
        assert same or told or in_a_number, (at, whole[at - 8 : at + 8])


def test_a_structure_without_contours_is_an_empty_lesion(tmp_path):
    made = structures()
    made.ROIContourSequence.pop()
    result = read(save(tmp_path / "rs.dcm", made))
    assert {lesion.name: lesion.voxels > 0 for lesion in result.lesions} == {"GTV": True, "node": False}


def test_contours_of_a_structure_that_is_not_listed_are_told(tmp_path):
    made = structures()
    made.StructureSetROISequence.pop()
    result = read(save(tmp_path / "rs.dcm", made))
    (finding,) = result.findings["1"]
    assert (finding.code, finding.severity) == ("lesions.unlisted", Severity.WARN)
    assert "number 2" in finding.text


@pytest.mark.parametrize("keyword", ["StructureSetROISequence", "ROIContourSequence"])
def test_without_its_list_or_its_contours_a_file_is_refused(tmp_path, keyword):
    made = structures()
    del made[keyword]
    with pytest.raises(InputError, match=keyword) as caught:
        read(save(tmp_path / "rs.dcm", made))
    assert caught.value.code == DAMAGED


def test_without_observations_all_contours_are_there_and_it_is_told(tmp_path):
    made = structures()
    del made.RTROIObservationsSequence
    result = read(save(tmp_path / "rs.dcm", made))
    assert set(masks(result)) == {"GTV", "node"}
    assert {f.severity for f in result.findings["1"] if f.code == DAMAGED} == {Severity.WARN}


def test_contours_that_are_there_twice_under_one_number_are_refused(tmp_path):
    made = structures()
    made.ROIContourSequence[1].ReferencedROINumber = 1
    with pytest.raises(InputError, match="twice") as caught:
        read(save(tmp_path / "rs.dcm", made))
    assert caught.value.code == DAMAGED


def test_a_contour_with_fewer_points_than_it_says_refuses_its_structure(tmp_path):
    made = structures()
    made.ROIContourSequence[0].ContourSequence[0].NumberOfContourPoints = 5
    result = read(save(tmp_path / "rs.dcm", made))
    assert [(f.code, f.severity) for f in result.findings["1"]] == [(DAMAGED, Severity.REFUSE)]
    assert set(masks(result)) == {"node"}


def test_a_packed_file_is_read_and_a_cut_one_told(tmp_path):
    plain = content_of(structures())
    at = plain.index(SYNTAXES["explicit"].encode() + b"\0")
    start = plain.index(b"\x08\x00\x16\x00UI")
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(plain[start:]) + packer.flush()
    name = b"1.2.840.10008.1.2.1.99"
    meta = bytearray(plain[:at] + name + plain[at + len(SYNTAXES["explicit"]) + 1 : start])
    meta[at - 2 : at] = len(name).to_bytes(2, "little")
    grown = len(name) - len(SYNTAXES["explicit"]) - 1
    meta[140:144] = (int.from_bytes(meta[140:144], "little") + grown).to_bytes(4, "little")
    path = tmp_path / "rs.dcm"
    path.write_bytes(bytes(meta) + packed)
    assert set(masks(read(path))) == {"GTV", "node"}
    for length in range(len(meta), len(meta) + len(packed), 17):
        path.write_bytes((bytes(meta) + packed)[:length])
        with pytest.raises(InputError) as caught:
            read(path)
        assert caught.value.code == DAMAGED


def test_a_folder_with_nothing_but_a_damaged_file_says_so(tmp_path):
    (tmp_path / "rs.dcm").write_bytes(content_of(structures())[:300])
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert caught.value.code == DAMAGED


@pytest.fixture
def series(tmp_path):
    slices = ct_series(hu_values())
    return slices, read_ct(write_series(tmp_path / "ct", slices))


def test_a_segmentation_that_ends_at_any_byte_says_that_it_is_damaged(series, tmp_path):
    slices, ct = series
    mask = np.zeros(ct.image.lattice.shape, np.uint8)
    mask[3:6, 5:9, 5:9] = 1
    path = save(tmp_path / "seg.dcm", seg(slices, mask, ["GTV"], "BINARY"))
    content = path.read_bytes()
    for length in range(0, len(content), 97):
        path.write_bytes(content[:length])
        with pytest.raises(InputError) as caught:
            read_lesions(path, ct.image, ct.source)
        assert caught.value.code in (DAMAGED, "mask.unreadable"), length


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL"])
def test_a_frame_of_a_segment_that_is_not_listed_is_told(series, tmp_path, kind):
    slices, ct = series
    both = np.zeros((*ct.image.lattice.shape, 2), np.uint8)
    both[3:6, 5:9, 5:9, 0] = 1
    both[3:6, 12:15, 5:9, 1] = 1
    made = seg(slices, both, ["GTV", "node"], kind)
    made.SegmentSequence.pop()
    result = read_lesions(save(tmp_path / "seg.dcm", made), ct.image, ct.source)
    assert [lesion.name for lesion in result.lesions] == ["GTV"]
    (finding,) = [f for f in result.findings["1"] if f.code == "lesions.unlisted"]
    assert finding.severity is Severity.WARN
    assert "number 2" in finding.text


def test_segments_that_were_not_picked_are_no_unlisted_ones(series, tmp_path):
    slices, ct = series
    both = np.zeros((*ct.image.lattice.shape, 2), np.uint8)
    both[3:6, 5:9, 5:9, 0] = 1
    both[3:6, 12:15, 5:9, 1] = 1
    path = save(tmp_path / "seg.dcm", seg(slices, both, ["GTV", "node"], "BINARY"))
    assert not read_lesions(path, ct.image, ct.source, ["GTV"]).findings


def test_a_label_without_a_segment_is_told(tmp_path):
    import SimpleITK as sitk

    lesions = [
        Lesion(name, name, Image(np.full((2, 4, 4), True), LATTICE, (k, 3, 3)))
        for name, k in (("a", 0), ("b", 3))
    ]
    path = tmp_path / "lesions.seg.nrrd"
    write_segmentation(path, lesions, LATTICE)
    assert not read_lesions(path, CT).findings
    image = sitk.ReadImage(str(path))
    for key in image.GetMetaDataKeys():
        if key.startswith("Segment1_"):
            image.EraseMetaData(key)
    sitk.WriteImage(image, str(path))
    (finding,) = read_lesions(path, CT).findings["a"]
    assert (finding.code, finding.severity) == ("lesions.unlisted", Severity.WARN)
    assert "(2)" in finding.text
