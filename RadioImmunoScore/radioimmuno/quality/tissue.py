"""What lies under a mask: air around the body, air or lung, metal. By the CT's own voxels, not resampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..image import Box, Image
from ..limits import (
    AIR_BELOW_HU,
    METAL_ABOVE_HU,
    OUTSIDE_BELOW_HU,
    OUTSIDE_CELL_MM,
    OUTSIDE_MEAN_BELOW_HU,
    PADDING_BELOW_HU,
)

# Neighbours in the axial plane only: air is followed from the CT's sides slice by slice, so that it does not
# find the way through mouth and windpipe.
IN_AXIAL_PLANE = np.zeros((3, 3, 3), bool)
IN_AXIAL_PLANE[1] = [[False, True, False], [True, True, True], [False, True, False]]


@dataclass(frozen=True)
class Tissue:
    """Shares (0-1) of a mask's voxels: outside the body; air or lung, of those not at the contour; metal."""

    outside: float
    air: float
    metal: float


def tissue_under(image: Image, mask: Image) -> Tissue:
    """What a mask lies on.

    Parameters
    ----------
    image, mask : canonical, on the same lattice; the mask not empty
    """
    values = image.within(mask.box)
    beyond = outside_body(image, mask.box)
    inner = _interior(mask)
    air = inner & (values < AIR_BELOW_HU) & (values >= PADDING_BELOW_HU) & ~beyond
    voxels = np.count_nonzero(mask.values)
    return Tissue(
        outside=np.count_nonzero(mask.values & beyond) / voxels,
        air=np.count_nonzero(air) / np.count_nonzero(inner),
        metal=np.count_nonzero(mask.values & (values > METAL_ABOVE_HU)) / voxels,
    )


def outside_body(image: Image, box: Box) -> np.ndarray:
    """Which voxels of a box of the (canonical) CT are air outside the body, bool (k, j, i).

    The CT's slices around the box are looked at in cells of `OUTSIDE_CELL_MM`, one voxel a cell. Air that
    reaches a side of the CT and is as dark as free air lies outside; so do voxels of less than
    `AIR_BELOW_HU` beside it.
    """
    values = image.within(box)
    dark = values < AIR_BELOW_HU
    if not dark.any():
        return dark
    steps = [max(1, round(OUTSIDE_CELL_MM / s)) for s in image.lattice.spacing]
    first = max(image.box.start[0], box.start[0] - steps[0])
    last = min(image.box.stop[0], box.stop[0] + steps[0])
    part = image.crop(Box((first, *image.box.start[1:]), (last, *image.box.stop[1:])))
    cells = _free_air(part.values[:: steps[0], :: steps[1], :: steps[2]])
    nearest = [
        np.clip(np.rint((np.arange(box.start[a], box.stop[a]) - part.offset[a]) / steps[a]), 0, n - 1)
        for a, n in enumerate(cells.shape)
    ]
    return dark & cells[np.ix_(*(index.astype(np.intp) for index in nearest))]


def _free_air(cells: np.ndarray) -> np.ndarray:
    """The cells of air around the body, and those beside them."""
    from scipy.ndimage import binary_dilation, label, mean

    regions, _ = label(cells < OUTSIDE_BELOW_HU, IN_AXIAL_PLANE)
    sides = [regions[:, 0], regions[:, -1], regions[:, :, 0], regions[:, :, -1]]
    reaching = np.unique(np.concatenate([side.ravel() for side in sides]))
    reaching = reaching[reaching > 0]
    if not reaching.size:
        return np.zeros(cells.shape, bool)
    free = reaching[np.asarray(mean(cells, regions, reaching)) < OUTSIDE_MEAN_BELOW_HU]
    return binary_dilation(np.isin(regions, free), np.ones((3, 3, 3), bool))


def _interior(mask: Image) -> np.ndarray:
    """The mask without the voxels at its contour in the axial plane; whole where nothing would be left."""
    from scipy.ndimage import binary_erosion

    inner = binary_erosion(mask.values, np.ones((1, 3, 3), bool))
    return inner if inner.any() else mask.values
