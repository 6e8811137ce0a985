"""The panel's state as a typed view of parameter node and segmentation: what a saved scene restores."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from radioimmuno.scoring.results import LesionScore
from radioimmuno.signature.signature import Signature

from .nodes import PREFIX
from .score_memory import rowsFromJson, rowsToJson, signatureFromJson, signatureToJson

CT_ROLE = "CT"
SEGMENTATION_ROLE = "Segmentation"
PET_ROLE, MR_ROLE = "PET", "MR"
MODULE = "RadioImmunoScore"

# What lesions are colored by where there are several studies.
BY_SCORE, BY_SCORE_CHANGE, BY_VOLUME_CHANGE, BY_UPTAKE_CHANGE, BY_RESPONSE = (
    "score",
    "score change",
    "volume change",
    "uptake change",
    "response",
)

# Changes since an earlier study: the others are values of one study.
COURSE = (BY_SCORE_CHANGE, BY_VOLUME_CHANGE, BY_UPTAKE_CHANGE, BY_RESPONSE)

# On the segmentation node.
SCORES, DIGESTS, EXCLUDED = PREFIX + "Scores", PREFIX + "ScoreDigests", PREFIX + "Excluded"
ABOUT_IMAGES = PREFIX + "ScoredImages"
# Not among the results that are removed with the scores.
SCORED_CT_ROLE = "ScoredVolume." + PREFIX.rstrip(".")


@dataclass(frozen=True)
class SavedScores:
    """A segmentation's scores by segment ID, and digests of what they were measured on, "" for stale ones.

    What has no digest was kept by an earlier version.
    """

    rows: Mapping[str, LesionScore]
    digests: Mapping[str, str | None]


def _flag(name: str, default: bool, meaning: str) -> Any:
    """A property for a parameter that is True or False."""

    def read(self: Parameters) -> bool:
        text = self.node.GetParameter(name)
        return text == "True" if text else default

    def write(self: Parameters, on: bool) -> None:
        self._set(name, str(bool(on)))

    return property(read, write, doc=meaning)


class Parameters:
    """Inputs and choices, kept in a vtkMRMLScriptedModuleNode; scores, on the segmentation that is selected.

    Parameters
    ----------
    node : vtkMRMLNode
        The parameter node; everything is read from it and written to it at once.
    """

    def __init__(self, node: Any) -> None:
        self.node = node
        self._adoptEarlierScene()

    @property
    def volumeNode(self) -> Any | None:
        """The CT."""
        return self.node.GetNodeReference(CT_ROLE)

    @volumeNode.setter
    def volumeNode(self, node: Any | None) -> None:
        self.node.SetNodeReferenceID(CT_ROLE, node.GetID() if node else None)

    @property
    def segmentationNode(self) -> Any | None:
        """The segmentation with the lesions."""
        return self.node.GetNodeReference(SEGMENTATION_ROLE)

    @segmentationNode.setter
    def segmentationNode(self, node: Any | None) -> None:
        self.node.SetNodeReferenceID(SEGMENTATION_ROLE, node.GetID() if node else None)

    @property
    def petNode(self) -> Any | None:
        """The PET beside the CT."""
        return self.node.GetNodeReference(PET_ROLE)

    @petNode.setter
    def petNode(self, node: Any | None) -> None:
        self.node.SetNodeReferenceID(PET_ROLE, node.GetID() if node else None)

    @property
    def mrNode(self) -> Any | None:
        """The MR beside the CT."""
        return self.node.GetNodeReference(MR_ROLE)

    @mrNode.setter
    def mrNode(self, node: Any | None) -> None:
        self.node.SetNodeReferenceID(MR_ROLE, node.GetID() if node else None)

    @property
    def signature(self) -> str:
        """Name of a signature that ships, or path of a signature file; empty for the default."""
        return self.node.GetParameter("signature")

    @signature.setter
    def signature(self, name: str) -> None:
        self._set("signature", name)

    @property
    def signatureOfFile(self) -> Signature | None:
        """The signature that was read from a file, so that a saved scene needs the file no more; or None.

        Raises
        ------
        SignatureError
            When it is none that this version reads.
        """
        text = self.node.GetParameter("signatureOfFile")
        return signatureFromJson(text) if text else None

    @signatureOfFile.setter
    def signatureOfFile(self, signature: Signature | None) -> None:
        self._set("signatureOfFile", signatureToJson(signature) if signature else "")

    @property
    def models(self) -> dict[str, str]:
        """Paths of the card files of outside models, by the names that signatures call them."""
        kept = json.loads(self.node.GetParameter("models") or "{}")
        return {str(name): str(path) for name, path in kept.items()}

    @models.setter
    def models(self, paths: Mapping[str, str]) -> None:
        self._set("models", json.dumps(dict(paths), sort_keys=True) if paths else "")

    @property
    def kvp(self) -> float | None:
        """Tube voltage typed in by hand, kV."""
        text = self.node.GetParameter("kvp")
        return float(text) if text else None

    @kvp.setter
    def kvp(self, value: float | None) -> None:
        self._set("kvp", "" if value is None else repr(float(value)))

    @property
    def clinical(self) -> dict[str, float]:
        """Values of the patient typed in by hand, by name: a signature's `clinical.<name>`."""
        kept = json.loads(self.node.GetParameter("clinical") or "{}")
        return {str(name): float(value) for name, value in kept.items()}

    @clinical.setter
    def clinical(self, values: Mapping[str, float]) -> None:
        self._set("clinical", json.dumps(dict(values), sort_keys=True) if values else "")

    @property
    def batch(self) -> str:
        """Scanner or center of the CT, as a signature with ComBat names it; empty where none was chosen."""
        return self.node.GetParameter("batch")

    @batch.setter
    def batch(self, name: str) -> None:
        self._set("batch", name)

    updateWhileEditing = _flag(
        "updateWhileEditing", False, "Whether edited lesions are scored by themselves."
    )
    colorByScore = _flag("colorByScore", True, "Whether lesions are shown in the colors of their scores.")
    showLegend = _flag("showLegend", True, "Whether the color legend is shown.")
    showRings = _flag("showRings", True, "Whether the rings are shown.")
    showLabels = _flag(
        "showLabels", False, "Whether names and scores stand beside the lesions in the slices."
    )
    showPet = _flag("showPet", False, "Whether the PET is shown over the CT.")
    showSurfaces = _flag("showSurfaces", True, "Whether the lesions are shown in 3D.")

    @property
    def colorBy(self) -> str:
        """What the lesions' colors mean; the scores by default."""
        return self.node.GetParameter("colorBy") or BY_SCORE

    @colorBy.setter
    def colorBy(self, what: str) -> None:
        self._set("colorBy", what)

    @property
    def paintsScores(self) -> bool:
        """Whether the lesions are to have the colors of their scores."""
        return bool(self.colorByScore) and self.colorBy == BY_SCORE

    @property
    def paintsValues(self) -> bool:
        """Whether the lesions are to have the colors of a value that is no score and no change."""
        return bool(self.colorByScore) and self.colorBy not in (BY_SCORE, *COURSE)

    @property
    def interiorMap(self) -> str:
        """Name of the map that is shown of the selected lesion; empty for none."""
        return self.node.GetParameter("interiorMap")

    @interiorMap.setter
    def interiorMap(self, name: str) -> None:
        self._set("interiorMap", name)

    # What belongs to a segmentation is kept on its node, and goes with it: into another scene, or away.

    @property
    def excluded(self) -> frozenset[str]:
        """IDs of the segmentation's segments that are not to be scored."""
        return frozenset(json.loads(self._kept(EXCLUDED) or "[]"))

    @excluded.setter
    def excluded(self, segmentIDs: Iterable[str]) -> None:
        self._keep(EXCLUDED, json.dumps(sorted(segmentIDs)))

    @property
    def savedScores(self) -> SavedScores:
        """The segmentation's last scores; the rings are not among what is kept."""
        rows = rowsFromJson(self._kept(SCORES) or "[]")
        return SavedScores(rows, json.loads(self._kept(DIGESTS) or "{}"))

    @property
    def hasSavedScores(self) -> bool:
        """Whether the segmentation ever had scores; what shows them in the scene is the panel's then."""
        return self._kept(SCORES) is not None

    def saveScores(self, rows: Mapping[str, LesionScore], digests: Mapping[str, str | None]) -> None:
        """Keep the segmentation's scores for a saved scene; nothing where nothing ever was scored."""
        node = self.segmentationNode
        if node is None or not (rows or self.hasSavedScores):
            return
        self._keep(SCORES, rowsToJson(rows.values()))
        self._keep(DIGESTS, json.dumps(dict(digests), sort_keys=True))

    @property
    def aboutImages(self) -> dict[str, Any]:
        """How the images beside the CT were made and prepared for the last scores, by role."""
        kept: dict[str, Any] = json.loads(self._kept(ABOUT_IMAGES) or "{}")
        return kept

    @aboutImages.setter
    def aboutImages(self, about: Mapping[str, Any]) -> None:
        if about or self._kept(ABOUT_IMAGES):
            self._keep(ABOUT_IMAGES, json.dumps(dict(about), sort_keys=True, default=str))

    @property
    def scoredVolumeNode(self) -> Any | None:
        """The CT that the segmentation's scores were measured on; None when that is not known."""
        node = self.segmentationNode
        return node.GetNodeReference(SCORED_CT_ROLE) if node else None

    @scoredVolumeNode.setter
    def scoredVolumeNode(self, volumeNode: Any) -> None:
        self.segmentationNode.SetNodeReferenceID(SCORED_CT_ROLE, volumeNode.GetID())

    def _adoptEarlierScene(self) -> None:
        """Scenes of earlier versions keep one segmentation's scores here: they go to its node."""
        names = {"rows": SCORES, "excluded": EXCLUDED, "stale": ""}
        texts = {name: self.node.GetParameter(name) for name in names}
        if self.segmentationNode is None or not any(texts.values()):
            return
        for name, attribute in names.items():
            if attribute and texts[name] and self._kept(attribute) is None:
                self._keep(attribute, texts[name])
            self.node.UnsetParameter(name)
        if texts["stale"] and self._kept(DIGESTS) is None:
            self._keep(DIGESTS, json.dumps(dict.fromkeys(json.loads(texts["stale"]), "")))

    def _kept(self, attribute: str) -> str | None:
        node = self.segmentationNode
        return node.GetAttribute(attribute) if node else None

    def _keep(self, attribute: str, text: str) -> None:
        node = self.segmentationNode
        if node is None or node.GetAttribute(attribute) == text:
            return
        # Whoever shows the node need not draw it again.
        wasDisabled = node.GetDisableModifiedEvent()
        node.SetDisableModifiedEvent(True)
        node.SetAttribute(attribute, text)
        node.SetDisableModifiedEvent(wasDisabled)

    def _set(self, name: str, value: str) -> None:
        if self.node.GetParameter(name) != value:
            self.node.SetParameter(name, value)


def parametersOf(scene: Any) -> Parameters:
    """The module's parameters in a scene; added where there are none."""
    nodes = [scene.GetNthNodeByClass(n, "vtkMRMLScriptedModuleNode") for n in range(_count(scene))]
    found = (node for node in nodes if node.GetSingletonTag() == MODULE or node.GetModuleName() == MODULE)
    node = next(found, None)
    return addParameters(scene) if node is None else Parameters(node)


def _count(scene: Any) -> int:
    return int(scene.GetNumberOfNodesByClass("vtkMRMLScriptedModuleNode"))


def addParameters(scene: Any) -> Parameters:
    """The module's parameters in a scene made elsewhere: the node that the module looks for in Slicer."""
    node = scene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
    node.UnRegister(None)
    node.SetSingletonTag(MODULE)
    node.SetAttribute("ModuleName", MODULE)
    node.SetModuleName(MODULE)
    node.SetName(MODULE)
    return Parameters(scene.AddNode(node))
