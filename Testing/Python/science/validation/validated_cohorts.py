"""A small signature and tables of lesions whose outcome it predicts, or does not."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np

from radioimmuno.settings import Settings
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import Distribution, Signature, Term

MEAN, CONTRAST = "ring.statistics.mean", "lesion.glcm.contrast"
SIGNATURE = Signature(
    name="small",
    version="1",
    status="research",
    predicts="response",
    direction="a higher score means a yes",
    settings=Settings(),
    intercept=0.2,
    terms=(
        Term(MEAN, 1.0, 50.0, 20.0, (-50.0, 150.0)),
        Term(CONTRAST, -0.5, 10.0, 4.0, (-10.0, 30.0), "mean"),
    ),
    cutoffs=Cutoffs(-0.6, 0.2, 1.0),
    distribution=Distribution(100, -2.0, 2.4, (-2.0, 0.0, 2.4)),
    training={"kind": "binary", "patients": 100},
)


def changed(**fields) -> Signature:
    """The signature with other fields."""
    return replace(SIGNATURE, **fields)


def score_of(mean, contrast):
    """The signature's score, written out."""
    return 0.2 + (mean - 50) / 20 - 0.5 * (contrast - 10) / 4


def rows(patients: int = 60, seed: int = 1, effect: float = 1.0) -> list[dict[str, object]]:
    """A table: one to five lesions a patient, two scanners, three sites; outcomes by the mean score."""
    random = np.random.default_rng(seed)
    found = []
    for patient in range(patients):
        count = 1 + patient % 5
        mean = 50 + 16 * random.normal() + 8 * random.normal(size=count)
        contrast = 10 + 3 * random.normal(size=count)
        value = effect * score_of(mean, contrast).mean()
        lived = random.exponential(500 * np.exp(0.8 * value))
        followed = random.exponential(900)
        outcomes = {
            "response": int(random.random() < 1 / (1 + np.exp(-1.5 * value))),
            "os_days": round(min(lived, followed), 1) + 1,
            "os_event": int(lived <= followed),
            "cd8": round(value + random.normal(), 3),
            "age": round(60 + 8 * random.normal(), 1),
        }
        for lesion in range(count):
            found.append(
                {
                    "patient": f"P{patient:03}",
                    "lesion_id": lesion + 1,
                    "site": ("lung", "liver", "lymph node")[(patient + lesion) % 3],
                    "scanner": "AB"[patient % 2],
                    "recist_group": "CR" if outcomes["response"] else "PD",
                    MEAN: mean[lesion],
                    CONTRAST: contrast[lesion],
                    **outcomes,
                }
            )
    return found


def written(table: list[dict[str, object]], path):
    """The table as a CSV file."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return path
