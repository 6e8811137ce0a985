"""What was found about the lesions as a table: one row a finding."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..identity import UNKNOWN, Identity
from ..lesion import LeftOut, Lesion
from ..quality.check import LesionFinding
from .cells import text_cell, write_rows

COLUMNS = ("patient", "study", "lesion_id", "name", "code", "severity", "text")


def write_checks_csv(
    lesions: Sequence[Lesion],
    found: Sequence[LesionFinding],
    path: str | os.PathLike[str],
    identity: Identity = UNKNOWN,
    left_out: Sequence[LeftOut] = (),
) -> None:
    """Write one row a finding (UTF-8, comma, header row first), in the order of the lesions.

    A lesion that was checked and of which nothing was found has one row, with empty `code`, `severity` and
    `text`. `severity` is `refuse`, `warn` or `fixed`, and `left out` for what is no lesion and comes
    last. Text that a spreadsheet would take for a formula has an apostrophe in front.
    """
    rows = [row for lesion in lesions for row in _rows(identity, lesion, found)]
    for one in left_out:
        who = _who(identity, one)
        rows.append([*who, "lesion.not_a_lesion", "left out", text_cell(one.reason)])
    write_rows(path, COLUMNS, rows)


def _rows(identity: Identity, lesion: Lesion, found: Sequence[LesionFinding]) -> list[list[str]]:
    who = _who(identity, lesion)
    own = [f.finding for f in found if f.lesion_id == lesion.id]
    return [[*who, f.code, f.severity.value, text_cell(f.text)] for f in own] or [[*who, "", "", ""]]


def _who(identity: Identity, one: Lesion | LeftOut) -> list[str]:
    return [text_cell(text) for text in (identity.patient, identity.study, one.id, one.name)]
