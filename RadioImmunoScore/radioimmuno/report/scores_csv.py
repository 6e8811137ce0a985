"""The lesions as a table: one row a lesion, with the signature's status beside every score."""

from __future__ import annotations

import csv
import os

from .. import __version__
from ..atomic import replacing
from ..patient import designation
from ..results import LesionScore, PatientScore
from ..signature import Signature

# These come first and in this order, whatever the signature; columns of its terms follow.
COLUMNS = (
    "lesion_id",
    "name",
    "site",
    "irradiated",
    "volume_cc",
    "score",
    "status",
    "codes",
    "reasons",
    "designation",
    "signature_name",
    "signature_version",
    "signature_status",
    "signature_sha256",
    "software_version",
)

# A spreadsheet takes a cell that begins so for a formula, and names come from files of unknown origin.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")


def write_scores_csv(patient: PatientScore, signature: Signature, path: str | os.PathLike[str]) -> None:
    """Write one row a lesion (UTF-8, comma, header row first).

    The columns of `COLUMNS` come first; `contribution:<variable>` and `value:<variable>` follow for each term
    of the signature. Numbers have all their digits and a decimal point. What does not exist (the score of a
    refused lesion, a site that is not known) is an empty cell. `irradiated` is `yes`, `no` or empty; `codes`
    are separated by blanks. Text that a spreadsheet would take for a formula has an apostrophe in front.
    """
    header = [
        *COLUMNS,
        *(f"contribution:{variable}" for variable in signature.variables),
        *(f"value:{variable}" for variable in signature.variables),
    ]
    with (
        replacing(path) as unfinished,
        unfinished.open("w", encoding="utf-8", errors="backslashreplace", newline="") as stream,
    ):
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(_row(lesion, signature) for lesion in patient.lesions)


def _row(lesion: LesionScore, signature: Signature) -> list[str]:
    terms = {term.variable: term for term in lesion.contributions}
    fixed = (
        _text(lesion.id),
        _text(lesion.name),
        "" if lesion.site is None else lesion.site.value,
        "" if lesion.irradiated is None else ("yes" if lesion.irradiated else "no"),
        _number(lesion.volume_cc),
        _number(lesion.score),
        lesion.status,
        " ".join(finding.code for finding in lesion.findings),
        _text(lesion.reasons),
        _text(designation(lesion.score, signature.cutoffs) or ""),
        _text(signature.name),
        _text(signature.version),
        signature.status,
        signature.sha256,
        __version__,
    )
    contributions = [
        _number(terms[variable].contribution if variable in terms else None)
        for variable in signature.variables
    ]
    values = [
        _number(terms[variable].value if variable in terms else lesion.features.get(variable))
        for variable in signature.variables
    ]
    return [*fixed, *contributions, *values]


def _number(value: float | None) -> str:
    return "" if value is None else repr(float(value))


def _text(text: str) -> str:
    """The text as a cell that no spreadsheet computes; a plain negative number stays one.

    A lone carriage return, which the csv module leaves bare, would end the row for some readers.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.lstrip(" ").startswith(FORMULA_STARTS) or _is_number(text):
        return text
    return "'" + text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
