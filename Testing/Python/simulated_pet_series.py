"""A simulated PET as a DICOM series, as a scanner stores it: Bq/ml in 16 bits, each slice with its slope."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from radioimmuno.geometry.image import Image
from radioimmuno.simulation.pet import PetScan

pydicom = pytest.importorskip("pydicom")

from pydicom.dataset import Dataset, FileDataset  # noqa: E402
from pydicom.uid import generate_uid  # noqa: E402

from dicom_series import new_file, set_pixels, write  # noqa: E402

PET_CLASS = "1.2.840.10008.5.1.4.1.1.128"
LARGEST_STORED = 32_767
BED_MM = 120.0  # how much of the body is measured at a time, from the head downward
# SNOMED CT codes of what is injected.
NUCLIDES = {"18F": ("77004003", "^18^Fluorine"), "89Zr": ("1905003", "^89^Zirconium")}


def write_pet_series(folder: Path, image: Image, scan: PetScan, **tags: Any) -> Path:
    """Write a PET into a folder, one file a slice.

    Parameters
    ----------
    image : SUV by body weight, along +z, +y, +x
    scan : what the header says
    tags : DICOM keywords and values that every slice gets; None takes the element away
    """
    uids = {name: generate_uid() for name in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")}
    header = uids | _of_series(image, scan) | tags
    return write(folder, [_slice(image, scan, k, header) for k in range(image.values.shape[0])])


def stored_unit(image: Image, scan: PetScan, k: int) -> float:
    """SUV of one step of a slice's stored values."""
    return _slope(image, scan, k) / scan.bq_per_ml


def _slope(image: Image, scan: PetScan, k: int) -> float:
    largest = float(image.values[k].max()) * scan.bq_per_ml
    return float(f"{max(largest, 1.0) / LARGEST_STORED:.9g}")


def _slice(image: Image, scan: PetScan, k: int, header: dict[str, Any]) -> FileDataset:
    dataset, slope = new_file(PET_CLASS), _slope(image, scan, k)
    position = image.window.to_lps(np.array((k, 0, 0)))
    bed_s = scan.frame_s * int((image.values.shape[0] - 1 - k) * image.lattice.spacing[0] // BED_MM)
    day, time = _moment(scan.started + timedelta(seconds=bed_s))
    own = {
        "AcquisitionDate": day,
        "AcquisitionTime": time,
        "FrameReferenceTime": round(1000 * (bed_s + _mean_activity_s(scan)), 3),
        "InstanceNumber": k + 1,
        "ImageIndex": k + 1,
        "ImagePositionPatient": [round(float(p), 6) for p in position],
        "SliceLocation": round(float(position[2]), 6),
        "RescaleSlope": slope,
        "RescaleIntercept": 0,
    }
    for keyword, value in (own | header).items():
        if value is not None:
            setattr(dataset, keyword, value)
    set_pixels(dataset, np.rint(image.values[k].astype(np.float64) * scan.bq_per_ml / slope), signed=True)
    return dataset


def _of_series(image: Image, scan: PetScan) -> dict[str, Any]:
    depth, row, column = image.lattice.spacing
    day, time = _moment(scan.started)
    return {
        "Modality": "PT",
        "ImageType": ["ORIGINAL", "PRIMARY"],
        "Manufacturer": "Simulated",
        "SeriesType": ["STATIC", "IMAGE"],
        "PatientID": "simulated",
        "PatientName": "Simulated",
        "PatientSex": scan.sex,
        "PatientWeight": scan.weight_kg,
        "PatientSize": scan.height_m,
        **dict.fromkeys(("StudyDate", "SeriesDate"), day),
        **dict.fromkeys(("StudyTime", "SeriesTime"), time),
        "ActualFrameDuration": int(scan.frame_s * 1000),
        "Units": "BQML",
        "DecayCorrection": "START",
        "CorrectedImage": ["ATTN", "SCAT", "DECY", "RAN", "NORM", "DTIM"],
        "ImageOrientationPatient": [1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        "PixelSpacing": [row, column],
        "SliceThickness": depth,
        "NumberOfSlices": image.values.shape[0],
        "RadiopharmaceuticalInformationSequence": [_injection(scan)],
    }


def _injection(scan: PetScan) -> Dataset:
    item, nuclide = Dataset(), Dataset()
    nuclide.CodeValue, nuclide.CodeMeaning = NUCLIDES[scan.nuclide]
    nuclide.CodingSchemeDesignator = "SCT"
    item.Radiopharmaceutical = scan.tracer
    item.RadionuclideTotalDose = scan.dose_bq
    item.RadionuclideHalfLife = scan.half_life_s
    item.RadiopharmaceuticalStartTime = _moment(scan.injected)[1]
    item.RadiopharmaceuticalStartDateTime = "".join(_moment(scan.injected))
    item.RadionuclideCodeSequence = [nuclide]
    return item


def _mean_activity_s(scan: PetScan) -> float:
    """When within a frame activity is what its mean is, s after its begin."""
    decayed = np.log(2) / scan.half_life_s * scan.frame_s
    return float(scan.half_life_s / np.log(2) * np.log(decayed / -np.expm1(-decayed)))


def _moment(moment: datetime) -> tuple[str, str]:
    return moment.strftime("%Y%m%d"), moment.strftime("%H%M%S.%f")
