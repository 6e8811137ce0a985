"""A small patient with a PET on files: two tumors, liver, muscle and blood pool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from dicom_series import write
from pet_series import pet_series
from radioimmuno.geometry.image import Image, Lattice, to_sitk
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.lesion import Lesion

SHAPE, SPACING = (22, 26, 28), (3.27, 4.0, 4.0)
# name -> middle in voxels (k, j, i), radius in mm, SUV
BALLS = {
    "tumor": ((6, 7, 8), 11.0, 8.0),
    "node": ((15, 18, 20), 9.0, 5.0),
    "liver": ((6, 18, 20), 12.0, 2.2),
    "muscle": ((15, 7, 8), 9.0, 0.6),
    "Aorta": ((15, 7, 20), 9.0, 1.5),
}
TUMORS = ("tumor", "node")


def lattice() -> Lattice:
    """The PET's, as `pet_series` places it."""
    first = pet_series(np.ones((2, 2, 2)), spacing=SPACING)[0]
    x, y, z = (float(value) for value in first.ImagePositionPatient)
    return Lattice(SHAPE, SPACING, (x, y, z))


def mask(name: str, of: Lattice, margin_mm: float = 0.0) -> np.ndarray:
    """The voxels of a lattice whose centre lies in a ball."""
    middle, radius, _ = BALLS[name]
    points = of.to_lps(np.moveaxis(np.indices(of.shape), 0, -1))
    return np.linalg.norm(points - lattice().to_lps(np.array(middle)), axis=-1) <= radius + margin_mm


def suv() -> np.ndarray:
    """SUV of the patient: balls in a body of 1, with noise."""
    values = np.ones(SHAPE)
    for name, (_, _, heat) in BALLS.items():
        values[mask(name, lattice())] = heat
    return values * (1 + 0.05 * np.random.default_rng(11).standard_normal(SHAPE))


def save(path: Path, values: np.ndarray, of: Lattice | None = None) -> Path:
    """Write a volume on the PET's lattice, or on another one."""
    sitk.WriteImage(to_sitk(Image(values, of or lattice())), str(path))
    return path


def labels(names: tuple[str, ...] = TUMORS, of: Lattice | None = None, margin_mm: float = 4.0) -> np.ndarray:
    """A label map of balls, each drawn with a margin."""
    of = of or lattice()
    found = np.zeros(of.shape, np.uint8)
    for label, name in enumerate(names, start=1):
        found[mask(name, of, margin_mm if name in TUMORS else -2.0)] = label
    return found


def write_pet_folder(folder: Path, values: np.ndarray | None = None, **header: Any) -> Path:
    """The PET as a DICOM series; `header` as of `pet_series`."""
    return write(folder, pet_series(suv() if values is None else values, spacing=SPACING, **header))


def write_pet_patient(folder: Path) -> None:
    """All files of the patient, by the names that the command's examples have."""
    save(folder / "pet.nii.gz", suv())
    save(folder / "pet_lesions.nii.gz", labels())
    save(folder / "pet_mask.nii.gz", labels(("tumor",)))
    save(folder / "liver.nii.gz", labels(("liver",)))
    of = lattice()
    segments = [
        Lesion(f"S{number}", name, Image(labels((name,)) == 1, of))
        for number, name in enumerate(BALLS, start=1)
    ]
    write_segmentation(folder / "pet_lesions.seg.nrrd", segments, of)
    write_pet_folder(folder / "pet_folder")
