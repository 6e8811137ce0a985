"""The command `radioimmuno`: its commands, and what becomes of their errors."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import traceback
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from radioimmuno import __version__
from radioimmuno.findings import InputError

from . import (
    aggregate,
    card,
    check,
    cohort,
    demo,
    demo_cohort,
    demo_follow_up,
    export_dicom,
    features,
    filter,
    follow_up,
    maps,
    response,
    ring,
    score,
    segment,
    series,
    signature,
    train,
    uptake,
    validate,
)
from .exit_status import ALL_SCORED, FAILURE, INTERRUPTED, WRONG_USAGE, Failure
from .options import EXIT_CODES
from .paths import guarded
from .process import Terminated, ending_in_order, open_streams, write_if_open

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

COMMANDS = (
    *(demo, segment, check, score, features, maps, filter, ring, export_dicom, series, signature),
    *(cohort, train, validate, aggregate, card, uptake, demo_cohort, response, follow_up, demo_follow_up),
)

DESCRIPTION = """\
Scores every lesion of a CT by a radiomic signature of CD8 T-cell infiltration: peritumoral ring,
IBSI features of lesion and ring, score, patient metrics, report and colored Slicer scene.
Research use only."""

EPILOG = f"""\
examples:
  radioimmuno demo --out demo                                         # a simulated patient, everything
  radioimmuno score ct.nrrd lesions.seg.nrrd --kvp 120 --out result   # your own CT and segmentation
  radioimmuno score --help                                            # what goes in, what comes out

{EXIT_CODES}

RADIOIMMUNO_TRACEBACK=1 in the environment shows where an unexpected failure came from."""


# The codes of errors that are none of `findings.TABLE`, as `--json` names them.
USAGE, FAILED, SYSTEM, STOPPED, UNEXPECTED = "usage", "failed", "system", "stopped", "unexpected"

EMPTY_OPTION = re.compile(r"--[\w-]+=")


class WrongUsage(Exception):
    """A command line that cannot be understood."""

    def __init__(self, usage: str, program: str, text: str) -> None:
        super().__init__(text)
        self.lines = f"{usage}{program}: error: {text}"


class Parser(argparse.ArgumentParser):
    """A parser that raises what is wrong instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        """Raise the message with the usage of the command that it concerns."""
        raise WrongUsage(self.format_usage(), self.prog, message)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """Print help or version; argparse itself takes no notice of what cannot be write_if_open."""
        (file or sys.stderr).write(message)


def parser() -> Parser:
    """The command line's grammar and its help."""
    top = Parser(
        "radioimmuno",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"radioimmuno {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.register(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors become one plain line on stderr.

    With `--json`, an error is an object on stdout besides, whatever it is.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    open_streams()
    with ending_in_order():
        try:
            code = _run(arguments)
            sys.stdout.flush()
            return code
        except BaseException as error:
            return _failed(error, "--json" in arguments)


def _run(arguments: list[str]) -> int:
    grammar = parser()
    if any(text == "" or EMPTY_OPTION.fullmatch(text) for text in arguments):
        grammar.error("an argument is empty; leave it out or name something")
    try:
        parsed = grammar.parse_args(arguments)
    except SystemExit:  # --help and --version have printed what was asked for
        return ALL_SCORED
    with guarded(parsed.output, parsed.inputs):
        return int(parsed.run(parsed))


def _failed(error: BaseException, as_json: bool) -> int:
    """Say what happened, in a line and where it is asked for as JSON; the exit code."""
    if isinstance(error, BrokenPipeError):
        write_if_open(sys.stdout)
        return FAILURE
    if not isinstance(error, Exception | KeyboardInterrupt | Terminated):
        raise error
    code, text, exit_code = _described(error)
    if code == UNEXPECTED and os.environ.get("RADIOIMMUNO_TRACEBACK") == "1":
        traceback.print_exception(error)
    line = f"radioimmuno: {' '.join(text.split())}"
    if isinstance(error, WrongUsage):
        line = error.lines
    elif isinstance(error, InputError):
        line += f" [{code}]"
    write_if_open(sys.stderr, f"{line}\n")
    document = {"exit_code": exit_code, "error": {"code": code, "text": text}}
    write_if_open(sys.stdout, f"{json.dumps(document, indent=2)}\n" if as_json else "")
    return exit_code


def _described(error: BaseException) -> tuple[str, str, int]:
    """The code, the text and the exit code of an error."""
    if isinstance(error, InputError):
        return error.code, str(error), FAILURE
    if isinstance(error, WrongUsage):
        return USAGE, str(error), WRONG_USAGE
    if isinstance(error, Failure):
        return FAILED, str(error), FAILURE
    if isinstance(error, Terminated):
        return STOPPED, "stopped", error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return STOPPED, "stopped", INTERRUPTED
    if isinstance(error, OSError):
        problem = error.strerror or str(error)
        return SYSTEM, f"{error.filename}: {problem}" if error.filename else problem, FAILURE
    if isinstance(error, MemoryError):
        return "settings.too_large", "there is not enough memory for this CT and these settings", FAILURE
    return UNEXPECTED, f"unexpected failure: {type(error).__name__}: {error}", FAILURE
