"""`radioimmuno demo`: a simulated patient, and everything that there is to see."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import result
from .image_options import PET
from .options import add_command
from .paths import add_out_folder
from .process import library_output_discarded, shell_line
from .progress import Progress
from .score import SCORING

if TYPE_CHECKING:
    from radioimmuno.geometry.image import Image, Lattice
    from radioimmuno.lesion import Lesion

SIMULATING = "simulating the patient"
DEFAULT_SEED = 19
SLICE_MM = 2.5
CT_NAME, LESIONS_NAME = "ct.nrrd", "lesions.seg.nrrd"
PET_NAME, REFERENCES_NAME = "pet.nrrd", "references.seg.nrrd"

DESCRIPTION = """\
Simulate a patient with several lesions, score them with the demonstration signature and show all of it:
the table on the terminal, the report, the Slicer scene and pictures of its slice and 3D views.

writes what `radioimmuno score --scene` writes, and:
  ct.nrrd            the simulated CT
  lesions.seg.nrrd   its lesions, to open in Slicer or to score again
and with --pet, of which the score takes nothing:
  pet.nrrd             the same patient's FDG PET, SUV by body weight
  references.seg.nrrd  normal liver, blood pool and muscle, whose uptake lesions are compared with
  uptake.csv           the uptake of the lesions, which page and JSON hold, too"""

EXAMPLES = """\
  radioimmuno demo --out demo
  radioimmuno demo --out another --seed 7 --pet"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(
        commands, "demo", "score a simulated patient and show everything", DESCRIPTION, EXAMPLES
    )
    add_out_folder(parser)
    parser.add_argument(
        "--seed",
        metavar="N",
        type=_seed,
        default=DEFAULT_SEED,
        help="another number is another patient (%(default)s)",
    )
    parser.add_argument("--pet", action="store_true", help="write a PET beside the CT")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.files.atomic_folder import replacing_folder

    result.check_scene_can_be_made()
    stages = [SIMULATING, SCORING, result.MAKING_SCENE, result.WRITING]
    with (
        replacing_folder(
            arguments.out,
            result.MARKER,
            [CT_NAME, LESIONS_NAME, *_pet_names(arguments), *result.report_names(scene=True, pets=[PET])],
            force=arguments.force,
        ) as folder,
        Progress(stages, arguments.quiet) as progress,
    ):
        from radioimmuno.identity import Identity
        from radioimmuno.modality import CT
        from radioimmuno.pet.study_uptake import study_uptakes
        from radioimmuno.scoring.score import score_study
        from radioimmuno.signature.signature import default_signature
        from radioimmuno.simulation.patient import plan_patient, realize
        from radioimmuno.study import Study

        progress.stage(SIMULATING)
        plan = plan_patient(arguments.seed, slice_mm=SLICE_MM)
        simulated = realize(plan)
        signature = default_signature()
        with library_output_discarded():
            files = _write_inputs(simulated, folder)
            pet, regions = _simulated_pet(plan) if arguments.pet else ({}, [])
            files += _write_pet(pet, regions, plan.lattice, folder)
        progress.stage(SCORING)
        study = Study(
            {CT.role: simulated.image, **pet},
            tuple(simulated.lesions),
            simulated.acquisition,
            identity=Identity(f"simulated patient {arguments.seed}", "simulation"),
            inputs={"simulated patient": {"seed": arguments.seed, "slice_mm": SLICE_MM}},
            references={region.id: region.mask for region in regions},
        )
        scored = score_study(study, signature, progress=progress.step)
        patient = replace(result.with_time(scored), uptakes=study_uptakes(study))
        scene = result.write_scene(patient, signature, study, folder, progress)
        files += result.write_report(patient, signature, study, folder, progress, scene)
        files += scene
        files = [file.relative_to(folder) for file in files]
    out = arguments.out
    if arguments.json:
        return result.print_document(patient, files, out)
    code = result.print_summary(patient, signature, files, out)
    again = out.parent / f"{Path(os.path.realpath(out)).name}-again"
    words = [
        "score",
        out / CT_NAME,
        out / LESIONS_NAME,
        "--kvp",
        f"{simulated.acquisition.kvp:g}",
        "--out",
        again,
    ]
    if arguments.pet:
        words += ["--pet", out / PET_NAME, "--reference", f"muscle={out / REFERENCES_NAME}"]
    print(f"To score the files yourself: {shell_line(words)}")
    return code


def _write_inputs(simulated: Any, folder: Path) -> list[Path]:
    from radioimmuno.geometry.image import to_sitk
    from radioimmuno.io.segmentation_writer import write_segmentation
    from radioimmuno.io.volume_writer import write_volume

    ct, lesions = folder / CT_NAME, folder / LESIONS_NAME
    write_volume(ct, to_sitk(simulated.image))
    write_segmentation(lesions, simulated.lesions, simulated.image.lattice)
    return [ct, lesions]


def _pet_names(arguments: argparse.Namespace) -> list[str]:
    return [PET_NAME, REFERENCES_NAME] if arguments.pet else []


def _simulated_pet(plan: Any) -> tuple[dict[str, Image], list[Lesion]]:
    """The PET by its role, and reference regions."""
    from radioimmuno.modality import PET
    from radioimmuno.simulation.pet import simulate_pet
    from radioimmuno.simulation.reference_regions import reference_regions

    return {PET.role: simulate_pet(plan).image}, reference_regions(plan, plan.lattice)


def _write_pet(
    pet: Mapping[str, Image], regions: Sequence[Lesion], lattice: Lattice, folder: Path
) -> list[Path]:
    from radioimmuno.geometry.image import to_sitk
    from radioimmuno.io.segmentation_writer import write_segmentation
    from radioimmuno.io.volume_writer import write_volume

    if not pet:
        return []
    (image,) = pet.values()
    write_volume(folder / PET_NAME, to_sitk(image))
    write_segmentation(folder / REFERENCES_NAME, regions, lattice)
    return [folder / PET_NAME, folder / REFERENCES_NAME]


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value
