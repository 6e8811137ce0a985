"""What the module's logic does, for the Python console."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from radioimmuno.results import PatientScore
from radioimmuno.signature import Signature

from .acquisition import readAcquisition, withKvpByHand
from .case import Progress, checked, findSignature, inputsOf, readCase, scoreCase
from .export import exportPatient
from .scene import showScores


def score(
    volumeNode: Any,
    segmentationNode: Any,
    signature: Signature | str | Path | None,
    kvp: float | None,
    only: Collection[str] | None,
    progress: Progress | None,
) -> PatientScore:
    """Score and show; see `RadioImmunoScoreLogic.score`."""
    from radioimmuno.scoring import patient_score

    acquisition = withKvpByHand(readAcquisition(volumeNode), kvp)
    used = _signature(signature)
    case = checked(readCase(volumeNode, segmentationNode, used, acquisition))
    rows = scoreCase(case, only, progress)
    patient = patient_score(rows, used, acquisition, inputsOf(volumeNode, segmentationNode))
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
    case = readCase(volumeNode, segmentationNode, _signature(signature), readAcquisition(volumeNode))
    return exportPatient(patientScore, case, path)


def _signature(signature: Signature | str | Path | None) -> Signature:
    return signature if isinstance(signature, Signature) else findSignature(signature)
