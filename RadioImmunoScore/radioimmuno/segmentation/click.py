"""One click inside a lesion -> the lesion: its size is looked for first."""

from __future__ import annotations

import numpy as np

from ..findings import InputError
from ..image import Image, Triple
from .axes import measure_axes
from .fitting import LEAST_BLUR_MM, Prior, fit
from .segmented import Segmented
from .settling import clearness, unsmoothed
from .sphere import sphere
from .stroke import NOTHING, NOTHING_FOUND, check_inside, find, finished
from .surface import Ellipsoid, Surface
from .surroundings import places_of, surroundings

# Sizes that are tried: lengths in mm from the first to the last, each longer than the one before.
SMALLEST_MM, LARGEST_MM, GROWTH = 8.0, 125.0, 1.3
# A ball this large (of half the length) around the click is taken for the lesion.
CORE_SHARE = 0.3
# Nothing is known of the shape.
ROUND_SD = np.array([0.3, 0.3, 0.3])
ROUNDS = 1
# Of the sizes with a border nearly as clear as the clearest one's, the smallest is the lesion.
NEARLY = 0.9


def segment_click(image: Image, point: Triple) -> Segmented:
    """The lesion around a point inside it.

    Surfaces of growing size are fitted around the click; the smallest one with a border nearly as clear as
    the clearest one's tells where the lesion is longest in an axial slice, and that line is taken for the
    stroke. Less sure than a stroke: nobody said how large the lesion is.

    Parameters
    ----------
    image : CT in HU, in any axis order
    point : about the middle of the lesion, LPS mm

    Raises
    ------
    InputError
        `stroke.outside` or `stroke.nothing_found`.
    """
    ct = image.canonical()
    points = np.array([point], float)
    check_inside(ct, points, "The click lies outside of the CT. Click inside the lesion.")
    surface = _clearest(ct, places_of(ct.lattice, points)[0])
    axes = measure_axes(surface.voxels(ct.lattice))
    if axes is None:
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    found = find(ct, places_of(ct.lattice, np.array(axes.long_ends)))
    return finished(found.surface.voxels(ct.lattice), image, found.findings)


def _clearest(ct: Image, middle: np.ndarray) -> Surface:
    tried: list[tuple[float, Surface]] = []
    length = SMALLEST_MM
    while length <= LARGEST_MM:
        around = surroundings(ct, middle, length, max(LEAST_BLUR_MM, length / 40))
        surface = fit(around, _round_prior(middle, length), ROUNDS)
        tried.append((clearness(unsmoothed(around), surface), surface))
        length *= GROWTH
    best = max(clear for clear, _ in tried)
    if best < NOTHING:
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    return next(surface for clear, surface in tried if clear >= NEARLY * best)


def _round_prior(middle: np.ndarray, length: float) -> Prior:
    guess = Ellipsoid(middle, np.eye(3), np.full(3, length / 2))
    shares = np.array([0.0, 0.5, 1.0])[:, None, None] * CORE_SHARE * length / 2
    core = (middle + shares * sphere().directions).reshape(-1, 3)
    return Prior(guess, ROUND_SD, core, np.empty((0, 3)), None)
