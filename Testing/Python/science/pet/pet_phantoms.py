"""Balls of uptake whose voxels hold the mean over their volume, as partial volume makes them."""

from __future__ import annotations

import numpy as np

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion

PARTS = 6


def lattice_of(spacing, half_mm=28.0):
    shape = tuple(int(np.ceil(2 * half_mm / s)) for s in spacing)
    return Lattice(shape, tuple(spacing), (-40.0, 12.0, 300.0))


def middle_of(lattice, shift_mm=(0.0, 0.0, 0.0)):
    """A point near the middle of a lattice, LPS mm; `shift_mm` along (k, j, i)."""
    index = (np.array(lattice.shape) - 1) // 2 + np.array(shift_mm) / lattice.spacing
    return lattice.to_lps(index)


def distances(lattice, point, parts=1):
    """Distance in mm of points inside of each voxel to a point, (k, parts, j, parts, i, parts)."""
    axes = []
    where = lattice.to_index(np.asarray(point))
    for n, spacing, at in zip(lattice.shape, lattice.spacing, where, strict=True):
        axes.append(((np.arange(n * parts) + 0.5) / parts - 0.5 - at) * spacing)
    k, j, i = np.meshgrid(*axes, indexing="ij", sparse=True)
    nk, nj, ni = lattice.shape
    return np.sqrt(k**2 + j**2 + i**2).reshape(nk, parts, nj, parts, ni, parts)


def voxel_means(lattice, point, profile):
    """An image of a function of the distance to a point, each voxel the mean over its volume."""
    return Image(profile(distances(lattice, point, PARTS)).mean(axis=(1, 3, 5)), lattice)


def ball(lattice, point, radius_mm, lesion_id="1"):
    inside = distances(lattice, point)[:, 0, :, 0, :, 0] <= radius_mm
    return Lesion(lesion_id, f"ball {lesion_id}", Image(inside, lattice).trimmed())


def uniform(radius_mm, hot=10.0, background=1.0):
    return lambda d: np.where(d <= radius_mm, hot, background)
