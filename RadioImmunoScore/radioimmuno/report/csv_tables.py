"""Tables as CSV files: the lesions with their scores, and what was found about them.

Numbers have all their digits; texts are written so that no spreadsheet computes them.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .. import __version__
from ..files.atomic import write_text
from ..identity import UNKNOWN, Identity
from ..lesion import LeftOut, Lesion
from ..modality import PET
from ..naming import REORDERING, UNPRINTABLE
from ..pet.records import NUMBER_COLUMNS, reference_columns, uptake_numbers
from ..quality.check import LesionFinding
from ..scoring.patient_metrics import designation
from ..scoring.results import LesionScore, PatientScore
from ..signature.cutoffs import CUTOFFS
from ..signature.signature import Signature
from ..stability.agreement import LesionStability

if TYPE_CHECKING:
    from ..pet.patient_uptake import PatientUptake

# A spreadsheet takes a cell that begins so for a formula, and names come from files of unknown origin. The
# wide forms of East Asian scripts do the same.
_COMPUTES, _SIGNS = "=@\uff1d\uff20", "+\\-\uff0b\uff0d"

# Where a semicolon or a tab parts cells, and at a line break, a cell begins in the middle of a text. A sign
# counts there without blanks before it alone: "HU; -5" is prose.
FORMULA_STARTS = re.compile(
    f"^(?=[ \u00a0]*[{_COMPUTES}{_SIGNS}\t\n])|(?<=[;\t\n])(?=[ \u00a0]*[{_COMPUTES}]|[{_SIGNS}])"
)

HIDDEN = re.compile(f"{UNPRINTABLE.pattern}|{REORDERING.pattern}")
LEFT_OUT, NOT_A_LESION = "left out", "lesion.not_a_lesion"

# These come first and in this order, whatever the signature; columns of its terms follow.
SCORE_COLUMNS = (
    "patient",
    "study",
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
    "score_sd",
    "score_p5",
    "score_p95",
    "flip_share_low",
    "flip_share_median",
    "flip_share_high",
    "contours_scored",
    "contours_drawn",
    "expected_agreement",
    "lesion_weight",
)

CHECK_COLUMNS = ("patient", "study", "lesion_id", "name", "code", "severity", "text")


def write_rows(path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file (UTF-8, comma, header row first); it is whole or not there."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_text(path, table.getvalue())


def number_cell(value: float | None) -> str:
    """The number with all its digits; an empty cell for None."""
    return "" if value is None else repr(float(value))


def text_cell(text: str) -> str:
    r"""The text as a cell that no spreadsheet computes; a plain negative number stays one.

    An apostrophe stands before what would begin a formula. Control characters, and what turns or hides the
    text around it, become escapes such as `\u202e`. A lone carriage return, which the csv module leaves
    bare, would end the row for some readers.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text if _is_number(text) else FORMULA_STARTS.sub("'", text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def write_scores_csv(patient: PatientScore, signature: Signature, path: str | os.PathLike[str]) -> None:
    """Write one row a lesion (UTF-8, comma, header row first), then one for each structure that is left out.

    The columns of `SCORE_COLUMNS` come first; `contribution:<variable>` and `value:<variable>` follow for
    each term of the signature. Where uptake was measured, the columns of `uptake_columns` come last.
    `patient` and `study` are the same in all rows.

    Numbers have all their digits and a decimal point. What does not exist (the score of a refused lesion, a
    site that is not known) is an empty cell. `irradiated` is `yes`, `no` or empty; `codes` are separated by
    blanks. The columns from `score_sd` to `contours_drawn` are empty where stability was not measured;
    `flip_share_<cut-off>` is the share, of those that could be scored, whose score lies on the other side of
    the cut-off. `expected_agreement` is the expected Dice coefficient of a segmented lesion with a reader's
    contour, empty where none is known; `lesion_weight` is how much it counts in the patient's value, empty
    where the signature's rule weighs no lesions. The status of what is left out is `left out`. Text that a
    spreadsheet would take for a formula has an apostrophe in front.
    """
    header = [
        *SCORE_COLUMNS,
        *(f"contribution:{variable}" for variable in signature.variables),
        *(f"value:{variable}" for variable in signature.variables),
        *(name for role, uptake in patient.uptakes.items() for name in uptake_columns(uptake, role)),
    ]
    rows = [
        [*_score_row(patient.identity, lesion, signature), *_uptake_cells(patient, lesion.id)]
        for lesion in patient.lesions
    ]
    rows += [_left_out_row(patient.identity, one, signature, len(header)) for one in patient.left_out]
    write_rows(path, header, rows)


def _score_row(identity: Identity, lesion: LesionScore, signature: Signature) -> list[str]:
    terms = {term.variable: term for term in lesion.contributions}
    fixed = (
        text_cell(identity.patient),
        text_cell(identity.study),
        text_cell(lesion.id),
        text_cell(lesion.name),
        "" if lesion.site is None else lesion.site.value,
        "" if lesion.irradiated is None else ("yes" if lesion.irradiated else "no"),
        number_cell(lesion.volume_cc),
        number_cell(lesion.score),
        lesion.status,
        " ".join(finding.code for finding in lesion.findings),
        text_cell(lesion.reasons),
        text_cell(designation(lesion.score, signature) or ""),
        text_cell(signature.name),
        text_cell(signature.version),
        signature.status,
        signature.sha256,
        __version__,
    )
    contributions = [
        number_cell(terms[variable].contribution if variable in terms else None)
        for variable in signature.variables
    ]
    values = [
        number_cell(terms[variable].value if variable in terms else lesion.features.get(variable))
        for variable in signature.variables
    ]
    last = (number_cell(lesion.expected_agreement), number_cell(lesion.weight))
    return [*fixed, *_stability_cells(lesion.stability), *last, *contributions, *values]


def uptake_columns(uptake: PatientUptake, role: str) -> list[str]:
    """The columns of the uptake on a PET, as the table of uptake calls them.

    Parameters
    ----------
    uptake : PatientUptake
    role : str
        Of the image; it stands in front of the names where it is another one than `pet`.

    Returns
    -------
    list of str
        `suv_max`, `mtv_41`, `liver_ratio_max` ...
    """
    front = "" if role == PET.role else f"{role}:"
    return [front + name for name in _number_columns(uptake)]


def _number_columns(uptake: PatientUptake) -> list[str]:
    return [*NUMBER_COLUMNS, *reference_columns(uptake)]


def _uptake_cells(patient: PatientScore, lesion_id: str) -> list[str]:
    cells = []
    for uptake in patient.uptakes.values():
        measured = next((one for one in uptake.lesions if one.id == lesion_id), None)
        values = {} if measured is None else uptake_numbers(measured, uptake.scale.is_suv)
        cells += [number_cell(values.get(name)) for name in _number_columns(uptake)]
    return cells


def _left_out_row(identity: Identity, one: LeftOut, signature: Signature, length: int) -> list[str]:
    known = {
        "patient": text_cell(identity.patient),
        "study": text_cell(identity.study),
        "lesion_id": text_cell(one.id),
        "name": text_cell(one.name),
        "status": LEFT_OUT,
        "codes": NOT_A_LESION,
        "reasons": text_cell(one.reason),
        "signature_name": text_cell(signature.name),
        "signature_version": text_cell(signature.version),
        "signature_status": signature.status,
        "signature_sha256": signature.sha256,
        "software_version": __version__,
    }
    cells = [known.get(column, "") for column in SCORE_COLUMNS]
    return [*cells, *[""] * (length - len(cells))]


def _stability_cells(stability: LesionStability | None) -> list[str]:
    if stability is None:
        return [""] * 8
    numbers = [stability.sd, stability.low, stability.high]
    shares = [stability.flips.get(name) for name in CUTOFFS]
    return [*map(number_cell, [*numbers, *shares]), str(stability.scored), str(stability.draws)]


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
    rows = [row for lesion in lesions for row in _check_rows(identity, lesion, found)]
    for one in left_out:
        who = _who(identity, one)
        rows.append([*who, NOT_A_LESION, LEFT_OUT, text_cell(one.reason)])
    write_rows(path, CHECK_COLUMNS, rows)


def _check_rows(identity: Identity, lesion: Lesion, found: Sequence[LesionFinding]) -> list[list[str]]:
    who = _who(identity, lesion)
    own = [f.finding for f in found if f.lesion_id == lesion.id]
    return [[*who, f.code, f.severity.value, text_cell(f.text)] for f in own] or [[*who, "", "", ""]]


def _who(identity: Identity, one: Lesion | LeftOut) -> list[str]:
    return [text_cell(text) for text in (identity.patient, identity.study, one.id, one.name)]
