"""A patient's scores into files, and as DICOM into the study of a CT from Slicer's DICOM database.

For DICOM, names of files come from the database on the main thread; all else is made of plain values, on any
thread.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import slicer

from radioimmuno.files.outputs import check_output
from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.signature import Signature
from radioimmuno.study import Study

from .node_origin import INSTANCE_UIDS

if TYPE_CHECKING:
    from radioimmuno.extraction.lesion_features import Progress
    from radioimmuno.followup.follow_up import FollowUp
    from radioimmuno.io.dicom import SourceSeries
    from radioimmuno.io.dicom.designation import Designation

SUFFIXES = (".csv", ".json", ".html")
# Segmentations and reports need both; structure sets the first alone, with which Slicer comes.
LIBRARIES, FOR_STRUCTURES = ("pydicom", "highdicom"), ("pydicom",)

# Slicer and we average the distance of slices in other ways: corners may differ by this share of a voxel.
MAX_OFF_VOXELS = 0.1

# A score belongs to what is drawn now when the volume is the same but for rounding, cc.
SAME_VOLUME_CC = 1e-6

READ_HEADERS, RINGS, WRITE, DONE = range(4)


def sceneFiles(scene: Any) -> list[Path]:
    """The files that a scene's nodes were loaded from or saved to, and the scene's own."""
    nodes = scene.GetNodesByClass("vtkMRMLStorageNode")
    storages = [nodes.GetItemAsObject(n) for n in range(nodes.GetNumberOfItems())]
    names = [scene.GetURL(), *(storage.GetFullNameFromFileName() for storage in storages)]
    return [Path(name) for name in names if name]


def exportPatient(patient: PatientScore, study: Study, signature: Signature, path: str | Path) -> Path:
    """Write a table (`.csv`), everything for machines (`.json`) or a page to read (`.html`), whole or not.

    Raises
    ------
    OutputError
        `output.is_input` for a file that the scene was loaded from, `output.incomplete` on a full disk.
    ValueError
        For another suffix.
    OSError
        When the file cannot be written.
    """
    from radioimmuno.report import write_patient_json, write_report_html, write_scores_csv

    target = Path(path)
    check_output(target, sceneFiles(slicer.mrmlScene))
    if target.suffix.lower() not in SUFFIXES:
        raise ValueError(f"a report is written as {', '.join(SUFFIXES)}, not as {target.name!r}")
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    dated = replace(patient, provenance={**patient.provenance, "created_utc": now})
    if target.suffix.lower() == ".csv":
        write_scores_csv(dated, signature, target)
    elif target.suffix.lower() == ".json":
        write_patient_json(dated, signature, target)
    else:
        write_report_html(dated, signature, study.image, study.lesions, target, study=study)
    return target


def exportFollowUp(found: FollowUp, images: Sequence[Image], signature: Signature, path: str | Path) -> Path:
    """Write the page of a follow-up, with its plots and each lesion in all studies; on any thread.

    Parameters
    ----------
    found : FollowUp
    images : sequence of Image, HU
        The CT of each study.
    signature : Signature
        Which made the scores.
    path : str or Path

    Returns
    -------
    Path

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    from radioimmuno.files.atomic import write_text
    from radioimmuno.report.followup_page import followup_page
    from radioimmuno.report.followup_pictures import pictures_in, spots_of

    spots = spots_of(found)
    pictures = [pictures_in(found, number, image, spots) for number, image in enumerate(images)]
    write_text(Path(path), followup_page(found, pictures, signature.notice))
    return Path(path)


@dataclass(frozen=True, eq=False)
class DicomExport:
    """All that writing needs; plain values that a worker thread may have."""

    patient: PatientScore
    study: Study
    signature: Signature
    files: tuple[Path, ...]


def checkDicom(volumeNode: Any, libraries: Sequence[str] = LIBRARIES) -> None:
    """Whether results on this CT can be written as DICOM with these libraries, as far as can be told at once.

    Raises
    ------
    InputError
        `dicom.incomplete` for a CT that is not from the DICOM database, `dicom.no_library`; the text says
        what to do.
    """
    _files(volumeNode, slice(1))
    missing = [name for name in libraries if importlib.util.find_spec(name) is None]
    if missing:
        raise InputError(
            "dicom.no_library",
            f"Writing DICOM needs {' and '.join(missing)}, which Slicer has from 5.12 on. In Slicer's Python "
            f'console: slicer.util.pip_install("{" ".join(missing)}")',
        )


def readExport(
    volumeNode: Any,
    patient: PatientScore,
    study: Study,
    signature: Signature,
    libraries: Sequence[str] = LIBRARIES,
) -> DicomExport:
    """What is to be written with these libraries; on the main thread.

    Raises
    ------
    InputError
        As of `checkDicom`, and `dicom.other_ct` when lesions were edited since they were scored.
    """
    checkDicom(volumeNode, libraries)
    drawn = {lesion.id: lesion for lesion in study.lesions}
    for row in patient.lesions:
        lesion = drawn.get(row.id)
        if lesion is None or abs(lesion.volume_cc - row.volume_cc) > SAME_VOLUME_CC:
            raise InputError(
                "dicom.other_ct", f"{row.name} is not what was scored: it was edited since. Score it again."
            )
    return DicomExport(patient, study, signature, _files(volumeNode, slice(None)))


def writeExport(export: DicomExport, folder: str | Path, progress: Progress | None = None) -> list[Path]:
    """Write segmentations and reports into a folder, whole or not at all; what else is in it stays.

    Raises
    ------
    OutputError
        `output.is_input` for the folder of the CT's files, `output.foreign` for one with files of these names
        that are not ours.
    InputError
        `dicom.other_ct` when the volume's voxels are not those of its files; as of `write_dicom`.
    OSError
        When the folder cannot be written.
    """
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.io.dicom.export_names import ALL, PATIENT_NAME
    from radioimmuno.io.dicom.write import write_dicom

    check_output(folder, export.files)
    report = progress or (lambda done, total: None)
    report(READ_HEADERS, DONE)
    onSeries = _onSeries(export)
    report(RINGS, DONE)
    patient = _withRings(export)
    report(WRITE, DONE)
    with replacing_folder(folder, PATIENT_NAME, ALL) as unfinished:
        written = write_dicom(patient, export.signature, *onSeries, unfinished)
        # Who cancels before this finds the folder as it was.
        report(DONE, DONE)
    return [Path(folder) / file.name for file in written]


def writeStructures(
    export: DicomExport, designation: Designation, path: str | Path, progress: Progress | None = None
) -> Path:
    """Write designated lesions into a file for a planning system, whole or not at all.

    Raises
    ------
    OutputError
        `output.is_input` for a file in a folder of the CT's files, `output.incomplete` on a full disk.
    InputError
        `dicom.other_ct` when the volume's voxels are not those of its files; as of `write_structures`.
    OSError
        When the file cannot be written.
    """
    from radioimmuno.io.dicom.write import write_structures

    check_output(path, {file.parent for file in export.files})
    report = progress or (lambda done, total: None)
    report(READ_HEADERS, DONE)
    onSeries = _onSeries(export)
    report(WRITE, DONE)
    return write_structures(export.patient, designation, export.signature, *onSeries, path)


def _onSeries(export: DicomExport) -> tuple[Image, list[Lesion], SourceSeries]:
    """The CT and the lesions that have rows, where the CT's files lie, and what series these are."""
    source, lattice = sourceOf(export.files)
    _checkSame(export.study.image.lattice, lattice)
    scored = {row.id for row in export.patient.lesions}
    lesions = [_onto(lesion, lattice) for lesion in export.study.lesions if lesion.id in scored]
    return Image(export.study.image.values, lattice), lesions, source


def sourceOf(files: Sequence[Path]) -> tuple[SourceSeries, Lattice]:
    """The series that these files are, and its voxels; of each file only the header is read.

    Raises
    ------
    InputError
        With the code of what is wrong with the series.
    """
    from radioimmuno.io.dicom import SourceSeries
    from radioimmuno.io.dicom.headers import read_headers
    from radioimmuno.io.dicom.stack import stack

    found = [read_headers(file) for file in files]
    damaged = [each for one in found for each in one.damaged]
    headers = [header for one in found for header in one.slices]
    if damaged or not headers:
        text = f"{damaged[0].path} {damaged[0].problem}." if damaged else f"{files[0]} holds no DICOM image."
        raise InputError("ct.damaged_file", text)
    first = headers[0]
    if any(header.series_uid != first.series_uid for header in headers):
        raise InputError("ct.mixed_series", "The volume was made from several series: load one by itself.")
    arranged = stack(headers)
    return SourceSeries.of(headers, arranged), arranged.lattice


def _files(volumeNode: Any, which: slice) -> tuple[Path, ...]:
    uids = ((volumeNode.GetAttribute(INSTANCE_UIDS) or "") if volumeNode else "").split()
    if not uids:
        raise InputError(
            "dicom.incomplete",
            "The CT was not loaded from Slicer's DICOM database: there is no study to write into.",
        )
    database = getattr(slicer, "dicomDatabase", None)
    isOpen = database is not None and database.isOpen
    names = [database.fileForInstance(uid) if isOpen else "" for uid in uids[which]]
    if not all(name and Path(name).is_file() for name in names):
        raise InputError(
            "dicom.incomplete",
            "The CT's files are not in Slicer's DICOM database any more: import them there again.",
        )
    return tuple(map(Path, names))


def _checkSame(volume: Lattice, series: Lattice) -> None:
    if volume.shape == series.shape:
        corners = np.array(list(np.ndindex(2, 2, 2))) * (np.array(volume.shape) - 1)
        if np.abs(series.to_index(volume.to_lps(corners)) - corners).max() <= MAX_OFF_VOXELS:
            return
    raise InputError(
        "dicom.other_ct",
        "The volume's voxels are not those of its DICOM files: it was cropped, resampled or moved. Score the "
        "CT as it is loaded from DICOM.",
    )


def _onto(lesion: Lesion, lattice: Lattice) -> Lesion:
    return replace(lesion, mask=Image(lesion.mask.values, lattice, lesion.mask.offset))


def _withRings(export: DicomExport) -> PatientScore:
    """The patient with the rings that a loaded scene did not keep, built again: the same voxels."""
    from radioimmuno.extraction.extract import measure

    patient, study = export.patient, export.study
    lacking = [row.id for row in patient.scored if row.ring is None]
    if not lacking:
        return patient
    built = measure(study.image, study.lesions, export.signature.settings, {"ring": ()}, only=lacking)
    rings = {lesion.id: lesion.ring for lesion in built}
    rows = (replace(row, ring=row.ring or rings.get(row.id)) for row in patient.lesions)
    return replace(patient, lesions=tuple(rows))
