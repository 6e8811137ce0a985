"""Whether values in arbitrary units can be those of a scan."""

from __future__ import annotations

from ..geometry.image import Image


def no_intensities(image: Image) -> str:
    """Why values cannot be those of a scan, a sentence; "" where they can.

    Parameters
    ----------
    image : Image
        Any axis order.

    Returns
    -------
    str
    """
    return ""
