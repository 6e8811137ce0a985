"""One click inside a lesion -> the lesion: its size is looked for first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..findings import InputError
from ..geometry.axes import measure_axes
from ..geometry.image import Image, Triple
from .agreement_model import expected_agreement
from .boosted_trees import SegmentationModel, shipped_model
from .found_lesion import FoundLesion, as_segmented, find_lesion
from .parameters import PARAMETERS as P
from .prior import Prior
from .segmented_lesion import BY_CLICK, NOTHING_FOUND, SegmentedLesion
from .stroke import check_inside, stroke_prior
from .surface import Ellipsoid, sphere
from .surface_fit import fit_surface
from .surroundings import places_of, surroundings


def segment_click(image: Image, point: Triple, model: SegmentationModel | None = None) -> SegmentedLesion:
    """The lesion around a point inside it.

    Surfaces of growing size are fitted around the click; where each is longest in an axial slice is taken for
    a stroke. Of what these strokes segment, the one that is expected to agree best with a reader is chosen:
    roughly segmented first, then a few closely. Less certain than a stroke: it is not known how large the
    lesion is.

    Parameters
    ----------
    image : Image
        CT in HU, in any axis order.
    point : tuple of 3 floats
        About the middle of the lesion, LPS mm.
    model : SegmentationModel, optional
        As of `segment_stroke`.

    Returns
    -------
    SegmentedLesion
        Findings as of `segment_stroke`.

    Raises
    ------
    InputError
        `stroke.outside` or `stroke.nothing_found`.
    """
    ct = image.canonical()
    points = np.array([point], float)
    check_inside(ct, points, "The click lies outside of the CT. Click inside the lesion.")
    found = find_click(ct, places_of(ct.lattice, points)[0], model or shipped_model())
    return as_segmented(found, image, model, BY_CLICK)


def find_click(ct: Image, middle: np.ndarray, model: SegmentationModel) -> FoundLesion:
    """The lesion around a place in a canonical CT.

    Parameters
    ----------
    ct : Image
        The canonical CT.
    middle : ndarray, shape (3,)
        Place in mm.
    model : SegmentationModel
        What segments and judges.

    Raises
    ------
    InputError
        When nothing differs from its neighbourhood.
    """
    priors = stroke_candidates(ct, middle)
    coarse = _judged(ct, priors, model, P.preview_cells)
    fine = _judged(ct, [priors[number] for number, _, _ in coarse[: P.closely]], model, P.cells)
    if not fine:
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    return fine[0][2]


def _judged(
    ct: Image, priors: list[Prior], model: SegmentationModel, cells: int
) -> list[tuple[int, float, FoundLesion]]:
    """Number, expected agreement and lesion of the priors that show one, the best first."""
    found = []
    for number, prior in enumerate(priors):
        try:
            lesion = find_lesion(ct, prior, model, cells)
        except InputError:  # this size shows nothing; another may
            continue
        found.append((number, expected_agreement(lesion.agreement_features, model.agreement), lesion))
    return sorted(found, key=lambda each: -each[1])


def stroke_candidates(ct: Image, middle: np.ndarray) -> list[Prior]:
    """Strokes as they may be meant by a click: where surfaces of growing size are longest.

    Parameters
    ----------
    ct : Image
        The canonical CT.
    middle : ndarray, shape (3,)
        Place of the click in mm.
    """
    found = []
    length = P.smallest_mm
    while length <= P.largest_mm:
        around = surroundings(ct, middle, length, max(P.least_blur_mm, P.blur_share * length))
        fitted = fit_surface(around, *_ball(middle, length))
        axes = measure_axes(fitted.surface.voxels(ct.lattice))
        ends = places_of(ct.lattice, np.array(axes.long_ends)) if axes else np.zeros((2, 3))
        if np.abs(ends[1] - ends[0]).max() >= P.least_voxels * max(ct.lattice.spacing):
            found.append(replace(stroke_prior(ct, ends), certainty=fitted.certainty))
        length *= P.growth
    return found


def _ball(middle: np.ndarray, length: float) -> tuple[Ellipsoid, np.ndarray]:
    """A ball of this diameter, and places (m, 3) around its middle."""
    shares = np.array([0.0, 0.5, 1.0])[:, None, None] * P.ball_share * length / 2
    core = (middle + shares * sphere().directions).reshape(-1, 3)
    return Ellipsoid(middle, np.eye(3), np.full(3, length / 2)), core
