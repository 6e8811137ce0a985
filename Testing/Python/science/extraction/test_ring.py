"""The ring against analytic spheres, an independent distance and its own definition."""

import numpy as np
import pytest
from phantoms import distance_to, noisy_patient, sphere

from radioimmuno.extraction.ring import make_ring, ring_box
from radioimmuno.geometry.distance import signed_distance
from radioimmuno.geometry.grid import grid_of
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.settings import RingSettings

SPACINGS = {1.5: (1.5, 0.8, 0.8), 3.0: (3.0, 0.8, 0.8), 5.0: (5.0, 0.98, 0.98)}
SHIFTS = [tuple(shift) for shift in np.random.default_rng(7).uniform(-0.5, 0.5, (4, 3))]
# Largest error of the whole ring, and of its inner and outer part; smallest Dice with the true ring.
BOUNDS = {
    (1.5, 10): (0.02, 0.05, 0.970),
    (1.5, 100): (0.02, 0.05, 0.970),
    (3.0, 10): (0.02, 0.07, 0.953),
    (3.0, 100): (0.02, 0.07, 0.960),
    # Five slices hold this sphere: its caps lie between slices, and the ring is up to 2.5 % too small.
    (5.0, 10): (0.03, 0.11, 0.912),
    (5.0, 100): (0.02, 0.11, 0.938),
}


def shell(radius: float, inner: float, outer: float) -> float:
    return 4 / 3 * np.pi * ((radius + outer) ** 3 - (radius - inner) ** 3)


@pytest.mark.parametrize("volume_cc", [10, 100])
@pytest.mark.parametrize("slice_mm", SPACINGS)
@pytest.mark.parametrize("shift", SHIFTS)
def test_a_spheres_ring_is_the_true_shell(slice_mm, volume_cc, shift):
    lesion, centre, radius = sphere(volume_cc, SPACINGS[slice_mm], shift)
    ring = make_ring(lesion, grid_of(lesion.mask.lattice, 1.0), RingSettings(2.0, 2.0))
    found = ring.mask.values
    true = np.abs(distance_to(ring.mask.window, centre) - radius) <= 2.0
    total, part, dice = BOUNDS[slice_mm, volume_cc]
    assert np.count_nonzero(found) == pytest.approx(shell(radius, 2, 2), rel=total)
    assert np.count_nonzero(ring.inner) == pytest.approx(shell(radius, 2, 0), rel=part)
    assert np.count_nonzero(found & ~ring.inner) == pytest.approx(shell(radius, 0, 2), rel=part)
    assert 2 * np.count_nonzero(found & true) / (found.sum() + true.sum()) >= dice
    assert ring.share == 1.0


def test_the_distance_is_the_one_to_the_nearest_crossing_of_the_surface():
    """Against scipy's distance transform, scipy's interpolation and a k-d tree over all crossings."""
    from scipy.ndimage import distance_transform_edt, map_coordinates
    from scipy.spatial import cKDTree

    _, lesion = noisy_patient(shape=(60, 80, 76))
    grid = grid_of(lesion.mask.lattice, 1.0)
    box = ring_box(lesion.box, grid, RingSettings(3.0, 3.0))
    mask, spacing = lesion.mask.values, lesion.mask.lattice.spacing
    native = distance_transform_edt(~mask, sampling=spacing) - distance_transform_edt(mask, sampling=spacing)
    where = [grid.positions(axis, box.start[axis], box.stop[axis]) for axis in range(3)]
    level = map_coordinates(native, np.meshgrid(*where, indexing="ij"), order=1, mode="nearest")
    crossings = []
    for axis in range(3):
        along = np.moveaxis(level, axis, 0)
        edges = (along[1:] <= 0) != (along[:-1] <= 0)
        points = np.argwhere(edges).astype(float)
        points[:, 0] += along[:-1][edges] / (along[:-1][edges] - along[1:][edges])
        crossings.append(np.insert(points[:, 1:], axis, points[:, 0], axis=1))
    wanted, _ = cKDTree(np.concatenate(crossings)).query(np.argwhere(np.ones(box.shape)))
    wanted = np.where(level <= 0, -wanted.reshape(box.shape), wanted.reshape(box.shape))
    near = np.abs(wanted) <= 3.0
    assert near.sum() > 10_000
    distance = signed_distance(lesion.mask, grid, box, 3.0)
    np.testing.assert_allclose(distance[near], wanted[near], atol=0.01)
    assert (np.abs(distance[~near]) > 3.0 - 0.01).all()


def test_the_parts_of_the_ring_meet_at_the_lesions_surface():
    lesion, centre, radius = sphere(10, SPACINGS[1.5])
    ring = make_ring(lesion, grid_of(lesion.mask.lattice, 1.0), RingSettings(1.0, 3.0))
    distance = distance_to(ring.mask.window, centre) - radius
    assert np.abs(distance[ring.inner]).max() < 1.0 + 0.9
    assert distance[ring.mask.values & ~ring.inner].min() > -0.9
    assert distance[ring.mask.values].max() < 3.0 + 0.9


def test_another_lesion_is_cut_out_of_the_ring():
    lesion, centre, radius = sphere(10, SPACINGS[1.5])
    lattice = lesion.mask.lattice
    beside = Lesion("2", "beside", Image(distance_to(lattice, centre + [radius + 6, 0, 0]) <= 6.5, lattice))
    grid = grid_of(lattice, 1.0)
    alone = make_ring(lesion, grid, RingSettings())
    cut = make_ring(lesion, grid, RingSettings(), [lesion, beside][1:])
    lost = alone.mask.values & ~cut.mask.values
    assert lost.any()
    assert not (cut.mask.values & ~alone.mask.values).any()
    assert distance_to(cut.mask.window, centre + [radius + 6, 0, 0])[lost].max() < 6.5 + 0.9
    assert cut.share == pytest.approx(cut.mask.values.sum() / alone.mask.values.sum())


def test_a_lesion_that_leaves_the_volume_has_no_surface_at_the_border():
    lattice = Lattice((30, 40, 40), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    column = np.zeros(lattice.shape, bool)
    column[:, 10:30, 10:30] = True
    ring = make_ring(Lesion("1", "column", Image(column, lattice)), grid_of(lattice, 1.0), RingSettings())
    inside = ring.mask.within(type(ring.mask.box).whole(lattice.shape), False)
    assert not inside[0, 15:25, 15:25].any()
    # The same frame on the first slice and in the middle, and nothing outside of the volume.
    np.testing.assert_array_equal(inside[0], inside[15])
    assert ring.mask.box.start[0] >= 0


def test_intensities_out_of_range_are_left_out():
    lesion, _, _ = sphere(10, SPACINGS[1.5])
    grid = grid_of(lesion.mask.lattice, 1.0)
    box = ring_box(lesion.box, grid, RingSettings())
    values = np.zeros(box.shape)
    values[: box.shape[0] // 2] = -900.0
    ring = make_ring(lesion, grid, RingSettings(range_hu=(-200.0, 300.0)), (), (values, box))
    whole = make_ring(lesion, grid, RingSettings())
    lower = (
        values[Image(values, grid.lattice, box.start).box.shift([-a for a in ring.mask.offset]).slices] < -200
    )
    assert lower.shape == ring.mask.values.shape
    assert not ring.mask.values[lower].any()
    np.testing.assert_array_equal(ring.mask.values[~lower], whole.mask.values[~lower])


def test_an_empty_lesion_has_no_ring():
    lattice = Lattice((5, 5, 5), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    lesion = Lesion("1", "empty", Image(np.zeros(lattice.shape, bool), lattice))
    with pytest.raises(ValueError, match="empty"):
        make_ring(lesion, grid_of(lattice, 1.0), RingSettings())
