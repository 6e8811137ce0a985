"""One patient from the scene as plain values, and the scoring of it: common to panel and console."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.acquisition import Acquisition, with_kvp
from radioimmuno.findings import Finding
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import LeftOut, Lesion
from radioimmuno.scoring.results import LesionScore
from radioimmuno.signature.signature import Signature, default_signature, read_signature, shipped_signatures

from ..scene import SegmentationReading, readLesions, readVoxels, shapeFindings
from .acceptance import acceptedOf
from .acquisition import modalityFindings
from .dicom_origin import originalFindings, patientFindings
from .selection import selectRead

if TYPE_CHECKING:
    from radioimmuno.scoring.score_stability import Perturbation
    from radioimmuno.stability.agreement import PatientStability

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Case:
    """All that scoring needs; arrays and values that a worker thread may have.

    Parameters
    ----------
    ofLesions : what reading the lesions found, by lesion ID
    ofCt : what holds for all of them
    accepted : the codes of what a person accepted of this CT
    ofVoxels : what reading all voxels of the CT found, which holds for all too; None when nobody looked
    leftOut : what is not taken for a lesion
    """

    image: Image
    lesions: tuple[Lesion, ...]
    ofLesions: Mapping[str, tuple[Finding, ...]]
    signature: Signature
    acquisition: Acquisition
    ofCt: tuple[Finding, ...] = ()
    accepted: frozenset[str] = frozenset()
    ofVoxels: tuple[Finding, ...] | None = None
    leftOut: tuple[LeftOut, ...] = ()

    @property
    def findings(self) -> dict[str, tuple[Finding, ...]]:
        """What was found before anything is measured, by lesion ID."""
        ofAll = (*self.ofCt, *(self.ofVoxels or ()))
        return {lesion.id: (*ofAll, *self.ofLesions.get(lesion.id, ())) for lesion in self.lesions}


def readCase(
    volumeNode: Any,
    segmentationNode: Any,
    signature: Signature,
    acquisition: Acquisition,
    kvp: float | None = None,
) -> Case:
    """Copy a patient out of the scene; on the main thread.

    Parameters
    ----------
    acquisition : what the CT says about itself
    kvp : tube voltage by hand, kV; it counts more than what the CT says

    Raises
    ------
    InputError
        When the volume holds no CT voxels, or `kvp` is no tube voltage.
    """
    read = selectRead(segmentationNode, readLesions(segmentationNode, volumeNode))
    return caseOf(volumeNode, segmentationNode, *read, signature, acquisition, kvp)


def caseOf(
    volumeNode: Any,
    segmentationNode: Any,
    reading: SegmentationReading,
    leftOut: tuple[LeftOut, ...],
    signature: Signature,
    acquisition: Acquisition,
    kvp: float | None = None,
) -> Case:
    """As `readCase`, with lesions that were read already."""
    known, byHand = with_kvp(acquisition, kvp)
    image = readVoxels(volumeNode)
    ofCt = (*inputFindings(volumeNode, segmentationNode, known), *byHand)
    accepted = acceptedOf(volumeNode)
    return Case(image, reading.lesions, reading.findings, signature, known, ofCt, accepted, leftOut=leftOut)


def inputFindings(volumeNode: Any, segmentationNode: Any, acquisition: Acquisition) -> tuple[Finding, ...]:
    """What holds for all lesions of a segmentation on a CT, as far as it is known without their voxels."""
    accepted = acceptedOf(volumeNode)
    return (
        *modalityFindings(acquisition, accepted),
        *originalFindings(volumeNode, accepted),
        *patientFindings(volumeNode, segmentationNode),
        *shapeFindings(volumeNode),
    )


def checked(case: Case) -> Case:
    """The case with what the values of its CT say of it; reads all voxels, on any thread."""
    from radioimmuno.modality import CT, without_expected

    if case.ofVoxels is not None:
        return case
    found = CT.check_values(case.image, case.accepted)
    return replace(case, ofVoxels=without_expected(found, case.signature.settings))


def scoreCase(
    case: Case, only: Collection[str] | None = None, progress: Progress | None = None
) -> Sequence[LesionScore]:
    """The rows of the lesions in `only` (of all by default); on any thread."""
    from radioimmuno.scoring.score import score_lesions

    return score_lesions(
        case.image,
        case.lesions,
        case.signature,
        case.acquisition,
        only=only,
        findings=case.findings,
        progress=progress,
    )


def stabilityOf(
    case: Case,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    perturbation: Perturbation | None = None,
) -> PatientStability:
    """How far the scores of the lesions in `only` move with their contours; on any thread."""
    from radioimmuno.scoring.score_stability import Perturbation, stability

    return stability(
        case.image,
        case.lesions,
        case.signature,
        case.acquisition,
        perturbation or Perturbation(),
        only=only,
        findings=case.findings,
        progress=progress,
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


def findSignature(nameOrPath: str | Path | None) -> Signature:
    """The signature of this name that ships, or of this file; the demonstration for nothing.

    Raises
    ------
    SignatureError
        When there is no such signature, or the file is not a valid one.
    """
    if not nameOrPath:
        return default_signature()
    return read_signature(shipped_signatures().get(str(nameOrPath), Path(nameOrPath)))
