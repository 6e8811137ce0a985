"""What lies under a mask: air around the body, air or lung, metal. By the CT's own voxels, not resampled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..findings import Finding, Severity
from ..geometry.image import Box, Image
from ..lesion import Lesion
from ..modality import CT, Modality
from ..numbers import percent
from ..thresholds import (
    AIR_BELOW_HU,
    AIR_REFUSE_SHARE,
    AIR_WARN_SHARE,
    LUNG_BELOW_HU,
    MAX_REGION_VOXELS,
    METAL_ABOVE_HU,
    METAL_REFUSE_SHARE,
    METAL_WARN_SHARE,
    OUTSIDE_BELOW_HU,
    OUTSIDE_CELL_MM,
    OUTSIDE_MEAN_BELOW_HU,
    OUTSIDE_WARN_SHARE,
    PADDING_BELOW_HU,
)

# Neighbours in the axial plane only: air is followed from the CT's sides slice by slice, so that it does not
# find the way through mouth and windpipe.
IN_AXIAL_PLANE = np.zeros((3, 3, 3), bool)
IN_AXIAL_PLANE[1] = [[False, True, False], [True, True, True], [False, True, False]]


@dataclass(frozen=True)
class Tissue:
    """Shares (0-1) of a mask's voxels.

    Parameters
    ----------
    outside : float
        Outside the body.
    air : float
        Air or lung inside the body, of the voxels not at the contour.
    metal : float
        Metal or its streaks.
    aerated : float
        As dark as aerated lung or air, the smaller share of the voxels at the contour and of the others.
    """

    outside: float
    air: float
    metal: float
    aerated: float = 0.0


def check_tissue(image: Image, lesion: Lesion, modality: Modality = CT) -> list[Finding]:
    """What a lesion should not hold: warnings, and a refusal where it is mostly air, or too much of it metal.

    Parameters
    ----------
    image : Image
        Canonical.
    lesion : Lesion
        Canonical, on the same lattice; of one that is empty or huge nothing is found.
    modality : Modality, optional
        Of the image: only a CT's values tell what lies there.
    """
    if not modality.in_hounsfield or lesion.box is None or lesion.voxels > MAX_REGION_VOXELS:
        return []
    tissue = tissue_under(image, lesion.mask)
    is_air = tissue.aerated > AIR_REFUSE_SHARE
    is_outside = is_air and tissue.outside > AIR_REFUSE_SHARE
    found = []
    if tissue.outside > OUTSIDE_WARN_SHARE:
        text = f"{100 * tissue.outside:.0f} % of the lesion's voxels lie outside the body, in air."
        found.append(_finding("lesion.outside_body", text, is_outside))
    if tissue.air > AIR_WARN_SHARE:
        text = f"{100 * tissue.air:.0f} % of the voxels inside the contour are air or lung"
        text = f"{text} (below {AIR_BELOW_HU:.0f} HU)."
        found.append(_finding("lesion.air", text, is_air and not is_outside))
    if tissue.metal > METAL_WARN_SHARE:
        text = f"{percent(tissue.metal)} of the voxels are metal or its streaks"
        text = f"{text} (above {METAL_ABOVE_HU:.0f} HU)."
        found.append(_finding("lesion.metal", text, tissue.metal > METAL_REFUSE_SHARE))
    return found


def _finding(code: str, text: str, refuses: bool) -> Finding:
    return Finding(code, Severity.REFUSE if refuses else Severity.WARN, text)


def tissue_under(image: Image, mask: Image) -> Tissue:
    """What a mask lies on.

    Parameters
    ----------
    image : Image
        The CT, canonical.
    mask : Image
        Bool, canonical, on the same lattice, not empty.
    """
    values = image.within(mask.box)
    voxels = np.count_nonzero(mask.values)
    metal = np.count_nonzero(mask.values & (values > METAL_ABOVE_HU)) / voxels
    if not (mask.values & (values < AIR_BELOW_HU)).any():
        return Tissue(0.0, 0.0, metal)
    beyond = outside_body(image, mask.box)
    inner = _interior(mask)
    air = inner & (values < AIR_BELOW_HU) & (values >= PADDING_BELOW_HU) & ~beyond
    at_contour = mask.values & ~inner
    return Tissue(
        outside=np.count_nonzero(mask.values & beyond) / voxels,
        air=np.count_nonzero(air) / np.count_nonzero(inner),
        metal=metal,
        aerated=min(_share(values < LUNG_BELOW_HU, part) for part in (inner, at_contour) if part.any()),
    )


def _share(of: np.ndarray, part: np.ndarray) -> float:
    return np.count_nonzero(of & part) / np.count_nonzero(part)


def outside_body(image: Image, box: Box) -> np.ndarray:
    """Which voxels of a box of the CT are air outside the body.

    The CT's slices around the box are looked at in cells of `OUTSIDE_CELL_MM`, one voxel a cell. Air that
    reaches a side of the CT and is as dark as free air lies outside; so do voxels of less than
    `AIR_BELOW_HU` beside it.

    Parameters
    ----------
    image : Image
        The CT, canonical.
    box : Box

    Returns
    -------
    ndarray of bool, shape (k, j, i)
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
