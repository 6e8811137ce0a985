"""How contours are perturbed when the stability of a score is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..findings import SettingsError
from ..numbers import is_number, is_whole_number

# Ours: further than any two readers who mean the same lesion; smoother than any lesion is large; as fine as
# voxels are.
MAX_SD_MM = 20.0
MIN_CORRELATION_MM, MAX_CORRELATION_MM = 1.0, 100.0
MAX_GROWTH_VOXELS = 10.0
# A standard deviation wants two.
MIN_DRAWS, MAX_DRAWS = 2, 10_000
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class Perturbation:
    """How contours are perturbed: redrawn as other readers might have drawn them.

    Parameters
    ----------
    sd_mm : float
        Standard deviation of the boundary's displacement along its normal, mm.
    correlation_mm : float
        Distance at which the displacements' correlation has fallen to 1/e; at distance r it is
        exp(-(r / correlation_mm)^2).
    growth_voxels : float
        The whole contour grows or shrinks besides, by a length drawn uniformly from this many of the CT's
        finest voxel spacings (in the slice, for all but unusual CT) inwards to as many outwards.
    draws : int
        How many contours a lesion gets.
    seed : int
        Other numbers give other contours, the same number the same.

    Raises
    ------
    SettingsError
        When a number is out of bounds; the text names it.
    """

    sd_mm: float = 1.0
    correlation_mm: float = 5.0
    growth_voxels: float = 0.5
    draws: int = 30
    seed: int = 0

    def __post_init__(self) -> None:
        _check("sd_mm", self.sd_mm, 0, MAX_SD_MM)
        _check("correlation_mm", self.correlation_mm, MIN_CORRELATION_MM, MAX_CORRELATION_MM)
        _check("growth_voxels", self.growth_voxels, 0, MAX_GROWTH_VOXELS)
        _check_whole("draws", self.draws, MIN_DRAWS, MAX_DRAWS)
        _check_whole("seed", self.seed, 0, MAX_SEED)


def _check(name: str, value: Any, low: float, high: float) -> None:
    if not is_number(value, low, high):
        raise SettingsError("settings.invalid", f"{name} must be a number from {low:g} to {high:g}.")


def _check_whole(name: str, value: Any, low: int, high: int) -> None:
    if not is_whole_number(value, low, high):
        raise SettingsError("settings.invalid", f"{name} must be a whole number from {low} to {high}.")


USUAL = Perturbation()
