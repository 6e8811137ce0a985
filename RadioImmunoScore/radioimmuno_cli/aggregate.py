"""`radioimmuno aggregate`: the ways from lesions to a patient, compared on the same folds."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from .cohort_table_options import (
    add_cohort_table,
    add_cross_validation,
    add_landmark,
    plan_of,
    training_table_of,
)
from .exit_status import ALL_SCORED, Failure, print_json
from .options import add_command
from .paths import add_out_folder
from .progress import Progress

if TYPE_CHECKING:
    from radioimmuno.tables.cohort_table import CohortTable
    from radioimmuno.training.comparison import Comparison

READING, COMPARING, WRITING = "reading the table", "comparing the methods", "writing"
CSV_NAME, JSON_NAME, HTML_NAME = "aggregation.csv", "aggregation.json", "aggregation.html"
ATTENTION_NAME = "attention.csv"
FILES = CSV_NAME, JSON_NAME, HTML_NAME, ATTENTION_NAME
COLUMNS = ("method", "metric", "value", "low", "high")

DESCRIPTION = """\
Compare the ways from lesions to a patient on the same folds of nested cross-validation, with paired
intervals: A one lesion, C features of the lesions summarized, D a model of labels of lesions
(--lesion-label), E scores of the lesions summarized, F multiple-instance learning.

writes into the folder of --out:
  aggregation.csv   method, metric, value, low, high
  aggregation.json  the same, and the paired differences to the mean of the features
  aggregation.html  the same to read, with a picture
  attention.csv     patient, lesion, weight: how much a lesion counts in its patient by the attention that
                    was learnt without the patient"""

EXAMPLES = """\
  radioimmuno aggregate cohort.csv --target response --folds 3 --repeats 1 --out aggregation
  radioimmuno aggregate features.csv --patient-column ID --outcomes survival.csv --time-column days \\
      --event-column dead --folds 3 --repeats 1 --out aggregation"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "compare the ways from lesions to a patient"
    parser = add_command(commands, "aggregate", summary, DESCRIPTION, EXAMPLES)
    add_cohort_table(parser)
    add_out_folder(parser)
    add_cross_validation(parser)
    add_landmark(parser)
    parser.add_argument(
        "--lesion-label",
        metavar="COLUMN",
        default="",
        help="yes or no (1 or 0) for each lesion, for D; no candidate",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.training.trainer import require_sklearn

    try:
        require_sklearn()
    except ImportError as error:
        raise Failure(str(error)) from None
    with (
        replacing_folder(arguments.out, JSON_NAME, FILES, force=arguments.force) as folder,
        Progress([READING, COMPARING, WRITING], arguments.quiet) as progress,
    ):
        progress.stage(READING)
        table = training_table_of(arguments)
        compared = _compared(table, arguments, progress)
        progress.stage(WRITING)
        record = _record(table, compared)
        _write(folder, table, compared, record)
    if arguments.json:
        print_json(record)
    else:
        print("\n".join([*table.notes, *_lines(compared), compared.verdict]))
    return ALL_SCORED


def _compared(table: CohortTable, arguments: argparse.Namespace, progress: Progress) -> Comparison:
    from radioimmuno.training.comparison import compare
    from radioimmuno.training.penalties import PenaltyGrid
    from radioimmuno.training.trainer import Specification

    grid = PenaltyGrid(folds=arguments.folds, most_terms=arguments.most_terms)
    specification = Specification(grid=grid, seed=arguments.seed)
    progress.stage(COMPARING)
    return compare(table, specification, plan_of(arguments), labels=table.labels, progress=progress.step)


def _record(table: CohortTable, compared: Comparison) -> dict[str, Any]:
    from radioimmuno.training.training_run import event_count

    assert table.outcome is not None
    return {
        "outcome": table.outcome.name,
        "kind": table.outcome.kind,
        "patients": table.patient_count,
        "lesions": len(table),
        "events": event_count(table),
        "methods": {
            method: {name: one.record() for name, one in figures.items()}
            for method, figures in compared.figures.items()
        },
        "reference": compared.reference,
        "differences": {method: one.record() for method, one in compared.differences.items()},
        "better": list(compared.better),
        "verdict": compared.verdict,
        "notes": [*table.notes, *compared.notes],
    }


def _write(folder: Any, table: CohortTable, compared: Comparison, record: dict[str, Any]) -> None:
    from radioimmuno.files.atomic import write_text
    from radioimmuno.report.aggregation_page import aggregation_page
    from radioimmuno.report.csv_tables import number_cell, write_rows

    rows = [
        (method, name, *(number_cell(end) for end in (one.value, one.low, one.high)))
        for method, figures in compared.figures.items()
        for name, one in figures.items()
    ]
    write_rows(folder / CSV_NAME, COLUMNS, rows)
    weights = map(number_cell, compared.attention)
    write_rows(
        folder / ATTENTION_NAME,
        ("patient", "lesion", "weight"),
        list(zip(table.patients, table.lesions, weights, strict=True)),
    )
    write_text(folder / JSON_NAME, json.dumps(record, indent=2, allow_nan=False) + "\n")
    write_text(folder / HTML_NAME, aggregation_page(compared, table))


def _lines(compared: Comparison) -> list[str]:
    from radioimmuno.report.estimates import figure_words

    return [
        f"{method:<28} {name}: {figure_words(one)}"
        for method, figures in compared.figures.items()
        for name, one in figures.items()
    ]
