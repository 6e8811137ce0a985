"""Outlines of a mask on one slice, by marching squares: lines halfway between voxels inside and outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

# The four sides of a cell of 2 x 2 neighboring voxels, and for each way that its corners can be inside (bits:
# top left 8, top right 4, bottom right 2, bottom left 1) the lines across it, the inside on their right.
TOP, RIGHT, BOTTOM, LEFT = range(4)
Lines = tuple[tuple[int, int], ...]
# How far below a row of voxel centres a keyhole runs, in voxels: through no centre and along no outline.
KEYHOLE_OFFSET = 0.25
LINES: dict[int, Lines] = {
    1: ((LEFT, BOTTOM),),
    2: ((BOTTOM, RIGHT),),
    3: ((LEFT, RIGHT),),
    4: ((RIGHT, TOP),),
    6: ((BOTTOM, TOP),),
    7: ((LEFT, TOP),),
    8: ((TOP, LEFT),),
    9: ((TOP, BOTTOM),),
    11: ((TOP, RIGHT),),
    12: ((RIGHT, LEFT),),
    13: ((RIGHT, BOTTOM),),
    14: ((BOTTOM, LEFT),),
}
# Where only two opposite corners are inside, there are two ways: each corner has an outline of its own, or
# one outline goes around both. Nothing in the mask says which; who asks does.
APART: dict[int, Lines] = {5: ((RIGHT, TOP), (LEFT, BOTTOM)), 10: ((TOP, LEFT), (BOTTOM, RIGHT))}
JOINED: dict[int, Lines] = {5: ((LEFT, TOP), (RIGHT, BOTTOM)), 10: ((TOP, RIGHT), (BOTTOM, LEFT))}


def outlines(mask: np.ndarray) -> list[np.ndarray]:
    """Closed outlines of a 2D mask, outer borders and holes alike; voxels that share a corner only are apart.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, columns)

    Returns
    -------
    list of ndarray of float64, shape (n, 2) each
        (row, column); voxel centres are at whole numbers, no point is repeated.

    Examples
    --------
    >>> outlines(np.eye(1, dtype=bool))
    [array([[ 0. ,  0.5],
           [ 0.5,  0. ],
           [ 0. , -0.5],
           [-0.5,  0. ]])]
    """
    ends = _numbered(mask, APART)
    follower = dict(ends.tolist())
    loops = []
    while follower:
        first, point = follower.popitem()
        loop = [first]
        while point != first:
            loop.append(point)
            point = follower.pop(point)
        loops.append(_places(np.array(loop), mask))
    return loops


def keyholed_outlines(mask: np.ndarray) -> list[np.ndarray]:
    """One closed outline for each connected part of a 2D mask: holes are reached through keyholes.

    A keyhole is a line of no width, run along in both directions, from the left of a hole to what lies next
    on its left: the outer border, or another hole. It is what DICOM calls so (PS3.3, C.8.8.6.3). Points that
    two runs share are shared by these two alone, and the line passes through no voxel's centre.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, columns)

    Returns
    -------
    list of ndarray of float64, shape (n, 2) each
        (row, column); voxel centres are at whole numbers, the first point is not repeated at the end.
    """
    loops = outlines(mask)
    holes = [_area(loop) > 0 for loop in loops]
    if not any(holes):
        return loops
    points = [tuple(point) for loop in loops for point in loop.tolist()]
    numbers = {point: number for number, point in enumerate(points)}
    stops = np.cumsum([len(loop) for loop in loops])
    starts = stops - [len(loop) for loop in loops]
    after = np.arange(1, len(points) + 1)
    after[stops - 1] = starts
    links = after.tolist()
    before = np.argsort(after).tolist()
    for start, stop, is_hole in zip(starts.tolist(), stops.tolist(), holes, strict=True):
        if is_hole:
            hole = min(range(start, stop), key=lambda number: points[number][1])
            row, column = points[hole]
            outside = np.flatnonzero(~mask[int(row), : int(column + 0.5)])
            border = numbers[row, (outside[-1] if outside.size else -1) + 0.5]
            # Along a border the inside is on the right: upwards on its left side, downwards on a hole's.
            ends = (_below(points[border], points[before[border]]), _below(points[hole], points[links[hole]]))
            first = len(points)
            points += [*ends, *reversed(ends)]
            links += [first + 1, links[hole], first + 3, border]
            links[before[border]], links[hole] = first, first + 2
    return [
        _walk(points, links, start)
        for start, is_hole in zip(starts.tolist(), holes, strict=True)
        if not is_hole
    ]


def segments(mask: np.ndarray, opposite_corners: Mapping[int, Lines]) -> np.ndarray:
    """The lines that a 2D mask's outlines are made of, each from its upper (or else left) end to the other.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, columns)
    opposite_corners : mapping of int to tuple
        `JOINED` where voxels that share a corner belong together, `APART` where they do not.

    Returns
    -------
    ndarray of float64, shape (m, 2 ends, 2)
        (row, column); voxel centres are at whole numbers.
    """
    return _places(np.sort(_numbered(mask, opposite_corners), axis=1), mask)


def _numbered(mask: np.ndarray, opposite_corners: Mapping[int, Lines]) -> np.ndarray:
    """Both ends of every line, (m, 2); a point's number counts half voxels, row by row on the padded mask."""
    inside = np.pad(mask, 1).astype(np.uint8)
    corners = 8 * inside[:-1, :-1] + 4 * inside[:-1, 1:] + 2 * inside[1:, 1:] + inside[1:, :-1]
    width = 2 * inside.shape[1]
    side_at = np.array([1, width + 2, 2 * width + 1, width])
    found = [np.empty((0, 2), np.intp)]
    for case, lines in sorted({**LINES, **opposite_corners}.items()):
        rows, columns = np.nonzero(corners == case)
        cells = 2 * rows * width + 2 * columns
        found += [cells[:, None] + side_at[list(sides)] for sides in lines]
    return np.concatenate(found)


def _places(numbers: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(row, column) of points by their numbers, (..., 2)."""
    return np.stack(np.divmod(numbers, 2 * (mask.shape[1] + 2)), axis=-1) / 2.0 - 1.0


def _area(loop: np.ndarray) -> float:
    """The area inside a closed outline, in voxels: negative around a part of the mask, positive in a hole."""
    row, column = loop.T
    return float((row * np.roll(column, -1) - np.roll(row, -1) * column).sum() / 2)


def _below(point: tuple[float, float], lower: tuple[float, float]) -> tuple[float, float]:
    """Where the line from a point to a lower one is a keyhole's offset below the first."""
    share = KEYHOLE_OFFSET / (lower[0] - point[0])
    return point[0] + KEYHOLE_OFFSET, point[1] + share * (lower[1] - point[1])


def _walk(points: Sequence[tuple[float, float]], links: Sequence[int], start: int) -> np.ndarray:
    """The points from `start` on, each followed by the one that its link names, once around."""
    numbers = [start]
    while links[numbers[-1]] != start:
        numbers.append(links[numbers[-1]])
    return np.array([points[number] for number in numbers])
