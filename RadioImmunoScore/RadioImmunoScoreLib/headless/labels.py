"""Labels beside points of a picture, laid so that they do not cover each other or the points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .pictures import drawText

GAP_PX = 6


@dataclass(frozen=True, eq=False)
class Label:
    """A text (`textImage`) for a disk of a picture: centre in pixels, radius in pixels."""

    stamp: np.ndarray
    row: int
    column: int
    radius: int


@dataclass(frozen=True)
class _Area:
    top: int
    left: int
    bottom: int
    right: int

    def overlap(self, other: _Area) -> int:
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        width = min(self.right, other.right) - max(self.left, other.left)
        return max(0, height) * max(0, width)


def drawLabels(picture: np.ndarray, labels: Sequence[Label]) -> None:
    """Draw each label, inside the picture, where it covers least of disks and other labels."""
    taken = [_disk(label) for label in labels]
    for label in labels:
        areas = _candidates(label, picture.shape)
        best = min(areas, key=lambda area: sum(area.overlap(other) for other in taken))
        taken.append(best)
        drawText(picture, label.stamp, best.top, best.left)


def _candidates(label: Label, frame: Sequence[int]) -> Iterable[_Area]:
    """To the right, left, above, below, then the same farther away."""
    height, width, _ = label.stamp.shape
    for away in (GAP_PX, GAP_PX + height, GAP_PX + 2 * height):
        reach = label.radius + away
        for row, column in (
            (label.row - height // 2, label.column + reach),
            (label.row - height // 2, label.column - reach - width),
            (label.row - reach - height, label.column - width // 2),
            (label.row + reach, label.column - width // 2),
        ):
            top = max(0, min(row, frame[0] - height))
            left = max(0, min(column, frame[1] - width))
            yield _Area(top, left, top + height, left + width)


def _disk(label: Label) -> _Area:
    r = label.radius
    return _Area(label.row - r, label.column - r, label.row + r, label.column + r)
