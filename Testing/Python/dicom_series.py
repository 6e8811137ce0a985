"""CT series as DICOM files, made with pydicom: whole ones, which each test then breaks in its own way."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

pydicom = pytest.importorskip("pydicom")

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset  # noqa: E402
from pydicom.uid import ExplicitVRLittleEndian, generate_uid  # noqa: E402

CT_CLASS = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_CT_CLASS = "1.2.840.10008.5.1.4.1.1.2.1"
MR_CLASS = "1.2.840.10008.5.1.4.1.1.4"

SPACING = (2.5, 0.75, 0.75)
ORIGIN = (-30.0, 12.0, 100.0)
SHAPE = (10, 20, 24)
INTERCEPT = -1024


def hu_values(shape: Sequence[int] = SHAPE) -> np.ndarray:
    """Every voxel another value, from air to bone."""
    return np.linspace(-1000, 1500, int(np.prod(shape))).astype(np.int16).reshape(shape)


def ct_series(
    values: np.ndarray,
    *,
    uid: str | None = None,
    study_uid: str | None = None,
    frame_uid: str | None = None,
    spacing: Sequence[float] = SPACING,
    origin: Sequence[float] = ORIGIN,
    orientation: Sequence[float] = (1, 0, 0, 0, 1, 0),
    **tags: Any,
) -> list[FileDataset]:
    """One dataset a slice of HU values (slice, row, column); the slices lie along their normal.

    Parameters
    ----------
    tags : DICOM keywords and values that every slice gets; None takes the element away
    """
    uid, study_uid, frame_uid = (given or generate_uid() for given in (uid, study_uid, frame_uid))
    normal = np.cross(orientation[:3], orientation[3:])
    datasets = []
    for number, plane in enumerate(values):
        dataset = new_file(CT_CLASS)
        position = np.array(origin) + number * spacing[0] * normal
        header = {
            "StudyInstanceUID": study_uid,
            "SeriesInstanceUID": uid,
            "FrameOfReferenceUID": frame_uid,
            "Modality": "CT",
            "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
            "InstanceNumber": number + 1,
            "Manufacturer": "Maker",
            "ManufacturerModelName": "Model",
            "KVP": 120.0,
            "SliceThickness": spacing[0],
            "ConvolutionKernel": "B30f",
            "ContrastBolusAgent": "Iohexol",
            "ImagePositionPatient": [round(float(p), 6) for p in position],
            "ImageOrientationPatient": [float(v) for v in orientation],
            "PixelSpacing": [float(v) for v in spacing[1:]],
            "RescaleSlope": 1,
            "RescaleIntercept": INTERCEPT,
        }
        for keyword, value in (header | tags).items():
            if value is not None:
                setattr(dataset, keyword, value)
        set_pixels(dataset, plane.astype(np.int32) - INTERCEPT)
        datasets.append(dataset)
    return datasets


def new_file(sop_class: str) -> FileDataset:
    """An empty dataset with its file meta information."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = sop_class
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    return dataset


def set_pixels(dataset: Dataset, stored: np.ndarray, signed: bool = False) -> None:
    """Give a dataset 16-bit stored values, one plane or several frames."""
    dataset.Rows, dataset.Columns = stored.shape[-2:]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = int(signed)
    dataset.PixelData = stored.astype("<i2" if signed else "<u2").tobytes()


def enhanced(values: np.ndarray, order: Sequence[int] | None = None) -> FileDataset:
    """The slices as one enhanced multi-frame CT; `order` shuffles its frames."""
    planes = ct_series(values)
    dataset = new_file(ENHANCED_CT_CLASS)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "Modality", "ImageType"):
        setattr(dataset, keyword, getattr(planes[0], keyword))
    order = list(range(len(planes)) if order is None else order)
    set_pixels(dataset, np.stack([values[k].astype(np.int32) - INTERCEPT for k in order]))
    dataset.NumberOfFrames = len(planes)
    shared = Dataset()
    shared.PlaneOrientationSequence = [_item(planes[0], "ImageOrientationPatient")]
    shared.PixelMeasuresSequence = [_item(planes[0], "PixelSpacing", "SliceThickness")]
    shared.PixelValueTransformationSequence = [_item(planes[0], "RescaleSlope", "RescaleIntercept")]
    shared.CTXRayDetailsSequence = [_item(planes[0], "KVP")]
    shared.CTReconstructionSequence = [_item(planes[0], "ConvolutionKernel")]
    dataset.SharedFunctionalGroupsSequence = [shared]
    agent = Dataset()
    agent.CodeMeaning = "Iohexol"
    dataset.ContrastBolusAgentSequence = [agent]
    frames = []
    for k in order:
        frame = Dataset()
        frame.PlanePositionSequence = [_item(planes[k], "ImagePositionPatient")]
        frames.append(frame)
    dataset.PerFrameFunctionalGroupsSequence = frames
    return dataset


def _item(source: Dataset, *keywords: str) -> Dataset:
    item = Dataset()
    for keyword in keywords:
        setattr(item, keyword, getattr(source, keyword))
    return item


def twin(dataset: FileDataset) -> FileDataset:
    """The same slice as another instance."""
    other = copy.deepcopy(dataset)
    other.SOPInstanceUID = other.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    return other


def write(folder: Path, datasets: Iterable[FileDataset], name: str = "IM{:04d}") -> Path:
    """Write the datasets into a folder, which may have others already; the files have no extension."""
    folder.mkdir(parents=True, exist_ok=True)
    first = len(list(folder.iterdir()))
    for number, dataset in enumerate(datasets, start=first):
        (folder / name.format(number)).write_bytes(content(dataset))
    return folder


def content(dataset: FileDataset) -> bytes:
    """The bytes of the dataset's file."""
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def read_silently(folder: Path) -> sitk.Image:
    """What SimpleITK makes of the folder's files, in the order of their positions."""
    reader = sitk.ImageSeriesReader()
    files = [
        file
        for uid in sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))
        for file in sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), uid)
    ]
    reader.SetFileNames(files)
    reader.SetGlobalWarningDisplay(False)
    return reader.Execute()


def compress(folder: Path, syntax: str) -> Path:
    """Compress the files of a folder in place."""
    gdcm = pytest.importorskip("gdcm")
    for file in folder.iterdir():
        reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
        reader.SetFileName(str(file))
        assert reader.Read()
        change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer.SetFileName(str(file))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()
    return folder
