"""`radioimmuno segment`: lesions from strokes or clicks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError
from radioimmuno.identity import identity_entries
from radioimmuno.io.volume_writer import ENDINGS
from radioimmuno.numbers import is_number

from .exit_status import ALL_SCORED, print_json
from .options import CT_HELP, add_command, add_reading, naming_of
from .paths import Input, add_out_file
from .process import library_output_discarded
from .progress import Progress
from .study_files import READING_CT
from .terminal_table import heading, table

if TYPE_CHECKING:
    from radioimmuno.geometry.image import Image
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion

SEGMENTING, WRITING = "segmenting", "writing"
SEGMENTATION = ".seg.nrrd"
STROKE, CLICK = 6, 3  # numbers that each takes
LPS = "LPS"
SYSTEMS = {LPS: "as DICOM and ITK have them (the default)", "RAS": "as Slicer shows them"}

DESCRIPTION = """\
Segment lesions in 3D, each from one stroke across its longest extent or from one click inside it.

A stroke has two ends on the lesion's border, in the slice where the lesion is longest: axial, coronal,
sagittal or oblique. Coordinates are millimetres: in LPS (left, posterior, superior), as DICOM and ITK have
them, or with --ras in RAS, as Slicer shows them; what is printed is in the same. Write the option with an
equals sign, so that a minus is no option.

writes the lesions on the CT's own voxels, in the order of the options. A name ending in .seg.nrrd makes
Slicer's segmentation; one in .nrrd, .nii, .nii.gz or .mha a label map of labels 1, 2, ..., in which a voxel
of two lesions belongs to the first.

prints where the lesion's middle is, volume, long axis (longest diameter in an axial slice) and short axis
(perpendicular to it in the same slice), as RECIST measures them, and what to look at. A click is less sure
than a stroke."""

EXAMPLES = """\
  radioimmuno segment ct.nrrd --stroke=-61.5,20,-310,-30.2,41,-310 --out lesion.nrrd
  radioimmuno segment ct.nrrd --stroke=-61.5,20,-310,-30.2,41,-310 \\
      --stroke=80,12,-250,95,12,-250 --click=44,12,-280 --out lesions.seg.nrrd
  radioimmuno segment dicom_folder --click=44,12,-280 --out lesion.nrrd --json
  radioimmuno segment ct.nrrd --ras --click=-44,-12,-280 --out lesion.nrrd       # as Slicer shows it
  radioimmuno score ct.nrrd lesions.seg.nrrd --kvp 120 --out result             # what to do next"""

EXIT_CODES = """\
exit codes:
  0  every lesion was segmented; look at what the table says of it
  1  failure: nothing was written      2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "segment lesions from strokes or clicks"
    parser = add_command(commands, "segment", summary, DESCRIPTION, EXAMPLES, EXIT_CODES)
    parser.add_argument("ct", metavar="CT", type=Path, action=Input, help=CT_HELP)
    parser.add_argument(
        "--stroke",
        metavar="X1,Y1,Z1,X2,Y2,Z2",
        dest="marks",
        action="append",
        type=_stroke,
        help="the ends of a stroke across a lesion, mm; again for the next lesion",
    )
    parser.add_argument(
        "--click",
        metavar="X,Y,Z",
        dest="marks",
        action="append",
        type=_click,
        help="a point in the middle of a lesion, mm; again for the next lesion",
    )
    systems = parser.add_mutually_exclusive_group()
    for system, whose in SYSTEMS.items():
        systems.add_argument(
            f"--{system.lower()}",
            dest="system",
            action="store_const",
            const=system,
            help=f"coordinates, given and printed, are {system}: {whose}",
        )
    add_out_file(parser, ENDINGS, "file to write")
    add_reading(parser)
    parser.set_defaults(run=run, usage_error=parser.error, system=LPS)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if not arguments.marks:
        arguments.usage_error("name a lesion by --stroke or --click")
    with Progress([READING_CT, SEGMENTING, WRITING], arguments.quiet) as progress:
        from radioimmuno.io.ct import read_ct

        with library_output_discarded():
            read = read_ct(
                arguments.ct, arguments.series, accepted=arguments.accepted, naming=naming_of(arguments)
            )
        image = read.image
        progress.stage(SEGMENTING)
        found = []
        for number, mark in enumerate(arguments.marks):
            found.append(_segment(image, mark, arguments.system))
            progress.step(number + 1, len(arguments.marks))
        progress.stage(WRITING)
        with library_output_discarded():
            _write(found, image, arguments.out)
    if arguments.json:
        lesions = [_plain(label, one, arguments.system) for label, one in enumerate(found, start=1)]
        print_json(
            {
                "exit_code": ALL_SCORED,
                **identity_entries(read.identity),
                "files": [str(arguments.out)],
                "coordinates": arguments.system,
                "lesions": lesions,
            }
        )
    else:
        print(heading(read.identity))
        print(_table(found, arguments.system))
        print(f"\nIn {arguments.out}")
    return ALL_SCORED


def _stroke(text: str) -> tuple[float, ...]:
    return _numbers(text, STROKE)


def _click(text: str) -> tuple[float, ...]:
    return _numbers(text, CLICK)


def _numbers(text: str, count: int) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != count or not all(map(is_number, numbers)):
        raise argparse.ArgumentTypeError(f"{text!r} is not {count} numbers with commas between them")
    return numbers


def _segment(image: Image, mark: tuple[float, ...], system: str) -> SegmentedLesion:
    from radioimmuno.segmentation.click import segment_click
    from radioimmuno.segmentation.stroke import segment_stroke

    points = [_turned((mark[at], mark[at + 1], mark[at + 2]), system) for at in range(0, len(mark), CLICK)]
    try:
        return segment_click(image, *points) if len(points) == 1 else segment_stroke(image, *points)
    except InputError as error:
        if error.code != "stroke.outside":
            raise
        hint = f"{error} Its coordinates were taken as {system}: --lps and --ras say which they are."
        raise InputError(error.code, hint) from None


def _turned(point: Sequence[float], system: str) -> tuple[float, float, float]:
    """A point of a coordinate system in LPS, or one in LPS in that system: the same change of signs."""
    x, y, z = (float(value) for value in point)
    return (x, y, z) if system == LPS else (-x, -y, z)


def _middle(one: SegmentedLesion, system: str) -> tuple[float, float, float]:
    """Mean of the lesion's voxels, mm."""
    import numpy as np

    mask = one.mask
    voxels = np.argwhere(mask.values).mean(axis=0) + mask.offset
    return _turned(mask.lattice.to_lps(voxels), system)


def _write(found: Sequence[SegmentedLesion], image: Image, path: Path) -> None:
    from radioimmuno.io.label_map_writer import write_label_map
    from radioimmuno.io.segmentation_writer import write_segmentation
    from radioimmuno.lesion import Lesion

    if path.name.lower().endswith(SEGMENTATION):
        lesions = [
            Lesion(str(label), f"Lesion {label}", one.mask, delineation=one.delineation)
            for label, one in enumerate(found, start=1)
        ]
        write_segmentation(path, lesions, image.lattice)
    else:
        write_label_map(path, [one.mask for one in found], image.lattice)


def _plain(label: int, one: SegmentedLesion, system: str) -> dict[str, Any]:
    from radioimmuno.scoring.records import finding_record

    axes, ending = one.axes, system.lower()
    return {
        "label": label,
        f"middle_{ending}": _middle(one, system),
        "volume_cc": one.volume_cc,
        "long_mm": axes.long_mm if axes else None,
        "short_mm": axes.short_mm if axes else None,
        f"long_ends_{ending}": [_turned(end, system) for end in axes.long_ends] if axes else None,
        f"short_ends_{ending}": [_turned(end, system) for end in axes.short_ends] if axes else None,
        "findings": [finding_record(finding) for finding in one.findings],
    }


def _table(found: Sequence[SegmentedLesion], system: str) -> str:
    rows = []
    for label, one in enumerate(found, start=1):
        long_mm = f"{one.axes.long_mm:.1f} mm" if one.axes else ""
        short_mm = f"{one.axes.short_mm:.1f} mm" if one.axes else ""
        look_at = " ".join(finding.text for finding in one.findings)
        middle = ",".join(f"{value:.1f}" for value in _middle(one, system))
        rows.append((str(label), middle, f"{one.volume_cc:.2f} cc", long_mm, short_mm, look_at))
    header = ("label", f"middle ({system} mm)", "volume", "long axis", "short axis", "look at")
    return table(header, rows, ("label", "volume", "long axis", "short axis"))
