"""`radioimmuno score`: CT and lesions in, scores, report and scene out."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from . import result
from .case import READING_CT, READING_LESIONS, read_case
from .options import add_case, add_command, positive
from .progress import Progress

SCORING = "scoring"

DESCRIPTION = """\
Score every lesion of a CT, describe the patient, and say why where a lesion cannot be scored.

writes into the folder of --out:
  scores.csv     one row a lesion: score, status, reasons, contributions of the signature's terms
  patient.json   all of it for machines: metrics, lesions, findings, provenance
  report.html    a page to read: a picture of each lesion and its ring, contributions, score plot
  rings.nrrd     the peritumoral rings as a label map on the resampled grid
with --scene also:
  scene.mrb      Slicer scene: lesions in the color of their score, legend, rings, table, plot
  axial.png, 3d.png  what Slicer's slice and 3D views show of it"""

EXAMPLES = """\
  radioimmuno score ct.nrrd lesions.seg.nrrd --out result
  radioimmuno score dicom_folder labels.nii.gz --lesion-table lesions.csv --out result --scene
  radioimmuno score ct.nii.gz labels.nii.gz --kvp 120 --signature my.json --out result --json

the lesion table is a CSV file:
  lesion_id,site,irradiated
  1,liver,yes
  2,lymph node,no"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(commands, "score", "score the lesions of a CT", DESCRIPTION, EXAMPLES)
    add_case(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for what is written")
    parser.add_argument(
        "--signature", metavar="FILE", type=Path, help="signature file (default: the demonstration signature)"
    )
    parser.add_argument(
        "--lesion-table",
        metavar="CSV",
        type=Path,
        help="what is known: lesion_id (or name), site, irradiated",
    )
    parser.add_argument(
        "--kvp",
        metavar="N",
        type=positive,
        help="tube voltage where the CT does not say it; recorded as given by hand",
    )
    parser.add_argument("--scene", action="store_true", help="also write the Slicer scene and pictures of it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if arguments.scene:
        result.check_scene_can_be_made()
    out = result.prepared_folder(arguments.out)
    stages = [READING_CT, READING_LESIONS, SCORING, result.WRITING]
    with Progress(stages + [result.MAKING_SCENE] * arguments.scene, arguments.quiet) as progress:
        from radioimmuno.scoring import score
        from radioimmuno.signature import default_signature, read_signature

        signature = read_signature(arguments.signature) if arguments.signature else default_signature()
        case = read_case(arguments.ct, arguments.lesions, arguments.lesion_table, progress)
        acquisition = case.acquisition
        if arguments.kvp is not None:
            source = "; ".join(filter(None, [acquisition.source, "kVp given by hand"]))
            acquisition = dataclasses.replace(acquisition, kvp=arguments.kvp, source=source)
        progress.stage(SCORING)
        patient = result.with_time(
            score(
                case.image,
                case.lesions,
                signature,
                acquisition,
                progress=progress.step,
                findings=case.findings,
                inputs=case.inputs,
            )
        )
        files = result.write_report(patient, signature, case.image, case.lesions, out, progress)
        if arguments.scene:
            files += result.write_scene(patient, signature, case.image, case.lesions, out, progress)
    if arguments.json:
        return result.tell_machine(patient, files, out)
    return result.tell(patient, signature, files, out)
