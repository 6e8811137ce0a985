"""Lesions from RTSTRUCT: contours that others made, filled by the stated rules, or refused in words.

Tests of: codes, lesions, source.
"""

from __future__ import annotations

import time

import numpy as np
import pytest
import SimpleITK as sitk

from dicom_lesions import ball, contours_of, rtstruct, save
from radioimmuno.findings import GeometryError, InputError, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.ct import read_ct
from radioimmuno.io.dicom import SourceSeries
from radioimmuno.io.dicom.rtstruct import fill
from radioimmuno.io.lesions import read_lesions
from radioimmuno.lesion import Delineation, DelineationType, Site

SHAPE, SPACING = (24, 50, 46), (2.5, 0.8, 0.9)
LATTICE = Lattice(SHAPE, SPACING, (-20.0, 14.0, -300.0))
CT = Image(np.zeros(SHAPE, np.int16), LATTICE)
SOURCE = SourceSeries("1.2.1", "1.2.2", "1.2.3", ())
FRAME = SOURCE.frame_of_reference_uid


def lps(contours, lattice=LATTICE):
    """(slice, corners as (row, column)) as corners in LPS mm."""
    return [lattice.to_lps(np.column_stack([np.full(len(p), float(k)), p])) for k, p in contours]


def square(k, low, high):
    """A square from edge to edge: low <= row, column < high."""
    a, b = low - 0.5, high - 0.5
    return k, np.array([(a, a), (a, b), (b, b), (b, a)])


def write(folder, rois, **more):
    made = rtstruct(rois, frame_uid=more.pop("frame_uid", FRAME), series_uid=SOURCE.series_uid, **more)
    return save(folder / "rtstruct.dcm", made)


def read(path, image=CT, source=SOURCE, **more):
    return read_lesions(path, image, source, **more)


def on_ct(lesion, image=CT):
    assert lesion.mask.lattice == image.lattice
    return lesion.mask.within(image.box, False)


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def codes(result, name="1"):
    return [(f.code, f.severity) for f in result.findings.get(name, ())]


SPHERE = ball(SHAPE, SPACING, (11.3, 24.2, 22.7), 15.0)
RING = SPHERE & ~ball(SHAPE, SPACING, (11.3, 24.2, 22.7), 8.0)


@pytest.mark.parametrize("mask", [SPHERE, RING], ids=["sphere", "ring with a hole"])
def test_a_mask_comes_back_from_contours_traced_by_another_program(tmp_path, mask):
    path = write(tmp_path, {"GTV": lps(contours_of(mask))})
    result = read(path)
    assert result.findings == {}
    assert dice(on_ct(result.lesions[0]), mask) >= 0.99


@pytest.mark.parametrize("hole_mm", [0.0, 8.0])
def test_circles_give_the_voxels_whose_centre_they_hold(tmp_path, hole_mm):
    centre = LATTICE.to_lps(np.array([11.3, 24.2, 22.7]))
    angles = np.linspace(0, 2 * np.pi, 721)[:-1]
    contours = []
    for k in range(SHAPE[0]):
        for radius in (15.0, hole_mm):
            square = radius**2 - (LATTICE.to_lps(np.array([k, 0, 0]))[2] - centre[2]) ** 2
            if square > 0.01:
                circle = square**0.5 * np.column_stack([np.cos(angles), np.sin(angles), 0 * angles])
                contours.append(circle + [*centre[:2], LATTICE.to_lps(np.array([k, 0, 0]))[2]])
    (lesion,) = read(write(tmp_path, {"GTV": contours})).lesions
    assert dice(on_ct(lesion), RING if hole_mm else SPHERE) >= 0.99


def test_the_ibsi_phantoms_contours_give_its_mask_voxel_by_voxel(data):
    folder = data / "ibsi" / "ct_phantom"
    image = read_ct(folder / "ct.nii.gz").image
    result = read_lesions(folder / "mask_rtstruct.dcm", image)
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "mask.nii.gz"))) > 0
    assert result.lesions[0].name == "GTV-1"
    np.testing.assert_array_equal(on_ct(result.lesions[0], image), mask)
    assert codes(result) == [("mask.reference", Severity.WARN)]


def test_a_hole_a_keyhole_and_an_island_in_the_hole():
    outer, inner, island = (square(0, *ends)[1] for ends in ((2, 20), (6, 16), (9, 12)))
    expected = np.zeros((24, 24), bool)
    expected[2:20, 2:20] = True
    expected[6:16, 6:16] = False
    keyhole = np.concatenate([outer, outer[:1], inner, inner[:1]])
    for polygons in ([outer, inner], [outer, inner[::-1]], [keyhole]):
        mask, (row, column) = fill(polygons)
        found = np.zeros_like(expected)
        found[row : row + mask.shape[0], column : column + mask.shape[1]] = mask
        np.testing.assert_array_equal(found, expected)
    mask, (row, column) = fill([outer, inner, island])
    assert mask.sum() == expected.sum() + 9
    assert mask[10 - row, 10 - column]


def test_neighbours_that_share_a_side_share_no_voxel_wherever_the_side_runs():
    # The shared side runs through voxel centres: each belongs to one of the two.
    left, right = (np.array([(0.0, a), (0.0, b), (9.0, b), (9.0, a)]) for a, b in ((0.0, 5.0), (5.0, 9.0)))
    both = fill([left])[0].sum() + fill([right])[0].sum()
    assert both == fill([np.array([(0.0, 0.0), (0.0, 9.0), (9.0, 9.0), (9.0, 0.0)])])[0].sum() == 81


def test_the_same_contour_twice_counts_once(tmp_path):
    (lesion,) = read(write(tmp_path, {"GTV": lps([square(3, 5, 9)] * 2)})).lesions
    assert lesion.voxels == 16


def test_the_axis_order_of_the_ct_does_not_matter(tmp_path):
    path = write(tmp_path, {"GTV": lps(contours_of(RING))})
    turned = Lattice(
        (SHAPE[2], SHAPE[0], SHAPE[1]),
        (SPACING[2], SPACING[0], SPACING[1]),
        tuple(LATTICE.to_lps(np.array([0, 0, SHAPE[2] - 1])).tolist()),
        ((-1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)),
    )
    image = Image(np.zeros(turned.shape, np.int16), turned)
    (lesion,) = read(path, image).lesions
    np.testing.assert_array_equal(on_ct(lesion, image), RING.transpose(2, 0, 1)[::-1])


def test_structures_have_numbers_names_and_sites(tmp_path):
    box = lps([square(3, 5, 9), square(4, 5, 9)])
    sites = {"liver met": ("SCT", "10200004"), "old": ("SRT", "T-28000"), "x": ("99X", "1")}
    result = read(write(tmp_path, dict.fromkeys(sites, box) | {"nothing": []}, codes=sites))
    assert [(x.id, x.name, x.site, x.voxels) for x in result.lesions] == [
        ("1", "liver met", Site.LIVER, 32),
        ("2", "old", Site.LUNG, 32),
        ("3", "x", None, 32),
        ("4", "nothing", None, 0),
    ]


def test_how_a_structure_was_drawn_is_what_the_file_says_and_else_not_known(tmp_path):
    rois = dict.fromkeys(["hand", "network", "empty", "odd"], lps([square(3, 5, 9)]))
    made = rtstruct(rois, frame_uid=FRAME)
    hand, network, empty, odd = made.StructureSetROISequence
    hand.ROIGenerationAlgorithm = "MANUAL"
    hand.ROIGenerationDescription = "with a brush"
    network.ROIGenerationAlgorithm = "AUTOMATIC"
    network.ROIGenerationDescription = "a network"
    empty.ROIGenerationAlgorithm = ""
    odd.ROIGenerationAlgorithm = "UNKNOWN"
    assert [x.delineation for x in read(save(tmp_path / "rtstruct.dcm", made)).lesions] == [
        Delineation(DelineationType.MANUAL),
        Delineation(DelineationType.AUTOMATIC, "a network"),
        None,
        None,
    ]


def test_a_backslash_in_a_name_stays_in_it(tmp_path):
    path = write(tmp_path, {"GTV\\1": lps([square(3, 5, 9)])})
    assert [lesion.name for lesion in read(path).lesions] == ["GTV\\1"]


def test_patterns_pick_structures(tmp_path):
    path = write(tmp_path, dict.fromkeys(["GTV 1", "gtv 2", "Heart"], lps([square(3, 5, 9)])))
    assert [x.name for x in read(path, patterns=["GTV*"]).lesions] == ["GTV 1", "gtv 2"]
    with pytest.raises(
        InputError, match=r"'PTV\*'; there are: GTV 1 \(1\), gtv 2 \(2\), Heart \(3\)"
    ) as caught:
        read(path, patterns=["GTV*", "PTV*"])
    assert caught.value.code == "mask.no_match"


def test_contours_between_slices_at_equal_distances_are_put_on_the_nearest(tmp_path):
    # Planes 5 mm apart, half-way between the CT's slices: each stands for two of them.
    contours = [(k, square(0, 10, 30)[1]) for k in (2.5, 4.5, 6.5, 8.5)]
    result = read(write(tmp_path, {"GTV": lps(contours)}))
    expected = np.zeros(SHAPE, bool)
    expected[2:10, 10:30, 10:30] = True
    np.testing.assert_array_equal(on_ct(result.lesions[0]), expected)
    assert codes(result) == [("mask.geometry", Severity.FIXED)]


def test_contours_at_unequal_distances_between_slices_are_refused(tmp_path):
    good = lps([square(3, 5, 9), square(4, 5, 9)])
    contours = [(k, square(0, 10, 30)[1]) for k in (2.5, 4.5, 5.9, 8.5)]
    result = read(write(tmp_path, {"odd": lps(contours), "good": good}))
    assert codes(result) == [("mask.geometry", Severity.REFUSE)]
    assert "unequal distances" in result.findings["1"][0].text
    assert [x.voxels for x in result.lesions] == [0, 32]


def test_a_slice_that_is_not_drawn_stays_empty(tmp_path):
    (lesion,) = read(write(tmp_path, {"GTV": lps([square(3, 5, 9), square(5, 5, 9)])})).lesions
    assert on_ct(lesion).any(axis=(1, 2)).nonzero()[0].tolist() == [3, 5]


@pytest.mark.parametrize(
    ("kind", "contour", "words"),
    [
        ("POINT", np.zeros((1, 3)), "type POINT"),
        ("OPEN_PLANAR", np.zeros((4, 3)), "type OPEN_PLANAR"),
        ("CLOSED_NONPLANAR", np.zeros((4, 3)), "type CLOSED_NONPLANAR"),
        ("CLOSED_PLANAR", np.zeros((2, 3)), "fewer than three points"),
        ("CLOSED_PLANAR", LATTICE.to_lps(np.array([[3, 5, 5], [8, 5, 20], [3, 20, 9.0]])), "not parallel"),
    ],
)
def test_what_is_no_closed_contour_in_a_slice_is_refused_in_words(tmp_path, kind, contour, words):
    result = read(write(tmp_path, {"odd": [contour]}, kind=kind))
    assert codes(result) == [("mask.not_planar", Severity.REFUSE)]
    assert words in result.findings["1"][0].text
    assert result.lesions[0].voxels == 0


def test_another_frame_of_reference_is_refused(tmp_path):
    path = write(tmp_path, {"GTV": lps([square(3, 5, 9)])}, frame_uid="9.9.9")
    with pytest.raises(GeometryError, match="another frame of reference") as caught:
        read(path)
    assert caught.value.code == "mask.geometry"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (SourceSeries("1.2.1", "7.7", FRAME, ()), "another series"),
        (None, "no DICOM series"),
    ],
)
def test_contours_of_another_series_are_warned_of(tmp_path, source, words):
    result = read(write(tmp_path, {"GTV": lps([square(3, 5, 9)])}), source=source)
    assert codes(result) == [("mask.reference", Severity.WARN)]
    assert words in result.findings["1"][0].text


@pytest.mark.parametrize(("shift", "words"), [((0, 0, 40), "outside of the CT"), ((0, 0, 400), "far beyond")])
def test_contours_outside_of_the_ct_are_refused(tmp_path, shift, words):
    contours = [points + np.array([*shift[2:], 0, 0]) for points in lps([square(3, 5, 9)])]
    with pytest.raises(GeometryError, match=words) as caught:
        read(write(tmp_path, {"GTV": contours}))
    assert caught.value.code == "mask.geometry"


def test_contours_cut_by_the_border_are_refused_where_more_than_a_twentieth_is_lost(tmp_path):
    contours = lps([square(3, -3, 9), square(4, -3, 9)])
    result = read(write(tmp_path, {"GTV": contours, "inside": lps([square(3, 5, 9)])}))
    assert codes(result) == [("mask.geometry", Severity.REFUSE)]


def test_damaged_files_are_refused(tmp_path):
    path = write(tmp_path, {"GTV": lps([square(3, 5, 9)])})
    whole = path.read_bytes()
    for length in (150, 400, len(whole) // 2):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError) as caught:
            read(path)
        assert caught.value.code == "lesions.damaged"


def test_numbers_that_are_none_refuse_the_structure(tmp_path):
    made = rtstruct({"GTV": lps([square(3, 5, 9)])}, frame_uid=FRAME, series_uid=SOURCE.series_uid)
    element = made.ROIContourSequence[0].ContourSequence[0]["ContourData"]
    path = save(tmp_path / "a.dcm", made)
    first = str(element.value[0]).encode()
    path.write_bytes(path.read_bytes().replace(first, b"x" * len(first)))
    assert codes(read(path)) == [("lesions.damaged", Severity.REFUSE)]


def test_a_folder_with_one_file_of_lesions_stands_for_it(tmp_path):
    write(tmp_path, {"GTV": lps([square(3, 5, 9)])})
    (tmp_path / "notes.txt").write_text("no DICOM")
    assert [x.name for x in read(tmp_path).lesions] == ["GTV"]
    write(tmp_path, {"GTV": lps([square(3, 5, 9)])}).rename(tmp_path / "other.dcm")
    write(tmp_path, {"GTV": lps([square(3, 5, 9)])})
    with pytest.raises(InputError, match=r"other\.dcm, rtstruct\.dcm"):
        read(tmp_path)


@pytest.mark.slow
@pytest.mark.alone
def test_twenty_lesions_on_a_large_ct_take_about_a_second(tmp_path):
    lattice = Lattice((400, 512, 512), (1.0, 0.7, 0.7), (0.0, 0.0, 0.0))
    angles = np.linspace(0, 2 * np.pi, 201)[:-1]
    rois = {}
    for n in range(20):
        centre = np.array([20 + 18 * n, 100 + 15 * n, 400 - 15 * n])
        rois[f"GTV {n}"] = lps(
            [
                (
                    k,
                    centre[1:]
                    + (25**2 - (k - centre[0]) ** 2) ** 0.5 * np.c_[np.cos(angles), np.sin(angles)],
                )
                for k in range(centre[0] - 20, centre[0] + 20)
            ],
            lattice,
        )
    path = write(tmp_path, rois)
    image = Image(np.broadcast_to(np.int16(0), lattice.shape), lattice)
    start = time.process_time()
    result = read(path, image)
    spent = time.process_time() - start
    assert len(result.lesions) == 20
    assert spent < 3.0, f"{spent:.1f} s"  # measured: 0.5 s


def test_contours_of_what_is_left_out_are_not_read(tmp_path):
    """A body whose contours reach far beyond the CT, and a couch of points, keep no tumor from being read."""
    rois = {"GTV": lps(contours_of(SPHERE)), "Body": lps([square(3, -4000, 4000)])}
    result = read(write(tmp_path, rois))
    assert [x.name for x in result.lesions] == ["GTV"]
    assert [x.name for x in result.left_out] == ["Body"]


def test_lesions_in_another_frame_of_reference_are_refused_whatever_organs_the_file_has(tmp_path):
    path = write(
        tmp_path, {"GTV": lps(contours_of(SPHERE)), "Heart": lps(contours_of(RING))}, frame_uid="9.9"
    )
    with pytest.raises(GeometryError):
        read(path)
