"""Whose score depends on whom: what is not among a lesion's neighbours changes nothing of its row."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.extraction.extract import measure
from radioimmuno.extraction.ring import ring_reach
from radioimmuno.geometry.box_index import BoxIndex
from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.settings import Settings

LATTICE = Lattice((24, 40, 60), (3.0, 1.5, 0.9), (0.0, 0.0, 0.0))
CENTRE = (12, 20, 20)


def ball(centre, radius_mm, name):
    indices = np.moveaxis(np.indices(LATTICE.shape), 0, -1)
    mask = np.linalg.norm((indices - centre) * LATTICE.spacing, axis=-1) <= radius_mm
    box = Box.around(mask)
    return Lesion(name, name, Image(mask[box.slices], LATTICE, box.start))


def row_of(lesions):
    image = Image(np.random.default_rng(1).normal(40, 20, LATTICE.shape).astype(np.float32), LATTICE)
    rows = measure(image, lesions, Settings(), {"ring": ("statistics.mean",), "lesion": ()}, only={"one"})
    return rows[0]


@pytest.mark.parametrize("axis", range(3))
def test_one_that_changes_the_row_is_a_neighbour(axis):
    one, margin = ball(CENTRE, 8.0, "one"), ring_reach(LATTICE, Settings())
    alone = row_of([one])
    changes = []
    for distance_mm in np.arange(10.0, 32.0, 2.0):
        centre = np.array(CENTRE, float)
        centre[axis] += distance_mm / LATTICE.spacing[axis]
        other = ball(centre, 4.0, "other")
        row = row_of([one, other])
        is_changed = row.findings != alone.findings or not np.array_equal(row.ring.values, alone.ring.values)
        is_neighbour = BoxIndex([one.box, other.box]).neighbours(margin) == [[1], [0]]
        assert is_neighbour or not is_changed
        changes.append((is_changed, is_neighbour))
    assert any(is_changed for is_changed, _ in changes)
    assert not changes[-1][1], "far away is no neighbour"


def test_an_empty_lesion_has_no_neighbours():
    one, other = Box((0, 0, 0), (4, 4, 4)), Box((5, 0, 0), (6, 4, 4))
    assert BoxIndex([one, None, other]).neighbours((2, 2, 2)) == [[2], [], [0]]
    assert BoxIndex([one, None, other]).neighbours((1, 1, 1)) == [[], [], []]
    assert BoxIndex([None]).neighbours((1, 1, 1)) == [[]]
