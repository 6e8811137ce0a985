"""A patient that is scored on a DICOM CT and exported, for the tests of the export."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from dicom_lesions import PATIENT, ball
from dicom_series import ct_series, write
from radioimmuno.geometry.image import Box, Image
from radioimmuno.io.ct import read_ct
from radioimmuno.io.dicom.write import write_dicom
from radioimmuno.io.image import ReadImage
from radioimmuno.lesion import Lesion, Site
from radioimmuno.scoring.results import PatientScore
from radioimmuno.scoring.score import score
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import Signature, default_signature

SHAPE, SPACING = (30, 62, 61), (2.0, 1.0, 1.0)
BALLS = {
    "Läsion A": ((10, 25, 25), 10.0, Site.LIVER),
    "B": ((18, 34, 36), 9.0, Site.LUNG),
    "tiny": ((25, 50, 50), 1.2, None),
    "nothing": None,
}


@dataclass(frozen=True, eq=False)
class Exported:
    """What was exported: CT, lesions, scores."""

    ct: ReadImage
    lesions: tuple[Lesion, ...]
    patient: PatientScore
    signature: Signature


def mask_of(name: str) -> np.ndarray:
    """The lesion's voxels on the whole CT."""
    if BALLS[name] is None:
        return np.zeros(SHAPE, bool)
    centre, radius, _ = BALLS[name]
    return ball(SHAPE, SPACING, centre, radius)


def make_ct(folder: Path, **tags: object) -> ReadImage:
    """A DICOM CT of noisy tissue."""
    values = np.random.default_rng(2).integers(20, 100, SHAPE).astype(np.int16)
    values[:, :3] = -1000
    values[mask_of("Läsion A")] += 80
    unicode = {"SpecificCharacterSet": "ISO_IR 192"}
    return read_ct(write(folder, ct_series(values, spacing=SPACING, **(PATIENT | unicode | tags))))


def make_case(folder: Path, names: tuple[str, ...] = tuple(BALLS), **tags: object) -> Exported:
    """The patient, scored with the demonstration signature, whose patient's value is the smallest score."""
    ct = make_ct(folder, **tags)
    lesions = []
    for number, name in enumerate(names, start=1):
        mask = Image(mask_of(name), ct.image.lattice)
        box = Box.around(mask.values) or Box((0, 0, 0), (0, 0, 0))
        site = BALLS[name][2] if BALLS[name] else None
        lesions.append(Lesion(f"s{number}", name, mask.crop(box), site, number == 1))
    rule = {"patient_rule": "scores_min", "patient_cutoffs": Cutoffs(None, 0.0, None)}
    signature = replace(default_signature(), **rule)
    return Exported(ct, tuple(lesions), score(ct.image, lesions, signature, ct.acquisition), signature)


def export(case: Exported, folder: Path) -> dict[str, Path]:
    """Write the patient as DICOM; the files by their stems."""
    written = write_dicom(case.patient, case.signature, case.ct.image, case.lesions, case.ct.source, folder)
    return {path.stem: path for path in written}
