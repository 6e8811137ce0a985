"""Intensity-based statistics (IBSI family UHIW)."""

from __future__ import annotations

from .moments import describe, value_counts
from .region import Region


def statistics(region: Region) -> dict[str, float | None]:
    """The 18 statistics of the intensities inside the intensity mask, named as in the catalog."""
    return dict(describe(*value_counts(region.intensities)))
