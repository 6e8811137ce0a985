"""`radioimmuno maps`: where inside the lesions they are heterogeneous, as volumes."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError, Refusal

from .asked_settings import settings_asked
from .exit_status import Failure, exit_code, left_out_lines, print_outcome
from .options import add_command, add_inputs, add_settings
from .paths import add_out_folder
from .process import library_output_discarded
from .progress import Progress
from .study_files import READING_CT, READING_LESIONS, read_study
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.geometry.image import Image
    from radioimmuno.lesion import Lesion
    from radioimmuno.settings import Settings
    from radioimmuno.study import Study

MAPPING = "mapping lesions"

DESCRIPTION = """\
Map local features inside the lesions: of the 3 x 3 x 3 voxels around each voxel, on the grid that features
are computed on.

  mean                 mean intensity, HU
  entropy              entropy of the intensity levels, bit
  glcm_contrast        contrast of the co-occurrence matrix, averaged over 13 directions
  glcm_joint_entropy   joint entropy of the co-occurrence matrix, averaged over 13 directions, bit

writes a volume a map (NRRD) with all lesions in it, cut to the box that holds them. Outside of the lesions it
has a value that none has inside, which its header tells (RadioImmunoScore.outside): -2000 for the mean, -1
for the others."""

EXAMPLES = """\
  radioimmuno maps ct.nrrd lesions.seg.nrrd --out maps
  radioimmuno maps ct.nrrd lesions.seg.nrrd --out maps --names entropy --lesion Segment_1"""

EXIT_CODES = """\
exit codes:
  0  all lesions mapped       8  some lesions refused, with reasons; the others mapped
  1  failure                  2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(
        commands, "maps", "map local features inside the lesions", DESCRIPTION, EXAMPLES, EXIT_CODES
    )
    add_inputs(parser)
    add_settings(parser)
    parser.add_argument("--names", metavar="MAP", nargs="+", help="which maps (default: all)")
    add_out_folder(parser, "folder for the volumes")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.extraction.voxel_maps import MAPS
    from radioimmuno.files.atomic_folder import replacing_folder

    asked = settings_asked(arguments.settings)
    settings = asked.settings
    names = _known(arguments.names or MAPS, MAPS)
    files = [f"{name}.nrrd" for name in names]
    with (
        # Maps of other names that were written before are results of another kind, and stay.
        replacing_folder(
            arguments.out, files[-1], files, kind=",".join(files), force=arguments.force
        ) as folder,
        Progress([READING_CT, READING_LESIONS, MAPPING], arguments.quiet) as progress,
    ):
        from radioimmuno.report.volume_files import write_map

        study = read_study(arguments, settings, progress)
        progress.stage(MAPPING)
        maps, refused = _mapped(study, settings, names, progress)
        if not maps:
            raise InputError(*next(iter(refused.values())))
        for name, file in zip(names, files, strict=True):
            found_maps = {lesion: found[name] for lesion, found in maps.items()}
            with library_output_discarded():
                write_map(name, found_maps, folder / file, study.identity)
    code = exit_code(lesion.id in refused for lesion in study.lesions)
    lines = [*asked.lines, _summary(study.lesions, maps, refused), *left_out_lines(study.left_out)]
    lines += ["Maps: averages over each lesion.", "", f"In {arguments.out}: {', '.join(files)}"]
    document = {
        "files": [str(arguments.out / file) for file in files],
        "refused": {lesion: {"code": code, "text": text} for lesion, (code, text) in refused.items()},
        **asked.document,
    }
    return print_outcome(study, code, arguments.json, document, lines)


def _known(asked: Sequence[str], known: Collection[str]) -> list[str]:
    for name in asked:
        if name not in known:
            raise Failure(f"there is no map {name!r}; there are: {', '.join(known)}")
    return list(dict.fromkeys(asked))


def _mapped(
    study: Study, settings: Settings, names: list[str], progress: Progress
) -> tuple[dict[str, dict[str, Image]], dict[str, tuple[str, str]]]:
    """The maps by lesion, and (code, reason) of those that have none."""
    from radioimmuno.extraction.voxel_maps import interior_maps

    maps: dict[str, dict[str, Image]] = {}
    refused: dict[str, tuple[str, str]] = {}
    for lesion in study.lesions:
        found = [f for f in study.findings.get(lesion.id, ()) if f.refuses]
        try:
            if found:
                raise Refusal(found[0].code, found[0].text)
            maps[lesion.id] = interior_maps(study.image, lesion, settings, names)
        except Refusal as refusal:
            refused[lesion.id] = (refusal.code, str(refusal))
        progress.step(len(maps) + len(refused), len(study.lesions))
    return maps, refused


def _summary(
    lesions: Sequence[Lesion], maps: dict[str, dict[str, Image]], refused: dict[str, tuple[str, str]]
) -> str:
    """Each lesion's mean of each map, or why it has none."""
    import numpy as np

    names = list(next(iter(maps.values())))
    rows = []
    for lesion in lesions:
        means = [
            f"{np.nanmean(maps[lesion.id][name].values):.3g}" if lesion.id in maps else "" for name in names
        ]
        rows.append(
            (
                lesion.id,
                lesion.name,
                f"{lesion.volume_cc:.2f} cc",
                *means,
                refused.get(lesion.id, ("", ""))[1],
            )
        )
    return table(("id", "lesion", "volume", *names, "reason"), rows, ("volume",))
