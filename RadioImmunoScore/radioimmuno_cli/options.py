"""Options and words of the help that several commands share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from radioimmuno.acceptance import OPTIONS
from radioimmuno.acquisition import check_kvp
from radioimmuno.findings import InputError
from radioimmuno.identity import Naming, plain
from radioimmuno.numbers import is_number
from radioimmuno.settings import PRESETS
from radioimmuno.site import Site

from .paths import Input

EXIT_CODES = """\
exit codes:
  0  all lesions scored       8  some lesions refused, with reasons; the others scored
  1  failure                  2  wrong usage"""

CT_HELP = "CT: a NRRD, NIfTI or MHA/MHD file, a DICOM folder, or an enhanced multi-frame file"
LESIONS_HELP = (
    "lesions: a label map (each label is a lesion); or with names and sites Slicer's .seg.nrrd, a DICOM "
    "RTSTRUCT or SEG file"
)
ACCEPTED_HELP = {
    "--accept-derived": "take a derived series, as a projection (MIP)",
    "--accept-values": "take values that do not look like those of the image's kind (HU, SUV)",
    "--accept-patient": "take files that name different patients",
}
SITES = ", ".join(site.label for site in Site)
OF_LESIONS = "(of single lesions: a column clinical.NAME in the lesion table)"
SETTINGS_HELP = (
    f"how features are measured: {', '.join(PRESETS)}, or a file: settings in JSON, or PyRadiomics' "
    "parameters (JSON, or YAML with PyYAML), whose filters and features are measured; what of them is "
    "otherwise here is said line by line"
)


def add_command(
    commands: Any, name: str, summary: str, description: str, examples: str, exit_codes: str = EXIT_CODES
) -> argparse.ArgumentParser:
    """A command with its help: what it does, examples, exit codes; `--quiet` and `--json` come with it."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=f"examples:\n{examples}\n\n{exit_codes}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(inputs=(), output=None)
    parser.add_argument("--json", action="store_true", help="print what was done as JSON on stdout")
    parser.add_argument(
        "--quiet", action="store_true", help="no progress bar (there is none without a terminal)"
    )
    return parser


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """The arguments that name a CT and its lesions."""
    parser.add_argument("ct", metavar="CT", type=Path, action=Input, help=CT_HELP)
    parser.add_argument("lesions", metavar="LESIONS", type=Path, action=Input, help=LESIONS_HELP)
    add_reading(parser)
    parser.add_argument(
        "--roi",
        "--lesion",
        metavar="NAME",
        dest="roi",
        action="append",
        default=[],
        help="only the lesions with this name, id or pattern, as 'GTV*', whatever they look like; may be "
        "given several times (default: all; organs, target volumes, couch and the like are left out)",
    )


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the options on how a CT is read: its series, what a person accepts, what the patient is called."""
    parser.add_argument(
        "--series",
        metavar="UID",
        help="which series of a DICOM folder (radioimmuno series FOLDER lists them)",
    )
    add_accepted(parser)
    add_naming(parser)


def add_lesion_table(parser: argparse.ArgumentParser) -> None:
    """The option that names a table of what is known about the lesions."""
    parser.add_argument(
        "--lesion-table",
        metavar="CSV",
        type=Path,
        action=Input,
        help="what is known: lesion_id (or name), site, irradiated, drawn, clinical.NAME",
    )


def add_given_values(parser: argparse.ArgumentParser, studies: bool = False) -> None:
    """The options by which a person gives what no image holds; values come into `clinical` as pairs.

    Parameters
    ----------
    parser : ArgumentParser
    studies : bool
        Whether there are several studies: then `batch` is a list, of one for all or one for each.
    """
    parser.add_argument(
        "--clinical",
        metavar="NAME=VALUE",
        type=clinical_value,
        action="append",
        default=[],
        help="a value of the patient that the signature needs, as pdl1=40; may be given several times "
        + ("(it holds for all studies)" if studies else OF_LESIONS),
    )
    parser.add_argument(
        "--batch",
        metavar="NAME",
        action="append" if studies else "store",
        default=[] if studies else "",
        help="scanner or center of the CT, for a signature that was trained with ComBat"
        + ("; once for all studies, or once for each, in their order" if studies else ""),
    )


def clinical_value(text: str) -> tuple[str, float]:
    """Name and value of `NAME=VALUE`; anything else is wrong usage."""
    from radioimmuno.scoring.given_values import number_in
    from radioimmuno.signature.variables import CLINICAL

    name, sign, value = text.partition("=")
    name = name.strip().removeprefix(CLINICAL)
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE, as pdl1=40")
    try:
        return name, number_in(name, value)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def add_settings(parser: argparse.ArgumentParser, default: str | None = "default") -> None:
    """The option that says how features are measured; `settings_asked` reads it.

    Parameters
    ----------
    parser : ArgumentParser
    default : str or None
        None where that depends on the image.
    """
    parser.add_argument(
        "--settings",
        metavar="NAME|FILE",
        action=Input,
        words=PRESETS,
        default=default,
        help=SETTINGS_HELP,
    )


def add_filters(parser: argparse.ArgumentParser) -> None:
    """The option that adds filtered images; `filters_named` reads it."""
    parser.add_argument(
        "--filters",
        metavar="NAME,...",
        action="append",
        default=[],
        help="measure each image after these filters, too: log_sigma_3mm (Laplacian of Gaussian), "
        "wavelet_coif1 (all eight bands) or wavelet_coif1_lhl, simoncelli_level_1 (radioimmuno filter --list "
        "shows more), or one that the settings file defines; they come to those of the settings file; may be "
        "given several times",
    )


def add_features(parser: argparse.ArgumentParser, default: str, what: str) -> None:
    """Which features are measured, as `features_named` reads it."""
    parser.add_argument(
        "--features",
        metavar="standard|all|FILE",
        action=Input,
        words=("standard", "all"),
        default=default,
        help=f"{what}: the 43 of the standard set, all that the features command measures, or a file with an "
        f"identifier a line (default: {default})",
    )


def add_accepted(parser: argparse.ArgumentParser) -> None:
    """The options by which a person takes on what is refused otherwise; codes come into `accepted`."""
    parser.set_defaults(accepted=[])
    for option, what in ACCEPTED_HELP.items():
        parser.add_argument(option, dest="accepted", action=Accept, help=f"{what}; recorded in the result")


class Accept(argparse.Action):
    """An option by which a person takes on what is refused otherwise: its codes come to the others."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, nargs=0, **options)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Add the codes that the option stands for."""
        codes = [code for code, option in OPTIONS.items() if option in self.option_strings]
        setattr(namespace, self.dest, [*getattr(namespace, self.dest), *codes])


def add_naming(parser: argparse.ArgumentParser) -> None:
    """The options that say how results call the patient."""
    parser.add_argument(
        "--patient",
        metavar="TEXT",
        type=_name,
        help="what results call the patient (default: a pseudonym of the DICOM PatientID, which is the same "
        "at every time point; of another CT the name of its file)",
    )
    parser.add_argument(
        "--identify",
        action="store_true",
        help="write PatientID and the names of DICOM files and folders into the results as they are",
    )


def naming_of(arguments: argparse.Namespace) -> Naming:
    """What `add_naming` adds to the command line."""
    return Naming(arguments.patient or "", arguments.identify)


def _name(text: str) -> str:
    if not (name := plain(text)):
        raise argparse.ArgumentTypeError("it is empty: name the patient, or leave the option out")
    return name


def positive(text: str) -> float:
    """A positive number; what is none is wrong usage."""
    value = float(text)
    if not (is_number(value) and value > 0):
        raise ValueError(text)
    return value


def tube_voltage(text: str) -> float:
    """A tube voltage in kV; what no CT has is wrong usage."""
    kvp = positive(text)
    try:
        check_kvp(kvp)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return kvp
