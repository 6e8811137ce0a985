"""What is to be scored, and with what: the parameter node's choices, read out of the scene."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import slicer

from radioimmuno.acquisition import Acquisition, with_kvp
from radioimmuno.findings import Finding, InputError
from radioimmuno.identity import UNKNOWN, Identity
from radioimmuno.signature.signature import Signature, shipped_signatures
from radioimmuno.signature.variables import Source
from radioimmuno.study import Study

from ...scene.nodes import isOwned
from ...scene.parameters import Parameters
from ...scene.reading import outsideFindings
from ...scene.segment_properties import markedOf, referenceOf, setMarked, setReference
from ...services.images_beside import ImageBeside, besideKey, imageBeside, nodesByRole, withImages
from ...services.node_origin import INSTANCE_UIDS, acceptedOf, identityOf, readAcquisition, setAccepted
from ...services.scene_study import (
    findSignature,
    inputFindings,
)
from .study_reader import Snapshot, StudyReader


class Inputs:
    """The inputs of one patient.

    Parameters
    ----------
    parameters : Parameters
        Where the choices are kept.
    """

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.reader = StudyReader()
        self._leftOut: Mapping[str, str] | None = None
        self._signature: Signature | None = None
        self._knownOrigin: tuple[Any, tuple[Identity, str]] | None = None
        self._known: dict[str, tuple[Any, ImageBeside | InputError]] = {}

    @property
    def volumeNode(self) -> Any | None:
        """The CT."""
        return self.parameters.volumeNode

    @property
    def segmentationNode(self) -> Any | None:
        """The segmentation with the lesions."""
        return self.parameters.segmentationNode

    @property
    def besideNodes(self) -> dict[str, Any]:
        """The volumes beside the CT that were chosen, by their roles; an MR has that which is asked for."""
        parameters = self.parameters
        if self.volumeNode is None:
            return {}
        return nodesByRole(self.signature, parameters.petNode, parameters.mrNode)

    @property
    def beside(self) -> tuple[ImageBeside, ...]:
        """The images beside the CT, as far as they can be read."""
        return tuple(one for one in self._beside.values() if isinstance(one, ImageBeside))

    @property
    def besideProblems(self) -> dict[str, str]:
        """Why volumes that were chosen are no images, by role."""
        return {role: str(one) for role, one in self._beside.items() if isinstance(one, InputError)}

    @property
    def _beside(self) -> dict[str, ImageBeside | InputError]:
        known, nodes = self._known, self.besideNodes
        self._known = {}
        for role, node in nodes.items():
            key = besideKey(node, role, self.volumeNode)
            if role not in known or known[role][0] != key:
                known[role] = key, _imageOrProblem(node, role, self.volumeNode)
            self._known[role] = known[role]
        return {role: one for role, (_key, one) in self._known.items()}

    @property
    def signature(self) -> Signature:
        """The signature in use; the demonstration when the chosen one cannot be read any more."""
        if self._signature is None:
            parameters = self.parameters
            try:
                self._signature = parameters.signatureOfFile or findSignature(parameters.signature)
            except (InputError, OSError):
                self._keepSignature("", findSignature(None))
        return self._signature

    def setSignature(self, nameOrPath: str) -> bool:
        """Choose a signature by name or file; returns whether it is another one.

        Raises
        ------
        SignatureError
            When it cannot be read; the one in use stays.
        """
        signature = findSignature(nameOrPath)
        isOther = signature.sha256 != self.signature.sha256
        self._keepSignature(nameOrPath, signature)
        return isOther

    def _keepSignature(self, nameOrPath: str, signature: Signature) -> None:
        """Use a signature; one of a file is kept whole, which a saved scene needs on another machine."""
        self._signature = signature
        self.parameters.signature = nameOrPath
        isFile = bool(nameOrPath) and nameOrPath not in shipped_signatures()
        self.parameters.signatureOfFile = signature if isFile else None

    @property
    def models(self) -> dict[str, str]:
        """Of the outside models that the signature needs, the card files that were chosen, by name."""
        chosen = self.parameters.models
        return {name: chosen[name] for name in self.signature.learned if name in chosen}

    @property
    def acquisitionOfCt(self) -> Acquisition:
        """What the CT says about itself."""
        return readAcquisition(self.volumeNode) if self.volumeNode else Acquisition()

    @property
    def acquisition(self) -> Acquisition:
        """What is known about the CT, the typed tube voltage included unless it is none, and the batch."""
        try:
            known = with_kvp(self.acquisitionOfCt, self.parameters.kvp)[0]
        except InputError:
            known = self.acquisitionOfCt
        return replace(known, batch=self.batch)

    @property
    def clinical(self) -> dict[str, float]:
        """Of the values that the signature needs of the patient, those that were typed in."""
        typed = self.parameters.clinical
        return {name: typed[name] for name in self.signature.clinical if name in typed}

    @property
    def batch(self) -> str:
        """The batch that was chosen; empty where it is none of the signature's."""
        batch = self.parameters.batch
        return batch if batch in self.signature.batches else ""

    @property
    def isKvpAsked(self) -> bool:
        """Whether the tube voltage is to be seen: it is needed and the CT gives none, or it was typed."""
        if self.volumeNode is None:
            return False
        needsIt = bool(self.signature.variables_from(Source.TUBE_VOLTAGE))
        return self.parameters.kvp is not None or (needsIt and self.acquisitionOfCt.tube_voltage is None)

    @property
    def candidates(self) -> tuple[Any | None, Any | None]:
        """The CT and the segmentation that a scene offers, each where there is but one; results are none."""
        taken = self.parameters.petNode, self.parameters.mrNode
        return _onlyOne("vtkMRMLScalarVolumeNode", taken), _onlyOne("vtkMRMLSegmentationNode")

    @property
    def identity(self) -> Identity:
        """Whose CT it is."""
        return self._origin[0]

    @property
    def _origin(self) -> tuple[Identity, str]:
        """Whose CT it is, and of which day."""
        node = self.volumeNode
        if node is None:
            return UNKNOWN, ""
        key = node, node.GetAttribute(INSTANCE_UIDS), node.GetName()
        if self._knownOrigin is None or self._knownOrigin[0] != key:
            self._knownOrigin = key, identityOf(node)
        return self._knownOrigin[1]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What refuses or concerns all lesions, as far as it is known before they are scored."""
        nodes = self.volumeNode, self.segmentationNode
        if not all(nodes) or "ct" in self.missing:
            return ()
        return (*inputFindings(*nodes, self.acquisition), *outsideFindings(*nodes))

    @property
    def accepted(self) -> frozenset[str]:
        """The codes of what a person accepted of CT and segmentation."""
        return acceptedOf(self.volumeNode, self.segmentationNode) if self.volumeNode else frozenset()

    @accepted.setter
    def accepted(self, codes: Iterable[str]) -> None:
        setAccepted(self.volumeNode, self.segmentationNode, set(codes))

    @property
    def segmentIDs(self) -> list[str]:
        """The segments in their order."""
        node = self.segmentationNode
        return list(node.GetSegmentation().GetSegmentIDs()) if node else []

    @property
    def leftOut(self) -> Mapping[str, str]:
        """Segments that are no lesions: they are not scored and cut no ring. ID -> the reason."""
        node = self.segmentationNode
        if node is None:
            return {}
        if self._leftOut is None:
            self._leftOut = self.reader.select(self.volumeNode, node).leftOut
        return self._leftOut

    def forget(self) -> None:
        """Something was edited: look again at what is asked for next."""
        self._leftOut = None

    @property
    def included(self) -> list[str]:
        """IDs of the segments that are scored."""
        excluded = {*self.parameters.excluded, *self.leftOut}
        return [segmentID for segmentID in self.segmentIDs if segmentID not in excluded]

    def setIncluded(self, segmentID: str, isIncluded: bool) -> None:
        """Leave a lesion out, or take it in again; a person may say that what looks like none is one."""
        segment = self.segmentationNode.GetSegmentation().GetSegment(segmentID)
        if isIncluded and referenceOf(segment):
            setReference(self.segmentationNode, segmentID, "")
            self.forget()
        if isIncluded and segmentID in self.leftOut:
            setMarked(segment, True)
        elif not isIncluded and markedOf(segment):
            setMarked(segment, None)
        self.forget()
        if not isIncluded and segmentID in self.leftOut:
            return
        excluded = set(self.parameters.excluded)
        (excluded.discard if isIncluded else excluded.add)(segmentID)
        self.parameters.excluded = excluded

    @property
    def missing(self) -> list[str]:
        """What is missing before scoring can run: `ct`, `segmentation`, `segments`, `included`."""
        volumeNode, segmentIDs = self.volumeNode, self.segmentIDs
        lacks = {
            "ct": volumeNode is None or volumeNode.GetImageData() is None,
            "segmentation": self.segmentationNode is None,
            "segments": self.segmentationNode is not None and not segmentIDs,
            "included": bool(segmentIDs) and not self.included,
        }
        return [name for name, isMissing in lacks.items() if isMissing]

    def study(self) -> Study:
        """The patient as it is now; errors as of `scene_study.readStudy`."""
        return self.snapshot().study

    def shownStudy(self) -> Study:
        """The patient as it is now, with the images beside the CT that were read already; as `study`."""
        snapshot = self.snapshot()
        return withImages(snapshot.study, (one for one in snapshot.beside if one.isRead))

    def snapshot(self) -> Snapshot:
        """The patient as it is now, with a digest of what each score depends on; errors as of `readStudy`."""
        nodes = self.volumeNode, self.segmentationNode
        known = self.acquisitionOfCt, self.parameters.kvp, *self._origin
        given = self.clinical, self.batch
        beside, models = self.beside, self.models
        return self.reader.read(*nodes, self.signature, given, *known, beside=beside, models=models)


def _imageOrProblem(node: Any, role: str, volumeNode: Any) -> ImageBeside | InputError:
    try:
        return imageBeside(node, role, volumeNode)
    except InputError as problem:
        return problem


def _onlyOne(className: str, others: Collection[Any] = ()) -> Any | None:
    """The one node of a class that a person would choose; None where there is none or are several."""
    nodes = slicer.util.getNodesByClass(className)
    # A label map is a scalar volume too.
    fitting = [n for n in nodes if n.GetClassName() == className and not n.GetHideFromEditors()]
    fitting = [node for node in fitting if not isOwned(node) and all(node is not one for one in others)]
    return fitting[0] if len(fitting) == 1 else None
