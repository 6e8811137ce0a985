"""Lesions that bend around a bone of a real CT: their longest diameter runs through what they are not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..geometry.image import Box, Image, as_index
from .lesion_cases import LesionCase, crop_box, on_window
from .pasted_cases import PSF_SIGMA_MM, noise_around

KIND = "around bone"

# Bone is brighter; its marrow is inside. A bone is large enough for a lesion where its radius in a slice lies
# between these.
BONE_HU = 220.0
RADII_MM = (7.0, 22.0)
# Half the height of a lesion, how thick it is, and how much of a turn it takes to either side.
HEIGHTS_MM, THICKNESS_MM, HALF_TURNS = (14.0, 32.0), (12.0, 24.0), (1.7, 2.4)
# Of all of it so much lies in soft tissue, between these HU; the rest may be skin, fat or vessel. Fat is
# displaced as well.
INSIDE_SHARE, LOWEST_HU, HIGHEST_HU = 0.97, -200.0, 200.0
# A lesion is darker or brighter than muscle by so much.
MUSCLE_HU, CONTRAST_HU = 60.0, (25.0, 60.0)
TRIES = 40


def crescent_cases(
    image: Image, patient: str, each: int, seed: int = 0, avoid: Image | None = None
) -> Iterator[LesionCase]:
    """Lesions around the largest bone of a CT, each on its own.

    Parameters
    ----------
    image : Image
        CT in HU, in any axis order.
    patient : str
        Whose it is.
    each : int
        Lesions; fewer where there is no room.
    seed : int, optional
        The same one gives the same lesions.
    avoid : Image of bool, optional
        On the same lattice: a lesion that is there already, which is kept clear of.

    Yields
    ------
    LesionCase
        Whether its border is clear is not known: it is where there is fat.
    """
    from scipy.ndimage import distance_transform_edt

    ct = image.canonical()
    spacing = np.array(ct.lattice.spacing)
    bone = _largest_bone(ct.values, spacing)
    if not bone.any():
        return
    from_bone = distance_transform_edt(~bone, sampling=spacing)
    taken = avoid.canonical().within(ct.box, False) if avoid else np.zeros(bone.shape, bool)
    rng = np.random.default_rng(seed)
    count = 0
    for _ in range(TRIES):
        if count == each:
            return
        level = _level(bone, from_bone, spacing, rng)
        there = level <= 0
        if there.any() and _fits(ct.values, bone, there, taken):
            count += 1
            taken = taken | there
            yield _case(ct, level, rng, patient, count)


def _largest_bone(values: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """The bone that is the longest through the slices, with its marrow."""
    from scipy.ndimage import binary_fill_holes, find_objects, gaussian_filter, label

    bright = gaussian_filter(values.astype(np.float32), 0.8 / spacing) > BONE_HU
    filled = np.stack([binary_fill_holes(plane) for plane in bright])
    pieces, count = label(filled)
    if not count:
        return filled
    lengths = [part[0].stop - part[0].start for part in find_objects(pieces)]
    sizes = np.bincount(pieces.ravel())[1:]
    return pieces == int(np.lexsort((sizes, lengths))[-1]) + 1


def _level(
    bone: np.ndarray, from_bone: np.ndarray, spacing: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """What is negative inside a lesion, about in mm near its outer surface; bone lies outside."""
    slices = np.flatnonzero(bone.any(axis=(1, 2)))
    number = int(rng.choice(slices))
    height, thick = rng.uniform(*HEIGHTS_MM), rng.uniform(*THICKNESS_MM)
    towards, half_turn = rng.uniform(-np.pi, np.pi), rng.uniform(*HALF_TURNS)
    radius = float(np.sqrt(np.count_nonzero(bone[number]) * spacing[1] * spacing[2] / np.pi))
    if not RADII_MM[0] <= radius <= RADII_MM[1]:
        return np.full(bone.shape, np.inf)
    middle = np.argwhere(bone[number]).mean(axis=0)
    z, y, x = np.meshgrid(*(np.arange(n) for n in bone.shape), indexing="ij", sparse=True)
    angle = np.arctan2((y - middle[0]) * spacing[1], (x - middle[1]) * spacing[2])
    off = np.abs((angle - towards + np.pi) % (2 * np.pi) - np.pi)
    along = np.maximum(1 - ((z - number) * spacing[0] / height) ** 2, 0)
    around = np.maximum(1 - (off / half_turn) ** 2, 0)
    wide = thick * np.sqrt(around * along)
    return np.where(bone | (wide <= 0), np.inf, from_bone - wide)


def _fits(values: np.ndarray, bone: np.ndarray, there: np.ndarray, taken: np.ndarray) -> bool:
    from scipy.ndimage import binary_dilation

    inside = values[there]
    soft = float(((inside > LOWEST_HU) & (inside < HIGHEST_HU)).mean())
    edge = there[[0, -1]].any() or there[:, [0, -1]].any() or there[:, :, [0, -1]].any()
    return soft >= INSIDE_SHARE and not edge and not (binary_dilation(there, iterations=3) & taken).any()


def _case(ct: Image, level: np.ndarray, rng: np.random.Generator, patient: str, number: int) -> LesionCase:
    from scipy.ndimage import gaussian_filter

    spacing = np.array(ct.lattice.spacing)
    truth = Image(level <= 0, ct.lattice).trimmed()
    image = ct.crop(crop_box(truth))
    box = truth.box.grow(4).intersect(Box.whole(ct.lattice.shape))
    part = box.slices_in(image.box)
    values = np.rint(image.values).astype(np.int16)
    share = gaussian_filter(truth.within(box, False).astype(np.float32), PSF_SIGMA_MM / spacing)
    hu = MUSCLE_HU + rng.choice([-1, 1]) * rng.uniform(*CONTRAST_HU)
    middle = as_index((np.array(box.start) + box.stop) / 2)
    noise = noise_around(image, middle, rng, box.shape)
    values[part] = np.rint(values[part] + share * (hu + noise - values[part]))
    return LesionCase(
        f"{patient}, pasted, {KIND} {number}",
        patient,
        KIND,
        Image(values, image.window),
        on_window(truth, image),
        None,
    )
