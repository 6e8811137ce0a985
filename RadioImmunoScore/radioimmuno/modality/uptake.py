"""Whether values can be standardized uptake values.

What a patient was given spreads over the body: SUV of most tissues lie around 1, those of tumors, brain and
bladder higher, and nowhere is uptake negative but for noise.
"""

from __future__ import annotations

import numpy as np

from ..geometry.image import Image
from ..thresholds import (
    SUV_BODY_MEDIAN,
    SUV_BODY_SHARE,
    SUV_HIGH,
    SUV_HIGH_SHARE,
    SUV_NEGATIVE,
    SUV_NEGATIVE_SHARE,
)

# As many voxels tell shares of a whole image.
SAMPLED = 1_000_000
TAKE_DICOM = "Check that the export made SUV of the values, or take the DICOM series."


def no_uptake(image: Image) -> str:
    """Why values cannot be SUV, a sentence; "" where they can.

    Parameters
    ----------
    image : Image
        Any axis order.

    Returns
    -------
    str
    """
    values = _finite(image)
    if values.size == 0:
        return ""
    lowest, highest = float(values.min()), float(values.max())
    problem = _no_suv(values, lowest, highest)
    if not problem:
        return ""
    ends = f"{lowest:g} to {highest:g}"
    return f"The voxel values ({ends}) do not look like SUV: {problem}. {TAKE_DICOM}"


def unusual_uptake(image: Image) -> str:
    """Why values, which can be SUV, are unusually low or high, a sentence; "" where they are not.

    Parameters
    ----------
    image : Image
        Any axis order; a part of the body is enough.

    Returns
    -------
    str
    """
    values = _finite(image)
    if values.size == 0:
        return ""
    values = _sampled(values)
    body = values[values > SUV_BODY_SHARE * np.percentile(values, 99)]
    if body.size == 0:
        return ""
    middle = float(np.median(body))
    lowest, highest = SUV_BODY_MEDIAN
    if lowest <= middle <= highest:
        return ""
    side = "low" if middle < lowest else "high"
    return (
        f"SUV are unusually {side}: half of what takes up anything lies below {middle:.3g}; {lowest:g} to "
        f"{highest:g} is usual. Check dose, weight and times."
    )


def _finite(image: Image) -> np.ndarray:
    values = image.values
    return values[np.isfinite(values)] if values.dtype.kind == "f" else values.ravel()


def _sampled(values: np.ndarray) -> np.ndarray:
    return values[:: max(1, values.size // SAMPLED)]


def _no_suv(values: np.ndarray, lowest: float, highest: float) -> str:
    if lowest == highest:
        return "all are the same"
    if values.dtype.kind in "iu":
        return "they are whole numbers, and SUV have decimals"
    values = _sampled(values)
    if np.mean(values < SUV_NEGATIVE) > SUV_NEGATIVE_SHARE:
        return f"{_percent(values < SUV_NEGATIVE)} are negative, and uptake is not"
    if np.mean(values > SUV_HIGH) > SUV_HIGH_SHARE:
        return f"{_percent(values > SUV_HIGH)} are above {SUV_HIGH:g}, and no tracer gathers like this"
    return ""


def _percent(where: np.ndarray) -> str:
    return f"{100 * float(where.mean()):.0f} %"
