"""The surface moves onto the edge nearby, and onto none that is far."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from stroked import ellipsoid_ct

from radioimmuno.segmentation.edge_alignment import align_to_edge, for_edges
from radioimmuno.segmentation.surface import Surface, sphere
from radioimmuno.segmentation.surroundings import surroundings

RADIUS = 14.0
# Nothing is more likely the lesion than not.
NEUTRAL = SimpleNamespace(sample=lambda places: np.zeros(places.shape[:-1]))


def aligned(start_mm, **options):
    """The surface that begins as a ball of this radius around a lesion of `RADIUS`."""
    image, _ = ellipsoid_ct((RADIUS,) * 3, spacing=(2.0, 1.0, 1.0), noise_hu=6.0, **options)
    centre = (np.array(image.lattice.shape) - 1) / 2 * image.lattice.spacing
    around = for_edges(surroundings(image, centre, 2 * RADIUS, 1.0))
    start = Surface(centre, np.full(len(sphere().directions), start_mm))
    return align_to_edge(around, start, NEUTRAL, 2 * RADIUS)


@pytest.mark.parametrize("start", [0.9, 1.0, 1.1])
def test_the_surface_moves_onto_the_edge(start):
    surface = aligned(start * RADIUS, lesion_hu=60, around_hu=-20)
    assert (surface.radii**3).mean() / RADIUS**3 == pytest.approx(1, abs=0.03)


def test_bone_beyond_what_is_searched_does_not_draw_the_surface_to_it():
    """Two gaps of a voxel each way are searched; the bone begins farther beyond the border."""
    surface = aligned(RADIUS, lesion_hu=60, around_hu=10, wall=(700, 1.25))
    toward = sphere().directions[:, 2] > 0.9
    assert surface.radii[toward].mean() / RADIUS == pytest.approx(1, abs=0.04)
