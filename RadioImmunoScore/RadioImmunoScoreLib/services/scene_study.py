"""A study out of the scene: common to panel and console.

Which segments are lesions goes by the shell's rule: organs, target volumes, couch and body are left out. A
person's word, kept in a tag of the segment, counts more than the rule.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.acquisition import Acquisition, with_kvp
from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image
from radioimmuno.identity import UNKNOWN, Identity
from radioimmuno.io.selection import CODE, SET_ASIDE, Hints, structure_of
from radioimmuno.lesion import LeftOut, Lesion
from radioimmuno.modality import CT
from radioimmuno.signature.signature import Signature, default_signature, read_signature, shipped_signatures
from radioimmuno.structures.rule import Structure, left_out
from radioimmuno.study import Study

from ..scene import SegmentationReading, readLesions, readVoxels, shapeFindings
from ..scene.reading import BINARY_LABELMAP
from ..scene.segment_properties import markedOf, referenceOf, terminologyOf
from .node_origin import (
    acceptedOf,
    modalityFindings,
    originalFindings,
    patientFindings,
    readAcquisition,
)

if TYPE_CHECKING:
    from radioimmuno.extraction.lesion_features import Progress
    from radioimmuno.learned.model import LearnedModel
    from radioimmuno.scoring.score_stability import Perturbation
    from radioimmuno.stability.agreement import PatientStability


def readStudy(
    volumeNode: Any,
    segmentationNode: Any,
    kvp: float | None = None,
    identity: Identity = UNKNOWN,
    date: str = "",
) -> Study:
    """Copy a patient out of the scene; on the main thread.

    Parameters
    ----------
    volumeNode, segmentationNode : vtkMRMLNode
        CT and lesions.
    kvp : float, optional
        Tube voltage by hand, kV; it counts more than what the CT says.
    identity : Identity
    date : str
        As of `node_origin.identityOf`.

    Raises
    ------
    InputError
        When the volume holds no CT voxels, or `kvp` is no tube voltage.
    """
    reading = readLesions(segmentationNode, volumeNode)
    read = selectRead(segmentationNode, reading)
    known = readAcquisition(volumeNode), kvp, identity, date
    study = studyOf(volumeNode, segmentationNode, *read, *known)
    masks = {lesion.id: lesion.mask for lesion in reading.lesions}
    return replace(study, references=referencesOf(segmentationNode, masks))


def studyOf(
    volumeNode: Any,
    segmentationNode: Any,
    reading: SegmentationReading,
    leftOut: tuple[LeftOut, ...],
    acquisition: Acquisition,
    kvp: float | None,
    identity: Identity,
    date: str,
) -> Study:
    """As `readStudy`, with lesions that were read already, and what the CT says about itself."""
    known, byHand = with_kvp(acquisition, kvp)
    return Study(
        {CT.role: readVoxels(volumeNode)},
        reading.lesions,
        known,
        (*inputFindings(volumeNode, segmentationNode, known), *byHand),
        reading.findings,
        identity=identity,
        left_out=leftOut,
        accepted=acceptedOf(volumeNode),
        inputs=inputsOf(volumeNode, segmentationNode),
        date=date,
    )


def referencesOf(segmentationNode: Any, masks: Mapping[str, Image]) -> dict[str, Image]:
    """The reference regions among segments whose masks are these, by ID: the region's name -> its mask."""
    segmentation = segmentationNode.GetSegmentation()
    regions = {i: referenceOf(segmentation.GetSegment(i)) for i in masks}
    return {region: masks[i] for i, region in regions.items() if region}


def inputFindings(volumeNode: Any, segmentationNode: Any, acquisition: Acquisition) -> tuple[Finding, ...]:
    """What holds for all lesions of a segmentation on a CT, as far as it is known without their voxels."""
    accepted = acceptedOf(volumeNode)
    return (
        *modalityFindings(acquisition),
        *originalFindings(volumeNode, accepted),
        *patientFindings(volumeNode, segmentationNode),
        *shapeFindings(volumeNode),
    )


def inputsOf(volumeNode: Any, segmentationNode: Any) -> dict[str, Any]:
    """What identifies the input, for the provenance."""
    return {
        "ct": {
            "name": volumeNode.GetName(),
            "instance_uids": (volumeNode.GetAttribute("DICOM.instanceUIDs") or "").split(),
        },
        "lesions": {"name": segmentationNode.GetName()},
    }


def stabilityOf(
    study: Study,
    signature: Signature,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    perturbation: Perturbation | None = None,
    models: Sequence[LearnedModel] = (),
) -> PatientStability:
    """How far the scores of the lesions in `only` move with their contours; on any thread."""
    from radioimmuno.scoring.score_stability import Perturbation, stability

    return stability(
        study, signature, perturbation or Perturbation(), only=only, progress=progress, models=models
    )


def findSignature(named: Signature | str | Path | None) -> Signature:
    """A signature as it is, the one of this name that ships, or of this file; the demonstration for nothing.

    Raises
    ------
    SignatureError
        When there is no such signature, or the file is not a valid one.
    """
    if isinstance(named, Signature):
        return named
    return read_signature(shipped_signatures().get(str(named), Path(named))) if named else default_signature()


AS_REFERENCE = "It is the {region} reference: uptake is compared with it."


def regionTitle(region: str) -> str:
    """What a person calls a reference region: `blood_pool` is the blood pool."""
    return region.replace("_", " ")


@dataclass(frozen=True)
class Selection:
    """Why segments are left out, and what is to be known of those that a person took nevertheless; by ID."""

    leftOut: Mapping[str, str]
    chosen: Mapping[str, Finding]

    def named(self, segmentationNode: Any) -> tuple[LeftOut, ...]:
        """What is left out, with the segments' names."""
        segmentation = segmentationNode.GetSegmentation()
        return tuple(
            LeftOut(i, segmentation.GetSegment(i).GetName(), reason) for i, reason in self.leftOut.items()
        )


def hasVoxels(segment: Any) -> bool:
    """Whether a segment's size is known without making voxels of it first."""
    return segment.GetRepresentation(BINARY_LABELMAP) is not None


def structureOf(segment: Any, segmentID: str, lesion: Lesion | None) -> Structure:
    """What the rule needs to know; `lesion` has the segment's voxels on the CT, where it has any."""
    terminology = terminologyOf(segment)
    if lesion is None or not hasVoxels(segment):
        return Structure(segmentID, segment.GetName(), terminology)
    return structure_of(lesion, Hints(terminology))


def select(segmentationNode: Any, structures: Sequence[Structure]) -> Selection:
    """What is left out of a segmentation's structures, and what is taken by hand."""
    segmentation = segmentationNode.GetSegmentation()
    marked = {one.id: markedOf(segmentation.GetSegment(one.id)) for one in structures}
    reasons = left_out(structures)
    chosen = {i: reason for i, reason in reasons.items() if marked[i]}
    aside = {i: SET_ASIDE for i, mark in marked.items() if mark is False}
    regions = {one.id: referenceOf(segmentation.GetSegment(one.id)) for one in structures}
    compared = {i: AS_REFERENCE.format(region=regionTitle(region)) for i, region in regions.items() if region}
    return Selection(
        {**{i: reason for i, reason in {**reasons, **aside}.items() if i not in chosen}, **compared},
        {i: Finding(CODE, Severity.WARN, f"{reason} It was chosen by hand.") for i, reason in chosen.items()},
    )


def selectRead(
    segmentationNode: Any, reading: SegmentationReading
) -> tuple[SegmentationReading, tuple[LeftOut, ...]]:
    """The lesions among the segments that were read, and what is left out."""
    segmentation = segmentationNode.GetSegmentation()
    structures = [structureOf(segmentation.GetSegment(each.id), each.id, each) for each in reading.lesions]
    selection = select(segmentationNode, structures)
    taken = tuple(lesion for lesion in reading.lesions if lesion.id not in selection.leftOut)
    read = SegmentationReading(taken, withChosen(reading.findings, selection))
    return read, selection.named(segmentationNode)


def withChosen(
    findings: Mapping[str, tuple[Finding, ...]], selection: Selection
) -> dict[str, tuple[Finding, ...]]:
    """Findings by lesion ID, with what is to be known of lesions that were taken by hand."""
    return {i: (*found, *_of(selection.chosen.get(i))) for i, found in findings.items()}


def _of(finding: Finding | None) -> tuple[Finding, ...]:
    return () if finding is None else (finding,)
