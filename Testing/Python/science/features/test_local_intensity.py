"""Peaks of the mean over a sphere of 1 cc, against looking at every voxel."""

from __future__ import annotations

import numpy as np
import pytest
from small_regions import region_of

from radioimmuno.features.local_intensity import PEAK_RADIUS_MM, local_intensity

SPACING = (3.0, 2.0, 4.0)


def means(values, spacing):
    """The mean over the voxels of the volume within the sphere, of every voxel."""
    places = np.stack(np.indices(values.shape), -1).reshape(-1, 3) * spacing
    near = np.linalg.norm(places[:, None] - places, axis=-1) <= PEAK_RADIUS_MM
    return (near @ values.ravel() / near.sum(axis=1)).reshape(values.shape)


def test_the_sphere_has_a_volume_of_1_cc():
    assert 4 / 3 * np.pi * PEAK_RADIUS_MM**3 == pytest.approx(1000.0)


@pytest.mark.parametrize("seed", range(3))
def test_peaks_are_those_of_every_voxel_looked_at(seed):
    random = np.random.default_rng(seed)
    values = random.integers(-50, 150, (7, 9, 8)).astype(np.float32)
    inside = random.random(values.shape) < 0.3
    # Two voxels are the brightest: the local peak is that with the brighter surroundings.
    inside[1, 1, 1] = inside[5, 6, 5] = True
    values[1, 1, 1] = values[5, 6, 5] = 200
    expected = means(values, SPACING)
    found = local_intensity(region_of(values, inside=inside, levels=inside, spacing=SPACING))
    assert found["local_peak"] == pytest.approx(max(expected[1, 1, 1], expected[5, 6, 5]), rel=1e-6)
    assert found["global_peak"] == pytest.approx(expected[inside].max(), rel=1e-6)


def test_a_voxel_at_the_spheres_very_border_is_in_it():
    """Spacing of the radius: the sphere holds the voxel and its six neighbours across a face."""
    values = np.zeros((3, 3, 3), np.float32)
    values[1, 1, 1], values[0, 1, 1], values[0, 0, 1] = 70, 7, 1000
    inside = np.zeros(values.shape, bool)
    inside[1, 1, 1] = True
    found = local_intensity(region_of(values, inside=inside, levels=inside, spacing=(PEAK_RADIUS_MM,) * 3))
    assert found["local_peak"] == found["global_peak"] == pytest.approx(77 / 7)
