"""PyRadiomics' features on its filtered images: all names that it gives, and some values."""

import logging
from typing import Any

import numpy as np
import radiomics
import SimpleITK as sitk
from cases import Case
from radiomics.featureextractor import RadiomicsFeatureExtractor

#: The image's voxels as they are, said to be cubes of 1 mm: wavelets count voxels, and so does a Laplacian of
#: Gaussian then. Levels by a fixed number of bins, which is IBSI's definition.
SETTINGS: dict[str, Any] = {
    "binCount": 32,
    "distances": [1],
    "symmetricalGLCM": True,
    "gldm_a": 0,
    "force2D": False,
    "additionalInfo": False,
}
IMAGE_TYPES: dict[str, dict[str, Any]] = {
    "LoG": {"sigma": [1.5, 3.0, 5]},
    "Wavelet": {"level": 2},
    **{name: {} for name in ("Square", "SquareRoot", "Logarithm", "Exponential", "Gradient")},
}
CLASSES = ("firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")

#: Of these images the values are kept, of the others the names.
KEPT = ("log-sigma-3-0-mm-3D", "wavelet-LHL", "wavelet-HHL", "wavelet2-LHL")
DIGITS = 10


def feature_values(case: Case) -> dict[str, dict[str, float]]:
    """By image and `<class>_<Name>` what PyRadiomics gives of a lesion, not resampled; 0 if not kept."""
    radiomics.logger.setLevel(logging.ERROR)
    image, mask = sitk.ReadImage(str(case.image)), sitk.ReadImage(str(case.mask)) > 0
    # Of single precision it filters in single precision.
    image = sitk.Cast(image, sitk.sitkFloat64)
    for one in (image, mask):
        one.SetSpacing((1.0, 1.0, 1.0))
    extractor = RadiomicsFeatureExtractor(**SETTINGS)
    extractor.disableAllImageTypes()
    extractor.enableImageTypes(**IMAGE_TYPES)
    extractor.disableAllFeatures()
    for name in CLASSES:
        extractor.enableFeatureClassByName(name)
    values: dict[str, dict[str, float]] = {}
    for name, value in extractor.execute(image, mask).items():
        image_name, _, feature = name.partition("_")
        kept = float(f"{float(np.asarray(value)):.{DIGITS}g}") if image_name in KEPT else 0.0
        values.setdefault(image_name, {})[feature] = kept
    return values
