"""Lesions to draw strokes on: real CT with reference masks, and simulated ones whose true border is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from radioimmuno.geometry.image import Box, Image, Lattice, from_sitk
from radioimmuno.segmentation.boosted_trees import BoostedTrees, SegmentationModel, shipped_model

Case = tuple[Image, Image]


def real_files(folder: Path) -> dict[str, tuple[Path, Path]]:
    """CT and reference mask of the IBSI CT phantom, whole chests and sarcomas, of those that are there."""
    phantom = folder / "ibsi" / "ct_phantom"
    files = {"IBSI CT phantom": (phantom / "ct.nii.gz", phantom / "mask.nii.gz")}
    for patient in sorted(folder.glob("lung1_*")):
        files[patient.name.upper().replace("_", "-")] = (patient / "ct.nrrd", patient / "label.nrrd")
    for patient in sorted(folder.glob("sts/STS_*")):
        files[patient.name] = (patient / "ct.nii.gz", patient / "mask.nii.gz")
    return {name: pair for name, pair in files.items() if all(path.exists() for path in pair)}


def read_case(ct: Path, mask: Path) -> Case:
    """CT and reference mask of these files."""
    image = from_sitk(sitk.ReadImage(str(ct)))
    return image, Image(from_sitk(sitk.ReadImage(str(mask))).values > 0, image.lattice)


def real_cases(folder: Path) -> dict[str, Case]:
    """All of `real_files`."""
    return {name: read_case(*paths) for name, paths in real_files(folder).items()}


def ellipsoid_ct(
    semi_mm: tuple[float, float, float],
    *,
    lesion_hu: float,
    around_hu: float,
    wall: tuple[float, float] | None = None,
    noise_hu: float = 12.0,
    spacing: tuple[float, float, float] = (2.5, 0.8, 0.8),
) -> Case:
    """CT of an ellipsoid (semi axes z, y, x) and the voxels whose centres lie in it.

    Partial volumes from a grid three times as fine, a scanner's blur of 0.7 mm in the slice, noise that is
    correlated there. `wall` is a second neighbour: its HU, and where it begins as a share of the x semi axis.
    """
    from scipy.ndimage import gaussian_filter

    semi = np.array(semi_mm)
    count = np.ceil(2 * (1.9 * semi.max() + 10) / np.array(spacing)).astype(int)
    lattice = Lattice((int(count[0]), int(count[1]), int(count[2])), spacing, (-30.0, 5.0, 100.0))

    def along(parts: int) -> list[np.ndarray]:
        return [
            (np.arange(n * parts) - (n * parts - 1) / 2) * s / parts
            for n, s in zip(count, spacing, strict=True)
        ]

    def inside(axes: list[np.ndarray]) -> np.ndarray:
        z, y, x = np.meshgrid(*axes, indexing="ij", sparse=True)
        return (z / semi[0]) ** 2 + (y / semi[1]) ** 2 + (x / semi[2]) ** 2 <= 1

    fine = along(3)
    beside = np.full(fine[2].shape, around_hu, np.float32)
    if wall is not None:
        beside[fine[2] > wall[1] * semi[2]] = wall[0]
    hu = np.empty(count, np.float32)
    hu[:] = beside.reshape(-1, 3).mean(axis=1)
    # Only near the ellipsoid are voxels divided.
    half = np.ceil(semi / spacing).astype(int) + 1
    near = [slice(n // 2 - h, n - n // 2 + h) for n, h in zip(count, half, strict=True)]
    parts = [slice(3 * each.start, 3 * each.stop) for each in near]
    divided = np.where(
        inside([line[part] for line, part in zip(fine, parts, strict=True)]),
        np.float32(lesion_hu),
        beside[parts[2]],
    )
    whole = [size for each in near for size in (each.stop - each.start, 3)]
    hu[tuple(near)] = divided.reshape(whole).mean(axis=(1, 3, 5))
    hu = gaussian_filter(hu, (0, 0.7 / spacing[1], 0.7 / spacing[2]))
    noise = gaussian_filter(np.random.default_rng(0).normal(0, 1, hu.shape), (0, 0.7, 0.7))
    values = np.rint(hu + noise * (noise_hu / noise.std())).astype(np.int16)
    return Image(values, lattice), Image(inside(along(1)), lattice)


def cropped(mask: Image) -> Image:
    """The mask, cropped to its voxels."""
    box = Box.around(mask.values, mask.offset)
    assert box is not None
    return mask.crop(box)


def prior_model(agreement: float = 0.8, inside: float = 4.0, outside: float = -4.0) -> SegmentationModel:
    """A model by hand: what lies in the likeliest ellipsoid has these log odds, what does not has those."""
    names = shipped_model().voxels.columns
    tree = (((names.index("ellipsoid"), 1.0, 1),), (inside, outside))
    return SegmentationModel(
        BoostedTrees(names, 0.0, (tree,)), BoostedTrees(("expected_dice",), agreement, (((), (0.0,)),))
    )
