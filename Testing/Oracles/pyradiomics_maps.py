"""PyRadiomics' voxel-based features of a lesion: the value of each voxel's 3 x 3 x 3 neighbourhood."""

import logging
from typing import Any

import numpy as np
import radiomics
import SimpleITK as sitk
from cases import Case
from radiomics.featureextractor import RadiomicsFeatureExtractor

#: As in `pyradiomics_values`: no resampling, bin edges where bins anchored at -1000 HU have them. What is
#: outside of the lesion is not a number; the neighbourhood is cut by the lesion (`maskedKernel`).
SETTINGS: dict[str, Any] = {
    "binWidth": 10,
    "distances": [1],
    "symmetricalGLCM": True,
    "force2D": False,
    "kernelRadius": 1,
    "maskedKernel": True,
    "initValue": float("nan"),
    "voxelBatch": 1000,
}

#: PyRadiomics class and name -> our map.
MAPS = {
    ("firstorder", "Mean"): "mean",
    ("firstorder", "Entropy"): "entropy",
    ("glcm", "Contrast"): "glcm_contrast",
    ("glcm", "JointEntropy"): "glcm_joint_entropy",
}

#: Every so many voxels of the lesion, in array order, are kept: a file of a few kilobytes says as much.
EVERY = 11
DIGITS = 15


def extractor() -> RadiomicsFeatureExtractor:
    """PyRadiomics with nothing but the four maps."""
    radiomics.logger.setLevel(logging.ERROR)
    made = RadiomicsFeatureExtractor(**SETTINGS)
    made.disableAllFeatures()
    for family in ("firstorder", "glcm"):
        names = [name for group, name in MAPS if group == family]
        made.enableFeaturesByName(**{family: names})
    return made


def map_values(case: Case) -> dict[str, str]:
    """The maps at every eleventh voxel of the lesion (all labels above 0), in array order, as text."""
    image = sitk.ReadImage(str(case.image))
    mask = sitk.ReadImage(str(case.mask)) > 0
    inside = sitk.GetArrayFromImage(mask).astype(bool)
    computed = extractor().execute(image, mask, voxelBased=True)
    values = {}
    for (family, feature), name in MAPS.items():
        kept = whole(computed[f"original_{family}_{feature}"], mask)[inside][::EVERY]
        values[name] = " ".join(f"{value:.{DIGITS}g}" for value in kept)
    return values


def whole(cut: sitk.Image, mask: sitk.Image) -> np.ndarray:
    """A map on the whole of the mask's grid: PyRadiomics cuts it to the lesion's box."""
    return sitk.GetArrayFromImage(sitk.Resample(cut, mask, sitk.Transform(), sitk.sitkNearestNeighbor))
