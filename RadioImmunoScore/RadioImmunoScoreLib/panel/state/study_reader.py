"""The study read out of the scene, again and again: only what may have changed is read anew.

With it comes, for each lesion, a digest of all that its score depends on: its voxels and those of its
neighbours, which cut its ring and overlap, where they lie on the CT, the signature, the acquisition, the
images beside the CT that the signature measures. A score is that of the lesion as it is now as long as the
digest is the same, whatever happened in between.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np

from radioimmuno.acquisition import acquisition_record
from radioimmuno.extraction.ring import ring_reach
from radioimmuno.findings import Finding
from radioimmuno.geometry.box_index import BoxIndex
from radioimmuno.geometry.image import Box, Image
from radioimmuno.modality import MR, modality_of_role
from radioimmuno.scoring.given_values import with_given
from radioimmuno.signature.signature import Signature
from radioimmuno.signature.variables import Source
from radioimmuno.structures.rule import Structure
from radioimmuno.study import Study

from ...scene import SegmentationReading, readLesions
from ...scene.reading import lesionOf
from ...scene.segment_properties import markedOf, referenceOf, sitesOf, terminologyOf
from ...services.images_beside import ImageBeside, rolesOf, withImages
from ...services.learned_models import cardDigest, readModels
from ...services.scene_study import (
    Selection,
    hasVoxels,
    referencesOf,
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
    beside : tuple of ImageBeside
        The images beside the CT.
    cards : tuple of str
        Paths of the cards of the outside models that the signature needs.
    """

    study: Study
    signature: Signature
    digests: Mapping[str, str]
    ctStamp: int
    drawn: frozenset[str]
    beside: tuple[ImageBeside, ...] = ()
    cards: tuple[str, ...] = ()

    def image(self, role: str) -> ImageBeside | None:
        """The image beside the CT of this role."""
        return next((one for one in self.beside if one.role == role), None)

    def whole(self, roles: Collection[str] | None = None) -> Study:
        """The study with the CT's values checked, and images beside it read; on any thread.

        Parameters
        ----------
        roles : collection of str, optional
            Which images; those that the signature measures by default.
        """
        wanted = rolesOf(self.signature) if roles is None else roles
        checked = self.study.with_values_checked(self.signature.settings)
        return withImages(checked, (one for one in self.beside if one.role in wanted))

    def modelsGiven(self) -> dict[str, Any]:
        """What scoring gets besides: the outside models, read, where the signature needs any; on any thread.

        Raises
        ------
        ModelError
            When one cannot be used.
        """
        return {"models": readModels(self.cards)} if self.cards else {}


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
        self,
        volumeNode: Any,
        segmentationNode: Any,
        signature: Signature,
        given: Given,
        *known: Any,
        beside: tuple[ImageBeside, ...] = (),
        models: Mapping[str, str] | None = None,
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
        beside : tuple of ImageBeside
            The images beside the CT.
        models : mapping of str to str, optional
            Name of an outside model that the signature needs -> its card's path.

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
        masks = {i: segment.mask for i, segment in self._segments.items()}
        study = replace(study, references=referencesOf(segmentationNode, masks))
        digests = self._digests(study, signature, beside, models or {})
        cards = tuple((models or {}).values())
        return Snapshot(study, signature, digests, stamp, drawn, beside, cards)

    def select(self, volumeNode: Any | None, segmentationNode: Any) -> Selection:
        """Which segments are left out; without a CT their size is not known."""
        segmentation = segmentationNode.GetSegmentation()
        segments = {i: segmentation.GetSegment(i) for i in segmentation.GetSegmentIDs()}
        hasCt = volumeNode is not None and volumeNode.GetImageData() is not None
        if hasCt:
            self._follow(volumeNode, segmentationNode)
            self._readSegments([i for i, segment in segments.items() if hasVoxels(segment)])
        stated = [
            (i, s.GetName(), terminologyOf(s), markedOf(s), referenceOf(s), hasVoxels(s))
            for i, s in segments.items()
        ]
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

    def _referenceDigests(self, signature: Signature) -> list[str]:
        """Of the reference regions, where scores may depend on them."""
        node = self._nodes[1]
        if not _isOfMr(signature):
            return []
        segments = {i: node.GetSegmentation().GetSegment(i) for i in self._segments}
        regions = {i: referenceOf(segment) for i, segment in segments.items()}
        return [f"{region} {self._segments[i].digest}" for i, region in sorted(regions.items()) if region]

    def _digests(
        self,
        study: Study,
        signature: Signature,
        beside: tuple[ImageBeside, ...] = (),
        models: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        lesions, lattice = study.lesions, study.image.lattice
        ofAll = (
            signature.sha256,
            json.dumps(acquisition_record(study.acquisition), sort_keys=True, default=str),
            _texts(study.findings_of_all),
            sorted(study.accepted),
            np.round(lattice.index_to_lps, 6).tolist(),
            lattice.shape,
            # Without such images as before there were any: digests are kept in scenes.
            *(one.digest for one in beside if one.role in rolesOf(signature)),
            *self._referenceDigests(signature),
            *(cardDigest(path) for path in (models or {}).values()),
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


def _isOfMr(signature: Signature) -> bool:
    """Whether a signature measures an MR, which may be normalized by a reference region."""
    return any(modality_of_role(role) is MR for role in rolesOf(signature))


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
