"""What Slicer's DICOM module leaves in the subject hierarchy when it has loaded a series."""

from __future__ import annotations

from typing import Any

import slicer

UID = "DICOM"


def fileAsDicom(
    node: Any,
    patientID: str,
    *,
    study: str = "1.2.3",
    date: str = "",
    series: str = "",
    modality: str = "CT",
) -> None:
    """File a node under its patient and study, as the DICOM plugins' addSeriesInSubjectHierarchy does."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
    item = hierarchy.GetItemByDataNode(node)
    item = item or hierarchy.CreateItem(hierarchy.GetSceneItemID(), node)
    seriesUID = f"{study}.{item}"
    hierarchy.SetItemUID(item, UID, seriesUID)
    hierarchy.SetItemAttribute(item, "DICOM.Modality", modality)
    hierarchy.SetItemAttribute(item, "DICOM.SeriesDescription", series)
    logic = slicer.vtkSlicerSubjectHierarchyModuleLogic
    logic.InsertDicomSeriesInHierarchy(hierarchy, patientID or f"Patient-{study}", study, seriesUID)
    hierarchy.SetItemAttribute(hierarchy.GetItemByUID(UID, study), "DICOM.StudyDate", date)
