"""What a stroke runs through: the lesion's own tissue, and bone or air that is none of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.image import Image
from .parameters import PARAMETERS as P


@dataclass(frozen=True, eq=False)
class StrokeTissue:
    """Where along a stroke the lesion is.

    Parameters
    ----------
    own : ndarray of bool, shape (m,)
        For places along the stroke: whether the lesion is there.
    has_bone, has_air : bool
        Whether the stroke crosses bone or air that is not the lesion's.
    """

    own: np.ndarray
    has_bone: bool
    has_air: bool


def tissue_along(values: np.ndarray) -> StrokeTissue:
    """Tell a lesion from bone and air along a stroke.

    Bone and air are foreign where enough of the stroke is soft tissue; bone also where the stroke begins and
    ends in soft tissue. What lies between two runs of bone is the bone's marrow when the soft tissue at the
    stroke's ends is longer or it is fat beside them; else it is a lesion between bones, or in one.

    Parameters
    ----------
    values : ndarray, shape (m,)
        HU at places evenly along the stroke, in order; NaN where there is no CT.
    """
    soft = (values > P.soft_hu[0]) & (values < P.soft_hu[1])
    bone = values > P.bone_hu
    air = values < P.air_hu
    there = np.isfinite(values)
    share = int(np.count_nonzero(soft)) / max(1, int(np.count_nonzero(there)))
    own = there.copy()
    has_air = share > P.soft_among_air and bool(air.any())
    if has_air:
        own &= ~air
    has_bone = bool(bone.any())
    if has_bone:
        first, last = np.flatnonzero(bone)[[0, -1]]
        ends = np.flatnonzero(soft[:first]), last + 1 + np.flatnonzero(soft[last + 1 :])
        least, both = min(map(len, ends)) / values.size, sum(map(len, ends)) / values.size
        around = least > P.soft_ends[0] and both > P.soft_ends[1]
        has_bone = share > P.soft_among_bone or around
    if has_bone:
        between = first + np.flatnonzero(soft[first : last + 1])
        if _is_marrow(values[between], values[np.concatenate(ends)]):
            own[first : last + 1] = False
        own &= ~bone
    if np.count_nonzero(own) < P.least_own_share * values.size:
        return StrokeTissue(there, False, False)
    return StrokeTissue(own, has_bone, has_air)


def _is_marrow(between: np.ndarray, ends: np.ndarray) -> bool:
    """Whether soft tissue between bone is its marrow, from its HU and those of the stroke's ends."""
    if ends.size > between.size:
        return True
    return ends.size > 0 and float(np.median(between)) < float(np.median(ends)) + P.darker_hu


def foreign_voxels(part: Image, own_hu: float, line: np.ndarray, tissue: StrokeTissue) -> np.ndarray:
    """The voxels of bone and air around a stroke that are none of its lesion.

    Parameters
    ----------
    part : Image
        Crop of the canonical CT, HU.
    own_hu : float
        Median of the lesion's own values along the stroke.
    line : ndarray, shape (m, 3)
        Places along the stroke, mm.
    tissue : StrokeTissue
        Of these places.

    Returns
    -------
    ndarray of bool, shape of `part`
        Connected pieces of at least `PARAMETERS.foreign_cc`; with bone that the stroke crosses its marrow.
    """
    foreign = np.zeros(part.values.shape, bool)
    if own_hu > P.soft_hu[0]:
        foreign |= _large(part.values < P.outside_air_hu, part)
    if own_hu < P.soft_hu[1]:
        bone = _large(part.values > P.outside_bone_hu, part)
        if tissue.has_bone and not tissue.own.all():
            bone = _with_marrow(bone, part, line, tissue.own)
        foreign |= bone
    return foreign


def _large(mask: np.ndarray, part: Image) -> np.ndarray:
    from scipy.ndimage import label

    pieces, _ = label(mask)
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return (sizes * part.lattice.voxel_volume_mm3 >= 1000 * P.foreign_cc)[pieces]


def _with_marrow(bone: np.ndarray, part: Image, line: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Bone, and what it encloses in a slice where the stroke's foreign places lie and none of its own."""
    from scipy.ndimage import binary_fill_holes, label

    filled = np.stack([binary_fill_holes(plane) for plane in bone])
    pieces, _ = label(filled & ~bone)
    index = np.rint(line / np.array(part.lattice.spacing)).astype(int) - np.array(part.offset)
    inside = ((index >= 0) & (index < part.values.shape)).all(axis=1)
    crossed, entered = (pieces[tuple(index[inside & some].T)] for some in (~own, own))
    # At the border of a lesion in a bone are voxels that are less bright than bone and yet not its own.
    return bone | np.isin(pieces, np.setdiff1d(crossed, [0, *entered]))
