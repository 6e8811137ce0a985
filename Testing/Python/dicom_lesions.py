"""Lesions as DICOM files for tests: RTSTRUCT made with pydicom from contours, SEG made with highdicom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dicom_series import content, new_file

pydicom = pytest.importorskip("pydicom")

from pydicom.dataset import Dataset, FileDataset  # noqa: E402
from pydicom.uid import generate_uid  # noqa: E402

RTSTRUCT_CLASS = "1.2.840.10008.5.1.4.1.1.481.3"

# What the modules of patient and study want, for CT series that results are exported to.
PATIENT = {
    "PatientID": "P-17",
    "PatientName": "Doe^Jane",
    "PatientBirthDate": "19600101",
    "PatientSex": "F",
    "StudyID": "1",
    "StudyDate": "20200102",
    "StudyTime": "101112",
    "AccessionNumber": "",
    "ReferringPhysicianName": "",
    "SeriesNumber": 3,
}


def ball(shape: Sequence[int], spacing: Sequence[float], centre: Sequence[float], mm: float) -> np.ndarray:
    """Voxels whose centre lies within `mm` of a voxel."""
    index = np.stack(np.indices(shape), -1)
    return (((index - centre) * spacing) ** 2).sum(-1) <= mm**2


def contours_of(mask: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """VTK's marching squares around each slice of a mask: (slice, corners as (row, column))."""
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
    from vtkmodules.vtkCommonDataModel import vtkImageData
    from vtkmodules.vtkFiltersCore import vtkFlyingEdges2D, vtkStripper

    found = []
    for number, plane in enumerate(mask):
        padded = np.pad(plane.astype(np.uint8), 1)
        image = vtkImageData()
        image.SetDimensions(padded.shape[1], padded.shape[0], 1)
        scalars = numpy_to_vtk(padded.ravel(), deep=True)
        image.GetPointData().SetScalars(scalars)
        edges, joined = vtkFlyingEdges2D(), vtkStripper()
        edges.SetInputData(image)
        edges.SetValue(0, 0.5)
        joined.SetInputConnection(edges.GetOutputPort())
        joined.SetMaximumLength(1_000_000)
        joined.Update()
        output = joined.GetOutput()
        points = vtk_to_numpy(output.GetPoints().GetData())
        for cell in range(output.GetNumberOfCells()):
            ids = output.GetCell(cell).GetPointIds()
            line = [ids.GetId(place) for place in range(ids.GetNumberOfIds() - 1)]
            found.append((number, points[line, 1::-1] - 1.0))
    return found


def rtstruct(
    rois: Mapping[str, Sequence[np.ndarray]],
    *,
    frame_uid: str,
    series_uid: str = "",
    kind: str = "CLOSED_PLANAR",
    codes: Mapping[str, tuple[str, str]] | None = None,
) -> FileDataset:
    """An RTSTRUCT: name -> contours, each (n, 3) LPS mm; `codes` names anatomy as (scheme, code)."""
    dataset = new_file(RTSTRUCT_CLASS)
    dataset.Modality = "RTSTRUCT"
    dataset.StructureSetLabel = "test"
    frame = Dataset()
    frame.FrameOfReferenceUID = frame_uid
    if series_uid:
        study, series = Dataset(), Dataset()
        series.SeriesInstanceUID = series_uid
        study.RTReferencedSeriesSequence = [series]
        frame.RTReferencedStudySequence = [study]
    dataset.ReferencedFrameOfReferenceSequence = [frame]
    dataset.StructureSetROISequence = []
    dataset.ROIContourSequence = []
    dataset.RTROIObservationsSequence = []
    for number, (name, contours) in enumerate(rois.items(), start=1):
        _add_roi(dataset, number, name, contours, kind, (codes or {}).get(name))
    return dataset


def _add_roi(
    dataset: Dataset,
    number: int,
    name: str,
    contours: Sequence[np.ndarray],
    kind: str,
    code: tuple[str, str] | None,
) -> None:
    roi, drawn, observed = Dataset(), Dataset(), Dataset()
    roi.ROINumber = drawn.ReferencedROINumber = observed.ReferencedROINumber = number
    roi.ROIName = name
    roi.ReferencedFrameOfReferenceUID = dataset.ReferencedFrameOfReferenceSequence[0].FrameOfReferenceUID
    drawn.ContourSequence = []
    for points in contours:
        contour = Dataset()
        contour.ContourGeometricType = kind
        contour.NumberOfContourPoints = len(points)
        contour.ContourData = [f"{value:.6f}"[:16] for value in np.ravel(points)]
        drawn.ContourSequence.append(contour)
    observed.ObservationNumber = number
    if code:
        item = Dataset()
        item.CodingSchemeDesignator, item.CodeValue = code
        item.CodeMeaning = "somewhere"
        observed.RTROIIdentificationCodeSequence = [item]
    dataset.StructureSetROISequence.append(roi)
    dataset.ROIContourSequence.append(drawn)
    dataset.RTROIObservationsSequence.append(observed)


def save(path: Path, dataset: FileDataset) -> Path:
    """Write a dataset to a file."""
    path.write_bytes(content(dataset))
    return path


def seg(source: Sequence[Dataset], pixels: np.ndarray, names: Sequence[str], kind: str, **more: Any) -> Any:
    """A SEG as highdicom makes it: pixels (slice, row, column[, segment]) on the source's slices."""
    hd = pytest.importorskip("highdicom")
    from highdicom.seg import Segmentation, SegmentDescription

    for dataset in source:
        for keyword, value in PATIENT.items():
            if keyword not in dataset:
                setattr(dataset, keyword, value)
    regions = more.pop("regions", {})
    uids = more.pop("tracking_uids", {})
    descriptions = [
        SegmentDescription(
            number,
            name,
            hd.sr.CodedConcept("49755003", "SCT", "Morphologically Abnormal Structure"),
            hd.sr.CodedConcept("4147007", "SCT", "Mass"),
            "MANUAL",
            tracking_uid=uids.get(name),
            tracking_id=name if name in uids else None,
            anatomic_regions=[hd.sr.CodedConcept(*regions[name], "somewhere")] if name in regions else None,
        )
        for number, name in enumerate(names, start=1)
    ]
    return Segmentation(
        source_images=source,
        pixel_array=pixels,
        segmentation_type=kind,
        segment_descriptions=descriptions,
        series_instance_uid=generate_uid(),
        series_number=9,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="test",
        manufacturer_model_name="test",
        software_versions="1",
        device_serial_number="1",
        **more,
    )
