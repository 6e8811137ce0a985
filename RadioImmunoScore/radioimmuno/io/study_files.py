"""A patient's files, read into a study: CT, lesions of one or several files, what a table says of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..acquisition import with_kvp
from ..findings import Finding
from ..identity import AS_PSEUDONYM, Naming, iso_date
from ..lesion import LeftOut, Lesion
from ..modality import CT, PET, Modality, settings_on, without_expected
from ..settings import Settings
from ..study import Study
from .dicom.source import SourceSeries
from .dicom.stack import check_gaps
from .image import ReadImage, read_image
from .images_beside import IDENTITY, ImageFile, about_image, read_beside
from .lesion_table import apply_lesion_table
from .lesions import read_lesions
from .reference_regions import (
    EVERYTHING,
    ReferenceRegion,
    ReferenceRegions,
    called_regions,
    read_references,
)
from .resampling import ReadLesions
from .volume_reader import is_dicom

BLOCK_BYTES = 1 << 22


@dataclass(frozen=True)
class LesionFile:
    """A file of lesions, and which of them are meant.

    Parameters
    ----------
    path : Path
        As `lesions.read_lesions` takes it; a folder holds one RTSTRUCT or SEG file.
    patterns : tuple of str
        Names, identifiers or patterns of the lesions to take; without one, all that look like lesions.
    """

    path: Path
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class StudyFiles:
    """The files of a patient at one date, and what a person says of them.

    Parameters
    ----------
    ct : Path
        The image that lesions were drawn on, mostly a CT; as `image.read_image` takes it.
    lesions : tuple of LesionFile
        None for a study in which no lesion was drawn.
    series : str or None
        UID of the series in a DICOM folder with several.
    table : Path or None
        Lesion table.
    kvp : float or None
        Tube voltage that a person gives, kV.
    accepted : frozenset of str
        Codes of `acceptance.OPTIONS` that a person accepted.
    naming : Naming
        How the patient is to be called.
    modality : Modality or None
        What the main image has to be; None for what its header says, and of other files for a CT.
    beside : tuple of ImageFile
        The images beside it.
    references : tuple of ReferenceRegion
        Of the first file of lesions, or of files of their own.
    suv : str or None
        Of `settings.SUV_KINDS`: which SUV a PET gets; None for that of the settings.
    references_by_name : tuple of str
        Reference regions that are taken, too, where a structure of the first file of lesions is called so.
    """

    ct: Path
    lesions: tuple[LesionFile, ...] = ()
    series: str | None = None
    table: Path | None = None
    kvp: float | None = None
    accepted: frozenset[str] = frozenset()
    naming: Naming = AS_PSEUDONYM
    modality: Modality | None = CT
    beside: tuple[ImageFile, ...] = ()
    references: tuple[ReferenceRegion, ...] = ()
    suv: str | None = None
    references_by_name: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ReadStudy:
    """A study that was read.

    Parameters
    ----------
    study : Study
    source : SourceSeries or None
        The DICOM series that the CT was read from, None for other files.
    files : tuple of mapping of str to str
        For each file of lesions, in order: identifier in the file -> identifier in the study, of the lesions
        that were taken.
    images : mapping of str to SourceSeries
        By role, of the images beside the CT that are DICOM.
    """

    study: Study
    source: SourceSeries | None
    files: tuple[Mapping[str, str], ...]
    images: Mapping[str, SourceSeries] = field(default_factory=dict)


def read_study(
    files: StudyFiles, settings: Settings, before_lesions: Callable[[], None] | None = None
) -> ReadStudy:
    """Read an image, what lies beside it, its lesions and, where there is one, the lesion table.

    Parameters
    ----------
    files : StudyFiles
    settings : Settings
        Their ring says which lesions a missing slice concerns, and those of a PET in which SUV it is read.
    before_lesions : callable, optional
        Called when the images were read.

    Returns
    -------
    ReadStudy
        Identifiers that lesions of several files share have the file's name in front.

    Raises
    ------
    InputError
        With a code and words that say what to do.
    """
    read = read_main(files, settings)
    suv = {file.role: files.suv or settings_on(settings, file.role).suv for file in files.beside}
    beside = read_beside(files.beside, read, accepted=files.accepted, naming=files.naming, suv=suv)
    acquisition, by_hand = with_kvp(read.acquisition, files.kvp)
    if before_lesions:
        before_lesions()
    paths = [_lesions_in(file.path) for file in files.lesions]
    found = [
        read_lesions(path, read.image, read.source, file.patterns, accepted=files.accepted)
        for path, file in zip(paths, files.lesions, strict=True)
    ]
    regions = _references(files, paths, read, found)
    found = [_without(one, regions.taken if place == 0 else ()) for place, one in enumerate(found)]
    names = _distinct(found, paths)
    found = [_renamed(one, own) for one, own in zip(found, names, strict=True)]
    lesions = tuple(lesion for one in found for lesion in one.lesions)
    left_out = tuple(left for one in found for left in one.left_out)
    if files.table is not None:
        lesions = tuple(apply_lesion_table(files.table, lesions, left_out))
    known = {name: findings for one in found for name, findings in one.findings.items()}
    gaps = check_gaps(read.gaps, lesions, settings)
    study = Study(
        {read.modality.role: read.image, **{role: one.image for role, one in beside.read.items()}},
        lesions,
        acquisition,
        (*without_expected(read.findings, settings), *by_hand),
        {each.id: gaps.get(each.id, ()) + known.get(each.id, ()) for each in lesions},
        findings_of_values=(),  # they are among those of reading the file
        identity=read.identity,
        left_out=left_out,
        accepted=files.accepted,
        inputs=_inputs(files, paths, read, beside.read),
        date=iso_date(read.source.study_date) if read.source else "",
        role=read.modality.role,
        findings_of_images=beside.findings,
        about_images={**_about_main(read), **beside.about},
        references=regions.masks(read.image.lattice),
        to_main=beside.to_main,
    )
    ids = {lesion.id for lesion in lesions}
    taken = tuple({old: new for old, new in own.items() if new in ids} for own in names)
    images = {role: one.source for role, one in beside.read.items() if one.source is not None}
    return ReadStudy(study, read.source, taken, images)


def read_main(files: StudyFiles, settings: Settings) -> ReadImage:
    """The image that a study's lesions were drawn on.

    Parameters
    ----------
    files : StudyFiles
    settings : Settings
        As of `read_study`.

    Returns
    -------
    ReadImage
    """
    return read_image(
        files.ct,
        files.series,
        modality=files.modality,
        accepted=files.accepted,
        naming=files.naming,
        quantity=files.suv or settings.images.get(PET.role, settings).suv,
    )


def _references(
    files: StudyFiles, paths: Sequence[Path], read: ReadImage, found: Sequence[ReadLesions]
) -> ReferenceRegions:
    """The reference regions on the main image."""
    named = {one.name for one in files.references}
    wanted = [name for name in files.references_by_name if name not in named]
    names = [one.name for one in _structures(found[0])] if found else []
    regions = (*files.references, *called_regions(names, wanted))

    def structures(path: Path) -> Sequence[Lesion]:
        return read_lesions(
            _lesions_in(path), read.image, read.source, EVERYTHING, accepted=files.accepted
        ).lesions

    return read_references(regions, paths[0] if paths else files.ct, structures)


def _without(read: ReadLesions, ids: Collection[str]) -> ReadLesions:
    """What was read without structures that are reference regions."""
    lesions = tuple(one for one in read.lesions if one.id not in ids)
    return replace(read, lesions=lesions, left_out=tuple(one for one in read.left_out if one.id not in ids))


def _about_main(read: ReadImage) -> dict[str, Any]:
    """How a main image that is no CT was made; of a CT the acquisition says it."""
    return {} if read.modality is CT else {read.modality.role: about_image(read)}


def sha256_of(files: Sequence[Path]) -> str:
    """The SHA-256 of the bytes of files, one after the other.

    Parameters
    ----------
    files : sequence of Path

    Returns
    -------
    str
    """
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()


def _lesions_in(path: Path) -> Path:
    if not path.is_dir():
        return path
    from .dicom.lesions import only_lesions_of

    return only_lesions_of(path)


def _distinct(found: Sequence[ReadLesions], paths: Sequence[Path]) -> list[dict[str, str]]:
    """For each file: identifier in the file -> in the study, where no two are the same."""
    uses = Counter(one.id for each in found for one in _structures(each))
    taken: set[str] = set()
    names: list[dict[str, str]] = []
    for each, path in zip(found, paths, strict=True):
        names.append({})
        for one in _structures(each):
            name = one.id if uses[one.id] == 1 else f"{path.name.partition('.')[0]}:{one.id}"
            while name in taken:
                name += "'"
            taken.add(name)
            names[-1][one.id] = name
    return names


def _structures(each: ReadLesions) -> list[Lesion | LeftOut]:
    return [*each.lesions, *each.left_out]


def _renamed(each: ReadLesions, names: Mapping[str, str]) -> ReadLesions:
    lesions: tuple[Lesion, ...] = tuple(replace(one, id=names[one.id]) for one in each.lesions)
    left_out: tuple[LeftOut, ...] = tuple(replace(one, id=names[one.id]) for one in each.left_out)
    findings: dict[str, tuple[Finding, ...]] = {names[key]: value for key, value in each.findings.items()}
    return ReadLesions(lesions, findings, left_out)


def _inputs(
    files: StudyFiles, lesions: Sequence[Path], read: ReadImage, beside: Mapping[str, ReadImage]
) -> dict[str, Any]:
    """What identifies the files: never the way to them, and beside a pseudonym no name.

    The name of a file is the user's choice where it is all that is known of the patient. Names of DICOM files
    and folders are often the patient's.
    """
    identify, dicom = files.naming.identify, read.source is not None
    found: dict[str, Any] = {read.modality.role: _image(files.ct, read, identify)}
    for file in files.beside:
        found[file.role] = _image(file.path, beside[file.role], identify or not dicom)
        if file.transform:
            found[f"{file.role}_transform"] = _transform(file.transform, identify or not dicom)
    parts = [_file(path, [path], named=identify or not (dicom or is_dicom(path))) for path in lesions]
    if parts:
        found["lesions"] = parts[0] if len(parts) == 1 else parts
    for region in files.references:
        if region.path is not None:
            named = identify or not (dicom or is_dicom(region.path))
            found[f"reference {region.name}"] = _file(region.path, [region.path], named=named)
    if files.table:
        found["lesion_table"] = _file(files.table, [files.table], named=identify or not dicom)
    return found


def _image(path: Path, read: ReadImage, named: bool) -> dict[str, Any]:
    """An image's hash and series; the name of a file that is no DICOM is all that there is of it."""
    if read.source is None:
        return _file(path, [path], named=True)
    return _file(path, read.source.files, named=named) | {"series_uid": read.source.series_uid}


def _transform(transform: str, named: bool) -> dict[str, Any] | str:
    return transform if transform == IDENTITY else _file(Path(transform), [Path(transform)], named=named)


def _file(path: Path, files: Sequence[Path], *, named: bool) -> dict[str, Any]:
    """The SHA-256 of what was read, and the file's name where it may be written."""
    name = {"name": path.resolve().name} if named else {}
    return name | {"sha256": sha256_of(files)}
