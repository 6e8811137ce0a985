"""`radioimmuno validate`: how well a signature does in patients that it was not trained on."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cohort_table_options import add_cohort_table, add_landmark, table_of
from .exit_status import ALL_SCORED, Failure, print_json
from .options import add_command
from .paths import Input, add_out_folder

if TYPE_CHECKING:
    from radioimmuno.signature.signature import Signature
    from radioimmuno.tables.cohort_table import CohortTable
    from radioimmuno.validation.signature_validation import Plan, Validation

MARKER = ".radioimmunoscore-validation"
JSON_NAME, HTML_NAME = "validation.json", "validation.html"

DESCRIPTION = """\
Score the lesions of a table by a signature and compare with an outcome of patients it was not trained on.

writes into DIR:
  validation.json  figures with intervals, calibration, decision curve, survival, parts of the cohort
  validation.html  the same to read, with curves

refused is what would be dishonest: the patients that trained the signature; a cut-off that was looked for
in these data; a Cox model of fewer than 10 events a variable (with fewer than 10 events and no --covariates
the rest is given, with what so few events mean); groups known at follow-up alone without --landmark; change
of size against response by size.

A yes or no: area under the ROC curve (DeLong; of lesions by drawing patients), calibration, decision curve.
Survival: C-index (Harrell, Uno), Cox model, Kaplan-Meier curves with log-rank test. A number: rank
correlation, explained variance. Each also by site, by batch and by number of lesions."""

EXAMPLES = """\
  radioimmuno validate cd8.json cohort.csv --outcome response --batch center --out validation
  radioimmuno validate cd8.json features.csv --patient-column ID --outcomes survival.csv \\
      --time-column days --event-column dead --covariates age --out validation_of_survival"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(
        commands, "validate", "validate a signature on other patients", DESCRIPTION, EXAMPLES
    )
    parser.add_argument("signature", metavar="SIGNATURE", type=Path, action=Input, help="signature file")
    add_cohort_table(parser)
    add_out_folder(parser)
    parser.add_argument(
        "--outcome", metavar="COLUMN", dest="target", default=argparse.SUPPRESS, help="the same as --target"
    )
    parser.add_argument("--lesion-target", action="store_true", help="the outcome is a lesion's own")
    parser.add_argument(
        "--cutoff",
        metavar="NAME|NUMBER",
        default="",
        help="low, median, high, quartiles or youden of the training (default: the median, where the "
        "signature has one), or a number that was published before",
    )
    parser.add_argument("--cutoff-source", metavar="TEXT", default="", help="where that number was published")
    parser.add_argument(
        "--scale",
        choices=("score", "log-odds", "probability"),
        default="",
        help="what the score is (default: log odds where a yes or no trained the signature)",
    )
    parser.add_argument(
        "--higher",
        choices=("longer", "shorter"),
        default="",
        help="survival that a higher score stands for (default: longer; shorter where survival trained it)",
    )
    parser.add_argument("--by", metavar="COLUMN", default="", help="compare survival of these groups, too")
    add_landmark(parser)
    parser.add_argument(
        "--response-by-size", action="store_true", help="the outcome is response measured by size"
    )
    parser.add_argument(
        "--leave-out-trained",
        action="store_true",
        help="leave out the patients that trained the signature, and note how many",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.files.atomic import write_text
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.report.validation_page import validation_page
    from radioimmuno.signature.signature import read_signature
    from radioimmuno.validation.validation_record import validation_record

    signature = read_signature(arguments.signature)
    try:
        done = _validated(signature, arguments)
    except ImportError as error:
        raise Failure(str(error)) from None
    record = validation_record(done, signature)
    names = (JSON_NAME, HTML_NAME)
    with replacing_folder(arguments.out, MARKER, names, force=arguments.force) as folder:
        write_text(folder / JSON_NAME, json.dumps(record, indent=2, allow_nan=False) + "\n")
        write_text(folder / HTML_NAME, validation_page(done, signature))
    if arguments.json:
        print_json(record)
    else:
        print("\n".join(_lines(done, arguments.out)))
    return ALL_SCORED


def _validated(signature: Signature, arguments: argparse.Namespace) -> Validation:
    from radioimmuno.signature.patient_rules import makes_one_row
    from radioimmuno.training.aggregation import row_a_patient
    from radioimmuno.validation.preconditions import check_landmark, check_outcome
    from radioimmuno.validation.scored_cohort import scored_cohort
    from radioimmuno.validation.signature_validation import validate

    read = table_of(arguments, arguments.lesion_target, signature.clinical)
    table = _other_patients(signature, read, arguments)
    outcome = table.outcome
    if outcome is None:
        raise Failure("--outcome names the column to validate against (or --time-column and --event-column)")
    check_outcome(signature, outcome, arguments.response_by_size)
    check_landmark(signature.variables, outcome, arguments.by, arguments.landmark, table.study)
    before = makes_one_row(signature.patient_rule) and not outcome.of_lesion
    rows = row_a_patient(table, signature.patient_rule) if before else table
    return validate(scored := scored_cohort(signature, rows, table), _plan(signature, scored, arguments))


def _other_patients(signature: Signature, table: CohortTable, arguments: argparse.Namespace) -> CohortTable:
    from dataclasses import replace

    from radioimmuno.signature.trained_patients import trained_on
    from radioimmuno.validation.preconditions import check_patients

    if arguments.leave_out_trained:
        trained = trained_on(signature.training, table.patients)
        count = len(set(table.patients[trained].tolist()))
        note = f"{count} patients that trained the signature were left out."
        table = replace(table.rows(~trained), notes=(*table.notes, note))
        if not len(table):
            raise Failure("no patient is left: all of the table trained the signature")
    check_patients(signature, table.patients)
    return table


def _plan(signature: Signature, scored: Any, arguments: argparse.Namespace) -> Plan:
    from radioimmuno.signature.variables import CLINICAL
    from radioimmuno.validation.preconditions import (
        MEDIAN,
        OF_SIGNATURE,
        check_cutoffs,
        cutoffs_named,
        own_cutoffs,
    )
    from radioimmuno.validation.signature_validation import (
        LOG_ODDS,
        LONGER,
        SCORE,
        SHORTER,
        Plan,
        trained_kind,
    )

    kind = trained_kind(signature)
    outcome = scored.table.outcome
    whole = outcome.of_lesion
    name = arguments.cutoff or (MEDIAN if MEDIAN in own_cutoffs(signature, not whole) else "")
    cutoffs = cutoffs_named(signature, name, arguments.cutoff_source, not whole) if name else ()
    if name and name not in OF_SIGNATURE:
        values = scored.scores if whole else scored.values
        check_cutoffs(cutoffs, values, outcome if whole else outcome.rows(scored.first_rows))
    return Plan(
        scale=arguments.scale or (LOG_ODDS if kind == "binary" else SCORE),
        higher=arguments.higher or (SHORTER if kind == "survival" else LONGER),
        cutoffs=cutoffs,
        covariates=tuple(f"{CLINICAL}{name.removeprefix(CLINICAL)}" for name in arguments.covariates),
        by=arguments.by,
        landmark=arguments.landmark,
    )


def _lines(done: Validation, out: Path) -> list[str]:
    from radioimmuno.report.estimates import figure_words
    from radioimmuno.validation.figure_titles import FIGURE_TITLES

    lines = [*done.notes, *([done.caution] if done.caution else [])]
    lines += [f"{FIGURE_TITLES[name]}: {figure_words(one)}" for name, one in done.figures.items()]
    lines += [f"log-rank test by {one.by}: p = {one.p:.3g}" for one in done.curves]
    return [*lines, f"{out / JSON_NAME}, {out / HTML_NAME}"]
