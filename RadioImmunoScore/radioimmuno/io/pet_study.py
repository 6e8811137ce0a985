"""A PET alone, its lesions and its reference regions, read from files.

Lesions may be drawn on the PET or on another image of the same frame of reference, as the CT beside it: they
are carried to the PET's voxels. Where no SUV can be made but reference regions are given, the PET is read all
the same, in values that are proportional to activity: ratios within one scan need no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..findings import Finding, InputError, Severity
from ..geometry.image import Image
from ..identity import AS_PSEUDONYM, Identity, Naming
from ..lesion import LeftOut, Lesion
from ..modality import PET
from ..pet.masses import ACTIVITY
from ..pet.scale import BY_WEIGHT, UptakeScale, scale_of
from .carrying import carry_lesions
from .dicom.source import SourceSeries
from .dicom.stack import check_gaps
from .image import ReadImage, read_image
from .lesions import read_lesions
from .reference_regions import EVERYTHING, ReferenceRegion, read_references
from .resampling import ReadLesions
from .study_files import sha256_of
from .volume_reader import is_dicom

if TYPE_CHECKING:
    from ..pet.suv import Suv

# A lesion on a PET is mostly drawn on the CT beside it: that it names another series is no news.
OF_SERIES = "mask.reference"
NO_FRAME = (
    "The PET is no DICOM series, so that the segmentation's frame of reference could not be compared: check "
    "that it lies where it was drawn."
)


@dataclass(frozen=True)
class PetFiles:
    """The files of a PET, and what a person says of them.

    Parameters
    ----------
    pet, lesions : Path
        As `image.read_image` and `lesions.read_lesions` take them.
    patterns : tuple of str
        Names, identifiers or patterns of the lesions to take; without one, all that look like lesions.
    references : tuple of ReferenceRegion
    series : str or None
        UID of the series in a DICOM folder with several.
    quantity : str
        Which SUV: of a DICOM PET the one to make, of another file the one that it holds.
    accepted : frozenset of str
        Codes of `acceptance.OPTIONS` that a person accepted.
    naming : Naming
    """

    pet: Path
    lesions: Path
    patterns: tuple[str, ...] = ()
    references: tuple[ReferenceRegion, ...] = ()
    series: str | None = None
    quantity: str = BY_WEIGHT
    accepted: frozenset[str] = frozenset()
    naming: Naming = AS_PSEUDONYM


@dataclass(frozen=True, eq=False)
class PetStudy:
    """A PET with what lies on it, read from files.

    Parameters
    ----------
    image : Image
    scale : UptakeScale
        What its values are.
    lesions : tuple of Lesion
        On the PET's lattice, without the reference regions.
    references : mapping of str to Image
        Name -> mask on the PET's lattice.
    suv : Suv or None
        How the values were made; None of files that are no DICOM.
    refusal : Finding or None
        Why the values are no SUV, where they are none.
    findings : mapping of str to tuple of Finding
        What was found of lesions and of the PET before anything is measured, by lesion id.
    identity : Identity
    left_out : tuple of LeftOut
    inputs : mapping of str to Any
        What identifies the files, for the provenance.
    """

    image: Image
    scale: UptakeScale
    lesions: tuple[Lesion, ...]
    references: Mapping[str, Image]
    suv: Suv | None
    refusal: Finding | None
    findings: Mapping[str, tuple[Finding, ...]]
    identity: Identity
    left_out: tuple[LeftOut, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)


def read_pet_study(files: PetFiles, before_lesions: Callable[[], None] | None = None) -> PetStudy:
    """Read a PET, its lesions and its reference regions.

    Parameters
    ----------
    files : PetFiles
    before_lesions : callable, optional
        Called when the PET was read.

    Raises
    ------
    InputError
        With a code and words that say what to do; `mask.no_match` where a reference region is not found.
    """
    files = replace(files, lesions=_file_of(files.lesions))
    read, scale, refusal = _read_pet(files)
    if before_lesions:
        before_lesions()
    regions = read_references(
        files.references, files.lesions, lambda path: _read_lesions(path, files, read, EVERYTHING).lesions
    )
    taken = regions.taken
    found = _read_lesions(files.lesions, files, read, files.patterns)
    lesions = tuple(lesion for lesion in found.lesions if lesion.id not in taken)
    gaps = check_gaps(read.gaps, lesions, PET.settings)
    findings = {
        lesion.id: (
            *(finding for finding in read.findings if finding is not refusal),
            *(finding for finding in gaps.get(lesion.id, ()) if not finding.refuses),
            *_of_drawing(found.findings.get(lesion.id, ()), read.source),
        )
        for lesion in lesions
    }
    return PetStudy(
        read.image,
        scale,
        lesions,
        regions.masks(read.image.lattice),
        read.suv,
        refusal,
        findings,
        read.identity,
        tuple(one for one in found.left_out if one.id not in taken),
        _inputs(files, read),
    )


def _read_pet(files: PetFiles) -> tuple[ReadImage, UptakeScale, Finding | None]:
    """The PET, what its values are, and why they are no SUV; without references they have to be SUV."""
    try:
        read, refusal = _read_as(files, files.quantity), None
    except InputError as problem:
        read = _read_activity(files, problem)
        refusal = Finding(problem.code, Severity.REFUSE, str(problem))
    if read.suv is not None:
        return read, scale_of(read.suv.name, read.suv.acquisition), refusal
    refusal = next((one for one in read.findings if one.refuses and one.code == PET.values_code), None)
    if refusal is None or not files.references:
        return read, UptakeScale(files.quantity), None
    return read, UptakeScale(ACTIVITY), refusal


def _read_as(files: PetFiles, quantity: str) -> ReadImage:
    return read_image(
        files.pet,
        files.series,
        modality=PET,
        accepted=files.accepted,
        naming=files.naming,
        quantity=quantity,
    )


def _read_activity(files: PetFiles, problem: InputError) -> ReadImage:
    """The PET in values that are proportional to activity, where no SUV can be made of it."""
    if not files.references:
        raise problem
    try:
        return _read_as(files, ACTIVITY)
    except InputError:
        raise problem from None


def _file_of(path: Path) -> Path:
    """The file of lesions; of a folder its only one."""
    if not path.is_dir():
        return path
    from .dicom.lesions import only_lesions_of

    return only_lesions_of(path)


def _read_lesions(path: Path, files: PetFiles, read: ReadImage, patterns: Sequence[str]) -> ReadLesions:
    return read_lesions(path, read.image, read.source, patterns, accepted=files.accepted, place=carry_lesions)


def _of_drawing(findings: Sequence[Finding], source: SourceSeries | None) -> list[Finding]:
    """What counts here of what was found of a lesion in its file."""
    others = [finding for finding in findings if finding.code != OF_SERIES]
    if source is not None or len(others) == len(findings):
        return others
    return [*others, Finding(OF_SERIES, Severity.WARN, NO_FRAME)]


def _inputs(files: PetFiles, read: ReadImage) -> dict[str, Any]:
    """What identifies the files: SHA-256, and the name where it is not likely to be the patient's."""
    identify, dicom = files.naming.identify, read.source is not None

    def of(path: Path, parts: Sequence[Path], named: bool) -> dict[str, Any]:
        return ({"name": path.resolve().name} if named else {}) | {"sha256": sha256_of(parts)}

    if read.source is None:
        pet = of(files.pet, [files.pet], True)
    else:
        pet = of(files.pet, read.source.files, identify) | {"series_uid": read.source.series_uid}
    found = {"pet": pet}
    drawn = {"lesions": files.lesions}
    drawn |= {f"reference {one.name}": one.path for one in files.references if one.path is not None}
    for what, path in drawn.items():
        file = _file_of(path)
        found[what] = of(file, [file], identify or not (dicom or is_dicom(file)))
    return found
