"""`radioimmuno series`: what a DICOM folder holds, and what is wrong with it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exit_status import ALL_SCORED, print_json
from .options import add_accepted, add_command
from .paths import Input
from .process import library_output_discarded
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.findings import Finding
    from radioimmuno.io.dicom import Series

DESCRIPTION = """\
List the series of a folder of DICOM files: which can be scored, and what is wrong with the others.

The folder is looked through whole, whatever its files are called. Only headers are read, and pixels where
two slices lie at the same place."""

EXAMPLES = """\
  radioimmuno series export                  # what there is
  radioimmuno series export --json           # the same for machines
  radioimmuno score export lesions.nii.gz --series 1.2.840.1 --out result"""

EXIT_CODES = """\
exit codes:
  0  listed; whether a series is usable stands in its row
  1  failure, or no DICOM file found      2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(
        commands, "series", "list the series of a DICOM folder", DESCRIPTION, EXAMPLES, EXIT_CODES
    )
    parser.add_argument(
        "folder", metavar="FOLDER", type=Path, action=Input, help="folder of DICOM files, of any depth"
    )
    add_accepted(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.io.dicom import find_series

    with library_output_discarded():
        found = find_series(arguments.folder, accepted=arguments.accepted)
    if arguments.json:
        documents = [_document(series) for series in found]
        print_json({"exit_code": ALL_SCORED, "series": documents, "damaged": list(found[0].damaged)})
    else:
        print(_summary(found))
        for file in found[0].damaged:
            print(f"Damaged: {file}.")
    return ALL_SCORED


def _findings(series: Series) -> list[Finding]:
    """What is wrong with the series, and what scoring would warn of or may need."""
    from radioimmuno.scoring.domain import check_scan

    lattice = series.stack.lattice if series.stack else None
    return [*series.findings, *(check_scan(series.acquisition, lattice.spacing) if lattice else [])]


def _document(series: Series) -> dict[str, Any]:
    from radioimmuno.scoring.records import finding_record

    return {
        "uid": series.uid,
        "modality": series.modality,
        "description": series.description,
        "slices": series.slices,
        "usable": series.usable,
        "findings": [finding_record(finding) for finding in _findings(series)],
    }


def _summary(found: Sequence[Series]) -> str:
    rows = [
        (
            series.uid,
            series.modality,
            series.description,
            str(series.slices),
            "yes" if series.usable else "no",
            " ".join(finding.text for finding in _findings(series)),
        )
        for series in found
    ]
    header = ("UID", "modality", "description", "slices", "usable", "findings")
    return table(header, rows, ("slices",))
