"""Strokes, clicks and boxes on lesions whose dimensions are known."""

import numpy as np
import pytest
from phantoms import signed_permutations

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.simulation.strokes import (
    boxes,
    clicks,
    crossed_strokes,
    dice,
    foreign_share,
    jittered,
    longest_stroke,
)

LATTICE = Lattice((20, 50, 60), (3.0, 1.0, 1.0), (-30.0, 40.0, 7.0))


def brick(start, stop, lattice=LATTICE):
    values = np.zeros(lattice.shape, bool)
    values[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))] = True
    return Image(values, lattice)


@pytest.fixture
def lesion():
    """5 x 11 x 31 voxels: 15 x 11 x 31 mm."""
    return brick((8, 20, 10), (13, 31, 41))


def length(ends):
    return float(np.linalg.norm(ends[1] - ends[0]))


@pytest.mark.parametrize(
    ("axis", "expected"), [(0, np.hypot(10, 30)), (1, np.hypot(12, 30)), (2, np.hypot(12, 10))]
)
def test_the_longest_stroke_is_a_slices_diagonal(lesion, axis, expected):
    ends = longest_stroke(lesion, axis)
    assert length(ends) == pytest.approx(expected)
    assert np.ptp(lesion.lattice.to_index(ends)[:, axis]) == pytest.approx(0)


def test_a_cropped_mask_has_the_same_strokes(lesion):
    np.testing.assert_allclose(longest_stroke(lesion.trimmed()), longest_stroke(lesion))
    np.testing.assert_allclose(crossed_strokes(lesion.trimmed()), crossed_strokes(lesion))


def test_one_voxel_has_a_stroke_of_no_length():
    ends = longest_stroke(brick((4, 5, 6), (5, 6, 7)))
    np.testing.assert_allclose(ends, np.tile(LATTICE.to_lps(np.array([4, 5, 6])), (2, 1)))


def test_the_axis_order_of_the_file_makes_no_difference(lesion):
    for mask in signed_permutations(lesion)[::7]:
        np.testing.assert_allclose(longest_stroke(mask, 1), longest_stroke(lesion, 1), atol=1e-9)


def test_crossed_strokes_are_perpendicular_in_one_slice():
    places = LATTICE.to_lps(np.moveaxis(np.indices(LATTICE.shape), 0, -1))
    offset = places - np.array([0.0, 64.0, 34.0])
    ellipse = Image((offset**2 / np.array([20.0, 9.0, 12.0]) ** 2).sum(axis=-1) <= 1, LATTICE)
    long, short = crossed_strokes(ellipse)
    assert length(long) == pytest.approx(40, abs=1.5)
    assert length(short) == pytest.approx(18, abs=1.5)
    assert (long[1] - long[0]) @ (short[1] - short[0]) == pytest.approx(0, abs=1e-6)
    assert np.ptp(np.concatenate([long, short])[:, 2]) == pytest.approx(0)


def test_an_empty_mask_has_no_crossed_strokes_and_no_box():
    empty = Image(np.zeros(LATTICE.shape, bool), LATTICE)
    with pytest.raises(ValueError, match="empty"):
        crossed_strokes(empty)
    with pytest.raises(ValueError, match="empty"):
        boxes(empty, 1)


@pytest.mark.parametrize(("axis", "still"), [(0, 2), (1, 1), (2, 0)])
def test_readers_err_within_the_slice(axis, still):
    ends = np.array([[0.0, 0.0, 0.0], [30.0, 40.0, 50.0]])
    moved = np.array(jittered(ends, 400, sd_mm=3.0, axis=axis)) - ends
    np.testing.assert_array_equal(moved[..., still], 0)
    errors = np.delete(moved, still, axis=-1)
    assert errors.std() == pytest.approx(3.0, rel=0.08)
    assert abs(errors.mean()) < 0.3


def test_the_same_seed_gives_the_same_strokes_and_another_seed_others():
    ends = np.zeros((2, 3))
    np.testing.assert_array_equal(jittered(ends, 2, seed=4), jittered(ends, 2, seed=4))
    assert not np.array_equal(jittered(ends, 2, seed=4), jittered(ends, 2, seed=5))


def test_crossed_strokes_err_each_by_itself():
    both = np.zeros((2, 2, 3))
    moved = jittered(both, 1)[0]
    assert moved.shape == (2, 2, 3)
    assert len(np.unique(moved[..., :2])) == 8


def test_clicks_lie_inside_near_the_middle(lesion):
    points = np.array(clicks(lesion, 200))
    index = np.rint(LATTICE.to_index(points)).astype(int)
    assert lesion.values[tuple(index.T)].all()
    middle = LATTICE.to_lps(np.array([10, 25, 25]))
    spread = (points - middle).std(axis=0) / np.array([31, 11, 15])
    assert (spread < 0.15).all()
    assert (spread > 0.06).all()
    assert (np.abs(points.mean(axis=0) - middle) < 1).all()


def test_a_click_on_a_ring_lies_in_the_ring():
    ring = brick((8, 10, 10), (9, 41, 41))
    ring.values[:, 15:36, 15:36] = False
    for point in clicks(ring, 20):
        assert ring.values[tuple(np.rint(LATTICE.to_index(point)).astype(int))]


def test_boxes_are_the_lesions_with_errors_of_their_sides(lesion):
    drawn = np.array(boxes(lesion, 400))
    np.testing.assert_allclose(
        drawn.mean(axis=0), LATTICE.to_lps(np.array([[7.5, 19.5, 9.5], [12.5, 30.5, 40.5]])), atol=0.5
    )
    np.testing.assert_allclose(drawn.std(axis=0), 2.0, rtol=0.15)


def test_dice_of_boxes_that_overlap_by_half():
    one, other = brick((2, 10, 10), (4, 20, 20)), brick((2, 15, 10), (4, 25, 20))
    assert dice(one, other) == pytest.approx(0.5)
    assert dice(one.trimmed(), other.trimmed()) == pytest.approx(0.5)
    assert dice(one, one) == 1
    assert dice(one, brick((10, 10, 10), (11, 11, 11))) == 0


CRESCENT = brick((9, 20, 10), (12, 31, 51))
CRESCENT.values[:, :, 21:31] = False  # the stroke leaves the lesion there
LINE = LATTICE.to_lps(np.array([[10, 25, 10], [10, 25, 50]]))


@pytest.mark.parametrize(
    ("own_hu", "between_hu", "expected"),
    [(50, 900, 0.25), (50, -850, 0.25), (50, 60, 0.0), (50, 320, 0.25), (500, 900, 0.0), (-850, -850, 0.0)],
)
def test_the_foreign_part_of_a_stroke_is_its_share_in_bone_air_and_vessel(own_hu, between_hu, expected):
    values = np.where(CRESCENT.values, own_hu, between_hu)
    assert foreign_share(Image(values, LATTICE), CRESCENT, LINE) == pytest.approx(expected, abs=0.03)


def test_ends_that_overshoot_the_lesion_are_not_foreign(lesion):
    values = np.where(lesion.values, 40, -850)
    ends = LATTICE.to_lps(np.array([[10, 25, 4], [10, 25, 46]]))
    assert foreign_share(Image(values, LATTICE), lesion, ends) <= 0.03


def test_a_stroke_beside_the_lesion_has_no_foreign_part(lesion):
    values = np.where(lesion.values, 40, 900)
    assert foreign_share(Image(values, LATTICE), lesion, LINE + [0, -20.0, 0]) == 0


def test_the_foreign_part_is_the_same_in_a_crop():
    image = Image(np.where(CRESCENT.values, 50, 900), LATTICE)
    cut = image.crop(CRESCENT.trimmed().box.grow(1))
    assert foreign_share(cut, CRESCENT.trimmed(), LINE) == pytest.approx(
        foreign_share(image, CRESCENT, LINE), abs=1e-9
    )
