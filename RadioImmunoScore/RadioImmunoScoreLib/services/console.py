"""What the module's logic does, for the Python console."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.acquisition import Acquisition
from radioimmuno.identity import AS_PSEUDONYM, Naming
from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.signature import Signature

from ..scene import showScores
from ..scene.comparison import showComparison
from .acquisition import readAcquisition
from .case import Progress, checked, findSignature, inputsOf, readCase, scoreCase
from .dicom_export import readExport, writeExport
from .dicom_origin import identityOf
from .engines import compareCase, measureCase
from .export import exportPatient

if TYPE_CHECKING:
    from radioimmuno.engines.comparison import ComparedFeature
    from radioimmuno.extraction.extract import LesionFeatures


def score(
    volumeNode: Any,
    segmentationNode: Any,
    signature: Signature | str | Path | None,
    kvp: float | None,
    only: Collection[str] | None,
    progress: Progress | None,
    naming: Naming = AS_PSEUDONYM,
) -> PatientScore:
    """Score and show; see `RadioImmunoScoreLogic.score`."""
    from radioimmuno.scoring.score import patient_score

    used = _signature(signature)
    case = checked(readCase(volumeNode, segmentationNode, used, readAcquisition(volumeNode), kvp))
    rows = scoreCase(case, only, progress)
    names = inputsOf(volumeNode, segmentationNode)
    identity = identityOf(volumeNode, naming)
    patient = patient_score(rows, used, case.acquisition, names, identity, case.leftOut)
    showScores(volumeNode, segmentationNode, patient, used)
    return patient


def exportReport(
    volumeNode: Any,
    segmentationNode: Any,
    patientScore: PatientScore,
    path: str | Path,
    signature: Signature | str | Path | None,
) -> Path:
    """Write the patient; see `RadioImmunoScoreLogic.exportReport`."""
    # What was known of the CT when it was scored is in the score's provenance: nothing is read again.
    case = readCase(volumeNode, segmentationNode, _signature(signature), Acquisition())
    return exportPatient(patientScore, case, path)


def exportDicom(
    volumeNode: Any,
    segmentationNode: Any,
    patientScore: PatientScore,
    folder: str | Path,
    signature: Signature | str | Path | None,
) -> list[Path]:
    """Write the patient as DICOM; see `RadioImmunoScoreLogic.exportDicom`."""
    case = readCase(volumeNode, segmentationNode, _signature(signature), Acquisition())
    return writeExport(readExport(volumeNode, patientScore, case), folder)


def features(
    volumeNode: Any,
    segmentationNode: Any,
    engine: str | None,
    signature: Signature | str | Path | None,
    only: Collection[str] | None,
    progress: Progress | None,
) -> list[LesionFeatures]:
    """Measure; see `RadioImmunoScoreLogic.features`."""
    case = readCase(volumeNode, segmentationNode, _signature(signature), readAcquisition(volumeNode))
    return measureCase(checked(case), engine, only, progress)


def compareEngines(
    volumeNode: Any,
    segmentationNode: Any,
    signature: Signature | str | Path | None,
    only: Collection[str] | None,
    progress: Progress | None,
) -> list[ComparedFeature]:
    """Compare and show; see `RadioImmunoScoreLogic.compareEngines`."""
    case = readCase(volumeNode, segmentationNode, _signature(signature), readAcquisition(volumeNode))
    rows = compareCase(checked(case), only, progress)
    showComparison(segmentationNode, rows)
    return rows


def _signature(signature: Signature | str | Path | None) -> Signature:
    return signature if isinstance(signature, Signature) else findSignature(signature)
