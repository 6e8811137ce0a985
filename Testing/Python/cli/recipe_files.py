"""Files that the pages of recipes name: simulated CT, regions, manifests and tables with a truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import SimpleITK as sitk

SHAPE = (36, 60, 60)
AIR_HU, TISSUE_HU, LUNG_HU = -1000, 40, -820
RADIUS_VOXELS = 6
Rows = list[Sequence[object]]


def write_progression(folder: Path) -> None:
    """Lesions that progress are uneven inside; a patient with one of them does not respond."""
    rows: Rows = []
    for n in range(20):
        rng = np.random.default_rng(n)
        progresses = rng.random(3) < (0.15, 0.6)[n % 2]
        _patient(folder / f"P{n:02d}", TISSUE_HU, [(90, 30.0 if p else 12.0) for p in progresses], rng)
        for lesion, progressed in enumerate(progresses, start=1):
            split = ("train", "test")[n // 2 % 2]
            rows.append((lesion, split, int(progressed), int(not progresses.any())))
    _manifest(folder, ("lesion", "split", "progressed", "response"), rows, lesions=3)


def write_pneumonitis(folder: Path) -> None:
    """Regions are denser after radiation than under immunotherapy."""
    rows: Rows = []
    for n in range(14):
        rng = np.random.default_rng(100 + n)
        immune = n % 2
        middle = rng.normal((-380, -520)[immune], 40)
        _patient(folder / f"P{n:02d}", LUNG_HU, [(middle, 60.0), (middle + rng.normal(0, 30), 60.0)], rng)
        rows.append(("lung", immune, int(rng.integers(50, 80))))
    _manifest(folder, ("site", "immunotherapy", "age"), rows)


def write_small_animals(folder: Path) -> None:
    """Tumors of 1.2 mm across with voxels of 0.1 mm; those that respond have a bright rim."""
    rows: Rows = []
    for n in range(14):
        rng = np.random.default_rng(200 + n)
        responds = n % 2
        _patient(folder / f"P{n:02d}", TISSUE_HU, [(80, 15.0)], rng, spacing=0.1, rim_hu=(5, 60)[responds])
        rows.append((responds,))
    _manifest(folder, ("response",), rows, kvp=50)


def _patient(
    folder: Path,
    tissue_hu: float,
    regions: Sequence[tuple[float, float]],
    rng: np.random.Generator,
    spacing: float = 1.0,
    rim_hu: float = 0.0,
) -> None:
    """A block of tissue in air with balls of a mean and an unevenness, HU."""
    values = np.full(SHAPE, AIR_HU, float)
    body = np.zeros(SHAPE, bool)
    body[:, 4:-4, 4:-4] = True
    values[body] = tissue_hu
    labels = np.zeros(SHAPE, np.uint8)
    k, j, i = np.indices(SHAPE)
    for label, (mean, unevenness) in enumerate(regions, start=1):
        middle = (12 + 12 * (label % 2), 15 + 15 * (label - 1) + rng.uniform(-2, 2), 30 + rng.uniform(-3, 3))
        distance = np.sqrt((k - middle[0]) ** 2 + (j - middle[1]) ** 2 + (i - middle[2]) ** 2)
        inside = distance <= RADIUS_VOXELS
        labels[inside] = label
        values[inside] = mean + rng.normal(0, unevenness, np.count_nonzero(inside))
        values[np.abs(distance - RADIUS_VOXELS) < 1.5] += rim_hu
    values += rng.normal(0, 8, SHAPE)
    folder.mkdir()
    for name, array in (("ct.nrrd", values.round().astype(np.int16)), ("regions.nrrd", labels)):
        image = sitk.GetImageFromArray(array)
        image.SetSpacing((spacing,) * 3)
        sitk.WriteImage(image, str(folder / name))


def _manifest(folder: Path, columns: Sequence[str], rows: Rows, lesions: int = 1, kvp: int = 120) -> None:
    """A row for each of the rows, `lesions` of them for a patient."""
    lines = [",".join(("patient", "ct", "lesions", "kvp", *columns))]
    for n, row in enumerate(rows):
        name = f"P{n // lesions:02d}"
        cells = (name, f"{name}/ct.nrrd", f"{name}/regions.nrrd", kvp, *row)
        lines.append(",".join(map(str, cells)))
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")


def write_own_table(folder: Path) -> None:
    """Features and outcomes as other programs write them, of 50 patients of two centers."""
    rng = np.random.default_rng(5)
    names = ("original_firstorder_Mean", "original_glcm_Contrast", "ring_original_firstorder_Mean")
    features = [",".join(("ID", "lesion", "split", *names, "sum_of_diameters"))]
    outcomes = ["Subject,response,time,dead,age,center"]
    for n in range(50):
        effect = rng.normal()
        split = "test" if n >= 28 else "train"
        for lesion in (1, 2):
            values = rng.normal(size=len(names)) + np.array([0.0, 0.0, 1.5 * effect])
            cells = (f"P{n:02d}", lesion, split, *(f"{value:.6f}" for value in values), rng.integers(20, 90))
            features.append(",".join(map(str, cells)))
        days = 400 * np.exp(0.8 * effect) * rng.exponential()
        cells = (f"P{n:02d}", int(effect > 0), f"{days:.1f}", int(rng.random() < 0.8), 50 + n % 20)
        outcomes.append(",".join(map(str, (*cells, "AB"[n % 2]))))
    (folder / "features.csv").write_text("\n".join(features) + "\n")
    (folder / "clinical.csv").write_text("\n".join(outcomes) + "\n")


WRITERS: dict[str, Callable[[Path], None]] = {
    "Which lesion will progress": write_progression,
    "Pneumonitis: regions of lung instead of lesions": write_pneumonitis,
    "Small animals: voxels of 0.1 mm": write_small_animals,
}
