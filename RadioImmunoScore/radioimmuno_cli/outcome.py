"""How a command ends: exit codes, and the error of the shell door itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from radioimmuno.lesion import LeftOut

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
