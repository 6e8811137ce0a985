"""Scoring for the console: out of the scene, scored, and shown in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from radioimmuno.identity import Naming
from radioimmuno.modality import PET
from radioimmuno.scoring.given_values import with_given

from ..scene import showScores
from .images_beside import withNodes
from .learned_models import readModels
from .lesion_values import measureNodes
from .node_origin import identityOf
from .scene_study import findSignature, readStudy

if TYPE_CHECKING:
    from radioimmuno.scoring.results import PatientScore


def scoreNodes(
    volumeNode: Any,
    segmentationNode: Any,
    signature: Any,
    kvp: float | None,
    given: tuple[Any, str],
    beside: tuple[Any, Any],
    models: Sequence[Any],
    only: Any,
    progress: Any,
    naming: tuple[str, bool],
) -> PatientScore:
    """Score the lesions and show the scores; see `console.ConsoleCommands.score`.

    Parameters
    ----------
    given : tuple of (mapping, str)
        Clinical values, and the batch.
    beside : tuple of (vtkMRMLScalarVolumeNode or None, vtkMRMLScalarVolumeNode or None)
        PET and MR.
    models : sequence of str, Path or LearnedModel
        Cards of outside models.
    naming : tuple of (str, bool)
        What results call the patient, and whether by the PatientID as it is.
    """
    from radioimmuno.scoring.score import score_study

    used = findSignature(signature)
    study = readStudy(volumeNode, segmentationNode, kvp, *identityOf(volumeNode, Naming(*naming)))
    study = withNodes(study, volumeNode, used, *beside)
    whole = with_given(study.with_values_checked(used.settings), used, *given)
    scored = score_study(whole, used, only=only, progress=progress, models=readModels(models))
    petNode, _mrNode = beside
    if petNode is not None:
        scored = replace(scored, uptakes={PET.role: measureNodes(petNode, segmentationNode, volumeNode)})
    showScores(volumeNode, segmentationNode, scored, used)
    return scored
