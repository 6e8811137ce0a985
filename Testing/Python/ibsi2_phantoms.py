"""The tests of IBSI 2 on digital phantoms: which phantom each is of, and how a response is judged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk

from radioimmuno.filters.presets import PRESETS

TOLERANCE = 0.01
SPACING = (2.0, 2.0, 2.0)

# By the family's number and the test's letter, as the reference manual's table of tests has them.
PHANTOMS = {
    "1_a": "checkerboard",
    "1_b": "impulse",
    "2_a": "impulse",
    "2_b": "checkerboard",
    "2_c": "checkerboard",
    "3_a": "impulse",
    "3_b": "checkerboard",
    "3_c": "checkerboard",
    "4_a": "impulse",
    "4_b": "sphere",
    "5_a": "impulse",
    "6_a": "sphere",
    "7_a": "checkerboard",
    "8_a": "checkerboard",
    "9_a": "impulse",
    "9_b": "sphere",
    "10_b": "pattern_1",
}
TESTS = [name.removeprefix("ibsi2-") for name in PRESETS if not name.startswith("ibsi2-ct")]


def phantom_of(test: str, data: Path) -> Path:
    """The file of a test's phantom."""
    return data / "ibsi2" / "phantoms" / f"{PHANTOMS['_'.join(test.split('_')[:2])]}.nii.gz"


def reference_of(test: str, data: Path) -> Path:
    """The file of the response map on which teams agreed."""
    return data / "ibsi2" / "response_maps" / f"{test}.nii.gz"


def voxels(path: Path) -> np.ndarray:
    """The voxels of a file as they are stored."""
    return sitk.GetArrayFromImage(sitk.ReadImage(str(path))).astype(float)


def difference(found: np.ndarray, reference: np.ndarray) -> float:
    """The largest difference of a voxel, as a share of the reference map's range."""
    return float(np.abs(found - reference).max() / np.ptp(reference))
