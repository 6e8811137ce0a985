"""Series that make no regular stack: refused or warned of by code, where a plain reader says nothing."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dicom_series import ORIGIN, SHAPE, SPACING, ct_series, hu_values, read_silently, set_pixels, twin, write
from radioimmuno.findings import InputError, Severity
from radioimmuno.geometry.image import Lattice
from radioimmuno.io.dicom import find_series, read_ct
from radioimmuno.io.dicom.kinds import PADDING_HU


def refused(folder, code, words, **options):
    """The folder's only series is listed as not usable, and reading it is refused, with the same code."""
    (series,) = find_series(folder)
    assert not series.usable
    assert (series.findings[-1].code, series.findings[-1].severity) == (code, Severity.REFUSE)
    with pytest.raises(InputError, match=words) as caught:
        read_ct(folder, **options)
    assert caught.value.code == code


def moved(dataset, x=0.0, y=0.0, z=0.0):
    dataset.ImagePositionPatient = [
        p + d for p, d in zip(dataset.ImagePositionPatient, (x, y, z), strict=True)
    ]


def tilted(degrees):
    """Slices of a tilted gantry: the planes lean, the table still moves along the body."""
    angle = math.radians(degrees)
    slices = ct_series(hu_values(), orientation=(1, 0, 0, 0, math.cos(angle), math.sin(angle)))
    for number, dataset in enumerate(slices):
        dataset.ImagePositionPatient = [ORIGIN[0], ORIGIN[1], ORIGIN[2] + number * SPACING[0]]
    return slices


def test_a_whole_series_is_its_voxels_in_their_place(tmp_path):
    ct = read_ct(write(tmp_path, ct_series(hu_values())))
    np.testing.assert_array_equal(ct.image.values, hu_values())
    assert ct.image.values.dtype == np.int16
    assert ct.image.lattice.coincides(Lattice(SHAPE, SPACING, ORIGIN))
    assert (ct.findings, ct.gaps) == ((), ())


@pytest.mark.parametrize(
    "orientation",
    [(1, 0, 0, 0, 1, 0), (0, 1, 0, 0, 0, -1), (-1, 0, 0, 0, -1, 0), (0.8, 0.6, 0, 0, 0, 1)],
)
def test_any_orientation_lies_where_a_plain_reader_puts_it(tmp_path, orientation):
    folder = write(tmp_path, ct_series(hu_values(), orientation=orientation)[::-1])
    ours, plain = read_ct(folder).image, read_silently(folder)
    corners = np.array([[0, 0, 0], [9, 19, 23], [3, 0, 7]])
    expected = [plain.TransformIndexToPhysicalPoint([int(v) for v in c[::-1]]) for c in corners]
    np.testing.assert_allclose(ours.lattice.to_lps(corners), expected, atol=1e-4)
    assert [plain.GetPixel([int(v) for v in c[::-1]]) for c in corners] == [
        ours.values[tuple(c)] for c in corners
    ]


def test_gantry_tilt_is_refused_with_its_angle(tmp_path):
    folder = write(tmp_path, tilted(15))
    refused(folder, "ct.gantry_tilt", r"15\.0 degrees")
    # A plain reader stacks the slices along their normal: the last one is off by its height x sin 15.
    plain = read_silently(folder)
    last = plain.TransformIndexToPhysicalPoint([0, 0, SHAPE[0] - 1])
    true = (*ORIGIN[:2], ORIGIN[2] + 9 * SPACING[0])
    assert math.dist(last, true) == pytest.approx(2 * 22.5 * math.sin(math.radians(7.5)), abs=0.3)


def test_a_tilt_that_is_rounding_is_no_tilt(tmp_path):
    assert read_ct(write(tmp_path, tilted(0.05))).findings == ()


def test_the_tilt_is_computed_and_the_tag_is_not_asked(tmp_path):
    assert read_ct(write(tmp_path, ct_series(hu_values(), GantryDetectorTilt=15.0))).findings == ()


def test_a_missing_slice_leaves_the_others_in_their_place(tmp_path):
    slices = ct_series(hu_values())
    del slices[4]
    folder = write(tmp_path, slices)
    (series,) = find_series(folder)
    assert series.usable
    assert [f.code for f in series.findings] == ["ct.missing_slice"]
    assert "a slice is missing between 107.5 and 112.5 mm" in series.findings[0].text.lower()
    ct = read_ct(folder)
    assert [(gap.start, gap.stop) for gap in ct.gaps] == [(4, 5)]
    assert ct.image.lattice.coincides(Lattice(SHAPE, SPACING, ORIGIN))
    assert (ct.image.values[4] == PADDING_HU).all()
    np.testing.assert_array_equal(np.delete(ct.image.values, 4, 0), np.delete(hu_values(), 4, 0))
    assert [instance.k for instance in ct.source.instances] == [0, 1, 2, 3, 5, 6, 7, 8, 9]
    # A plain reader spreads nine slices over the length of ten.
    assert read_silently(folder).GetSpacing()[2] == pytest.approx(1.125 * SPACING[0])


def test_a_series_of_which_most_is_missing_is_refused(tmp_path):
    slices = ct_series(hu_values((40, 8, 8)))
    refused(write(tmp_path, slices[:6] + slices[35:]), "ct.missing_slice", "29 slices are missing")


def test_a_slice_that_is_there_twice_is_read_once(tmp_path):
    slices = ct_series(hu_values())
    folder = write(tmp_path, [*slices, twin(slices[3])])
    ct = read_ct(folder)
    np.testing.assert_array_equal(ct.image.values, hu_values())
    assert [(f.code, f.severity) for f in ct.findings] == [("ct.duplicate_slice", Severity.FIXED)]
    # A plain reader takes it for one more slice, and no longer knows how far apart they are.
    plain = read_silently(folder)
    assert plain.GetSize()[2] == 11
    assert plain.GetSpacing()[2] != pytest.approx(SPACING[0], rel=0.05)


def test_two_pictures_of_one_place_are_refused(tmp_path):
    slices = ct_series(hu_values())
    other = twin(slices[3])
    set_pixels(other, np.full(SHAPE[1:], 7))
    folder = write(tmp_path, [*slices, other])
    refused(folder, "ct.duplicate_slice", "1 places have several slices")
    assert read_silently(folder).GetSize()[2] == 11


def test_interleaved_phases_are_refused(tmp_path):
    same = {"uid": "1.2.3", "study_uid": "1.2", "frame_uid": "1.5"}
    arterial = ct_series(hu_values(), **same)
    venous = ct_series(hu_values() + np.int16(40), **same)
    mixed = [dataset for pair in zip(arterial, venous, strict=True) for dataset in pair]
    folder = write(tmp_path, mixed)
    refused(folder, "ct.duplicate_slice", "10 places have several slices")
    # A plain reader makes one volume of twice the slices, half as far apart.
    assert read_silently(folder).GetSize()[2] == 20


def test_uneven_slices_are_refused_with_their_range(tmp_path):
    slices = ct_series(hu_values())
    for dataset in slices[5:]:
        moved(dataset, z=0.5)
    folder = write(tmp_path, slices)
    refused(folder, "ct.variable_spacing", r"2\.50 to 3\.00 mm apart")
    assert read_silently(folder).GetSpacing()[2] == pytest.approx(SPACING[0] + 0.5 / 9)


@pytest.mark.parametrize(("shift_mm", "usable"), [(0.02, True), (0.03, False)])
def test_one_percent_of_the_distance_is_the_limit(tmp_path, shift_mm, usable):
    slices = ct_series(hu_values())
    for dataset in slices[5:]:
        moved(dataset, z=shift_mm)
    (series,) = find_series(write(tmp_path, slices))
    assert series.usable is usable


def test_slices_that_step_sideways_are_refused(tmp_path):
    slices = ct_series(hu_values())
    moved(slices[4], x=3.0)
    refused(write(tmp_path, slices), "ct.variable_spacing", r"sideways by up to 3\.00 mm")


@pytest.mark.parametrize("keyword", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"])
def test_slices_that_do_not_say_where_they_lie_are_refused(tmp_path, keyword):
    folder = write(tmp_path, ct_series(hu_values(), **{keyword: None}))
    refused(folder, "ct.unreadable", keyword)
    assert read_silently(folder).GetSize()[2] == 10


def test_an_orientation_that_is_none_is_refused(tmp_path):
    slices = ct_series(hu_values())
    for dataset in slices:
        dataset.ImageOrientationPatient = [1, 0, 0, 0.5, 1, 0]
    refused(write(tmp_path, slices), "ct.unreadable", "right angles")


def test_a_single_slice_is_refused_and_its_folder_asked_for(tmp_path):
    folder = write(tmp_path, ct_series(hu_values())[:1])
    refused(folder, "ct.unreadable", "single DICOM slice")
    with pytest.raises(InputError, match="Name the folder"):
        read_ct(next(folder.iterdir()))
