"""Which slices planes lie on: the CT's own where they coincide, else equally spaced ones of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Planes count as the CT's slices, or as equally spaced, when none is farther off than this share of the
# distance: positions are written with few decimals.
PLANE_TOLERANCE = 0.1


@dataclass(frozen=True, eq=False)
class Planes:
    """Parallel planes, numbered: plane n lies at `start + n * step`, in slices of the CT.

    Parameters
    ----------
    numbers : (planes,) a whole number for each plane that was asked about
    own : whether the planes are others than the CT's slices
    """

    start: float
    step: float
    numbers: np.ndarray
    own: bool


def planes_at(positions: np.ndarray, distance: float | None = None) -> Planes | None:
    """The planes at these positions, or None when they lie between slices at unequal distances.

    Parameters
    ----------
    positions : (planes,) continuous numbers of the CT's slices
    distance : of neighbouring planes where it is known, in slices; else that of the CT's slices or, where the
        planes are others, the smallest that occurs
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
