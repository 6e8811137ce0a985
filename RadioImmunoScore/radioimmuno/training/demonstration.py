"""The demonstration signature: trained on simulated patients, validated on other ones.

`python -m radioimmuno.training.demonstration FILE` makes the file that ships. Its inputs have the
shape of the published signature's: 39 features of the lesion, the same 39 of its ring, five
locations, tube voltage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
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
from ..validation.discrimination import INTERVAL_METHOD, RESAMPLES, Estimate, auc, bootstrap, ordered_pairs
from .elastic_net import Cohort, Description, PenaltyGrid, require_sklearn, rounded, score_cohort, train

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
    grid: PenaltyGrid = field(default_factory=PenaltyGrid)

    def __post_init__(self) -> None:
        if set(self.training) & set(self.held_out):
            raise ValueError("a patient cannot be both trained and validated on")


def simulate_cohort(seeds: Sequence[int], settings: Settings, progress: Progress | None = None) -> Cohort:
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
    return Cohort(CANDIDATES, np.array(rows), np.array(truth), np.array(patients), left_out)


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
    signature = train(cohort, settings, DEMONSTRATION, recipe.grid)
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
                signature, validation, high_above=float(np.median(cohort.truth)), seed=recipe.held_out.start
            ),
        },
    }
    return replace(signature, training=training)


def validate(signature: Signature, cohort: Cohort, high_above: float, seed: int) -> dict[str, Any]:
    """How well a signature does on lesions that it was not trained on.

    Parameters
    ----------
    high_above : float
        Truth above which a lesion counts as highly infiltrated.
    seed : int
        Of the bootstrap.
    """
    scores, truth, patients = score_cohort(signature, cohort), cohort.truth, cohort.patients
    high = truth > high_above
    area = bootstrap(lambda rows: auc(scores[rows], high[rows]), patients, seed)
    ordered, pairs = ordered_pairs(scores, truth, patients)
    order = bootstrap(lambda who: float(ordered[who].sum() / pairs[who].sum()), np.arange(len(pairs)), seed)
    return {
        "patients": len(np.unique(patients)),
        "lesions": len(scores),
        "lesions_left_out": cohort.left_out,
        "high_infiltration_above": float(rounded(high_above)),
        "lesions_high": int(high.sum()),
        "auc_high_against_low": _written(area),
        "pairs_of_a_patient_in_order": _written(order),
        "intervals": f"95 %, {INTERVAL_METHOD}, {RESAMPLES} draws",
    }


def _written(estimate: Estimate) -> dict[str, Any]:
    return {"value": round(estimate.value, 4), "interval": [round(estimate.low, 4), round(estimate.high, 4)]}


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
