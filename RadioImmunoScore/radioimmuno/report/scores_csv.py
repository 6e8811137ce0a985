"""The lesions as a table: one row a lesion, with the signature's status beside every score."""

from __future__ import annotations

import os

from .. import __version__
from ..identity import Identity
from ..lesion import LeftOut
from ..scoring.patient_metrics import designation
from ..scoring.results import LesionScore, PatientScore
from ..signature.signature import Signature
from ..stability.agreement import LesionStability
from .cells import number_cell, text_cell, write_rows

LEFT_OUT = "left out"

# These come first and in this order, whatever the signature; columns of its terms follow.
COLUMNS = (
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
)


def write_scores_csv(patient: PatientScore, signature: Signature, path: str | os.PathLike[str]) -> None:
    """Write one row a lesion (UTF-8, comma, header row first), then one for each structure that is left out.

    The columns of `COLUMNS` come first; `contribution:<variable>` and `value:<variable>` follow for each term
    of the signature. `patient` and `study` are the same in all rows.

    Numbers have all their digits and a decimal point. What does not exist (the score of a refused lesion, a
    site that is not known) is an empty cell. `irradiated` is `yes`, `no` or empty; `codes` are separated by
    blanks. The columns from `score_sd` on, of redrawn contours, are empty where stability was not measured;
    `flip_share_<cut-off>` is the share, of those that could be scored, whose score lies on the other side of
    the cut-off. The status of what is left out is `left out`. Text that a spreadsheet would take for a
    formula has an apostrophe in front.
    """
    header = [
        *COLUMNS,
        *(f"contribution:{variable}" for variable in signature.variables),
        *(f"value:{variable}" for variable in signature.variables),
    ]
    rows = [_row(patient.identity, lesion, signature) for lesion in patient.lesions]
    rows += [_left_out_row(patient.identity, one, signature, len(header)) for one in patient.left_out]
    write_rows(path, header, rows)


def _row(identity: Identity, lesion: LesionScore, signature: Signature) -> list[str]:
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
    return [*fixed, *_stability_cells(lesion.stability), *contributions, *values]


def _left_out_row(identity: Identity, one: LeftOut, signature: Signature, length: int) -> list[str]:
    known = {
        "patient": text_cell(identity.patient),
        "study": text_cell(identity.study),
        "lesion_id": text_cell(one.id),
        "name": text_cell(one.name),
        "status": LEFT_OUT,
        "codes": "lesion.not_a_lesion",
        "reasons": text_cell(one.reason),
        "signature_name": text_cell(signature.name),
        "signature_version": text_cell(signature.version),
        "signature_status": signature.status,
        "signature_sha256": signature.sha256,
        "software_version": __version__,
    }
    cells = [known.get(column, "") for column in COLUMNS]
    return [*cells, *[""] * (length - len(cells))]


def _stability_cells(stability: LesionStability | None) -> list[str]:
    if stability is None:
        return [""] * 8
    numbers = [stability.sd, stability.low, stability.high]
    shares = [stability.flips.get(name) for name in ("low", "median", "high")]
    return [*map(number_cell, [*numbers, *shares]), str(stability.scored), str(stability.draws)]
