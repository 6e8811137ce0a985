"""Outlines of a mask on one slice: closed lines halfway between voxels inside and outside."""

from __future__ import annotations

import numpy as np

# The four sides of a cell of 2 x 2 neighboring voxels, and for each way that its corners can be inside (bits:
# top left 8, top right 4, bottom right 2, bottom left 1) the lines across it, the inside on their right.
# Opposite corners that are alone inside are kept apart, so that every line closes on itself.
TOP, RIGHT, BOTTOM, LEFT = range(4)
LINES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((LEFT, BOTTOM),),
    2: ((BOTTOM, RIGHT),),
    3: ((LEFT, RIGHT),),
    4: ((RIGHT, TOP),),
    5: ((RIGHT, TOP), (LEFT, BOTTOM)),
    6: ((BOTTOM, TOP),),
    7: ((LEFT, TOP),),
    8: ((TOP, LEFT),),
    9: ((TOP, BOTTOM),),
    10: ((TOP, LEFT), (BOTTOM, RIGHT)),
    11: ((TOP, RIGHT),),
    12: ((RIGHT, LEFT),),
    13: ((RIGHT, BOTTOM),),
    14: ((BOTTOM, LEFT),),
}


def outlines(mask: np.ndarray) -> list[np.ndarray]:
    """Closed outlines of a 2D mask, outer borders and holes alike.

    Parameters
    ----------
    mask : bool (rows, columns)

    Returns
    -------
    list of (n, 2) arrays of (row, column); voxel centres are at whole numbers, no point is repeated.
    """
    inside = np.pad(mask.astype(bool), 1).astype(np.uint8)
    corners = 8 * inside[:-1, :-1] + 4 * inside[:-1, 1:] + 2 * inside[1:, 1:] + inside[1:, :-1]
    follower = _followers(corners)
    # a point's number counts half voxels, row by row, on the padded mask
    width = 2 * inside.shape[1]
    loops = []
    while follower:
        first, point = follower.popitem()
        loop = [first]
        while point != first:
            loop.append(point)
            point = follower.pop(point)
        rows, columns = np.divmod(np.array(loop), width)
        loops.append(np.stack([rows, columns], axis=1) / 2.0 - 1.0)
    return loops


def _followers(corners: np.ndarray) -> dict[int, int]:
    """Each point of the outlines and the next one along its line."""
    width = 2 * (corners.shape[1] + 1)
    side_at = {TOP: 1, RIGHT: width + 2, BOTTOM: 2 * width + 1, LEFT: width}
    follower: dict[int, int] = {}
    for case, lines in LINES.items():
        rows, columns = np.nonzero(corners == case)
        cell = 2 * rows * width + 2 * columns
        for start, end in lines:
            follower.update(
                zip((cell + side_at[start]).tolist(), (cell + side_at[end]).tolist(), strict=True)
            )
    return follower
