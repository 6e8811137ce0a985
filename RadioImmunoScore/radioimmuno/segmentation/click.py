"""One click inside a lesion -> the lesion: its size is looked for first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..findings import Finding, InputError, Severity
from ..geometry.image import Image, Triple
from .axes import measure_axes
from .fitting import LEAST_BLUR_MM, Fitted, Prior, fit
from .segmented import BY_CLICK, Segmented
from .settling import clearness, unsmoothed
from .sphere import sphere
from .stroke import NOTHING, NOTHING_FOUND, SURE, check_inside, find, finished
from .surface import Ellipsoid
from .surroundings import places_of, surroundings

# Sizes that are tried: lengths in mm from the first to the last, each longer than the one before.
SMALLEST_MM, LARGEST_MM, GROWTH = 8.0, 125.0, 1.3
# A ball this large (of half the length) around the click is taken for the lesion.
CORE_SHARE = 0.3
# Nothing is known of the shape.
ROUND_SD = np.array([0.3, 0.3, 0.3])
ROUNDS = 1
# Of the sizes whose border is nearly as sure as the surest one's, the smallest is the lesion.
NEARLY = 0.9

UNSURE_SIZE = (
    "No size fits clearly around the click: the lesion looks much like what is around it, and what was found "
    "may be far too large or too small. Draw a stroke across its longest extent instead."
)


def segment_click(image: Image, point: Triple) -> Segmented:
    """The lesion around a point inside it.

    Surfaces of growing size are fitted around the click; the smallest one with a border nearly as sure as
    the surest one's tells where the lesion is longest in an axial slice, and that line is taken for the
    stroke. Less sure than a stroke: nobody said how large the lesion is.

    Parameters
    ----------
    image : CT in HU, in any axis order
    point : about the middle of the lesion, LPS mm

    Returns
    -------
    Segmented
        Findings as of `segment_stroke`; `stroke.faint` also where no size is sure.

    Raises
    ------
    InputError
        `stroke.outside` or `stroke.nothing_found`.
    """
    ct = image.canonical()
    points = np.array([point], float)
    check_inside(ct, points, "The click lies outside of the CT. Click inside the lesion.")
    surest = _surest(ct, places_of(ct.lattice, points)[0])
    axes = measure_axes(surest.surface.voxels(ct.lattice))
    if axes is None:
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    found = find(ct, places_of(ct.lattice, np.array(axes.long_ends)))
    findings = found.findings
    if surest.sureness < SURE:
        others = tuple(finding for finding in findings if finding.code != "stroke.faint")
        findings = (*others, Finding("stroke.faint", Severity.WARN, UNSURE_SIZE))
    return replace(finished(found.surface.voxels(ct.lattice), image, findings), delineation=BY_CLICK)


def _surest(ct: Image, middle: np.ndarray) -> Fitted:
    tried: list[Fitted] = []
    length, clear = SMALLEST_MM, 0.0
    while length <= LARGEST_MM:
        around = surroundings(ct, middle, length, max(LEAST_BLUR_MM, length / 40))
        tried.append(fit(around, _round_prior(middle, length), ROUNDS))
        clear = max(clear, clearness(unsmoothed(around), tried[-1].surface))
        length *= GROWTH
    if clear < NOTHING:
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    best = max(fitted.sureness for fitted in tried)
    return next(fitted for fitted in tried if fitted.sureness >= NEARLY * best)


def _round_prior(middle: np.ndarray, length: float) -> Prior:
    guess = Ellipsoid(middle, np.eye(3), np.full(3, length / 2))
    shares = np.array([0.0, 0.5, 1.0])[:, None, None] * CORE_SHARE * length / 2
    core = (middle + shares * sphere().directions).reshape(-1, 3)
    return Prior(guess, ROUND_SD, core, np.empty((0, 3)), None)
