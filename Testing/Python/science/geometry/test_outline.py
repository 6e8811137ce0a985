"""Outlines by marching squares, and what becomes of voxels that share a corner only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from radioimmuno.geometry.outline import APART, JOINED, keyholed_outlines, outlines, segments

MASKS = arrays(bool, st.tuples(st.integers(1, 6), st.integers(1, 6)))


def lines(found: np.ndarray) -> set[tuple[tuple[float, float], tuple[float, float]]]:
    return {(tuple(first), tuple(last)) for first, last in found.tolist()}


@given(MASKS)
def test_segments_apart_are_those_of_the_closed_outlines(mask):
    closed = [
        [sorted(pair) for pair in zip(loop.tolist(), np.roll(loop, -1, 0).tolist(), strict=True)]
        for loop in outlines(mask)
    ]
    expected = {(tuple(first), tuple(last)) for loop in closed for first, last in loop}
    assert lines(segments(mask, APART)) == expected


@pytest.mark.parametrize(
    "mask", [np.eye(2, dtype=bool), np.eye(2, dtype=bool)[::-1]], ids=["falling", "rising"]
)
def test_two_voxels_at_a_corner_have_two_outlines_apart_and_one_joined(mask):
    apart, joined = lines(segments(mask, APART)), lines(segments(mask, JOINED))
    assert len(outlines(mask)) == 2
    # Both rules differ in the middle only: apart it is cut off from either voxel, joined from the others.
    middle = (0.5, 0.5)
    for found, beside in ((apart, mask), (joined, ~mask)):
        crossing = found - (apart & joined)
        assert len(crossing) == 2
        for first, last in crossing:
            corner = np.array(first) + np.array(last) - middle
            assert beside[tuple(corner.astype(int))]


@given(MASKS)
def test_every_point_is_the_end_of_two_lines_whatever_the_rule(mask):
    for rule in (APART, JOINED):
        points, count = np.unique(segments(mask, rule).reshape(-1, 2), axis=0, return_counts=True)
        assert (count == 2).all()
        inside = np.pad(mask, 1).astype(int)
        assert len(points) == np.abs(np.diff(inside, axis=0)).sum() + np.abs(np.diff(inside, axis=1)).sum()


def inside(outline: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The voxels whose centre an outline runs around: by how often, and in which direction."""
    start, stop = outline, np.roll(outline, -1, 0)
    rows, columns = (index[..., None] + 1e-9 for index in np.indices(shape))
    (r, c), (down, along) = start.T, (stop - start).T
    crosses = (r <= rows) != (r + down <= rows)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = crosses & (c + (rows - r) / down * along > columns)
    return (np.sign(down) * right).sum(axis=-1) != 0


@given(
    arrays(
        bool, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.sampled_from([True, True, False])
    )
)
def test_a_keyholed_outline_is_one_connected_part_with_its_holes(mask):
    found = keyholed_outlines(mask)
    labels, count = ndimage.label(mask)
    assert len(found) == count
    parts = [inside(outline, mask.shape) for outline in found]
    for part in parts:
        (number,) = np.unique(labels[part])
        assert (part == (labels == number)).all()


def test_a_keyhole_is_run_along_twice_beside_the_centres():
    mask = np.ones((3, 6), bool)
    mask[1, (2, 4)] = False
    (outline,) = keyholed_outlines(mask)
    points, count = np.unique(outline, axis=0, return_counts=True)
    assert points[count == 2].tolist() == [[1.25, -0.5], [1.25, 1.75], [1.25, 2.25], [1.25, 3.75]]
    assert count.max() == 2
    assert outline[0].tolist() not in points[count == 2].tolist()
