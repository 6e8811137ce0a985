"""What sticks out of a mask one voxel wide, as a slip of the brush leaves it (finding `lesion.spurs`)."""

from __future__ import annotations

import itertools

import numpy as np

# Voxels that share a side, an edge or a corner are joined (26-connected).
ANY_CORNER = np.ones((3, 3, 3), bool)


def thin_protrusions(mask: np.ndarray) -> np.ndarray:
    """Labels from 1 of the thin protrusions of a mask, int32 (k, j, i), 0 elsewhere.

    A voxel is thin when it lies in no 2 x 2 block of voxels of the mask, in whichever plane. A protrusion is
    a group of thin voxels (26-connected) that hangs on the rest and of which at least one voxel shares no
    face with the rest: a single voxel on a face is what rasterizing a ball makes, two in a row, or one that
    hangs by an edge, are not.

    Parameters
    ----------
    mask : ndarray of bool, shape (k, j, i)
        In any axis order.
    """
    from scipy.ndimage import binary_dilation, label

    wide = _wide(mask)
    thin = mask & ~wide
    if not thin.any() or not wide.any():
        return np.zeros(mask.shape, np.int32)
    groups, count = label(thin, ANY_CORNER)
    reaching = np.zeros(count + 1, bool)
    reaching[groups[thin & ~binary_dilation(wide)]] = True
    hanging = np.zeros(count + 1, bool)
    hanging[groups[thin & binary_dilation(wide, ANY_CORNER)]] = True
    kept = reaching & hanging
    kept[0] = False
    return np.where(kept, np.cumsum(kept), 0)[groups]


def _wide(mask: np.ndarray) -> np.ndarray:
    """The voxels that lie in a 2 x 2 block of the mask in any of the three planes."""
    wide = np.zeros_like(mask)
    for a, b in itertools.combinations(range(3), 2):
        corners = [_part(a, low_a, b, low_b) for low_a, low_b in itertools.product((True, False), repeat=2)]
        block = np.logical_and.reduce([mask[corner] for corner in corners])
        for corner in corners:
            wide[corner] |= block
    return wide


def _part(a: int, low_a: bool, b: int, low_b: bool) -> tuple[slice, ...]:
    """All but the last plane (low) or all but the first, along two axes."""
    chosen = {a: low_a, b: low_b}
    return tuple(
        (slice(None, -1) if chosen[axis] else slice(1, None)) if axis in chosen else slice(None)
        for axis in range(3)
    )
