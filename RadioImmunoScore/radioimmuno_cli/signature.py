"""`radioimmuno signature`: what a signature file says, whether it can be used, and a new one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import signature_new
from .exit_status import ALL_SCORED, print_json
from .options import EXIT_CODES, add_command
from .paths import Input
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.signature.cutoffs import Cutoffs
    from radioimmuno.signature.signature import Distribution, Signature, Term

DESCRIPTION = """\
show   print what a signature file says: status, terms, cut-offs, settings
check  say whether a signature file can be used, and if not, which field is wrong
new    enter a published signature: its terms by IBSI code, LIFEx or PyRadiomics name"""

EXAMPLES = f"""\
  radioimmuno signature show                 # the demonstration signature that ships
  radioimmuno signature check my.json
{signature_new.EXAMPLES}"""

# What --json prints, in this order.
FIELDS = (
    *("name", "version", "status", "notice", "sha256", "predicts", "direction", "citation", "patents"),
    *("intercept", "terms", "cutoffs", "distribution", "extrapolation_limit", "patient_rule", "pooling"),
    "settings",
)


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "signature",
        help="show, check or enter a signature file",
        description=DESCRIPTION,
        epilog=f"examples:\n{EXAMPLES}\n\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="what to do", dest="action", metavar="ACTION", required=True)
    for name, summary, example in (
        ("show", "print what a signature file says", "  radioimmuno signature show"),
        ("check", "say whether a signature file can be used", "  radioimmuno signature check my.json"),
    ):
        action = add_command(actions, name, summary, f"{summary[0].upper()}{summary[1:]}.", example)
        action.add_argument(
            "file",
            metavar="FILE",
            type=Path,
            action=Input,
            nargs="?",
            help="default: the demonstration signature",
        )
        action.set_defaults(run=run)
    signature_new.register(actions)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.signature.signature import default_signature, read_signature, signature_record

    signature = read_signature(arguments.file) if arguments.file else default_signature()
    if arguments.json:
        print_json(signature_record(signature, *FIELDS))
    elif arguments.action == "check":
        print(f"{arguments.file or signature.name}: valid, {len(signature.terms)} terms, {signature.status}")
    else:
        print(_description(signature))
    return ALL_SCORED


def _description(signature: Signature) -> str:
    facts = {
        "status": signature.status,
        "predicts": f"{signature.predicts} ({signature.direction})",
        "cut-offs": _cutoffs(signature.cutoffs),
        "training": _distribution(signature.distribution),
        "limit": _limit(signature.extrapolation_limit),
        "patient": _patient(signature),
        "citation": signature.citation,
        "patents": "; ".join(signature.patents),
        "SHA-256": signature.sha256,
    }
    rows = [
        (
            f"{term.coefficient:+.4g}",
            f"{term.mean:.5g}",
            f"{term.scale:.5g}",
            _range(term),
            term.variable,
        )
        for term in sorted(signature.terms, key=lambda term: -abs(term.coefficient))
    ]
    lines = [f"{signature.name} {signature.version}", signature.notice, ""]
    lines += [f"{name + ':':<10} {text}" for name, text in facts.items() if text]
    lines += ["settings:", *_settings_lines(signature), "", f"intercept {signature.intercept:.6g}"]
    header = ("coefficient", "mean", "scale", "training range", "variable")
    return "\n".join([*lines, table(header, rows, ("coefficient", "mean", "scale"))])


def _cutoffs(cutoffs: Cutoffs | None) -> str:
    if cutoffs is None:
        return "none: no designation, no standing"
    from radioimmuno.report.formatting import cutoff_words

    return cutoff_words(cutoffs, lambda value: f"{value:.4g}")


def _distribution(scores: Distribution | None) -> str:
    if scores is None:
        return "scores not given: no entropy"
    return f"{scores.n} scores, 1st to 99th percentile {scores.p1:.4g} to {scores.p99:.4g}"


def _limit(limit: float | None) -> str:
    if limit is None:
        return "none: scores however far from the training"
    return f"no score further outside of the training than {limit:g} of its widths"


def _patient(signature: Signature) -> str:
    """How the patient's value is made of the lesions; empty where the file names no rule."""
    from radioimmuno.card.summary import rule_words

    pooling = signature.pooling
    if pooling is None:
        return rule_words(signature)
    sharp = pooling.sharpness is not None
    how = f"sharpness {pooling.sharpness:.4g}" if sharp else f"{len(pooling.heads)} heads of attention"
    return f"{rule_words(signature)} ({how})"


def _range(term: Term) -> str:
    if term.training_range is None:
        return "not given"
    return f"{term.training_range[0]:.5g} to {term.training_range[1]:.5g}"


def _settings_lines(signature: Signature) -> list[str]:
    return [
        f"  {part}: " + ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)
        for part, values in signature.settings.to_dict().items()
    ]
