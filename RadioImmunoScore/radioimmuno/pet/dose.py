"""From activity concentrations to shares of the dose: what was given, and how much of it had decayed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..findings import Finding, InputError, Severity
from ..thresholds import MAX_DOSE_IN_MBQ, USUAL_DOSE_BQ
from .factors import Factors
from .header import PetHeader, PetSlice
from .patient import unlikely
from .step import Step, ends
from .times import Acquisitions, acquisitions_of, administration_time, frame_decay, reference_time
from .tracer import half_life, half_life_doubt, is_fdg

DOSE, HALF_LIFE = "RadionuclideTotalDose (0018,1074)", "RadionuclideHalfLife (0018,1075)"
DECAY, DURATION = "DecayCorrection (0054,1102)", "ActualFrameDuration (0018,1242)"
CORRECTED = frozenset({"START", "ADMIN"})


def over_dose_of(made: Factors, slices: Sequence[PetSlice]) -> Factors:
    """From Bq/ml to the share of the dose in a ml, both at one moment.

    Parameters
    ----------
    made : Factors
        To Bq/ml.
    slices : sequence of PetSlice

    Raises
    ------
    InputError
        `pet.dose`, `pet.decay_correction`, `pet.half_life`, `pet.acquisition_time`,
        `pet.administration_time`, `pet.frame_duration`.
    """
    header = slices[0].header
    dose, fixed = dose_bq(header)
    words = f"The dose of {header.dose:g} was taken as MBq." if fixed else "Divided by the dose."
    step = Step("dose", words, ((DOSE, f"{header.dose:g}"),), fixed=fixed)
    findings = [Finding("pet.dose_unit", Severity.FIXED, words)] if fixed else []
    usual_mbq = USUAL_DOSE_BQ[0] / 1e6, USUAL_DOSE_BQ[1] / 1e6
    findings += unlikely("The patient was given", dose / 1e6, usual_mbq, "MBq by the header")
    made = made.times((1.0 / dose,) * len(slices), step, *findings)
    match header.decay_correction:
        case "ADMIN":
            step = Step(
                "decay", "Values are corrected to the administration: the dose is too.", ((DECAY, "ADMIN"),)
            )
            return made.times((1.0,) * len(slices), step)
        case "START":
            return _from_start(made, slices)
        case "NONE":
            return _not_corrected(made, slices)
    raise _unknown_correction(header.decay_correction)


def relative_decay_of(made: Factors, slices: Sequence[PetSlice]) -> Factors:
    """Values of all slices as of one moment, whichever: the administration need not be known.

    Parameters
    ----------
    made : Factors
        To Bq/ml.
    slices : sequence of PetSlice

    Raises
    ------
    InputError
        `pet.decay_correction`, `pet.half_life`, `pet.acquisition_time`, `pet.frame_duration`.
    """
    correction = slices[0].header.decay_correction
    if correction == "NONE":
        acquired = acquisitions_of(slices)
        return _decayed_since(made, slices, acquired, acquired.earliest, "the first slice's beginning")
    if correction in CORRECTED:
        step = Step("decay", "Values are corrected to one moment.", ((DECAY, correction),))
        return made.times((1.0,) * len(slices), step)
    raise _unknown_correction(correction)


def dose_bq(header: PetHeader) -> tuple[float, bool]:
    """The dose, Bq, and whether the header had it in MBq.

    Parameters
    ----------
    header : PetHeader

    Raises
    ------
    InputError
        `pet.dose`.
    """
    if header.radiopharmaceuticals > 1:
        text = f"The header names {header.radiopharmaceuticals} tracers, and not which one was measured."
        raise InputError("pet.dose", text)
    dose = header.dose or 0.0
    if dose <= 0:
        raise InputError("pet.dose", "The header does not say how much was given (RadionuclideTotalDose).")
    if dose >= MAX_DOSE_IN_MBQ:
        return dose, False
    if not is_fdg(header):
        text = f"By the header {dose:g} Bq of {header.tracer or 'the tracer'} were given, which nobody sees."
        raise InputError("pet.dose", text)
    return dose * 1e6, True


def _from_start(made: Factors, slices: Sequence[PetSlice]) -> Factors:
    """The dose left at the moment to which values are corrected."""
    header = slices[0].header
    lives = half_life(header)
    acquired = acquisitions_of(slices)
    reference = reference_time(slices, acquired, lives)
    given = administration_time(header, acquired, min(reference.seconds), lives)
    decays = [_two_to((at - given.seconds[0]) / lives) for at in reference.seconds]
    step = Step(
        "decay",
        "The dose decayed from the administration to that moment.",
        ((DECAY, "START"), (HALF_LIFE, f"{lives:g}")),
    )
    early = _given_late(min(reference.seconds) - given.seconds[0])
    return made.noted(reference).noted(given).times(decays, step, *early, *half_life_doubt(header))


def _not_corrected(made: Factors, slices: Sequence[PetSlice]) -> Factors:
    """Each slice by its own mean time: values as they were measured, the dose as it was given."""
    header = slices[0].header
    lives = half_life(header)
    acquired = acquisitions_of(slices)
    given = administration_time(header, acquired, acquired.earliest, lives)
    made = made.noted(given).found(*_given_late(acquired.earliest - given.seconds[0]))
    return _decayed_since(made, slices, acquired, given.seconds[0], "the administration")


def _decayed_since(
    made: Factors, slices: Sequence[PetSlice], acquired: Acquisitions, since: float, what: str
) -> Factors:
    lives = half_life(slices[0].header)
    durations = [(one.frame_duration_ms or 0.0) / 1000 for one in slices]
    if min(durations) <= 0:
        text = "Its values are not corrected for decay, and slices do not say how long they were measured."
        raise InputError("pet.frame_duration", text)
    decays = [
        frame_decay(duration, lives) * _two_to((at - since) / lives)
        for duration, at in zip(durations, acquired.seconds, strict=True)
    ]
    shown = " to ".join(dict.fromkeys(f"{1000 * one:g}" for one in ends(durations)))
    used = ((DECAY, "NONE"), (HALF_LIFE, f"{lives:g}"), (DURATION, shown))
    step = Step("decay", f"Each slice was corrected from its own mean time to {what}.", used)
    return made.times(decays, step, *half_life_doubt(slices[0].header))


def _given_late(lag_s: float) -> list[Finding]:
    """A warning where the tracer was given after the moment of the values; `lag_s` lies between them."""
    if lag_s >= 0:
        return []
    text = (
        f"By the header the tracer was given {-lag_s / 60:.0f} min after the moment that values are of: "
        "there was no uptake yet. Check the times."
    )
    return [Finding("pet.unlikely", Severity.WARN, text)]


def _unknown_correction(correction: str) -> InputError:
    named = f"is {correction}" if correction else "is not named"
    text = f"Its decay correction {named} (DecayCorrection); START, ADMIN and NONE are known."
    return InputError("pet.decay_correction", text)


def _two_to(power: float) -> float:
    """2 to this power; infinite where that is larger than any number."""
    try:
        return 2.0**power
    except OverflowError:
        return math.inf
