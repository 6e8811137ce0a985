"""A simulated reader who corrects a segmentation where its error is largest: to measure corrections with.

The reader knows the reference mask, and uses it to place the next stroke or click, for nothing else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..geometry.image import Image, Lattice, Triple, as_triple

ADD: Literal["add"] = "add"
REMOVE: Literal["remove"] = "remove"
BORDER: Literal["border"] = "border"
STROKE: Literal["stroke"] = "stroke"

# Errors no thicker in their slice are not looked at: readers differ by as much.
RIM_MM = 2.0

# Errors of a smaller share of the reference's volume are not worth a correction.
LEAST_SHARE = 0.002

# SD of each coordinate in the slice of a stroke's ends and of a click.
JITTER_MM = 2.0

# A stroke is drawn anew when less than this share of it lies in the error, or it is less than this share of
# what it was meant to be; after so many times it is as it was meant.
LEAST_INSIDE, LEAST_LENGTH, DRAWN_AT_MOST = 0.8, 0.5, 20

# Directions of chords, over half a turn; steps of a chord in voxels.
DIRECTIONS, STEP_VOXELS = 48, 0.25


@dataclass(frozen=True)
class Correction:
    """One gesture of a reader.

    Parameters
    ----------
    what : str
        `ADD` or `REMOVE`, with the two ends of a stroke, or `BORDER`, with one point.
    points : tuple of points
        LPS mm.
    """

    what: Literal["add", "remove", "border"]
    points: tuple[Triple, ...]


@dataclass(frozen=True, eq=False)
class _Error:
    """One connected error in the axial slice in which it is largest.

    `plane` holds its voxels there, rims included, (j, i); `depth_mm` each one's distance from what is right.
    """

    what: Literal["add", "remove"]
    number: int
    plane: np.ndarray
    depth_mm: np.ndarray


def next_correction(
    found: Image,
    reference: Image,
    rng: np.random.Generator,
    kind: Literal["stroke", "border"] = STROKE,
) -> Correction | None:
    """The gesture with which a reader corrects the largest error of a mask.

    Errors are what was missed and what is too much, each without the parts that are no thicker than `RIM_MM`
    or a voxel in their axial slice, or one slice through them; connected voxels are one error. The largest
    has the largest volume, which takes thickness and extent into account, also through slices. The reader
    goes to the slice in which it is largest.

    A stroke runs through the thickest place of the error there, along the longest straight line that stays
    inside, from border to border; both ends are moved by Gaussian errors of `JITTER_MM`. The reader looks:
    most of the stroke stays in the error. A click lies on the reference's border in the same slice, where it
    is farthest from the border that was found, moved by the same errors.

    Parameters
    ----------
    found, reference : Image
        Bool masks on the same lattice, in the same axis order; any crops of it.
    rng : Generator
        What makes the jitter.
    kind : str
        `STROKE` or `BORDER`.

    Returns
    -------
    Correction or None
        None when no error is worth a correction.

    Raises
    ------
    ValueError
        When the reference is empty.
    """
    truth, mask = reference.trimmed(), found.trimmed()
    if not truth.values.size:
        raise ValueError("the reference is empty")
    box = truth.box.union(mask.box) if mask.values.size else truth.box
    box = box.grow(1)
    wanted = Image(truth.within(box, False), truth.lattice, box.start).canonical()
    have = Image(mask.within(box, False), truth.lattice, box.start).canonical()
    error = _largest(have.values, wanted.values, wanted.lattice)
    if error is None:
        return None
    spacing = np.array(wanted.lattice.spacing[1:])
    if kind == BORDER:
        number, place = _click(error, have, wanted)
        place = place + rng.normal(0, JITTER_MM, 2) / spacing
        return Correction(BORDER, (_in_space(wanted, number, place),))
    ends = _drawn(error, spacing, rng)
    first, last = (_in_space(wanted, error.number, end) for end in ends)
    return Correction(error.what, (first, last))


def _largest(have: np.ndarray, wanted: np.ndarray, lattice: Lattice) -> _Error | None:
    """The largest error in the slice in which it is largest; None when none is worth a correction."""
    from scipy.ndimage import label

    best: _Error | None = None
    most: float = LEAST_SHARE * np.count_nonzero(wanted)
    for what, wrong in ((ADD, wanted & ~have), (REMOVE, have & ~wanted)):
        depth = _depth(wrong, lattice)
        thick = 2 * depth - max(lattice.spacing[1:]) > max(RIM_MM, *lattice.spacing[1:])
        beside = np.pad(thick, ((1, 1), (0, 0), (0, 0)))
        pieces, _ = label(thick & (beside[:-2] | beside[2:]), np.ones((3, 3, 3)))
        sizes = np.bincount(pieces.ravel())
        sizes[0] = 0
        if sizes.max() > most:
            most = int(sizes.max())
            piece = pieces == int(sizes.argmax())
            number = int(np.count_nonzero(piece, axis=(1, 2)).argmax())
            depth = np.where(piece[number], depth[number], 0)
            best = _Error(what, number, wrong[number], depth)
    return best


def _depth(wrong: np.ndarray, lattice: Lattice) -> np.ndarray:
    """Distance (k, j, i) in mm of each voxel from the nearest one in its slice that is not wrong."""
    from scipy.ndimage import distance_transform_edt

    depth = np.zeros(wrong.shape)
    for number in np.flatnonzero(wrong.any(axis=(1, 2))):
        depth[number] = distance_transform_edt(wrong[number], sampling=lattice.spacing[1:])
    return depth


def _drawn(error: _Error, spacing: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The stroke's ends (2, 2) in voxels of the slice, as they are drawn."""
    meant = _chord(error, spacing)
    length = float(np.linalg.norm((meant[1] - meant[0]) * spacing))
    for _ in range(DRAWN_AT_MOST):
        ends = meant + rng.normal(0, JITTER_MM, (2, 2)) / spacing
        line = ends[0] + np.linspace(0, 1, 2 + int(length))[:, None] * (ends[1] - ends[0])
        long_enough = np.linalg.norm((ends[1] - ends[0]) * spacing) >= LEAST_LENGTH * length
        if long_enough and _at(error.plane, line).mean() >= LEAST_INSIDE:
            return ends
    return meant


def _chord(error: _Error, spacing: np.ndarray) -> np.ndarray:
    """The longest line (2, 2) inside the error through its thickest place, in voxels of the slice."""
    middle = np.array(np.unravel_index(int(error.depth_mm.argmax()), error.plane.shape))
    step = STEP_VOXELS * float(spacing.min())
    count = math.ceil(float(np.linalg.norm(np.array(error.plane.shape) * spacing)) / step)
    angles = np.pi * np.arange(2 * DIRECTIONS) / DIRECTIONS
    directions = np.column_stack([np.sin(angles), np.cos(angles)]) / spacing
    away = step * np.arange(count)
    inside = _at(error.plane, middle + directions[:, None] * away[:, None])
    reach = away[np.maximum(np.where(inside.all(axis=1), count, inside.argmin(axis=1)) - 1, 0)]
    best = int((reach[:DIRECTIONS] + reach[DIRECTIONS:]).argmax())
    both = [best + DIRECTIONS, best]
    return middle + directions[both] * reach[both][:, None]


def _click(error: _Error, have: Image, wanted: Image) -> tuple[int, np.ndarray]:
    """The slice and place (2,) on the reference's border where it is farthest from the one found.

    Near the error in its slice; where the reference does not reach that, in the nearest slice that it does.
    """
    from scipy.ndimage import binary_dilation, distance_transform_edt

    spacing = wanted.lattice.spacing
    apart = sum(
        distance_transform_edt(side, sampling=spacing)
        for side in (have.values, ~have.values)
        if not side.all()
    )
    slices = np.flatnonzero(wanted.values.any(axis=(1, 2)))
    number = int(slices[np.abs(slices - error.number).argmin()])
    near = binary_dilation(error.plane, np.ones((3, 3)))
    truth, away = wanted.values[number], apart[number]
    places, distances, touching = [], [], []
    for axis in (0, 1):
        one, two = _neighbours(axis)
        between = truth[one] != truth[two]
        places.append(np.argwhere(between) + 0.5 * np.eye(2)[axis])
        distances.append((away[one] + away[two])[between])
        touching.append((near[one] | near[two])[between])
    touches = np.concatenate(touching)
    if number != error.number or not touches.any():
        touches = np.ones_like(touches)
    farthest = int(np.where(touches, np.concatenate(distances), -1.0).argmax())
    return number, np.concatenate(places)[farthest]


def _neighbours(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Pixels of a slice that have a next one along an axis, and those next ones."""
    lower = tuple(slice(None, -1) if each == axis else slice(None) for each in (0, 1))
    upper = tuple(slice(1, None) if each == axis else slice(None) for each in (0, 1))
    return lower, upper


def _at(plane: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Whether places (..., 2) in voxels lie in voxels of a plane that are set."""
    index = np.rint(places).astype(int)
    inside = ((index >= 0) & (index < plane.shape)).all(axis=-1)
    index = np.clip(index, 0, np.array(plane.shape) - 1)
    return plane[index[..., 0], index[..., 1]] & inside


def _in_space(image: Image, number: int, place: np.ndarray) -> Triple:
    """The LPS point of a place (2,) in a slice of the canonical crop, inside of the CT."""
    index = np.array([number, *place]) + image.offset
    return as_triple(image.lattice.to_lps(np.clip(index, 0, np.array(image.lattice.shape) - 1)))
