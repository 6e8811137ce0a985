"""`radioimmuno features`: IBSI features of lesions and rings as a table."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .case import READING_CT, READING_LESIONS, read_case
from .options import SETTINGS_HELP, add_case, add_command, settings_named
from .outcome import exit_code, print_json
from .progress import Progress
from .table import table

if TYPE_CHECKING:
    from radioimmuno.measuring import LesionFeatures

EXTRACTING = "measuring features"
COLUMNS = ("lesion_id", "region", "feature", "ibsi_code", "reference_tag", "value", "unit")

DESCRIPTION = """\
Measure the IBSI features of every lesion and of its ring.

writes a CSV file with one row a feature:
  lesion_id, region (lesion or ring), feature, ibsi_code, reference_tag, value, unit
where reference_tag is the feature's tag in the IBSI table of consensus values. A feature that is not
defined for a region, and those of a refused lesion, have an empty value.

The presets ibsi-digital, ibsi-c, ibsi-d and ibsi-e are the configurations that IBSI has consensus values
for; they also give the features that take longer (Moran's I, Geary's C, bounding ellipsoids)."""

EXAMPLES = """\
  radioimmuno features ct.nrrd lesions.seg.nrrd --out features.csv
  radioimmuno features ct.nii.gz mask.nii.gz --settings ibsi-c --region lesion --out ibsi_c.csv"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(commands, "features", "measure IBSI features", DESCRIPTION, EXAMPLES)
    add_case(parser)
    parser.add_argument("--settings", metavar="NAME|FILE", default="default", help=SETTINGS_HELP)
    parser.add_argument(
        "--region", choices=("lesion", "ring"), help="only this region (default: the lesion and its ring)"
    )
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="CSV file to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    settings = settings_named(arguments.settings)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with Progress([READING_CT, READING_LESIONS, EXTRACTING], arguments.quiet) as progress:
        from radioimmuno.features.catalog import ALL, DEFAULT, REGIONS, identifiers
        from radioimmuno.measuring import extract

        keys = ALL if arguments.settings.startswith("ibsi-") else DEFAULT
        wanted = identifiers(keys, [arguments.region] if arguments.region else REGIONS)
        case = read_case(arguments.ct, arguments.lesions, None, progress)
        progress.stage(EXTRACTING)
        measured = extract(
            case.image, case.lesions, settings, wanted, findings=case.findings, progress=progress.step
        )
        rows = [row for lesion in measured for row in _rows(lesion, wanted)]
        _write(rows, arguments.out)
    code = exit_code(lesion.refused for lesion in measured)
    if arguments.json:
        print_json({"exit_code": code, "files": [str(arguments.out)], "features": rows})
    else:
        print(_summary(measured, len(wanted)))
        print(f"\nIn {arguments.out}: {len(rows)} rows")
    return code


def _rows(lesion: LesionFeatures, wanted: Sequence[str]) -> list[dict[str, Any]]:
    from radioimmuno.features.catalog import split

    rows = []
    for identifier in wanted:
        region, feature = split(identifier)
        cells = (lesion.id, region, feature.key, feature.ibsi_code, feature.reference_tag)
        rows.append(dict(zip(COLUMNS, (*cells, lesion.values.get(identifier), feature.unit), strict=True)))
    return rows


def _write(rows: Sequence[dict[str, Any]], out: Path) -> None:
    from radioimmuno.atomic import replacing

    with replacing(out) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _summary(measured: Sequence[LesionFeatures], wanted: int) -> str:
    rows = [
        (
            lesion.id,
            lesion.name,
            f"{lesion.volume_cc:.2f} cc",
            f"{sum(value is not None for value in lesion.values.values())} of {wanted}",
            " ".join(finding.text for finding in lesion.findings),
        )
        for lesion in measured
    ]
    return table(("id", "lesion", "volume", "features", "reason"), rows, ("volume", "features"))
