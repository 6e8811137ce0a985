"""How a command ends: its exit code, its error, and what it prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from radioimmuno.identity import identity_entries

from .terminal_table import heading

if TYPE_CHECKING:
    from radioimmuno.lesion import LeftOut
    from radioimmuno.study import Study

ALL_SCORED, FAILURE, WRONG_USAGE, SOME_REFUSED, INTERRUPTED = 0, 1, 2, 8, 130


class Failure(Exception):
    """Something that keeps a command from its work; the text says what to do about it."""


def exit_code(refused: Iterable[bool]) -> int:
    """The code for lesions of which each was refused or not."""
    return SOME_REFUSED if any(refused) else ALL_SCORED


def left_out_lines(left_out: Sequence[LeftOut]) -> list[str]:
    """What was not taken for a lesion and why, a line each."""
    from radioimmuno.naming import one_line

    return [one_line(f"Left out: {one.name}. {one.reason}") for one in left_out]


def left_out_plain(left_out: Sequence[LeftOut]) -> list[dict[str, str]]:
    """The same for machines."""
    return [asdict(one) for one in left_out]


def print_json(document: Mapping[str, Any]) -> None:
    """Print what was done, for machines."""
    print(json.dumps(document, indent=2, allow_nan=False))


def print_outcome(
    study: Study, code: int, as_json: bool, document: Mapping[str, Any], lines: Iterable[str]
) -> int:
    """Print what was done with a study, and return the exit code.

    Parameters
    ----------
    study : Study
    code : int
    as_json : bool
        Whether `document` is printed, for machines, or `lines`.
    document : mapping of str to Any
        The files and what the command found.
    lines : iterable of str
    """
    if as_json:
        whose = {"exit_code": code, **identity_entries(study.identity)}
        print_json({**whose, **document, "left_out": left_out_plain(study.left_out)})
    else:
        print(heading(study.identity))
        print("\n".join(lines))
    return code
