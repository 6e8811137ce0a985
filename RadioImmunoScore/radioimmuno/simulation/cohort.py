"""A simulated cohort: liver lesions of patients of three scanners, with outcomes whose cause is known.

Infiltration is hidden. A biopsy measures it in each lesion with an error; a patient responds when the mean of
the lesions, with an error, is above 0.4. Scanners differ in tube voltage, sharpness, noise, kernel and
calibration, and have nothing to do with infiltration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ..lesion import Site
from .patient import Plan, plan_patient
from .pet import SimulatedPet, simulate_pet
from .scanner import ScannerModel

SCANNERS = (
    ScannerModel("A", kvp=120, psf_sigma_mm=0.80, noise_hu=8.0, cutoff_per_mm=0.22, shift_hu=0.0),
    ScannerModel("B", kvp=100, psf_sigma_mm=0.65, noise_hu=11.0, cutoff_per_mm=0.28, shift_hu=8.0),
    ScannerModel("C", kvp=120, psf_sigma_mm=0.55, noise_hu=15.0, cutoff_per_mm=0.34, shift_hu=-6.0),
)
TRAIN, TEST = "train", "test"
# Of 24 patients, those that are held out: 3 of scanners A and B each, 4 of C. Validation takes 10.
HELD_OUT = frozenset({3, 4, 5, 8, 12, 13, 14, 18, 19, 20})
LESIONS, SLICE_MM = 5, 3.0
BIOPSY_SD, RESPONSE_SD, RESPONSE_ABOVE = 0.08, 0.05, 0.4


@dataclass(frozen=True, eq=False)
class CohortPatient:
    """One patient of a simulated cohort.

    Parameters
    ----------
    name : str
    plan : Plan
        CT, lesions and their hidden infiltration.
    scanner : ScannerModel
    split : str
        `train` or `test`.
    cd8 : mapping of str to float
        Lesion id -> infiltration as a biopsy measures it.
    responds : bool
    """

    name: str
    plan: Plan
    scanner: ScannerModel
    split: str
    cd8: Mapping[str, float]
    responds: bool

    def pet(self) -> SimulatedPet:
        """The patient's FDG PET; all patients have theirs on the same scanner."""
        return simulate_pet(self.plan)


def simulate_cohort(patients: int, seed: int) -> Iterator[CohortPatient]:
    """The patients of a cohort, planned one after the other: `plan.image()` makes the CT of each.

    Parameters
    ----------
    patients : int
        Scanners take turns; of 24 patients 14 train.
    seed : int
        The same seed gives the same cohort; with more patients it goes on as it began.

    Yields
    ------
    CohortPatient
    """
    for number in range(patients):
        rng = np.random.default_rng((seed, number))
        scanner = SCANNERS[number % len(SCANNERS)]
        plan = plan_patient(int(rng.integers(2**31)), LESIONS, SLICE_MM, scanner, (Site.LIVER,))
        hidden = plan.infiltration
        cd8 = {lesion: float(value + rng.normal(0, BIOPSY_SD)) for lesion, value in hidden.items()}
        mean = float(np.mean(list(hidden.values())))
        yield CohortPatient(
            name=f"S{number + 1:03d}",
            plan=plan,
            scanner=scanner,
            split=TEST if number % 24 in HELD_OUT else TRAIN,
            cd8=cd8,
            responds=bool(mean + rng.normal(0, RESPONSE_SD) > RESPONSE_ABOVE),
        )
