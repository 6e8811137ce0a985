"""PET and MR series as DICOM files, made with pydicom: whole ones, which tests then break."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset

from dicom_series import MR_CLASS, ct_series, set_pixels

PET_CLASS = "1.2.840.10008.5.1.4.1.1.128"
SPACING = (3.27, 4.0, 4.0)
# 60 minutes before the scan, of which half the dose decays in a half-life of an hour.
HALF_LIFE_S = 3600.0
TRACER = {
    "Radiopharmaceutical": "tracer",
    "RadiopharmaceuticalStartDateTime": "20240310090000.00",
    "RadiopharmaceuticalStartTime": "090000",
    "RadionuclideTotalDose": 200e6,
    "RadionuclideHalfLife": HALF_LIFE_S,
}
WEIGHT_KG = 50.0
# Of a concentration of 1 Bq/ml: 50 000 g / (200 MBq / 2).
SUV_OF_BQML = 50e3 / 100e6
HEADER = {
    "Modality": "PT",
    "ImageType": ["ORIGINAL", "PRIMARY"],
    "KVP": None,
    "ConvolutionKernel": None,
    "ContrastBolusAgent": None,
    "RescaleIntercept": 0,
    "Units": "BQML",
    "DecayCorrection": "START",
    "CorrectedImage": ["NORM", "DTIM", "ATTN", "SCAT", "DECY", "RAN"],
    "SeriesType": ["WHOLE BODY", "IMAGE"],
    "SeriesDate": "20240310",
    "SeriesTime": "100000",
    "AcquisitionDate": "20240310",
    "AcquisitionTime": "100000.000",
    "PatientWeight": WEIGHT_KG,
    "PatientSize": 1.6,
    "PatientSex": "F",
}


def uptake(shape: Sequence[int] = (6, 12, 10)) -> np.ndarray:
    """SUV of a body: every voxel another value, from 0 to 9."""
    return np.linspace(0, 9, int(np.prod(shape))).reshape(shape)


def pet_series(
    suv: np.ndarray,
    *,
    factor: float = SUV_OF_BQML,
    tracer: dict[str, Any] | None = None,
    spacing: Sequence[float] = SPACING,
    **tags: Any,
) -> list[FileDataset]:
    """One dataset a slice, each with the slope that makes the most of 16 bits.

    Parameters
    ----------
    suv : ndarray, (slice, row, column)
    factor : float, SUV of a stored value after its slope; by default of Bq/ml
    tracer : dict, elements of the radiopharmaceutical information; None takes one away
    tags : DICOM keywords and values that every slice gets; None takes the element away
    """
    datasets = ct_series(np.zeros(suv.shape), spacing=spacing, **(HEADER | tags))
    for dataset, plane in zip(datasets, suv / factor, strict=True):
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = PET_CLASS
        item = Dataset()
        for keyword, value in (TRACER | (tracer or {})).items():
            if value is not None:
                setattr(item, keyword, value)
        dataset.RadiopharmaceuticalInformationSequence = [item]
        slope = float(f"{max(float(np.abs(plane).max()), 1e-6) / 32000:.8g}")
        if "RescaleSlope" not in tags:
            dataset.RescaleSlope = slope
        set_pixels(dataset, np.rint(plane / slope).astype(np.int32), signed=True)
    return datasets


def mr_series(values: np.ndarray, **tags: Any) -> list[FileDataset]:
    """One dataset a slice of values as stored, without a rescale."""
    header = {"Modality": "MR", "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"], "KVP": None} | {
        "ConvolutionKernel": None,
        "ContrastBolusAgent": None,
        "RescaleSlope": None,
        "RescaleIntercept": None,
        "EchoTime": 12.0,
    }
    datasets = ct_series(np.zeros(values.shape), **(header | tags))
    for dataset, plane in zip(datasets, values, strict=True):
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = MR_CLASS
        set_pixels(dataset, plane)
    return datasets
