"""What DICOM says of a node that was loaded by Slicer's DICOM module: whose it is, of which study, what kind.

The database knows the headers of a CT's files. The subject hierarchy keeps the essentials for any node, in a
saved scene too, where the database is not at hand.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import slicer

from radioimmuno.acceptance import unless_accepted
from radioimmuno.findings import Finding
from radioimmuno.identity import (
    AS_PSEUDONYM,
    Identity,
    Naming,
    identity_of,
    identity_of_file,
    in_part,
    same_patient,
)

from .acceptance import acceptedOf

INSTANCE_UIDS = "DICOM.instanceUIDs"
MODALITY, IMAGE_TYPE, RESCALE_TYPE = "0008,0060", "0008,0008", "0028,1054"
PATIENT_ID, STUDY_DATE, SERIES_DESCRIPTION = "0010,0020", "0008,0020", "0008,103E"

# Names of Slicer's subject hierarchy: of a UID, of levels, of attributes.
UID = "DICOM"
PATIENT, STUDY = "Patient", "Study"
MODALITY_ATTRIBUTE = "DICOM.Modality"
DATE_ATTRIBUTE, SERIES_ATTRIBUTE = "DICOM.StudyDate", "DICOM.SeriesDescription"
# Where the header names no patient, Slicer makes an ID of this and the study's UID.
NO_PATIENT = "Patient-"


@dataclass(frozen=True)
class Origin:
    """What DICOM says of a node; "" where it says nothing, as of a node that was drawn or read otherwise."""

    patientID: str = ""
    studyDate: str = ""
    series: str = ""
    modality: str = ""


def headerValues(volumeNode: Any, tags: tuple[str, ...]) -> dict[str, str]:
    """Values of the first file of a volume's series; all empty where the database does not know it."""
    instances = (volumeNode.GetAttribute(INSTANCE_UIDS) or "").split()
    database = getattr(slicer, "dicomDatabase", None)
    if not instances or database is None or not database.isOpen:
        return dict.fromkeys(tags, "")
    return {tag: database.instanceValue(instances[0], tag).strip() for tag in tags}


def originOf(node: Any) -> Origin:
    """What the subject hierarchy says of a node, and of the study and the patient that it is filed under."""
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(node.GetScene())
    item = hierarchy.GetItemByDataNode(node)
    if not item:
        return Origin()
    patient, study = (hierarchy.GetItemAncestorAtLevel(item, level) for level in (PATIENT, STUDY))
    patientID = hierarchy.GetItemUID(patient, UID) if patient else ""
    if study and patientID == NO_PATIENT + hierarchy.GetItemUID(study, UID):
        patientID = ""
    return Origin(
        patientID,
        hierarchy.GetItemAttribute(study, DATE_ATTRIBUTE) if study else "",
        hierarchy.GetItemAttribute(item, SERIES_ATTRIBUTE),
        hierarchy.GetItemAttribute(item, MODALITY_ATTRIBUTE),
    )


def identityOf(volumeNode: Any, naming: Naming = AS_PSEUDONYM) -> Identity:
    """Whose CT it is, by a pseudonym unless a person wants otherwise; without DICOM by the volume's name."""
    tags = (PATIENT_ID, STUDY_DATE, SERIES_DESCRIPTION)
    header, kept = headerValues(volumeNode, tags), originOf(volumeNode)
    patientID, date, series = (
        header[tag] or known
        for tag, known in zip(tags, (kept.patientID, kept.studyDate, kept.series), strict=True)
    )
    if not (patientID or date):
        return identity_of_file(volumeNode.GetName() or "", naming.patient)
    return identity_of(patientID, date, series, named=naming.patient, identify=naming.identify)


def originalFindings(volumeNode: Any, accepted: Collection[str]) -> tuple[Finding, ...]:
    """A refusal of all lesions when the header says that the CT is derived, or not in Hounsfield units."""
    from radioimmuno.io.dicom.series_checks import check_original

    header = headerValues(volumeNode, (MODALITY, IMAGE_TYPE, RESCALE_TYPE))
    if not header[MODALITY]:
        return ()
    imageType = tuple(part.strip() for part in header[IMAGE_TYPE].upper().split("\\"))
    kind = _Kind(header[MODALITY], imageType, header[RESCALE_TYPE].upper())
    found = check_original([kind], accepted)
    return () if found is None else (found,)


@dataclass(frozen=True)
class _Kind:
    """What `check_original` asks of a slice's header."""

    modality: str
    image_type: tuple[str, ...]
    rescale_type: str


def patientFindings(volumeNode: Any, segmentationNode: Any) -> tuple[Finding, ...]:
    """A refusal of all lesions that are another patient's than the CT, as far as DICOM names both."""
    ofCt = headerValues(volumeNode, (PATIENT_ID,))[PATIENT_ID] or originOf(volumeNode).patientID
    ofLesions = originOf(segmentationNode).patientID
    if same_patient(ofCt, ofLesions):
        return ()
    one, other = in_part(ofCt, ofLesions)
    text = f"The CT is of patient {one}, the segmentation of patient {other} (PatientID)."
    return (unless_accepted("patient.mismatch", text, acceptedOf(volumeNode, segmentationNode)),)
