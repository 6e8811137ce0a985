"""A box around a lesion -> the lesion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..findings import InputError
from ..geometry.image import Image, Triple
from .boosted_trees import SegmentationModel
from .found_lesion import as_segmented, find_lesion
from .parameters import PARAMETERS as P
from .prior import Known, Prior
from .segmented_lesion import BY_BOX, SegmentedLesion
from .stroke import check_inside
from .surface import Ellipsoid, sphere
from .surroundings import places_of


def segment_box(
    image: Image, corner: Triple, opposite: Triple, model: SegmentationModel | None = None
) -> SegmentedLesion:
    """The lesion that just fits into a box along the CT's axes.

    Parameters
    ----------
    image : Image
        CT in HU, in any axis order.
    corner, opposite : tuple of 3 floats
        Two corners of the box that are opposite in all three directions, LPS mm. What reaches out of the CT
        is cut off.
    model : SegmentationModel, optional
        As of `segment_stroke`.

    Returns
    -------
    SegmentedLesion
        Nothing of it lies outside of the box. Findings as of `segment_stroke`.

    Raises
    ------
    InputError
        `stroke.outside` (the middle of the box), `stroke.too_short` (a side shorter than two voxels) or
        `stroke.nothing_found`.
    """
    ct = image.canonical()
    corners = np.array([corner, opposite], float)
    check_inside(ct, corners.mean(axis=0, keepdims=True), "The box lies outside of the CT. Draw it inside.")
    spacing = np.array(ct.lattice.spacing)
    border = spacing * (np.array(ct.lattice.shape) - 0.5)
    low, high = np.clip(np.sort(places_of(ct.lattice, corners), axis=0), -spacing / 2, border)
    if ((high - low) / spacing).min() < P.least_voxels:
        raise InputError(
            "stroke.too_short",
            "A side of the box is shorter than two voxels. Draw it around the lesion, in all directions.",
        )
    found = find_lesion(ct, box_prior(low, high), model)
    mask = found.mask
    index = np.moveaxis(np.indices(mask.values.shape), 0, -1) + mask.offset
    places = index * spacing
    slack = 1e-6 * (high - low)  # a voxel's centre on a side counts as inside
    boxed = mask.values & ((places >= low - slack) & (places <= high + slack)).all(axis=-1)
    return as_segmented(replace(found, mask=replace(mask, values=boxed)), image, model, BY_BOX)


def box_prior(low: np.ndarray, high: np.ndarray) -> Prior:
    """What a box says about the lesion in it.

    Parameters
    ----------
    low, high : ndarray, shape (3,)
        Its corners with the lowest and the highest coordinates, places in mm.
    """
    order = np.argsort(low - high, kind="stable")  # the longest side first
    semi = (high - low)[order] / 2
    guess = Ellipsoid((low + high) / 2, np.eye(3)[order], semi)
    shares = np.array([0.0, 0.5, 1.0])[:, None, None] * P.ball_share
    core = (guess.centre + shares * guess.radii()[:, None] * sphere().directions).reshape(-1, 3)
    return Prior(guess, core, np.empty((0, 3)), Known.BOX)
