"""Small volumes whose true geometry is known, for the tests."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from radioimmuno.geometry.image import Image, Lattice, Triple
from radioimmuno.lesion import Lesion


def sphere(
    volume_cc: float, spacing: Triple, shift: Triple = (0.0, 0.0, 0.0), margin_mm: float = 12.0
) -> tuple[Lesion, np.ndarray, float]:
    """A sphere amid a lattice, its centre moved by `shift` voxels; the centre in LPS mm, the radius in mm."""
    radius = (volume_cc * 1000 * 3 / (4 * np.pi)) ** (1 / 3)
    shape = tuple(int(np.ceil(2 * (radius + margin_mm) / s)) for s in spacing)
    lattice = Lattice((shape[0], shape[1], shape[2]), spacing, (-31.0, 17.0, 400.0))
    centre = lattice.to_lps((np.array(shape) - 1) / 2 + np.array(shift))
    inside = distance_to(lattice, centre) <= radius
    return Lesion("1", "sphere", Image(inside, lattice)), centre, radius


def distance_to(lattice: Lattice, point: np.ndarray) -> np.ndarray:
    """Distance in mm of every voxel's centre to a point in LPS mm."""
    return np.linalg.norm(lattice.to_lps(np.moveaxis(np.indices(lattice.shape), 0, -1)) - point, axis=-1)


def noisy_patient(seed: int = 0, shape: tuple[int, int, int] = (40, 52, 46)) -> tuple[Image, Lesion]:
    """Textured voxels of 1.5 x 0.8 x 0.9 mm with an irregular lesion in them."""
    from scipy.ndimage import gaussian_filter

    random = np.random.default_rng(seed)
    lattice = Lattice(shape, (1.5, 0.8, 0.9), (-20.0, -30.0, 100.0))
    texture = gaussian_filter(random.standard_normal(shape), 1.2) * 150 + 50
    middle = lattice.to_lps((np.array(shape) - 1) / 2 + random.uniform(-1, 1, 3))
    surface = 13 + gaussian_filter(random.standard_normal(shape), 4) * 60
    mask = distance_to(lattice, middle) < surface
    return Image(np.rint(texture).astype(np.int16), lattice), Lesion("1", "irregular", Image(mask, lattice))


def signed_permutations(image: Image) -> list[Image]:
    """The same voxels in the same places, stored in each of the 48 axis orders."""
    found = []
    for order in itertools.permutations(range(3)):
        for signs in itertools.product((1, -1), repeat=3):
            corner = [0, 0, 0]
            for axis, sign in zip(order, signs, strict=True):
                corner[axis] = 0 if sign > 0 else image.lattice.shape[axis] - 1
            axes = [
                tuple(sign * np.array(image.lattice.axes[a])) for a, sign in zip(order, signs, strict=True)
            ]
            lattice = replace(
                image.lattice,
                shape=tuple(image.lattice.shape[a] for a in order),
                spacing=tuple(image.lattice.spacing[a] for a in order),
                origin=tuple(image.lattice.to_lps(np.array(corner))),
                axes=tuple(axes),
            )
            values = image.values.transpose(order)[tuple(slice(None, None, s) for s in signs)]
            found.append(Image(np.ascontiguousarray(values), lattice))
    return found
