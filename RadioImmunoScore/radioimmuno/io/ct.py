"""Reading a CT: one file, or the folder of a DICOM series."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..acquisition import Acquisition
from ..findings import Finding, InputError
from ..geometry.image import Image, from_sitk
from ..identity import AS_PSEUDONYM, UNKNOWN, Identity, Naming, identity_of, identity_of_file
from ..modality import CT
from .nifti import transform_findings
from .volume_reader import is_dicom, open_volume

if TYPE_CHECKING:
    from .dicom import Gap, SourceSeries

CODE = "ct.unreadable"


@dataclass(frozen=True, eq=False)
class ReadCt:
    """A CT from any kind of file.

    Parameters
    ----------
    image : Image
        Values in HU, (slice, row, column), with the lattice in LPS mm.
    acquisition : Acquisition
        What the DICOM header says of the scan; other files say nothing of it.
    findings : tuple of Finding
        What holds for all lesions.
    gaps : tuple of Gap
        Missing slices; `dicom.stack.check_gaps` says what they mean for each lesion.
    source : SourceSeries or None
        The DICOM series it was read from, None for other files.
    identity : Identity
        Whose it is.
    """

    image: Image
    acquisition: Acquisition = field(default_factory=Acquisition)
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    source: SourceSeries | None = None
    identity: Identity = UNKNOWN


def read_ct(
    path: str | os.PathLike[str],
    series: str | None = None,
    *,
    accepted: Collection[str] = (),
    naming: Naming = AS_PSEUDONYM,
) -> ReadCt:
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

    Raises
    ------
    InputError
        With the code of what is wrong and words that say what to do.
    """
    path = Path(path)
    if path.is_dir() or is_dicom(path):
        from .dicom.read import read_ct as read_dicom

        ct = read_dicom(path, series, accepted=accepted)
        findings = (*ct.findings, *CT.check_values(ct.image, accepted))
        identity = identity_of(
            ct.source.patient_id,
            ct.source.study_date,
            ct.source.description,
            named=naming.patient,
            identify=naming.identify,
        )
        return ReadCt(ct.image, ct.acquisition, findings, ct.gaps, ct.source, identity)
    if series is not None:
        raise InputError("ct.unknown_series", f"{path} is no DICOM folder: it has no series to choose from.")
    volume = open_volume(path, CODE)
    if volume.GetNumberOfComponentsPerPixel() != 1:
        raise InputError(CODE, f"{path} has several values a voxel (a color image or layers); a CT has one.")
    image = from_sitk(volume)
    identity = identity_of_file(path.resolve().name, naming.patient)
    findings = (*transform_findings(path, volume, "CT"), *CT.check_values(image, accepted))
    return ReadCt(image, findings=findings, identity=identity)
