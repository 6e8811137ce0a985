"""What is measured on a lesion's own voxels for a reader: axes and mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..extraction.measurability import bad_voxels
from ..geometry.image import Image
from ..lesion import Lesion
from ..segmentation.axes import measure_axes


@dataclass(frozen=True)
class Facts:
    """A lesion's measures; what cannot be measured is None.

    Parameters
    ----------
    long_mm, short_mm : the axes of RECIST, both in one axial slice (`segmentation.axes`)
    mean_hu : mean of the CT's voxels inside the mask, without padding and what is not a number
    """

    long_mm: float | None = None
    short_mm: float | None = None
    mean_hu: float | None = None


def facts_of(image: Image, lesion: Lesion) -> Facts:
    """The measures of a lesion on its CT (both canonical)."""
    axes = measure_axes(lesion.mask)
    if axes is None:
        return Facts()
    part = image.crop(lesion.mask.box)
    inside = lesion.mask.within(part.box, False)
    values = part.values[inside]
    usable = np.ones(values.shape, bool)
    for bad in bad_voxels(values).values():
        usable &= ~bad
    mean = float(values[usable].mean(dtype=float)) if usable.any() else None
    return Facts(axes.long_mm, axes.short_mm, mean)
