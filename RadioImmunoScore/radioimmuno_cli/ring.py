"""`radioimmuno ring`: the peritumoral rings as a label map."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from radioimmuno.io.volume_writer import ENDINGS

from .asked_settings import settings_asked
from .exit_status import exit_code, left_out_lines, print_outcome
from .options import add_command, add_inputs, add_settings
from .paths import add_out_file
from .process import library_output_discarded
from .progress import Progress
from .study_files import READING_CT, READING_LESIONS, read_study
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.extraction.lesion_features import LesionFeatures
    from radioimmuno.identity import Identity
    from radioimmuno.scoring.results import PatientScore

BUILDING = "building rings"

DESCRIPTION = """\
Build the peritumoral ring of every lesion: all points within 2 mm of its surface, inside and outside,
without other lesions, inside the CT.

writes a label map (NRRD) on the resampled grid; its header says which label is which lesion."""

EXAMPLES = """\
  radioimmuno ring ct.nrrd lesions.seg.nrrd --out rings.nrrd
  radioimmuno ring ct.nrrd lesions.seg.nrrd --inner-mm 0 --outer-mm 5 --out rings.nrrd"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(commands, "ring", "build the peritumoral rings", DESCRIPTION, EXAMPLES)
    add_inputs(parser)
    add_settings(parser)
    parser.add_argument(
        "--inner-mm", metavar="N", type=float, help="how far the ring reaches into the lesion"
    )
    parser.add_argument("--outer-mm", metavar="N", type=float, help="how far it reaches out of it")
    add_out_file(parser, ENDINGS, "NRRD file to write")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    asked = settings_asked(arguments.settings)
    given = {name: getattr(arguments, name) for name in ("inner_mm", "outer_mm")}
    changes = {name: value for name, value in given.items() if value is not None}
    ring = dataclasses.replace(asked.settings.ring, **changes)
    settings = dataclasses.replace(asked.settings, ring=ring)
    with Progress([READING_CT, READING_LESIONS, BUILDING], arguments.quiet) as progress:
        from radioimmuno.extraction.extract import measure
        from radioimmuno.geometry.grid import resampled
        from radioimmuno.report import check_grid, write_rings

        study = read_study(arguments, settings, progress)
        grid = resampled(study.image.canonical().lattice, settings.extraction.spacing_mm)
        check_grid(grid)
        progress.stage(BUILDING)
        built = measure(
            study.image,
            study.lesions,
            settings,
            {"ring": ()},
            findings=study.findings,
            progress=progress.step,
        )
        with library_output_discarded():
            write_rings(_as_patient(built, study.identity), arguments.out, grid)
    code = exit_code(lesion.ring is None for lesion in built)
    rings = [{"lesion_id": lesion.id, "name": lesion.name, "ring_cc": _ring_cc(lesion)} for lesion in built]
    lines = [*asked.lines, _summary(built), *left_out_lines(study.left_out), "", f"In {arguments.out}"]
    document = {"files": [str(arguments.out)], "rings": rings, **asked.document}
    return print_outcome(study, code, arguments.json, document, lines)


def _as_patient(built: Sequence[LesionFeatures], identity: Identity) -> PatientScore:
    from radioimmuno.scoring.results import LesionScore, PatientScore

    rows = (LesionScore(b.id, b.name, b.volume_cc, None, findings=b.findings, ring=b.ring) for b in built)
    return PatientScore(tuple(rows), {}, {}, identity=identity)


def _ring_cc(lesion: LesionFeatures) -> float | None:
    if lesion.ring is None:
        return None
    return float(lesion.ring.values.sum() * lesion.ring.lattice.voxel_volume_mm3 / 1000.0)


def _summary(built: Sequence[LesionFeatures]) -> str:
    rows = []
    for lesion in built:
        volume = _ring_cc(lesion)
        reasons = " ".join(finding.text for finding in lesion.findings)
        ring = "" if volume is None else f"{volume:.2f} cc"
        rows.append((lesion.id, lesion.name, f"{lesion.volume_cc:.2f} cc", ring, reasons))
    return table(("id", "lesion", "volume", "ring", "reason"), rows, ("volume", "ring"))
