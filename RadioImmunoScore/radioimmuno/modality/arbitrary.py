"""Whether values in arbitrary units can be those of a scan."""

from __future__ import annotations

import numpy as np

from ..geometry.image import Image

# A scan has hundreds of different values, a label map of lesions or organs few (ours).
LABELS = 20
# As many voxels tell how many there are.
SAMPLED = 1_000_000


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
    if finite.size == 0:
        return ""
    if finite.min() == finite.max():
        return f"All voxel values are the same ({finite.min():g}). Export the image again."
    if values.dtype.kind not in "iu":
        return ""
    sampled = values.reshape(-1)[:: max(1, values.size // SAMPLED)]
    count = np.unique(sampled).size
    if count > LABELS:
        return ""
    return f"The voxels hold {count} different whole numbers alone: a label map, and not the scan. Name that."
