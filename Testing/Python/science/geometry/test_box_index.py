"""Which boxes meet: as asked of every pair, one by one."""

from __future__ import annotations

import itertools

import numpy as np

from radioimmuno.geometry.box_index import BoxIndex
from radioimmuno.geometry.image import Box


def share_voxels(one: Box, other: Box) -> bool:
    return all(
        set(range(one.start[axis], one.stop[axis])) & set(range(other.start[axis], other.stop[axis]))
        for axis in range(3)
    )


def random_boxes(count: int) -> list[Box]:
    generator = np.random.default_rng(7)
    starts = generator.integers(0, 12, (count, 3))
    sizes = generator.integers(1, 6, (count, 3))
    return [
        Box(tuple(map(int, start)), tuple(map(int, start + size)))
        for start, size in zip(starts, sizes, strict=True)
    ]


def test_boxes_that_share_voxels_meet_and_no_others():
    boxes = random_boxes(40)
    index = BoxIndex(boxes)
    for box in random_boxes(60)[40:]:
        assert index.meeting(box) == [place for place, known in enumerate(boxes) if share_voxels(box, known)]


def test_boxes_that_touch_share_no_voxel():
    index = BoxIndex([Box((0, 0, 0), (4, 4, 4))])
    assert index.meeting(Box((4, 0, 0), (8, 4, 4))) == []
    assert index.meeting(Box((3, 0, 0), (8, 4, 4))) == [0]


def test_what_has_no_voxel_meets_nothing():
    index = BoxIndex([None, Box((2, 2, 2), (2, 5, 5)), Box((0, 0, 0), (9, 9, 9))])
    assert index.meeting(Box((1, 1, 1), (8, 8, 8))) == [2]
    assert index.meeting(None) == []
    assert index.meeting(Box((3, 3, 3), (3, 4, 4))) == []
    assert index.neighbours((9, 9, 9)) == [[], [], []]


def test_neighbours_are_the_boxes_that_one_reaches_once_it_is_grown():
    boxes = random_boxes(25)
    margin = (1, 0, 2)
    expected: list[list[int]] = [[] for _ in boxes]
    for (i, one), (j, other) in itertools.permutations(enumerate(boxes), 2):
        grown = Box(
            tuple(start - by for start, by in zip(one.start, margin, strict=True)),
            tuple(stop + by for stop, by in zip(one.stop, margin, strict=True)),
        )
        if share_voxels(grown, other):
            expected[i].append(j)
    assert BoxIndex(boxes).neighbours(margin) == expected
