"""What a result keeps of how a PET was made; unknown where the header does not say it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ..findings import InputError
from .dose import dose_bq
from .header import PetSlice
from .patient import patient_of
from .times import acquisitions_of, administration_time, reference_time
from .tracer import half_life, is_fdg, is_long_lived


@dataclass(frozen=True)
class PetAcquisition:
    """Facts of the scan, for the record.

    Parameters
    ----------
    tracer, radionuclide : str
        As the header names them.
    fdg : bool
        Whether the tracer is FDG.
    long_lived : bool
        Whether the nuclide is one of immuno-PET (89Zr, 64Cu), by its half-life.
    half_life_s : float or None
        s.
    uptake_min : float or None
        From the administration to the moment that values are corrected to, min.
    weight_kg, height_cm : float or None
        kg, cm.
    sex : str
    dose_mbq : float or None
        MBq.
    units, decay_correction : str
        As the header has them.
    scanner : str
        Manufacturer and model.
    """

    tracer: str
    radionuclide: str
    fdg: bool
    long_lived: bool
    half_life_s: float | None
    uptake_min: float | None
    weight_kg: float | None
    height_cm: float | None
    sex: str
    dose_mbq: float | None
    units: str
    decay_correction: str
    scanner: str


def acquisition_of(slices: Sequence[PetSlice]) -> PetAcquisition:
    """The facts of a series.

    Parameters
    ----------
    slices : sequence of PetSlice
        At least one.
    """
    header = slices[0].header
    patient = patient_of(header)
    try:
        dose = dose_bq(header)[0] / 1e6
    except InputError:
        dose = None
    return PetAcquisition(
        tracer=header.tracer,
        radionuclide=header.radionuclide,
        fdg=is_fdg(header),
        long_lived=is_long_lived(header),
        half_life_s=header.half_life_s,
        uptake_min=_uptake_min(slices),
        weight_kg=patient.weight,
        height_cm=patient.height,
        sex=patient.sex,
        dose_mbq=dose,
        units=header.units,
        decay_correction=header.decay_correction,
        scanner=header.scanner,
    )


def pet_acquisition_record(acquisition: PetAcquisition) -> dict[str, Any]:
    """The facts as plain values for JSON.

    Parameters
    ----------
    acquisition : PetAcquisition

    Returns
    -------
    dict of str to Any
    """
    return asdict(acquisition)


def _uptake_min(slices: Sequence[PetSlice]) -> float | None:
    try:
        lives = half_life(slices[0].header)
        acquired = acquisitions_of(slices)
        reference = statistics.median(reference_time(slices, acquired, lives).seconds)
        given = administration_time(slices[0].header, acquired, reference, lives)
    except InputError:
        return None
    return round((reference - given.seconds[0]) / 60, 1)
