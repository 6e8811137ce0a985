"""`radioimmuno uptake`: SUV, metabolic volume and glycolysis of the lesions of a PET, and ratios."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.settings import SUV_KINDS

from .exit_status import exit_code, left_out_lines, print_json
from .image_options import SUV_HELP
from .options import add_accepted, add_command, add_naming, naming_of
from .paths import Input, add_out_folder
from .process import library_output_discarded
from .progress import Progress
from .reference_options import add_references
from .terminal_table import heading, table

if TYPE_CHECKING:
    from radioimmuno.io.pet_study import PetStudy
    from radioimmuno.pet.lesion_uptake import LesionUptake
    from radioimmuno.pet.patient_uptake import PatientUptake

READING_PET, READING_LESIONS, MEASURING = "reading the PET", "reading the lesions", "measuring"
WRITING = "writing the result"

TABLE_NAME, MARKER = "uptake.csv", "patient.json"
KIND = "uptake"

DESCRIPTION = """\
Measure the uptake of every lesion of a PET: SUVmax, SUVmean, SUVpeak, metabolic volume (MTV) and glycolysis
(TLG), and its ratios to reference regions.

writes into the folder of --out:
  uptake.csv     one row a lesion: volume and MTV in cc, SUV, TLG (MTV x mean), status, codes, and of each
                 reference <name>_ratio_max, _mean, _peak
  patient.json   all of it for machines: totals, how SUV was made (each step and tag), references, findings,
                 provenance

SUVpeak is the highest mean of a sphere of 1 cc centred anywhere in the lesion, with partial voxels. MTV holds
the lesion's voxels at or above 41 % of its maximum, 2.5, 4.0 and, with a reference called liver, 1.5 x its
mean + 2 SD. Fixed thresholds hold for SUV by body weight of FDG: elsewhere their cells are empty.

Lesions may be drawn on the PET or on another image of the same frame of reference, as the CT beside it: they
are carried to the PET's voxels, those of which they cover at least half.

Where no SUV can be made (no weight, no dose, no times) and a reference is given, its ratios are measured all
the same: they need none of these. What depends on SUV is empty then, and the exit code is 8."""

EXAMPLES = """\
  radioimmuno uptake pet.nii.gz pet_lesions.nii.gz --out uptake
  radioimmuno uptake pet.nii.gz pet_lesions.seg.nrrd --reference muscle --reference liver --out uptake
  radioimmuno uptake pet.nii.gz pet_lesions.nii.gz --reference liver=liver.nii.gz --json --out uptake
  radioimmuno uptake pet_folder pet_lesions.seg.nrrd --reference blood_pool=Aorta --suv lbm --out uptake

reference regions (a sphere of 3 cm in the liver, blood pool, muscle; at least 1 cc):
  --reference muscle                   the segment called muscle of LESIONS
  --reference liver='Liver sphere'     the segment with this name, id or pattern of LESIONS
  --reference liver=liver.nii.gz       a file of its own; of several structures the one called liver
  --reference liver=organs.dcm:Leber   the structure with this name, id or pattern of a file
A reference region is no lesion, and left out of them. liver, blood_pool and muscle are known names; any other
in lower case does, too."""

EXIT_CODES = """\
exit codes:
  0  all lesions measured     8  some lesions or references refused, with reasons; the others measured
  1  failure                  2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "measure the uptake of the lesions of a PET"
    parser = add_command(commands, "uptake", summary, DESCRIPTION, EXAMPLES, EXIT_CODES)
    parser.add_argument(
        "pet",
        metavar="PET",
        type=Path,
        action=Input,
        help="PET: a DICOM folder, of which SUV are made, or a NRRD, NIfTI or MHA/MHD file, which holds them",
    )
    parser.add_argument(
        "lesions",
        metavar="LESIONS",
        type=Path,
        action=Input,
        help="lesions: a label map (each label is a lesion), Slicer's .seg.nrrd, a DICOM RTSTRUCT or SEG "
        "file",
    )
    add_references(parser)
    parser.add_argument(
        "--roi",
        "--lesion",
        metavar="NAME",
        dest="roi",
        action="append",
        default=[],
        help="only the lesions with this name, id or pattern; may be given several times (default: all)",
    )
    parser.add_argument(
        "--suv",
        "--quantity",
        choices=SUV_KINDS,
        default=SUV_KINDS[0],
        help=SUV_HELP,
    )
    parser.add_argument(
        "--series",
        metavar="UID",
        help="which series of a DICOM folder (radioimmuno series FOLDER lists them)",
    )
    add_accepted(parser)
    add_naming(parser)
    add_out_folder(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.files.written_files import check_kind

    names = (TABLE_NAME, MARKER)
    check_kind(arguments.out, MARKER, KIND)
    with (
        replacing_folder(arguments.out, MARKER, names, kind=KIND, force=arguments.force) as folder,
        Progress([READING_PET, READING_LESIONS, MEASURING, WRITING], arguments.quiet) as progress,
    ):
        from radioimmuno.pet.patient_uptake import patient_uptake
        from radioimmuno.report.uptake_files import write_uptake_csv, write_uptake_json

        study = _read(arguments, progress)
        progress.stage(MEASURING)
        patient = patient_uptake(study.image, study.lesions, study.references, study.scale, study.findings)
        progress.stage(WRITING)
        now = datetime.now(timezone.utc).isoformat(timespec="seconds")
        write_uptake_csv(patient, folder / TABLE_NAME, study.left_out, study.refusal)
        write_uptake_json(patient, study, folder / MARKER, now)
    code = _exit_code(patient, study)
    if arguments.json:
        document = json.loads((arguments.out / MARKER).read_text(encoding="utf-8"))
        files = [str(arguments.out / name) for name in names]
        print_json({"exit_code": code, "files": files, "patient": document})
        return code
    print(heading(study.identity))
    print("\n".join([*_lines(patient, study), "", f"In {arguments.out}: {', '.join(names)}"]))
    return code


def _read(arguments: argparse.Namespace, progress: Progress) -> PetStudy:
    from radioimmuno.io.pet_study import PetFiles, read_pet_study

    files = PetFiles(
        arguments.pet,
        arguments.lesions,
        tuple(arguments.roi),
        tuple(arguments.references),
        arguments.series,
        arguments.suv,
        frozenset(arguments.accepted),
        naming_of(arguments),
    )
    progress.stage(READING_PET)
    with library_output_discarded():
        return read_pet_study(files, lambda: progress.stage(READING_LESIONS))


def _exit_code(patient: PatientUptake, study: PetStudy) -> int:
    from radioimmuno.pet.lesion_uptake import REFUSED
    from radioimmuno.report.uptake_files import status_of

    refused = [status_of(lesion, study.refusal) == REFUSED for lesion in patient.lesions]
    return exit_code([*refused, *(finding.refuses for finding in patient.findings)])


def _lines(patient: PatientUptake, study: PetStudy) -> list[str]:
    from radioimmuno.report.uptake_section import shared_findings

    of_references = [finding.text for finding in patient.findings]
    refusal = [] if study.refusal is None else [f"No SUV: {study.refusal.text}"]
    return [
        _lesion_table(patient, study),
        *left_out_lines(study.left_out),
        *shared_findings(patient),
        "",
        _patient_line(patient),
        *(
            f"Reference {one.name}: mean {one.mean:.3g}, SD {one.sd:.3g}, {one.volume_cc:.1f} cc."
            for one in patient.references
        ),
        *refusal,
        *of_references,
        *patient.notes,
        "Research use only.",
    ]


def _lesion_table(patient: PatientUptake, study: PetStudy) -> str:
    from radioimmuno.naming import lesion_names
    from radioimmuno.report.uptake_files import status_of
    from radioimmuno.report.uptake_section import shared_findings

    names, of_all = lesion_names(patient.lesions), shared_findings(patient)
    ratios = tuple(f"{one.name} ratio" for one in patient.references)
    numbers = ("volume", "SUVmax", "SUVmean", "SUVpeak", "MTV 41 %", "TLG 41 %", *ratios)
    rows = [
        (
            names[lesion.id],
            *_number_cells(lesion, patient),
            status_of(lesion, study.refusal),
            " ".join(finding.text for finding in lesion.findings if finding.text not in of_all),
        )
        for lesion in patient.lesions
    ]
    return table(("lesion", *numbers, "status", "reason"), rows, numbers)


def _number_cells(lesion: LesionUptake, patient: PatientUptake) -> Sequence[str]:
    is_suv, volume = patient.scale.is_suv, lesion.volumes.get("41")
    suv = (lesion.maximum, lesion.mean, None if lesion.peak is None else lesion.peak.value)
    ratios = [lesion.ratios.get(one.name) for one in patient.references]
    return (
        f"{lesion.volume_cc:.2f} cc",
        *(_cell(value if is_suv else None) for value in suv),
        _cell(None if volume is None else volume.mtv_cc, " cc"),
        _cell(None if volume is None or not is_suv else volume.tlg),
        *(_cell(None if ratio is None else ratio.maximum) for ratio in ratios),
    )


def _cell(value: float | None, unit: str = "") -> str:
    return "-" if value is None else f"{value:.2f}{unit}"


def _patient_line(patient: PatientUptake) -> str:
    from radioimmuno.naming import lesion_names

    names = lesion_names(patient.lesions)
    parts = [f"{len(patient.measured)} of {len(patient.lesions)} lesions measured"]
    for key, total in patient.totals.items():
        if total.lesions:
            tlg = f", TLG {total.tlg:.1f}" if patient.scale.is_suv else ""
            parts.append(f"MTV {key.replace('_', '.')}: {total.mtv_cc:.2f} cc{tlg}")
    if patient.largest_distance is not None:
        one, other = (names[name] for name in patient.largest_distance.lesions)
        parts.append(f"largest distance {patient.largest_distance.mm:.0f} mm ({one}, {other})")
    if patient.hottest is not None:
        parts.append(f"hottest: {names[patient.hottest]}")
    return f"Patient: {'; '.join(parts)}."
