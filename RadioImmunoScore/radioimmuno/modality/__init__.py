"""Kinds of images on which lesions are measured: CT, PET, MR."""

from .modalities import (
    CT,
    MODALITIES,
    MR,
    PET,
    image_title,
    modality_of_code,
    modality_of_role,
    settings_on,
    split_role,
    with_filters,
    with_role,
    with_suv,
    without_expected,
)
from .modality import Modality

__all__ = [
    "CT",
    "MODALITIES",
    "MR",
    "PET",
    "Modality",
    "image_title",
    "modality_of_code",
    "modality_of_role",
    "settings_on",
    "split_role",
    "with_filters",
    "with_role",
    "with_suv",
    "without_expected",
]
