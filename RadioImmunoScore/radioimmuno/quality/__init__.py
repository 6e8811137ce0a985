"""What a reader should look at before a lesion is scored: checks of mask and CT, and repairs.

Checks return findings, none changes anything. Repairs give new lesions and are never applied unasked.
"""

from __future__ import annotations

from ..extraction.measurability import (
    bad_voxels,
    check_bad_voxels,
    check_mask,
    check_ring,
    check_slices,
    overlaps,
)
from .check import LesionFinding, check_lesions
from .repairs import Repair, repairs_of

__all__ = [
    "LesionFinding",
    "Repair",
    "bad_voxels",
    "check_bad_voxels",
    "check_lesions",
    "check_mask",
    "check_ring",
    "check_slices",
    "overlaps",
    "repairs_of",
]
