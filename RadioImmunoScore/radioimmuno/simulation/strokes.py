"""Strokes, clicks and boxes as a reader would draw them on a lesion whose voxels are known."""

from __future__ import annotations

import numpy as np

from ..geometry.axes import measure_axes
from ..geometry.image import Box, Image

# SD of each of a stroke's end points' two coordinates in its slice, and of a box's sides.
JITTER_MM = 2.0

# A click lies this far (SD) from the middle, as a share of the lesion's extent along each axis.
CLICK_SHARE = 0.1

# What is no soft tissue, HU: bone or vessels with much contrast agent above, lung and air below. A stroke's
# foreign share is looked at in steps of so many mm.
HIGHEST_SOFT_HU, LOWEST_SOFT_HU = 200.0, -300.0
STEP_MM = 0.5


def longest_stroke(mask: Image, axis: int = 0) -> np.ndarray:
    """The two voxel centres of a mask that are farthest apart in one of its slices.

    Parameters
    ----------
    mask : Image of bool
        The lesion, in any axis order.
    axis : int, optional
        Canonical array axis across the slices: 0 axial, 1 coronal, 2 sagittal ones.

    Returns
    -------
    ndarray, shape (2, 3), LPS mm
        Of strokes of the same length the first slice's.
    """
    part = mask.canonical().trimmed()
    best, ends = -1.0, np.zeros((2, 3))
    for number, plane in enumerate(np.moveaxis(part.values, axis, 0)):
        rows = plane.any(axis=1).nonzero()[0]
        if rows.size == 0:
            continue
        lines = [plane[row].nonzero()[0] for row in rows]
        points = [(row, i) for row, line in zip(rows, lines, strict=True) for i in (line[0], line[-1])]
        places = part.lattice.to_lps(np.insert(np.array(points), axis, number, axis=1) + part.offset)
        apart = np.linalg.norm(places[:, None] - places, axis=-1)
        first, last = np.unravel_index(int(apart.argmax()), apart.shape)
        if apart[first, last] > best:
            best, ends = float(apart[first, last]), places[[first, last]]
    return ends


def crossed_strokes(mask: Image) -> np.ndarray:
    """Long and short axis of a mask as RECIST has them measured, two strokes in one axial slice.

    Parameters
    ----------
    mask : Image of bool
        The lesion, not empty, in any axis order.

    Returns
    -------
    ndarray, shape (2, 2, 3), LPS mm
        The two ends of the long axis, then of the short one.

    Raises
    ------
    ValueError
        When the mask is empty.
    """
    axes = measure_axes(mask)
    if axes is None:
        raise ValueError("the mask is empty")
    return np.array([axes.long_ends, axes.short_ends])


def jittered(
    ends: np.ndarray, count: int, seed: int = 0, sd_mm: float = JITTER_MM, axis: int = 0
) -> list[np.ndarray]:
    """A stroke as so many readers draw it: Gaussian errors of both coordinates in the slice.

    Parameters
    ----------
    ends : ndarray, shape (..., 3), LPS mm
        Of one stroke or of several in the same slice.
    count : int
        Readers.
    seed : int, optional
        Of the errors.
    sd_mm : float, optional
        SD of each coordinate's error.
    axis : int, optional
        Across the slice: 0 axial, 1 coronal, 2 sagittal.

    Returns
    -------
    list of ndarray, each of the shape of `ends`
    """
    rng = np.random.default_rng(seed)
    in_slice = np.delete([0, 1, 2], 2 - axis)
    strokes = []
    for _ in range(count):
        moved = np.array(ends, float)
        moved[..., in_slice] += rng.normal(0, sd_mm, (*moved.shape[:-1], 2))
        strokes.append(moved)
    return strokes


def clicks(mask: Image, count: int, seed: int = 0) -> list[np.ndarray]:
    """Points near a lesion's middle and inside of it, as so many readers click.

    Parameters
    ----------
    mask : Image of bool
        The lesion, not empty, in any axis order.
    count : int
        Readers.
    seed : int, optional
        Of the points.

    Returns
    -------
    list of ndarray, shape (3,), LPS mm
        Voxel centres: each the one inside that is nearest to a point which errs from the centre of mass by
        `CLICK_SHARE` of the lesion's extent.
    """
    rng = np.random.default_rng(seed)
    index = np.argwhere(mask.values) + np.array(mask.offset)
    inside = mask.lattice.to_lps(index)
    extent = np.ptp(inside, axis=0)
    wanted = inside.mean(axis=0) + rng.normal(0, CLICK_SHARE, (count, 3)) * extent
    return [inside[((inside - point) ** 2).sum(axis=1).argmin()] for point in wanted]


def boxes(mask: Image, count: int, seed: int = 0, sd_mm: float = JITTER_MM) -> list[np.ndarray]:
    """Boxes around a lesion, as so many readers draw them.

    Parameters
    ----------
    mask : Image of bool
        The lesion, not empty, in any axis order.
    count : int
        Readers.
    seed : int, optional
        Of the errors.
    sd_mm : float, optional
        SD of the error of each side.

    Returns
    -------
    list of ndarray, shape (2, 3), LPS mm
        Two opposite corners: of the smallest box of voxels along the lattice's axes, each moved along them.

    Raises
    ------
    ValueError
        When the mask is empty.
    """
    part = Box.around(mask.values, mask.offset)
    if part is None:
        raise ValueError("the mask is empty")
    rng = np.random.default_rng(seed)
    corners = np.array([part.start, part.stop]) - 0.5
    steps = sd_mm / np.array(mask.lattice.spacing)
    return [mask.lattice.to_lps(corners + rng.normal(0, 1, (2, 3)) * steps) for _ in range(count)]


def dice(one: Image, other: Image) -> float:
    """Overlap of two masks on one lattice: twice the voxels of both over the sum of each one's.

    Parameters
    ----------
    one, other : Image of bool
        Not both empty.
    """
    box = one.box.union(other.box)
    a, b = one.within(box, False), other.within(box, False)
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def foreign_share(image: Image, truth: Image, ends: np.ndarray) -> float:
    """How much of a stroke runs through what its lesion is not made of: bone, air, bright vessel.

    It judges the stroke by the lesion's true voxels, to count such strokes apart; no segmentation may use it.

    Parameters
    ----------
    image : Image
        CT in HU.
    truth : Image of bool
        The lesion on the same lattice, not empty.
    ends : ndarray, shape (2, 3), LPS mm
        The stroke.

    Returns
    -------
    float
        Share of the stroke's length, 0 to 1, whose HU lie above `HIGHEST_SOFT_HU` or below `LOWEST_SOFT_HU`
        while the lesion's median does not. The ends up to where the stroke first meets the lesion do not
        count: they overshoot its border.
    """
    from scipy.ndimage import map_coordinates

    length = float(np.linalg.norm(ends[1] - ends[0]))
    share = np.linspace(0, 1, max(2, int(np.ceil(length / STEP_MM)) + 1))[:, None]
    index = image.lattice.to_index(ends[0] + share * (ends[1] - ends[0])).T
    in_truth = index - np.array(truth.offset)[:, None]
    met = np.flatnonzero(map_coordinates(truth.values.astype(np.uint8), in_truth, order=0))
    if met.size == 0:
        return 0.0
    in_image = index - np.array(image.offset)[:, None]
    values = map_coordinates(image.values.astype(np.float32), in_image, order=1, mode="nearest")
    between = values[met[0] : met[-1] + 1]
    middle = float(np.median(image.within(truth.box)[truth.values]))
    foreign = (between > HIGHEST_SOFT_HU) & (middle <= HIGHEST_SOFT_HU)
    foreign |= (between < LOWEST_SOFT_HU) & (middle >= LOWEST_SOFT_HU)
    return float(foreign.sum() / len(values))
