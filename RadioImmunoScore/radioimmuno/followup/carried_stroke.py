"""A lesion of an earlier study as a stroke in the next: its long axis, carried over by the registration."""

from __future__ import annotations

from ..findings import InputError
from ..geometry.axes import Ends, measure_axes
from ..geometry.image import Image
from .registration import Registration


def carried_stroke(registration: Registration, mask: Image) -> Ends:
    """Where a lesion's long axis would be in the follow-up, had it only moved with the body.

    Parameters
    ----------
    registration : Registration
    mask : Image
        Bool Image of the baseline.

    Returns
    -------
    tuple of two points
        LPS mm, in the follow-up.

    Raises
    ------
    InputError
        `stroke.outside` when the follow-up does not show the place.
    """
    axes = measure_axes(registration.carry(mask))
    if axes is None:
        raise InputError("stroke.outside", "The lesion's place lies outside of the CT of this study.")
    return axes.long_ends
