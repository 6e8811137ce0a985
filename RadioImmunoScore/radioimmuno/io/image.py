"""Reading an image of any modality: one file, or the folder of a DICOM series."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..acquisition import Acquisition
from ..findings import Finding, InputError
from ..geometry.image import Image, from_sitk
from ..identity import AS_PSEUDONYM, UNKNOWN, Identity, Naming, identity_of, identity_of_file
from ..modality import CT, PET, Modality
from ..pet.masses import BODY_WEIGHT, normalization_named
from .nifti import transform_findings
from .volume_reader import is_dicom, open_volume

if TYPE_CHECKING:
    from ..pet.suv import Suv
    from .dicom import Gap, SourceSeries
    from .dicom.read import DicomImage

CODE = "ct.unreadable"


@dataclass(frozen=True, eq=False)
class ReadImage:
    """An image from any kind of file.

    Parameters
    ----------
    image : Image
        Values in the modality's unit, (slice, row, column), with the lattice in LPS mm.
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
    modality : Modality
    suv : Suv or None
        How the stored values of a PET became SUV; None for other images and for files that are no DICOM.
    quantity : str
        Which SUV a PET that is no DICOM was taken for.
    """

    image: Image
    acquisition: Acquisition = field(default_factory=Acquisition)
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    source: SourceSeries | None = None
    identity: Identity = UNKNOWN
    modality: Modality = CT
    suv: Suv | None = None
    quantity: str = BODY_WEIGHT.name


def read_image(
    path: str | os.PathLike[str],
    series: str | None = None,
    *,
    modality: Modality | None = None,
    accepted: Collection[str] = (),
    naming: Naming = AS_PSEUDONYM,
    quantity: str = BODY_WEIGHT.name,
) -> ReadImage:
    """An image with all that reading it found.

    Parameters
    ----------
    path : path-like
        NRRD, NIfTI or MHA/MHD file, a DICOM folder (any number of series in it), or an enhanced
        multi-frame DICOM file.
    series : str, optional
        UID of the series in a DICOM folder with several.
    modality : Modality, optional
        What it has to be. Without one it is the CT of a folder, where a usable one is there, else its one
        usable series of another kind; files that are no DICOM are taken for CT.
    accepted : collection of str
        Codes of `acceptance.OPTIONS` that a person accepted.
    naming : Naming
        How the patient is to be called; by default a pseudonym of the PatientID.
    quantity : str
        Which SUV of a PET, as of `pet.suv.suv_of`: `bw`, `lbm`, `bsa`, `ideal`, `james`, `morgan`, or
        `activity`. A file that is no DICOM is taken for what holds this one.

    Raises
    ------
    InputError
        With the code of what is wrong and words that say what to do.
    """
    path = Path(path)
    if path.is_dir() or is_dicom(path):
        return _read_dicom(path, series, modality, accepted, naming, quantity)
    if series is not None:
        raise InputError("ct.unknown_series", f"{path} is no DICOM folder: it has no series to choose from.")
    kind = modality or CT
    volume = open_volume(path, CODE)
    if volume.GetNumberOfComponentsPerPixel() != 1:
        text = f"{path} has several values a voxel (a color image or layers); a {kind.name} has one."
        raise InputError(CODE, text)
    image = from_sitk(volume)
    findings = (
        *transform_findings(path, volume, kind.name),
        *(_as_asked(finding, quantity) for finding in kind.of_files),
        *kind.check_values(image, accepted),
    )
    identity = identity_of_file(path.resolve().name, naming.patient)
    return ReadImage(image, findings=findings, identity=identity, modality=kind, quantity=quantity)


def _as_asked(finding: Finding, quantity: str) -> Finding:
    """What is said of the unit of a file that is no DICOM, where a person says which it is."""
    if finding not in PET.of_files or quantity == BODY_WEIGHT.name:
        return finding
    title = normalization_named(quantity).title
    text = (
        f"The file does not say in which unit its values are: they were taken as {title}, as was asked for."
    )
    return replace(finding, text=text)


def _read_dicom(
    path: Path,
    series: str | None,
    modality: Modality | None,
    accepted: Collection[str],
    naming: Naming,
    quantity: str,
) -> ReadImage:
    from .dicom.read import read_image as read_series

    read = read_series(path, series, modality=modality, accepted=accepted, quantity=quantity)
    return _of_series(read, accepted, naming)


def read_dicom_files(
    files: Sequence[Path],
    *,
    modality: Modality | None = None,
    accepted: Collection[str] = (),
    naming: Naming = AS_PSEUDONYM,
    quantity: str = BODY_WEIGHT.name,
) -> ReadImage:
    """The image of which these DICOM files are the slices, as a database of DICOM files names them.

    Parameters
    ----------
    files : sequence of Path
        All of one series, at least one.
    modality, accepted, naming, quantity : Any
        As of `read_image`.

    Raises
    ------
    InputError
        With the code of what is wrong and words that say what to do.
    """
    from .dicom.read import read_files

    read = read_files(files, modality=modality, accepted=accepted, quantity=quantity)
    return _of_series(read, accepted, naming)


def _of_series(read: DicomImage, accepted: Collection[str], naming: Naming) -> ReadImage:
    """A series that was read, its values checked."""
    is_activity = read.suv is not None and not read.suv.is_suv
    values = () if is_activity else read.modality.check_values(read.image, accepted)
    identity = identity_of(
        read.source.patient_id,
        read.source.study_date,
        read.source.description,
        named=naming.patient,
        identify=naming.identify,
    )
    return ReadImage(
        read.image,
        read.acquisition,
        (*read.findings, *values),
        read.gaps,
        read.source,
        identity,
        read.modality,
        read.suv,
    )
