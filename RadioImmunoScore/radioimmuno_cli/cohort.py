"""`radioimmuno cohort`: the lesions of many patients, measured into one table."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.numbers import is_number

from .asked_settings import AskedSettings, filters_named, require_features_after, settings_asked
from .exit_status import ALL_SCORED, SOME_REFUSED, Failure, print_json
from .image_options import add_models
from .options import (
    add_accepted,
    add_command,
    add_features,
    add_filters,
    add_settings,
    positive,
)
from .paths import Input, Output, OutputPath
from .progress import Progress
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.cohort.manifest import Manifest
    from radioimmuno.cohort.run import Outcome
    from radioimmuno.cohort.tables import CohortTables

READING, MEASURING, WRITING = "reading the manifest", "measuring", "writing the tables"
LIMIT_MIN = 60.0
SHOWN = 20
MANIFEST_NAME = "manifest.csv"

DESCRIPTION = """\
Measure the lesions of many patients, side by side, into one table: a row a lesion, a column a variable.

the manifest is a table (CSV with commas, semicolons or tabs; or XLSX) with one row a lesion or one row a file
of lesions, mixed as you like:
  patient     what tables call the patient; needed in every row
  ct          a NRRD, NIfTI or MHA/MHD file, a DICOM folder; needed. Relative paths count from the manifest
  lesions     a label map, .seg.nrrd, RTSTRUCT or SEG file (or its folder); empty where there are none
  study       where a patient has several CT: what tells them apart (a date, "baseline"); these are followed,
              their dates are those of DICOM or of a column `date` (2024-03-05)
  lesion      the one lesion that the row is about, by identifier or name; empty: all of the file
  roi         names or patterns of lesions to take, as GTV*|Node*
  site, irradiated    where the lesion sits, and yes or no
  kvp         tube voltage, where the CT does not say it
  series      UID of the series, where the DICOM folder has several
  pet, mr, mr_t1, pet_2, ...    another image of the study in the CT's frame of reference: a file (a PET in
              SUV) or a DICOM folder; empty where a patient has none. Lesions are measured on it, too
  pet_series, mr_t1_series, ... UID of its series, where the folder has several
  pet_transform, ...            where it lies in another frame of reference: a transform (ITK) that takes its
              points to the CT's, or identity where both lie in the same place all the same
  note        for people; not read
any further column is carried along into the tables: batch, split, covariates, outcomes (response,
os_days, os_event). --from-folder proposes a manifest from a folder of patients, for you to correct.

writes into the folder of --out:
  lesions.csv      one row a lesion: patient, study, lesion_id, name, site, irradiated, status, codes,
                   reasons, what was carried along, a column for every variable by its identifier (as
                   ring.glcm.contrast, pet.lesion.statistics.maximum; after --filters
                   lesion.log_sigma_3mm.glcm.contrast; of each --model learned.MODEL.0, ...),
                   and for each --signature score:NAME, score_status:NAME, score_reasons:NAME. status is
                   measured, warning (look at reasons) or refused (no values). What a patient has no image
                   for is empty, with the reason
                   Of patients with several studies also date, study_number (0: the baseline), followed_...
                   (which lesion it is, since which study), and for every variable delta.VARIABLE and
                   delta_abs.VARIABLE, its change since the lesion was first seen; followed_notes says why
                   there is none. status is gone for a lesion of which nothing is left
  lesions.parquet  the same, where pyarrow is installed
  patients.csv     one row a patient: studies, lesions, measured, refused, status, what is carried along
  failed.csv       patient, code, text: each patient of whom nothing was measured, or of whom a signature
                   scores no lesion, and why
  report.html      how many, which sites, distributions by batch, what failed: a page to read or print
  cohort.json      where it comes from: versions, settings, signatures, hashes of manifest and tables
  patients/        one file a patient, written whole as soon as it is measured

A patient that cannot be read, takes longer than --time-limit or ends its process costs none of the others.
--resume keeps the patients whose files, settings and software version are the same, and measures the others
(those that failed, too): after a stop, with more patients, with other columns. The tables are the same,
byte by byte, as those of a run without a stop, with any number of workers.

on many machines (Dask): start a scheduler and workers, then name the scheduler. In a SLURM job:
  dask scheduler --scheduler-file scheduler.json &
  srun dask worker --scheduler-file scheduler.json --nthreads 1 --memory-limit 0 &
  radioimmuno cohort manifest.csv --out result --scheduler scheduler.json --resume
Each thread of a worker measures one patient at a time, in a process of its own; all machines have to see the
files under the same paths. Resources/Docs/Cohorts.md has the whole job file."""

EXAMPLES = """\
  radioimmuno cohort --from-folder patients --out proposed.csv         # then look at it and correct it
  radioimmuno cohort manifest.csv --out cohort
  radioimmuno cohort manifest.csv --out cohort --resume --workers 2    # after a stop, or with more patients
  radioimmuno cohort manifest.csv --out cohort --features standard --filters log_sigma_3mm,wavelet_coif1
  radioimmuno cohort manifest.csv --out scored --signature my.json --features standard"""

EXIT_CODES = """\
exit codes:
  0  of every patient something was measured (or there is no lesion to measure), and scored by each signature
  8  some patients failed, or a signature scores none of their lesions: failed.csv names them and says why;
     the others are measured
  1  failure                  2  wrong usage"""


class ResultPath(OutputPath):
    """What is written: a folder of results, with --from-folder a table."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the path, and that it is the output."""
        setattr(namespace, self.dest, values)
        namespace.output = Output(values, is_folder=values.suffix.lower() != ".csv")


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "measure the lesions of many patients into one table"
    parser = add_command(commands, "cohort", summary, DESCRIPTION, EXAMPLES, EXIT_CODES)
    parser.add_argument(
        "manifest",
        metavar="MANIFEST",
        nargs="?",
        type=Path,
        action=Input,
        help="table of patients and their files",
    )
    # A manifest may lie in the folder that it is proposed from: it never replaces a file.
    parser.add_argument(
        "--from-folder",
        metavar="DIR",
        type=Path,
        action=Input,
        parts=(),
        help="propose a manifest from a folder with one folder a patient; --out FILE.csv says where "
        f"(default: {MANIFEST_NAME} here)",
    )
    parser.add_argument(
        "--out", metavar="DIR", type=Path, action=ResultPath, help="folder for what is written"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace tables that were edited since, or those of another manifest; other files are never "
        "replaced",
    )
    parser.add_argument("--resume", action="store_true", help="keep what is measured already")
    parser.add_argument(
        "--signature",
        metavar="FILE",
        nargs="+",
        type=Path,
        action=Input,
        default=[],
        help="signatures to score with, each with its own settings",
    )
    what = "which features, on each image of the manifest, also where PyRadiomics' parameters ask for others"
    add_features(parser, "all", what)
    # What nobody names a parameter file of PyRadiomics may say.
    parser.set_defaults(features=None)
    add_models(parser)
    parser.add_argument(
        "--names-identify",
        action="store_true",
        help="lesions of an equal name in two studies of a patient are the same",
    )
    add_settings(parser)
    add_filters(parser)
    _add_machines(parser)
    add_accepted(parser)
    parser.set_defaults(run=run, usage_error=parser.error)


def _add_machines(parser: argparse.ArgumentParser) -> None:
    """Where patients are measured, and how long one may take."""
    parser.add_argument(
        "--workers",
        metavar="N",
        type=count,
        help="how many patients are measured at the same time on this machine (default: one a processor, as "
        "far as memory goes)",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        default="",
        help="a Dask scheduler that runs: tcp://HOST:PORT, or its scheduler file (.json)",
    )
    parser.add_argument(
        "--time-limit",
        metavar="MINUTES",
        type=positive,
        default=LIMIT_MIN,
        help=f"how long one patient may take (default: {LIMIT_MIN:g})",
    )


def count(text: str) -> int:
    """A whole number above 0; what is none is wrong usage."""
    value = int(text)
    if not is_number(value, 1, 10_000):
        raise ValueError(text)
    return value


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if arguments.from_folder is not None:
        return _propose(arguments)
    if arguments.manifest is None or arguments.out is None:
        arguments.usage_error("a manifest and --out DIR are needed, or --from-folder DIR")
    if arguments.out.suffix.lower() == ".csv":
        raise Failure(f"--out {arguments.out}: results are a folder; name one")
    return _measure(arguments)


def _measure(arguments: argparse.Namespace) -> int:
    asked = settings_asked(arguments.settings)
    named = filters_named(arguments.filters, asked.settings)
    filters = {**asked.filters, **named}
    with Progress([READING, MEASURING, WRITING], arguments.quiet) as progress:
        from radioimmuno.cohort.manifest import read_manifest
        from radioimmuno.cohort.plan import (
            ALL,
            Plan,
            features_named,
            features_on,
            read_models,
            read_signatures,
        )
        from radioimmuno.cohort.results import check_place, write_results
        from radioimmuno.cohort.run import RunOptions, run_cohort
        from radioimmuno.cohort.tables import tables_of
        from radioimmuno.extraction.response_keys import settings_for, with_more_filters
        from radioimmuno.modality import CT

        signatures, files = read_signatures(arguments.signature)
        manifest = read_manifest(arguments.manifest)
        roles = (CT.role, *manifest.roles)
        with_all = with_more_filters(asked.settings, roles, filters)
        if asked.parameters and arguments.features is None:
            features = features_on(roles, with_all, *asked.keys(()))
        else:
            features = features_named(arguments.features or ALL, manifest.roles, with_all)
        require_features_after(named, features, arguments.features or arguments.settings)
        settings = settings_for(with_all, features)
        accepted = frozenset(arguments.accepted)
        models = read_models(arguments.model)
        identify = arguments.names_identify
        plan = Plan(settings, features, signatures, files, accepted, identify, models, asked.document)
        store = check_place(manifest, arguments.out, arguments.force)
        workers = arguments.workers or _workers(manifest)
        limit_s = 60 * arguments.time_limit
        options = RunOptions(workers, arguments.scheduler, limit_s, arguments.resume)
        progress.stage(MEASURING)
        outcome = run_cohort(
            manifest, plan, store, options, lambda far: progress.step(far.done, far.total, far.words())
        )
        progress.stage(WRITING)
        tables = tables_of(manifest, plan, store, outcome)
        written = write_results(tables, manifest, plan, outcome, options, arguments.out, arguments.force)
    return _report(arguments, manifest, outcome, tables, written, asked)


def _workers(manifest: Manifest) -> int:
    """One a processor, as far as patients and memory go."""
    from radioimmuno.cohort.run import COURSE_BYTES, PATIENT_BYTES
    from radioimmuno.memory import available_bytes

    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    needed = COURSE_BYTES if manifest.has_courses else PATIENT_BYTES
    return max(1, min(processors, len(manifest.patients), int(available_bytes() // needed)))


def _report(
    arguments: argparse.Namespace,
    manifest: Manifest,
    outcome: Outcome,
    tables: CohortTables,
    written: Sequence[Path],
    asked: AskedSettings,
) -> int:
    from radioimmuno.cohort.results import counts
    from radioimmuno.cohort.tables import score_counts

    code = SOME_REFUSED if tables.failures else ALL_SCORED
    numbers = counts(tables)
    files = [str(file) for file in written]
    if arguments.json:
        failed = [dict(zip(("patient", "code", "text"), row, strict=True)) for row in tables.failures]
        print_json(
            {
                "exit_code": code,
                "files": files,
                **numbers,
                "scores": score_counts(tables),
                "kept": outcome.kept,
                "carried": list(manifest.carried),
                "notes": list(manifest.notes),
                "failures": failed,
                **asked.document,
            }
        )
        return code
    for line in asked.lines:
        print(line)
    if tables.failures:
        print(table(("patient", "code", "why"), tables.failures[:SHOWN]))
        print()
    kept = f" ({outcome.kept} of them before)" if outcome.kept else ""
    print(
        f"{numbers['patients'] - numbers['failed']} of {numbers['patients']} patients measured{kept}; "
        f"{numbers['lesions']} lesions: {numbers['measured']} measured, {numbers['refused']} refused."
    )
    for name, of in score_counts(tables).items():
        none = of["patients_without_score"]
        lesions = f"{of['scored']} of {of['scored'] + of['refused']} lesions scored"
        print(f"{name}: {lesions}{f'; of {none} patients none' if none else ''}.")
    print(f"Carried along: {', '.join(manifest.carried) or 'no column'}.")
    print("\n".join(manifest.notes[:SHOWN]), end="\n" if manifest.notes else "")
    print(f"In {arguments.out}: {', '.join(file.name for file in written)}")
    return code


def _propose(arguments: argparse.Namespace) -> int:
    from radioimmuno.cohort.proposal import propose, write_proposal

    if arguments.manifest is not None and arguments.out is not None:
        arguments.usage_error("--from-folder writes one manifest: name it by --out")
    out = arguments.out or arguments.manifest or Path(MANIFEST_NAME)
    if out.suffix.lower() != ".csv":
        raise Failure(f"--out {out}: with --from-folder it is the manifest to write; let it end in .csv")
    with Progress(["looking through the folders"], arguments.quiet) as progress:
        found = propose(arguments.from_folder, progress.step)
        write_proposal(found, out)
    if arguments.json:
        questions = [{"patient": row.patient, "note": row.note} for row in found if row.note]
        print_json({"exit_code": ALL_SCORED, "files": [str(out)], "rows": len(found), "questions": questions})
        return ALL_SCORED
    patients = len({row.patient for row in found})
    unclear = sum(bool(row.note) for row in found)
    print(f"{patients} patients, {len(found)} rows; {unclear} have a question in the column note.")
    print(f"In {out}. Look at it, correct it, then: radioimmuno cohort {out} --out DIR")
    return ALL_SCORED
