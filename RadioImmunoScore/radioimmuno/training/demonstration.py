"""The demonstration signature: trained on simulated patients, validated on other ones.

`python -m radioimmuno.training.demonstration FILE` makes the file that ships. Its inputs have the
shape of the published signature's: 39 features of the lesion, the same 39 of its ring, five
locations, tube voltage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..extraction.extract import extract
from ..features.catalog import STANDARD_WITHOUT_SHAPE, identifiers
from ..geometry.image import Image
from ..lesion import Lesion, Site
from ..settings import Settings
from ..signature.signature import Signature, write_signature
from ..signature.variables import KVP, location_of
from ..simulation.patient import GENERATOR_VERSION, plan_patient
from ..tables.cohort_table import CohortTable
from ..tables.outcomes import CONTINUOUS, Outcome
from ..validation.discrimination import INTERVAL_METHOD, RESAMPLES, areas, bootstrap, ordered_pairs, quotient
from .penalties import PenaltyGrid, rounded
from .trained_signature import Description, score_table, signature_of
from .trainer import Specification, fit, require_sklearn

FEATURES: tuple[str, ...] = identifiers(STANDARD_WITHOUT_SHAPE)
LOCATIONS = (Site.LUNG, Site.LIVER, Site.LYMPH_NODE, Site.SOFT_TISSUE, Site.BONE)
CANDIDATES: tuple[str, ...] = (*FEATURES, *map(location_of, LOCATIONS), KVP)

DEMONSTRATION = Description(
    name="Demonstration (simulated patients)",
    version=GENERATOR_VERSION,
    status="demonstration",
    predicts="hidden infiltration of simulated lesions, 0 to 1",
    direction="a higher score means more infiltration",
)

# The penalties that its truth, from 0 to 1, needs.
GRID = PenaltyGrid(
    l1_ratios=(0.5, 0.7, 0.9),
    alphas=tuple(float(alpha) for alpha in np.logspace(-2.6, -0.6, 41)),
    folds=10,
    most_terms=12,
)

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Recipe:
    """What the demonstration signature is made from.

    Parameters
    ----------
    training, held_out : sequence of int
        Range
        Seeds of the simulated patients to train on and to validate on; none is in both.
    grid : PenaltyGrid
        The penalties to choose from.
    """

    training: range = range(1000, 1240)
    held_out: range = range(20_000, 20_150)
    grid: PenaltyGrid = GRID

    def __post_init__(self) -> None:
        if set(self.training) & set(self.held_out):
            raise ValueError("a patient cannot be both trained and validated on")


def simulate_cohort(
    seeds: Sequence[int], settings: Settings, progress: Progress | None = None
) -> CohortTable:
    """Simulate a patient for each seed and measure the candidates on each lesion."""
    rows: list[list[float]] = []
    truth: list[float] = []
    patients: list[int] = []
    left_out = 0
    for done, seed in enumerate(seeds, start=1):
        plan = plan_patient(seed)
        for lesion in plan.lesions():
            row = _measure(plan.around(lesion), lesion, settings, plan.scanner.kvp)
            if row is None:
                left_out += 1
                continue
            rows.append(row)
            truth.append(plan.infiltration[lesion.id])
            patients.append(seed)
        if progress:
            progress(done, len(seeds))
    return table_of(np.array(rows), np.array(truth), patients, left_out)


def table_of(
    values: np.ndarray, truth: np.ndarray, patients: Sequence[int], left_out: int = 0
) -> CohortTable:
    """The table of simulated lesions.

    Parameters
    ----------
    values : ndarray of float64, shape (n, CANDIDATES)
    truth : ndarray of float64, shape (n,)
        Infiltration, 0 to 1.
    patients : sequence of int
        Each lesion's patient.
    left_out : int
        How many lesions more there were, of which not all values are defined.
    """
    outcome = Outcome("infiltration", CONTINUOUS, truth, of_lesion=True)
    lesions = np.array([str(n) for n in range(len(truth))])
    names = np.array([str(patient) for patient in patients])
    return CohortTable(names, lesions, CANDIDATES, values, outcome, left_out=left_out)


def train(table: CohortTable, settings: Settings, grid: PenaltyGrid) -> Signature:
    """The demonstration signature of a table: an elastic net on all lesions alike."""
    specification = Specification(grid=grid, equal_weights=True, redundancy=None)
    return signature_of(fit(table, specification), table, settings, DEMONSTRATION)


def _measure(image: Image, lesion: Lesion, settings: Settings, kvp: float) -> list[float] | None:
    found = extract(image, [lesion], settings, FEATURES)[0].values
    features = [value for value in map(found.get, FEATURES) if value is not None]
    if len(features) < len(FEATURES):
        return None
    return [*features, *(float(lesion.site is site) for site in LOCATIONS), float(kvp)]


def make_signature(recipe: Recipe, progress: Progress | None = None) -> Signature:
    """Simulate, train and validate: all that `make signature` does but writing the file."""
    settings = Settings()
    first, total = len(recipe.training), len(recipe.training) + len(recipe.held_out)
    cohort = simulate_cohort(recipe.training, settings, _part_of(progress, 0, total))
    signature = train(cohort, settings, recipe.grid)
    validation = simulate_cohort(recipe.held_out, settings, _part_of(progress, first, total))
    training = {
        "data": "simulated patients",
        "generator_version": GENERATOR_VERSION,
        "seeds": _ends(recipe.training),
        **signature.training,
        "held_out": {
            "data": "simulated patients that were not trained on",
            "seeds": _ends(recipe.held_out),
            **validate(
                signature, validation, high_above=float(np.median(_truth(cohort))), seed=recipe.held_out.start
            ),
        },
    }
    return replace(signature, training=training)


def validate(signature: Signature, cohort: CohortTable, high_above: float, seed: int) -> dict[str, Any]:
    """How well a signature does on lesions that it was not trained on.

    Parameters
    ----------
    high_above : float
        Truth above which a lesion counts as highly infiltrated.
    seed : int
        Of the bootstrap.
    """
    scores, truth, patients = score_table(signature, cohort), _truth(cohort), cohort.patients
    high = truth > high_above
    area = bootstrap(lambda draws: areas(scores, high, draws), patients, seed)
    ordered, pairs = ordered_pairs(scores, truth, patients)
    order = bootstrap(lambda draws: quotient(draws @ ordered, draws @ pairs), np.arange(len(pairs)), seed)
    return {
        "patients": len(np.unique(patients)),
        "lesions": len(scores),
        "lesions_left_out": cohort.left_out,
        "high_infiltration_above": float(rounded(high_above)),
        "lesions_high": int(high.sum()),
        "auc_high_against_low": area.record(4),
        "pairs_of_a_patient_in_order": order.record(4),
        "intervals": f"95 %, {INTERVAL_METHOD}, {RESAMPLES} draws",
    }


def _truth(table: CohortTable) -> np.ndarray:
    assert table.outcome is not None
    return table.outcome.values


def _ends(seeds: range) -> list[int]:
    return [seeds[0], seeds[-1]]


def _part_of(progress: Progress | None, before: int, total: int) -> Progress | None:
    return progress and (lambda done, _: progress(before + done, total))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: train the demonstration signature and write it; exit code 0, or 1 without scikit-learn."""
    parser = argparse.ArgumentParser(prog="python -m radioimmuno.training.demonstration", description=__doc__)
    parser.add_argument("file", help="signature file to write")
    file = parser.parse_args(arguments).file
    try:
        require_sklearn()
    except ImportError as problem:
        print(problem, file=sys.stderr)
        return 1
    signature = write_signature(make_signature(Recipe(), _bar if sys.stderr.isatty() else None), file)
    print(f"{file}: {summary(signature)}")
    return 0


def summary(signature: Signature) -> str:
    """One line on a signature that was made here."""
    found = signature.training["held_out"]
    area = found["auc_high_against_low"]
    low, high = area["interval"]
    lesions = signature.training["lesions"]
    return (
        f"{len(signature.terms)} of {len(CANDIDATES)} variables, trained on {lesions} lesions; "
        f"held out: {found['lesions']} lesions of {found['patients']} patients, "
        f"AUC {area['value']:.3f} (95 % {low:.3f} to {high:.3f})"
    )


def _bar(done: int, total: int) -> None:
    end = "\n" if done == total else ""
    print(f"\rsimulated patients: {done} of {total}", end=end, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
