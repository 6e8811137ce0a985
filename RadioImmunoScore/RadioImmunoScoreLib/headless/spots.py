"""Where lesions lie, and on which slices all of them can be seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from radioimmuno.lesion import Lesion

# A lesion counts as seen on slices within this share of its half height around its middle.
SEEN_SHARE = 0.7

ROUNDING_MM = 0.01

LPS_TO_RAS = np.array([-1.0, -1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Spot:
    """A lesion's place: the centres of its voxels in RAS mm, (n, 3)."""

    id: str
    points: np.ndarray

    @property
    def center(self) -> np.ndarray:
        """The voxel centre nearest to the centre of mass: always inside the lesion."""
        return _nearestTo(self.points.mean(axis=0), self.points)

    def isCutAt(self, superior: float) -> bool:
        """Whether an axial slice there cuts the lesion."""
        return self._isWithin(superior, 1.0)

    def isSeenAt(self, superior: float) -> bool:
        """Whether an axial slice there cuts the lesion near enough to its middle to show it well."""
        return self._isWithin(superior, SEEN_SHARE)

    @property
    def middle(self) -> float:
        """Superior position in mm of the slice nearest to half its height."""
        heights = self.points[:, 2]
        return heights[np.abs(heights - (heights.min() + heights.max()) / 2).argmin()]

    @property
    def leftAndRight(self) -> np.ndarray:
        """The lesion's outermost voxels to the left and to the right, (2, 3)."""
        return self.points[[self.points[:, 0].argmin(), self.points[:, 0].argmax()]]

    def centerAt(self, superior: float) -> np.ndarray:
        """A voxel centre of the lesion on the slice there, in the middle of what the slice cuts."""
        distance = np.abs(self.points[:, 2] - superior)
        cut = self.points[distance <= distance.min() + ROUNDING_MM]
        return _nearestTo(cut.mean(axis=0), cut)

    def _isWithin(self, superior: float, share: float) -> bool:
        low, high = self.points[:, 2].min(), self.points[:, 2].max()
        return bool(abs(superior - (low + high) / 2) <= share * (high - low) / 2 + ROUNDING_MM)


def spotsOf(lesions: Iterable[Lesion]) -> list[Spot]:
    """The places of all lesions that have voxels."""
    return [
        Spot(lesion.id, lesion.mask.window.to_lps(np.argwhere(lesion.mask.values)) * LPS_TO_RAS)
        for lesion in lesions
        if lesion.mask.values.any()
    ]


def slicesThrough(spots: Sequence[Spot]) -> list[float]:
    """Few axial slices, superior positions in mm from top to bottom, that show every lesion well."""
    left, chosen = list(spots), []
    while left:
        positions = [float(spot.middle) for spot in left]
        best = max(positions, key=lambda position: sum(spot.isSeenAt(position) for spot in left))
        chosen.append(best)
        left = [spot for spot in left if not spot.isSeenAt(best)]
    return sorted(chosen, reverse=True)


def _nearestTo(point: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points[np.argmin(((points - point) ** 2).sum(axis=1))]
