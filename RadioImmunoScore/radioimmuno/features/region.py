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
    values : intensities of the crop, float32 (k, j, i)
    mask : morphological mask, bool (k, j, i)
    intensity_mask : the mask after resegmentation, bool (k, j, i)
    levels : discretized intensities from 1, int32 (k, j, i), 0 outside `intensity_mask`
    level_count : number of levels that the discretization makes (Ng of IBSI)
    spacing : grid spacing in mm
    start : where on the grid the crop begins
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
