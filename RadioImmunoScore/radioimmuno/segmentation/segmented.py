"""What a stroke or click becomes: a mask on the CT's own voxels, its axes, what to know about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..findings import Finding
from ..geometry.image import Box, Image, Index, Lattice
from ..lesion import Delineation, DelineationType
from .axes import Axes, measure_axes

BY_STROKE = Delineation(DelineationType.SEMIAUTOMATIC, "RadioImmunoScore, stroke")
BY_CLICK = Delineation(DelineationType.SEMIAUTOMATIC, "RadioImmunoScore, click")


@dataclass(frozen=True, eq=False)
class Segmented:
    """A lesion as it was segmented.

    Parameters
    ----------
    mask : bool, cropped to the lesion, on the CT's own lattice and axis order
    axes : as RECIST measures; None when nothing is left
    findings : what to look at before the lesion is used
    delineation : what segmented it
    """

    mask: Image
    axes: Axes | None
    findings: tuple[Finding, ...] = ()
    delineation: Delineation = BY_STROKE

    @property
    def volume_cc(self) -> float:
        """Volume of the mask's voxels in cc."""
        return float(np.count_nonzero(self.mask.values) * self.mask.lattice.voxel_volume_mm3 / 1000.0)


def segmented(mask: Image, lattice: Lattice, findings: tuple[Finding, ...] = ()) -> Segmented:
    """The result for a canonical mask, on the axis order of the CT's lattice."""
    box = Box.around(mask.values, mask.offset)
    cropped = mask.crop(box if box else Box((0, 0, 0), (0, 0, 0)))
    return Segmented(as_stored(cropped, lattice), measure_axes(cropped), findings)


def as_stored(mask: Image, lattice: Lattice) -> Image:
    """A canonical image's voxels in the axis order of `lattice`: what `Image.canonical` did, undone."""
    permutation, signs = lattice.orientation()
    flips = tuple(slice(None, None, s) for s in signs)
    values = mask.values[flips].transpose(np.argsort(permutation))
    offset = [0, 0, 0]
    for axis, (stored, sign) in enumerate(zip(permutation, signs, strict=True)):
        start, size = mask.offset[axis], mask.values.shape[axis]
        offset[stored] = start if sign > 0 else lattice.shape[stored] - start - size
    index: Index = (offset[0], offset[1], offset[2])
    return Image(np.ascontiguousarray(values), lattice, index)
