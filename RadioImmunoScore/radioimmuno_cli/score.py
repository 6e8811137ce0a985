"""`radioimmuno score`: CT and lesions in, scores, report and scene out."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from . import result
from .exit_status import Failure
from .image_options import PET, add_images, add_modality, add_models
from .options import SITES, add_command, add_given_values, add_inputs, add_lesion_table, tube_voltage
from .paths import Input, add_out_folder
from .progress import Progress
from .reference_options import add_references
from .stability_options import PERTURBING, add_stability, measured_stability, perturbation_of
from .structure_options import HELP, StructureSet, add_structures, write_structures
from .study_files import READING_CT, READING_LESIONS, read_all

SCORING = "scoring"

DESCRIPTION = f"""\
Score every lesion of a CT, describe the patient, and say why where a lesion cannot be scored.

writes into the folder of --out:
  scores.csv     one row a lesion: score, status, reasons, contributions of the signature's terms
  patient.json   all of it for machines: metrics, lesions, findings, provenance
  report.html    a page to read or print: each lesion and its ring in three planes, contributions,
                 score plot, with --scene its pictures
  rings.nrrd     the peritumoral rings as a label map on the resampled grid
  scored_lesions.seg.nrrd  the lesions as they were scored, to open in Slicer or to export later
with --pet also:
  uptake.csv     one row a lesion: SUVmax, SUVmean, SUVpeak, metabolic volume, glycolysis, ratios to each
                 --reference; patient.json and report.html hold the patient's totals, too
with --scene also:
  scene.mrb      Slicer scene: lesions in the color of their score, legend, rings, table, plot
  axial.png, 3d.png  what Slicer's slice and 3D views show of it
with --dicom also (the CT must be DICOM; in its study):
  dicom_export/lesion_segmentation.dcm, ring_segmentation.dcm    lesions and rings (DICOM SEG)
  dicom_export/lesion_report.dcm   volume, features, score and status of each lesion, uptake on each PET
                                   (structured report)
  dicom_export/patient_report.dcm  metrics of the patient, totals of each PET
{HELP.format(place="dicom_export/")}

The folder is replaced as a whole: it holds the new result or the one before, never a mixture. Files in it
that belong to no result stay; where one has the name of a new file, or a result was edited since it was
written, nothing is done."""

EXAMPLES = f"""\
  radioimmuno score ct.nrrd lesions.seg.nrrd --kvp 120 --out result
  radioimmuno score dicom_folder labels.nii.gz --lesion-table lesions.csv --out result --scene
  radioimmuno score ct.nii.gz labels.nii.gz --kvp 120 --signature my.json --out result --json
  radioimmuno score ct.nrrd lesions.seg.nrrd --kvp 120 --stability --out result
  radioimmuno score dicom_folder rtstruct.dcm --roi 'GTV*' --out result --dicom
  radioimmuno score dicom_folder rtstruct.dcm --out result --rtstruct below-low --rtstruct 'GTV 2'
  radioimmuno score ct.nrrd lesions.seg.nrrd --kvp 120 --pet pet_series --signature with_pet.json \\
      --out result
  radioimmuno score ct.nrrd lesions.seg.nrrd --kvp 120 --signature trained.json --clinical pdl1=40 \\
      --batch GE --out result

the lesion table is a CSV file:
  lesion_id,site,irradiated,drawn
  1,liver,yes,manual
  2,lymph node,no,semiautomatic
with the sites
  {SITES}
`drawn` is manual, semiautomatic or automatic: what DICOM says of a lesion whose file does not say it; a
column clinical.NAME holds a value of single lesions that the signature needs, as --clinical of all."""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(commands, "score", "score the lesions of a CT", DESCRIPTION, EXAMPLES)
    add_inputs(parser)
    add_out_folder(parser)
    parser.add_argument(
        "--signature",
        metavar="FILE",
        type=Path,
        action=Input,
        help="signature file (default: the demonstration signature)",
    )
    add_lesion_table(parser)
    parser.add_argument(
        "--kvp",
        metavar="N",
        type=tube_voltage,
        help="tube voltage in kV; counts more than what the CT says, and is recorded as given by hand",
    )
    add_given_values(parser)
    add_modality(parser)
    add_images(parser)
    add_references(parser)
    add_models(parser)
    parser.add_argument("--scene", action="store_true", help="also write the Slicer scene and pictures of it")
    parser.add_argument(
        "--dicom", action="store_true", help="also write the result as DICOM (SEG and structured reports)"
    )
    add_structures(parser)
    add_stability(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.files.written_files import check_kind

    check_kind(arguments.out, result.MARKER, result.MARKER)
    if arguments.scene:
        result.check_scene_can_be_made()
    if arguments.dicom:
        result.check_dicom_can_be_written()
    perturbation = perturbation_of(arguments)
    stages = [READING_CT, READING_LESIONS, SCORING]
    stages += [PERTURBING] * (perturbation is not None) + [result.MAKING_SCENE] * arguments.scene
    exported = arguments.dicom or bool(arguments.rtstruct)
    stages += [result.WRITING] + [result.WRITING_DICOM] * exported
    with (
        replacing_folder(
            arguments.out,
            result.MARKER,
            result.report_names(arguments.scene, exported, [PET, *dict(arguments.pet)]),
            force=arguments.force,
        ) as folder,
        Progress(stages, arguments.quiet) as progress,
    ):
        from radioimmuno.io.dicom.designation import check_designation
        from radioimmuno.learned.model import read_model
        from radioimmuno.pet.study_uptake import study_uptakes
        from radioimmuno.scoring.given_values import check_batch, with_given
        from radioimmuno.scoring.images import check_images
        from radioimmuno.scoring.score import score_study
        from radioimmuno.signature.signature import default_signature, read_signature

        signature = read_signature(arguments.signature) if arguments.signature else default_signature()
        models = tuple(map(read_model, arguments.model))
        check_batch(signature, arguments.batch)
        check_designation(arguments.rtstruct, signature.cutoffs)
        read = read_all(arguments, signature.settings, progress)
        study, source = read.study, read.source
        study = with_given(study, signature, dict(arguments.clinical), arguments.batch)
        if exported and source is None:
            option = "--dicom" if arguments.dicom else "--rtstruct"
            raise Failure(f"{option} puts the result into the CT's study: the CT has to be a DICOM folder")
        check_designation(arguments.rtstruct, signature.cutoffs, study.lesions)
        check_images(signature, study)
        result.check_grid_fits(study, signature)
        progress.stage(SCORING)
        scored = score_study(study, signature, progress=progress.step, models=models)
        patient = replace(result.with_time(scored), uptakes=study_uptakes(study))
        if perturbation is not None:
            patient = measured_stability(patient, study, signature, perturbation, progress, models)
        structures, known = StructureSet(), (patient, signature, study.image, study.lesions)
        scene = result.write_scene(patient, signature, study, folder, progress) if arguments.scene else []
        files = result.write_report(patient, signature, study, folder, progress, scene)
        if source is not None and arguments.dicom:
            files += result.write_dicom(*known, source, folder, progress, read.images)
        if source is not None and arguments.rtstruct:
            progress.stage(result.WRITING_DICOM)
            place = folder / result.DICOM_FOLDER
            structures = write_structures(arguments.rtstruct, *known, source, place)
            files += structures.files
        files += scene
        files = [file.relative_to(folder) for file in files]
    if arguments.json:
        return result.print_document(patient, files, arguments.out, structures.record)
    return result.print_summary(patient, signature, files, arguments.out, structures.lines)
