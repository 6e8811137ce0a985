"""`radioimmuno check`: what is wrong with lesions before they are scored."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .asked_settings import settings_asked
from .exit_status import exit_code, print_outcome
from .options import add_command, add_inputs, add_settings
from .paths import OutputPath
from .progress import Progress
from .study_files import READING_CT, READING_LESIONS, read_study
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.geometry.image import Image
    from radioimmuno.lesion import LeftOut, Lesion
    from radioimmuno.quality.check import LesionFinding

CHECKING = "checking the lesions"

DESCRIPTION = """\
Check every lesion of a CT and say in plain words what a reader should look at. Nothing is changed.

found are, for each lesion:
  what scoring refuses or warns of: empty, too small, too large, on a single slice, cut by the CT's border,
    separate pieces, holes, overlap, ring clipped, padding, thick slices, drawn on another grid
  and besides: few voxels to measure, spurs one voxel wide, slices that were not drawn, a contour that jumps
    between slices, parts outside the body, air or lung, metal

severity:
  refuse  the lesion would get no score       warn  scored, look at it
  fixed   the input was mended in reading            left out  no lesion: an organ, a target volume, a couch

The table has one row a finding; a lesion without findings has one row as well. Slicer's panel offers a
repair for many findings; the JSON names them."""

EXAMPLES = """\
  radioimmuno check ct.nrrd lesions.seg.nrrd
  radioimmuno check dicom_folder labels.nii.gz --out checks.csv
  radioimmuno check ct.nrrd lesions.seg.nrrd --json || echo "look at the lesions first\""""


EXIT_CODES = """\
exit codes:
  0  no lesion is refused     8  some lesions would be refused, with reasons
  1  failure                  2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "check lesions before they are scored"
    parser = add_command(commands, "check", summary, DESCRIPTION, EXAMPLES, EXIT_CODES)
    add_inputs(parser)
    add_settings(parser)
    parser.add_argument(
        "--out",
        metavar="CSV",
        type=Path,
        action=OutputPath,
        help="also write the table: patient, study, lesion_id, name, code, severity, text",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    asked = settings_asked(arguments.settings)
    settings = asked.settings
    with Progress([READING_CT, READING_LESIONS, CHECKING], arguments.quiet) as progress:
        from radioimmuno.quality.check import check_lesions
        from radioimmuno.report import write_checks_csv

        study = read_study(arguments, settings, progress)
        progress.stage(CHECKING)
        found = check_lesions(
            study.image,
            study.lesions,
            settings,
            study.acquisition,
            findings=study.findings,
            progress=progress.step,
        )
        if arguments.out:
            write_checks_csv(study.lesions, found, arguments.out, study.identity, study.left_out)
    code = exit_code(one.finding.refuses for one in found)
    files = [str(arguments.out)] if arguments.out else []
    summary = ["", _summary(study.lesions, found), *(f"In {file}" for file in files)]
    lines = [*asked.lines, _table(study.lesions, found, study.left_out), *summary]
    document = {"files": files, "findings": [_plain(one, study.image) for one in found], **asked.document}
    return print_outcome(study, code, arguments.json, document, lines)


def _plain(one: LesionFinding, image: Image) -> dict[str, Any]:
    from radioimmuno.quality.repairs import repairs_of
    from radioimmuno.scoring.records import finding_record

    finding = one.finding
    return {
        "lesion_id": one.lesion_id,
        **finding_record(finding),
        "repairs": [repair.title for repair in repairs_of(finding.code, image)],
    }


def _table(lesions: Sequence[Lesion], found: Sequence[LesionFinding], left_out: Sequence[LeftOut]) -> str:
    from radioimmuno.naming import lesion_names

    names = lesion_names([*lesions, *left_out])
    rows = []
    for lesion in lesions:
        own = [one.finding for one in found if one.lesion_id == lesion.id]
        rows += [(names[lesion.id], f.severity.value, f.code, f.text) for f in own] or [
            (names[lesion.id], "-", "-", "nothing found")
        ]
    rows += [(names[one.id], "left out", "lesion.not_a_lesion", one.reason) for one in left_out]
    return table(("lesion", "severity", "finding", "text"), rows)


def _summary(lesions: Sequence[Lesion], found: Sequence[LesionFinding]) -> str:

    refused = {one.lesion_id for one in found if one.finding.refuses}
    named = {one.lesion_id for one in found}
    return (
        f"{len(refused)} of {len(lesions)} lesions refused, {len(named - refused)} to look at, "
        f"{len(lesions) - len(named)} without findings."
    )
