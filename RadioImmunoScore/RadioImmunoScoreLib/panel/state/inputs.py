"""What is to be scored, and with what: the parameter node's choices, and the study read out of the scene.

The study is read again and again: only what may have changed is read anew. With it comes, for each lesion, a
digest of all that its score depends on: its voxels and those of its neighbours, which cut its ring and
overlap, where they lie on the CT, the signature, the acquisition. A score is that of the lesion as it is now
as long as the digest is the same, whatever happened in between.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np
import slicer

from radioimmuno.acquisition import Acquisition, acquisition_record, with_kvp
from radioimmuno.extraction.ring import ring_reach
from radioimmuno.findings import Finding, InputError
from radioimmuno.geometry.box_index import BoxIndex
from radioimmuno.geometry.image import Box, Image
from radioimmuno.identity import UNKNOWN, Identity
from radioimmuno.scoring.given_values import with_given
from radioimmuno.signature.signature import Signature, shipped_signatures
from radioimmuno.signature.variables import Source
from radioimmuno.structures.rule import Structure
from radioimmuno.study import Study

from ...scene import SegmentationReading, readLesions
from ...scene.nodes import isOwned
from ...scene.parameters import Parameters
from ...scene.reading import lesionOf, outsideFindings
from ...scene.segment_properties import markedOf, setMarked, sitesOf, terminologyOf
from ...services.node_origin import INSTANCE_UIDS, acceptedOf, identityOf, readAcquisition, setAccepted
from ...services.scene_study import (
    Selection,
    findSignature,
    hasVoxels,
    inputFindings,
    select,
    structureOf,
    studyOf,
    withChosen,
)
from .edits import Stamps, geometryOf, stampsOf, voxelStamp

DIGEST_BYTES = 16

Given = tuple[Mapping[str, float], str]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The patient at one moment.

    Parameters
    ----------
    study : Study
        What is scored.
    signature : Signature
        By which it is scored.
    digests : mapping of str to str
        By lesion ID, of all that the lesion's score depends on, the CT's voxels apart.
    ctStamp : int
        The time stamp of the CT's voxels.
    drawn : IDs of the lesions that have a voxel
    """

    study: Study
    signature: Signature
    digests: Mapping[str, str]
    ctStamp: int
    drawn: frozenset[str]


@dataclass(frozen=True, eq=False)
class _Segment:
    """A segment's voxels on the CT's lattice, as they were at a time stamp."""

    stamp: Any
    mask: Image
    findings: tuple[Finding, ...]
    box: Box | None
    digest: str


class StudyReader:
    """Reads one CT and one segmentation; of others all is read."""

    def __init__(self) -> None:
        self._nodes: tuple[Any, Any] = (None, None)
        self._geometry: Any = None
        self._stamps: Stamps = {}
        self._segments: dict[str, _Segment] = {}
        self._selected: tuple[Any, Selection] = (None, Selection({}, {}))
        self._checked: dict[Any, tuple[Finding, ...]] = {}

    def read(
        self, volumeNode: Any, segmentationNode: Any, signature: Signature, given: Given, *known: Any
    ) -> Snapshot:
        """The patient as the scene has it now; on the main thread.

        Parameters
        ----------
        signature : Signature
            By which it is scored.
        given : tuple of (mapping of str to float, str)
            Values of the patient, and the batch, as of `given_values.with_given`.
        known : Any
            What is known of the CT, as of `scene_study.studyOf`.

        Raises
        ------
        InputError
            As of `scene_study.readStudy`.
        """
        selection = self.select(volumeNode, segmentationNode)
        segmentation = segmentationNode.GetSegmentation()
        ids = [i for i in segmentation.GetSegmentIDs() if i not in selection.leftOut]
        self._readSegments(ids)
        read = {i: self._segments[i] for i in ids}
        sites = sitesOf(segmentationNode)
        lesions = tuple(lesionOf(segmentation.GetSegment(i), i, read[i].mask, sites[i]) for i in ids)
        reading = SegmentationReading(lesions, withChosen({i: read[i].findings for i in ids}, selection))
        left = selection.named(segmentationNode)
        study = with_given(studyOf(volumeNode, segmentationNode, reading, left, *known), signature, *given)
        stamp = voxelStamp(volumeNode)
        checked = self._checked.get(_checkedKey(stamp, study, signature))
        study = replace(study, findings_of_values=checked)
        drawn = frozenset(i for i in ids if read[i].box is not None)
        return Snapshot(study, signature, self._digests(study, signature), stamp, drawn)

    def select(self, volumeNode: Any | None, segmentationNode: Any) -> Selection:
        """Which segments are left out; without a CT their size is not known."""
        segmentation = segmentationNode.GetSegmentation()
        segments = {i: segmentation.GetSegment(i) for i in segmentation.GetSegmentIDs()}
        hasCt = volumeNode is not None and volumeNode.GetImageData() is not None
        if hasCt:
            self._follow(volumeNode, segmentationNode)
            self._readSegments([i for i, segment in segments.items() if hasVoxels(segment)])
        stated = [(i, s.GetName(), terminologyOf(s), markedOf(s), hasVoxels(s)) for i, s in segments.items()]
        digests = {i: self._segments[i].digest for i in segments if i in self._segments} if hasCt else {}
        if (stated, digests) != self._selected[0]:
            structures = [self._structureOf(segment, i, hasCt) for i, segment in segments.items()]
            self._selected = (stated, digests), select(segmentationNode, structures)
        return self._selected[1]

    def rememberValues(self, snapshot: Snapshot, checked: Study) -> None:
        """What was found in the values of a snapshot's CT, so that they need not all be read again."""
        if checked.findings_of_values is not None:
            key = _checkedKey(snapshot.ctStamp, checked, snapshot.signature)
            self._checked = {key: checked.findings_of_values}

    def _follow(self, volumeNode: Any, segmentationNode: Any) -> None:
        """Forget what may be other voxels now."""
        nodes, geometry = (volumeNode, segmentationNode), geometryOf(volumeNode, segmentationNode)
        if nodes != self._nodes:
            self._checked = {}
        if nodes != self._nodes or geometry != self._geometry:
            self._segments = {}
        self._nodes, self._geometry = nodes, geometry
        before, self._stamps = self._segments, stampsOf(segmentationNode)
        self._segments = {
            i: before[i] for i, stamp in self._stamps.items() if i in before and before[i].stamp == stamp
        }

    def _readSegments(self, segmentIDs: Collection[str]) -> None:
        unread = [i for i in segmentIDs if i not in self._segments]
        if not unread:
            return
        reading = readLesions(self._nodes[1], self._nodes[0], unread)
        for lesion in reading.lesions:
            box = lesion.box
            digest = _digest(box, b"" if box is None else np.packbits(lesion.mask.crop(box).values))
            found, stamp = reading.findings[lesion.id], self._stamps[lesion.id]
            self._segments[lesion.id] = _Segment(stamp, lesion.mask, found, box, digest)

    def _structureOf(self, segment: Any, segmentID: str, hasCt: bool) -> Structure:
        read = self._segments.get(segmentID) if hasCt else None
        return structureOf(segment, segmentID, read and lesionOf(segment, segmentID, read.mask, None))

    def _digests(self, study: Study, signature: Signature) -> dict[str, str]:
        lesions, lattice = study.lesions, study.image.lattice
        ofAll = (
            signature.sha256,
            json.dumps(acquisition_record(study.acquisition), sort_keys=True, default=str),
            _texts(study.findings_of_all),
            sorted(study.accepted),
            np.round(lattice.index_to_lps, 6).tolist(),
            lattice.shape,
        )
        usesSite = bool(signature.variables_from(Source.SITE))
        read = [self._segments[lesion.id] for lesion in lesions]
        boxes = BoxIndex([segment.box for segment in read])
        near = boxes.neighbours(ring_reach(lattice, signature.settings))
        # Findings of overlaps name the others.
        touching = boxes.neighbours((0, 0, 0))
        return {
            lesion.id: _digest(
                ofAll,
                read[n].digest,
                _texts(study.findings_of_lesions[lesion.id]),
                lesion.site if usesSite else None,
                sorted(read[other].digest for other in near[n]),
                [lesions[other].name for other in touching[n]],
                *[(name, lesion.clinical.get(name)) for name in signature.clinical],
            )
            for n, lesion in enumerate(lesions)
        }


def _checkedKey(ctStamp: int, study: Study, signature: Signature) -> Any:
    """What it depends on what the values of a CT say."""
    return ctStamp, study.accepted, signature.settings.extraction.takes_levels


def _texts(findings: Collection[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.text) for finding in findings]


def _digest(*parts: Any) -> str:
    digest = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()


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
        return _onlyOne("vtkMRMLScalarVolumeNode"), _onlyOne("vtkMRMLSegmentationNode")

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

    def snapshot(self) -> Snapshot:
        """The patient as it is now, with a digest of what each score depends on; errors as of `readStudy`."""
        nodes = self.volumeNode, self.segmentationNode
        known = self.acquisitionOfCt, self.parameters.kvp, *self._origin
        return self.reader.read(*nodes, self.signature, (self.clinical, self.batch), *known)


def _onlyOne(className: str) -> Any | None:
    """The one node of a class that a person would choose; None where there is none or are several."""
    nodes = slicer.util.getNodesByClass(className)
    # A label map is a scalar volume too.
    fitting = [n for n in nodes if n.GetClassName() == className and not n.GetHideFromEditors()]
    fitting = [node for node in fitting if not isOwned(node)]
    return fitting[0] if len(fitting) == 1 else None
