"""Small volumes and files for tests of reading."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import SimpleITK as sitk

SPACING = (0.75, 0.75, 2.5)
ORIGIN = (-30.0, 12.0, 100.0)
SHAPE = (12, 20, 24)


def ct_values(shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    """Every voxel another value, from air to bone."""
    return np.linspace(-1000, 1500, int(np.prod(shape))).astype(np.int16).reshape(shape)


def image_of(values: np.ndarray, is_vector: bool = False) -> sitk.Image:
    """A SimpleITK image of the array with this module's geometry."""
    image = sitk.GetImageFromArray(values, isVector=is_vector)
    image.SetSpacing(SPACING)
    image.SetOrigin(ORIGIN)
    return image


def write(path: Path, values: np.ndarray) -> Path:
    """Write the array as a volume; the path's ending decides the format."""
    sitk.WriteImage(image_of(values), str(path))
    return path


def write_series(
    folder: Path, values: np.ndarray, series: str, tags: Mapping[str, str] | None = None
) -> None:
    """Write the array as a DICOM CT series; `tags` adds to its header."""
    folder.mkdir(exist_ok=True)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    for number, plane in enumerate(values):
        image = sitk.GetImageFromArray(plane)
        image.SetSpacing(SPACING[:2])
        position = (ORIGIN[0], ORIGIN[1], ORIGIN[2] + number * SPACING[2])
        header = {
            "0008|0016": "1.2.840.10008.5.1.4.1.1.2",
            "0008|0018": f"{series}.{number + 1}",
            "0008|0060": "CT",
            "0020|000d": "1.2.826.0.1.3680043.8.498.1",
            "0020|000e": series,
            "0020|0013": str(number + 1),
            "0020|0032": "\\".join(str(p) for p in position),
            "0020|0037": "1\\0\\0\\0\\1\\0",
            "0028|1052": "-1024",
            "0028|1053": "1",
        }
        for tag, value in (header | dict(tags or {})).items():
            image.SetMetaData(tag, value)
        writer.SetFileName(str(folder / f"{series}-{number:03d}.dcm"))
        writer.Execute(image)
