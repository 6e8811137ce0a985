"""Whether values can be Hounsfield units.

In a CT of a body there is air or fat below water, little is as dense as compact bone, and its values are cut
off nowhere near tissue. From one slice to the next most voxels change little: where most of them change by
about the same amount, a slice was made with another rescale intercept.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ..geometry.image import Image
from ..thresholds import (
    DENSE_ABOVE_HU,
    DENSE_SHARE,
    HU_CUT_OFF_ABOVE,
    HU_CUT_OFF_SHARE,
    HU_LIMITS,
    HU_LOW_SHARE,
    HU_MIN_SPAN,
    HU_MUST_REACH_BELOW,
    PADDING_BELOW_HU,
    SLICE_RANGE_HU,
    SLICE_SHIFT_HU,
    SLICE_SHIFT_SHARE,
    SLICE_SHIFT_TOLERANCE,
    SLICE_STEP_HU,
    TOO_LOW_SHARE,
)

CHECK_EXPORT = "Check that the export applied rescale slope and intercept."

# Voxels that are looked at of a slice, and at least two ways of going on from one to the next.
VOXELS_A_SLICE = 4096
MIN_SLICES = 3


def no_hounsfield(image: Image) -> str:
    """Why the values of a CT cannot be in Hounsfield units, a sentence; "" where they can.

    Parameters
    ----------
    image : Image
        Any axis order.

    Returns
    -------
    str
    """
    values = image.canonical().values
    if values.size == 0:
        return ""
    lowest, highest = _ends(values)
    if lowest > highest:
        return ""
    sampled = _sampled(values)
    finite = sampled[np.isfinite(sampled)]
    of_whole = _no_scan(finite, lowest, highest)
    of_slices = "" if of_whole else _implausible_slices(sampled)
    of_whole = of_whole or ("" if of_slices else _no_tissue(finite, lowest))
    if of_whole:
        ends = f"{lowest:g} to {highest:g}"
        of_whole = f"The voxel values ({ends}) do not look like Hounsfield units: {of_whole}."
    problem = of_whole or of_slices
    return f"{problem} {CHECK_EXPORT}" if problem else ""


def _ends(values: np.ndarray) -> tuple[float, float]:
    """Lowest and highest finite value; the lowest is above the highest where there is none."""
    if values.dtype.kind == "f":
        finite = np.isfinite(values)
        return (
            float(values.min(where=finite, initial=np.inf)),
            float(values.max(where=finite, initial=-np.inf)),
        )
    return float(values.min()), float(values.max())


def _sampled(values: np.ndarray) -> np.ndarray:
    """Some voxels of each slice, the same ones of all, float32 (slices, voxels)."""
    _, rows, columns = values.shape
    step = max(1, int((rows * columns / VOXELS_A_SLICE) ** 0.5))
    some = values[:, ::step, ::step].astype(np.float32)
    return some.reshape(len(some), -1)


def _no_scan(sampled: np.ndarray, lowest: float, highest: float) -> str:
    """Why values cannot come from any CT; empty where they can."""
    if lowest < HU_LIMITS[0] or highest > HU_LIMITS[1]:
        return "no CT has values like these"
    if highest - lowest < HU_MIN_SPAN:
        return "a CT spans more than this"
    if np.mean(sampled < HU_MUST_REACH_BELOW) < HU_LOW_SHARE:
        return "nothing is below water (0 HU), neither air nor fat"
    return ""


def _no_tissue(sampled: np.ndarray, lowest: float) -> str:
    """Why values cannot be those of a body in air; empty where they can."""
    low = sampled[sampled < PADDING_BELOW_HU]
    if low.size > TOO_LOW_SHARE * sampled.size and np.ptp(low) > HU_MIN_SPAN:
        return f"{_percent(low.size / sampled.size)} lie below air (-1000 HU)"
    dense = float(np.mean(sampled > DENSE_ABOVE_HU))
    if dense > DENSE_SHARE:
        return f"{_percent(dense)} are as dense as compact bone (above {DENSE_ABOVE_HU:.0f} HU)"
    cut = float(np.mean(sampled == lowest))
    if lowest > HU_CUT_OFF_ABOVE and cut > HU_CUT_OFF_SHARE:
        return f"they are cut off at {lowest:g} HU ({_percent(cut)} have this value)"
    return ""


def _implausible_slices(sampled: np.ndarray) -> str:
    """Which slices have other values than their neighbours, in words; empty for none."""
    if len(sampled) < MIN_SLICES:
        return ""
    # A missing slice reads as padding: it has no values, and is told of by itself (`ct.missing_slice`).
    measured = np.any(sampled >= PADDING_BELOW_HU, axis=1)
    sampled = np.where(measured[:, None], sampled, np.nan)
    varies = np.flatnonzero(np.ptp(sampled, axis=1) != 0)
    blank = np.setdiff1d(np.arange(varies[0], varies[-1]), varies) if varies.size else varies
    if blank.size:
        return f"Slice {blank[0] + 1} of {len(sampled)} (counted from the feet) holds a single value."
    shifts = _shifts(sampled)
    found = np.flatnonzero(shifts)
    total = f"of {len(sampled)} (counted from the feet)"
    for first, second in pairwise(found):
        if abs(shifts[first] + shifts[second]) <= SLICE_SHIFT_TOLERANCE * abs(shifts[first]):
            single = second == first + 1
            where = f"Slice {first + 2}" if single else f"Slices {first + 2} to {second + 1}"
            return f"{where} {total} {'lies' if single else 'lie'} {_amount(shifts[first])} the neighbours."
    for at in found:
        both = np.nanpercentile(sampled[at : at + 2], (2, 98), axis=1)
        if abs(shifts[at]) > SLICE_STEP_HU and np.all(np.diff(both, axis=0) > SLICE_RANGE_HU):
            return f"From slice {at + 2} {total} on, values lie {_amount(shifts[at])} those before."
    return ""


def _shifts(sampled: np.ndarray) -> np.ndarray:
    """By how much most voxels change alike to the next slice, HU (slices - 1,); 0 where they do not."""
    change = np.diff(sampled, axis=0)
    change[~np.isfinite(change)] = 0
    shift = np.median(change, axis=1)
    near = np.abs(change - shift[:, None]) <= SLICE_SHIFT_TOLERANCE * np.abs(shift)[:, None]
    alike = near.mean(axis=1) > SLICE_SHIFT_SHARE
    return np.where(alike & (np.abs(shift) > SLICE_SHIFT_HU), shift, 0.0)


def _amount(shift: float) -> str:
    return f"about {abs(shift):.0f} HU {'above' if shift > 0 else 'below'}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
