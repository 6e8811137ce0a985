"""How an MR is prepared before it is measured: bias field, scale of intensities. Part of the settings.

The defaults are ours: how they were chosen, on patients with soft-tissue sarcoma and simulated chests, is on
the page MR of the documentation. A mean of 300 and an SD of 100 keep most intensities above 0,
from where levels count.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .numbers import is_number, is_whole_number
from .setting_fields import fields_of, invalid

MAX_START_DEGREE = 6
MAX_FITTING_LEVELS = 6
# Limits of the scale: beyond, single precision tells intensities apart no more.
SMALLEST, LARGEST = 1e-6, 1e6


@dataclass(frozen=True)
class BiasCorrection:
    """Removing the smooth field of receive coils: a polynomial, what is left by N4 where that is asked for.

    Parameters
    ----------
    start_degree : int
        Of a polynomial that is fitted to the changes of the image's logarithm from voxel to voxel; 0 leaves
        all to N4.
    start_voxel_mm, voxel_mm : float
        Voxels are averaged to about this size for the polynomial and for N4 (its shrink factors follow).
    spline_distance_mm : float
        Between control points of N4's B-spline on its first level; half as far on each further one.
    iterations : tuple of int
        At most so many on each of N4's levels; none leaves all to the polynomial.
    convergence : float
        N4 goes on to the next level where its field changes by less (coefficient of variation).
    """

    start_degree: int = 6
    start_voxel_mm: float = 2.5
    voxel_mm: float = 6.0
    spline_distance_mm: float = 100.0
    iterations: tuple[int, ...] = ()
    convergence: float = 1e-3

    def __post_init__(self) -> None:
        if not is_whole_number(self.start_degree, 0, MAX_START_DEGREE):
            raise invalid("bias.start_degree", f"must be a whole number from 0 to {MAX_START_DEGREE}")
        for name, lowest, highest in (
            ("start_voxel_mm", 0.5, 20),
            ("voxel_mm", 0.5, 20),
            ("spline_distance_mm", 20, 10_000),
            ("convergence", 1e-9, 1),
        ):
            if not is_number(getattr(self, name), lowest, highest):
                raise invalid(f"bias.{name}", f"must be a number from {lowest:g} to {highest:g}")
        rounds = self.iterations
        if not (
            isinstance(rounds, (list, tuple))
            and len(rounds) <= MAX_FITTING_LEVELS
            and all(is_whole_number(one, 1, 1000) for one in rounds)
        ):
            raise invalid(
                "bias.iterations", f"must be up to {MAX_FITTING_LEVELS} whole numbers, each from 1 to 1000"
            )
        object.__setattr__(self, "iterations", tuple(rounds))
        if not (self.start_degree or rounds):
            raise invalid(
                "bias", "must be null, or leave the field to a polynomial (start_degree) or N4 (iterations)"
            )


@dataclass(frozen=True)
class ZScore:
    """Intensities of this mean and SD inside the body.

    Parameters
    ----------
    mean, sd : float
    """

    mean: float = 300.0
    sd: float = 100.0

    def __post_init__(self) -> None:
        if not is_number(self.mean, -LARGEST, LARGEST):
            raise invalid("normalization.z_score.mean", f"must be a number from {-LARGEST:g} to {LARGEST:g}")
        if not is_number(self.sd, SMALLEST, LARGEST):
            raise invalid("normalization.z_score.sd", f"must be a number from {SMALLEST:g} to {LARGEST:g}")


@dataclass(frozen=True)
class ReferenceTissue:
    """Intensities that are multiplied so that the mean of a reference tissue has this value.

    Parameters
    ----------
    value : float
    region : str
        Name of the reference region of the study that is drawn in the tissue.
    """

    value: float = 1000.0
    region: str = "muscle"

    def __post_init__(self) -> None:
        if not is_number(self.value, SMALLEST, LARGEST):
            problem = f"must be a number from {SMALLEST:g} to {LARGEST:g}"
            raise invalid("normalization.reference.value", problem)
        if not isinstance(self.region, str) or not self.region:
            raise invalid("normalization.reference.region", "must be the name of a reference region")


# What normalizations are called in a file.
NORMALIZATIONS = {"z_score": ZScore, "reference": ReferenceTissue}


@dataclass(frozen=True)
class MrSettings:
    """What is done to an MR before it is resampled.

    Parameters
    ----------
    bias : BiasCorrection or None
        None leaves the field in.
    normalization : ZScore, ReferenceTissue or None
        None leaves the scale.
    """

    bias: BiasCorrection | None = field(default_factory=BiasCorrection)
    normalization: ZScore | ReferenceTissue | None = field(default_factory=ZScore)

    def __post_init__(self) -> None:
        if self.bias is not None and not isinstance(self.bias, BiasCorrection):
            raise invalid("bias", "must be an object or null")
        if self.normalization is not None and not isinstance(self.normalization, (ZScore, ReferenceTissue)):
            raise invalid("normalization", "must be an object or null")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        bias = None
        if self.bias is not None:
            bias = {**dataclasses.asdict(self.bias), "iterations": list(self.bias.iterations)}
        scale = self.normalization
        names = [name for name, kind in NORMALIZATIONS.items() if isinstance(scale, kind)]
        normalization = {name: dataclasses.asdict(scale) for name in names if scale is not None}
        return {"bias": bias, "normalization": normalization or None}

    @classmethod
    def from_dict(cls, data: Any) -> MrSettings:
        """Settings from plain values; what is left out has its default.

        Parameters
        ----------
        data : mapping of str to mapping or None
            As `to_dict` gives it, or a part of that.

        Raises
        ------
        SettingsError
            For an unknown field or a value that cannot be; the text names the field.

        Examples
        --------
        >>> MrSettings.from_dict({"bias": None, "normalization": {"z_score": {"mean": 0}}})
        MrSettings(bias=None, normalization=ZScore(mean=0, sd=100.0))
        """
        parts = fields_of(cls, data, "mr")
        if parts.get("bias") is not None:
            parts["bias"] = BiasCorrection(**fields_of(BiasCorrection, parts["bias"], "bias"))
        if parts.get("normalization") is not None:
            parts["normalization"] = _normalization(parts["normalization"])
        return cls(**parts)


def _normalization(data: Any) -> ZScore | ReferenceTissue:
    if not isinstance(data, Mapping) or len(data) != 1 or (name := next(iter(data))) not in NORMALIZATIONS:
        raise invalid("normalization", f"must be null or an object with one of {', '.join(NORMALIZATIONS)}")
    kind = NORMALIZATIONS[name]
    found: ZScore | ReferenceTissue = kind(**fields_of(kind, data[name], f"normalization.{name}"))
    return found
