"""From files to images and lesions: CT, segmentations, the table of what is known about the lesions."""

from __future__ import annotations

from .ct import ReadCt, implausible_values, read_ct, read_image
from .lesion_table import apply_lesion_table
from .lesions import ReadLesions, read_lesions
from .volume_reader import is_dicom

__all__ = [
    "ReadCt",
    "ReadLesions",
    "apply_lesion_table",
    "implausible_values",
    "is_dicom",
    "read_ct",
    "read_image",
    "read_lesions",
]
