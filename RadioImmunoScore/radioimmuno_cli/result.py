"""What comes out of scoring: files, and the table on the terminal."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exit_status import Failure, exit_code, print_json
from .process import library_output_discarded
from .progress import Progress
from .terminal_table import heading, table

if TYPE_CHECKING:
    from radioimmuno.geometry.image import Image, Lattice
    from radioimmuno.io.dicom import SourceSeries
    from radioimmuno.lesion import Lesion
    from radioimmuno.scoring.results import LesionScore, Metrics, PatientScore
    from radioimmuno.signature.signature import Signature
    from radioimmuno.study import Study

WRITING, WRITING_DICOM, MAKING_SCENE = "writing the report", "writing DICOM", "making the scene"

# The file that every result has.
MARKER = "patient.json"
LESIONS_NAME = "scored_lesions.seg.nrrd"
DICOM_FOLDER = "dicom_export"
REPORT_NAMES = ("scores.csv", MARKER, "report.html", "rings.nrrd", LESIONS_NAME)
SCENE_NAMES = ("axial.png", "3d.png", "scene.mrb")


def check_scene_can_be_made() -> None:
    """Say it before the long work when Slicer's libraries are not there."""
    if importlib.util.find_spec("slicer") is None:
        raise Failure(
            "scenes and pictures need Slicer's own libraries. Install them: pip install 'radioimmuno[slicer]'"
        )


def check_dicom_can_be_written() -> None:
    """Say it before the long work when the libraries that write DICOM are not there."""
    from radioimmuno.io.dicom.library import highdicom

    highdicom()


def report_names(scene: bool = False, dicom: bool = False, pets: Sequence[str] = ()) -> list[str]:
    """What a result's folder may hold: what `write_report`, `write_scene` and the export as DICOM write.

    Parameters
    ----------
    scene, dicom : bool, optional
    pets : sequence of str, optional
        Roles of the PET.
    """
    from radioimmuno.io.dicom import export_names

    files = list(REPORT_NAMES)
    files += map(uptake_name, pets)
    files += SCENE_NAMES if scene else ()
    files += [f"{DICOM_FOLDER}/{name}" for name in export_names.ALL] if dicom else ()
    return files


def check_grid_fits(study: Study, signature: Signature) -> None:
    """Say it before the long work when the rings' label map would take more memory than there is."""
    from radioimmuno.report import check_grid

    check_grid(_grid_of_rings(study, signature))


def _grid_of_rings(study: Study, signature: Signature) -> Lattice:
    """The grid on which the rings of the main image lie."""
    from radioimmuno.geometry.grid import resampled
    from radioimmuno.modality import settings_on

    spacing = settings_on(signature.settings, study.role).extraction.spacing_mm
    return resampled(study.image.canonical().lattice, spacing)


def with_time(patient: PatientScore) -> PatientScore:
    """The result with the time in its provenance; all else is a function of the input."""
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return dataclasses.replace(patient, provenance={**patient.provenance, "created_utc": now})


def write_report(
    patient: PatientScore,
    signature: Signature,
    study: Study,
    out: Path,
    progress: Progress,
    scene: Sequence[Path] = (),
) -> list[Path]:
    """Write table, JSON, page, rings and the lesions' masks; the page holds the pictures of the scene."""
    from radioimmuno.io.segmentation_writer import write_segmentation
    from radioimmuno.report import write_patient_json, write_report_html, write_rings, write_scores_csv

    progress.stage(WRITING)
    image, lesions = study.image, study.lesions
    write_scores_csv(patient, signature, out / "scores.csv")
    write_patient_json(patient, signature, out / "patient.json")
    tables = _write_uptakes(patient, out)
    pictures = {file.name: file for file in scene if file.suffix == ".png"}
    write_report_html(
        patient, signature, image, lesions, out / "report.html", pictures, study.modality, study
    )
    with library_output_discarded():
        write_rings(patient, out / "rings.nrrd", _grid_of_rings(study, signature))
        write_segmentation(out / LESIONS_NAME, lesions, image.lattice)
    return [*(out / name for name in REPORT_NAMES), *tables]


def _write_uptakes(patient: PatientScore, out: Path) -> list[Path]:
    """A table of uptake for each PET."""
    if not patient.uptakes:
        return []
    from radioimmuno.report.uptake_files import write_uptake_csv

    files = []
    for role, uptake in patient.uptakes.items():
        files.append(out / uptake_name(role))
        write_uptake_csv(uptake, files[-1], patient.left_out)
    return files


def uptake_name(role: str) -> str:
    """The table of the uptake on a PET: `uptake.csv`, of one with a name `uptake_<name>.csv`."""
    return f"uptake{role.removeprefix('pet')}.csv"


def write_dicom(
    patient: PatientScore,
    signature: Signature,
    image: Image,
    lesions: Sequence[Lesion],
    source: SourceSeries,
    out: Path,
    progress: Progress,
    images: Mapping[str, SourceSeries],
) -> list[Path]:
    """Write segmentation and reports into a folder of their own; `images` are the series beside the CT's."""
    from radioimmuno.io.dicom.write import write_dicom

    progress.stage(WRITING_DICOM)
    folder = out / DICOM_FOLDER
    folder.mkdir(exist_ok=True)
    with library_output_discarded():
        return write_dicom(patient, signature, image, lesions, source, folder, images=images)


def write_scene(
    patient: PatientScore,
    signature: Signature,
    study: Study,
    out: Path,
    progress: Progress,
) -> list[Path]:
    """Write the Slicer scene and the pictures of its views."""
    from RadioImmunoScoreLib.headless.scene_writer import writeScene

    progress.stage(MAKING_SCENE)
    with library_output_discarded():
        return list(writeScene(study, patient, signature, out))


def print_summary(
    patient: PatientScore, signature: Signature, files: Sequence[Path], out: Path, lines: Sequence[str] = ()
) -> int:
    """Print the table of lesions, the patient, other lines and the files; the exit code is returned."""
    from radioimmuno.report.formatting import patient_value_words
    from radioimmuno.report.uptake_section import uptake_words

    print(heading(patient.identity))
    print(_lesion_table(patient, signature))
    print()
    print(_patient_line(patient))
    if patient.value is not None:
        print(f"{patient_value_words(patient.value, 3)}.")
    for line in (*stability_lines(patient), *uptake_words(patient.uptakes), *lines):
        print(line)
    print(signature.notice)
    print(f"\nIn {out}: {', '.join(file.as_posix() for file in files)}")
    return exit_code(lesion.score is None for lesion in patient.lesions)


def print_document(
    patient: PatientScore, files: Sequence[Path], out: Path, more: Mapping[str, Any] | None = None
) -> int:
    """Print the same as JSON: the files, what `patient.json` holds, and what more there is."""
    code = exit_code(lesion.score is None for lesion in patient.lesions)
    document = json.loads((out / "patient.json").read_text(encoding="utf-8"))
    files_there = [str(out / file) for file in files]
    print_json({"exit_code": code, "files": files_there, **(more or {}), "patient": document})
    return code


def _lesion_table(patient: PatientScore, signature: Signature) -> str:
    from radioimmuno.naming import lesion_names
    from radioimmuno.signature.color_scale import color_scale

    scale = color_scale(signature)
    names = lesion_names(patient.lesions)
    scores = [lesion.score for lesion in patient.lesions]
    # The lesions are weighed by the rules of multiple-instance learning alone.
    weighed = ["weight"] * any(lesion.weight is not None for lesion in patient.lesions)
    rows = [
        (
            names[lesion.id],
            "-" if lesion.site is None else lesion.site.label,
            f"{lesion.volume_cc:.2f} cc",
            _score_cell(lesion),
            *("-" if lesion.weight is None else f"{lesion.weight:.3f}" for _ in weighed),
            lesion.status,
            lesion.reasons,
        )
        for lesion in patient.lesions
    ]
    rows += [(one.name, *["-"] * (3 + len(weighed)), "left out", one.reason) for one in patient.left_out]
    colors = [scale.hex(score) for score in [*scores, *[None] * len(patient.left_out)]]
    header = ("lesion", "site", "volume", "score", *weighed, "status", "reason")
    return table(header, rows, ("volume", "score", "weight"), colors)


def _score_cell(lesion: LesionScore) -> str:
    if lesion.score is None:
        return "-"
    sd = None if lesion.stability is None else lesion.stability.sd
    return f"{lesion.score:.3f}" if sd is None else f"{lesion.score:.3f} +- {sd:.3f}"


def stability_lines(patient: PatientScore) -> list[str]:
    """What `+-` means, and which lesions' contours decide on which side of a cut-off they are."""
    from radioimmuno.naming import lesion_names
    from radioimmuno.report.stability_section import flip_sentences, perturbation_words

    names = lesion_names(patient.lesions)
    measured = [lesion for lesion in patient.lesions if lesion.stability is not None]
    if not measured or patient.stability is None:
        return []
    lines = [
        f"+-: SD of the score over redrawn contours. {perturbation_words(patient.stability.perturbation)}"
    ]
    for lesion in measured:
        if lesion.stability is not None and any(lesion.stability.flips.values()):
            lines.append(f"{names[lesion.id]}: {' '.join(flip_sentences(lesion.stability))}")
    return lines


def _entropy_words(metrics: Metrics) -> str:
    from radioimmuno.report.formatting import outside_bins_words

    if metrics.entropy is None:
        return f"entropy {metrics.why_missing('entropy')}"
    outside = outside_bins_words(metrics)
    return f"entropy {metrics.entropy:.2f} bits" + (f" ({outside})" if outside else "")


def _patient_line(patient: PatientScore) -> str:
    from radioimmuno.naming import lesion_names

    metrics = patient.metrics
    if metrics.minimum_lesion is None or metrics.maximum_lesion is None:
        return f"Patient: none of {len(patient.lesions)} lesions scored."
    names = lesion_names(patient.lesions)
    parts = [
        f"{metrics.n} of {len(patient.lesions)} lesions scored",
        f"mean {metrics.mean:.3f}",
        f"median {metrics.median:.3f}",
        f"lowest {metrics.minimum:.3f} ({names[metrics.minimum_lesion]})",
        f"highest {metrics.maximum:.3f} ({names[metrics.maximum_lesion]})",
        "SD not defined" if metrics.sd is None else f"SD {metrics.sd:.3f}",
        _entropy_words(metrics),
    ]
    return f"Patient: {', '.join(parts)}."
