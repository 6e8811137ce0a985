"""What features are computed on: one region of interest on the grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..geometry.image import Index, Triple
from ..settings import ExtractionSettings


@dataclass(frozen=True, eq=False)
class Region:
    """A region of interest on the grid, ready for features.

    Parameters
    ----------
    values : ndarray of float32, shape (k, j, i)
        Intensities of the crop.
    mask : ndarray of bool, shape (k, j, i)
        Morphological mask.
    intensity_mask : ndarray of bool, shape (k, j, i)
        The mask after resegmentation.
    levels : ndarray of int32, shape (k, j, i)
        Discretized intensities from 1, 0 outside `intensity_mask`.
    level_count : int
        Number of levels that the discretization makes (Ng of IBSI).
    spacing : tuple of float
        Of the grid, mm.
    settings : ExtractionSettings, optional
        What the region was made with.
    start : tuple of int, optional
        Where on the grid the crop begins.
    """

    values: np.ndarray
    mask: np.ndarray
    intensity_mask: np.ndarray
    levels: np.ndarray
    level_count: int
    spacing: Triple
    settings: ExtractionSettings = field(default_factory=ExtractionSettings)
    start: Index = (0, 0, 0)

    @cached_property
    def intensities(self) -> np.ndarray:
        """Intensities inside the intensity mask, float64 (n,)."""
        return self.values[self.intensity_mask].astype(float)

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel in mm3."""
        return float(np.prod(self.spacing))
