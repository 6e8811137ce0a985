"""The lesions that segmentations are measured on, patient by patient: read or made where they are needed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Testing" / "Python" / "science" / "segmentation"))

from stroked import ellipsoid_ct, read_case, real_files  # noqa: E402

from radioimmuno.geometry.image import Image  # noqa: E402
from radioimmuno.simulation.crescent_cases import crescent_cases  # noqa: E402
from radioimmuno.simulation.lesion_cases import LesionCase, simulated_cases  # noqa: E402
from radioimmuno.simulation.pasted_cases import pasted_cases  # noqa: E402

# Patients of seeds below are what models are fitted on.
FIRST_SEED = 1000

SARCOMA, OTHER, PASTED, CRESCENT = "sarcoma", "other real", "pasted", "around bone"
SIMULATED, ELLIPSOID = "simulated", "ellipsoid"
GROUPS = (SARCOMA, OTHER, PASTED, CRESCENT, SIMULATED, ELLIPSOID)
# CT of the first patients show all of a chest, of the second mostly limbs: lesions are painted into both.
CHEST, LIMB = "LUNG1", "STS"

ELLIPSOIDS = {
    "10 cc in lung": {"semi_mm": (13.4, 13.4, 13.4), "lesion_hu": 40, "around_hu": -800},
    "10 cc in liver": {"semi_mm": (13.4, 13.4, 13.4), "lesion_hu": 60, "around_hu": 110},
    "16 cc in fat": {"semi_mm": (20, 12, 16), "lesion_hu": 40, "around_hu": -100},
    "11 cc on pleura": {"semi_mm": (14, 12, 16), "lesion_hu": 40, "around_hu": -800, "wall": (55, 0.6)},
    "11 cc on bone": {"semi_mm": (14, 12, 16), "lesion_hu": 40, "around_hu": -800, "wall": (400, 0.6)},
    "95 cc in liver": {
        "semi_mm": (27, 27, 31),
        "lesion_hu": 70,
        "around_hu": 110,
        "spacing": (1.0, 0.8, 0.8),
    },
    "1 cc in lung": {
        "semi_mm": (6.2, 6.2, 6.2),
        "lesion_hu": 40,
        "around_hu": -800,
        "spacing": (1.5, 0.7, 0.7),
    },
}


@dataclass(frozen=True)
class Patient:
    """One patient's lesions: what is left out together, and measured in one process."""

    name: str
    group: str
    load: Callable[[], Iterator[LesionCase]]


def patients(data: Path, groups: tuple[str, ...], simulated: int, pasted: int) -> list[Patient]:
    """The patients of these groups: so many simulated ones, so many pasted lesions at each place."""
    files = real_files(data)
    found = [
        Patient(name, SARCOMA if name.startswith(LIMB) else OTHER, partial(_real, name, *paths))
        for name, paths in files.items()
    ]
    found += [
        Patient(name, PASTED, partial(_pasted, name, *paths, pasted))
        for name, paths in files.items()
        if name.startswith(CHEST)
    ]
    found += [
        Patient(name, CRESCENT, partial(_around_bone, name, *paths))
        for name, paths in files.items()
        if name.startswith(LIMB)
    ]
    seeds = range(FIRST_SEED, FIRST_SEED + simulated)
    found += [Patient(f"simulated {seed}", SIMULATED, partial(simulated_cases, [seed])) for seed in seeds]
    found += [Patient(name, ELLIPSOID, partial(_ellipsoid, name)) for name in ELLIPSOIDS]
    return [patient for group in GROUPS for patient in found if patient.group == group and group in groups]


def _real(name: str, ct: Path, mask: Path) -> Iterator[LesionCase]:
    image, truth = read_case(ct, mask)
    yield LesionCase(name, name, "real", image.canonical(), truth.canonical().trimmed(), None)


def _pasted(name: str, ct: Path, mask: Path, each: int) -> Iterator[LesionCase]:
    image, own = read_case(ct, mask)
    yield from pasted_cases(image, name, each, avoid=own)


def _around_bone(name: str, ct: Path, mask: Path) -> Iterator[LesionCase]:
    image, own = read_case(ct, mask)
    yield from crescent_cases(image, name, 1, avoid=own)


def _ellipsoid(name: str) -> Iterator[LesionCase]:
    image, truth = ellipsoid_ct(**ELLIPSOIDS[name])
    yield LesionCase(name, name, name, image, Image(truth.values, truth.lattice).trimmed(), True)
