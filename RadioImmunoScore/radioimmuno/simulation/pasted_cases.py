"""Lesions painted into the CT of a real chest: their true voxels are known, their surroundings are real."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from ..geometry.image import Box, Image, Index, Lattice, as_index
from ..site import Site
from .canvas import Canvas
from .chest_places import PLACES, chest_of, places_in
from .lesion_cases import CLEAR_HU, CLEAR_SHARE, LesionCase, crop_box, on_window, steps_across
from .tumors import Tumor, draw_tumor, paint_tumor

# Lesions' radii, evenly in their logarithm.
RADII_MM = (7.0, 18.0)

# How sharp the CT is taken to be (SD in the slice), typical of a soft-tissue kernel, and the iodine signal of
# a scan with contrast agent at 120 kVp.
PSF_SIGMA_MM, IODINE = 0.75, 1.0

# The CT's noise is measured around a lesion, in soft tissue: so far, on at least so many voxels.
NOISE_REACH_MM, SOFT_HU, LEAST_VOXELS = 60.0, (-50, 150), 500
USUAL_NOISE_HU = 15.0


def pasted_cases(
    chest: Image, patient: str, each: int, seed: int = 0, avoid: Image | None = None
) -> Iterator[LesionCase]:
    """Lesions in free lung, against pleura, rib, mediastinum and aorta of a real chest, each on its own.

    Parameters
    ----------
    chest : Image
        CT in HU of all of a chest's width, in any axis order.
    patient : str
        Whose it is.
    each : int
        Lesions at each of `PLACES`; fewer where there is no room.
    seed : int, optional
        The same one gives the same lesions.
    avoid : Image of bool, optional
        On the same lattice: the chest's own lesion, which is kept clear of.

    Yields
    ------
    LesionCase
        A lesion against something lies in it with a part, so that its border there may be faint. Its kind is
        the place.

    Raises
    ------
    ValueError
        When no lung is found.
    """
    ct = chest.canonical()
    tissues = chest_of(ct, avoid.canonical() if avoid else None)
    for number, place in enumerate(PLACES):
        rng = np.random.default_rng((seed, number))
        radii = np.exp(rng.uniform(np.log(RADII_MM[0]), np.log(RADII_MM[1]), each))
        for count, (centre, radius) in enumerate(places_in(tissues, place, radii, rng), start=1):
            tumor = _tumor(rng, centre, radius)
            yield _case(ct, tumor, rng, patient, (place, count))


def _tumor(rng: np.random.Generator, centre: np.ndarray, radius_mm: float) -> Tumor:
    z, y, x = (float(value) for value in centre)
    volume_cc = 4 / 3 * np.pi * radius_mm**3 / 1000
    return draw_tumor(rng, Site.LUNG, (x, y, z), volume_cc, float(rng.uniform(0.1, 0.9)), IODINE)


def _case(
    ct: Image, tumor: Tumor, rng: np.random.Generator, patient: str, place: tuple[str, int]
) -> LesionCase:
    # Tumors are painted along the array's own axes, from the first voxel: as if it were no patient's.
    plain = Lattice(ct.lattice.shape, ct.lattice.spacing, (0.0, 0.0, 0.0))
    box = tumor.box(plain)
    axes = tuple(s * np.arange(a, b) for s, a, b in zip(plain.spacing, box.start, box.stop, strict=True))
    distance = tumor.distance((axes[0], axes[1], axes[2]))
    truth = Image(distance <= 0, ct.lattice, box.start).trimmed()
    image = ct.crop(crop_box(truth).union(box).intersect(Box.whole(plain.shape)))
    values = np.rint(image.values).astype(np.int16)
    part = box.slices_in(image.box)
    hu = values[part].astype(np.float32)
    middle = as_index(np.array(tumor.centre[::-1]) / plain.spacing)
    noise = noise_around(image, middle, rng, box.shape)
    paint_tumor(tumor, _canvas(axes, hu), PSF_SIGMA_MM, plain.spacing[0])
    clear = steps_across(Image(hu, plain, box.start), tumor) >= CLEAR_HU
    hu += noise * np.clip(0.5 - distance / (2.5 * PSF_SIGMA_MM), 0, 1)
    values[part] = np.clip(np.rint(hu), -1024, 3071)
    return LesionCase(
        f"{patient}, pasted, {place[0]} {place[1]}",
        patient,
        place[0],
        Image(values, image.window),
        on_window(truth, image),
        bool(clear.mean() >= CLEAR_SHARE),
    )


def _canvas(axes: tuple[np.ndarray, ...], hu: np.ndarray) -> Canvas:
    """These voxels to paint on; nothing but the lesion is painted, which asks for no place in an anatomy."""
    nowhere = np.broadcast_to(np.float32(0), hu.shape)
    z, y, x = axes
    return Canvas((z, y, x), z[:, None, None], nowhere, nowhere, nowhere, nowhere, nowhere, hu, 1.0)


def noise_around(image: Image, middle: Index, rng: np.random.Generator, shape: Index) -> np.ndarray:
    """Noise as a CT has it in the soft tissue around a place.

    Parameters
    ----------
    image : Image
        CT in HU.
    middle : tuple of int
        The place, an index of the lattice.
    rng : Generator
        Draws the noise.
    shape : tuple of int
        How many voxels.

    Returns
    -------
    ndarray of float32, shape (k, j, i)
        In HU, of this shape, zero on average.
    """
    from scipy.ndimage import gaussian_filter

    reach = [math.ceil(NOISE_REACH_MM / step) for step in image.lattice.spacing]
    near = image.crop(Box(middle, as_index([index + 1 for index in middle])).grow(reach))
    sd, sigma = noise_in_soft_tissue(near.values)
    white = rng.normal(size=shape)
    smooth = gaussian_filter(white, (0, sigma, sigma)) if sigma else white
    return (smooth * (sd / smooth.std())).astype(np.float32)


def noise_in_soft_tissue(values: np.ndarray) -> tuple[float, float]:
    """The noise of a CT, from the differences of its neighbours one and two voxels apart along the rows.

    Parameters
    ----------
    values : ndarray, shape (k, j, i)
        HU.

    Returns
    -------
    tuple of 2 floats
        SD in HU, and the SD in voxels of the Gaussian that gives white noise the same correlation in a row;
        `USUAL_NOISE_HU` and 0 where there is too little soft tissue.

    Notes
    -----
    After a Gaussian of SD s, noise d voxels apart is correlated by exp(-d^2 / (4 s^2)): r and r^4 for
    neighbours and for those one further. The variances of their differences, 2 SD^2 (1 - r) and
    2 SD^2 (1 - r^4), have the ratio 1 + r + r^2 + r^3. They are taken from medians, so that edges do not
    count.
    """
    first, second, third = (values[..., a : values.shape[2] - 2 + a].astype(np.float32) for a in range(3))
    soft = np.ones(first.shape, bool)
    for each in (first, second, third):
        soft &= (each > SOFT_HU[0]) & (each < SOFT_HU[1])
    if np.count_nonzero(soft) < LEAST_VOXELS:
        return USUAL_NOISE_HU, 0.0
    near, far = (1.4826 * float(np.median(np.abs(each - first)[soft])) for each in (second, third))
    shares = np.linspace(0, 0.95, 96)
    ratio = (far / max(near, 1e-6)) ** 2
    r = float(shares[np.abs(1 + shares + shares**2 + shares**3 - ratio).argmin()])
    sd = near / np.sqrt(2 * (1 - r))
    return float(sd), float(np.sqrt(-1 / (4 * np.log(r)))) if r > 0 else 0.0
