"""The patient read out of the scene again and again: only what may have changed is read anew.

With it comes, for each lesion, a digest of all that its score depends on: its voxels and those of its
neighbours, which cut its ring and overlap, where they lie on the CT, the signature, the acquisition. A
score is that of the lesion as it is now as long as the digest is the same, whatever happened in between.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np

from radioimmuno.extraction.ring import ring_reach
from radioimmuno.findings import Finding
from radioimmuno.geometry.box_index import BoxIndex
from radioimmuno.geometry.image import Box, Image
from radioimmuno.signature.variables import Source
from radioimmuno.structures.rule import Structure

from ...scene import SegmentationReading, readLesions
from ...scene.reading import lesionOf
from ...scene.sites import sitesOf
from ...scene.tags import markedOf, terminologyOf
from ...services.case import Case, caseOf
from ...services.selection import Selection, hasVoxels, select, structureOf, withChosen
from .edits import Stamps, geometryOf, stampsOf, voxelStamp

DIGEST_BYTES = 16


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The patient at one moment.

    Parameters
    ----------
    case : what is scored
    digests : by lesion ID, of all that the lesion's score depends on, the CT's voxels apart
    ctStamp : the time stamp of the CT's voxels
    drawn : IDs of the lesions that have a voxel
    """

    case: Case
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


class CaseReader:
    """Reads one CT and one segmentation; of others all is read."""

    def __init__(self) -> None:
        self._nodes: tuple[Any, Any] = (None, None)
        self._geometry: Any = None
        self._stamps: Stamps = {}
        self._segments: dict[str, _Segment] = {}
        self._selected: tuple[Any, Selection] = (None, Selection({}, {}))
        self._checked: dict[Any, tuple[Finding, ...]] = {}

    def read(self, volumeNode: Any, segmentationNode: Any, *known: Any) -> Snapshot:
        """The patient as the scene has it now; on the main thread.

        Parameters
        ----------
        known : signature, acquisition and tube voltage by hand, as of `case.caseOf`

        Raises
        ------
        InputError
            As of `case.caseOf`.
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
        case = caseOf(volumeNode, segmentationNode, reading, left, *known)
        stamp = voxelStamp(volumeNode)
        case = replace(case, ofVoxels=self._checked.get((stamp, case.accepted)))
        drawn = frozenset(i for i in ids if read[i].box is not None)
        return Snapshot(case, self._digests(case), stamp, drawn)

    def select(self, volumeNode: Any | None, segmentationNode: Any) -> Selection:
        """Which segments are left out; without a CT their size is not known."""
        segmentation = segmentationNode.GetSegmentation()
        segments = {i: segmentation.GetSegment(i) for i in segmentation.GetSegmentIDs()}
        hasCt = volumeNode is not None and volumeNode.GetImageData() is not None
        if hasCt:
            self._follow(volumeNode, segmentationNode)
            self._readSegments([i for i, segment in segments.items() if hasVoxels(segment)])
        said = [(i, s.GetName(), terminologyOf(s), markedOf(s), hasVoxels(s)) for i, s in segments.items()]
        digests = {i: self._segments[i].digest for i in segments if i in self._segments} if hasCt else {}
        if (said, digests) != self._selected[0]:
            structures = [self._structureOf(segment, i, hasCt) for i, segment in segments.items()]
            self._selected = (said, digests), select(segmentationNode, structures)
        return self._selected[1]

    def keepChecked(self, case: Case, ctStamp: int) -> None:
        """What was found in the CT's voxels, so that they need not all be read again."""
        if case.ofVoxels is not None:
            self._checked = {(ctStamp, case.accepted): case.ofVoxels}

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

    def _digests(self, case: Case) -> dict[str, str]:
        signature, lesions = case.signature, case.lesions
        ofAll = (
            signature.sha256,
            json.dumps(asdict(case.acquisition), sort_keys=True, default=str),
            _texts(case.ofCt),
            sorted(case.accepted),
            np.round(case.image.lattice.index_to_lps, 6).tolist(),
            case.image.lattice.shape,
        )
        usesSite = bool(signature.variables_from(Source.SITE))
        read = [self._segments[lesion.id] for lesion in lesions]
        boxes = BoxIndex([segment.box for segment in read])
        near = boxes.neighbours(ring_reach(case.image.lattice, signature.settings))
        # Overlaps are told by name.
        touching = boxes.neighbours((0, 0, 0))
        return {
            lesion.id: _digest(
                ofAll,
                read[n].digest,
                _texts(case.ofLesions[lesion.id]),
                lesion.site if usesSite else None,
                sorted(read[other].digest for other in near[n]),
                [lesions[other].name for other in touching[n]],
            )
            for n, lesion in enumerate(lesions)
        }


def _texts(findings: Collection[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.text) for finding in findings]


def _digest(*parts: Any) -> str:
    digest = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        digest.update(part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode())
        digest.update(b"\0")
    return digest.hexdigest()
