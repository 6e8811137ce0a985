"""A patient followed over three studies without files: the body lies 6 mm further along z each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from radioimmuno.acquisition import Acquisition
from radioimmuno.followup.course import Course, rematched
from radioimmuno.followup.follow_up import FollowUp, follow_up
from radioimmuno.followup.followed_lesion import ScoredStudy
from radioimmuno.followup.matching import GivenPair
from radioimmuno.followup.registration import Registration
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.scoring.results import PatientScore
from radioimmuno.scoring.score import score
from radioimmuno.signature.signature import default_signature
from radioimmuno.study import Study

SHAPE, SPACING, STEP_MM = (30, 50, 50), (2.0, 1.5, 1.5), 6.0
DATES = ("2026-01-05", "2026-03-02", "2026-04-30")
# Of each study: name -> centre (k, j, i) in the baseline and radius in mm.
BALLS = (
    {"a": ((10, 18, 18), 8.0), "b": ((14, 32, 32), 9.0)},
    {"a": ((10, 18, 18), 6.0), "b": ((14, 32, 32), 10.0)},
    {"a": ((10, 18, 18), 5.0), "new": ((18, 18, 32), 7.0)},
)
SIGNATURE = default_signature()


@dataclass(frozen=True, eq=False)
class FollowedPatient:
    """The follow-up, the CT of each study, and its scores with rings."""

    found: FollowUp
    images: Sequence[Image]
    patients: Sequence[PatientScore]


def centre_mm(number: int, name: str) -> np.ndarray:
    """Where a ball is in a study, LPS."""
    index, _ = BALLS[number][name]
    return np.array(index)[::-1] * SPACING[::-1] + [0.0, 0.0, STEP_MM * number]


def followed_patient() -> FollowedPatient:
    """The patient; a person says that b is gone at last."""
    images, studies, patients = [], [], []
    for number, (balls, day) in enumerate(zip(BALLS, DATES, strict=True)):
        lattice = Lattice(SHAPE, SPACING, (0.0, 0.0, STEP_MM * number))
        values = np.random.default_rng(number).integers(20, 60, SHAPE).astype(np.int16)
        values[:, :4] = values[:, -4:] = values[:, :, :4] = values[:, :, -4:] = -1000
        points = lattice.to_lps(np.moveaxis(np.indices(SHAPE), 0, -1))
        lesions = []
        for name, (_, radius) in balls.items():
            mask = np.linalg.norm(points - centre_mm(number, name), axis=-1) <= radius
            values[mask] += 40
            lesions.append(Lesion(name, f"Ball {name}", Image(mask, lattice).trimmed()))
        images.append(Image(values, lattice))
        acquisition = Acquisition(kvp=120.0, source="test")
        patients.append(score(images[-1], lesions, SIGNATURE, acquisition))
        rows = {row.id: replace(row, ring=None) for row in patients[-1].lesions}
        study = Study({}, tuple(lesions), acquisition, date=day)
        studies.append(ScoredStudy(day, study, rows))
    registrations = tuple(_shift(images[n].lattice, images[n + 1].lattice) for n in range(2))
    course = Course(tuple(one.study for one in studies), registrations, (), (), ((),) * 3)
    given = {1: [GivenPair(("b",), ())]}
    found = follow_up("P7", rematched(course, given), studies)
    return FollowedPatient(found, images, patients)


def _shift(baseline: Lattice, followup: Lattice) -> Registration:
    coarse = Lattice((4, 4, 4), (20.0, 25.0, 25.0), baseline.origin)
    displacement = np.zeros((4, 4, 4, 3), np.float32)
    displacement[..., 2] = STEP_MM
    return Registration(displacement, coarse, baseline, followup, 1.0, 0.9, 0.0, 0.0, 0.1)
