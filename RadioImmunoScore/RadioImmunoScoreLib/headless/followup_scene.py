"""All studies of a follow-up as one scene file: each with its CT, lesions and rings, and what is matched.

The baseline is shown; the later studies are hidden until somebody shows them in the subject hierarchy. Each
registration is a transform node that lays a study over the one before, below the one of that study: a CT that
is put under its node is seen in the baseline's space. None is, as nothing is measured there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.followup.match import BY_NAME, BY_PERSON
from radioimmuno.followup.matching import GivenPair
from radioimmuno.geometry.image import Image
from radioimmuno.report.followup_files import CHANGE_COLUMNS, change_rows
from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.signature import Signature

from ..scene import hideOthers
from ..scene.course_nodes import CourseNodes
from ..scene.parameters import Parameters, addParameters
from ..scene.patient_nodes import addSegmentation, addStudy, addSubject, addVolume, fileUnder
from ..scene.tables import setColumns, textColumn
from .anatomy import BODY, addModel, anatomyOf
from .host import SceneHost
from .scene_writer import Views, boundsToShow, fillPanel, showScored
from .spots import spotsOf

if TYPE_CHECKING:
    from radioimmuno.followup.follow_up import FollowUp

NAME = "scene.mrb"


def writeFollowUpScene(
    found: FollowUp,
    patients: Sequence[PatientScore],
    imageOf: Callable[[int], Image],
    signature: Signature,
    outDir: str | os.PathLike[str],
) -> Path:
    """Write `scene.mrb` of a follow-up; it opens in Slicer, where the module's panel shows the course.

    Parameters
    ----------
    found : FollowUp
    patients : sequence of PatientScore
        The scores of each study, with rings.
    imageOf : callable
        Gives the CT of a study by its number, 0 for the baseline.
    signature : Signature
        What all studies were scored with.
    outDir : path-like
        Existing folder.

    Returns
    -------
    Path
        The file.
    """
    first = imageOf(0)
    surfaces = anatomyOf(first)
    bounds = boundsToShow(first, surfaces.get(BODY))
    with SceneHost() as host:
        views = Views(host, bounds)
        subject = addSubject(host.scene, found.patient)
        studies = [_addStudy(host.scene, found, n, imageOf(n), subject) for n in range(len(patients))]
        for nodes, patient in zip(studies, patients, strict=True):
            showScored(*nodes, patient, signature)
        parameters = addParameters(host.scene)
        # The last one that is filled in is selected.
        for nodes, patient in reversed(list(zip(studies, patients, strict=True))):
            fillPanel(parameters, *nodes, patient, signature)
        shared = [*_addCourse(parameters, found, studies), _addChanges(host.scene, found)]
        shared += [addModel(host.scene, part, surface) for part, surface in surfaces.items()]
        fileUnder(host.scene, shared, subject)
        _hideLater(studies)
        views.show(studies[0][0], bounds)
        views.aimAtLowest(spotsOf(found.studies[0].study.lesions), patients[0])
        return host.saveScene(Path(outDir) / NAME)


def _addStudy(scene: Any, found: FollowUp, number: int, image: Image, subject: int) -> tuple[Any, Any]:
    """CT and lesions of a study."""
    one = found.studies[number]
    volumeNode = addVolume(scene, image, f"{one.name} CT")
    segmentationNode = addSegmentation(scene, one.study.lesions, volumeNode, f"{one.name} lesions")
    fileUnder(scene, (volumeNode, segmentationNode), addStudy(scene, subject, one.name, one.study.date))
    return volumeNode, segmentationNode


def _addCourse(parameters: Parameters, found: FollowUp, studies: Sequence[tuple[Any, Any]]) -> list[Any]:
    """Have the panel know studies, pairs and registrations; the registrations' nodes are returned."""
    course = CourseNodes(parameters.node)
    for nodes, one in zip(studies, found.studies, strict=True):
        course.add(*nodes)
        course.setDate(course.keys[-1], one.study.date)
    keys = course.keys
    for step, matches in enumerate(found.course.matches):
        # What names identified was a person's word, too, which the panel has no choice for.
        pairs = [GivenPair(m.baseline, m.followup) for m in matches if m.by in (BY_PERSON, BY_NAME)]
        course.setPairs(keys[step], keys[step + 1], pairs)
    course.keepMatched(keys, found.course.registrations)
    made: list[Any] = []
    before = None
    for step in range(len(keys) - 1):
        node = course.registrationNode(keys[step], keys[step + 1])
        if node is not None:
            earlier, later = (found.studies[number].name for number in (step, step + 1))
            node.SetName(f"{later} onto {earlier}")
            node.SetAndObserveTransformNodeID(before.GetID() if before is not None else None)
            made.append(node)
        before = node
    return made


def _addChanges(scene: Any, found: FollowUp) -> Any:
    """The table of changes, as in changes.csv."""
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", "Changes of the lesions")
    rows = list(change_rows(found))
    setColumns(node, [textColumn(name, [row[n] for row in rows]) for n, name in enumerate(CHANGE_COLUMNS)])
    node.SetLocked(True)
    return node


def _hideLater(studies: Sequence[tuple[Any, Any]]) -> None:
    """Show the lesions of the baseline alone: each study has a space of its own."""
    hideOthers(studies[0][1])
    for _volumeNode, segmentationNode in studies[1:]:
        segmentationNode.GetDisplayNode().SetVisibility(False)
