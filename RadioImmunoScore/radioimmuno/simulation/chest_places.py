"""Where in the CT of a real chest a lesion can be painted: in free lung, and against what is beside the lung.

Found from HU and shape alone, on blocks of voxels of about `BLOCK_MM`; right enough for that, and for nothing
else. Places are in mm along the canonical array axes, from the centre of the first voxel.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

import numpy as np

from ..geometry.image import Box, Image

BLOCK_MM = 3.0

# HU, ours: lung and air below; bone above where it is no vessel; soft tissue, and blood with contrast agent.
AIR_HU, BONE_HU = -400.0, 160.0
SOFT_HU, CONTRAST_HU = (0.0, 100.0), (100.0, 450.0)
# What is as large as a lung, and holds more than gas.
LEAST_LUNG_CC, GAS_HU = 150.0, -960.0
# Gaps in the lung up to twice this size are its own vessels.
CLOSED_MM = 5.0

# A great vessel is a disc in axial slices, even (share) and apart from its rim, over some length.
VESSEL_RADII_MM = (9.0, 11.0, 13.0, 15.0)
RIM_MM = 5.0
EVEN_SHARE, APART_SHARE, MOST_SD_HU = 0.93, 0.5, 35.0
VESSEL_LENGTH_MM = 25.0

# The chest's own lesion is kept so far away.
AVOIDED_MM = 12.0


class Tissue(IntEnum):
    """What a block is."""

    OUTSIDE = 0
    LUNG = 1
    WALL = 2
    MEDIASTINUM = 3
    BONE = 4
    VESSEL = 5
    AVOIDED = 6


Bounds = Mapping[Tissue, tuple[float, float]]

# Where a lesion lies: least and greatest shares of tissues in a ball around it. Half a lesion or more lies in
# the lung, the rest in what it grew into.
NEAR_MM = 2.0
PLACES: Mapping[str, Bounds] = MappingProxyType(
    {
        "lung": {Tissue.LUNG: (0.97, 1.0)},
        "pleura": {Tissue.LUNG: (0.5, 0.75), Tissue.WALL: (0.2, 0.5), Tissue.BONE: (0.0, 0.02)},
        "rib": {Tissue.LUNG: (0.4, 0.7), Tissue.WALL: (0.1, 0.6), Tissue.BONE: (0.06, 0.3)},
        "mediastinum": {
            Tissue.LUNG: (0.4, 0.65),
            Tissue.MEDIASTINUM: (0.3, 0.6),
            Tissue.VESSEL: (0.0, 0.02),
            Tissue.BONE: (0.0, 0.02),
        },
        "aorta": {Tissue.LUNG: (0.3, 0.85), Tissue.VESSEL: (0.1, 0.35), Tissue.BONE: (0.0, 0.1)},
    }
)
CANDIDATES, BALL_POINTS = 3000, 200


@dataclass(frozen=True, eq=False)
class Chest:
    """The tissues of a chest.

    Parameters
    ----------
    tissue : ndarray of uint8, shape (k, j, i)
        `Tissue` of each block.
    block_mm : ndarray, shape (3,)
        Size of a block.
    first : ndarray, shape (3,)
        Place of the centre of the first block.
    """

    tissue: np.ndarray
    block_mm: np.ndarray
    first: np.ndarray

    def shares(self, centres: np.ndarray, radius_mm: float, ball: np.ndarray) -> np.ndarray:
        """How much of balls around places each tissue takes.

        Parameters
        ----------
        centres : ndarray, shape (n, 3)
            Places in mm.
        radius_mm : float
            Of the balls.
        ball : ndarray, shape (m, 3)
            Points of a unit ball, at which the tissues are looked up.

        Returns
        -------
        ndarray, shape (n, tissues)
            Shares, 0 to 1.
        """
        places = centres[:, None] + radius_mm * ball
        index = np.rint((places - self.first) / self.block_mm).astype(int)
        inside = ((index >= 0) & (index < self.tissue.shape)).all(axis=-1)
        index = np.clip(index, 0, np.array(self.tissue.shape) - 1)
        found = np.where(inside, self.tissue[tuple(np.moveaxis(index, -1, 0))], Tissue.OUTSIDE)
        return np.stack([(found == tissue).mean(axis=1) for tissue in Tissue], axis=1)


def chest_of(image: Image, avoid: Image | None = None) -> Chest:
    """The tissues of a chest.

    Parameters
    ----------
    image : Image
        Canonical CT of a chest, HU, of all of the trunk's width.
    avoid : Image of bool, optional
        On the same lattice: a lesion that is there already.

    Raises
    ------
    ValueError
        When no lung is found.
    """
    from scipy.ndimage import binary_closing, distance_transform_edt

    spacing = np.array(image.lattice.spacing)
    blocks = np.maximum(1, np.rint(BLOCK_MM / spacing)).astype(int)
    size = blocks * spacing
    hu = _blocks(image.values, blocks)
    body, lung = _body_and_lung(hu, size)
    lung = binary_closing(np.pad(lung, 4), _ball(CLOSED_MM, size))[4:-4, 4:-4, 4:-4] & (hu < BONE_HU)
    between = _between(lung)
    vessel = _vessels(hu, between & ~lung, size)
    tissue = np.where(body, Tissue.WALL, Tissue.OUTSIDE).astype(np.uint8)
    tissue[between] = Tissue.MEDIASTINUM
    tissue[body & (hu > BONE_HU)] = Tissue.BONE
    tissue[lung] = Tissue.LUNG
    tissue[vessel] = Tissue.VESSEL
    if avoid is not None and avoid.values.any():
        there = _blocks(avoid.within(image.box, False), blocks) > 0
        tissue[distance_transform_edt(~there, sampling=size) <= AVOIDED_MM] = Tissue.AVOIDED
    return Chest(tissue, size, (np.array(image.offset) + (blocks - 1) / 2) * spacing)


def places_in(
    chest: Chest, place: str, radii_mm: np.ndarray, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, float]]:
    """Centres for lesions, far from each other, each with its radius; fewer where no more are found.

    Parameters
    ----------
    chest : Chest
        What is where.
    place : str
        One of `PLACES`.
    radii_mm : ndarray, shape (n,)
        Of the lesions.
    rng : Generator
        Draws the candidates.

    Yields
    ------
    tuple of ndarray of shape (3,) and float
        Place of the centre, and the radius, mm.
    """
    lung = np.argwhere(chest.tissue == Tissue.LUNG)
    ball = rng.normal(size=(BALL_POINTS, 3))
    ball *= rng.random((BALL_POINTS, 1)) ** (1 / 3) / np.linalg.norm(ball, axis=1, keepdims=True)
    taken: list[np.ndarray] = []
    for radius in radii_mm.tolist():
        near = lung[rng.integers(len(lung), size=CANDIDATES)] + rng.uniform(-0.5, 0.5, (CANDIDATES, 3))
        centres = chest.first + near * chest.block_mm
        shares = chest.shares(centres, radius + NEAR_MM, ball)
        fits = shares[:, Tissue.AVOIDED] + shares[:, Tissue.OUTSIDE] == 0
        for tissue, (least, greatest) in PLACES[place].items():
            fits &= (shares[:, tissue] >= least) & (shares[:, tissue] <= greatest)
        for other in taken:
            fits &= np.linalg.norm(centres - other, axis=1) > 2 * radius
        if fits.any():
            taken.append(centres[fits.argmax()])
            yield taken[-1], radius


def _blocks(values: np.ndarray, blocks: np.ndarray) -> np.ndarray:
    """Means of whole blocks of voxels."""
    k, j, i = (n // b for n, b in zip(values.shape, blocks, strict=True))
    a, b, c = blocks
    whole = values[: k * a, : j * b, : i * c].reshape(k, a, j, b, i, c)
    return whole.mean(axis=(1, 3, 5), dtype=np.float32)


def _ball(radius_mm: float, size: np.ndarray) -> np.ndarray:
    reach = np.floor(radius_mm / size).astype(int)
    offsets = np.stack(np.meshgrid(*(np.arange(-r, r + 1) for r in reach), indexing="ij"), axis=-1) * size
    return (offsets**2).sum(axis=-1) <= radius_mm**2


def _body_and_lung(hu: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The trunk with all that is inside it, and the lungs."""
    from scipy.ndimage import label

    tissue, _ = label(hu >= AIR_HU)
    trunk = np.bincount(tissue.ravel(), minlength=2)[1:].argmax() + 1
    air, count = label(tissue != trunk)
    sides = np.concatenate([air[:, [0, -1]].ravel(), air[:, :, [0, -1]].ravel()])
    outside = np.isin(air, np.unique(sides[sides > 0]))
    sizes = np.bincount(air.ravel(), minlength=count + 1) * float(np.prod(size)) / 1000
    lungs = [
        number
        for number in np.flatnonzero(sizes >= LEAST_LUNG_CC)
        if number and not outside[air == number][0] and np.median(hu[air == number]) > GAS_HU
    ]
    if not lungs:
        raise ValueError("no lung was found: the CT shows no chest, or only part of its width")
    return ~outside, np.isin(air, lungs)


def _between(lung: np.ndarray) -> np.ndarray:
    """Blocks with lung on their right and on their left, in the same row."""
    right = np.maximum.accumulate(lung, axis=2)
    left = np.maximum.accumulate(lung[..., ::-1], axis=2)[..., ::-1]
    return right & left & ~lung


def _vessels(hu: np.ndarray, where: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Great vessels among these blocks, with contrast agent or without."""
    from scipy.ndimage import find_objects, label

    found = np.zeros(hu.shape, bool)
    box = Box.around(where)
    if box is None:
        return found
    near = box.grow(int(max(VESSEL_RADII_MM) // size.min())).intersect(Box.whole(hu.shape)).slices
    part = hu[near]
    alike = [((part > low) & (part <= high)).astype(np.float32) for low, high in (SOFT_HU, CONTRAST_HU)]
    for radius in VESSEL_RADII_MM:
        disc, rim = _disc(radius, size), _disc(radius + RIM_MM, size)
        mean = _mean(part, disc)
        even = np.sqrt(np.maximum(_mean(part * part, disc) - mean * mean, 0)) <= MOST_SD_HU
        for shares in alike:
            inside, around = _mean(shares, disc), _mean(shares, rim)
            beside = (around * rim.sum() - inside * disc.sum()) / (rim.sum() - disc.sum())
            middle = where[near] & even & (inside >= EVEN_SHARE) & (inside - beside >= APART_SHARE)
            found[near] |= _mean(middle.astype(np.float32), disc) > 0.5 / disc.sum()
    found &= where
    pieces, _ = label(found)
    long_enough = [
        number
        for number, part in enumerate(find_objects(pieces), start=1)
        if (part[0].stop - part[0].start) * size[0] >= VESSEL_LENGTH_MM
    ]
    return np.isin(pieces, long_enough)


def _disc(radius_mm: float, size: np.ndarray) -> np.ndarray:
    return _ball(radius_mm, np.array([2 * radius_mm, *size[1:]])).astype(np.float32)


def _mean(values: np.ndarray, disc: np.ndarray) -> np.ndarray:
    """Mean over a disc around each block, in its slice."""
    from scipy.signal import oaconvolve

    return oaconvolve(values, disc / disc.sum(), mode="same", axes=(1, 2))
