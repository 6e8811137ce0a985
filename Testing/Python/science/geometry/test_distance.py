"""The distance to a mask's surface, against spheres and planes whose distance is known."""

import numpy as np
import pytest
from phantoms import distance_to, noisy_patient, sphere

from radioimmuno.geometry.distance import contour_distance
from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.lesion import Lesion

REACH_MM = 3.0


@pytest.mark.parametrize(
    ("spacing", "bias_mm", "rms_mm"),
    [((0.5, 0.5, 0.5), 0.05, 0.06), ((1.0, 0.8, 0.8), 0.08, 0.12), ((3.0, 0.8, 0.8), 0.12, 0.35)],
    ids=["fine", "usual", "thick slices"],
)
def test_distances_to_a_sphere_are_known_below_the_voxel(spacing, bias_mm, rms_mm):
    lesion, centre, radius = sphere(14.0, spacing, shift=(0.3, 0.2, 0.1))
    lesion = lesion.canonical()
    steps = [int(np.ceil(REACH_MM / step)) for step in spacing]
    box = lesion.box.grow(steps).intersect(Box.whole(lesion.mask.lattice.shape))
    found = contour_distance(lesion.mask, box, REACH_MM + 1)
    true = distance_to(lesion.mask.lattice, centre)[box.slices] - radius
    error = (found - true)[np.abs(true) < REACH_MM]
    assert abs(error.mean()) < bias_mm
    assert error.std() < rms_mm


def slab(planes: int) -> Lesion:
    """Whole planes in the middle of a small CT: they touch its border on four sides."""
    lattice = Lattice((15, 12, 12), (2.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    return Lesion("1", "slab", Image(np.ones((planes, 12, 12), bool), lattice, (5, 0, 0)))


def test_a_flat_surface_lies_half_way_between_voxels_and_the_border_is_none():
    found = contour_distance(slab(4).mask, Box((3, 0, 0), (11, 12, 12)), 10.0)
    expected = np.array([3.0, 1.0, -1.0, -3.0, -3.0, -1.0, 1.0, 3.0])
    assert found == pytest.approx(np.broadcast_to(expected[:, None, None], found.shape), abs=0.15)


def test_a_sheet_of_one_voxel_is_no_thicker_than_it_is():
    found = contour_distance(slab(1).mask, Box((3, 0, 0), (8, 12, 12)), 10.0)
    assert np.all((found[2] < 0) & (found[2] >= -1.0))
    assert np.all(found[[1, 3]] > 0)


def test_what_is_inside_is_what_the_mask_says():
    _, lesion = noisy_patient(seed=5)
    lesion = lesion.canonical()
    box = lesion.box.grow(2).intersect(Box.whole(lesion.mask.lattice.shape))
    found = contour_distance(lesion.mask, box, 1.0)
    assert np.array_equal(found < 0, lesion.mask.within(box, False))
    assert np.isinf(found).any()
    assert np.abs(found[np.isfinite(found)]).max() <= 1.0 + np.linalg.norm(lesion.mask.lattice.spacing)
