import numpy as np
import pytest
from phantoms import noisy_patient

from radioimmuno.geometry.grid import CUBIC, grid_of, resampled
from radioimmuno.geometry.image import Box, Image, Lattice

LATTICE = Lattice((20, 30, 25), (3.0, 0.8, 0.9), (5.0, 6.0, 7.0))


def test_the_grid_is_centred_on_the_volume_and_covers_it():
    grid = resampled(LATTICE, 1.0)
    assert grid.shape == (60, 24, 23)
    centre = LATTICE.to_lps((np.array(LATTICE.shape) - 1) / 2)
    np.testing.assert_allclose(grid.to_lps((np.array(grid.shape) - 1) / 2), centre, atol=1e-12)


def test_a_size_that_comes_out_even_is_not_rounded_up():
    assert resampled(Lattice((60, 10, 10), (3.0000000001, 1.0, 1.0), (0.0, 0.0, 0.0)), 2.0).shape[0] == 90


def test_linear_sampling_is_exact_for_a_plane():
    grid = grid_of(LATTICE, 1.0)
    points = LATTICE.to_lps(np.moveaxis(np.indices(LATTICE.shape), 0, -1))
    plane = Image(points @ [0.5, -2.0, 3.0] + 4.0, LATTICE)
    box = Box((5, 5, 5), (50, 19, 18))
    wanted = (
        grid.lattice.window(box).to_lps(np.moveaxis(np.indices(box.shape), 0, -1)) @ [0.5, -2.0, 3.0] + 4.0
    )
    np.testing.assert_allclose(grid.sample(plane, box), wanted, atol=1e-9)


def test_cubic_sampling_is_scipys_spline():
    from scipy.ndimage import map_coordinates

    image, _ = noisy_patient()
    grid = grid_of(image.lattice, 1.0)
    box = Box((25, 18, 20), (33, 25, 27))
    where = [grid.positions(axis, box.start[axis], box.stop[axis]) for axis in range(3)]
    wanted = map_coordinates(
        image.values.astype(float), np.meshgrid(*where, indexing="ij"), order=3, mode="mirror"
    )
    np.testing.assert_allclose(grid.sample(image, box, orders=CUBIC), wanted, atol=1e-4)


@pytest.mark.parametrize("cut", [Box((3, 5, 1), (39, 52, 46)), Box((1, 0, 3), (37, 49, 44))])
def test_a_crop_gives_the_same_bits(cut):
    image, _ = noisy_patient()
    grid = grid_of(image.lattice, 1.0)
    box = Box((20, 10, 12), (40, 30, 30))
    np.testing.assert_array_equal(grid.sample(image.crop(cut), box), grid.sample(image, box))


def test_beyond_the_volume_the_nearest_voxel_is_repeated():
    image, _ = noisy_patient()
    grid = grid_of(image.lattice, 1.0)
    box = Box((-4, 10, 10), (2, 12, 12))
    values = grid.sample(image, box)
    np.testing.assert_array_equal(values[0], values[1])


def test_without_a_spacing_the_voxels_are_the_grid():
    image, _ = noisy_patient()
    grid = grid_of(image.lattice, None)
    box = Box((3, 4, 5), (6, 7, 8))
    np.testing.assert_array_equal(grid.sample(image, box), image.values[box.slices])


def test_the_covered_box_holds_the_margin():
    grid = grid_of(LATTICE, 1.0)
    box = Box((8, 10, 10), (12, 16, 15))
    covered = grid.cover(box, 2.0)
    points = grid.lattice.window(covered).to_lps(np.array([(0, 0, 0), np.array(covered.shape) - 1]))
    edges = LATTICE.to_lps(np.array([np.array(box.start) - 0.5, np.array(box.stop) - 0.5]))
    assert (points[0] <= edges[0] - 2.0).all()
    assert (points[1] >= edges[1] + 2.0).all()
