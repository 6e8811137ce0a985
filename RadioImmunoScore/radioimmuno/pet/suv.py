"""From the stored values of a PET to SUV: a factor for each slice, and each step to it on record.

The order of the steps is that of the IBSI's manual of SUV computation (Vacha et al., 2026): what the values
are (units), the dose, the decay between administration and the moment that values are corrected to, the
patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from ..findings import Finding, InputError
from .acquired import PetAcquisition, acquisition_of, pet_acquisition_record
from .dose import over_dose_of, relative_decay_of
from .factors import Factors
from .header import ENHANCED, PetHeader, PetSlice
from .masses import ACTIVITY, BODY_WEIGHT, normalization_named
from .patient import normalization_factor, patient_of
from .step import Step, ends, step_record
from .units import in_known_units, in_relative_units, slopes_of

DYNAMIC = {"DYNAMIC": "a dynamic series", "GATED": "a gated series"}
# What slices of one scan may say differently: SUV do not depend on it.
MAY_DIFFER = frozenset(
    {"series_date", "series_time", "study_date", "scanner", "radionuclide", "tracer_codes"}
)
# What stored values of 32 bits are multiplied by at most: more does not fit into the image's numbers.
LARGEST_SCALE = 3.4e38 / 2**32


@dataclass(frozen=True)
class Suv:
    """How the stored values of a series become SUV.

    Parameters
    ----------
    name, title, unit : str
        Which SUV, as `masses.Normalization` has it.
    scales : tuple of float
        What stored values are multiplied by, one for each slice; the slope is in it.
    steps : tuple of Step
    findings : tuple of Finding
    acquisition : PetAcquisition
    """

    name: str
    title: str
    unit: str
    scales: tuple[float, ...]
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    acquisition: PetAcquisition

    @property
    def is_suv(self) -> bool:
        """Whether values are SUV, and not what is proportional to activity."""
        return self.name != ACTIVITY


def suv_of(slices: Sequence[PetSlice], quantity: str = BODY_WEIGHT.name) -> Suv:
    """How the stored values of a series become SUV.

    Parameters
    ----------
    slices : sequence of PetSlice
        At least one.
    quantity : str
        Which SUV: a name of `masses.NORMALIZATIONS`; or `ACTIVITY` for values that are proportional to it,
        for which dose, weight and administration need not be known.

    Returns
    -------
    Suv

    Raises
    ------
    InputError
        `pet.*`, with words that say what is missing.
    ValueError
        For a quantity that there is not.

    Examples
    --------
    >>> header = PetHeader(units="GML", corrections=("ATTN",))
    >>> suv_of([PetSlice(header, slope=0.5, intercept=0.0)]).scales
    (0.5,)
    """
    if quantity == ACTIVITY:
        return _activity_of(slices)
    wanted = normalization_named(quantity)
    patient = patient_of(check_series(slices))
    made = in_known_units(slopes_of(slices), slices, patient)
    by = made.by
    if by is None:
        made = over_dose_of(made, slices)
    factor, step, findings = normalization_factor(patient, by, wanted)
    if step:
        made = made.times((factor,) * len(slices), step, *findings)
    return _suv(made, slices, (wanted.name, wanted.title, wanted.unit))


def check_series(slices: Sequence[PetSlice]) -> PetHeader:
    """What holds for the series; refused where it is none of which SUV can be made, whatever the unit.

    Parameters
    ----------
    slices : sequence of PetSlice

    Raises
    ------
    InputError
        `pet.enhanced`, `pet.headers_differ`, `pet.dynamic`, `pet.attenuation`, `pet.no_rescale`,
        `pet.intercept`.
    """
    header = slices[0].header
    if any(one.header.sop_class_uid in ENHANCED for one in slices):
        text = "It is an enhanced PET (several slices a file), which is not read: export single slices."
        raise InputError("pet.enhanced", text)
    kind = DYNAMIC.get(header.series_type[0] if header.series_type else "")
    if (kind and header.time_slices != 1) or (header.time_slices or 1) > 1:
        text = f"It is {kind or 'a series'} of several times at each place, not one image of the body."
        raise InputError("pet.dynamic", text)
    names = {field.name for field in fields(header)} - MAY_DIFFER
    others = {name for one in slices for name in names if getattr(one.header, name) != getattr(header, name)}
    if others:
        differing = ", ".join(sorted(others)).replace("_", " ")
        text = f"Its slices do not agree on what holds for the whole series: {differing}."
        raise InputError("pet.headers_differ", text)
    if "ATTN" not in header.corrections:
        text = "It is not corrected for attenuation (CorrectedImage lacks ATTN): values depend on the depth."
        raise InputError("pet.attenuation", text)
    lacking = sum(not one.slope or one.slope < 0 for one in slices)
    if lacking:
        text = f"{lacking} of {len(slices)} slices do not say what multiplies their values (RescaleSlope)."
        raise InputError("pet.no_rescale", text)
    shifted = next((one.intercept for one in slices if one.intercept), None)
    if shifted:
        text = f"Its RescaleIntercept is {shifted:g}; in a PET it has to be 0, or no activity would not be 0."
        raise InputError("pet.intercept", text)
    return header


def suv_record(suv: Suv) -> dict[str, Any]:
    """How SUV were made, as plain values for JSON.

    Parameters
    ----------
    suv : Suv

    Returns
    -------
    dict of str to Any
    """
    return {
        "quantity": suv.name,
        "title": suv.title,
        "unit": suv.unit,
        "scale": list(ends(suv.scales)),
        "steps": [step_record(step) for step in suv.steps],
        "acquisition": pet_acquisition_record(suv.acquisition),
    }


def _activity_of(slices: Sequence[PetSlice]) -> Suv:
    """Values in Bq/ml, or in what is proportional to it."""
    check_series(slices)
    made, unit = in_relative_units(slopes_of(slices), slices)
    if made.by is None:
        made = relative_decay_of(made, slices)
    return _suv(made, slices, (ACTIVITY, "Activity", unit))


def _suv(made: Factors, slices: Sequence[PetSlice], titles: tuple[str, str, str]) -> Suv:
    if not all(0 < scale < LARGEST_SCALE for scale in made.values):
        low, high = ends(made.values)
        text = f"Stored values would have to be multiplied by {low:g} to {high:g}: the header is damaged."
        raise InputError("pet.no_factor", text)
    return Suv(*titles, made.values, made.steps, made.findings, acquisition_of(slices))
