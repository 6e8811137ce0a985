"""One click inside a lesion -> the lesion: its size is looked for first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..findings import Finding, InputError, Severity
from ..geometry.image import Image, Triple
from .axes import measure_axes
from .edge_alignment import edge_clarity, for_edges
from .parameters import PARAMETERS as P
from .segmented_lesion import BY_CLICK, NOTHING_FOUND, SegmentedLesion, segmented_lesion
from .stroke import check_inside, find_surface
from .surface import Ellipsoid, sphere
from .surface_fit import Prior, SurfaceFit, fit_surface
from .surroundings import places_of, surroundings

UNSURE_SIZE = (
    "No size fits clearly around the click: the lesion looks much like what is around it, and what was found "
    "may be far too large or too small. Draw a stroke across its longest extent instead."
)


def segment_click(image: Image, point: Triple) -> SegmentedLesion:
    """The lesion around a point inside it.

    Surfaces of growing size are fitted around the click; the smallest one with a border nearly as certain as
    the most certain one's shows where the lesion is longest in an axial slice, and that line is taken for
    the stroke. Less certain than a stroke: it is not known how large the lesion is.

    Parameters
    ----------
    image : Image
        CT in HU, in any axis order.
    point : tuple of 3 floats
        About the middle of the lesion, LPS mm.

    Returns
    -------
    SegmentedLesion
        Findings as of `segment_stroke`; `stroke.faint` also where no size is certain.

    Raises
    ------
    InputError
        `stroke.outside` or `stroke.nothing_found`.
    """
    ct = image.canonical()
    points = np.array([point], float)
    check_inside(ct, points, "The click lies outside of the CT. Click inside the lesion.")
    best = _most_certain(ct, places_of(ct.lattice, points)[0])
    axes = measure_axes(best.surface.voxels(ct.lattice))
    if axes is None:
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    found = find_surface(ct, places_of(ct.lattice, np.array(axes.long_ends)))
    findings = found.findings
    if best.certainty < P.certain:
        others = tuple(finding for finding in findings if finding.code != "stroke.faint")
        findings = (*others, Finding("stroke.faint", Severity.WARN, UNSURE_SIZE))
    return replace(segmented_lesion(found.surface.voxels(ct.lattice), image, findings), delineation=BY_CLICK)


def _most_certain(ct: Image, middle: np.ndarray) -> SurfaceFit:
    tried: list[SurfaceFit] = []
    length, clear = P.smallest_mm, 0.0
    while length <= P.largest_mm:
        around = surroundings(ct, middle, length, max(P.least_blur_mm, P.blur_share * length))
        tried.append(fit_surface(around, _round_prior(middle, length), P.click_rounds))
        clear = max(clear, edge_clarity(for_edges(around), tried[-1].surface))
        length *= P.growth
    if clear < P.nothing_clarity:
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    best = max(fitted.certainty for fitted in tried)
    return next(fitted for fitted in tried if fitted.certainty >= P.nearly_share * best)


def _round_prior(middle: np.ndarray, length: float) -> Prior:
    guess = Ellipsoid(middle, np.eye(3), np.full(3, length / 2))
    shares = np.array([0.0, 0.5, 1.0])[:, None, None] * P.ball_share * length / 2
    core = (middle + shares * sphere().directions).reshape(-1, 3)
    return Prior(guess, np.array(P.round_sd), core, np.empty((0, 3)), np.empty((0, 3)), None)
