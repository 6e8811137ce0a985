"""From the positions of slices to a lattice. What is no regular stack is refused, never straightened.

Missing slices are gaps: a lesion across one is refused, the others are scored with a warning. Planes of
segmentations and contours lie on the CT's slices, or are equally spaced ones of their own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...findings import Finding, Refusal, Severity
from ...geometry.image import Lattice, as_triple
from ...lesion import Lesion
from ...settings import Settings
from ...thresholds import GAP_FROM_STEPS, MAX_POSITION_MM, MAX_TILT_DEG, MAX_UNEVEN_SHARE, SPACING_LIMITS_MM
from .headers import SliceHeader

# The thresholds are ours. Distances are of positions in the patient.
SAME_PLACE_MM = 0.01
# Sideways steps between slices, as a share of a pixel.
MAX_SIDEWAYS_SHARE = 0.25
# With more slices missing than there are, it is no series with a gap.
MAX_MISSING_SHARE = 0.5
DIRECTION_TOLERANCE = 1e-3
# Interpolating between slices looks one slice beyond the outermost one that is needed.
INTERPOLATION_SLICES = 1
# Planes count as the CT's slices, or as equally spaced, when none is farther off than this share of the
# distance: positions are written with few decimals.
PLANE_TOLERANCE = 0.1


@dataclass(frozen=True)
class Gap:
    """Slices of the lattice, `start` to before `stop`, of which nothing is known.

    Parameters
    ----------
    start, stop : int, slice numbers
    start_mm, stop_mm : float, positions along the lattice's axis of the slices beside them, mm
    """

    start: int
    stop: int
    start_mm: float
    stop_mm: float

    @property
    def text(self) -> str:
        """Which slices are missing, in words."""
        count = self.stop - self.start
        missing = "a slice is" if count == 1 else f"{count} slices are"
        return f"{missing} missing between {self.start_mm:.1f} and {self.stop_mm:.1f} mm"

    @property
    def sentence(self) -> str:
        """The beginning of a sentence of which slices are missing."""
        return self.text[0].upper() + self.text[1:]


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices as a regular stack.

    Parameters
    ----------
    lattice : Lattice of all slices, missing ones included
    slices : tuple of (int, tuple of SliceHeader), by k the slices at each place: several are duplicates
    gaps : tuple of Gap, the places where no slice lies
    """

    lattice: Lattice
    slices: tuple[tuple[int, tuple[SliceHeader, ...]], ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, eq=False)
class Planes:
    """Parallel planes, numbered: plane n lies at `start + n * step`, in slices of the CT.

    Parameters
    ----------
    start, step : float, in slices of the CT
    numbers : ndarray of int, shape (planes,), one for each position
    own : bool, whether the planes are others than the CT's slices
    """

    start: float
    step: float
    numbers: np.ndarray
    own: bool


def stack(slices: Sequence[SliceHeader]) -> Stack:
    """The stack of slices that have the same orientation and size.

    The k axis runs along the normal of the slices (rows cross columns), so that the axes are right-handed.

    Parameters
    ----------
    slices : sequence of SliceHeader, in any order

    Raises
    ------
    Refusal
        `ct.gantry_tilt`, `ct.variable_spacing`, `ct.missing_slice` for more gaps than slices,
        `ct.unreadable` for a single slice and without positions.
    """
    rows, columns, normal = _axes(slices[0])
    places = sorted(((float(np.dot(_position(s), normal)), s) for s in slices), key=lambda pair: pair[0])
    groups = _same_places(places)
    if len(groups) < 2:
        raise Refusal(
            "ct.unreadable",
            "It is a single DICOM slice; a volume has several. Name the folder that holds its slices.",
        )
    heights = np.array([height for height, _ in groups])
    points = np.array([_position(same[0]) for _, same in groups])
    _check_tilt(points, normal)
    spacing, numbers = _steps(heights)
    first = groups[0][1][0]
    down, across = first.pixel_spacing or (0.0, 0.0)
    smallest, largest = SPACING_LIMITS_MM
    if not smallest <= min(spacing, down, across) <= max(spacing, down, across) <= largest:
        raise Refusal("ct.unreadable", f"Its voxels measure {across:g} x {down:g} x {spacing:g} mm.")
    everywhere = np.array([_position(header) for _, header in places])
    _check_sideways(everywhere, normal, min(down, across))
    lattice = Lattice(
        shape=(int(numbers[-1]) + 1, first.pixels.rows, first.pixels.columns) if first.pixels else (0, 0, 0),
        spacing=(spacing, down, across),
        origin=as_triple(points[0]),
        # The second array axis runs down the columns, the third along the rows.
        axes=(as_triple(normal), as_triple(columns), as_triple(rows)),
    )
    members = tuple((int(k), same) for k, (_, same) in zip(numbers, groups, strict=True))
    gaps = tuple(
        Gap(int(numbers[at]) + 1, int(numbers[at + 1]), float(heights[at]), float(heights[at + 1]))
        for at in np.flatnonzero(np.diff(numbers) > 1)
    )
    return Stack(lattice, members, gaps)


def check_gaps(
    gaps: Sequence[Gap], lesions: Sequence[Lesion], settings: Settings
) -> Mapping[str, tuple[Finding, ...]]:
    """By a lesion's id what missing slices mean for it; nothing when there are none.

    Parameters
    ----------
    gaps : sequence of Gap, of the CT that the lesions' lattice is of
    lesions : sequence of Lesion
    settings : Settings, whose ring gives how far beyond a lesion voxels are needed
    """
    return {lesion.id: tuple(_check_gap(gap, lesion, settings) for gap in gaps) for lesion in lesions if gaps}


def planes_at(positions: np.ndarray, distance: float | None = None) -> Planes | None:
    """The planes at these positions, or None when they lie between slices at unequal distances.

    Parameters
    ----------
    positions : ndarray of float, shape (planes,), continuous numbers of the CT's slices
    distance : float or None, of neighbouring planes in slices where it is known; else that of the CT's slices
        or, where the planes are others, the smallest that occurs
    """
    nearest = np.rint(positions)
    as_slices = distance is None or abs(distance - 1.0) <= PLANE_TOLERANCE
    if as_slices and np.abs(positions - nearest).max() <= PLANE_TOLERANCE:
        return Planes(0.0, 1.0, nearest.astype(int), own=False)
    ordered = np.unique(positions)
    gaps = np.diff(ordered)
    gaps = gaps[gaps > PLANE_TOLERANCE]
    step = distance or (float(gaps.min()) if gaps.size else 1.0)
    numbers = (positions - ordered[0]) / step
    # The smallest of rounded gaps would drift away over many planes: fit all of them.
    whole = np.rint(numbers)
    if distance is None and whole.max() > 0:
        step = float((positions - ordered[0]) @ whole / (whole @ whole))
    off = np.abs(positions - ordered[0] - whole * step).max()
    if off > PLANE_TOLERANCE * step:
        return None
    return Planes(float(ordered[0]), step, whole.astype(int), own=True)


def _check_gap(gap: Gap, lesion: Lesion, settings: Settings) -> Finding:
    lattice = lesion.mask.lattice
    reach_mm = settings.ring.outer_mm + (settings.extraction.spacing_mm or max(lattice.spacing))
    margin = math.ceil(reach_mm / lattice.spacing[0]) + INTERPOLATION_SLICES
    if lesion.box and lesion.box.start[0] - margin < gap.stop and gap.start < lesion.box.stop[0] + margin:
        text = f"{gap.sentence}, within the lesion or its ring: export or send the series again."
        return Finding("ct.missing_slice", Severity.REFUSE, text)
    return Finding("ct.missing_slice", Severity.WARN, f"{gap.sentence}, away from this lesion and its ring.")


def _axes(header: SliceHeader) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if header.orientation is None or header.pixel_spacing is None:
        missing = "how they lie (ImageOrientationPatient)" if header.pixel_spacing else "their PixelSpacing"
        raise Refusal("ct.unreadable", f"Its slices do not say {missing}.")
    rows, columns = (np.array(axis) for axis in header.orientation)
    lengths = np.array([np.linalg.norm(rows), np.linalg.norm(columns)])
    if np.abs(lengths - 1).max() > DIRECTION_TOLERANCE or abs(rows @ columns) > DIRECTION_TOLERANCE:
        raise Refusal("ct.unreadable", "Its ImageOrientationPatient is not two unit vectors at right angles.")
    rows = rows / lengths[0]
    normal = np.cross(rows, columns)
    normal /= np.linalg.norm(normal)
    return rows, np.cross(normal, rows), normal


def _position(header: SliceHeader) -> np.ndarray:
    if header.position is None:
        raise Refusal("ct.unreadable", "Its slices do not say where they lie (ImagePositionPatient).")
    if max(map(abs, header.position)) > MAX_POSITION_MM:
        raise Refusal("ct.unreadable", "Its ImagePositionPatient lies outside of any scanner.")
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
        raise Refusal(
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
        raise Refusal("ct.variable_spacing", f"Slices are shifted sideways by up to {furthest:.2f} mm.")


def _steps(heights: np.ndarray) -> tuple[float, np.ndarray]:
    """The distance between slices and each slice's number; missing slices are counted."""
    steps = np.diff(heights)
    usual = float(np.median(steps))
    counts = np.where(steps > GAP_FROM_STEPS * usual, np.rint(steps / usual), 1.0)
    uneven = np.abs(steps - counts * usual) > MAX_UNEVEN_SHARE * usual * counts
    if uneven.any():
        raise Refusal(
            "ct.variable_spacing",
            f"Slices are {steps.min():.2f} to {steps.max():.2f} mm apart, and one volume needs the same "
            f"distance everywhere (within {100 * MAX_UNEVEN_SHARE:g} %). Resample it, or use an even series.",
        )
    total = float(counts.sum())
    if total - len(steps) > MAX_MISSING_SHARE * total:
        raise Refusal(
            "ct.missing_slice",
            f"{total - len(steps):,.0f} slices are missing and {len(heights):,} are there: "
            "export or send the series again.",
        )
    numbers = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return float((heights[-1] - heights[0]) / total), numbers
