"""A patient's studies in the scene: their nodes, their registrations, and what a person paired."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from radioimmuno.followup.matching import GivenPair
from radioimmuno.followup.registration import Registration
from radioimmuno.followup.response.measured import Role
from radioimmuno.geometry.image import Lattice

from .nodes import PREFIX, RESULT
from .ras_geometry import ijkToRasFromLattice, latticeFromIjkToRas

# Of the parameter node; references end in the study's key, of a registration in those of both studies.
COURSE = "followUp"
CT_ROLE, SEGMENTATION_ROLE, PET_ROLE, REGISTRATION_ROLE = (
    "FollowUpCT.",
    "FollowUpSegmentation.",
    "FollowUpPET.",
    "FollowUpRegistration.",
)

# Of the transform node: what of a registration is no displacement.
FIGURES = PREFIX + "Registration"
FIGURE_NAMES = ("overlap", "common", "folding", "unevenness", "residual")

LPS_SIGNS = np.array([-1.0, -1.0, 1.0], np.float32)


@dataclass(frozen=True, eq=False)
class StudyNodes:
    """The nodes of one study.

    Parameters
    ----------
    key : str
        Which one it is in this scene.
    volumeNode, segmentationNode : vtkMRMLNode
        CT and lesions.
    date : str
        What a person gave, ISO 8601; empty for what DICOM says.
    petNode : vtkMRMLNode or None
        The PET beside the CT.
    """

    key: str
    volumeNode: Any
    segmentationNode: Any
    date: str
    petNode: Any = None


class CourseNodes:
    """Which nodes are the studies of the patient, kept in a parameter node for a saved scene.

    Parameters
    ----------
    node : vtkMRMLNode
        The module's parameter node.
    """

    def __init__(self, node: Any) -> None:
        self._node = node

    @property
    def studies(self) -> list[StudyNodes]:
        """The studies in the order in which they were added; one whose nodes are gone is none."""
        found = []
        for key, date in self._kept["dates"].items():
            nodes = [self._node.GetNodeReference(role + key) for role in (CT_ROLE, SEGMENTATION_ROLE)]
            if all(node is not None and node.GetScene() is not None for node in nodes):
                found.append(StudyNodes(key, *nodes, date, self._node.GetNodeReference(PET_ROLE + key)))
        return found

    @property
    def keys(self) -> list[str]:
        """The keys of all studies, in the order in which they were added."""
        return list(self._kept["dates"])

    def add(self, volumeNode: Any, segmentationNode: Any) -> None:
        """Add a study."""
        kept = self._kept
        kept["last"] += 1
        key = str(kept["last"])
        self._node.SetNodeReferenceID(CT_ROLE + key, volumeNode.GetID())
        self._node.SetNodeReferenceID(SEGMENTATION_ROLE + key, segmentationNode.GetID())
        kept["dates"][key] = ""
        self._keep(kept)

    def petOf(self, volumeNode: Any) -> Any | None:
        """The PET of the study with this CT; None where there is none."""
        return next((one.petNode for one in self.studies if one.volumeNode is volumeNode), None)

    def setPetOf(self, volumeNode: Any, petNode: Any | None) -> None:
        """Keep the PET of the studies with this CT; None for none."""
        for one in self.studies:
            if one.volumeNode is volumeNode:
                self._node.SetNodeReferenceID(PET_ROLE + one.key, petNode.GetID() if petNode else None)

    def remove(self, key: str) -> None:
        """Forget a study, what was paired with it, and its registrations; its nodes stay."""
        kept = self._kept
        kept["dates"].pop(key, None)
        kept["roles"].pop(key, None)
        kept["matched"] = [each for each in kept["matched"] if each != key]
        kept["pairs"] = {
            steps: pairs for steps, pairs in kept["pairs"].items() if key not in steps.split(".")
        }
        for role in (CT_ROLE + key, SEGMENTATION_ROLE + key, PET_ROLE + key):
            self._node.RemoveNodeReferenceIDs(role)
        for role in self._registrationRoles():
            if key in role.removeprefix(REGISTRATION_ROLE).split("."):
                self._removeRegistration(role)
        self._keep(kept)

    def setDate(self, key: str, date: str) -> None:
        """Keep the date that a person gave."""
        kept = self._kept
        kept["dates"][key] = date
        self._keep(kept)

    def pairs(self, earlier: str, later: str) -> list[GivenPair]:
        """What a person paired of two studies, by their keys."""
        kept = self._kept["pairs"].get(f"{earlier}.{later}", [])
        return [GivenPair(tuple(before), tuple(after)) for before, after in kept]

    def setPairs(self, earlier: str, later: str, pairs: Iterable[GivenPair]) -> None:
        """Keep what a person paired of two studies, by their keys."""
        kept = self._kept
        kept["pairs"][f"{earlier}.{later}"] = [[list(p.baseline), list(p.followup)] for p in pairs]
        self._keep(kept)

    def roles(self, key: str) -> dict[str, Role]:
        """What a person chose of a study's lesions, by segment ID."""
        return {segmentID: Role(role) for segmentID, role in self._kept["roles"].get(key, {}).items()}

    def setRole(self, key: str, segmentIDs: Iterable[str], role: Role | None) -> None:
        """Keep the role that a person chose for the parts of a study's lesion; None for what is proposed."""
        kept = self._kept
        others = {i: one for i, one in kept["roles"].get(key, {}).items() if i not in set(segmentIDs)}
        chosen = {} if role is None else dict.fromkeys(segmentIDs, role.value)
        kept["roles"][key] = {**others, **chosen}
        self._keep(kept)

    def registration(self, earlier: str, later: str) -> Registration | None:
        """The registration of two studies, by their keys; None where they were not registered."""
        node = self.registrationNode(earlier, later)
        return None if node is None or not node.GetAttribute(FIGURES) else readRegistration(node)

    def registrationNode(self, earlier: str, later: str) -> Any | None:
        """The transform node of two studies' registration, by their keys; None where there is none."""
        return self._node.GetNodeReference(f"{REGISTRATION_ROLE}{earlier}.{later}")

    @property
    def matched(self) -> list[str]:
        """The keys of the studies whose lesions were matched last, in order of time; empty for none."""
        return list(self._kept["matched"])

    def keepMatched(self, keys: Sequence[str], registrations: Sequence[Registration | None]) -> None:
        """Keep which studies were matched, and hold the registrations from each to the next, and no others.

        Parameters
        ----------
        keys : sequence of str
            Of the studies in order of time.
        registrations : sequence of Registration or None
            One less than there are studies.
        """
        wanted = {
            f"{REGISTRATION_ROLE}{keys[n]}.{keys[n + 1]}": registration
            for n, registration in enumerate(registrations)
            if registration is not None
        }
        self._keep({**self._kept, "matched": list(keys)})
        for role in self._registrationRoles():
            self._removeRegistration(role)
        for role, registration in wanted.items():
            node = writeRegistration(self._node.GetScene(), registration)
            self._node.SetNodeReferenceID(role, node.GetID())

    @property
    def _kept(self) -> dict[str, Any]:
        # No key is used twice, so that a course of other studies is known as another one.
        nothing = {"last": 0, "dates": {}, "pairs": {}, "roles": {}, "matched": []}
        return {**nothing, **json.loads(self._node.GetParameter(COURSE) or "{}")}

    def _keep(self, kept: dict[str, Any]) -> None:
        self._node.SetParameter(COURSE, json.dumps(kept))

    def _registrationRoles(self) -> list[str]:
        count = self._node.GetNumberOfNodeReferenceRoles()
        roles = [self._node.GetNthNodeReferenceRole(n) for n in range(count)]
        return [role for role in roles if role.startswith(REGISTRATION_ROLE)]

    def _removeRegistration(self, role: str) -> None:
        node = self._node.GetNodeReference(role)
        self._node.RemoveNodeReferenceIDs(role)
        if node is not None and node.GetScene() is not None:
            node.GetScene().RemoveNode(node)


def writeRegistration(scene: Any, registration: Registration) -> Any:
    """A transform node that shows the later study in the space of the earlier one.

    Parameters
    ----------
    scene : vtkMRMLScene
    registration : Registration

    Returns
    -------
    vtkMRMLGridTransformNode
    """
    node = scene.AddNewNodeByClass("vtkMRMLGridTransformNode", "Follow-up registration")
    node.SetAttribute(RESULT, "registration")
    lattice = registration.lattice
    toRas = slicer.util.arrayFromVTKMatrix(ijkToRasFromLattice(lattice))
    spacing = np.linalg.norm(toRas[:3, :3], axis=0)
    image = vtk.vtkImageData()
    image.SetDimensions(*lattice.shape[::-1])
    image.SetSpacing(*spacing)
    image.SetOrigin(*toRas[:3, 3])
    image.AllocateScalars(vtk.VTK_FLOAT, 3)
    _vectors(image)[...] = registration.displacement * LPS_SIGNS
    direction = np.eye(4)
    direction[:3, :3] = toRas[:3, :3] / spacing
    grid = slicer.vtkOrientedGridTransform()
    grid.SetDisplacementGridData(image)
    grid.SetGridDirectionMatrix(slicer.util.vtkMatrixFromArray(direction))
    node.SetAndObserveTransformFromParent(grid)
    figures = {name: getattr(registration, name) for name in FIGURE_NAMES}
    lattices = {name: asdict(getattr(registration, name)) for name in ("baseline", "followup")}
    node.SetAttribute(FIGURES, json.dumps({**figures, **lattices}))
    return node


def readRegistration(node: Any) -> Registration:
    """The registration that a transform node of `writeRegistration` holds.

    Parameters
    ----------
    node : vtkMRMLTransformNode

    Returns
    -------
    Registration
    """
    grid = node.GetTransformFromParentAs("vtkOrientedGridTransform", False, True)
    image = grid.GetDisplacementGrid()
    values = _vectors(image).astype(np.float32) * LPS_SIGNS
    toRas = np.eye(4)
    direction = slicer.util.arrayFromVTKMatrix(grid.GetGridDirectionMatrix())
    toRas[:3, :3] = direction[:3, :3] * image.GetSpacing()
    toRas[:3, 3] = image.GetOrigin()
    kept = json.loads(node.GetAttribute(FIGURES))
    return Registration(
        values,
        latticeFromIjkToRas(toRas, image.GetExtent()),
        _lattice(kept["baseline"]),
        _lattice(kept["followup"]),
        *(kept[name] for name in FIGURE_NAMES),
    )


def _vectors(image: Any) -> np.ndarray:
    """The vectors of a vtkImageData as a view, shape (k, j, i, 3)."""
    return vtk_to_numpy(image.GetPointData().GetScalars()).reshape(*image.GetDimensions()[::-1], 3)


def _lattice(kept: dict[str, Any]) -> Lattice:
    axes = tuple(tuple(axis) for axis in kept["axes"])
    return Lattice(
        tuple(kept["shape"]), tuple(kept["spacing"]), tuple(kept["origin"]), (axes[0], axes[1], axes[2])
    )
