"""Uptake of a course's lesions on the PET of its studies: how it changed, and the response by PERCIST.

A lesion is matched on the CT; each PET is measured in its own study. Nothing is carried from one PET to
another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..findings import InputError
from ..lesion import Lesion
from ..modality import PET, modality_of_role
from ..pet.lesion_uptake import LesionUptake
from ..pet.masses import normalization_named
from ..pet.patient import Patient, normalization_factor
from ..pet.patient_uptake import PatientUptake
from ..pet.percist import NE, PercistResponse, PercistRules, PercistStudy, percist, percist_study
from ..pet.records import uptake_numbers
from ..pet.scale import LEAN, SUL
from ..pet.study_uptake import study_uptake
from ..study import Study
from .change import Change, change, gone, union
from .course import Course
from .followed_lesion import ScoredStudy, comparisons, union_id

# What is followed of a lesion: column -> whether nothing of it is left when the lesion is gone.
FOLLOWED = {"suv_max": False, "suv_peak": False, "mtv_41": True, "tlg_41": True}
NO_HEADER = (
    "The PET of {name} is a file that says nothing of patient and injection: PERCIST needs its DICOM series."
)


@dataclass(frozen=True, eq=False)
class MetabolicCourse:
    """Uptake and metabolic response of a course.

    Parameters
    ----------
    role : str
        Of the PET.
    uptake : tuple of PatientUptake or None
        Of each study, its lesions by `union_id`; None where it has no PET.
    baseline : int
        Number of the first study with a PET.
    percist : tuple of PercistResponse or None
        Of each study against that one; None up to it.
    rules : PercistRules
    """

    role: str
    uptake: tuple[PatientUptake | None, ...]
    baseline: int
    percist: tuple[PercistResponse | None, ...]
    rules: PercistRules

    def numbers(self, study: int, ids: Sequence[str]) -> dict[str, float | None]:
        """The values of a lesion in a study, by the names of `FOLLOWED`.

        Parameters
        ----------
        study : int
        ids : sequence of str
            Its parts there.

        Returns
        -------
        dict of str to float or None
            None where there is no PET, or the lesion was not measured on it.
        """
        patient, known = self.uptake[study], {}
        if patient is not None and ids:
            found: LesionUptake = next(one for one in patient.lesions if one.id == union_id(ids))
            known = uptake_numbers(found, patient.scale.is_suv)
        return {name: known.get(name) for name in FOLLOWED}

    def changes(
        self,
        then: tuple[int, Sequence[str]],
        now: tuple[int, Sequence[str]],
        days: float | None = None,
    ) -> dict[str, Change]:
        """The changes of a lesion's uptake between two studies.

        Parameters
        ----------
        then, now : tuple of int and sequence of str
            Number of the study and the lesion's parts there; without parts now the lesion is gone.
        days : float, optional
            Between the two.

        Returns
        -------
        dict of str to Change
            By the names of `FOLLOWED`; not defined between values that are no SUV of one kind.
        """
        patients = self.uptake[then[0]], self.uptake[now[0]]
        quantities = {patient.scale.quantity for patient in patients if patient is not None}
        if None in patients or len(quantities) > 1:
            return {name: Change() for name in FOLLOWED}
        before, after = self.numbers(*then), self.numbers(*now)
        if now[1]:
            return {name: change(before[name], after[name], days) for name in FOLLOWED}
        return {
            name: gone(value, days) if is_volume and (value := before[name]) else Change()
            for name, is_volume in FOLLOWED.items()
        }


def metabolic_course(
    course: Course, studies: Sequence[ScoredStudy], rules: PercistRules | None = None
) -> MetabolicCourse | None:
    """Measure the uptake of a course's lesions, and compare each PET with the first one by PERCIST.

    Parameters
    ----------
    course : Course
        Its lesions matched.
    studies : sequence of ScoredStudy
        Those of the course, with the images beside their CT.
    rules : PercistRules, optional

    Returns
    -------
    MetabolicCourse or None
        None where no study has a PET.

    Notes
    -----
    New lesions that count for PERCIST are those that were drawn, are known to be new since that PET, and have
    voxels above its threshold of what is measurable; this last is ours. PERCIST leaves to a reader whether
    new uptake is tumor.
    """
    roles = dict.fromkeys(role for one in studies for role in one.study.images if _is_pet(role))
    if not roles:
        return None
    role, rules = PET.role if PET.role in roles else next(iter(roles)), rules or PercistRules()
    followed = [replace(one.study, lesions=_lesions_of(course, number)) for number, one in enumerate(studies)]
    uptake = tuple(study_uptake(study, role) for study in followed)
    baseline = next(number for number, one in enumerate(uptake) if one is not None)
    lean = [
        None if one is None else _lean(study, role, one, named.name, rules)
        for study, one, named in zip(followed, uptake, studies, strict=True)
    ]
    responses: list[PercistResponse | None] = [None] * len(studies)
    for number in range(baseline + 1, len(studies)):
        before, after = lean[baseline], lean[number]
        if before is None or after is None:
            responses[number] = PercistResponse(NE, (f"There is no PET of {studies[number].name}.",))
            continue
        reasons = tuple(dict.fromkeys([*before.reasons, *after.reasons]))
        if reasons:
            responses[number] = PercistResponse(NE, reasons)
            continue
        new = _new_lesions(course, studies, after.uptake, (baseline, number))
        responses[number] = percist(before.study, after.study, new, rules)
    return MetabolicCourse(role, uptake, baseline, tuple(responses), rules)


def _is_pet(role: str) -> bool:
    return modality_of_role(role) is PET


def _lesions_of(course: Course, number: int) -> tuple[Lesion, ...]:
    """The lesions of a study as the course has them: parts of one as one."""
    drawn = {lesion.id: lesion for lesion in course.studies[number].lesions}
    groups = (lesion.in_studies[number] for lesion in course.lesions)
    return tuple(union([drawn[each] for each in ids]) for ids in groups if ids)


@dataclass(frozen=True, eq=False)
class _Lean:
    """A study on SUL, for PERCIST, or why there is none."""

    uptake: PatientUptake
    study: PercistStudy
    reasons: tuple[str, ...] = ()


def _lean(study: Study, role: str, uptake: PatientUptake, name: str, rules: PercistRules) -> _Lean:
    """The uptake of a study by lean body mass."""
    suv = study.about_images.get(role, {}).get("suv")
    if suv is None:
        return _Lean(uptake, percist_study(uptake, None, rules), (NO_HEADER.format(name=name),))
    minutes = suv["acquisition"]["uptake_min"]
    if not (uptake.scale.immuno or uptake.scale.other_tracer or uptake.scale.quantity in SUL):
        try:
            uptake = _by_lean_mass(study, role, suv)
        except InputError as problem:
            return _Lean(uptake, percist_study(uptake, minutes, rules), (f"{name}: {problem}",))
    return _Lean(uptake, percist_study(uptake, minutes, rules))


def _by_lean_mass(study: Study, role: str, suv: Mapping[str, Any]) -> PatientUptake:
    """The uptake of a study whose values are made SUL of another kind of SUV."""
    scan, image = suv["acquisition"], study.images[role]
    patient = Patient(scan["weight_kg"], scan["height_cm"], scan["sex"])
    factor, _, _ = normalization_factor(
        patient, normalization_named(suv["quantity"]), normalization_named(LEAN)
    )
    about = {**study.about_images[role], "suv": {**suv, "quantity": LEAN}}
    made = study_uptake(
        replace(
            study,
            images={**study.images, role: replace(image, values=image.values * factor)},
            about_images={**study.about_images, role: about},
        ),
        role,
    )
    assert made is not None
    return made


def _new_lesions(
    course: Course, studies: Sequence[ScoredStudy], uptake: PatientUptake, numbers: tuple[int, int]
) -> list[str]:
    """Lesions that are new since a study and take up enough to be measured in a later one."""
    baseline, number = numbers
    known = {one.id: one for one in uptake.lesions}
    found = []
    for lesion in course.lesions:
        first = next(place for place, ids in enumerate(lesion.in_studies) if ids)
        compared, ids = comparisons(lesion)[number], lesion.in_studies[number]
        if first <= baseline or not ids or compared is None or not compared.is_known:
            continue
        volume = known[union_id(ids)].volumes.get("liver")
        if volume is not None and volume.mtv_cc > 0:
            drawn = {one.id: one.name for one in studies[number].study.lesions}
            found.append(f"{lesion.id} ({' + '.join(drawn[each] for each in ids)})")
    return found
