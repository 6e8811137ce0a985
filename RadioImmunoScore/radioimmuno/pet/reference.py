"""Reference regions: what tumors are compared with in the same scan, and ratios to them.

A ratio of two values of one image needs neither dose nor weight nor time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..findings import Finding, Refusal, Severity
from ..geometry.image import Image
from ..lesion import Lesion
from ..thresholds import MIN_REFERENCE_CC, REFERENCE_SUV_LIMITS
from .scale import BY_WEIGHT, SUL, UptakeScale

LIVER, BLOOD_POOL, MUSCLE = "liver", "blood_pool", "muscle"
ROLES = (LIVER, BLOOD_POOL, MUSCLE)

# Names of regions stand in names of columns.
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

# A volume that is the smallest one but for rounding is not smaller.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Reference:
    """Uptake of a reference region.

    Parameters
    ----------
    name : str
        One of `ROLES`, or another name in lower case.
    mean, sd : float
        Over its voxels, in the image's unit; the standard deviation of a sample (n - 1).
    volume_cc : float
    voxels : int
    findings : tuple of Finding
        Warnings.
    """

    name: str
    mean: float
    sd: float
    volume_cc: float
    voxels: int
    findings: tuple[Finding, ...] = ()


def measured_reference(
    image: Image, name: str, mask: Image, scale: UptakeScale, lesions: Sequence[Lesion] = ()
) -> Reference:
    """Uptake of a reference region.

    Parameters
    ----------
    image : Image
        The PET, in any unit that is proportional to activity.
    name : str
        As of `Reference`.
    mask : Image
        Bool Image on the PET's lattice.
    scale : UptakeScale
        Whether the values of liver and blood pool can be judged.
    lesions : sequence of Lesion
        On the PET's lattice: a reference that shares voxels with one is warned of.

    Raises
    ------
    Refusal
        `pet.reference_small` below 1 cc (and below 2 voxels), `pet.reference_mean` for a mean that is not
        positive, `pet.non_finite` for voxels that hold no value.
    ValueError
        For a name that cannot stand in a column's.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a reference region")
    mask = mask.trimmed()
    values = image.within(mask.box)[mask.values].astype(float)
    volume = values.size * image.lattice.voxel_volume_mm3 / 1000.0
    title = f"The reference region {name}"
    if volume < MIN_REFERENCE_CC * (1 - ROUNDING) or values.size < 2:
        text = f"{title} has {volume:.2f} cc ({values.size} voxels)"
        advice = f"a mean of fewer than {MIN_REFERENCE_CC:g} cc is noise. Draw it larger."
        raise Refusal("pet.reference_small", f"{text}: {advice}")
    if lost := int(np.count_nonzero(~np.isfinite(values))):
        text = f"{lost} of {values.size} voxels of the reference region {name} hold no value: move it."
        raise Refusal("pet.non_finite", text)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    if not mean > 0:
        text = f"{title} has a mean of {mean:.3g}: no ratio to it means anything. Draw it in the tissue."
        raise Refusal("pet.reference_mean", text)
    findings = (*_implausible(name, mean, scale), *_shared(title, mask, lesions))
    return Reference(name, mean, sd, volume, values.size, findings)


def _implausible(name: str, mean: float, scale: UptakeScale) -> tuple[Finding, ...]:
    """A warning where liver or blood pool have a value that they hardly have on FDG."""
    if name not in REFERENCE_SUV_LIMITS or scale.immuno or scale.quantity not in {BY_WEIGHT, *SUL}:
        return ()
    low, high = REFERENCE_SUV_LIMITS[name]
    if low <= mean <= high:
        return ()
    text = (
        f"The reference region {name} has a mean SUV of {mean:.2f}; on FDG it is mostly between {low:g} and "
        f"{high:g}. Check dose, weight and times, and where the region lies."
    )
    return (Finding("pet.reference_unusual", Severity.WARN, text),)


def _shared(title: str, mask: Image, lesions: Sequence[Lesion]) -> tuple[Finding, ...]:
    for lesion in lesions:
        box = mask.box.intersect(lesion.mask.box)
        common = int(np.count_nonzero(mask.within(box) & lesion.mask.within(box))) if box.size else 0
        if common:
            text = f"{title} shares {common} voxels with {lesion.name}: it measures tumor, too. Move it."
            return (Finding("pet.reference_overlap", Severity.WARN, text),)
    return ()


@dataclass(frozen=True)
class Ratios:
    """Uptake of a lesion as multiples of a reference region's mean.

    Parameters
    ----------
    maximum, mean : float
    peak : float or None
        None where the lesion has no peak.
    """

    maximum: float
    mean: float
    peak: float | None


def ratios(maximum: float, mean: float, peak: float | None, reference: Reference) -> Ratios:
    """The ratios of a lesion to a reference region.

    Parameters
    ----------
    maximum, mean : float
        Of the lesion, in the unit of the reference.
    peak : float or None
    reference : Reference
    """
    of_peak = None if peak is None else peak / reference.mean
    return Ratios(maximum / reference.mean, mean / reference.mean, of_peak)
