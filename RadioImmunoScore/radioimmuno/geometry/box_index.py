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
        self._filled = np.asarray((self._start < self._stop).all(axis=1))

    def meeting(self, box: Box | None) -> list[int]:
        """The places, in ascending order, of the boxes that share voxels with this one."""
        if box is None or not box.size:
            return []
        met = self._filled & (self._start < box.stop).all(axis=1) & (self._stop > box.start).all(axis=1)
        return [int(place) for place in np.flatnonzero(met)]

    def neighbours(self, margin: Sequence[int]) -> list[list[int]]:
        """For each box, the places of the others that share voxels with it once it is grown.

        Parameters
        ----------
        margin : sequence of int
            Voxels along each axis.

        Examples
        --------
        >>> boxes = [Box((0, 0, 0), (4, 4, 4)), None, Box((5, 0, 0), (6, 4, 4))]
        >>> BoxIndex(boxes).neighbours((2, 2, 2)), BoxIndex(boxes).neighbours((1, 1, 1))
        ([[2], [], [0]], [[], [], []])
        """
        start, stop = self._start[:, None], self._stop[:, None]
        reaches = (start - margin < self._stop) & (self._start < stop + margin)
        meets = np.asarray(reaches.all(axis=-1) & self._filled[:, None] & self._filled)
        np.fill_diagonal(meets, False)
        return [np.flatnonzero(row).tolist() for row in meets]
