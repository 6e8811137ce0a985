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

from radioimmuno.findings import Finding
from radioimmuno.image import Box, Image
from radioimmuno.proximity import neighbours, ring_reach

from ..case import Case, caseOf
from ..scene import SegmentationReading, readLesions
from ..scene.reading import lesionOf
from ..scene.sites import sitesOf
from .edits import geometryOf, stampsOf, voxelStamp

DIGEST_BYTES = 16
LOCATION = "location."


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
        self._segments: dict[str, _Segment] = {}
        self._checked: dict[Any, tuple[Finding, ...]] = {}

    def read(self, volumeNode: Any, segmentationNode: Any, leftOut: Collection[str], *known: Any) -> Snapshot:
        """The patient as the scene has it now; on the main thread.

        Parameters
        ----------
        leftOut : IDs of the segments that are no lesions
        known : signature, acquisition and tube voltage by hand, as of `case.caseOf`

        Raises
        ------
        InputError
            As of `case.caseOf`.
        """
        self._follow(volumeNode, segmentationNode)
        segmentation = segmentationNode.GetSegmentation()
        ids = [i for i in segmentation.GetSegmentIDs() if i not in leftOut]
        sites, read = sitesOf(segmentationNode), self._segments
        lesions = tuple(lesionOf(segmentation.GetSegment(i), i, read[i].mask, sites[i]) for i in ids)
        reading = SegmentationReading(lesions, {i: self._segments[i].findings for i in ids})
        case = caseOf(volumeNode, segmentationNode, reading, *known)
        stamp = voxelStamp(volumeNode)
        case = replace(case, ofVoxels=self._checked.get((stamp, case.accepted)))
        drawn = frozenset(i for i in ids if self._segments[i].box is not None)
        return Snapshot(case, self._digests(case), stamp, drawn)

    def keepChecked(self, case: Case, ctStamp: int) -> None:
        """What was found in the CT's voxels, so that they need not all be read again."""
        if case.ofVoxels is not None:
            self._checked = {(ctStamp, case.accepted): case.ofVoxels}

    def _follow(self, volumeNode: Any, segmentationNode: Any) -> None:
        geometry = geometryOf(volumeNode, segmentationNode)
        if (volumeNode, segmentationNode) != self._nodes:
            self._checked = {}
        if (volumeNode, segmentationNode) != self._nodes or geometry != self._geometry:
            self._segments = {}
        self._nodes, self._geometry = (volumeNode, segmentationNode), geometry
        stamps = stampsOf(segmentationNode)
        before = self._segments
        self._segments = {i: before[i] for i, s in stamps.items() if i in before and before[i].stamp == s}
        edited = [i for i in stamps if i not in self._segments]
        reading = readLesions(segmentationNode, volumeNode, edited)
        for lesion in reading.lesions:
            box = lesion.box
            digest = _digest(box, b"" if box is None else np.packbits(lesion.mask.crop(box).values))
            found = reading.findings[lesion.id]
            self._segments[lesion.id] = _Segment(stamps[lesion.id], lesion.mask, found, box, digest)

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
        usesSite = any(variable.startswith(LOCATION) for variable in signature.variables)
        read = [self._segments[lesion.id] for lesion in lesions]
        boxes = [segment.box for segment in read]
        near = neighbours(boxes, ring_reach(case.image.lattice, signature.settings))
        # Overlaps are told by name.
        touching = neighbours(boxes, (0, 0, 0))
        return {
            lesion.id: _digest(
                ofAll,
                read[n].digest,
                _texts(read[n].findings),
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
