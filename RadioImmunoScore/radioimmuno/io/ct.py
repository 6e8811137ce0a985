"""Reading a CT: one file, or the folder of a DICOM series."""

from __future__ import annotations

import os
from collections.abc import Collection

from ..identity import AS_PSEUDONYM, Naming
from ..modality import CT
from .image import ReadImage, read_image


def read_ct(
    path: str | os.PathLike[str],
    series: str | None = None,
    *,
    accepted: Collection[str] = (),
    naming: Naming = AS_PSEUDONYM,
) -> ReadImage:
    """A CT with all that reading it found.

    Parameters
    ----------
    path : path-like
        NRRD, NIfTI or MHA/MHD file, a DICOM folder (any number of series in it), or an enhanced
        multi-frame DICOM file.
    series : str, optional
        UID of the series in a DICOM folder with several.
    accepted : collection of str
        Codes of `acceptance.OPTIONS` that a person accepted.
    naming : Naming
        How the patient is to be called; by default a pseudonym of the PatientID.

    Returns
    -------
    ReadImage
        Values in HU.

    Raises
    ------
    InputError
        With the code of what is wrong and words that say what to do.
    """
    return read_image(path, series, modality=CT, accepted=accepted, naming=naming)
