"""Lesions from DICOM SEG, as highdicom makes them: binary, fractional, label map; others are refused."""

from __future__ import annotations

import numpy as np
import pytest

from dicom_lesions import ball, save, seg
from dicom_series import ORIGIN, SPACING, ct_series, write
from radioimmuno.findings import GeometryError, InputError, Severity
from radioimmuno.io.ct import read_ct
from radioimmuno.io.dicom.seg import read_seg
from radioimmuno.io.lesions import read_lesions
from radioimmuno.lesion import Delineation, DelineationType, Site

pytest.importorskip("highdicom")

SHAPE = (12, 21, 23)
ONE, TWO = ball(SHAPE, SPACING, (4, 9, 9), 6.0), ball(SHAPE, SPACING, (6, 11, 12), 5.0)
APART = ball(SHAPE, SPACING, (9, 16, 4), 3.0)


@pytest.fixture(scope="module")
def series():
    values = np.random.default_rng(1).integers(-200, 200, SHAPE).astype(np.int16)
    return ct_series(values)


@pytest.fixture(scope="module")
def ct(series, tmp_path_factory):
    return read_ct(write(tmp_path_factory.mktemp("ct"), series))


def on_ct(lesion, ct):
    assert lesion.mask.lattice == ct.image.lattice
    return lesion.mask.within(ct.image.box, False)


def codes(result, name="1"):
    return [(f.code, f.severity) for f in result.findings.get(name, ())]


def stacked(*masks):
    return np.stack(masks, -1).astype(np.uint8)


def test_overlapping_segments_stay_apart_with_names_sites_and_tracking_uids(series, ct, tmp_path):
    made = seg(
        series,
        stacked(ONE, TWO),
        ["Läsion", "node"],
        "BINARY",
        regions={"Läsion": ("10200004", "SCT")},
        tracking_uids={"node": "2.25.99"},
    )
    made.SpecificCharacterSet = "ISO_IR 192"
    result = read_lesions(save(tmp_path / "seg.dcm", made), ct.image, ct.source)
    assert result.findings == {}
    facts = [(x.id, x.name, x.site, x.tracking_uid) for x in result.lesions]
    assert facts == [("1", "Läsion", Site.LIVER, None), ("2", "node", None, "2.25.99")]
    for lesion, mask in zip(result.lesions, (ONE, TWO), strict=True):
        np.testing.assert_array_equal(on_ct(lesion, ct), mask)


def test_a_backslash_in_a_name_stays_in_it(series, ct, tmp_path):
    made = seg(series, stacked(ONE), ["a"], "BINARY")
    made.SegmentSequence[0].SegmentLabel = "a\\b"
    (lesion,) = read_lesions(save(tmp_path / "seg.dcm", made), ct.image, ct.source).lesions
    assert lesion.name == "a\\b"


def test_how_a_segment_was_drawn_is_what_the_file_says(series, ct, tmp_path):
    made = seg(series, stacked(ONE, TWO, ONE), ["hand", "seeds", "old"], "BINARY")
    made.SegmentSequence[1].SegmentAlgorithmType = "SEMIAUTOMATIC"
    made.SegmentSequence[1].SegmentAlgorithmName = "grow from seeds"
    del made.SegmentSequence[2].SegmentAlgorithmType
    result = read_lesions(save(tmp_path / "seg.dcm", made), ct.image, ct.source)
    assert [x.delineation for x in result.lesions] == [
        Delineation(DelineationType.MANUAL),
        Delineation(DelineationType.SEMIAUTOMATIC, "grow from seeds"),
        None,
    ]


@pytest.mark.parametrize("compressed", [False, True])
def test_a_fractional_segmentation_is_cut_at_one_half_and_says_so(series, ct, tmp_path, compressed):
    share = np.where(TWO, 1.0, np.where(ONE, 0.6, 0.0)).astype(np.float32)
    share[APART] = 0.4
    made = seg(series, share, ["a"], "FRACTIONAL", max_fractional_value=200)
    if compressed:
        made.compress("1.2.840.10008.1.2.5", encoding_plugin="pydicom")
    path = save(tmp_path / "seg.dcm", made)
    result = read_lesions(path, ct.image, ct.source)
    np.testing.assert_array_equal(on_ct(result.lesions[0], ct), (ONE | TWO) & ~APART)
    assert codes(result) == [("mask.fractional", Severity.FIXED)]
    strict = read_seg(path, ct.image, ct.source, threshold=0.9)
    np.testing.assert_array_equal(on_ct(strict.lesions[0], ct), TWO & ~APART)


def test_a_label_map_segmentation_has_a_lesion_for_each_label(series, ct, tmp_path):
    labels = np.where(ONE, 1, 0).astype(np.uint8)
    labels[APART] = 2
    path = save(tmp_path / "seg.dcm", seg(series, labels, ["a", "b"], "LABELMAP"))
    result = read_lesions(path, ct.image, ct.source)
    assert result.findings == {}
    # highdicom describes the background, too; it is no lesion.
    assert [x.name for x in result.lesions] == ["a", "b"]
    for lesion, label in zip(result.lesions, (1, 2), strict=True):
        np.testing.assert_array_equal(on_ct(lesion, ct), labels == label)


@pytest.mark.parametrize("turned", [False, True])
def test_a_label_map_in_jpeg_ls_is_read_unless_its_pictures_are_turned(series, ct, tmp_path, turned):
    labels = np.where(ONE, 1, 0).astype(np.uint8)
    jpeg_ls = "1.2.840.10008.1.2.4.80"
    made = seg(series, labels, ["a"], "LABELMAP", transfer_syntax_uid=jpeg_ls)
    if turned:
        made.Rows, made.Columns = made.Columns, made.Rows
    path = save(tmp_path / "seg.dcm", made)
    if turned:
        with pytest.raises(InputError, match="JPEG-LS") as caught:
            read_lesions(path, ct.image, ct.source)
        assert caught.value.code == "mask.unreadable"
    else:
        np.testing.assert_array_equal(on_ct(read_lesions(path, ct.image, ct.source).lesions[0], ct), ONE)


def test_patterns_pick_segments(series, ct, tmp_path):
    path = save(tmp_path / "seg.dcm", seg(series, stacked(ONE, APART), ["GTV a", "other"], "BINARY"))
    result = read_lesions(path, ct.image, ct.source, ["gtv*"])
    assert [x.name for x in result.lesions] == ["GTV a"]


def test_a_segment_without_voxels_is_an_empty_lesion(series, ct, tmp_path):
    path = save(tmp_path / "seg.dcm", seg(series, stacked(ONE, ONE & ~ONE), ["a", "empty"], "BINARY"))
    assert [x.voxels > 0 for x in read_lesions(path, ct.image, ct.source).lesions] == [True, False]


def test_another_frame_of_reference_is_refused(series, ct, tmp_path):
    made = seg(series, stacked(ONE), ["a"], "BINARY")
    made.FrameOfReferenceUID = "9.9.9"
    with pytest.raises(GeometryError, match="another frame of reference") as caught:
        read_lesions(save(tmp_path / "seg.dcm", made), ct.image, ct.source)
    assert caught.value.code == "mask.geometry"


def test_a_segmentation_of_another_series_is_warned_of(series, ct, tmp_path):
    made = seg(series, stacked(ONE), ["a"], "BINARY")
    made.ReferencedSeriesSequence[0].SeriesInstanceUID = "7.7"
    result = read_lesions(save(tmp_path / "seg.dcm", made), ct.image, ct.source)
    assert codes(result) == [("mask.reference", Severity.WARN)]


def test_a_segmentation_on_thicker_slices_of_the_same_frame_is_put_on_the_ct(series, ct, tmp_path):
    # Slices twice as thick, each covering two of the CT's.
    thick = (SPACING[0] * 2, *SPACING[1:])
    origin = (ORIGIN[0], ORIGIN[1], ORIGIN[2] + SPACING[0] / 2)
    values = np.zeros((SHAPE[0] // 2, *SHAPE[1:]), np.int16)
    coarse = ct_series(
        values, spacing=thick, origin=origin, frame_uid=str(series[0].FrameOfReferenceUID), uid="1.7"
    )
    mask = np.zeros(values.shape, bool)
    mask[1:4, 5:15, 5:15] = True
    path = save(tmp_path / "seg.dcm", seg(coarse, stacked(mask), ["a"], "BINARY"))
    result = read_lesions(path, ct.image, ct.source)
    np.testing.assert_array_equal(on_ct(result.lesions[0], ct), mask.repeat(2, axis=0))
    assert [code for code, _ in codes(result)] == ["mask.reference", "mask.geometry"]


def test_frames_in_any_order_and_orientation_give_the_same_voxels(series, ct, tmp_path):
    # The same slices stored from head to foot.
    path = save(tmp_path / "seg.dcm", seg(series[::-1], stacked(ONE[::-1], TWO[::-1]), ["a", "b"], "BINARY"))
    result = read_lesions(path, ct.image, ct.source)
    for lesion, mask in zip(result.lesions, (ONE, TWO), strict=True):
        np.testing.assert_array_equal(on_ct(lesion, ct), mask)


def test_damaged_files_are_refused(series, ct, tmp_path):
    path = save(tmp_path / "seg.dcm", seg(series, stacked(ONE), ["a"], "BINARY"))
    whole = path.read_bytes()
    for length in (200, 1500, len(whole) - 40):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError) as caught:
            read_lesions(path, ct.image, ct.source)
        assert caught.value.code == "lesions.damaged"


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("Rows", 60000), ("BitsAllocated", 32), ("NumberOfFrames", 70000), ("SegmentationType", "ODD")],
)
def test_a_header_that_cannot_be_is_refused_before_memory_is_taken(series, ct, tmp_path, keyword, value):
    made = seg(series, stacked(ONE), ["a"], "BINARY")
    setattr(made, keyword, value)
    with pytest.raises(InputError) as caught:
        read_lesions(save(tmp_path / "seg.dcm", made), ct.image, ct.source)
    assert caught.value.code == "mask.unreadable"


def test_a_ct_file_is_no_lesion_file(series, ct, tmp_path):
    with pytest.raises(InputError, match=r"CT Image Storage.*RTSTRUCT or a SEG"):
        read_lesions(save(tmp_path / "ct.dcm", series[0]), ct.image, ct.source)


def test_a_segment_that_is_an_anatomical_structure_by_its_codes_is_left_out(series, ct, tmp_path):
    made = seg(series, stacked(ONE, TWO, APART), ["a", "b", "lung tumor"], "BINARY")
    for item in made.SegmentSequence[1:]:
        category = item.SegmentedPropertyCategoryCodeSequence[0]
        category.CodeValue, category.CodeMeaning = "123037004", "Anatomical Structure"
        kind = item.SegmentedPropertyTypeCodeSequence[0]
        kind.CodeValue, kind.CodeMeaning = "39607008", "Lung"
    path = save(tmp_path / "seg.dcm", made)
    result = read_lesions(path, ct.image, ct.source)
    assert [x.name for x in result.lesions] == ["a", "lung tumor"]
    (left_out,) = result.left_out
    assert (left_out.id, left_out.name) == ("2", "b")
    assert "anatomical structure: Lung" in left_out.reason
    chosen = read_lesions(path, ct.image, ct.source, ["b"])
    assert codes(chosen, "2") == [("lesion.not_a_lesion", Severity.WARN)]


def test_an_organs_name_is_a_lesion_where_its_codes_say_mass(series, ct, tmp_path):
    made = seg(series, stacked(ONE, TWO), ["Liver", "Lungs"], "BINARY")
    result = read_lesions(save(tmp_path / "seg.dcm", made), ct.image, ct.source)
    assert [x.name for x in result.lesions] == ["Liver", "Lungs"]
    assert result.left_out == ()
