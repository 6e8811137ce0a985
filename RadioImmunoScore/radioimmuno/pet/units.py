"""What the values of a PET are: activity concentrations, counts, or SUV already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..findings import Finding, InputError, Severity
from ..thresholds import MAX_FACTORS_DIFFER
from .dose import over_dose_of
from .factors import Factors
from .header import PetHeader, PetSlice
from .masses import BODY_WEIGHT, normalization_of_type
from .patient import Patient, normalization_factor, patient_of
from .step import Step, ends

UNITS, SUV_TYPE = "Units (0054,1001)", "SUVType (0054,1006)"
PHILIPS_SUV, PHILIPS_ACTIVITY = (
    "SUV Scale Factor (7053,1000)",
    "Activity Concentration Scale Factor (7053,1009)",
)
# Units that are proportional to the activity concentration, by a factor that not every header has.
COUNTS = frozenset({"CNTS", "PROPCNTS", "CPS", "PROPCPS"})


def slopes_of(slices: Sequence[PetSlice]) -> Factors:
    """Each slice by its own slope.

    Parameters
    ----------
    slices : sequence of PetSlice
    """
    slopes = [float(one.slope or 0) for one in slices]
    shown = " to ".join(dict.fromkeys(f"{slope:g}" for slope in ends(slopes)))
    step = Step(
        "slope", "Each slice was multiplied by its own slope.", (("RescaleSlope (0028,1053)", shown),)
    )
    return Factors((1.0,) * len(slopes)).times(slopes, step)


def in_known_units(made: Factors, slices: Sequence[PetSlice], patient: Patient) -> Factors:
    """From values in the header's unit to an SUV that they are already, or to Bq/ml.

    Parameters
    ----------
    made : Factors
    slices : sequence of PetSlice
    patient : Patient

    Raises
    ------
    InputError
        `pet.units`, `pet.suv_type`, `pet.counts`.
    """
    header = slices[0].header
    match header.units:
        case "BQML":
            step = Step("units", "Values are activity concentrations, Bq/ml.", ((UNITS, "BQML"),))
            return made.times((1.0,) * len(slices), step)
        case "GML" | "CM2ML":
            return _normalized(made, header)
        case "CNTS":
            return _counts(made, slices, patient)
    text = (
        f"Its unit is {header.units or 'not named'} (Units); SUV can be made of BQML, GML, CM2ML, and of "
        "CNTS where the scanner's factor is there."
    )
    raise InputError("pet.units", text)


def in_relative_units(made: Factors, slices: Sequence[PetSlice]) -> tuple[Factors, str]:
    """From values in the header's unit to ones that are proportional to the activity, and their unit.

    Counts are so without a factor, too.

    Parameters
    ----------
    made : Factors
    slices : sequence of PetSlice

    Raises
    ------
    InputError
        `pet.units`, `pet.suv_type`.
    """
    units = slices[0].header.units
    if units not in COUNTS:
        made = in_known_units(made, slices, patient_of(slices[0].header))
        return made, "a.u." if made.by else "Bq/ml"
    for name, factors, unit in (
        (PHILIPS_ACTIVITY, [one.philips_activity or 0.0 for one in slices], "Bq/ml"),
        (PHILIPS_SUV, [one.philips_suv or 0.0 for one in slices], "a.u."),
    ):
        if min(factors) > 0:
            step = Step(
                "units",
                "Counts were multiplied by a factor of Philips.",
                ((UNITS, units), (name, f"{factors[0]:g}")),
            )
            return made.times(factors, step), unit
    step = Step("units", "Values are counts, in proportion to the activity.", ((UNITS, units),))
    return made.times((1.0,) * len(slices), step), "a.u."


def _normalized(made: Factors, header: PetHeader) -> Factors:
    """Values that are an SUV already."""
    suv_type = header.suv_type or ("BSA" if header.units == "CM2ML" else "")
    by = normalization_of_type(suv_type)
    if by is None or (by.unit == "cm2/ml") != (header.units == "CM2ML"):
        text = f"Its SUVType {header.suv_type} does not go with its unit {header.units}."
        raise InputError("pet.suv_type", text)
    used = ((UNITS, header.units), (SUV_TYPE, header.suv_type))
    step = Step("units", f"Values are {by.title} already, with nothing to do for decay and dose.", used)
    return replace(made.times((1.0,) * len(made.values), step), by=by)


def _counts(made: Factors, slices: Sequence[PetSlice], patient: Patient) -> Factors:
    """Counts of Philips, with its factor to SUV by weight, or to Bq/ml."""
    suv = [one.philips_suv or 0.0 for one in slices]
    activity = [one.philips_activity or 0.0 for one in slices]
    by_activity = None
    if min(activity) > 0:
        used = ((UNITS, "CNTS"), (PHILIPS_ACTIVITY, f"{activity[0]:g}"))
        step = Step("units", "Counts were made Bq/ml by the factor of Philips.", used)
        by_activity = made.times(activity, step)
    if min(suv) > 0 and slices[0].header.decay_correction != "NONE":
        used = ((UNITS, "CNTS"), (PHILIPS_SUV, f"{suv[0]:g}"))
        step = Step("units", "Counts were made SUVbw by the factor of Philips.", used)
        by_factor = replace(made.times(suv, step), by=BODY_WEIGHT)
        warnings = _factors_differ(by_factor, by_activity, slices, patient) if by_activity else ()
        return replace(by_factor, findings=(*by_factor.findings, *warnings))
    if by_activity is None:
        text = (
            f"Its values are counts, and no factor makes SUV of them: neither {PHILIPS_SUV} nor "
            f"{PHILIPS_ACTIVITY} is there (private attributes, which anonymizers remove)."
        )
        raise InputError("pet.counts", text)
    return by_activity


def _factors_differ(
    by_factor: Factors, by_activity: Factors, slices: Sequence[PetSlice], patient: Patient
) -> tuple[Finding, ...]:
    """A warning where the way by Bq/ml leads elsewhere; none where that way is not open."""
    try:
        over_dose = over_dose_of(by_activity, slices)
        factor, _, _ = normalization_factor(patient, None, BODY_WEIGHT)
    except InputError:
        return ()
    pairs = zip(over_dose.values, by_factor.values, strict=True)
    apart = max((abs(other * factor - one) / one for other, one in pairs if one > 0), default=0.0)
    if apart <= MAX_FACTORS_DIFFER:
        return ()
    text = (
        f"The two factors of Philips lead to SUV that differ by {100 * apart:.0f} %: the one to SUV was "
        "taken. Check weight, dose and times."
    )
    return (Finding("pet.factors_differ", Severity.WARN, text),)
