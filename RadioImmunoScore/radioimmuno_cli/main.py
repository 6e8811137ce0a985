"""The command `radioimmuno`: its commands, and what becomes of their errors."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence

from radioimmuno import __version__
from radioimmuno.findings import InputError

from . import check, demo, export_dicom, features, maps, ring, score, segment, series, signature
from .options import EXIT_CODES
from .outcome import FAILURE, INTERRUPTED, Failure
from .paths import guarded

COMMANDS = (demo, segment, check, score, features, maps, ring, export_dicom, series, signature)

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


def parser() -> argparse.ArgumentParser:
    """The command line's grammar and its help."""
    top = argparse.ArgumentParser(
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
    """Run one command and return its exit code; errors become one plain line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names in any script, terminals of any encoding
    arguments = parser().parse_args(argv)
    try:
        with guarded(arguments.output, arguments.inputs):
            code = int(arguments.run(arguments))
        sys.stdout.flush()
        return code
    except InputError as error:
        return _failed(f"{error} [{error.code}]")
    except Failure as error:
        return _failed(str(error))
    except BrokenPipeError:
        # Whoever read our output stopped: Python would complain once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILURE
    except OSError as error:
        return _failed(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except KeyboardInterrupt:
        _failed("stopped")
        return INTERRUPTED
    except Exception as error:
        if os.environ.get("RADIOIMMUNO_TRACEBACK") == "1":
            raise
        return _failed(f"unexpected failure: {type(error).__name__}: {error}")


def _failed(text: str) -> int:
    print(f"radioimmuno: {' '.join(text.split())}", file=sys.stderr)
    return FAILURE
