"""Which of many boxes meet another: what many lesions need, so that each looks at its neighbours alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .image import Box


class BoxIndex:
    """Boxes that can be asked which of them share voxels with another one.

    Parameters
    ----------
    boxes : sequence of Box or None
        On one lattice; None and boxes without a voxel meet nothing.
    """

    def __init__(self, boxes: Sequence[Box | None]) -> None:
        nothing = Box((0, 0, 0), (0, 0, 0))
        ends = [(box or nothing).start + (box or nothing).stop for box in boxes]
        table = np.array(ends, np.int64).reshape(-1, 6)
        self._start, self._stop = table[:, :3], table[:, 3:]
        self._filled = (self._start < self._stop).all(axis=1)

    def meeting(self, box: Box | None) -> list[int]:
        """The places, in ascending order, of the boxes that share voxels with this one."""
        if box is None or not box.size:
            return []
        met = self._filled & (self._start < box.stop).all(axis=1) & (self._stop > box.start).all(axis=1)
        return [int(place) for place in np.flatnonzero(met)]
