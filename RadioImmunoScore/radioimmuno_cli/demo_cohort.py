"""`radioimmuno demo-cohort`: simulated patients of three scanners, from their CT to a validated signature."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exit_status import ALL_SCORED, Failure, print_json
from .options import add_command
from .paths import add_out_folder
from .process import shell_line
from .progress import Progress
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.simulation.cohort import CohortPatient

SIMULATING = "simulating patients"
PATIENTS, FEWEST, DEFAULT_SEED = 24, 21, 1
SIMULATED, MANIFEST_NAME, TRUTH_NAME = "simulated", "manifest.csv", "truth.csv"
CT_NAME, LESIONS_NAME, PET_NAME, PET = "ct.nrrd", "lesions.seg.nrrd", "pet.nrrd", "pet"
MANIFEST = ("patient", "ct", "lesions", "lesion", "kvp", "batch", "split", "cd8", "response")
TRUTH = ("patient", "lesion", "infiltration", "cd8", "response", "split")
# With PET: of a lesion's living tissue, and in the mean of all of it before the scanner blurs it.
PET_TRUTH = ("suv", "suv_mean")
COMBAT_REFUSED = "combat.few_patients"
# Of the ways from lesions to a patient, those in the table: one of each kind.
METHODS = ("largest", "features_mean", "scores_mean", "mil_soft_min")
PAGES = (
    "cohort/report.html",
    "training/training.html",
    "validation/validation.html",
    "validation_of_response/validation.html",
    "aggregation/aggregation.html",
    "card/card.html",
)

DESCRIPTION = """\
Simulate patients with lesions of the liver on three scanners, and run the commands on them that take a
cohort, as you would type them: cohort, train, validate, aggregate and card. Ends in a table of the figures,
out of fold and in patients who were held out, beside what the hidden truth itself reaches.

The truth: each lesion has a hidden infiltration, which brightens its rim and evens out its inside. Its biopsy
measures that as cd8, with an error; a patient responds where the mean of the lesions is high. Scanners differ
in tube voltage, sharpness, noise, kernel and calibration, and have nothing to do with the outcome.

writes into DIR:
  simulated/     CT and lesions of each patient, manifest.csv, and truth.csv, which no command reads
  cohort/        the table of the lesions
  training/      the signature cd8.json and its cross-validation
  validation/, validation_of_response/, aggregation/, card/    what the commands of these names write

ComBat is tried first. With 24 patients it refuses, as it needs 10 of each scanner in the training part, and
training goes on without it; with --patients 60 it harmonizes. So few patients give wide intervals."""

EXAMPLES = """\
  radioimmuno demo-cohort --patients 21 --out demo_cohort"""


@dataclass(frozen=True)
class Shell:
    """Runs commands as a user types them, in processes of their own.

    Parameters
    ----------
    is_shown : bool
        Whether the command line and what the command prints are shown.
    is_quiet : bool
        Whether commands show no progress.
    """

    is_shown: bool
    is_quiet: bool

    def run(self, *words: str | Path, refusal: str = "", codes: Collection[int] = (ALL_SCORED,)) -> bool:
        """Run a command; whether it did its work.

        Parameters
        ----------
        *words : str or Path
        refusal : str
            The code of the one refusal after which the demonstration goes on.
        codes : collection of int
            The exit codes with which the work is done.

        Returns
        -------
        bool

        Raises
        ------
        Failure
            When the command failed otherwise.
        """
        self.say(f"\n$ {shell_line(words)}")
        command = [sys.executable, "-m", __package__, *map(str, words), *["--quiet"] * self.is_quiet]
        out = None if self.is_shown else subprocess.DEVNULL
        errors = subprocess.PIPE if refusal else None
        with subprocess.Popen(command, stdout=out, stderr=errors, text=True) as running:
            try:
                _, complaint = running.communicate()
            except BaseException:
                running.terminate()
                raise
        if refusal and f"[{refusal}]" in complaint:
            self.say(complaint.rstrip())
            return False
        if running.returncode not in codes:
            raise Failure(f"{words[0]} ended with exit code {running.returncode}. {complaint or ''}".rstrip())
        return True

    def say(self, text: str) -> None:
        """Print a text where commands are shown."""
        if self.is_shown:
            print(text, flush=True)


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "simulated patients of three scanners, from CT to a validated signature"
    parser = add_command(commands, "demo-cohort", summary, DESCRIPTION, EXAMPLES)
    add_out_folder(parser)
    parser.add_argument(
        "--patients", metavar="N", type=_patients, default=PATIENTS, help=f"at least {FEWEST} (%(default)s)"
    )
    parser.add_argument(
        "--seed",
        metavar="N",
        type=_seed,
        default=DEFAULT_SEED,
        help="another number is another cohort (%(default)s)",
    )
    parser.add_argument(
        "--pet", action="store_true", help="write a PET beside each CT, and into the manifest's column pet"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.training.trainer import require_sklearn

    try:
        require_sklearn()
    except ImportError as error:
        raise Failure(str(error)) from None
    out: Path = arguments.out
    out.mkdir(exist_ok=True)
    truth = write_patients(arguments)
    shell = Shell(not arguments.json, arguments.quiet)
    is_harmonized = _run_commands(shell, out, ["--force"] * arguments.force)
    figures = _figures(out, truth)
    pages = [str(out / page) for page in PAGES]
    if arguments.json:
        print_json({"exit_code": ALL_SCORED, "combat": is_harmonized, "figures": figures, "pages": pages})
    else:
        verdict = _read(out / "aggregation" / "aggregation.json")["verdict"]
        print("\n".join(_lines(figures, truth, verdict, pages)))
    return ALL_SCORED


def write_patients(arguments: argparse.Namespace) -> list[CohortPatient]:
    """Simulate the patients that are asked for, and write their images, the manifest and the truth.

    Parameters
    ----------
    arguments : Namespace
        Of the command.

    Returns
    -------
    list of CohortPatient
    """
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.report.csv_tables import write_rows
    from radioimmuno.simulation.cohort import simulate_cohort

    patients, rows = [], []
    with (
        replacing_folder(
            arguments.out / SIMULATED, MANIFEST_NAME, [TRUTH_NAME], force=arguments.force
        ) as folder,
        Progress([SIMULATING], arguments.quiet) as progress,
    ):
        progress.stage(SIMULATING)
        for patient in simulate_cohort(arguments.patients, arguments.seed):
            _write_patient(patient, folder / patient.name)
            more = _write_pet(patient, folder / patient.name) if arguments.pet else {}
            rows += [{**row, **more.get(row["lesion"], {})} for row in _rows(patient)]
            patients.append(patient)
            progress.step(len(patients), arguments.patients)
        manifest, truth = ((*MANIFEST, PET), (*TRUTH, *PET_TRUTH)) if arguments.pet else (MANIFEST, TRUTH)
        for name, header in ((MANIFEST_NAME, manifest), (TRUTH_NAME, truth)):
            write_rows(folder / name, header, [[row[column] for column in header] for row in rows])
    return patients


def _write_patient(patient: CohortPatient, folder: Path) -> None:
    from radioimmuno.geometry.image import to_sitk
    from radioimmuno.io.segmentation_writer import write_segmentation
    from radioimmuno.io.volume_writer import write_volume

    folder.mkdir()
    image = patient.plan.image()
    write_volume(folder / CT_NAME, to_sitk(image))
    write_segmentation(folder / LESIONS_NAME, patient.plan.lesions(), image.lattice)


def _write_pet(patient: CohortPatient, folder: Path) -> dict[str, dict[str, str]]:
    """Write the PET; by lesion id, what the tables say of it."""
    from radioimmuno.geometry.image import to_sitk
    from radioimmuno.io.volume_writer import write_volume

    pet = patient.pet()
    write_volume(folder / PET_NAME, to_sitk(pet.image))
    place = f"{patient.name}/{PET_NAME}"
    return {
        lesion: dict(
            zip((PET, *PET_TRUTH), (place, f"{suv:.4f}", f"{pet.lesion_mean[lesion]:.4f}"), strict=True)
        )
        for lesion, suv in pet.lesion_suv.items()
    }


def _rows(patient: CohortPatient) -> Iterable[Mapping[str, str]]:
    for lesion, hidden in patient.plan.infiltration.items():
        yield {
            "patient": patient.name,
            "ct": f"{patient.name}/{CT_NAME}",
            "lesions": f"{patient.name}/{LESIONS_NAME}",
            "lesion": lesion,
            "kvp": str(patient.scanner.kvp),
            "batch": patient.scanner.name,
            "split": patient.split,
            "cd8": f"{patient.cd8[lesion]:.4f}",
            "response": str(int(patient.responds)),
            "infiltration": f"{hidden:.4f}",
        }


def _run_commands(shell: Shell, out: Path, force: Sequence[str]) -> bool:
    """From the manifest to the card; whether ComBat was possible."""
    from radioimmuno.simulation.cohort import TEST, TRAIN

    lesions, signature = out / "cohort" / "lesions.csv", out / "training" / "cd8.json"
    manifest = out / SIMULATED / MANIFEST_NAME
    shell.run("cohort", manifest, "--features", "standard", "--out", out / "cohort", *force)

    candidates = ("--variables", "lesion.*,ring.*")
    of_lesions = ("--batch", "batch", "--lesion-target")
    train = ("train", lesions, "--target", "cd8", *of_lesions, "--split", TRAIN, *candidates)
    end = ("--repeats", "5", "--out", signature)
    is_harmonized = shell.run(*train, "--combat", *end, refusal=COMBAT_REFUSED)
    if not is_harmonized:
        shell.say("\nThe same without ComBat: what differs between scanners stays in the features.")
        shell.run(*train, *end)

    validate = ("validate", signature, lesions)
    held_out = ("--split", TEST)
    shell.run(*validate, "--outcome", "cd8", *of_lesions, *held_out, "--out", out / "validation", *force)
    response = ("--outcome", "response")
    of_response = out / "validation_of_response"
    shell.run(*validate, *response, "--batch", "batch", *held_out, "--out", of_response, *force)

    aggregate = ("aggregate", lesions, "--target", "response", *candidates)
    shell.run(*aggregate, "--folds", "3", "--repeats", "2", "--out", out / "aggregation", *force)

    training = ("--training", out / "training" / "training.json")
    validations = ("--validation", out / "validation/validation.json", of_response / "validation.json")
    shell.run("card", signature, *training, *validations, "--out", out / "card", *force)
    return is_harmonized


def _figures(out: Path, patients: Sequence[CohortPatient]) -> list[dict[str, Any]]:
    """What was found, a figure with its interval each, and what the hidden truth itself reaches."""
    from radioimmuno.simulation.cohort import TEST, TRAIN

    found = []

    def add(what: str, where: str, figure: Mapping[str, Any], truth: float) -> None:
        found.append({"figure": what, "in": where, **figure, "truth": round(truth, 3)})

    trained, tested = (_hidden(patients, part) for part in (TRAIN, TEST))
    training = _read(out / "training" / "training.json")
    validation = _read(out / "validation" / "validation.json")
    of_response = _read(out / "validation_of_response" / "validation.json")
    aggregation = _read(out / "aggregation" / "aggregation.json")
    ranks = "cd8 of a lesion, rank correlation"
    fold = f"out of fold, {training['patients']} patients"
    add(ranks, fold, training["out_of_fold"]["spearman"], trained.spearman)
    held = f"held out, {validation['patients']} patients"
    add(ranks, held, validation["out_of_fold"]["spearman"], tested.spearman)
    area = "response, area under the ROC curve"
    add(area, held, of_response["out_of_fold"]["auc"], tested.auc)
    every = _hidden(patients, "").auc
    for method in METHODS:
        where = f"{method}, out of fold, {aggregation['patients']} patients"
        add(area, where, aggregation["methods"][method]["auc"], every)
    return found


@dataclass(frozen=True)
class Reached:
    """What the hidden infiltration itself reaches.

    Parameters
    ----------
    spearman : float
        Rank correlation of infiltration and cd8, over lesions.
    auc : float
        Of the mean infiltration of a patient, for response.
    """

    spearman: float
    auc: float


def _hidden(patients: Sequence[CohortPatient], split: str) -> Reached:
    import numpy as np
    from scipy.stats import spearmanr

    from radioimmuno.validation.discrimination import auc

    mine = [patient for patient in patients if split in ("", patient.split)]
    hidden = [list(patient.plan.infiltration.values()) for patient in mine]
    cd8 = [value for patient in mine for value in patient.cd8.values()]
    return Reached(
        spearman=float(spearmanr(np.concatenate(hidden), cd8)[0]),
        auc=auc(np.array([np.mean(one) for one in hidden]), np.array([one.responds for one in mine])),
    )


def _lines(
    figures: Sequence[Mapping[str, Any]],
    patients: Sequence[CohortPatient],
    verdict: str,
    pages: Sequence[str],
) -> list[str]:
    from radioimmuno.simulation.cohort import SCANNERS

    rows = []
    for one in figures:
        low, high = (f"{end:.2f}" if end is not None else "?" for end in one["interval"])
        value = "?" if one["value"] is None else f"{one['value']:.2f}"
        rows.append((one["figure"], one["in"], value, f"{low} to {high}", f"{one['truth']:.2f}"))
    scanners = "; ".join(
        f"{scanner.name}: {scanner.kvp} kVp, noise {scanner.noise_hu:g} HU, shift {scanner.shift_hu:+g} HU"
        for scanner in SCANNERS
    )
    return [
        "",
        f"{len(patients)} simulated patients. Scanner {scanners}.",
        "",
        table(("figure", "of", "value", "95 %", "the hidden truth"), rows, numbers=("value",)),
        "",
        verdict,
        "The truth: cd8 is the infiltration of a lesion with an error; a patient responds where the mean of",
        "the lesions is high. The last column is what infiltration itself, which no command saw, reaches.",
        "SIMULATED PATIENTS: nothing here says anything about a patient. Research use only.",
        "",
        "To read:",
        *(f"  {page}" for page in pages),
    ]


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _patients(text: str) -> int:
    value = int(text)
    if not FEWEST <= value <= 999:
        raise ValueError(text)
    return value


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value
