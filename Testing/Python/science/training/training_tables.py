"""Simulated tables of cohorts whose truth is known."""

from __future__ import annotations

import numpy as np

from radioimmuno.tables.cohort_table import CohortTable
from radioimmuno.tables.outcomes import BINARY, CONTINUOUS, SURVIVAL, Outcome

VARIABLES = (
    "lesion.statistics.mean",
    "ring.statistics.mean",
    "lesion.glcm.contrast",
    "ring.glcm.contrast",
    "lesion.morphology.volume",
    "table.wavelet",
)


def cohort(
    kind: str, patients: int = 80, lesions: int = 3, weight: float = 1.5, seed: int = 1, summary: str = "mean"
) -> CohortTable:
    """Patients whose outcome goes by a summary of the lesions' first variable; 0 as weight is no effect."""
    rng = np.random.default_rng(seed)
    whose = np.repeat(np.arange(patients), lesions)
    values = 0.6 * rng.normal(size=(patients, len(VARIABLES)))[whose] + rng.normal(
        size=(len(whose), len(VARIABLES))
    )
    first = values[:, 0].reshape(patients, lesions)
    signal = weight * (first.mean(axis=1) if summary == "mean" else first.min(axis=1))
    signal = signal - signal.mean()
    events = None
    if kind == CONTINUOUS:
        truth = signal + rng.normal(0, 0.3, patients)
    elif kind == BINARY:
        truth = (rng.random(patients) < 1 / (1 + np.exp(-2 * signal))).astype(float)
    else:
        truth = rng.exponential(300 * np.exp(-1.5 * signal))
        censored = rng.exponential(600, patients)
        events = (truth <= censored).astype(float)[whose]
        truth = np.minimum(truth, censored)
    values[:, 4] = np.exp(values[:, 4])
    return CohortTable(
        patients=np.array([f"p{n:03d}" for n in whose]),
        lesions=np.array([str(n % lesions) for n in range(len(whose))]),
        variables=VARIABLES,
        values=values * 7 + 100,
        outcome=Outcome("outcome", kind, truth[whose], events),
    )


KINDS = (CONTINUOUS, BINARY, SURVIVAL)
