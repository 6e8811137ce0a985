"""A body that is a function of place, to be looked at on any lattice and after any deformation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

import numpy as np

from radioimmuno.geometry.image import Box, Image, Lattice, as_index
from radioimmuno.lesion import Lesion

Points = np.ndarray
Place = Callable[[Points], Points]

SHIFT = np.array([12.0, -9.0, 66.0])


def body_hu(seed: int) -> Callable[[Points], np.ndarray]:
    """HU at points of a trunk with two lungs, a spine and blobs of fat, organs and bone, by the seed."""
    rng = np.random.default_rng(seed)
    wide, deep, long = rng.uniform((22, 30, 45), (34, 46, 70))
    high, forward = rng.uniform((10, -14), (45, 10))
    centres = rng.uniform((-75, -55, -80), (75, 55, 80), (60, 3))
    widths, heights = rng.uniform(6, 16, 60), rng.choice((-130.0, 90.0, 220.0), 60)

    def hu(points: Points) -> np.ndarray:
        x, y, z = np.moveaxis(points, -1, 0)
        trunk = np.hypot(x / 92, y / 68)
        values = np.where(trunk < 1, 45.0, -1000.0)
        for side in (-1, 1):
            lung = np.sqrt(
                ((x - 42 * side) / wide) ** 2 + ((y - forward) / deep) ** 2 + ((z - high) / long) ** 2
            )
            values = np.where(lung < 1, -820.0, values)
        values = np.where(np.hypot(x, y - 42) < 14, 300.0, values)
        for centre, width, height in zip(centres, widths, heights, strict=True):
            near = ((points - centre) ** 2).sum(axis=-1) / (2 * width**2)
            values = values + np.where(trunk < 0.95, height * np.exp(-near), 0.0)
        return values

    return hu


def lattice_of(spacing: tuple[float, float, float], centre: Sequence[float] = (0.0, 0.0, 0.0)) -> Lattice:
    """210 x 160 x 180 mm (x, y, z) around a centre."""
    shape = tuple(round(size / step) for size, step in zip((180, 160, 210), spacing, strict=True))
    first = [-(n - 1) * step / 2 for n, step in zip(shape, spacing, strict=True)]
    x, y, z = (float(value) for value in np.array(first[::-1]) + centre)
    return Lattice((shape[0], shape[1], shape[2]), spacing, (x, y, z))


def image_of(hu: Callable[[Points], np.ndarray], lattice: Lattice, place: Place, noise: int = 0) -> Image:
    """The CT of a body: `place` says which of its points is at a point of the lattice."""
    points = lattice.to_lps(np.moveaxis(np.indices(lattice.shape), 0, -1))
    values = hu(place(points)) + 12 * np.random.default_rng(noise).normal(size=lattice.shape)
    return Image(np.clip(np.rint(values), -1024, 3071).astype(np.int16), lattice)


def back(points: Points) -> Points:
    """The point of the baseline that is at a point of the follow-up: a shift, a stretch and a breath."""
    inside = points - SHIFT
    x, y, z = np.moveaxis(inside, -1, 0)
    breath = np.stack([2 * np.sin(z / 40), 3 * np.cos(x / 50), 7 * np.sin(y / 55 + z / 70)], axis=-1)
    return inside * (1.02, 0.97, 1.03) + breath


def ball(lattice: Lattice, centre: tuple[float, float, float], radius: float, name: str, **known) -> Lesion:
    """A ball-shaped lesion."""
    middle = as_index(lattice.to_index(np.array(centre)))
    reach = [ceil(radius / step) + 1 for step in lattice.spacing]
    box = Box(middle, as_index(np.array(middle) + 1)).grow(reach).intersect(Box.whole(lattice.shape))
    points = lattice.window(box).to_lps(np.moveaxis(np.indices(box.shape), 0, -1))
    mask = ((points - centre) ** 2).sum(axis=-1) <= radius**2
    return Lesion(name, f"lesion {name}", Image(mask, lattice, box.start).trimmed(), **known)
