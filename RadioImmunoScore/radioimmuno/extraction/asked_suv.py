"""Whether a PET is in the SUV that it is to be measured in: values of one are no values of another."""

from __future__ import annotations

from ..findings import Finding, Severity
from ..modality import PET, image_title, modality_of_role, settings_on, with_suv
from ..settings import SUV_KINDS, Settings
from ..study import Study


def other_suv(study: Study, role: str, settings: Settings) -> Finding | None:
    """That a PET was read in another SUV than the settings measure.

    Parameters
    ----------
    study : Study
    role : str
        Of the image.
    settings : Settings
        Of all images.

    Returns
    -------
    Finding or None
        A refusal; None where it is the same, where nobody knows, and for what is no PET.
    """
    read, asked = _suv_of(study, role), settings_on(settings, role).suv
    if modality_of_role(role) is not PET or read is None or read == asked:
        return None
    text = (
        f"The {image_title(role)} is to be measured in SUV of the kind {asked}, and was read in {read}. Read "
        f"it so: leave --suv out in the shell, in Slicer load its DICOM files or state the volume's unit."
    )
    return Finding("pet.other_suv", Severity.REFUSE, text)


def settings_as_read(study: Study, settings: Settings) -> Settings:
    """The settings, in which each PET of a study is measured in the SUV that it was read in.

    Parameters
    ----------
    study : Study
    settings : Settings

    Returns
    -------
    Settings
    """
    for role in study.images:
        read = _suv_of(study, role)
        if read in SUV_KINDS and other_suv(study, role, settings):
            settings = with_suv(settings, [role], read)
    return settings


def _suv_of(study: Study, role: str) -> str | None:
    about = study.about_images.get(role, {})
    found = about.get("suv", about).get("quantity")
    return None if found is None else str(found)
