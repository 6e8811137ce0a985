"""The star-shaped surface: ellipsoids, voxels inside, and where the likeliest border lies."""

from __future__ import annotations

import numpy as np
import pytest

from radioimmuno.geometry.image import Box, Lattice
from radioimmuno.segmentation.surface import Ellipsoid, Surface, most_likely, sphere

CENTRE = np.array([20.0, 21.0, 19.0])
SEMI = np.array([12.0, 9.0, 6.0])


def test_an_ellipsoids_surface_satisfies_its_equation():
    turned = np.array([[0.0, 0.6, 0.8], [0.0, -0.8, 0.6], [1.0, 0.0, 0.0]])
    ellipsoid = Ellipsoid(CENTRE, turned, SEMI)
    points = sphere().directions * ellipsoid.radii()[:, None]
    np.testing.assert_allclose((((points @ turned.T) / SEMI) ** 2).sum(axis=1), 1, rtol=1e-9)
    np.testing.assert_allclose(ellipsoid.depth(CENTRE + 0.5 * points), 0.5, rtol=1e-9)


def test_the_ellipsoid_of_an_ellipsoids_surface_is_itself():
    exact = Ellipsoid(CENTRE, np.eye(3), SEMI)
    same = Surface(CENTRE, exact.radii()).ellipsoid()
    np.testing.assert_allclose(same.centre, CENTRE, atol=1e-6)
    np.testing.assert_allclose(sorted(same.semi_mm), sorted(SEMI), rtol=0.02)


def test_voxels_are_those_whose_centres_lie_inside():
    lattice = Lattice((50, 50, 50), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    mask = Surface(CENTRE, np.full(len(sphere().directions), 7.5)).voxels(lattice)
    index = np.stack(np.indices(lattice.shape), -1)
    np.testing.assert_array_equal(
        mask.within(Box.whole(lattice.shape), False), ((index - CENTRE) ** 2).sum(-1) <= 7.5**2
    )


@pytest.mark.parametrize("step", [1, 7, 18])
def test_where_all_rays_see_one_border_it_is_there(step):
    evidence = np.full((len(sphere().directions), 20), -60.0)
    evidence[:, step] = 0.0
    np.testing.assert_allclose(most_likely(evidence, 1.0), step, atol=1e-6)


def test_between_two_equal_steps_the_border_lies_in_the_middle():
    evidence = np.full((len(sphere().directions), 20), -60.0)
    evidence[:, 7:9] = 0.0
    np.testing.assert_allclose(most_likely(evidence, 50.0), 7.5, atol=1e-3)
