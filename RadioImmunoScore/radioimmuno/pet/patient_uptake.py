"""Uptake of a patient: all lesions of a PET, reference regions, totals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from ..findings import Finding, Refusal, Severity
from ..geometry.image import Image
from ..lesion import Lesion
from .lesion_uptake import LesionUptake, lesion_uptake
from .reference import LIVER, Reference, measured_reference
from .scale import BY_WEIGHT, FIXED, SHARE_41, Threshold, UptakeScale, liver_threshold

IMMUNO_NOTE = (
    "The nuclide's half-life is that of an antibody's label (immuno-PET): thresholds of FDG and PERCIST do "
    "not apply. Spleen and lymph nodes take such tracers up physiologically: uptake there alone is no sign "
    "of tumor."
)
OTHER_TRACER_NOTE = "The tracer is {tracer}; the thresholds of 2.5 and 4.0 are those of FDG."
NO_SUV_NOTE = (
    "The values are no SUV: what depends on their scale is left out. Ratios to reference regions and the "
    "volume at 41 % of the maximum do not."
)
FIXED_NOTE = "The thresholds of 2.5 and 4.0 hold for SUV by body weight; they are not applied here."
NO_LIVER_NOTE = "The threshold by the liver needs a reference region in it."


@dataclass(frozen=True)
class Total:
    """Metabolic volume and glycolysis of all lesions at a threshold.

    Parameters
    ----------
    title : str
        The threshold in words.
    mtv_cc, tlg : float
        Sums over the lesions; TLG in cc times the image's unit.
    lesions : int
        How many have a volume at this threshold.
    """

    title: str
    mtv_cc: float
    tlg: float
    lesions: int


@dataclass(frozen=True)
class Distance:
    """The two lesions that are farthest apart.

    Parameters
    ----------
    mm : float
        Between their centroids.
    lesions : tuple of str
        Their identifiers.
    """

    mm: float
    lesions: tuple[str, str]


@dataclass(frozen=True)
class PatientUptake:
    """What is measured of a patient on a PET.

    Parameters
    ----------
    scale : UptakeScale
    lesions : tuple of LesionUptake
        All of them, refused ones too.
    references : tuple of Reference
    thresholds : tuple of Threshold
        Those that were applied.
    totals : mapping of str to Total
        By `Threshold.key`, over the lesions that are not refused.
    largest_distance : Distance or None
        Dmax; None with fewer than two lesions that are not refused.
    hottest : str or None
        Identifier of the lesion with the highest SUVpeak; None where none has one.
    findings : tuple of Finding
        Of reference regions that are refused or to be looked at.
    notes : tuple of str
        What a reader has to know of the values.
    """

    scale: UptakeScale
    lesions: tuple[LesionUptake, ...]
    references: tuple[Reference, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    totals: Mapping[str, Total] = field(default_factory=dict)
    largest_distance: Distance | None = None
    hottest: str | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def measured(self) -> tuple[LesionUptake, ...]:
        """The lesions that are not refused."""
        return tuple(lesion for lesion in self.lesions if not lesion.is_refused)

    @property
    def highest_peak(self) -> float | None:
        """SUVpeak of the hottest lesion."""
        peaks = [lesion.peak.value for lesion in self.lesions if lesion.peak is not None]
        return max(peaks, default=None)

    def reference(self, name: str) -> Reference | None:
        """The reference region of this name, if there is one."""
        return next((one for one in self.references if one.name == name), None)


def patient_uptake(
    image: Image,
    lesions: Sequence[Lesion],
    references: Mapping[str, Image] | None = None,
    scale: UptakeScale | None = None,
    findings: Mapping[str, Sequence[Finding]] | None = None,
) -> PatientUptake:
    """Measure all lesions of a PET.

    Parameters
    ----------
    image : Image
        The PET, in the unit that `scale` names.
    lesions : sequence of Lesion
        On the PET's lattice.
    references : mapping of str to Image, optional
        Name of a reference region -> its mask on the PET's lattice.
    scale : UptakeScale, optional
        By default SUV by body weight, of a nuclide that is not known.
    findings : mapping of str to sequence of Finding, optional
        What was found of lesions before, by identifier.

    Returns
    -------
    PatientUptake
        A reference region that is refused is a finding; all else goes on without it.

    Notes
    -----
    Fixed thresholds are those of FDG on SUV by body weight: on immuno-PET and on other quantities there are
    none. The largest distance is that between the centroids of the two lesions that are farthest apart
    (Dmax, Cottereau et al., J Nucl Med 2020;61:40-45).
    """
    scale = scale or UptakeScale()
    lesions = list(lesions)
    known, of_references = _references(image, references or {}, scale, lesions)
    thresholds = thresholds_of(scale, next((one for one in known if one.name == LIVER), None))
    shared = _shared(lesions)
    measured = tuple(
        lesion_uptake(
            image,
            lesion,
            thresholds,
            known,
            (*(findings or {}).get(lesion.id, ()), *shared.get(lesion.id, ())),
        )
        for lesion in lesions
    )
    taken = [lesion for lesion in measured if not lesion.is_refused]
    peaks = {lesion.id: lesion.peak.value for lesion in taken if lesion.peak is not None}
    return PatientUptake(
        scale,
        measured,
        tuple(known),
        thresholds,
        {threshold.key: _total(threshold, taken) for threshold in thresholds},
        _largest_distance(taken),
        max(peaks, key=lambda name: peaks[name]) if peaks else None,
        tuple(of_references),
        tuple(_notes(scale, thresholds)),
    )


def thresholds_of(scale: UptakeScale, liver: Reference | None = None) -> tuple[Threshold, ...]:
    """The thresholds that serve for these values.

    Parameters
    ----------
    scale : UptakeScale
    liver : Reference or None
        A reference region in the liver.
    """
    if scale.immuno or not scale.is_suv:
        return (SHARE_41,)
    fixed = FIXED if scale.quantity == BY_WEIGHT else ()
    of_liver = () if liver is None else (liver_threshold(liver.mean, liver.sd),)
    return (SHARE_41, *fixed, *of_liver)


def _notes(scale: UptakeScale, thresholds: Sequence[Threshold]) -> list[str]:
    notes = [] if scale.is_suv else [NO_SUV_NOTE]
    if scale.immuno:
        return [*notes, IMMUNO_NOTE]
    if not scale.is_suv:
        return notes
    if scale.quantity != BY_WEIGHT:
        notes.append(FIXED_NOTE)
    elif scale.other_tracer:
        notes.append(OTHER_TRACER_NOTE.format(tracer=scale.other_tracer))
    if LIVER not in {threshold.key for threshold in thresholds}:
        notes.append(NO_LIVER_NOTE)
    return notes


def _references(
    image: Image, masks: Mapping[str, Image], scale: UptakeScale, lesions: Sequence[Lesion]
) -> tuple[list[Reference], list[Finding]]:
    known, findings = [], []
    for name, mask in masks.items():
        try:
            one = measured_reference(image, name, mask, scale, lesions)
        except Refusal as problem:
            findings.append(Finding(problem.code, Severity.REFUSE, str(problem)))
        else:
            known.append(one)
            findings += one.findings
    return known, findings


def _shared(lesions: Sequence[Lesion]) -> dict[str, list[Finding]]:
    """A warning for each of two lesions that share voxels: they count twice in the totals."""
    found: dict[str, list[Finding]] = {}
    for one, other in combinations(lesions, 2):
        if one.box is None or other.box is None:
            continue
        box = one.box.intersect(other.box)
        common = int(np.count_nonzero(one.mask.within(box) & other.mask.within(box))) if box.size else 0
        if common:
            for lesion, partner in ((one, other), (other, one)):
                text = f"It shares {common} voxels with {partner.name}; they count twice in the totals."
                found.setdefault(lesion.id, []).append(Finding("lesion.overlap", Severity.WARN, text))
    return found


def _total(threshold: Threshold, lesions: Sequence[LesionUptake]) -> Total:
    volumes = [lesion.volumes[threshold.key] for lesion in lesions if threshold.key in lesion.volumes]
    mtv, tlg = (math.fsum(values) for values in ([v.mtv_cc for v in volumes], [v.tlg for v in volumes]))
    return Total(threshold.title, mtv, tlg, len(volumes))


def _largest_distance(lesions: Sequence[LesionUptake]) -> Distance | None:
    places = {lesion.id: lesion.centroid for lesion in lesions if lesion.centroid is not None}
    pairs = ((math.dist(places[a], places[b]), (a, b)) for a, b in combinations(places, 2))
    apart, names = max(pairs, key=lambda pair: pair[0], default=(0.0, None))
    return None if names is None else Distance(apart, names)
