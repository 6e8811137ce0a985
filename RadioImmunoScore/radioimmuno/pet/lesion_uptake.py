"""Uptake of one lesion: SUVmax, SUVmean, SUVpeak, metabolic volumes and glycolysis, ratios.

All is a function of the voxels inside the lesion, but for the peak, whose sphere may reach beyond it. The
unit is the image's: where no SUV can be made, ratios and the volume at a share of the maximum are the same on
Bq/ml or counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..findings import Finding, Refusal, Severity
from ..geometry.image import Image, along
from ..lesion import Lesion
from ..thresholds import SMALL_FOR_PEAK_CC
from .peak import Peak, peak, peak_at_maximum
from .reference import Ratios, Reference, ratios
from .scale import SHARE_41, Threshold

REFUSED, WARNED, MEASURED = "refused", "warning", "measured"


@dataclass(frozen=True)
class MetabolicVolume:
    """The voxels of a lesion at or above a threshold.

    Parameters
    ----------
    threshold : float
        In the image's unit.
    mtv_cc : float
        Their volume; 0 where there is none.
    mean : float or None
        Over them; None where there is none.
    """

    threshold: float
    mtv_cc: float
    mean: float | None

    @property
    def tlg(self) -> float:
        """Total lesion glycolysis: volume in cc times mean."""
        return 0.0 if self.mean is None else self.mtv_cc * self.mean


@dataclass(frozen=True)
class LesionUptake:
    """What is measured of a lesion on a PET; None where it is refused, in the image's unit.

    Parameters
    ----------
    id, name : str
    volume_cc : float
        Of its voxels of the PET.
    centroid : tuple of float or None
        Mean place of its voxels, LPS mm; None of an empty one.
    maximum, mean : float or None
    peak : Peak or None
        The highest mean of a sphere of 1 cc centred in it.
    peak_at_maximum : Peak or None
        The mean of the sphere around its hottest voxel.
    volumes : mapping of str to MetabolicVolume
        By `Threshold.key`.
    ratios : mapping of str to Ratios
        By name of the reference region.
    findings : tuple of Finding
    slices : tuple of (int, int) or None
        The first of the PET's slices that it lies on, and the one behind the last; None of an empty one.
    """

    id: str
    name: str
    volume_cc: float
    centroid: tuple[float, float, float] | None = None
    maximum: float | None = None
    mean: float | None = None
    peak: Peak | None = None
    peak_at_maximum: Peak | None = None
    volumes: Mapping[str, MetabolicVolume] = field(default_factory=dict)
    ratios: Mapping[str, Ratios] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    slices: tuple[int, int] | None = None

    @property
    def status(self) -> str:
        """`measured`, `warning` or `refused`."""
        if self.is_refused:
            return REFUSED
        warned = any(finding.severity is Severity.WARN for finding in self.findings)
        return WARNED if warned else MEASURED

    @property
    def is_refused(self) -> bool:
        """Whether it was not measured."""
        return any(finding.refuses for finding in self.findings)

    @property
    def reasons(self) -> str:
        """The sentences of its findings."""
        return " ".join(finding.text for finding in self.findings)


def lesion_uptake(
    image: Image,
    lesion: Lesion,
    thresholds: Sequence[Threshold] = (SHARE_41,),
    references: Sequence[Reference] = (),
    findings: Sequence[Finding] = (),
) -> LesionUptake:
    """Measure a lesion.

    Parameters
    ----------
    image : Image
        The PET, in a unit that is proportional to activity.
    lesion : Lesion
        Its mask on the PET's lattice (`extraction.carried_lesions` brings it there).
    thresholds : sequence of Threshold
        Of metabolic volumes.
    references : sequence of Reference
        Of the same image.
    findings : sequence of Finding
        What was found before; a refusal among them refuses the lesion.

    Returns
    -------
    LesionUptake
        Refused (`lesion.empty`, `pet.non_finite`, or by `findings`) without a value.

    Raises
    ------
    ValueError
        When the lesion lies on another lattice.
    """
    if not image.lattice.coincides(lesion.mask.lattice):
        raise ValueError("the lesion lies on another lattice than the PET: carry it there first")
    voxels, place = lesion.voxels, _centroid(lesion)
    refusal = next((finding for finding in findings if finding.refuses), None)
    values = np.zeros(0)
    try:
        if refusal is None:
            values = _values(image, lesion)
    except Refusal as problem:
        refusal = Finding(problem.code, Severity.REFUSE, str(problem))
        findings = (*findings, refusal)
    if refusal is not None:
        return LesionUptake(lesion.id, lesion.name, lesion.volume_cc, place, findings=tuple(findings))
    maximum, mean = float(values.max()), float(values.mean())
    highest, around = peak(image, lesion.mask), peak_at_maximum(image, lesion.mask)
    found = _volumes(values, maximum, thresholds, lesion.volume_cc / voxels)
    own = (
        *_at_border(lesion),
        *_of_peak(lesion, highest, around),
        *_of_maximum(maximum),
        *_of_region(image, lesion, found),
    )
    of_peak = None if highest is None else highest.value
    return LesionUptake(
        lesion.id,
        lesion.name,
        lesion.volume_cc,
        place,
        maximum,
        mean,
        highest,
        around,
        found,
        {one.name: ratios(maximum, mean, of_peak, one) for one in references},
        (*findings, *own),
        None if lesion.box is None else (lesion.box.start[0], lesion.box.stop[0]),
    )


def _values(image: Image, lesion: Lesion) -> np.ndarray:
    """The values of a lesion's voxels, (n,)."""
    if not lesion.voxels:
        raise Refusal("lesion.empty", "The segment holds no voxel of the PET.")
    values = image.within(lesion.mask.box)[lesion.mask.values].astype(float)
    if lost := int(np.count_nonzero(~np.isfinite(values))):
        text = (
            f"{lost} of {values.size} voxels of the lesion hold no value (a missing slice, or damaged data): "
            "what it takes up is not known. Take a PET that is whole."
        )
        raise Refusal("pet.non_finite", text)
    return values


def _centroid(lesion: Lesion) -> tuple[float, float, float] | None:
    if not lesion.voxels:
        return None
    index = np.argwhere(lesion.mask.values).mean(axis=0) + lesion.mask.offset
    x, y, z = lesion.mask.lattice.to_lps(index).tolist()
    return x, y, z


def _volumes(
    values: np.ndarray, maximum: float, thresholds: Sequence[Threshold], voxel_cc: float
) -> dict[str, MetabolicVolume]:
    """A share of a maximum that is not positive is no threshold: it has no volume."""
    found = {}
    for threshold in thresholds:
        if threshold.share and not maximum > 0:
            continue
        level = threshold.value(maximum)
        inside = values[values >= level]
        mean = float(inside.mean()) if inside.size else None
        found[threshold.key] = MetabolicVolume(level, inside.size * voxel_cc, mean)
    return found


def _at_border(lesion: Lesion) -> tuple[Finding, ...]:
    box, shape = lesion.box, lesion.mask.lattice.shape
    if box is None or all(box.start[a] > 0 and box.stop[a] < shape[a] for a in range(3)):
        return ()
    text = "The lesion touches the border of the PET: part of it may be missing."
    return (Finding("lesion.truncated", Severity.WARN, text),)


def _of_peak(lesion: Lesion, found: Peak | None, around: Peak | None) -> tuple[Finding, ...]:
    if found is None:
        text = (
            "There is no SUVpeak: no sphere of 1 cc centred in the lesion lies whole in the PET, on voxels "
            "with a value. Take SUVmax."
        )
        return (Finding("pet.no_peak", Severity.WARN, text),)
    cut: tuple[Finding, ...] = ()
    if around is None:
        text = (
            "The sphere of 1 cc around the hottest voxel reaches beyond the PET, or to voxels without a "
            "value: SUVpeak is that of whole spheres beside it and may be too low. Take SUVmax."
        )
        cut = (Finding("pet.peak_cut", Severity.WARN, text),)
    if lesion.volume_cc >= SMALL_FOR_PEAK_CC:
        return cut
    text = (
        f"The lesion has {lesion.volume_cc:.2f} cc, less than the sphere of 1 cc of SUVpeak, which therefore "
        "averages tissue around it, too."
    )
    return (*cut, Finding("pet.small_for_peak", Severity.WARN, text))


def _of_maximum(maximum: float) -> tuple[Finding, ...]:
    if maximum > 0:
        return ()
    text = (
        f"The highest value of the lesion is {maximum:.3g}: it takes nothing up, and a share of its maximum "
        "marks no volume. Check that the lesion lies where it was drawn."
    )
    return (Finding("pet.no_uptake", Severity.WARN, text),)


def _of_region(image: Image, lesion: Lesion, found: Mapping[str, MetabolicVolume]) -> tuple[Finding, ...]:
    """A warning where the volume at a share of the maximum ends at the contour, not by the threshold."""
    if SHARE_41.key not in found:
        return ()
    level = found[SHARE_41.key].threshold
    box = lesion.mask.box.grow(1)
    inside = lesion.mask.within(box)
    values = image.within(box, np.nan, float)
    hot = values >= level
    region = hot & inside
    at_contour, beyond = np.zeros_like(region), np.zeros_like(region)
    for axis in range(3):
        for first, second in (along(axis), along(axis)[::-1]):
            at_contour[first] |= region[first] & ~inside[second]
            beyond[first] |= region[first] & ~inside[second] & hot[second]
    touching, going_on = int(at_contour.sum()), int(beyond.sum())
    if not touching:
        return ()
    text = (
        f"The volume at 41 % of the maximum touches the lesion's contour ({touching} of {int(region.sum())} "
        f"voxels), and goes on beyond it at {going_on}: where it does, the contour and not the threshold "
        "ends it. Draw the lesion with a margin."
    )
    return (Finding("pet.region_at_contour", Severity.WARN, text),)
