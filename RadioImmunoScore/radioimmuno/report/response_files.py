"""Responses as files: the document for machines, and a table with one row a patient, study and field."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .. import __version__
from ..followup.response.answer import Answer
from ..followup.response.course_response import CourseResponse, Rules, StudyResponse
from ..followup.response.fields import Assessment, Field
from ..followup.response.table import RefusedPatient
from .csv_tables import number_cell, text_cell, write_rows
from .page import RESEARCH_ONLY

ANSWERS = ("abscopal_a", "abscopal_b", "dissociated", "pseudoprogression")
LENGTHS = ("sum_mm", "baseline_mm", "nadir_mm")
WORDS = ("target", "non_target", "recist", "irecist")

# One row a patient, study and field; columns of hyperprogression by their definitions follow.
RESPONSE_COLUMNS = (
    *("patient", "study", "date", "days", "field", *LENGTHS),
    *("change_from_baseline_percent", "change_from_nadir_percent", "target", "non_target", "new_lesions"),
    *("recist", "recist_continuing", "irecist", *ANSWERS, "best_recist", "best_irecist", "sentence"),
)


def response_document(
    responses: Sequence[CourseResponse], refused: Sequence[RefusedPatient], rules: Rules
) -> dict[str, Any]:
    """The responses for machines.

    Parameters
    ----------
    responses : sequence of CourseResponse
    refused : sequence of RefusedPatient
        Those that could not be read.
    rules : Rules
        What was asked.

    Returns
    -------
    dict of str to Any
        What cannot be answered is None, and has a sentence among `sentences`.
    """
    return {
        "patients": [_patient(response) for response in responses],
        "refused": [{"patient": one.patient, "code": one.code, "text": one.text} for one in refused],
        "rules": {
            "confirmation_days": rules.best.confirmation_days,
            "stable_days": rules.best.stable_days,
            "irecist_days": [rules.window.from_days, rules.window.until_days],
            "dissociated": rules.dissociated,
            "hyperprogression": list(rules.hyperprogression),
        },
        "software_version": __version__,
        "notice": RESEARCH_ONLY,
    }


def document_text(document: Mapping[str, Any]) -> str:
    """The document as JSON, a patient a line.

    Parameters
    ----------
    document : mapping of str to Any
        As of `response_document`; further entries may stand in it.

    Returns
    -------
    str
    """
    patients = ",\n".join(json.dumps(patient, allow_nan=False) for patient in document["patients"])
    others = {name: value for name, value in document.items() if name != "patients"}
    return f'{{"patients": [\n{patients}\n],\n{json.dumps(others, indent=2, allow_nan=False)[1:].lstrip()}\n'


def assessment_record(one: Assessment) -> dict[str, Any]:
    """An assessment for machines; lengths are millimetres.

    Parameters
    ----------
    one : Assessment

    Returns
    -------
    dict of str to Any
    """
    reading = one.reading
    if reading is None:
        empty = dict.fromkeys((*LENGTHS, "target", "non_target", "new_lesions", "recist", "irecist"))
        return {**empty, "sentence": one.sentence}
    sums = (reading.sum, reading.baseline, reading.nadir)
    lengths = [None if length is None else length / 10 for length in sums]
    return {
        **dict(zip(LENGTHS, lengths, strict=True)),
        "target": reading.target,
        "non_target": reading.non_target,
        "new_lesions": list(reading.new),
        "recist": one.recist,
        "irecist": one.irecist,
        "sentence": one.sentence,
    }


def write_response_csv(
    responses: Sequence[CourseResponse], rules: Rules, path: str | os.PathLike[str]
) -> None:
    """Write one row a patient, study and field (UTF-8, comma, header row first).

    What cannot be answered is an empty cell; the sentences of all answers are in the document for machines.

    Parameters
    ----------
    responses : sequence of CourseResponse
    rules : Rules
    path : path-like
    """
    header = [*RESPONSE_COLUMNS, *(f"hyperprogression:{name}" for name in rules.hyperprogression)]
    write_rows(path, header, (row for response in responses for row in _rows(response)))


def _patient(response: CourseResponse) -> dict[str, Any]:
    return {
        "patient": response.course.patient,
        "best": {"recist": response.best_recist.value, "irecist": response.best_irecist.value},
        "sentences": {
            "recist": response.best_recist.sentence,
            "irecist": response.best_irecist.sentence,
            "progression": response.progression,
        },
        "studies": [_study(study) for study in response.studies],
    }


def _study(response: StudyResponse) -> dict[str, Any]:
    answers: dict[str, Answer] = {name: getattr(response, name) for name in ANSWERS}
    hyperprogression = response.hyperprogression
    return {
        "study": response.study.name,
        "date": None if response.study.date is None else response.study.date.isoformat(),
        "days": response.days,
        **{field.value: assessment_record(one) for field, one in response.fields.items()},
        **{name: answer.value for name, answer in answers.items()},
        "hyperprogression": {name: answer.value for name, answer in hyperprogression.items()},
        "sentences": {
            **{name: answer.sentence for name, answer in answers.items()},
            "hyperprogression": {name: answer.sentence for name, answer in hyperprogression.items()},
        },
    }


def _rows(response: CourseResponse) -> Iterator[list[str]]:
    for study in response.studies:
        date = study.study.date
        who = [text_cell(response.course.patient), text_cell(study.study.name)]
        when = ["" if date is None else date.isoformat(), "" if study.days is None else str(study.days)]
        answers = [getattr(study, name).value or "" for name in ANSWERS]
        best = [response.best_recist.value or "", response.best_irecist.value or ""]
        growth = [answer.value or "" for answer in study.hyperprogression.values()]
        for field in Field:
            one = study.fields[field]
            cells = _cells(one)
            yield [*who, *when, field.value, *cells, *answers, *best, text_cell(one.sentence), *growth]


def _cells(one: Assessment) -> list[str]:
    """The cells from the sum to iRECIST's answer."""
    record, reading = assessment_record(one), one.reading
    lengths = [number_cell(record[name]) for name in LENGTHS]
    changes = ["", ""]
    if reading is not None and reading.sum is not None:
        before = (reading.baseline, reading.nadir)
        changes = [number_cell(100 * (reading.sum - b) / b) if b else "" for b in before]
    words = {name: record[name] or "" for name in WORDS}
    new = text_cell("; ".join(record["new_lesions"] or []))
    continuing = "" if reading is None else reading.continuing or ""
    return [
        *lengths,
        *changes,
        words["target"],
        words["non_target"],
        new,
        words["recist"],
        continuing,
        words["irecist"],
    ]
