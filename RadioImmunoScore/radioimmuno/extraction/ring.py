"""The peritumoral ring: all points within a distance of the lesion's surface, exact below the voxel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..geometry.distance import signed_distance
from ..geometry.grid import Grid, resampled
from ..geometry.image import Box, Image, Index, Lattice, as_index
from ..lesion import Lesion
from ..settings import RingSettings, Settings
from .preprocessing import sample_mask

# Points whose distance is that of the ring's border but for rounding belong to it.
TIE_MM = 1e-4

# What sampling on the grid adds to a ring's reach and to the other lesion, rounded up.
REACH_GRID_STEPS, REACH_VOXELS = 3, 2


@dataclass(frozen=True, eq=False)
class Ring:
    """A lesion's ring on the grid.

    Parameters
    ----------
    mask : Image
        The ring as it is measured, bool, on the grid's lattice, cropped.
    inner : ndarray of bool, shape (k, j, i)
        The part of it inside the lesion's surface, in the box of `mask`.
    share : float
        Voxels left of the full ring once the volume's border, other lesions and intensities have cut it, 0-1.
    """

    mask: Image
    inner: np.ndarray
    share: float


def ring_box(box: Box, grid: Grid, settings: RingSettings) -> Box:
    """The box of the grid that holds the ring of a lesion in a box of CT voxels; it may leave the volume."""
    return grid.reach(box, settings.outer_mm + max(grid.lattice.spacing))


def ring_reach(lattice: Lattice, settings: Settings) -> Index:
    """How far from a lesion's box another one can lie and still cut its ring, in voxels along each axis.

    Parameters
    ----------
    lattice : Lattice
        The CT's.
    settings : Settings
        Whose ring.
    """
    step_mm = max(resampled(lattice, settings.extraction.spacing_mm).spacing)
    reach_mm = settings.ring.outer_mm + REACH_GRID_STEPS * step_mm
    return as_index([math.ceil(reach_mm / spacing) + REACH_VOXELS for spacing in lattice.spacing])


def make_ring(
    lesion: Lesion,
    grid: Grid,
    settings: RingSettings,
    others: Sequence[Lesion] = (),
    intensities: tuple[np.ndarray, Box] | None = None,
) -> Ring:
    """The ring of a lesion: near its surface, inside the volume, not in other lesions, in the range of HU.

    Parameters
    ----------
    lesion : Lesion
        Canonical, not empty.
    grid : Grid
        Of the CT's canonical lattice.
    settings : RingSettings
    others : sequence of Lesion, optional
        The patient's other lesions, canonical.
    intensities : tuple of (ndarray of float32, shape (k, j, i)) and Box, optional
        Sampled intensities and the grid box they cover; needed when the settings have a range of HU.
    """
    if lesion.box is None:
        raise ValueError("an empty lesion has no ring")
    box = ring_box(lesion.box, grid, settings)
    distance = signed_distance(lesion.mask, grid, box, max(settings.inner_mm, settings.outer_mm))
    inner = (distance <= 0) & (distance >= -settings.inner_mm - TIE_MM)
    full = inner | ((distance > 0) & (distance <= settings.outer_mm + TIE_MM))
    inside = box.intersect(Box.whole(grid.lattice.shape))
    local = inside.slices_in(box)
    ring = full[local].copy()
    for other in others:
        if other.box is None:
            continue
        shared = grid.cover(other.box, 0.0).intersect(inside)
        if shared.size:
            ring[shared.slices_in(inside)] &= ~sample_mask(other, grid, shared)
    if settings.range_hu is not None and intensities is not None:
        values = Image(intensities[0], grid.lattice, intensities[1].start).within(inside, np.nan)
        low, high = settings.range_hu
        ring &= (values >= low) & (values <= high)
    share = int(np.count_nonzero(ring)) / max(1, int(np.count_nonzero(full)))
    return Ring(Image(ring, grid.lattice, inside.start), inner[local] & ring, share)
