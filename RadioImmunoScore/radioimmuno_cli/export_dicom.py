"""`radioimmuno export-dicom`: a result that was scored before, as DICOM."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from . import result
from .exit_status import Failure, print_json
from .options import add_accepted, add_command
from .paths import Input, add_out_folder
from .process import library_output_discarded
from .progress import Progress
from .structure_options import HELP, StructureSet, add_structures, write_structures
from .study_files import READING_CT

RINGS = "building rings"

DESCRIPTION = f"""\
Write a result of `radioimmuno score` as DICOM, into the study of the CT that it was scored on.

reads from the folder RESULT:
  patient.json             scores, features, findings, settings
  scored_lesions.seg.nrrd  the lesions as they were scored
Both have to be as `score` wrote them: one that was edited, or copied without the folder's hidden list of
hashes (.radioimmuno-files), is refused.
Nothing is scored again; the rings are built once more from the CT, the lesions and the settings.

writes into the folder of --out:
  lesion_segmentation.dcm  lesions (DICOM SEG)
  ring_segmentation.dcm    rings of the lesions with a score (DICOM SEG)
  lesion_report.dcm        volume, features, score and status of each lesion, uptake on each PET (structured
                           report)
  patient_report.dcm       metrics of the patient, totals of each PET, and lesions without a voxel
{HELP.format(place="")}
Numbers in the reports are rounded, to 4 digits (features to 6); patient.json has the exact ones. A lesion of
which it is not recorded how it was drawn is SEMIAUTOMATIC, by an algorithm that is called "not recorded".
Features of filtered images, changes, outputs of models and clinical values have no codes: they stand in words
in a lesion's group of the report, as a measurement could be taken for one of the image itself.

A lesion keeps its tracking UID over time points where it came from a DICOM SEG with one; else the UID follows
from the patient's ID and the lesion's name: lesions that are named alike are followed."""

EXAMPLES = """\
  radioimmuno score dicom_folder lesions.seg.nrrd --out result
  radioimmuno export-dicom result --ct dicom_folder --out for_the_archive
  radioimmuno export-dicom result --ct dicom_folder --out for_planning --rtstruct below-low"""

EXIT_CODES = """\
exit codes:
  0  written       1  failure       2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(
        commands, "export-dicom", "write a result as DICOM", DESCRIPTION, EXAMPLES, EXIT_CODES
    )
    parser.add_argument(
        "result",
        metavar="RESULT",
        type=Path,
        action=Input,
        parts=(result.MARKER, result.LESIONS_NAME),
        help="folder that `score` has written",
    )
    parser.add_argument(
        "--ct", metavar="FOLDER", type=Path, action=Input, required=True, help="DICOM folder of the CT"
    )
    parser.add_argument("--series", metavar="UID", help="which series of it")
    add_structures(parser)
    add_accepted(parser)
    add_out_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.io.dicom.export_names import ALL, PATIENT_NAME

    result.check_dicom_can_be_written()
    with (
        replacing_folder(arguments.out, PATIENT_NAME, ALL, force=arguments.force) as folder,
        Progress([READING_CT, RINGS, result.WRITING_DICOM], arguments.quiet) as progress,
    ):
        from radioimmuno.io.ct import read_ct
        from radioimmuno.io.dicom.designation import check_designation
        from radioimmuno.io.dicom.result_reader import check_unchanged, lesions_in_order, on_ct, read_result
        from radioimmuno.io.dicom.write import write_dicom
        from radioimmuno.io.lesions import read_lesions

        known = read_result(arguments.result / result.MARKER)
        check_unchanged(arguments.result / name for name in (result.MARKER, result.LESIONS_NAME))
        check_designation(arguments.rtstruct, known.method.cutoffs, known.patient.lesions)
        if arguments.rtstruct:
            known.method.required_colors()
        with library_output_discarded():
            progress.stage(READING_CT)
            read = read_ct(arguments.ct, _series(arguments, known), accepted=arguments.accepted)
            if read.source is None:
                raise Failure(f"--ct {arguments.ct} is no DICOM folder: there is no study to write into")
            # All of them were scored, whatever they are called.
            found = read_lesions(arguments.result / result.LESIONS_NAME, read.image, patterns=["*"])
            progress.stage(RINGS)
            patient = on_ct(known, read.image, found, read.source, progress.step)
            progress.stage(result.WRITING_DICOM)
            lesions = lesions_in_order(known, found.lesions)
            made = (patient, known.method, read.image, lesions, read.source, folder)
            files, structures = write_dicom(*made, uptakes=known.uptakes), StructureSet()
            if arguments.rtstruct:
                structures = write_structures(arguments.rtstruct, *made)
            files += structures.files
        written = [file.name for file in files]
    if arguments.json:
        files_there = [str(arguments.out / name) for name in written]
        print_json({"exit_code": 0, "files": files_there, **structures.record})
    else:
        print("\n".join([*structures.lines, known.method.notice]))
        print(f"\nIn {arguments.out}: {', '.join(written)}")
    return 0


def _series(arguments: argparse.Namespace, known: Any) -> str | None:
    """The series that was asked for, or the one that was scored."""
    return arguments.series or (known.series_uid if arguments.ct.is_dir() else None)
