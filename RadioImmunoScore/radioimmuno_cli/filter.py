"""`radioimmuno filter`: the response map of a filter on an image, as a volume."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import SettingsError
from radioimmuno.identity import identity_entries
from radioimmuno.io.volume_writer import ENDINGS
from radioimmuno.settings import IMAGE_KINDS

from .exit_status import ALL_SCORED, Failure, print_json
from .options import CT_HELP, add_command, add_reading, naming_of, positive
from .paths import Input, add_out_file
from .process import library_output_discarded
from .progress import Progress
from .terminal_table import heading, table

if TYPE_CHECKING:
    from radioimmuno.filters.filter import Filter
    from radioimmuno.geometry.image import Image
    from radioimmuno.io.image import ReadImage

READING, FILTERING, WRITING = "reading the image", "filtering", "writing the map"

DESCRIPTION = """\
Filter an image as IBSI 2 defines it and write the response: a value for each voxel, on the image's own grid.

names of filters (--list has all, a line each):
  log_sigma_3mm            Laplacian of Gaussian, SD in mm (log_sigma_1_5mm: 1.5); below 0 in bright spots
  wavelet_coif1_lhl        low-pass (l) or high-pass (h) along x, y and z: to the left, the back, up
  wavelet_db3_hhh_level_2  the same on the second level, which sees structures twice as large
  simoncelli_level_1       wavelet of all directions alike
  ibsi2-1_a_1, ...         the tests of IBSI 2 on digital phantoms; ibsi2-ct-2_a, ... those on a CT

Filters in three dimensions need voxels of one size: where the image's are not, --spacing resamples it first,
as features do. What each filter does, what depends on direction, and how it differs from PyRadiomics:
Resources/Docs/Filters.md."""

EXAMPLES = """\
  radioimmuno filter ct.nrrd --preset log_sigma_3mm --spacing 1 --out log.nrrd
  radioimmuno filter ct.nrrd --preset wavelet_coif1_lhl --spacing 2 --out lhl.nii.gz
  radioimmuno filter dicom_folder --preset ibsi2-ct-5_a --json --out gabor.nrrd    # slice by slice
  radioimmuno filter --list"""

EXIT_CODES = """\
exit codes:
  0  the map is written       1  failure                  2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(
        commands, "filter", "write the response map of a filter", DESCRIPTION, EXAMPLES, EXIT_CODES
    )
    parser.add_argument(
        "image", metavar="IMAGE", type=Path, action=Input, help=CT_HELP.replace("CT:", "CT, PET or MR:", 1)
    )
    parser.add_argument("--preset", metavar="NAME", required=True, help="which filter")
    parser.add_argument("--list", action=List, help="print the names of filters, a line each, and stop")
    parser.add_argument(
        "--spacing",
        metavar="MM",
        type=positive,
        help="resample to this isotropic spacing first (default: the image's own voxels)",
    )
    parser.add_argument(
        "--modality",
        choices=IMAGE_KINDS,
        help="what kind of image it is (default: what DICOM says, else ct)",
    )
    add_reading(parser)
    add_out_file(parser, ENDINGS, f"map to write (float32), by its ending: {', '.join(ENDINGS)}")
    parser.set_defaults(run=run)


class List(argparse.Action):
    """An option that prints what filters there are instead of filtering, as `--help` prints the help."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, nargs=0, **options)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Print the names and end."""
        from radioimmuno.filters.presets import listed
        from radioimmuno.filters.words import in_words

        rows = [(name, in_words(one)) for name, one in listed().items()]
        print(table(("name", "filter"), rows))
        parser.exit()


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.filters.words import in_words

    name, one = _chosen(arguments.preset)
    with Progress([READING, FILTERING, WRITING], arguments.quiet) as progress:
        from radioimmuno.report.volume_files import write_response

        progress.stage(READING)
        read = _read(arguments)
        progress.stage(FILTERING)
        response = _response(read, one, arguments.spacing)
        progress.stage(WRITING)
        with library_output_discarded():
            write_response(response, name, in_words(one), arguments.out, read.identity)
    document = _document(name, in_words(one), response)
    said = _said(read)
    if arguments.json:
        whose = {"exit_code": ALL_SCORED, **identity_entries(read.identity)}
        print_json({**whose, "files": [str(arguments.out)], **document, "findings": said})
        return ALL_SCORED
    size = " x ".join(f"{mm:.3g}" for mm in response.lattice.spacing)
    shape = " x ".join(map(str, response.values.shape))
    print(heading(read.identity))
    print(f"{name}: {in_words(one)}")
    print(f"{shape} voxels of {size} mm; response {_ends(document)}")
    print("\n".join([*(finding["text"] for finding in said), "", f"In {arguments.out}"]))
    return ALL_SCORED


def _chosen(name: str) -> tuple[str, Filter]:
    """The one filter of this name."""
    from radioimmuno.filters.presets import named

    found = named(name)
    if len(found) > 1:
        raise Failure(f"{name} is {len(found)} filters, and a map is of one: {', '.join(found)}")
    ((own, one),) = found.items()
    return own, one


def _read(arguments: argparse.Namespace) -> ReadImage:
    from radioimmuno.findings import Refusal
    from radioimmuno.io.image import read_image
    from radioimmuno.modality import modality_of_role

    with library_output_discarded():
        read = read_image(
            arguments.image,
            arguments.series,
            modality=modality_of_role(arguments.modality) if arguments.modality else None,
            accepted=frozenset(arguments.accepted),
            naming=naming_of(arguments),
        )
    for finding in read.findings:
        if finding.refuses:
            raise Refusal(finding.code, finding.text)
    return read


def _response(read: ReadImage, one: Filter, spacing_mm: float | None) -> Image:
    from radioimmuno.extraction.response_map import response_map

    try:
        return response_map(read.image, one, spacing_mm, read.modality.settings.extraction, read.modality)
    except SettingsError as problem:
        if problem.code != "filter.anisotropic" or spacing_mm is not None:
            raise
        smallest = min(read.image.lattice.spacing)
        raise SettingsError(
            problem.code, f"{problem} Here: --spacing {smallest:.3g}, or any other."
        ) from None


def _said(read: ReadImage) -> list[dict[str, str]]:
    """What reading the image found, which slices are missing, and how many voxels are padding."""
    from radioimmuno.extraction.measurability import bad_voxels, count
    from radioimmuno.findings import Finding, Severity
    from radioimmuno.numbers import percent
    from radioimmuno.scoring.records import finding_record

    found = [
        Finding("ct.missing_slice", Severity.WARN, f"{gap.sentence}: the response is made up there.")
        for gap in read.gaps
    ]
    padding = bad_voxels(read.image.values, read.modality).get("ct.padding")
    if padding is not None:
        share = f"{count(int(padding.sum()), 'voxel')} ({percent(padding.mean())})"
        text = (
            f"{share} are padding, where nothing was measured, and count as {read.modality.empty:g} "
            f"{read.modality.unit}: within the filter's reach of them the response is made up."
        )
        found.append(Finding("filter.padding", Severity.WARN, text))
    return [finding_record(finding) for finding in (*read.findings, *found)]


def _document(name: str, words: str, response: Image) -> dict[str, Any]:
    values = response.values
    return {
        "filter": {"name": name, "does": words},
        "shape": list(values.shape),
        "spacing_mm": list(response.lattice.spacing),
        "response": {
            "minimum": float(values.min()),
            "mean": float(values.mean(dtype=float)),
            "maximum": float(values.max()),
        },
    }


def _ends(document: dict[str, Any]) -> str:
    found = document["response"]
    return f"from {found['minimum']:.4g} to {found['maximum']:.4g}, mean {found['mean']:.4g}"
