"""Masks with one thing wrong, on small CT whose tissue is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from radioimmuno.findings import Severity
from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.quality.check import LesionFinding, check_lesions
from radioimmuno.settings import Settings

FINE = Lattice((40, 44, 48), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
SLICED = Lattice((24, 60, 64), (3.0, 0.9, 0.9), (-20.0, -30.0, 100.0))
TISSUE_HU, AIR_HU, LUNG_HU = 40, -1000, -850


def ellipsoid(
    lattice: Lattice, semi_mm: Sequence[float], shift_mm: Sequence[float] = (0, 0, 0)
) -> np.ndarray:
    """The voxels inside an ellipsoid along the array axes about the volume's middle, bool (k, j, i)."""
    index = np.indices(lattice.shape).astype(float)
    squares = 0.0
    for axis, (n, s) in enumerate(zip(lattice.shape, lattice.spacing, strict=True)):
        squares = squares + (((index[axis] - (n - 1) / 2) * s - shift_mm[axis]) / semi_mm[axis]) ** 2
    return np.asarray(squares) <= 1


def ball(lattice: Lattice, radius_mm: float = 9.0, shift_mm: Sequence[float] = (0, 0, 0)) -> np.ndarray:
    """The voxels inside a ball about the volume's middle, moved by `shift_mm` (k, j, i)."""
    return ellipsoid(lattice, (radius_mm,) * 3, shift_mm)


def noisy(lattice: Lattice, hu: float | np.ndarray = TISSUE_HU) -> Image:
    """A CT of these values and a noise of 10 HU."""
    noise = np.random.default_rng(3).normal(0, 10, lattice.shape)
    return Image(np.rint(hu + noise).astype(np.int16), lattice)


def lesion(mask: np.ndarray, lattice: Lattice, name: str = "1") -> Lesion:
    return Lesion(name, f"lesion {name}", Image(mask, lattice))


def whole(mended: Lesion) -> np.ndarray:
    """A lesion's mask on the whole lattice."""
    return mended.mask.within(Box.whole(mended.mask.lattice.shape), False)


def found(image: Image, *lesions: Lesion, settings: Settings | None = None) -> dict[str, Severity]:
    """Codes found for the first of the lesions, and what they do."""
    everything = check_lesions(image, lesions, settings or Settings())
    return {one.finding.code: one.finding.severity for one in everything if one.lesion_id == lesions[0].id}


def text_of(everything: Sequence[LesionFinding], code: str) -> str:
    """The text of the one finding with this code."""
    (text,) = [one.finding.text for one in everything if one.finding.code == code]
    return text


def zigzag(mask: np.ndarray, voxels: int) -> np.ndarray:
    """The mask with every other slice moved to one side and the ones between to the other."""
    moved = [np.roll(plane, voxels if k % 2 else -voxels, axis=1) for k, plane in enumerate(mask)]
    return np.stack(moved)


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def gapped(mask: np.ndarray, every: int = 2) -> np.ndarray:
    """The mask with only every so-manieth slice drawn, the outermost ones among them."""
    drawn = mask.copy()
    for number, k in enumerate(np.flatnonzero(mask.any(axis=(1, 2)))[1:-1], start=1):
        drawn[k] &= number % every == 0
    return drawn


def spiked(mask: np.ndarray) -> np.ndarray:
    """The mask with three voxels in a row on its side."""
    tip = np.argwhere(mask)[np.argmax(np.argwhere(mask)[:, 2])]
    mask = mask.copy()
    mask[tip[0], tip[1], tip[2] + 1 : tip[2] + 4] = True
    return mask


SOUND = ball(FINE)
TWO = SOUND | ball(FINE, 3, (13, 13, 13))
HOLLOW = SOUND & ~ball(FINE, 2)
THIN = SOUND & (np.arange(40) // 2 == 10)[:, None, None]
# code -> a mask with this fault, and the same mask without it
FAULTS = {
    "lesion.components": (TWO, SOUND),
    "lesion.holes": (HOLLOW, SOUND),
    "lesion.spurs": (spiked(SOUND), SOUND),
    "lesion.slice_gaps": (gapped(SOUND), SOUND),
    "lesion.jagged": (zigzag(SOUND, 2), SOUND),
    "lesion.few_voxels": (THIN, SOUND),
    "lesion.truncated": (ball(FINE, 9, (-13, 0, 0)), SOUND),
}
