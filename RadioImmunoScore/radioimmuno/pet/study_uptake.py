"""Uptake of a study's lesions on one of its images: lesions and reference regions are carried to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..extraction.carried_lesions import carried_lesions
from ..lesion import Lesion
from ..modality import PET, modality_of_role
from ..study import Study
from .scale import BY_WEIGHT, UptakeScale

if TYPE_CHECKING:
    from .patient_uptake import PatientUptake


def study_uptake(
    study: Study, role: str = PET.role, scale: UptakeScale | None = None
) -> PatientUptake | None:
    """Measure the uptake of a study's lesions.

    Parameters
    ----------
    study : Study
    role : str, optional
        Of the PET.
    scale : UptakeScale, optional
        What its values are; by default as the study says of how they were made.

    Returns
    -------
    PatientUptake or None
        None where the study has no such image. What was found of the image is found of each lesion.
    """
    if role not in study.images:
        return None
    # Most studies are a CT alone.
    from .patient_uptake import patient_uptake

    image = study.images[role]
    regions = [Lesion(name, name, mask) for name, mask in study.references.items()]
    if role == study.role:
        lesions, references = list(study.lesions), {one.id: one.mask for one in regions}
        findings = study.findings
    else:
        to_main = study.to_main.get(role)
        carried = carried_lesions(study.lesions, image.lattice, to_main)
        lesions = [lesion for lesion, _ in carried]
        of_image = study.findings_of_images.get(role, ())
        findings = {lesion.id: (*of_image, *found) for lesion, found in carried}
        references = {one.id: one.mask for one, _ in carried_lesions(regions, image.lattice, to_main)}
    about = study.about_images.get(role, {})
    if scale is None and "suv" not in about:
        scale = UptakeScale(about.get("quantity", BY_WEIGHT))
    scale = scale or scale_of_record(about["suv"])
    return patient_uptake(image, lesions, references, scale, findings)


def study_uptakes(study: Study) -> dict[str, PatientUptake]:
    """The uptake on each PET of a study, by the role of the image.

    Parameters
    ----------
    study : Study

    Returns
    -------
    dict of str to PatientUptake
    """
    found = {role: study_uptake(study, role) for role in study.images if modality_of_role(role) is PET}
    return {role: one for role, one in found.items() if one is not None}


def scale_of_record(suv: Mapping[str, Any]) -> UptakeScale:
    """The scale of a PET from how its SUV were made.

    Parameters
    ----------
    suv : mapping of str to Any
        As of `suv.suv_record`.

    Returns
    -------
    UptakeScale
    """
    scan = suv["acquisition"]
    other = "" if scan["fdg"] else str(scan["tracer"]).strip()
    return UptakeScale(suv["quantity"], bool(scan["long_lived"]), other)
