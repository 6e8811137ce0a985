"""Whether values can be standardized uptake values."""

from __future__ import annotations

from ..geometry.image import Image


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
    return ""
