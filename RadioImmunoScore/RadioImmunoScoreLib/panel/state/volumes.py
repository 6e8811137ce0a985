"""How large segments are before they are scored: counted in their label maps, again only after an edit."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...scene.geometry import imageToWorld, scalarsOf
from ...scene.masks import BINARY_LABELMAP

# A label map that segments share can be as large as the CT: the panel would stand still while it is counted.
MAX_COUNTED_VOXELS = 16_000_000

CC_PER_MM3 = 1e-3
DECIMALS = 6


class Volumes:
    """The volumes of segments; what was counted is kept until the voxels are others."""

    def __init__(self) -> None:
        self._counted: dict[str, tuple[tuple[int, int], float]] = {}

    def begin(self) -> None:
        """Forget all: segments of another segmentation may have the same IDs."""
        self._counted.clear()

    def of(self, segment: Any, segmentID: str) -> float | None:
        """A segment's volume in cc; None without a label map, or with one that is too large to count now."""
        labelmap = segment.GetRepresentation(BINARY_LABELMAP)
        if labelmap is None or labelmap.GetNumberOfPoints() > MAX_COUNTED_VOXELS:
            return None
        stamp = labelmap.GetMTime(), segment.GetLabelValue()
        known = self._counted.get(segmentID)
        if known is None or known[0] != stamp:
            known = self._counted[segmentID] = stamp, _volumeCc(labelmap, stamp[1])
        return known[1]


def _volumeCc(labelmap: Any, label: int) -> float:
    voxelMm3 = abs(float(np.linalg.det(imageToWorld(labelmap)[:3, :3])))
    voxels = int(np.count_nonzero(scalarsOf(labelmap) == label))
    # A saved scene keeps spacing to fewer digits.
    return round(voxels * voxelMm3 * CC_PER_MM3, DECIMALS)
