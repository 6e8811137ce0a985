"""The patient's weight, height and sex, put right where their unit is another."""

from __future__ import annotations

from dataclasses import dataclass

from ..findings import Finding, InputError, Severity
from ..thresholds import (
    MAX_HEIGHT_M,
    MAX_WEIGHT_KG,
    MIN_HEIGHT_M,
    MIN_WEIGHT_KG,
    USUAL_HEIGHT_M,
    USUAL_WEIGHT_KG,
)
from .header import PetHeader
from .masses import SEXES, Normalization, size_of
from .step import Step

WEIGHT, HEIGHT, SEX = "PatientWeight (0010,1030)", "PatientSize (0010,1020)", "PatientSex (0010,0040)"


@dataclass(frozen=True)
class Patient:
    """What is known of the patient; None and "" where nothing is.

    Parameters
    ----------
    weight : float or None
        kg.
    height : float or None
        cm.
    sex : str
        "M", "F" or "O".
    fixed : tuple of str
        What was put right, a sentence each.
    """

    weight: float | None
    height: float | None
    sex: str
    fixed: tuple[str, ...] = ()


def patient_of(header: PetHeader) -> Patient:
    """The patient of a series.

    Parameters
    ----------
    header : PetHeader
    """
    fixed = []
    weight, height = header.weight or 0.0, header.height or 0.0
    if weight > MAX_WEIGHT_KG:
        fixed.append(f"The weight of {weight:g} was taken as g.")
        weight /= 1000
    if height > MAX_HEIGHT_M:
        fixed.append(f"The height of {height:g} was taken as cm.")
        height /= 100
    sex = header.sex.upper()
    return Patient(
        weight if MIN_WEIGHT_KG <= weight <= MAX_WEIGHT_KG else None,
        100 * height if MIN_HEIGHT_M <= height <= MAX_HEIGHT_M else None,
        sex if sex in SEXES else "",
        tuple(fixed),
    )


def normalization_factor(
    patient: Patient, by: Normalization | None, wanted: Normalization
) -> tuple[float, Step | None, tuple[Finding, ...]]:
    """What makes the SUV that is wanted of one that is normalized otherwise, or of shares of the dose.

    Parameters
    ----------
    patient : Patient
    by : Normalization or None
        What values are normalized by; None where they are shares of the dose in a ml.
    wanted : Normalization

    Returns
    -------
    float
    Step or None
        None where there is nothing to do.
    tuple of Finding

    Raises
    ------
    InputError
        `pet.weight`, `pet.height`, `pet.sex`, `pet.mass`.
    """
    if by is wanted:
        return 1.0, None, ()
    involved = [one for one in (by, wanted) if one is not None]
    weight, height = patient.weight, patient.height
    if weight is None:
        raise InputError("pet.weight", "The header does not say what the patient weighs (PatientWeight).")
    used = [(WEIGHT, f"{weight:g} kg")]
    findings = [Finding("pet.patient_unit", Severity.FIXED, text) for text in patient.fixed]
    findings += unlikely("The patient weighs", weight, USUAL_WEIGHT_KG, "kg by the header (PatientWeight)")
    if any(one.needs_height for one in involved):
        if height is None:
            text = f"{_titles(involved)}: the header does not say how tall the patient is (PatientSize)."
            raise InputError("pet.height", text)
        used.append((HEIGHT, f"{height:g} cm"))
        metres = "m tall by the header (PatientSize)"
        findings += unlikely("The patient is", height / 100, USUAL_HEIGHT_M, metres)
    if any(one.needs_sex for one in involved):
        if not patient.sex:
            text = f"{_titles(involved)}: the header does not say the patient's sex (PatientSex)."
            raise InputError("pet.sex", text)
        used.append((SEX, patient.sex))
        if len(SEXES[patient.sex]) > 1:
            text = f"{_titles(involved)}: there is no formula for the sex O; the mean of both was taken."
            findings.append(Finding("pet.sex", Severity.WARN, text))
    sizes = [size_of(one, weight, height or 0.0, patient.sex or "O") for one in involved]
    factor = sizes[-1] if by is None else sizes[-1] / sizes[0]
    step = Step("patient", f"{wanted.title}, {wanted.unit}.", tuple(used), fixed=bool(patient.fixed))
    return factor, step, tuple(findings)


def unlikely(what: str, value: float, usual: tuple[float, float], of_what: str) -> list[Finding]:
    """A warning of a value that hardly any patient has; none of others.

    Parameters
    ----------
    what, of_what : str
        The words before and after the value.
    value : float
    usual : tuple of float
        The lowest and the highest that is no surprise, in the same unit.
    """
    low, high = usual
    if low <= value <= high:
        return []
    text = f"{what} {value:g} {of_what}; {low:g} to {high:g} is usual. It was used: SUV go by it."
    return [Finding("pet.unlikely", Severity.WARN, text)]


def _titles(involved: list[Normalization]) -> str:
    return " and ".join(one.title for one in involved if one.needs_height)
