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

CT, PET and MR are judged each as what it is. Of a PET it says how SUV are made of its values: their unit, the
moment of decay correction, the tracer, the time of uptake; --json lists each step with what it used.

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
    from radioimmuno.modality import CT
    from radioimmuno.scoring.domain import check_scan

    if series.stack is None or series.kind is not CT:
        return list(series.findings)
    return [*series.findings, *check_scan(series.acquisition, series.stack.lattice.spacing)]


def _document(series: Series) -> dict[str, Any]:
    from radioimmuno.scoring.records import finding_record

    return {
        "uid": series.uid,
        "modality": series.modality,
        "description": series.description,
        "slices": series.slices,
        "usable": series.usable,
        "findings": [finding_record(finding) for finding in _findings(series)],
    } | ({"pet": _pet(series)} if series.headers[0].pet else {})


def _pet(series: Series) -> dict[str, Any]:
    """The facts of a PET, and how SUV are made of it; `suv` is null where none can be."""
    from radioimmuno.pet.acquired import acquisition_of, pet_acquisition_record
    from radioimmuno.pet.suv import suv_record

    own = [header.pet for header in series.headers if header.pet]
    acquisition = pet_acquisition_record(acquisition_of(own))
    return acquisition | {"suv": suv_record(series.suv) if series.suv else None}


def _values(series: Series) -> str:
    """What the values of a PET are, in words; "" for other series."""
    if not series.headers[0].pet:
        return ""
    facts = _pet(series)
    correction = facts["decay_correction"]
    words = [
        f"{facts['units'] or 'no unit'}{f' ({correction})' if correction else ''}",
        facts["tracer"],
        f"uptake {facts['uptake_min']:.0f} min" if facts["uptake_min"] is not None else "",
    ]
    made = f"{series.suv.title} of " if series.suv else ""
    return made + ", ".join(filter(None, words))


def _summary(found: Sequence[Series]) -> str:
    columns = {
        "UID": [series.uid for series in found],
        "modality": [series.modality for series in found],
        "description": [series.description for series in found],
        "slices": [str(series.slices) for series in found],
        "usable": ["yes" if series.usable else "no" for series in found],
        "values": [_values(series) for series in found],
        "findings": [" ".join(finding.text for finding in _findings(series)) for series in found],
    }
    if not any(columns["values"]):
        del columns["values"]
    return table(tuple(columns), list(zip(*columns.values(), strict=True)), ("slices",))
