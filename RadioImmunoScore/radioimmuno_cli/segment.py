"""`radioimmuno segment`: lesions from strokes, boxes or clicks, and corrections of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.identity import identity_entries
from radioimmuno.io.volume_writer import ENDINGS

from .exit_status import ALL_SCORED, print_json
from .options import CT_HELP, add_command, add_reading, naming_of
from .paths import Input, add_out_file
from .process import library_output_discarded
from .progress import Progress
from .segment_marks import MarkedLesion, add_marks, mark_lesion, mark_record, turned, wrong_order
from .study_files import READING_CT
from .terminal_table import heading, table

if TYPE_CHECKING:
    from radioimmuno.geometry.image import Image
    from radioimmuno.segmentation.segmented_lesion import SegmentedLesion

SEGMENTING, WRITING = "segmenting", "writing"
SEGMENTATION = ".seg.nrrd"

DESCRIPTION = """\
Segment lesions in 3D, each from one stroke across its longest extent, two crossed strokes, a box around it
or one click inside it; then correct them where they are wrong.

A stroke has two ends on the lesion's border, in the slice where the lesion is longest: axial, coronal,
sagittal or oblique. Of --cross the first two points are the ends of one stroke, the last two those of the
other. --add, --remove and --border correct the last lesion before them, in their order; what a stroke to add
crossed is in, what one to remove crossed is out, and parts far from it stay as they are.

Coordinates are millimetres: in LPS (left, posterior, superior), as DICOM and ITK have them, or with --ras in
RAS, as Slicer shows them; what is printed is in the same. Write the option with an equals sign, so that a
minus is no option.

writes the lesions on the CT's own voxels, in the order of the options. A name ending in .seg.nrrd makes
Slicer's segmentation; one in .nrrd, .nii, .nii.gz or .mha a label map of labels 1, 2, ..., in which a voxel
of two lesions belongs to the first.

prints where the lesion's middle is, volume, long axis (longest diameter in an axial slice) and short axis
(perpendicular to it in the same slice), as RECIST measures them, the expected agreement with a reader where
it is known (Dice coefficient, 0 to 1; never after a correction), and what to look at."""

EXAMPLES = """\
  radioimmuno segment ct.nrrd --stroke=-61.5,20,-310,-30.2,41,-310 --out lesion.nrrd
  radioimmuno segment ct.nrrd --stroke=-61.5,20,-310,-30.2,41,-310 \\
      --stroke=80,12,-250,95,12,-250 --click=44,12,-280 --out lesions.seg.nrrd
  radioimmuno segment ct.nrrd --cross=-61.5,20,-310,-30.2,41,-310,-56.4,46.2,-310,-35.4,14.8,-310 \\
      --box=35,3,-289,53,21,-271 --out lesions.seg.nrrd
  radioimmuno segment ct.nrrd --click=44,12,-280 --add=38,12,-274,50,12,-274 --border=44,21,-280 \\
      --out lesions.seg.nrrd                                                     # corrected twice
  radioimmuno segment dicom_folder --click=44,12,-280 --out lesion.nrrd --json
  radioimmuno segment ct.nrrd --ras --click=-44,-12,-280 --out lesion.nrrd       # as Slicer shows it
  radioimmuno score ct.nrrd lesions.seg.nrrd --kvp 120 --out result             # what to do next"""

EXIT_CODES = """\
exit codes:
  0  every lesion was segmented; look at what the table says of it
  1  failure: nothing was written      2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "segment lesions from strokes, boxes or clicks"
    parser = add_command(commands, "segment", summary, DESCRIPTION, EXAMPLES, EXIT_CODES)
    parser.add_argument("ct", metavar="CT", type=Path, action=Input, help=CT_HELP)
    add_marks(parser)
    add_out_file(parser, ENDINGS, "file to write")
    add_reading(parser)
    parser.set_defaults(run=run, usage_error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if wrong := wrong_order(arguments.marks):
        arguments.usage_error(wrong)
    with Progress([READING_CT, SEGMENTING, WRITING], arguments.quiet) as progress:
        from radioimmuno.io.ct import read_ct

        with library_output_discarded():
            read = read_ct(
                arguments.ct, arguments.series, accepted=arguments.accepted, naming=naming_of(arguments)
            )
        image = read.image
        progress.stage(SEGMENTING)
        found: list[MarkedLesion] = []
        for number, mark in enumerate(arguments.marks):
            found = mark_lesion(image, mark, arguments.system, found)
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


def _middle(one: SegmentedLesion, system: str) -> tuple[float, float, float]:
    """Mean of the lesion's voxels, mm."""
    import numpy as np

    mask = one.mask
    voxels = np.argwhere(mask.values).mean(axis=0) + mask.offset
    return turned(mask.lattice.to_lps(voxels), system)


def _write(found: Sequence[MarkedLesion], image: Image, path: Path) -> None:
    from radioimmuno.io.label_map_writer import write_label_map
    from radioimmuno.io.segmentation_writer import write_segmentation
    from radioimmuno.lesion import Lesion

    segmented = [one.lesion for one in found]
    if path.name.lower().endswith(SEGMENTATION):
        lesions = [
            Lesion(
                str(label),
                f"Lesion {label}",
                one.mask,
                delineation=one.delineation,
                expected_agreement=one.expected_agreement,
            )
            for label, one in enumerate(segmented, start=1)
        ]
        write_segmentation(path, lesions, image.lattice)
    else:
        write_label_map(path, [one.mask for one in segmented], image.lattice)


def _plain(label: int, marked: MarkedLesion, system: str) -> dict[str, Any]:
    from radioimmuno.scoring.records import finding_record

    one = marked.lesion
    axes, ending = one.axes, system.lower()
    return {
        "label": label,
        f"middle_{ending}": _middle(one, system),
        "volume_cc": one.volume_cc,
        "long_mm": axes.long_mm if axes else None,
        "short_mm": axes.short_mm if axes else None,
        f"long_ends_{ending}": [turned(end, system) for end in axes.long_ends] if axes else None,
        f"short_ends_{ending}": [turned(end, system) for end in axes.short_ends] if axes else None,
        "expected_agreement": one.expected_agreement,
        "marks": [mark_record(mark, system) for mark in marked.marks],
        "findings": [finding_record(finding) for finding in one.findings],
    }


def _table(found: Sequence[MarkedLesion], system: str) -> str:
    rows = []
    for label, marked in enumerate(found, start=1):
        one = marked.lesion
        middle = ",".join(f"{value:.1f}" for value in _middle(one, system))
        axes = [f"{mm:.1f} mm" for mm in (one.axes.long_mm, one.axes.short_mm)] if one.axes else ["", ""]
        agreement = "" if one.expected_agreement is None else f"{one.expected_agreement:.2f}"
        look_at = " ".join(finding.text for finding in one.findings)
        rows.append((str(label), middle, f"{one.volume_cc:.2f} cc", *axes, agreement, look_at))
    numbers = ("label", "volume", "long axis", "short axis", "agree")
    header = ("label", f"middle ({system} mm)", *numbers[1:], "look at")
    return table(header, rows, numbers)
