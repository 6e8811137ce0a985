"""Images of a study beside the one that lesions were drawn on: of the same patient, in the same place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..acceptance import unless_accepted
from ..acquisition import acquisition_record
from ..findings import Finding, InputError, Severity
from ..identity import Naming, in_part, iso_date, same_patient
from ..modality import PET, image_title, modality_of_role
from ..thresholds import IMAGES_APART_DAYS
from .image import ReadImage, read_image

if TYPE_CHECKING:
    from ..extraction.carried_lesions import PointMap

# What a person writes for a transform where two images lie in the same place, whatever their headers say.
IDENTITY = "identity"

# Without these there is no SUV, but there are ratios to reference regions of the same scan.
NOT_NEEDED_FOR_RATIOS = frozenset(
    {
        *("pet.weight", "pet.height", "pet.sex", "pet.mass"),
        *("pet.dose", "pet.administration_time", "pet.counts"),
    }
)
RATIOS_ALONE = (
    "Ratios to a reference region do not need it: `radioimmuno uptake PET LESIONS --reference muscle` "
    "measures them, and without the PET the rest goes on."
)


@dataclass(frozen=True)
class ImageFile:
    """An image beside the main one.

    Parameters
    ----------
    role : str
        What it is called: `pet`, `mr_t1`.
    path : Path
        As `image.read_image` takes it.
    series : str or None
        UID of the series in a DICOM folder with several.
    transform : str
        A transform's file (as SimpleITK reads it: .tfm, .h5, .txt), which takes points of this image to the
        same places in the main one; `identity`; "" within one frame of reference.
    """

    role: str
    path: Path
    series: str | None = None
    transform: str = ""


@dataclass(frozen=True, eq=False)
class ImagesBeside:
    """Images that were read.

    Parameters
    ----------
    read : mapping of str to ReadImage
        By role.
    findings : mapping of str to tuple of Finding
        Of each image.
    about : mapping of str to mapping of str to Any
        How each was made and read, plain values.
    to_main : mapping of str to callable
        As of `Study.to_main`.
    """

    read: Mapping[str, ReadImage] = field(default_factory=dict)
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    about: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    to_main: Mapping[str, PointMap] = field(default_factory=dict)


def read_beside(
    files: Sequence[ImageFile],
    main: ReadImage,
    *,
    accepted: Collection[str],
    naming: Naming,
    suv: Mapping[str, str],
) -> ImagesBeside:
    """Read the images beside a main one.

    Parameters
    ----------
    files : sequence of ImageFile
    main : ReadImage
    accepted : collection of str
        Codes of `acceptance.OPTIONS` that a person accepted.
    naming : Naming
    suv : mapping of str to str
        By role, which SUV a PET gets: `quantity` of `image.read_image`.

    Returns
    -------
    ImagesBeside

    Raises
    ------
    InputError
        `patient.mismatch`, `study.image_twice`, `study.frame_of_reference`, `study.transform`, and what
        reading raises.
    """
    _check_roles([main.modality.role, *(file.role for file in files)])
    read: dict[str, ReadImage] = {}
    findings: dict[str, tuple[Finding, ...]] = {}
    to_main: dict[str, PointMap] = {}
    for file in files:
        one = _read(file, accepted, naming, suv[file.role])
        whose = (*_check_patient(file.role, one, main, accepted), *_check_date(file.role, one, main))
        read[file.role], findings[file.role] = one, (*whose, *one.findings)
        if file.transform and file.transform != IDENTITY:
            to_main[file.role] = _transform(Path(file.transform))
        elif not file.transform:
            _check_frame(file.role, one, main)
    return ImagesBeside(read, findings, {role: about_image(one) for role, one in read.items()}, to_main)


def _read(file: ImageFile, accepted: Collection[str], naming: Naming, quantity: str) -> ReadImage:
    """One image; what is wrong with it names the image, as several are read."""
    try:
        return read_image(
            file.path,
            file.series,
            modality=modality_of_role(file.role),
            accepted=accepted,
            naming=naming,
            quantity=quantity,
        )
    except InputError as problem:
        text = f"The {image_title(file.role)}: {problem}"
        if problem.code == "ct.mixed_series":
            how = f"--image-series {file.role}=UID, in a manifest the column {file.role}_series"
            text = text.replace("(--series UID)", f"({how}), or name a folder that holds one of them")
        if problem.code in NOT_NEEDED_FOR_RATIOS:
            text = f"{text} {RATIOS_ALONE}"
        raise InputError(problem.code, text) from None


def about_image(read: ReadImage) -> dict[str, Any]:
    """How an image was made and read, as plain values for JSON.

    Parameters
    ----------
    read : ReadImage

    Returns
    -------
    dict of str to Any
    """
    about: dict[str, Any] = {"modality": read.modality.name, "unit": read.modality.unit}
    if read.acquisition.source:
        about["acquisition"] = acquisition_record(read.acquisition)
    if read.suv is None:
        return about | ({"quantity": read.quantity} if read.modality is PET else {})
    from ..pet.suv import suv_record

    return about | {"suv": suv_record(read.suv)}


def _check_roles(roles: Sequence[str]) -> None:
    """Refuse two images of one role: one would take the other's place."""
    for number, role in enumerate(roles):
        if role in roles[:number]:
            kind = role.partition("_")[0]
            text = (
                f"Two images of the study are called {role}: give one beside the other a name of its own, as "
                f"--{kind} late=... for {kind}_late."
            )
            raise InputError("study.image_twice", text)


def _check_patient(
    role: str, one: ReadImage, main: ReadImage, accepted: Collection[str]
) -> tuple[Finding, ...]:
    ids = [read.source.patient_id if read.source else "" for read in (one, main)]
    if same_patient(*ids):
        return ()
    theirs, ours = in_part(*ids)
    text = (
        f"The {image_title(role)} is of another patient (PatientID {theirs}) than the {main.modality.name} "
        f"(PatientID {ours})."
    )
    finding = unless_accepted("patient.mismatch", text, accepted)
    if finding.refuses:
        raise InputError(finding.code, finding.text)
    return (finding,)


def _check_date(role: str, one: ReadImage, main: ReadImage) -> tuple[Finding, ...]:
    """A warning where two images were made so far apart that a lesion may have changed between them."""
    days = [iso_date(read.source.study_date) if read.source else "" for read in (one, main)]
    if not all(days):
        return ()
    theirs, ours = map(date.fromisoformat, days)
    apart = abs((theirs - ours).days)
    if apart <= IMAGES_APART_DAYS:
        return ()
    text = (
        f"The {image_title(role)} is of {theirs}, the {main.modality.name} of {ours}: {apart} days lie "
        "between them, in which lesions change. Take images of one visit."
    )
    return (Finding("study.dates", Severity.WARN, text),)


def _check_frame(role: str, one: ReadImage, main: ReadImage) -> None:
    """Refuse an image in another frame of reference; where one is not known, nothing is."""
    theirs, ours = (read.source.frame_of_reference_uid if read.source else "" for read in (one, main))
    if theirs and ours and theirs != ours:
        text = (
            f"The {image_title(role)} lies in another frame of reference than the {main.modality.name}: "
            "places of the two cannot be compared. Register it, and give the transform "
            f"(--transform {role}=FILE, in a manifest the column {role}_transform); where both lie in the "
            f"same place all the same: {IDENTITY} for FILE."
        )
        raise InputError("study.frame_of_reference", text)


def _transform(path: Path) -> PointMap:
    import SimpleITK as sitk

    from ..extraction.carried_lesions import points_of

    if not path.is_file():
        raise InputError("study.transform", f"There is no transform {path}.")
    try:
        return points_of(sitk.ReadTransform(str(path)))
    except RuntimeError:
        text = f"{path} is no transform that can be read: save it as .tfm, .h5 or .txt (ITK)."
        raise InputError("study.transform", text) from None
