"""Whether values in arbitrary units can be those of a scan."""

from __future__ import annotations

import numpy as np

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
    values = image.values
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if finite.size == 0 or finite.min() != finite.max():
        return ""
    return f"All voxel values are the same ({finite.min():g}). Export the image again."
