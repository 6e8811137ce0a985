"""`radioimmuno maps`: where inside the lesions they are heterogeneous, as volumes."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import InputError, Refusal
from radioimmuno.identity import identity_entries

from .case import READING_CT, READING_LESIONS, Case, read_case
from .options import add_case, add_command, add_settings, reading_options, settings_named
from .outcome import Failure, exit_code, left_out_lines, left_out_plain, print_json
from .paths import add_out_folder
from .progress import Progress
from .silence import libraries_silenced
from .table import heading, table

if TYPE_CHECKING:
    from radioimmuno.geometry.image import Image
    from radioimmuno.lesion import Lesion
    from radioimmuno.settings import Settings

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
    add_case(parser)
    add_settings(parser)
    parser.add_argument("--names", metavar="MAP", nargs="+", help="which maps (default: all)")
    add_out_folder(parser, "folder for the volumes")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.extraction.voxel_maps import MAPS
    from radioimmuno.files.atomic_folder import replacing_folder

    settings = settings_named(arguments.settings)
    names = _known(arguments.names or MAPS, MAPS)
    files = [f"{name}.nrrd" for name in names]
    with (
        # Maps of other names that were written before are results of another kind, and stay.
        replacing_folder(
            arguments.out, files[-1], files, kind=",".join(files), force=arguments.force
        ) as folder,
        Progress([READING_CT, READING_LESIONS, MAPPING], arguments.quiet) as progress,
    ):
        from radioimmuno.report.map_volumes import write_map

        case = read_case(
            arguments.ct,
            arguments.lesions,
            None,
            progress,
            settings=settings,
            **reading_options(arguments),
        )
        progress.stage(MAPPING)
        maps, refused = _mapped(case, settings, names, progress)
        if not maps:
            raise InputError(*next(iter(refused.values())))
        for name, file in zip(names, files, strict=True):
            found_maps = {lesion: found[name] for lesion, found in maps.items()}
            with libraries_silenced():
                write_map(name, found_maps, folder / file, case.identity)
    code = exit_code(lesion.id in refused for lesion in case.lesions)
    if arguments.json:
        reasons = {lesion: {"code": code, "text": text} for lesion, (code, text) in refused.items()}
        print_json(
            {
                "exit_code": code,
                **identity_entries(case.identity),
                "files": [str(arguments.out / file) for file in files],
                "refused": reasons,
                "left_out": left_out_plain(case.left_out),
            }
        )
    else:
        print(heading(case.identity))
        print("\n".join([_summary(case.lesions, maps, refused), *left_out_lines(case.left_out)]))
        print("Maps: averages over each lesion.")
        print(f"\nIn {arguments.out}: {', '.join(files)}")
    return code


def _known(asked: Sequence[str], known: Collection[str]) -> list[str]:
    for name in asked:
        if name not in known:
            raise Failure(f"there is no map {name!r}; there are: {', '.join(known)}")
    return list(dict.fromkeys(asked))


def _mapped(
    case: Case, settings: Settings, names: list[str], progress: Progress
) -> tuple[dict[str, dict[str, Image]], dict[str, tuple[str, str]]]:
    """The maps by lesion, and (code, reason) of those that have none."""
    from radioimmuno.extraction.voxel_maps import interior_maps

    maps: dict[str, dict[str, Image]] = {}
    refused: dict[str, tuple[str, str]] = {}
    for lesion in case.lesions:
        found = [f for f in case.findings.get(lesion.id, ()) if f.refuses]
        try:
            if found:
                raise Refusal(found[0].code, found[0].text)
            maps[lesion.id] = interior_maps(case.image, lesion, settings, names)
        except Refusal as refusal:
            refused[lesion.id] = (refusal.code, str(refusal))
        progress.step(len(maps) + len(refused), len(case.lesions))
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
