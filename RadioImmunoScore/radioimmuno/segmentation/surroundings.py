"""The CT around a stroke: cleaned, cropped and no finer than the lesion needs.

Places are in mm along the canonical array axes (superior, posterior, left), from the centre of the CT's first
voxel: right angles and true lengths, whatever way the CT lies in space.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..geometry.image import Box, Image, Lattice
from .parameters import PARAMETERS as P


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Voxel values around a place.

    Parameters
    ----------
    values : ndarray of float32, shape (k, j, i)
        HU.
    corner : ndarray, shape (3,)
        Place of the centre of values[0, 0, 0].
    spacing : ndarray, shape (3,)
        Of the array axes, mm.
    """

    values: np.ndarray
    corner: np.ndarray
    spacing: np.ndarray

    def sample(self, places: np.ndarray) -> np.ndarray:
        """Values at places (..., 3), trilinear; NaN where there is no CT, as far as its voxels tell.

        The outermost values stand for what lies up to one spacing beyond them: averaged blocks have their
        centres farther inside than the CT's own outermost voxels, and the last block may be a part.

        Parameters
        ----------
        places : ndarray, shape (..., 3)
            In mm along the canonical axes.
        """
        from scipy.ndimage import map_coordinates

        index = (places - self.corner) / self.spacing
        last = np.array(self.values.shape) - 1
        measured = ((index > -1) & (index < last + 1)).all(axis=-1)
        values = map_coordinates(self.values, np.moveaxis(index, -1, 0), order=1, mode="nearest")
        return np.where(measured, values, np.float32(np.nan))

    def softened(self, sigma_mm: float, low: float, high: float) -> Surroundings:
        """Values limited to a range of HU, then smoothed by a Gaussian."""
        from scipy.ndimage import gaussian_filter

        limited = np.clip(self.values, low, high)
        return replace(
            self,
            values=gaussian_filter(limited, sigma_mm / self.spacing, truncate=P.gaussian_sds, mode="nearest"),
        )


def places_of(lattice: Lattice, points: np.ndarray) -> np.ndarray:
    """Places of LPS points (..., 3) on a canonical lattice.

    Parameters
    ----------
    lattice : Lattice
        Canonical.
    points : ndarray, shape (..., 3)
        LPS mm.
    """
    return lattice.to_index(points) * np.array(lattice.spacing)


def box_around(lattice: Lattice, centre: np.ndarray, reach_mm: float | np.ndarray) -> Box:
    """The voxels of a canonical lattice whose centres lie within a box of this half size around a place.

    Parameters
    ----------
    lattice : Lattice
        Canonical.
    centre : ndarray, shape (3,)
        Place in mm.
    reach_mm : float or ndarray, shape (3,)
        Half the size of the box.
    """
    spacing = np.array(lattice.spacing)
    low = np.floor((centre - reach_mm) / spacing).astype(int)
    high = np.ceil((centre + reach_mm) / spacing).astype(int) + 1
    return Box((low[0], low[1], low[2]), (high[0], high[1], high[2])).intersect(Box.whole(lattice.shape))


def surroundings(image: Image, centre: np.ndarray, reach_mm: float, detail_mm: float) -> Surroundings:
    """The canonical CT in a box around a place, averaged over blocks of voxels up to `detail_mm` long.

    Parameters
    ----------
    image : Image
        The canonical CT, HU.
    centre : ndarray, shape (3,)
        Place in mm.
    reach_mm : float
        Half the size of the box.
    detail_mm : float
        Blocks are no longer than this.
    """
    part = image.crop(box_around(image.lattice, centre, reach_mm))
    spacing = np.array(image.lattice.spacing)
    blocks = np.clip((detail_mm / spacing).astype(int), 1, np.maximum(1, part.values.shape))
    whole = [n // b * b for n, b in zip(part.values.shape, blocks, strict=True)]
    values = clean(part.values[: whole[0], : whole[1], : whole[2]])
    for axis, block in enumerate(blocks):
        if block > 1:
            shape = values.shape[:axis] + (-1, block) + values.shape[axis + 1 :]
            values = values.reshape(shape).mean(axis=axis + 1, dtype=np.float32)
    return Surroundings(values, (np.array(part.offset) + (blocks - 1) / 2) * spacing, blocks * spacing)


def clean(values: np.ndarray) -> np.ndarray:
    """Values as float32 HU that a tissue can have, in one block of memory.

    Parameters
    ----------
    values : ndarray, shape (k, j, i)
        HU, of any type.
    """
    low, high = P.lowest_hu, P.highest_hu
    values = np.ascontiguousarray(values, np.float32)
    return np.clip(np.nan_to_num(values, nan=low, posinf=low, neginf=low), low, high)
