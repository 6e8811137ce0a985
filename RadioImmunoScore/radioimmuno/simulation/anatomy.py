"""A simulated patient painted with other values than HU: what other machines measure of the same tissues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from ..geometry.image import Box, Lattice
from .body import PRECISION, open_canvas, trunk_box
from .canvas import AIR_HU, Canvas
from .organs import paint_patient
from .patient import SLAB_VOXELS, Plan


def paint_values(
    plan: Plan,
    lattice: Lattice,
    values: Mapping[str, float],
    per_unit: float,
    paint_lesions: Callable[[Canvas], None],
) -> np.ndarray:
    """Paint the anatomy of a plan; air is 0, and surfaces are as sharp as the voxels allow.

    Parameters
    ----------
    plan : Plan
        The patient; nothing of it is changed.
    lattice : Lattice
        Where to paint: along +z, +y, +x, in the patient's coordinates.
    values : mapping of str to float
        Tissue -> value; each that the body has, and none below 0.
    per_unit : float
        How many HU of the organs' unevenness are one unit of the values.
    paint_lesions : callable
        Gets a canvas that holds values of the organs and paints on it.

    Returns
    -------
    ndarray of float32, shape (nk, nj, ni)
        Not below 0.

    Raises
    ------
    KeyError
        When a tissue has no value.
    """
    scaled = {tissue: AIR_HU + per_unit * values[tissue] for tissue in plan.body.hu}
    body = replace(plan.body, hu=scaled)
    out = np.zeros(lattice.shape, PRECISION)
    trunk = trunk_box(body, lattice, Box.whole(lattice.shape))
    slices = max(1, SLAB_VOXELS // max(1, trunk.shape[1] * trunk.shape[2]))
    for first in range(trunk.start[0], trunk.stop[0], slices):
        last = min(first + slices, trunk.stop[0])
        slab = Box((first, *trunk.start[1:]), (last, *trunk.stop[1:]))
        canvas = open_canvas(body, lattice.window(slab), max(lattice.spacing))
        paint_patient(body, plan.trees, canvas)
        canvas.hu[...] = (canvas.hu - AIR_HU) / per_unit
        paint_lesions(canvas)
        out[slab.slices] = np.maximum(canvas.hu, 0.0)
    return out
