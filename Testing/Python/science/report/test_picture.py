"""The pictures of a lesion: gray values and outlines in the right place, whatever the file's axis order."""

from __future__ import annotations

import io
import itertools
import re
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import report_cases as cases
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image as Pillow
from PIL import ImageDraw

from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.geometry.outline import outlines
from radioimmuno.lesion import Lesion
from radioimmuno.report.picture import MOST_PIXELS, UNITS_A_MM, gray_of, jpeg_of, outline_path
from radioimmuno.report.view import AXIAL, CORONAL, PLANES, SAGITTAL, Plane, View, views_of

# Pixels along a side of the pictures that are looked at here.
PIXELS = 420

# halfway between tissue (gray 77) and lesion (white)
BRIGHT = 166


def pixels(image: Image, view: View) -> np.ndarray:
    """What is seen of a window: its gray values, enlarged and laid where the page lays them."""
    gray = gray_of(image, view)
    scale = PIXELS / view.side_mm
    columns = ((np.arange(PIXELS) + 0.5) / scale - gray.x) / gray.width * gray.values.shape[1]
    rows = ((np.arange(PIXELS) + 0.5) / scale - gray.y) / gray.height * gray.values.shape[0]
    return gray.values[np.floor(rows).astype(int)[:, None], np.floor(columns).astype(int)]


def loops_of(path: str) -> list[np.ndarray]:
    """Closed lines of SVG path data (one absolute point, then relative ones), each (n, 2) of (x, y) in mm."""
    parts = [part for part in path.split("z") if part]
    steps = [np.array(re.findall(r"-?\d+", part), float).reshape(-1, 2) for part in parts]
    return [np.cumsum(step, axis=0) / UNITS_A_MM for step in steps]


def filled(path: str, view: View) -> np.ndarray:
    """The inside of SVG path data on the picture's pixels."""
    scale = PIXELS / view.side_mm
    drawing = Pillow.new("1", (PIXELS, PIXELS))
    for loop in loops_of(path):
        ImageDraw.Draw(drawing).polygon([tuple(p) for p in loop * scale - 0.5], fill=1)
    return np.asarray(drawing)


def signed_area(loop: np.ndarray) -> float:
    x, y = loop[:, 1], loop[:, 0]
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def view_of(image: Image, mask: Image, plane: Plane = AXIAL) -> View | None:
    return next((view for view in views_of(image, mask) if view.plane is plane), None)


def view_of_lesion(key: str, image: Image | None = None, plane: Plane = AXIAL) -> View:
    lesion = next(lesion for lesion in cases.lesions() if lesion.id == key)
    view = view_of(image or cases.ct(), lesion.mask, plane)
    assert view is not None
    return view


def test_a_single_voxel_is_outlined_by_the_midpoints_to_its_neighbors() -> None:
    (loop,) = outlines(np.array([[True]]))
    assert {tuple(p) for p in loop.tolist()} == {(-0.5, 0.0), (0.5, 0.0), (0.0, -0.5), (0.0, 0.5)}


def test_a_hole_has_its_own_line_in_the_other_sense() -> None:
    mask = np.ones((7, 7), bool)
    mask[2:5, 2:5] = False
    areas = sorted(signed_area(loop) for loop in outlines(mask))
    # corners are cut by triangles of 1/8 voxel: the outer square loses four, the hole too
    assert areas == pytest.approx([-(9 - 0.5), 49 - 0.5])


@pytest.mark.parametrize("mask", [[[1, 0], [0, 1]], [[0, 1], [1, 0]]])
def test_voxels_that_touch_at_a_corner_are_outlined_apart(mask: list[list[int]]) -> None:
    assert len(outlines(np.array(mask, bool))) == 2


def test_no_voxel_no_line() -> None:
    assert outlines(np.zeros((4, 3), bool)) == []


@given(arrays(bool, st.tuples(st.integers(1, 8), st.integers(1, 8))))
def test_filling_the_outlines_gives_the_mask_back(mask: np.ndarray) -> None:
    rows, columns = np.indices(mask.shape)
    inside = np.zeros(mask.shape, int)
    for loop in outlines(mask):
        # even-odd rule: count the lines crossed on the way out to the right, just below the voxel's centre
        for (r0, c0), (r1, c1) in zip(loop, np.roll(loop, -1, axis=0), strict=True):
            y = rows + 1e-3
            if r0 != r1:
                crossing = c0 + (y - r0) / (r1 - r0) * (c1 - c0)
                inside += ((r0 > y) != (r1 > y)) & (crossing > columns)
    np.testing.assert_array_equal(inside % 2 == 1, mask)


def test_the_slice_is_the_one_where_the_lesion_is_largest() -> None:
    mask = np.zeros(cases.CT.shape, bool)
    mask[5, 50:60, 50:60] = mask[6, 50:62, 50:62] = mask[7, 50:55, 50:55] = True
    view = view_of(cases.ct(), Image(mask, cases.CT))
    assert view is not None
    assert view.slice_index == 6
    # origin -45 mm, slices of 3 mm; the seventh of thirty
    assert view.place_words == "I 27.0 mm, slice 7 of 30"


def test_positions_are_written_as_slicer_does() -> None:
    # voxel (5, 55, 45) lies at L -6 mm, P -16 mm (LPS), S -30 mm
    mask = Image(np.ones((1, 1, 1), bool), cases.CT, (5, 55, 45))
    words = [view.place_words for view in views_of(cases.ct(), mask)]
    assert words == [
        "I 30.0 mm, slice 6 of 30",
        "A 16.0 mm, slice 56 of 150",
        "R 6.0 mm, slice 46 of 100",
    ]


def test_an_empty_lesion_and_one_beyond_the_ct_have_no_view() -> None:
    assert view_of(cases.ct(), cases.lesions()[-1].mask) is None
    beyond = Lattice(cases.CT.shape, cases.CT.spacing, (-60.0, -60.0, 400.0))
    assert view_of(cases.ct(), Image(np.ones((1, 5, 5), bool), beyond)) is None


def test_gray_values_lie_where_the_lesion_is_in_millimetres() -> None:
    view = view_of_lesion("1")
    bright = pixels(cases.ct(bright=("1",)), view) > BRIGHT
    rows, columns = np.nonzero(bright)
    # the lesion is 25 rows of 0.8 mm by 20 columns of 1.2 mm
    scale = PIXELS / view.side_mm
    assert rows.max() + 1 - rows.min() == pytest.approx(25 * 0.8 * scale, abs=2)
    assert columns.max() + 1 - columns.min() == pytest.approx(20 * 1.2 * scale, abs=2)
    assert np.count_nonzero(bright) == pytest.approx(20.0 * 24.0 * scale**2, rel=0.02)
    assert rows.mean() + 0.5 == pytest.approx(PIXELS / 2, abs=1)
    assert columns.mean() + 0.5 == pytest.approx(PIXELS / 2, abs=1)


def test_the_patients_right_is_on_the_left_and_anterior_is_on_top() -> None:
    values = np.full(cases.CT.shape, -1000, np.int16)
    values[10:14, 52, :40] = 1000  # to the right of the lesion's centre: lower x in LPS
    values[10:14, :52, 40] = 1000  # in front of it: lower y in LPS
    image = Image(values, cases.CT)
    picture = pixels(image, view_of_lesion("1", image))
    middle = PIXELS // 2
    line = PIXELS // 8
    assert picture[middle - 3 : middle + 3, line : middle - line].max() > BRIGHT
    assert picture[middle - 3 : middle + 3, middle + line : -line].max() < BRIGHT
    assert picture[line : middle - line, middle - 3 : middle + 6].max() > BRIGHT
    assert picture[middle + line : -line, middle - 3 : middle + 6].max() < BRIGHT


def test_the_outline_encloses_the_lesions_bright_pixels() -> None:
    view = view_of_lesion("1")
    bright = pixels(cases.ct(bright=("1",)), view) > BRIGHT
    inside = filled(outline_path(cases.lesions()[0].mask, view), view)
    overlap = np.count_nonzero(bright & inside) / np.count_nonzero(bright | inside)
    assert overlap > 0.97


def test_the_rings_outline_from_the_other_grid_lies_two_millimetres_on_both_sides() -> None:
    view = view_of_lesion("1")
    loops = loops_of(outline_path(cases.ring_around(cases.BOXES["1"]), view))
    inner, outer = sorted(loops, key=lambda loop: np.ptp(loop[:, 0]))
    middle = view.side_mm / 2
    # lesion: 24 mm wide, 20 mm high; a grid of 1 mm is exact to half a voxel
    for loop, reach in ((outer, 2.0), (inner, -2.0)):
        assert loop[:, 0].min() == pytest.approx(middle - 12 - reach, abs=0.5)
        assert loop[:, 0].max() == pytest.approx(middle + 12 + reach, abs=0.5)
        assert loop[:, 1].min() == pytest.approx(middle - 10 - reach, abs=0.5)
        assert loop[:, 1].max() == pytest.approx(middle + 10 + reach, abs=0.5)


def test_what_does_not_cross_the_slice_is_not_outlined() -> None:
    assert outline_path(cases.lesions()[2].mask, view_of_lesion("1")) == ""
    assert outline_path(cases.lesions()[1].mask, view_of_lesion("1")) != ""


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_every_axis_order_gives_the_same_picture(order: tuple[int, ...]) -> None:
    lesion = cases.lesions()[0]
    ring = cases.ring_around(cases.BOXES["1"])
    view = view_of_lesion("1")
    expected_gray = gray_of(cases.ct(), view).values
    expected = [loops_of(outline_path(mask, view)) for mask in (lesion.mask, ring)]
    for signs in itertools.product((1, -1), repeat=3):
        image = cases.reordered(cases.ct(), order, signs).canonical()
        same = replace(lesion, mask=cases.reordered(lesion.mask, order, signs)).canonical()
        seen = view_of(image, same.mask)
        assert seen is not None
        np.testing.assert_array_equal(gray_of(image, seen).values, expected_gray)
        rings = cases.reordered(ring, order, signs).canonical()
        for mask, loops in zip((same.mask, rings), expected, strict=True):
            got = loops_of(outline_path(mask, seen))
            assert len(got) == len(loops)
            for a, b in zip(got, loops, strict=True):
                np.testing.assert_allclose(a, b, atol=0.011)


def test_a_crop_of_the_ct_gives_the_same_picture() -> None:
    box = Box((10, 0, 0), (14, 150, 100))
    view = view_of_lesion("1")
    assert view_of_lesion("1", cases.ct().crop(box)) == view
    expected = gray_of(cases.ct(), view).values
    np.testing.assert_array_equal(gray_of(cases.ct().crop(box), view).values, expected)


def test_beyond_the_ct_and_where_voxels_are_not_numbers_the_picture_is_black() -> None:
    image = cases.ct(np.float32)
    image.values[:, :45, :] = np.nan
    mask = Image(np.ones((2, 20, 6), bool), cases.CT, (10, 40, 0))  # at the patient's right border
    view = view_of(image, mask)
    assert view is not None
    picture = pixels(image, view)
    scale = PIXELS / view.side_mm
    border = round(PIXELS / 2 - 3 * 1.2 * scale)
    assert picture[:, : border - 4].max() == 0
    # rows below 45 are not numbers; the window's centre is row 49.5
    assert picture[: round(PIXELS / 2 - 5.5 * 0.8 * scale), :].max() == 0
    tissue = picture[round(PIXELS / 2) : round(PIXELS / 2 + 10 * 0.8 * scale), border + 8 : border + 30]
    assert tissue.min() > 0


def test_a_picture_copies_no_more_than_its_surroundings() -> None:
    lattice = Lattice((100, 500, 500), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    image = Image(np.zeros(lattice.shape, np.int16), lattice)  # 50 MB
    lesion = Lesion("1", "a", Image(np.ones((20, 20, 20), bool), lattice, (40, 200, 200)))
    gray_of(image, view_of_lesion("1"))  # what is imported on first use does not count
    tracemalloc.start()
    for view in views_of(image.canonical(), lesion.canonical().mask):
        jpeg_of(gray_of(image.canonical(), view).values)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3e6


@pytest.mark.parametrize("plane", PLANES, ids=lambda plane: plane.name)
def test_the_letters_of_every_plane_are_where_these_directions_lie(plane: Plane) -> None:
    values = np.full(cases.CT.shape, -1000, np.int16)
    view = view_of_lesion("1", plane=plane)
    # A bright voxel 12 mm from the lesion in each of the letter's directions, in LPS.
    steps = {
        "L": (12, 0, 0),
        "R": (-12, 0, 0),
        "P": (0, 12, 0),
        "A": (0, -12, 0),
        "S": (0, 0, 12),
        "I": (0, 0, -12),
    }
    places = dict(zip(plane.letters, ((0, 1), (2, 1), (1, 0), (1, 2)), strict=True))  # thirds: column, row
    for letter, (column, row) in places.items():
        index = np.rint(cases.CT.to_index(view.centre_lps + np.array(steps[letter]))).astype(int)
        image = Image(values.copy(), cases.CT)
        image.values[tuple(index)] = 1000
        rows, columns = np.nonzero(pixels(image, view) > BRIGHT)
        middle = PIXELS / 2
        shift = 12 / view.side_mm * PIXELS
        assert columns.mean() == pytest.approx(middle + (column - 1) * shift, abs=shift / 4), letter
        assert rows.mean() == pytest.approx(middle + (row - 1) * shift, abs=shift / 4), letter


@pytest.mark.parametrize("plane", [CORONAL, SAGITTAL], ids=lambda plane: plane.name)
def test_outlines_enclose_the_bright_pixels_in_every_plane(plane: Plane) -> None:
    view = view_of_lesion("1", plane=plane)
    bright = pixels(cases.ct(bright=("1",)), view) > BRIGHT
    inside = filled(outline_path(cases.lesions()[0].mask, view), view)
    overlap = np.count_nonzero(bright & inside) / np.count_nonzero(bright | inside)
    assert overlap > 0.95


def test_all_pictures_of_a_lesion_have_one_scale_that_holds_it() -> None:
    tall = Image(np.ones((25, 10, 10), bool), cases.CT, (2, 60, 40))  # 75 mm high
    assert {view.side_mm for view in views_of(cases.ct(), tall)} == {75.0 + 40.0}


def test_a_stored_picture_is_never_larger_than_can_be_seen() -> None:
    stored = Pillow.open(io.BytesIO(jpeg_of(np.zeros((700, 300), np.uint8))))
    assert stored.size == (MOST_PIXELS, MOST_PIXELS)
    small = Pillow.open(io.BytesIO(jpeg_of(np.zeros((70, 30), np.uint8))))
    assert small.size == (30, 70)
