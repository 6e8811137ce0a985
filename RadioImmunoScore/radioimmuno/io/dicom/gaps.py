"""Slices that a series lacks: a lesion across one is refused, the others are scored with a warning."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...findings import Finding, Severity
from ...lesion import Lesion
from ...settings import Settings

# Interpolating between slices looks one slice beyond the outermost one that is needed.
INTERPOLATION_SLICES = 1


@dataclass(frozen=True)
class Gap:
    """Slices of the lattice, `start` to before `stop`, of which nothing is known.

    `start_mm` and `stop_mm` are the positions, along the lattice's axis, of the slices beside them.
    """

    start: int
    stop: int
    start_mm: float
    stop_mm: float

    @property
    def text(self) -> str:
        """Which slices are missing, in words."""
        count = self.stop - self.start
        missing = "a slice is" if count == 1 else f"{count} slices are"
        return f"{missing} missing between {self.start_mm:.1f} and {self.stop_mm:.1f} mm"


def check_gaps(
    gaps: Sequence[Gap], lesions: Sequence[Lesion], settings: Settings
) -> Mapping[str, tuple[Finding, ...]]:
    """For each lesion's id what missing slices mean for it; nothing when there are none.

    Parameters
    ----------
    gaps : of the CT that the lesions' lattice is of
    settings : their ring says how far beyond a lesion voxels are needed
    """
    return {lesion.id: tuple(_check(gap, lesion, settings) for gap in gaps) for lesion in lesions if gaps}


def _check(gap: Gap, lesion: Lesion, settings: Settings) -> Finding:
    lattice = lesion.mask.lattice
    reach_mm = settings.ring.outer_mm + (settings.extraction.spacing_mm or max(lattice.spacing))
    margin = math.ceil(reach_mm / lattice.spacing[0]) + INTERPOLATION_SLICES
    sentence = gap.text[0].upper() + gap.text[1:]
    if lesion.box and lesion.box.start[0] - margin < gap.stop and gap.start < lesion.box.stop[0] + margin:
        text = f"{sentence}, within the lesion or its ring: export or send the series again."
        return Finding("ct.missing_slice", Severity.REFUSE, text)
    return Finding("ct.missing_slice", Severity.WARN, f"{sentence}, away from this lesion and its ring.")
