"""A scored patient as a scene file and two pictures."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import vtk

from radioimmuno.acquisition import Acquisition
from radioimmuno.geometry.image import Image
from radioimmuno.modality import MR, PET, image_title, modality_of_role
from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.signature import Signature, read_signature, shipped_signatures
from radioimmuno.study import Study

from ..scene import SceneResult, showScores
from ..scene.parameters import Parameters, addParameters
from ..scene.patient_nodes import addSegmentation, addVolume, fileUnderSubject
from ..services.node_origin import noteAcquisition
from .anatomy import BODY, addModel, anatomyOf
from .host import SceneHost
from .labelled_pictures import PANEL_PX, LabelledPicture, Painter, axialPicture, threeDPicture
from .pictures import savePng
from .spots import LPS_TO_RAS, Spot, slicesThrough, spotsOf
from .views import LAYOUT_NAMES, SliceView, ThreeDView

THREE_D_SIZE = (1150, 900)
BACKGROUND_BELOW = (0.02, 0.03, 0.05)
BACKGROUND_ABOVE = (0.12, 0.15, 0.20)
FILL_OPACITY = 0.35
OUTLINE_PX = 2

# Height of a slice view against its width.
MIN_ASPECT, MAX_ASPECT = 0.6, 1.2

# Room around the body, as a share of its size.
MARGIN = 0.04

# PNG keyword under which a picture says where each lesion is: JSON, lesion ID -> [row, column].
PLACES_KEYWORD = "Lesions"


def writeScene(
    study: Study,
    patientScore: PatientScore,
    signature: Signature,
    outDir: str | os.PathLike[str],
) -> list[Path]:
    """Write `axial.png`, `3d.png` and `scene.mrb` of a scored patient; the scene opens in Slicer.

    Parameters
    ----------
    study : Study
        Its first PET and MR beside the main image come into the scene, too.
    patientScore : PatientScore
        The lesions' scores, by the same IDs.
    signature : Signature
        What they were scored with.
    outDir : path-like
        Existing folder.

    Returns
    -------
    list of Path
        The files. Under the PNG keyword `Lesions` a picture says where each lesion is: JSON,
        ID -> [row, column].
    """
    folder = Path(outDir)
    image, lesions = study.image, study.lesions
    spots = spotsOf(lesions)
    surfaces = anatomyOf(image) if study.modality.in_hounsfield else {}
    bounds = boundsToShow(image, surfaces.get(BODY))
    painter = Painter(patientScore, signature)
    with SceneHost() as host:
        views = Views(host, bounds)
        volumeNode = addVolume(host.scene, image, image_title(study.role), study.modality)
        segmentationNode = addSegmentation(host.scene, lesions, volumeNode)
        parameters = addParameters(host.scene)
        others = addOthers(host.scene, study, parameters)
        fileUnderSubject(host.scene, (volumeNode, segmentationNode, *others))
        shown = showScored(volumeNode, segmentationNode, patientScore, signature)
        fillPanel(parameters, volumeNode, segmentationNode, patientScore, signature)
        for part, surface in surfaces.items():
            addModel(host.scene, part, surface)
        views.show(volumeNode, bounds)
        middle = views.axial.center
        axial = axialPicture(
            views.axial, slicesThrough(spots) or [float(middle[2])], spots, shown.legendNode, painter
        )
        threeD = threeDPicture(views.threeD, spots, painter)
        views.aimAtLowest(spots, patientScore)
        return [
            _savePicture(folder / "axial.png", axial),
            _savePicture(folder / "3d.png", threeD),
            host.saveScene(folder / "scene.mrb"),
        ]


def addOthers(scene: Any, study: Study, parameters: Parameters) -> list[Any]:
    """Nodes of the first PET and of the first MR beside a study's main image, which the module will take.

    Parameters
    ----------
    scene : vtkMRMLScene
    study : Study
    parameters : Parameters
        Of the scene.

    Returns
    -------
    list of vtkMRMLScalarVolumeNode
    """
    nodes: list[Any] = []
    for modality in (PET, MR):
        beside = [role for role in study.images if role != study.role]
        role = next((one for one in beside if modality_of_role(one) is modality), None)
        if role is None:
            continue
        nodes.append(addVolume(scene, study.images[role], image_title(role), modality))
        if modality is PET:
            parameters.petNode = nodes[-1]
        else:
            parameters.mrNode = nodes[-1]
    return nodes


class Views:
    """The views that the application's default layout has too, so that it opens the scene as it was left."""

    def __init__(self, host: SceneHost, bounds: np.ndarray) -> None:
        wide, deep, _ = bounds[1::2] - bounds[::2]
        size = PANEL_PX, round(PANEL_PX * min(max(deep / wide, MIN_ASPECT), MAX_ASPECT))
        self.slices = [SliceView(host, orientation, size) for orientation in LAYOUT_NAMES]
        self.axial = self.slices[0]
        self.threeD = ThreeDView(host, THREE_D_SIZE)
        self.threeD.node.SetBackgroundColor(*BACKGROUND_BELOW)
        self.threeD.node.SetBackgroundColor2(*BACKGROUND_ABOVE)

    def show(self, volumeNode: Any, bounds: np.ndarray) -> None:
        """Show a CT, and what lies in the bounds (R, A, S minimum and maximum in mm)."""
        for view in self.slices:
            view.showVolume(volumeNode)
            view.fitTo(bounds)
        self.threeD.lookAt(bounds)

    def aimAtLowest(self, spots: Sequence[Spot], patientScore: PatientScore) -> None:
        """Have the slice views show the lesion with the lowest score; as they are where there is none."""
        least = patientScore.metrics.minimum_lesion
        middle = self.axial.center
        center = next((spot.center for spot in spots if spot.id == least), middle)
        for view in self.slices:
            view.jumpTo(center)


def showScored(
    volumeNode: Any, segmentationNode: Any, patientScore: PatientScore, signature: Signature
) -> SceneResult:
    """Show lesions with their scores, in slices and in 3D; parameters as of `scene.showScores`."""
    displayNode = segmentationNode.GetDisplayNode()
    displayNode.SetOpacity2DFill(FILL_OPACITY)
    displayNode.SetSliceIntersectionThickness(OUTLINE_PX)
    segmentationNode.CreateClosedSurfaceRepresentation()
    return showScores(volumeNode, segmentationNode, patientScore, signature)


def fillPanel(
    parameters: Parameters,
    volumeNode: Any,
    segmentationNode: Any,
    patientScore: PatientScore,
    signature: Signature,
) -> None:
    """Have the module show inputs and rows as soon as it is opened in the scene, without scoring again.

    Parameters
    ----------
    parameters : Parameters
        Of the scene.
    volumeNode, segmentationNode : vtkMRMLNode
        What will be selected.
    patientScore : PatientScore
    signature : Signature
    """
    acquisition = patientScore.provenance.get("acquisition")
    if acquisition:
        noteAcquisition(volumeNode, Acquisition(**acquisition))
    parameters.volumeNode, parameters.segmentationNode = volumeNode, segmentationNode
    shipped = {read_signature(path).sha256: name for name, path in shipped_signatures().items()}
    parameters.signature = shipped.get(signature.sha256, signature.name)
    parameters.signatureOfFile = None if signature.sha256 in shipped else signature
    parameters.clinical = patientScore.provenance.get("inputs", {}).get("clinical", {})
    parameters.batch = (acquisition or {}).get("batch", "")
    parameters.saveScores({lesion.id: lesion for lesion in patientScore.lesions}, {})


def boundsToShow(image: Image, body: vtk.vtkPolyData | None) -> np.ndarray:
    """The body, or the whole CT where no body is found, with a margin: R, A, S minimum and maximum in mm.

    Parameters
    ----------
    image : Image
        The CT.
    body : vtkPolyData or None
    """
    if body is not None:
        bounds = np.array(body.GetBounds())
    else:
        ends = np.array(list(itertools.product(*zip(image.box.start, image.box.stop, strict=True))))
        points = image.lattice.to_lps(ends) * LPS_TO_RAS
        bounds = np.stack([points.min(axis=0), points.max(axis=0)], axis=1).ravel()
    margin = MARGIN * (bounds[1::2] - bounds[::2])
    return np.stack([bounds[::2] - margin, bounds[1::2] + margin], axis=1).ravel()


def _savePicture(path: Path, picture: LabelledPicture) -> Path:
    places = {key: list(place) for key, place in picture.places.items()}
    return savePng(path, picture.picture, {PLACES_KEYWORD: json.dumps(places)})
