"""The panel's state as a typed view of the module's parameter node: what a saved scene restores."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from radioimmuno.results import LesionScore
from radioimmuno.signature import Signature

from .memory import rowsFromJson, rowsToJson, signatureFromJson, signatureToJson

CT_ROLE = "CT"
SEGMENTATION_ROLE = "Segmentation"
MODULE = "RadioImmunoScore"


class Parameters:
    """Inputs, choices and the last scores, kept in a vtkMRMLScriptedModuleNode.

    Parameters
    ----------
    node : the parameter node; everything is read from it and written to it at once
    """

    def __init__(self, node: Any) -> None:
        self.node = node

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
    def kvp(self) -> float | None:
        """Tube voltage typed in by hand, kV."""
        text = self.node.GetParameter("kvp")
        return float(text) if text else None

    @kvp.setter
    def kvp(self, value: float | None) -> None:
        self._set("kvp", "" if value is None else repr(float(value)))

    @property
    def updateWhileEditing(self) -> bool:
        """Whether an edited lesion is scored again by itself."""
        return self._flag("updateWhileEditing", False)

    @updateWhileEditing.setter
    def updateWhileEditing(self, on: bool) -> None:
        self._set("updateWhileEditing", str(bool(on)))

    @property
    def colorByScore(self) -> bool:
        """Whether lesions are shown in the colors of their scores."""
        return self._flag("colorByScore", True)

    @colorByScore.setter
    def colorByScore(self, on: bool) -> None:
        self._set("colorByScore", str(bool(on)))

    @property
    def showLegend(self) -> bool:
        """Whether the color legend is shown."""
        return self._flag("showLegend", True)

    @showLegend.setter
    def showLegend(self, on: bool) -> None:
        self._set("showLegend", str(bool(on)))

    @property
    def showRings(self) -> bool:
        """Whether the rings are shown."""
        return self._flag("showRings", True)

    @showRings.setter
    def showRings(self, on: bool) -> None:
        self._set("showRings", str(bool(on)))

    @property
    def interiorMap(self) -> str:
        """Name of the map that is shown of the selected lesion; empty for none."""
        return self.node.GetParameter("interiorMap")

    @interiorMap.setter
    def interiorMap(self, name: str) -> None:
        self._set("interiorMap", name)

    @property
    def excluded(self) -> frozenset[str]:
        """IDs of the segments that are not to be scored."""
        return frozenset(json.loads(self.node.GetParameter("excluded") or "[]"))

    @excluded.setter
    def excluded(self, segmentIDs: Iterable[str]) -> None:
        self._set("excluded", json.dumps(sorted(segmentIDs)))

    @property
    def rows(self) -> dict[str, LesionScore]:
        """The last scores by segment ID; the rings are not among what is kept."""
        return rowsFromJson(self.node.GetParameter("rows") or "[]")

    @property
    def stale(self) -> frozenset[str]:
        """IDs of the rows that no longer say what would be measured now."""
        return frozenset(json.loads(self.node.GetParameter("stale") or "[]"))

    def keepScores(self, rows: Mapping[str, LesionScore], stale: Iterable[str]) -> None:
        """Keep the scores for a saved scene."""
        self._set("rows", rowsToJson(rows.values()))
        self._set("stale", json.dumps(sorted(stale)))

    def _flag(self, name: str, default: bool) -> bool:
        text = self.node.GetParameter(name)
        return text == "True" if text else default

    def _set(self, name: str, value: str) -> None:
        if self.node.GetParameter(name) != value:
            self.node.SetParameter(name, value)


def addParameters(scene: Any) -> Parameters:
    """The module's parameters in a scene made elsewhere: the node that the module looks for in Slicer."""
    node = scene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
    node.UnRegister(None)
    node.SetSingletonTag(MODULE)
    node.SetAttribute("ModuleName", MODULE)
    node.SetModuleName(MODULE)
    node.SetName(MODULE)
    return Parameters(scene.AddNode(node))
