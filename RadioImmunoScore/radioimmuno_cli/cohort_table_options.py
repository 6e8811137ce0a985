"""Options of the commands that take a table of a cohort, and the reading of it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .paths import Input

if TYPE_CHECKING:
    from radioimmuno.tables.cohort_table import CohortTable
    from radioimmuno.training.nested import Plan

KINDS = ("continuous", "binary", "survival")


class MoreInputs(Input):
    """An option that may be given several times and names a file to read each time."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Append the value, and note that it is an input."""
        before = getattr(namespace, self.dest, None) or []
        super().__call__(parser, namespace, values, option_string)
        setattr(namespace, self.dest, [*before, values])


def add_cohort_table(parser: argparse.ArgumentParser) -> None:
    """The table, what its columns are called, and the outcome."""
    parser.add_argument(
        "table", metavar="TABLE", type=Path, action=Input, help="one row a lesion: .csv, .parquet or .xlsx"
    )
    parser.add_argument(
        "--target",
        metavar="COLUMN",
        default="",
        help="the outcome; of survival its name, as in NAME_days and NAME_event",
    )
    parser.add_argument("--kind", choices=KINDS, default="", help="kind of outcome (default: seen from it)")
    parser.add_argument("--time-column", metavar="COLUMN", default="", help="survival time")
    parser.add_argument("--event-column", metavar="COLUMN", default="", help="event: 1, or 0 for censored")
    parser.add_argument("--patient-column", metavar="COLUMN", default="patient", help="default: patient")
    parser.add_argument("--lesion-column", metavar="COLUMN", default="lesion_id", help="default: lesion_id")
    parser.add_argument(
        "--outcomes",
        metavar="FILE",
        type=Path,
        action=MoreInputs,
        default=[],
        help="a further file with a row a patient: outcomes, covariates, batch, split (the manifest, too); "
        "may be given several times",
    )
    parser.add_argument(
        "--variables",
        metavar="FILE|PATTERN",
        default="",
        help="the candidates: a file with a name a line, or patterns as 'ring.*,lesion.glcm.*' (default: "
        "every column of numbers that has no other use)",
    )
    parser.add_argument(
        "--covariates",
        metavar="COLUMN",
        nargs="+",
        default=[],
        help="columns that become terms clinical.<column>, as pdl1 or age",
    )
    parser.add_argument("--batch", metavar="COLUMN", default="", help="scanner or center")
    parser.add_argument(
        "--study",
        metavar="WHICH",
        default="",
        help="which study counts of patients with several: baseline (default), last, a number in order of "
        "time (1 is the first after the baseline), or its name. Changes are in later studies alone",
    )
    parser.add_argument(
        "--split",
        metavar="PART",
        nargs="+",
        default=[],
        help="only the rows whose column split, of the table or of --outcomes, is this, as train or test "
        "(default: all)",
    )


def add_landmark(parser: argparse.ArgumentParser) -> None:
    """The day from which survival is counted."""
    parser.add_argument(
        "--landmark",
        metavar="DAYS",
        type=float,
        help="count survival from this day, on which groups or scores were known",
    )


def add_cross_validation(parser: argparse.ArgumentParser) -> None:
    """How often patients are divided, and the seed."""
    parser.add_argument(
        "--folds", metavar="N", type=int, default=5, help="outer and inner folds (default: 5)"
    )
    parser.add_argument("--repeats", metavar="N", type=int, default=20, help="repetitions (default: 20)")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="of folds and draws (default: 0)")
    parser.add_argument(
        "--most-terms",
        metavar="N",
        type=int,
        default=12,
        help="no more variables than this in a model (default: 12)",
    )


def training_table_of(arguments: argparse.Namespace, lesion_target: bool = False) -> CohortTable:
    """The table that the options describe, for whom a model is chosen from its candidates."""
    from radioimmuno.training.later_study import of_later_study

    table = of_later_study(table_of(arguments, lesion_target), arguments.landmark, bool(arguments.variables))
    return table if arguments.variables else table.noting_unknown()


def table_of(
    arguments: argparse.Namespace, lesion_target: bool = False, needed: Sequence[str] = ()
) -> CohortTable:
    """The table that the options describe, with the covariates that are needed besides."""
    from radioimmuno.tables.cohort_table import Columns, read_cohort_table

    columns = Columns(
        patient=arguments.patient_column,
        lesion=arguments.lesion_column,
        target=arguments.target,
        time=arguments.time_column,
        event=arguments.event_column,
        batch=arguments.batch,
        split="split" if arguments.split else "",
        label=getattr(arguments, "lesion_label", ""),
        covariates=tuple(dict.fromkeys([*arguments.covariates, *needed])),
        lesion_target=lesion_target,
    )
    table = read_cohort_table(
        arguments.table,
        columns,
        outcomes=arguments.outcomes,
        kind=arguments.kind,
        variables=arguments.variables,
        study=arguments.study,
    )
    return table.of_groups("split", arguments.split) if arguments.split else table


def plan_of(arguments: argparse.Namespace) -> Plan:
    """What `add_cross_validation` adds to the command line."""
    from radioimmuno.training.nested import Plan

    from .exit_status import Failure

    for name in ("folds", "repeats", "most_terms"):
        if getattr(arguments, name) < (2 if name == "folds" else 1):
            raise Failure(f"--{name.replace('_', '-')} {getattr(arguments, name)} is too few")
    return Plan(arguments.folds, arguments.repeats, arguments.seed)
