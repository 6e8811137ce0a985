"""Findings on PET: what makes uptake values of stored ones, and the values."""

from __future__ import annotations

from .row import Row

PET_REFUSED = "The PET is refused."

ROWS = {
    "pet.not_pet": Row(
        "The series is not a PET.",
        PET_REFUSED,
        "Uptake is measured in SUV, which only a PET has.",
        "Take the PET; `radioimmuno series FOLDER` lists what there is.",
    ),
    "pet.suv_implausible": Row(
        "The voxel values do not look like standardized uptake values.",
        f"{PET_REFUSED} With `--accept-values` it goes on, with a warning, and that is recorded.",
        "SUV are hardly negative, around 1 in most tissues, and hardly above some dozens.",
        "Take the DICOM series: SUV are made of it here, with each step recorded.",
    ),
}
