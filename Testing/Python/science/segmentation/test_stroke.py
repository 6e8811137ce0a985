"""One stroke on lesions with a known border, and strokes that cannot be used."""

from __future__ import annotations

import itertools
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from phantoms import signed_permutations
from stroked import cropped, ellipsoid_ct

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.segmentation.click import segment_click
from radioimmuno.segmentation.parameters import PARAMETERS as P
from radioimmuno.segmentation.preview import preview_stroke
from radioimmuno.segmentation.stroke import check_inside, segment_diameters, segment_stroke
from radioimmuno.simulation.strokes import dice, jittered, longest_stroke

ROUND = (13.4, 13.4, 13.4)  # 10 cc
LONG = (14.0, 12.0, 16.0)
KNOWN = {
    "in lung": {"semi_mm": ROUND, "lesion_hu": 40, "around_hu": -800},
    "in liver": {"semi_mm": ROUND, "lesion_hu": 60, "around_hu": 110},
    "in fat": {"semi_mm": (20, 12, 16), "lesion_hu": 40, "around_hu": -100},
    "higher than long": {"semi_mm": (22, 12, 16), "lesion_hu": 40, "around_hu": -100},
    "on pleura": {"semi_mm": LONG, "lesion_hu": 40, "around_hu": -800, "wall": (55, 0.6)},
    "large": {"semi_mm": (27, 27, 31), "lesion_hu": 70, "around_hu": 110},
}


@pytest.fixture(scope="module")
def ball():
    return ellipsoid_ct((10.0, 9.0, 12.0), lesion_hu=60, around_hu=-100)


def stroke(image, ends):
    return segment_stroke(image, tuple(ends[0]), tuple(ends[1]))


@pytest.mark.parametrize("name", KNOWN)
def test_the_volume_of_a_known_lesion_is_within_5_percent(name):
    image, truth = ellipsoid_ct(**KNOWN[name])
    found = stroke(image, longest_stroke(truth))
    assert found.volume_cc == pytest.approx(
        truth.values.sum() * truth.lattice.voxel_volume_mm3 / 1000, rel=0.05
    )
    assert dice(found.mask, truth) > 0.94


@pytest.mark.parametrize(("wall_hu", "at"), [(400, 0.6), (180, 0.7)], ids=["bone", "vessel"])
def test_a_lesion_does_not_leak_into_the_wall_that_it_lies_on(wall_hu, at):
    image, truth = ellipsoid_ct(LONG, lesion_hu=40, around_hu=-800, wall=(wall_hu, at))
    for ends in jittered(longest_stroke(truth), 3, sd_mm=1.0):
        found = stroke(image, ends)
        assert found.mask.values.sum() / truth.values.sum() == pytest.approx(1, abs=0.1)
        assert dice(found.mask, truth) > 0.93


def test_a_wall_like_the_lesion_stops_what_is_found():
    image, truth = ellipsoid_ct(LONG, lesion_hu=40, around_hu=-800, wall=(40, 0.7))
    found = stroke(image, longest_stroke(truth))
    assert dice(found.mask, truth) > 0.9
    assert found.mask.values.sum() < 1.25 * truth.values.sum()


def test_a_lesion_like_its_surroundings_is_less_sure_than_a_clear_one_and_bounded():
    def found_amid(around_hu):
        image, truth = ellipsoid_ct(ROUND, lesion_hu=60, around_hu=around_hu, noise_hu=25)
        return stroke(image, longest_stroke(truth)), truth

    faint, truth = found_amid(63)
    clear, _ = found_amid(-100)
    assert faint.expected_agreement < clear.expected_agreement - 0.1
    assert faint.mask.values.sum() < 2.2 * truth.values.sum()


@pytest.mark.parametrize("height_mm", [26, 50])
def test_a_lesion_much_longer_than_the_stroke_is_not_followed_farther_than_a_stroke_may_reach(height_mm):
    image, truth = ellipsoid_ct((height_mm, 9, 11), lesion_hu=60, around_hu=-100)
    ends = longest_stroke(truth)
    ball_cc = np.pi / 6 * np.linalg.norm(ends[1] - ends[0]) ** 3 / 1000
    assert stroke(image, ends).volume_cc < 1.05 * P.most_balls * ball_cc


def test_nothing_is_said_of_a_clear_lesion_that_the_stroke_crosses_where_it_is_longest(ball):
    image, truth = ball
    assert stroke(image, longest_stroke(truth)).findings == ()


@pytest.mark.parametrize("axis", [0, 1], ids=["coronal or sagittal", "oblique"])
def test_the_stroke_may_lie_in_any_slice(ball, axis):
    image, truth = ball
    direction = np.array([[0.0, 0.0, 1.0], [0.6, 0.0, 0.8]][axis])
    radius = 1 / np.linalg.norm(direction / np.array([12.0, 9.0, 10.0]))
    middle = image.lattice.to_lps((np.array(image.lattice.shape) - 1) / 2)
    found = stroke(image, np.array([middle - radius * direction, middle + radius * direction]))
    assert dice(found.mask, truth) > 0.93


def test_strokes_of_several_readers_give_nearly_the_same_lesion(ball):
    image, truth = ball
    masks = [stroke(image, ends).mask for ends in jittered(longest_stroke(truth), 4)]
    assert min(dice(a, b) for a, b in itertools.combinations(masks, 2)) > 0.95


def test_the_same_stroke_gives_the_same_lesion_whichever_end_is_first(ball):
    image, truth = ball
    ends = longest_stroke(truth)
    first, again, reverse = stroke(image, ends), stroke(image, ends), stroke(image, ends[::-1])
    np.testing.assert_array_equal(first.mask.values, again.mask.values)
    assert first.axes == again.axes
    assert dice(first.mask, reverse.mask) > 0.995


def test_any_axis_order_gives_the_same_lesion(ball):
    image, truth = ball
    ends = longest_stroke(truth)
    expected = stroke(image, ends)
    for turned in signed_permutations(image)[5::16]:
        found = stroke(turned, ends)
        assert found.mask.lattice == turned.lattice
        back = found.mask.canonical()
        np.testing.assert_array_equal(back.values, expected.mask.values)
        assert back.offset == expected.mask.offset
        assert found.axes.long_mm == pytest.approx(expected.axes.long_mm)
        np.testing.assert_allclose(found.axes.long_ends, expected.axes.long_ends)


def test_axes_and_volume_are_those_of_the_lesion(ball):
    image, truth = ball
    found = stroke(image, longest_stroke(truth))
    assert found.axes.long_mm == pytest.approx(24, abs=1.2)
    assert found.axes.short_mm == pytest.approx(18, abs=1.2)
    assert found.mask.values.dtype == bool
    assert found.mask.values.shape == cropped(found.mask).values.shape


def test_only_a_crop_of_a_large_ct_is_looked_at(ball):
    image, truth = ball
    lattice = replace(image.lattice, shape=(400, 512, 512))
    values = np.full(lattice.shape, -100, np.int16)
    values[image.box.slices] = image.values
    ends = longest_stroke(truth)
    tracemalloc.start()
    found = stroke(Image(values, lattice), ends)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert dice(found.mask, Image(truth.values, lattice)) > 0.93
    assert most < values.nbytes / 4


def test_padding_and_missing_values_count_as_outside(ball):
    image, truth = ball
    ends = longest_stroke(truth)
    values = image.values.astype(np.float32)
    values[:, :4] = np.nan
    values[:, -4:] = -3024
    assert dice(stroke(Image(values, image.lattice), ends).mask, truth) > 0.95


@pytest.mark.parametrize("border", [0, -1], ids=["first", "last"])
@pytest.mark.parametrize("more", [0, 1], ids=["even", "odd"])
def test_a_stroke_may_lie_in_the_outermost_slice(border, more):
    """Of a lesion so large that its thin slices are averaged; what lies outside of the CT is not known."""
    image, truth = ellipsoid_ct((40.0,) * 3, lesion_hu=60, around_hu=-60, spacing=(1.0, 1.0, 1.0))
    middle, box = image.lattice.shape[0] // 2, image.box
    start, stop = (middle, box.stop[0] - more) if border == 0 else (more, middle)
    window = Box((start, *box.start[1:]), (stop, *box.stop[1:]))
    lattice = image.lattice.window(window)
    half, left = (Image(each.values[start:stop], lattice) for each in (image, truth))
    row = np.argwhere(left.values[border])
    row = row[row[:, 0] == int(np.median(row[:, 0]))]
    ends = [lattice.to_lps([border % lattice.shape[0], *row[n]]) for n in (0, -1)]
    assert dice(stroke(half, ends).mask, left) > 0.9
    assert np.isfinite(preview_stroke(half, *map(tuple, ends)).points).all()


def test_a_lesion_at_the_border_of_the_ct_is_said_to_be_cut(ball):
    image, truth = ball
    lattice = replace(image.lattice, shape=(image.lattice.shape[0] // 2 + 1, *image.lattice.shape[1:]))
    found = stroke(Image(image.values[: lattice.shape[0]], lattice), longest_stroke(truth))
    assert "lesion.truncated" in [finding.code for finding in found.findings]


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ((-500, 0, 0), (0, 0, 0), "stroke.outside"),
        ((np.nan, 0, 0), (0, 0, 0), "stroke.outside"),
        ((0, 0, 0), (1.0, 0.5, 0), "stroke.too_short"),
        ((-10, 0, 0), (10, 0, 0), "stroke.nothing_found"),
    ],
)
def test_a_stroke_that_cannot_be_used_is_refused(start, end, code):
    lattice = Lattice((30, 60, 60), (2.0, 1.0, 1.0), (-30.0, -30.0, -30.0))
    flat = Image(np.full(lattice.shape, 40, np.int16), lattice)
    with pytest.raises(InputError) as refused:
        segment_stroke(flat, start, end)
    assert refused.value.code == code


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_stroke_may_end_anywhere_in_the_outermost_voxels_and_not_beyond(axis):
    """A voxel reaches half of its size to both sides of its centre."""
    lattice = Lattice((30, 60, 50), (2.0, 1.0, 1.5), (-30.0, -20.0, -10.0))
    flat = Image(np.full(lattice.shape, 40, np.int16), lattice)
    inside, outside = np.full((2, 3), 10.0), np.full((2, 3), 10.0)
    inside[:, axis] = -0.49, lattice.shape[axis] - 0.51
    check_inside(flat, lattice.to_lps(inside), "outside")
    outside[:, axis] = -0.51, lattice.shape[axis] - 0.49
    for point in lattice.to_lps(outside):
        with pytest.raises(InputError, match="outside"):
            check_inside(flat, point[None], "outside")


@pytest.mark.parametrize("name", ["in lung", "in liver", "in fat"])
def test_a_click_inside_a_clear_lesion_is_enough(name):
    image, truth = ellipsoid_ct(**KNOWN[name])
    middle = longest_stroke(truth).mean(axis=0) + [2.0, -1.5, 2.0]
    assert dice(segment_click(image, tuple(middle)).mask, truth) > 0.93


@pytest.mark.parametrize(
    ("point", "code"), [((500, 0, 0), "stroke.outside"), ((0, 0, 0), "stroke.nothing_found")]
)
def test_a_click_that_cannot_be_used_is_refused(point, code):
    lattice = Lattice((30, 60, 60), (2.0, 1.0, 1.0), (-30.0, -30.0, -30.0))
    with pytest.raises(InputError) as refused:
        segment_click(Image(np.full(lattice.shape, 40, np.int16), lattice), point)
    assert refused.value.code == code


def test_a_second_stroke_across_tells_the_width():
    image, truth = ellipsoid_ct((16, 7, 20), lesion_hu=50, around_hu=45, noise_hu=20)
    long, short = longest_stroke(truth), np.array([[0, -7.0, 0], [0, 7.0, 0]])
    short = short + long.mean(axis=0)
    one = segment_stroke(image, *map(tuple, long))
    two = segment_diameters(image, tuple(map(tuple, long)), tuple(map(tuple, short)))
    assert abs(two.axes.short_mm - 14) < abs(one.axes.short_mm - 14)
    assert two.delineation.algorithm.endswith("two strokes")
    swapped = segment_diameters(image, tuple(map(tuple, short)), tuple(map(tuple, long)))
    assert dice(swapped.mask, two.mask) == 1


def test_two_strokes_beside_each_other_are_refused():
    image, truth = ellipsoid_ct((14, 12, 16), lesion_hu=40, around_hu=-100)
    long = longest_stroke(truth)
    beside = long * (1, 1, 1) + np.array([0, 3.0, 0])
    with pytest.raises(InputError, match="do not cross"):
        segment_diameters(image, tuple(map(tuple, long)), tuple(map(tuple, beside)))
