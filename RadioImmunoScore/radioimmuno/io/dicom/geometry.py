"""From the positions of slices to a lattice. What is no regular stack is refused, never straightened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...findings import Finding, Severity
from ...geometry.image import Lattice, Triple
from ...thresholds import GAP_FROM_STEPS, MAX_POSITION_MM, MAX_TILT_DEG, MAX_UNEVEN_SHARE, SPACING_LIMITS_MM
from .gaps import Gap
from .header import SliceHeader

# The thresholds are ours. Distances are of positions in the patient.
SAME_PLACE_MM = 0.01
# Sideways steps between slices, as a share of a pixel.
MAX_SIDEWAYS_SHARE = 0.25
# With more slices missing than there are, it is no series with a gap.
MAX_MISSING_SHARE = 0.5
DIRECTION_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices as a regular stack.

    Parameters
    ----------
    lattice : of all slices, missing ones included
    slices : slices by their k, for each place all that lie there (duplicates)
    gaps : the places where no slice lies
    """

    lattice: Lattice
    slices: tuple[tuple[int, tuple[SliceHeader, ...]], ...]
    gaps: tuple[Gap, ...]


class NoStack(Exception):
    """Slices that make no regular stack: the finding says why."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.finding = Finding(code, Severity.REFUSE, text)


def stack(slices: Sequence[SliceHeader]) -> Stack:
    """The stack of slices that have the same orientation and size.

    The k axis runs along the normal of the slices (rows cross columns), so that the axes are right-handed.

    Raises
    ------
    NoStack
        With a finding: tilt, uneven steps, no positions.
    """
    rows, columns, normal = _axes(slices[0])
    places = sorted(((float(np.dot(_position(s), normal)), s) for s in slices), key=lambda pair: pair[0])
    groups = _same_places(places)
    if len(groups) < 2:
        raise NoStack(
            "ct.unreadable",
            "It is a single DICOM slice; a CT volume has several. Name the folder that holds its slices.",
        )
    heights = np.array([height for height, _ in groups])
    points = np.array([_position(same[0]) for _, same in groups])
    _check_tilt(points, normal)
    spacing, numbers = _steps(heights)
    first = groups[0][1][0]
    down, across = first.pixel_spacing or (0.0, 0.0)
    smallest, largest = SPACING_LIMITS_MM
    if not smallest <= min(spacing, down, across) <= max(spacing, down, across) <= largest:
        raise NoStack("ct.unreadable", f"Its voxels measure {across:g} x {down:g} x {spacing:g} mm.")
    everywhere = np.array([_position(header) for _, header in places])
    _check_sideways(everywhere, normal, min(down, across))
    lattice = Lattice(
        shape=(int(numbers[-1]) + 1, first.pixels.rows, first.pixels.columns) if first.pixels else (0, 0, 0),
        spacing=(spacing, down, across),
        origin=_triple(points[0]),
        # The second array axis runs down the columns, the third along the rows.
        axes=(_triple(normal), _triple(columns), _triple(rows)),
    )
    members = tuple((int(k), same) for k, (_, same) in zip(numbers, groups, strict=True))
    return Stack(lattice, members, _gaps(heights, numbers))


def _axes(header: SliceHeader) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if header.orientation is None or header.pixel_spacing is None:
        missing = "how they lie (ImageOrientationPatient)" if header.pixel_spacing else "their PixelSpacing"
        raise NoStack("ct.unreadable", f"Its slices do not say {missing}.")
    rows, columns = (np.array(axis) for axis in header.orientation)
    lengths = np.array([np.linalg.norm(rows), np.linalg.norm(columns)])
    if np.abs(lengths - 1).max() > DIRECTION_TOLERANCE or abs(rows @ columns) > DIRECTION_TOLERANCE:
        raise NoStack("ct.unreadable", "Its ImageOrientationPatient is not two unit vectors at right angles.")
    rows = rows / lengths[0]
    normal = np.cross(rows, columns)
    normal /= np.linalg.norm(normal)
    return rows, np.cross(normal, rows), normal


def _position(header: SliceHeader) -> np.ndarray:
    if header.position is None:
        raise NoStack("ct.unreadable", "Its slices do not say where they lie (ImagePositionPatient).")
    if max(map(abs, header.position)) > MAX_POSITION_MM:
        raise NoStack("ct.unreadable", "Its ImagePositionPatient lies outside of any scanner.")
    return np.array(header.position)


def _same_places(
    places: Sequence[tuple[float, SliceHeader]],
) -> list[tuple[float, tuple[SliceHeader, ...]]]:
    """Slices at one height together; `places` are sorted."""
    groups: list[tuple[float, list[SliceHeader]]] = []
    for height, header in places:
        if groups and height - groups[-1][0] <= SAME_PLACE_MM:
            groups[-1][1].append(header)
        else:
            groups.append((height, [header]))
    return [(height, tuple(same)) for height, same in groups]


def _check_tilt(points: np.ndarray, normal: np.ndarray) -> None:
    along = points[-1] - points[0]
    height = float(along @ normal)
    tilt = float(np.degrees(np.arctan2(np.linalg.norm(along - height * normal), height)))
    if tilt > MAX_TILT_DEG:
        raise NoStack(
            "ct.gantry_tilt",
            f"The slices are stacked at {tilt:.1f} degrees to their normal (gantry tilt): the volume is a "
            "sheared one. Resample it to right angles, or use a series that was reconstructed without tilt.",
        )


def _check_sideways(points: np.ndarray, normal: np.ndarray, pixel_mm: float) -> None:
    """Refuse slices that step out of line: the table or the centre of reconstruction was moved."""
    along = points - points[0]
    aside = along - np.outer(along @ normal, normal)
    furthest = float(np.linalg.norm(aside, axis=1).max())
    if furthest > MAX_SIDEWAYS_SHARE * pixel_mm:
        raise NoStack("ct.variable_spacing", f"Slices are shifted sideways by up to {furthest:.2f} mm.")


def _steps(heights: np.ndarray) -> tuple[float, np.ndarray]:
    """The distance between slices and each slice's number; missing slices are counted."""
    steps = np.diff(heights)
    usual = float(np.median(steps))
    counts = np.where(steps > GAP_FROM_STEPS * usual, np.rint(steps / usual), 1.0)
    uneven = np.abs(steps - counts * usual) > MAX_UNEVEN_SHARE * usual * counts
    if uneven.any():
        raise NoStack(
            "ct.variable_spacing",
            f"Slices are {steps.min():.2f} to {steps.max():.2f} mm apart, and one volume needs the same "
            f"distance everywhere (within {100 * MAX_UNEVEN_SHARE:g} %). Resample it, or use an even series.",
        )
    total = float(counts.sum())
    if total - len(steps) > MAX_MISSING_SHARE * total:
        raise NoStack(
            "ct.missing_slice",
            f"{total - len(steps):,.0f} slices are missing and {len(heights):,} are there: "
            "export or send the series again.",
        )
    numbers = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return float((heights[-1] - heights[0]) / total), numbers


def _gaps(heights: np.ndarray, numbers: np.ndarray) -> tuple[Gap, ...]:
    return tuple(
        Gap(int(numbers[at]) + 1, int(numbers[at + 1]), float(heights[at]), float(heights[at + 1]))
        for at in np.flatnonzero(np.diff(numbers) > 1)
    )


def _triple(values: np.ndarray) -> Triple:
    x, y, z = (float(v) for v in values)
    return x, y, z
