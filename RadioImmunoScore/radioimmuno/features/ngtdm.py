"""Neighbourhood gray-tone difference matrix, distance 1 (IBSI family IPET)."""

from __future__ import annotations

import numpy as np

from ..geometry.image import along
from .family import Family, Row, Values
from .neighbours import Neighbours

# fmt: off
ROWS = (
    Row("coarseness", "QCDE", "ngt_coarseness", words="coarse texture",
        pyradiomics="Coarseness", lifex="Coarseness"),
    Row("contrast", "65HE", "ngt_contrast", words="strong local differences",
        pyradiomics="Contrast", lifex="Contrast"),
    Row("busyness", "NQ30", "ngt_busyness", words="rapid changes from voxel to voxel",
        pyradiomics="Busyness", lifex="Busyness"),
    Row("complexity", "HDEZ", "ngt_complexity", pyradiomics="Complexity", lifex="Complexity"),
    Row("strength", "1X9X", "ngt_strength", pyradiomics="Strength", lifex="Strength"),
)
# fmt: on


def ngtdm(neighbours: Neighbours) -> Values:
    """Coarseness, contrast, busyness, complexity and strength.

    Voxels with no neighbour inside the region have no gray-tone difference and are left out. A region without
    differences has no coarseness (None): IBSI lets 10^6 stand for it, which no region measures.

    Parameters
    ----------
    neighbours : Neighbours
    """
    level, difference = _differences(neighbours)
    n = level.size
    if n == 0:
        return dict.fromkeys(row.name for row in ROWS)
    counts = np.bincount(level, minlength=neighbours.span + 1)[1:]
    sums = np.bincount(level, difference, neighbours.span + 1)[1:]
    present = counts > 0
    i, s, p = neighbours.levels[present], sums[present], counts[present] / n
    weighted = float(p @ s)
    apart = np.abs(i[:, None] - i)
    squared = apart**2
    levels = i.size
    ip = i * p
    busy = float(np.abs(ip[:, None] - ip).sum())
    complexity = apart * (p * s)[:, None] * 2 / (p[:, None] + p)
    return {
        "coarseness": 1 / weighted if weighted > 0 else None,
        "contrast": float(p @ squared @ p) / (levels * (levels - 1)) * float(s.sum()) / n
        if levels > 1
        else 0.0,
        "busyness": weighted / busy if busy > 0 else 0.0,
        "complexity": float(complexity.sum()) / n,
        "strength": float(((p[:, None] + p) * squared).sum()) / float(s.sum()) if s.sum() > 0 else 0.0,
    }


def _differences(neighbours: Neighbours) -> tuple[np.ndarray, np.ndarray]:
    """Level (from 1) and |level - mean level of the neighbours| of each voxel that has neighbours."""
    shape = (-1, neighbours.strides[0] // neighbours.strides[1], neighbours.strides[1])
    levels = neighbours.flat.reshape(shape)
    # Two bytes hold the sum of 27 levels, too (thresholds.MAX_LEVELS).
    total = _box_sum(levels).take(neighbours.where) - neighbours.own
    count = _box_sum((levels > 0).astype(np.uint8)).take(neighbours.where) - 1
    has = count > 0
    own = neighbours.own[has].astype(np.int32)
    return own, np.abs(own - total[has] / count[has])


def _box_sum(values: np.ndarray) -> np.ndarray:
    """Sum over the 3 x 3 x 3 voxels around each; the outermost layer must be zero."""
    for axis in range(3):
        out = values.copy()
        before, after = along(axis)
        out[after] += values[before]
        out[before] += values[after]
        values = out
    return values


FAMILY = Family(
    "ngtdm",
    "gray-tone difference",
    ROWS,
    lambda measurement, names: ngtdm(measurement.neighbours),
    tag_suffix="_3D",
    pyradiomics_class="ngtdm",
    lifex_prefix="NGTDM",
)
