"""What is known of a CT and its lesions besides voxels: acquisition, whose they are, what was accepted.

The DICOM database knows the headers of a CT's files. The subject hierarchy keeps the essentials for any node,
in a saved scene too, where the database is not at hand. What a person accepted, and the acquisition of a CT
that has no header, stand in attributes of the nodes.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import slicer

from radioimmuno.acceptance import OPTIONS, unless_accepted
from radioimmuno.acquisition import Acquisition, acquisition_record
from radioimmuno.findings import Finding
from radioimmuno.identity import (
    AS_PSEUDONYM,
    Identity,
    Naming,
    identity_of,
    identity_of_file,
    in_part,
    iso_date,
    same_patient,
)
from radioimmuno.modality import CT

from ..scene.patient_nodes import STUDY_DATE_ATTRIBUTE

INSTANCE_UIDS = "DICOM.instanceUIDs"
PATIENT_ID, STUDY_DATE, SERIES_DESCRIPTION = "0010,0020", "0008,0020", "0008,103E"
MODALITY, IMAGE_TYPE, RESCALE_TYPE = "0008,0060", "0008,0008", "0028,1054"
KVP, SLICE_THICKNESS, KERNEL, CONTRAST_AGENT = "0018,0060", "0018,0050", "0018,1210", "0018,0010"
MANUFACTURER, MODEL = "0008,0070", "0008,1090"
ACQUISITION_TAGS = (KVP, SLICE_THICKNESS, KERNEL, CONTRAST_AGENT, MODALITY, MANUFACTURER, MODEL)

# Attributes of our own: of a CT, and of a segmentation (the CT's ID).
NOTED = "RadioImmunoScore.Acquisition"
ACCEPTED = "RadioImmunoScore.Accepted"
ACCEPTED_WITH = "RadioImmunoScore.AcceptedWith"
OF_BOTH = "patient.mismatch"

# Names of Slicer's subject hierarchy: of a UID, of levels, of attributes.
UID = "DICOM"
PATIENT, STUDY = "Patient", "Study"
MODALITY_ATTRIBUTE = "DICOM.Modality"
SERIES_ATTRIBUTE = "DICOM.SeriesDescription"
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
        hierarchy.GetItemAttribute(study, STUDY_DATE_ATTRIBUTE) if study else "",
        hierarchy.GetItemAttribute(item, SERIES_ATTRIBUTE),
        hierarchy.GetItemAttribute(item, MODALITY_ATTRIBUTE),
    )


def identityOf(volumeNode: Any, naming: Naming = AS_PSEUDONYM) -> tuple[Identity, str]:
    """Whose CT it is and of which day, in ISO 8601.

    The patient is called by a pseudonym unless a person wants otherwise; without DICOM by the volume's name.
    """
    tags = (PATIENT_ID, STUDY_DATE, SERIES_DESCRIPTION)
    header, filed = headerValues(volumeNode, tags), originOf(volumeNode)
    patientID, date, series = (
        header[tag] or known
        for tag, known in zip(tags, (filed.patientID, filed.studyDate, filed.series), strict=True)
    )
    if not (patientID or date):
        return identity_of_file(volumeNode.GetName() or "", naming.patient), ""
    identity = identity_of(patientID, date, series, named=naming.patient, identify=naming.identify)
    return identity, iso_date(date)


def originalFindings(volumeNode: Any, accepted: Collection[str]) -> tuple[Finding, ...]:
    """A refusal of all lesions when the header says that the CT is derived, or not in Hounsfield units."""
    from radioimmuno.io.dicom.series_checks import check_original

    header = headerValues(volumeNode, (MODALITY, IMAGE_TYPE, RESCALE_TYPE))
    if not header[MODALITY]:
        return ()
    imageType = tuple(part.strip() for part in header[IMAGE_TYPE].upper().split("\\"))
    kind = _Header(header[MODALITY], imageType, header[RESCALE_TYPE].upper())
    found = check_original([kind], accepted)
    return () if found is None else (found,)


@dataclass(frozen=True)
class _Header:
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


def readAcquisition(volumeNode: Any) -> Acquisition:
    """The acquisition of a volume node; nothing that is not known is guessed."""
    noted = volumeNode.GetAttribute(NOTED)
    if noted:
        return Acquisition(**json.loads(noted))
    header, modality = headerValues(volumeNode, ACQUISITION_TAGS), originOf(volumeNode).modality
    if not any(header.values()):
        return Acquisition(modality=modality or None)
    return Acquisition(
        kvp=_number(header[KVP]),
        slice_thickness_mm=_number(header[SLICE_THICKNESS]),
        kernel=header[KERNEL] or None,
        contrast_agent=header[CONTRAST_AGENT] or None,
        source="DICOM header",
        scanner=" ".join(filter(None, [header[MANUFACTURER], header[MODEL]])) or None,
        modality=header[MODALITY] or None,
    )


def noteAcquisition(volumeNode: Any, acquisition: Acquisition) -> None:
    """Write the acquisition on the node, where a saved scene keeps it; the batch is no word of the CT's."""
    volumeNode.SetAttribute(NOTED, json.dumps(acquisition_record(replace(acquisition, batch=""))))


def modalityFindings(acquisition: Acquisition) -> tuple[Finding, ...]:
    """A refusal of all lesions when the header says that the volume is no CT."""
    found = CT.check_kind(acquisition.modality, ": select a CT") if acquisition.modality else None
    return () if found is None else (found,)


def acceptedOf(volumeNode: Any, segmentationNode: Any | None = None) -> frozenset[str]:
    """The codes that were accepted for a CT, and for a segmentation together with this CT."""
    codes = set((volumeNode.GetAttribute(ACCEPTED) or "").split()) & set(OPTIONS)
    if segmentationNode is not None and segmentationNode.GetAttribute(ACCEPTED_WITH) == volumeNode.GetID():
        codes.add(OF_BOTH)
    return frozenset(codes)


def accept(volumeNode: Any, segmentationNode: Any | None, codes: Collection[str]) -> None:
    """Accept these codes besides those that are; see `console.ConsoleCommands.accept`."""
    unknown = sorted(set(codes) - set(OPTIONS))
    if unknown:
        raise ValueError(f"{', '.join(unknown)} cannot be accepted; {', '.join(OPTIONS)} can")
    setAccepted(volumeNode, segmentationNode, acceptedOf(volumeNode, segmentationNode) | set(codes))


def setAccepted(volumeNode: Any, segmentationNode: Any | None, codes: Collection[str]) -> None:
    """Write these codes as accepted, and no others."""
    ofCt = sorted(set(codes) - {OF_BOTH})
    volumeNode.SetAttribute(ACCEPTED, " ".join(ofCt) or None)
    if segmentationNode is not None:
        together = volumeNode.GetID() if OF_BOTH in codes else None
        segmentationNode.SetAttribute(ACCEPTED_WITH, together)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value > 0 else None
