"""Which lesions depend on which: another one nearby cuts the ring, or shares voxels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..geometry.grid import resampled
from ..geometry.image import Box, Lattice
from ..settings import Settings

# What sampling on the grid adds to a ring's reach and to the other lesion, rounded up.
GRID_STEPS, VOXELS = 3, 2


def ring_reach(lattice: Lattice, settings: Settings) -> tuple[int, int, int]:
    """How far from a lesion's box another one can lie and still cut its ring, in voxels along each axis.

    Parameters
    ----------
    lattice : the CT's
    settings : whose ring
    """
    step_mm = max(resampled(lattice, settings.extraction.spacing_mm).spacing)
    reach_mm = settings.ring.outer_mm + GRID_STEPS * step_mm
    k, j, i = (math.ceil(reach_mm / spacing) + VOXELS for spacing in lattice.spacing)
    return k, j, i


def neighbours(boxes: Sequence[Box | None], margin: Sequence[int]) -> list[list[int]]:
    """For each box, which others it meets when it is grown by the margin; None meets nothing.

    Parameters
    ----------
    boxes : the lesions' boxes on one lattice; None for an empty lesion
    margin : voxels along each axis, as of `ring_reach`
    """
    there = [n for n, box in enumerate(boxes) if box is not None]
    found: list[list[int]] = [[] for _ in boxes]
    if not there:
        return found
    start, stop = (np.array([getattr(boxes[n], end) for n in there]) for end in ("start", "stop"))
    reaches = (start[:, None] - margin < stop) & (start < stop[:, None] + margin)
    meets = np.asarray(reaches.all(axis=-1))
    np.fill_diagonal(meets, False)
    for row, number in enumerate(there):
        found[number] = [there[other] for other in np.flatnonzero(meets[row])]
    return found
