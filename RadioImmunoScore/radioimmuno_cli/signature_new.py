"""`radioimmuno signature new`: a published signature, from a file of its terms or asked line by line."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.settings import INTERPOLATIONS, ExtractionSettings, Settings

from .asked_settings import AskedSettings, settings_asked
from .exit_status import ALL_SCORED, Failure, print_json
from .options import add_command, add_settings
from .paths import Input, add_out_file
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.signature.form_check import FormCheck
    from radioimmuno.signature.signature_form import SignatureForm

KINDS = ("continuous", "binary", "survival")
RANGES = ("range_hu",)
SETTING_HELP = {
    "interpolation": "of intensities",
    "round_intensities": "to whole HU after interpolation",
    "range_hu": "intensities that are kept, HU; none none keeps all",
    "spacing_mm": "grid, mm; none keeps the CT's voxels",
    "bin_width_hu": "width of the gray levels, HU",
    "bin_count": "number of gray levels, instead of their width",
    "outlier_sigma": "drop what is further than so many SD from the mean",
    "ivh_bin_width_hu": "width of the levels of the intensity-volume histogram, HU",
    "ivh_bin_count": "number of the levels of the intensity-volume histogram",
}

DESCRIPTION = """\
Make a signature file of a publication: its terms, cut-offs, ring and settings.

FORM is a table (CSV) with one term a row, or a JSON file of everything; without one all is asked line by
line. Columns of the table: variable, coefficient, and mean and scale where the publication standardizes
  score = intercept + sum of coefficient x (value - mean) / scale
Variables go by IBSI code or tag, by LIFEx or PyRadiomics name, or by identifier (ring.glcm.contrast), with
`ring_` in front for the peritumoral ring; location.liver and the like, kVp and clinical.NAME besides;
`delta.` or `delta_abs.` in front of a feature is its change since an earlier study, relative or not. A filter
stands behind the region (lesion.log_sigma_3mm.glcm.contrast); the settings define one that no name does.

Examples of the publication (--example: a table with a column for each variable, and `score`) are computed,
and have to come out within what the printed numbers were rounded by. Numbers as printed: their digits count.

the JSON file:
  {"name": "...", "predicts": "...", "kind": "survival", "citation": "...", "intercept": 0.5,
   "terms": [{"variable": "ring_glcm_Contrast", "coefficient": -0.5, "mean": 12.5, "scale": 3.0}],
   "cutoffs": {"low": -1, "median": 0, "high": 1}, "settings": {"ring": {"inner_mm": 2, "outer_mm": 2}},
   "examples": [{"values": {"ring_glcm_Contrast": 15.5}, "score": 0.0}]}"""

EXAMPLES = """\
  radioimmuno signature new terms.csv --name "Made up" --predicts "CD8 expression" --intercept 0.5 \\
      --cutoffs -1 0 1 --ring-mm 0 5 --bin-width-hu 25 --example example.csv --out made_up.json"""

EXIT_CODES = """\
exit codes:
  0  written                   1  failure: something in the form is wrong; nothing is written
  2  wrong usage"""


def register(commands: Any) -> None:
    """Add the action to `radioimmuno signature`."""
    parser = add_command(commands, "new", "enter a published signature", DESCRIPTION, EXAMPLES, EXIT_CODES)
    parser.add_argument("form", metavar="FORM", type=Path, action=Input, nargs="?", help="CSV or JSON file")
    parser.add_argument("--from", metavar="FORM", dest="source", type=Path, action=Input, help="the same")
    add_out_file(parser, (".json",), "signature file to write")
    parser.add_argument("--force", action="store_true", help="replace the file where there is one")
    parser.add_argument("--name", help="what the signature is called (default: the file's name)")
    parser.add_argument("--predicts", metavar="TEXT", help="what the score stands for")
    parser.add_argument("--kind", choices=KINDS, help="of the outcome (default: continuous)")
    parser.add_argument(
        "--direction", metavar="TEXT", help="what a higher score means (default: by the kind)"
    )
    parser.add_argument("--citation", metavar="TEXT", help="where it was published")
    parser.add_argument("--intercept", metavar="N", help="default: 0")
    parser.add_argument(
        "--cutoffs", metavar="N", nargs="+", help="low, median and high, or the median alone (default: none)"
    )
    parser.add_argument(
        "--example", metavar="CSV", type=Path, action=Input, help="examples of the publication, to be checked"
    )
    _add_measuring(parser)
    parser.set_defaults(run=run, usage_error=parser.error)


def _add_measuring(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how features are measured, where it differs from --settings")
    add_settings(parser)
    parser.set_defaults(settings=None)
    group.add_argument(
        "--ring-mm",
        metavar=("IN", "OUT"),
        nargs=2,
        help="how far the ring reaches into and out of the lesion",
    )
    group.add_argument(
        "--ring-range-hu", metavar=("LOW", "HIGH"), nargs=2, help="only voxels of the ring in this range, HU"
    )
    for setting in fields(ExtractionSettings):
        name, described = setting.name, SETTING_HELP[setting.name]
        option = f"--{name.replace('_', '-')}"
        if name in RANGES:
            group.add_argument(option, metavar=("LOW", "HIGH"), nargs=2, help=described)
        elif name == "interpolation":
            group.add_argument(option, choices=INTERPOLATIONS, help=described)
        elif name == "round_intensities":
            group.add_argument(option, choices=("yes", "no"), help=described)
        else:
            group.add_argument(option, metavar="N", help=described)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.findings import SignatureError
    from radioimmuno.signature.form_check import check_form
    from radioimmuno.signature.signature import write_signature

    if arguments.out.exists() and not arguments.force:
        raise Failure(
            f"--out {arguments.out} is there already; name another file, or replace it with --force"
        )
    asked = settings_asked(arguments.settings) if arguments.settings else None
    form = _form(arguments, asked)
    check = check_form(form)
    if check.signature is None:
        raise SignatureError(check.problems[0].code, " ".join(problem.text for problem in check.problems))
    about = asked.document if asked else {}
    made = replace(check.signature, training={**check.signature.training, **about})
    write_signature(made, arguments.out)
    if arguments.json:
        print_json({**_document(form, check, arguments.out), **about})
    else:
        print("\n".join([*(asked.lines if asked else []), *_lines(form, check, arguments.out)]))
    return ALL_SCORED


def _form(arguments: argparse.Namespace, asked: AskedSettings | None) -> SignatureForm:
    """What the form file, the options and, without a file, the answers come to."""
    from radioimmuno.signature.signature_form import SignatureForm

    from .form_file import read_examples, read_form

    if arguments.form and arguments.source:
        raise Failure("name one form: FORM, or --from FORM")
    source = arguments.form or arguments.source
    form = read_form(source) if source else SignatureForm("", "", ())
    given = {
        name: value
        for name in ("name", "predicts", "kind", "direction", "citation", "intercept")
        if (value := getattr(arguments, name)) is not None
    }
    form = replace(form, **given, settings=_settings(arguments, form, asked))
    form = replace(form, name=form.name or arguments.out.stem)
    if arguments.cutoffs:
        form = replace(form, cutoffs=_cutoffs(arguments))
    if arguments.example:
        form = replace(form, examples=(*form.examples, *read_examples(arguments.example)))
    if source:
        return form
    from .form_questions import Questions

    settings = asked.settings if asked else Settings()
    return Questions(sys.stdin.readline, sys.stderr.write, settings).answered(form)


def _cutoffs(arguments: argparse.Namespace) -> tuple[str, str, str]:
    """Low, median and high; of one number alone the two others are empty."""
    given = arguments.cutoffs
    if len(given) not in (1, 3):
        arguments.usage_error("--cutoffs takes low, median and high, or the median alone")
    low, median, high = given if len(given) == 3 else ("", *given, "")
    return low, median, high


def _settings(
    arguments: argparse.Namespace, form: SignatureForm, asked: AskedSettings | None
) -> dict[str, Any]:
    """The settings of the form or of `--settings`, with what the options say."""
    base = asked.settings.to_dict() if asked else form.settings
    known = {setting.name: getattr(arguments, setting.name) for setting in fields(ExtractionSettings)}
    extraction = {name: value for name, value in known.items() if value is not None}
    if "round_intensities" in extraction:
        extraction["round_intensities"] = extraction["round_intensities"] == "yes"
    # One takes the place of the other.
    for one, other in (("bin_count", "bin_width_hu"), ("bin_width_hu", "bin_count")):
        if one in extraction and other not in extraction:
            extraction[other] = None
    ring: dict[str, Any] = {}
    if arguments.ring_mm:
        ring = {"inner_mm": arguments.ring_mm[0], "outer_mm": arguments.ring_mm[1]}
    if arguments.ring_range_hu:
        ring["range_hu"] = arguments.ring_range_hu
    return {
        **base,
        "extraction": {**base.get("extraction", {}), **extraction},
        "ring": {**base.get("ring", {}), **ring},
    }


def _lines(form: SignatureForm, check: FormCheck, out: Path) -> list[str]:
    rows = [
        (term.variable.strip(), each.variable.key if each.variable else "", each.note)
        for term, each in zip(form.terms, check.terms, strict=True)
    ]
    lines = [table(("entered", "variable", "what was assumed"), rows)]
    examples = enumerate(check.examples, start=1)
    lines += [f"Example {number}: {example.text}." for number, example in examples if example]
    assert check.signature is not None
    return [*lines, f"{out}: valid, {len(check.terms)} terms, {check.signature.status}"]


def _document(form: SignatureForm, check: FormCheck, out: Path) -> dict[str, Any]:
    from radioimmuno.signature.signature import signature_record

    assert check.signature is not None
    return {
        "exit_code": ALL_SCORED,
        "signature": str(out),
        "status": check.signature.status,
        "intercept": check.signature.intercept,
        "terms": [
            {"entered": term.variable.strip(), "note": each.note, **made}
            for term, each, made in zip(
                form.terms, check.terms, signature_record(check.signature, "terms")["terms"], strict=True
            )
        ],
        "settings": check.signature.settings.to_dict(),
        "examples": [
            {
                "published": example.published,
                "computed": example.computed,
                "exact": example.is_exact,
                "rounding": example.printed_rounding + example.terms_rounding,
                "parts": dict(example.parts),
            }
            for example in check.examples
            if example
        ],
    }
