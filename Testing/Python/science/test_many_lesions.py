"""Many lesions: each looks at its neighbours alone, and finds what looking at all of them finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radioimmuno.extraction import measurability
from radioimmuno.extraction.lesion_features import measure_lesion, task_of
from radioimmuno.extraction.ring import make_ring
from radioimmuno.geometry.box_index import BoxIndex
from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.io.lesions import read_lesions
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.lesion import Lesion
from radioimmuno.settings import Settings

LATTICE = Lattice((60, 70, 80), (1.5, 0.9, 0.8), (-30.0, -30.0, -45.0))
RING = {"ring": ()}

corners = st.tuples(*[st.integers(-3, 9)] * 3)
boxes = st.builds(lambda start, size: Box(start, tuple(a + b for a, b in zip(start, size, strict=True))),
                  corners, st.tuples(*[st.integers(-1, 6)] * 3))  # fmt: skip


@given(st.lists(st.none() | boxes, max_size=12), st.none() | boxes)
def test_the_boxes_that_share_voxels_are_found(many: list[Box | None], one: Box | None) -> None:
    expected = [n for n, box in enumerate(many) if box and one and box.size and box.intersect(one).size]
    assert BoxIndex(many).meeting(one) == expected


def crowd(count: int = 25) -> list[Lesion]:
    """Balls at random, many of them overlapping or within a ring's reach of another; the last is empty."""
    rng = np.random.default_rng(4)
    index = np.moveaxis(np.indices(LATTICE.shape), 0, -1)
    lesions = []
    for number in range(count):
        centre, radius = rng.uniform((6, 6, 6), np.array(LATTICE.shape) - 6), rng.uniform(3.5, 9)
        values = ((((index - centre) * LATTICE.spacing) ** 2).sum(axis=-1)) <= radius**2
        lesions.append(Lesion(str(number), f"lesion {number}", Image(values, LATTICE)).canonical())
    return [*lesions, Lesion("nothing", "nothing", Image(np.zeros((0, 0, 0), bool), LATTICE))]


@pytest.fixture(scope="module")
def lesions() -> list[Lesion]:
    return crowd()


def test_overlaps_among_many_are_those_of_every_pair(lesions: list[Lesion]) -> None:
    whole = [lesion.mask.within(Box.whole(LATTICE.shape), False) for lesion in lesions]
    expected = {
        a.id: [
            f"{measurability.count(int((m & n).sum()), 'voxel')} also belong to {b.name}."
            for b, n in zip(lesions, whole, strict=True)
            if b is not a and (m & n).any()
        ]
        for a, m in zip(lesions, whole, strict=True)
    }
    found = measurability.overlaps(lesions)
    assert {key: [finding.text for finding in texts] for key, texts in found.items()} == {
        key: texts for key, texts in expected.items() if texts
    }
    assert found


def test_a_ring_among_many_is_cut_as_by_every_other_lesion(lesions: list[Lesion]) -> None:
    image = Image(np.zeros(LATTICE.shape, np.int16), LATTICE)
    task = task_of(image, lesions, Settings(), RING)
    for lesion in lesions[:-1]:
        others = [other for other in lesions if other is not lesion]
        expected = make_ring(lesion, task.grid, task.settings.ring, others).mask
        ring = measure_lesion(task, lesion).ring
        assert ring is not None
        assert ring.box == expected.box
        np.testing.assert_array_equal(ring.values, expected.values)


def test_a_lesion_far_from_all_others_looks_at_none_of_them() -> None:
    masks = [Image(np.ones((6, 6, 6), bool), LATTICE, (17 * n, 20 * n, 23 * n)) for n in range(4)]
    lesions = [Lesion(str(n), "", mask) for n, mask in enumerate(masks)]
    image = Image(np.zeros(LATTICE.shape, np.int16), LATTICE)
    task = task_of(image, lesions, Settings(), RING)
    assert [task.cutting(lesion) for lesion in lesions] == [[]] * 4


def test_many_lesions_come_back_from_the_file_as_they_were(lesions: list[Lesion], tmp_path) -> None:
    write_segmentation(tmp_path / "many.seg.nrrd", lesions, LATTICE)
    image = Image(np.zeros(LATTICE.shape, np.int16), LATTICE)
    read = read_lesions(tmp_path / "many.seg.nrrd", image).lesions
    whole = Box.whole(LATTICE.shape)
    for before, after in zip(lesions, read, strict=True):
        np.testing.assert_array_equal(after.mask.within(whole, False), before.mask.within(whole, False))
