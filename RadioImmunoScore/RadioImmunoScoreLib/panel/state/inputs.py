"""What is to be scored, and with what: the parameter node's choices, resolved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from radioimmuno.acquisition import Acquisition, with_kvp
from radioimmuno.findings import Finding, InputError
from radioimmuno.identity import UNKNOWN, Identity
from radioimmuno.signature.signature import Signature, shipped_signatures

from ...scene.parameters import Parameters
from ...scene.reading import outsideFindings
from ...scene.tags import markedOf, setMarked
from ...services.acceptance import acceptedOf, keepAccepted
from ...services.acquisition import readAcquisition
from ...services.case import Case, findSignature, inputFindings
from ...services.dicom_origin import INSTANCE_UIDS, identityOf
from .case_reader import CaseReader, Snapshot


class Inputs:
    """The inputs of one patient.

    Parameters
    ----------
    parameters : where the choices are kept
    """

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.reader = CaseReader()
        self._leftOut: Mapping[str, str] | None = None
        self._signature: Signature | None = None
        self._identity: tuple[Any, Identity] | None = None

    @property
    def volumeNode(self) -> Any | None:
        """The CT."""
        return self.parameters.volumeNode

    @property
    def segmentationNode(self) -> Any | None:
        """The segmentation with the lesions."""
        return self.parameters.segmentationNode

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
    def acquisitionOfCt(self) -> Acquisition:
        """What the CT says about itself."""
        return readAcquisition(self.volumeNode) if self.volumeNode else Acquisition()

    @property
    def acquisition(self) -> Acquisition:
        """What is known about the CT, the typed tube voltage included unless it is none."""
        try:
            return with_kvp(self.acquisitionOfCt, self.parameters.kvp)[0]
        except InputError:
            return self.acquisitionOfCt

    @property
    def identity(self) -> Identity:
        """Whose CT it is."""
        node = self.volumeNode
        if node is None:
            return UNKNOWN
        key = node, node.GetAttribute(INSTANCE_UIDS), node.GetName()
        if self._identity is None or self._identity[0] != key:
            self._identity = key, identityOf(node)
        return self._identity[1]

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
        keepAccepted(self.volumeNode, self.segmentationNode, set(codes))

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

    def case(self) -> Case:
        """The patient's arrays as they are now; errors as of `readCase`."""
        return self.snapshot().case

    def snapshot(self) -> Snapshot:
        """The patient as it is now, with a digest of what each score depends on; errors as of `readCase`."""
        nodes = self.volumeNode, self.segmentationNode
        known = self.signature, self.acquisitionOfCt, self.parameters.kvp
        return self.reader.read(*nodes, *known)
