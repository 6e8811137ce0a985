"""`radioimmuno train`: a table of lesions in, a signature and its nested cross-validation out."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .asked_settings import AskedSettings, settings_asked
from .cohort_table_options import (
    add_cohort_table,
    add_cross_validation,
    add_landmark,
    plan_of,
    training_table_of,
)
from .exit_status import ALL_SCORED, SOME_REFUSED, Failure, print_json
from .options import add_command, add_settings
from .paths import InputOfMany, add_out_file
from .progress import Progress

if TYPE_CHECKING:
    from radioimmuno.signature.signature import Signature
    from radioimmuno.training.training_run import TrainingRun

MODELS = ("elastic-net", "lasso", "logistic", "cox", "random-forest", "svm")
RULES = (
    *("largest", "smallest", "targets", "features_mean", "features_min", "features_max"),
    *("features_volume_weighted", "features_volume_weighted_3", "features_largest_and_number"),
    *("scores_mean", "scores_median", "scores_min", "scores_max", "scores_sd", "scores_entropy"),
    *("mil_soft_min", "mil_attention"),
)
JSON_NAME, HTML_NAME, SKOPS_ENDING = "training.json", "training.html", ".skops"
READING, WRITING = "reading the table", "writing"

DESCRIPTION = """\
Train a signature on a table of lesions whose outcome is known, and validate the whole pipeline by nested,
repeated cross-validation: standardization, redundancy filter, penalty and model are fitted inside the folds,
patients are never divided, and lesions weigh 1/n of their patient.

writes:
  FILE           the signature (--out): panel, console and shell score with it. Random forest and support
                 vector machine are for comparison: a .skops file, which nothing scores with
  training.json  beside it: figures of the out-of-fold predictions with intervals, chosen variables
  training.html  beside it: the same to read, with ROC or Kaplan-Meier curves, calibration, coefficient paths

Columns of images beside the CT (pet.lesion.statistics.maximum, mr_t1...) and of outside models
(learned.NAME.0) are candidates as all others. The signature carries how each of its images is measured, and
the cards of its models: those that `cohort` recorded beside its table, or of --model-card.

The table has one row a lesion. Columns that PyRadiomics, LIFEx or the IBSI name are translated (of
PyRadiomics' filtered images those of wavelets; notes say what is assumed, and why others are not); another
column is the variable table.<column>, which cannot be measured on an image here. How filters are defined the
signature has from the record of `cohort` beside the table, or from --settings. Of a patient with several
studies (`radioimmuno cohort`) the baseline counts; --study 1 takes the first study after it with its changes
(delta.VARIABLE): then the outcome has to come after that study, and survival needs --landmark.

A folder has one training.json and training.html: give each signature a folder of its own."""

EXAMPLES = """\
  radioimmuno train cohort.csv --target cd8 --repeats 5 --out cd8/cd8.json
  radioimmuno train cohort.csv --target response --repeats 1 --permutations 9 --out response/response.json
  radioimmuno train features.csv --patient-column ID --outcomes survival.csv --time-column days \\
      --event-column dead --covariates age --repeats 1 --out survival/survival.json"""

EXIT_CODES = """\
exit codes:
  0  all files written
  8  no signature, because no variable was chosen; training.json and training.html written
  1  failure                  2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "train a signature on a table of lesions"
    parser = add_command(commands, "train", summary, DESCRIPTION, EXAMPLES, EXIT_CODES)
    add_cohort_table(parser)
    add_out_file(parser, (".json", SKOPS_ENDING), "signature file to write")
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace training.json and training.html of another signature in the folder of --out",
    )
    parser.add_argument("--model", choices=MODELS, default="", help="default: by the kind of outcome")
    parser.add_argument(
        "--aggregate",
        metavar="METHOD",
        choices=RULES,
        default="scores_mean",
        help=f"how lesions make the patient's value: {', '.join(RULES)} (default: scores_mean). "
        "mil_... learns it together with a weighted sum of its own, and wants 150 patients",
    )
    parser.add_argument(
        "--lesion-target",
        action="store_true",
        help="the outcome is a lesion's own, as the expression of CD8 in its biopsy",
    )
    parser.add_argument(
        "--combat", action="store_true", help="harmonize the batches by ComBat, inside the folds"
    )
    parser.add_argument(
        "--batches",
        metavar="NAME",
        nargs="+",
        default=[],
        help="only the rows of these batches, as ComBat needs ten patients of each (default: all)",
    )
    add_cross_validation(parser)
    add_landmark(parser)
    parser.add_argument(
        "--permutations",
        metavar="N",
        type=int,
        default=0,
        help="draws of the permutation test (default: none)",
    )
    parser.add_argument(
        "--model-card",
        metavar="CARD.json",
        type=Path,
        action=InputOfMany,
        dest="cards",
        default=[],
        help="card of an outside model whose values the table has; may be repeated (default: those that "
        "`cohort` recorded beside the table)",
    )
    parser.add_argument("--name", default="", help="what the signature is called (default: the file's name)")
    parser.add_argument("--predicts", default="", help="what the score stands for (default: the outcome)")
    add_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    linear = arguments.model not in ("random-forest", "svm")
    if linear == (arguments.out.suffix.lower() == SKOPS_ENDING):
        ending = ".json: a signature" if linear else f"{SKOPS_ENDING}: it is no signature"
        raise Failure(f"--out {arguments.out}: the name has to end in {ending}")
    _check_place(arguments.out, arguments.force)
    asked = settings_asked(arguments.settings)
    stages = [READING, *_stages(arguments), WRITING]
    with Progress(stages, arguments.quiet) as progress:
        try:
            done = _trained(arguments, progress)
        except ImportError as error:
            raise Failure(str(error)) from None
        progress.stage(WRITING)
        signature = _signature(done, arguments, asked) if linear else None
        record = _written(done, signature, arguments)
    code = ALL_SCORED if record["signature"] else SOME_REFUSED
    if arguments.json:
        print_json({"exit_code": code, **record})
    else:
        print("\n".join([*asked.lines, *_lines(done, signature, arguments.out)]))
    return code


def _check_place(out: Path, force: bool) -> None:
    """Refuse to replace the record of another signature's training, and what is no such record."""
    from radioimmuno.findings import OutputError

    record, page = out.parent / JSON_NAME, out.parent / HTML_NAME
    if not record.exists() and not page.exists():
        return
    try:
        content = json.loads(record.read_text(encoding="utf-8"))
        ours, other = "cross_validation" in content, content["signature"]
    except (OSError, ValueError, KeyError, TypeError):
        ours, other = False, None
    # A training that chose no variable is the record of no signature.
    if ours and (force or other in (None, out.name)):
        return
    if ours:
        what = f"{JSON_NAME} and {HTML_NAME} of another training ({other}); replace them with --force"
    else:
        what = f"a {(record if record.exists() else page).name} that `radioimmuno train` did not write"
    raise OutputError("output.foreign", f"{out.parent} holds {what}, or name a file in another folder.")


def _stages(arguments: argparse.Namespace) -> list[str]:
    from radioimmuno.training.training_run import FITTING, PERMUTING, VALIDATING

    return [FITTING, VALIDATING, *[PERMUTING] * (arguments.permutations > 0)]


def _trained(arguments: argparse.Namespace, progress: Progress) -> TrainingRun:
    from radioimmuno.training.penalties import PenaltyGrid
    from radioimmuno.training.trainer import Specification, require_sklearn
    from radioimmuno.training.training_run import run

    require_sklearn()
    plan = plan_of(arguments)
    progress.stage(READING)
    table = training_table_of(arguments, arguments.lesion_target)
    if arguments.batches:
        table = table.of_groups("batch", arguments.batches)
    grid = PenaltyGrid(folds=arguments.folds, most_terms=arguments.most_terms)
    specification = Specification(
        arguments.model, arguments.aggregate, grid, seed=arguments.seed, combat=arguments.combat
    )

    def step(stage: str, done: int, total: int) -> None:
        progress.stage(stage)
        progress.step(done, total)

    return run(table, specification, plan, arguments.permutations, step)


def _signature(done: TrainingRun, arguments: argparse.Namespace, asked: AskedSettings) -> Signature | None:
    from radioimmuno.cohort.measured_by import measured_by, models_of_table, settings_of_table
    from radioimmuno.learned.card import read_card
    from radioimmuno.signature.trained_patients import patients_record
    from radioimmuno.training.summary import training_summary
    from radioimmuno.training.trained_signature import Description, signature_of

    outcome = done.table.outcome
    assert outcome is not None
    towards = {"survival": "an earlier event", "binary": "a yes", "continuous": "a higher value"}
    description = Description(
        name=arguments.name or arguments.out.stem,
        version="1",
        status="research",
        predicts=arguments.predicts or outcome.name,
        direction=f"a higher score means {towards[outcome.kind]}",
    )
    settings = settings_of_table(arguments.table, asked.settings)
    cards = tuple(map(read_card, arguments.cards)) or models_of_table(arguments.table)
    try:
        made = signature_of(done.fitted, done.table, settings, description, cards)
    except ValueError:
        return None
    # Another salt for every table, the same for the same one: so is the file.
    salt = sha256(done.table.values.tobytes()).hexdigest()[:16]
    stated = {
        "kind": outcome.kind,
        **({"study": done.table.study} if done.table.study else {}),
        **training_summary(done),
        **({"measured_by": software} if (software := measured_by(arguments.table, settings)) else {}),
        **asked.document,
        **patients_record(done.table.patients.tolist(), salt),
    }
    return replace(made, training={**made.training, **stated})


def _written(done: TrainingRun, signature: Signature | None, arguments: argparse.Namespace) -> dict[str, Any]:
    from radioimmuno.files.atomic import write_text
    from radioimmuno.report.training_page import training_page
    from radioimmuno.signature.signature import write_signature
    from radioimmuno.training.out_of_fold_curves import curves_record
    from radioimmuno.training.training_run import training_record

    out: Path = arguments.out
    terms = [(term.variable, term.coefficient) for term in signature.terms] if signature else []
    written = signature is not None
    if signature is not None:
        write_signature(signature, out)
    elif out.suffix.lower() == SKOPS_ENDING:
        from radioimmuno.training.model_file import write_model

        write_model(done.fitted, done.variables, out)
        written = True
    record = {"signature": str(out.name) if written else None, **training_record(done, terms)}
    record |= curves_record(done.out_of_fold)
    write_text(out.parent / JSON_NAME, json.dumps(record, indent=2, allow_nan=False) + "\n")
    write_text(out.parent / HTML_NAME, training_page(done, arguments.name or out.stem, signature))
    return record


def _lines(done: TrainingRun, signature: Signature | None, out: Path) -> list[str]:
    from radioimmuno.report.estimates import figure_words
    from radioimmuno.report.training_page import NOTHING_CHOSEN
    from radioimmuno.validation.figure_titles import FIGURE_TITLES

    lines = list(done.table.notes)
    lines += [
        f"{FIGURE_TITLES[name]}: {figure_words(one)}"
        for name, one in {**done.figures, **done.at_cutoff}.items()
    ]
    if done.permutation is not None:
        lines.append(f"permutation test: p = {done.permutation[0]:.3g} ({len(done.permutation[1])} draws)")
    if signature is not None:
        lines.append(f"{out}: {len(signature.terms)} of {len(done.variables)} variables")
        lines += [
            f"Of the model {name} no card is known: the signature takes any model of this name for it. Name "
            "its card: --model-card."
            for name in signature.learned
            if name not in {card.name for card in signature.models}
        ]
    elif out.suffix.lower() == SKOPS_ENDING:
        lines.append(f"{out}: for comparison; nothing scores with it")
    else:
        older = " The file of this name is of an earlier training." if out.exists() else ""
        lines.append(f"{out} was not written: {NOTHING_CHOSEN}.{older}")
    return [*lines, f"{out.parent / JSON_NAME}, {out.parent / HTML_NAME}"]
