"""Small volumes and files for tests of reading."""

from __future__ import annotations

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
