"""The frames of a DICOM SEG as they stand in its file: what is said of each, and their pixels.

They are the last two elements of the file. As objects of pydicom they would take longer than all the rest of
an export, though frames have nearly all in common: what a slice or a segment says is encoded once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np

from ..image import Image, Lattice
from .library import highdicom, pydicom
from .source import SourceInstance, SourceSeries

# Explicit VR, little endian (DICOM PS3.5, 7.1.2 and 7.5): tag, VR and length; tag and length of an item.
ELEMENT = struct.Struct("<HH2sHI")
ITEM = struct.Struct("<HHI")
PER_FRAME_TAG, PIXELS_TAG, ITEM_TAG = (0x5200, 0x9230), (0x7FE0, 0x0010), (0xFFFE, 0xE000)
# A Frame Content Sequence whose one item holds Dimension Index Values: its segment and its place.
CONTENT = struct.Struct("<HH2sHI HHI HH2sH II")
CONTENT_HEAD = (0x0020, 0x9111, b"SQ", 0, 24, *ITEM_TAG, 16, 0x0020, 0x9157, b"UL", 8)

# Bits of this many frames are whole bytes, whatever the size of a frame.
FRAMES_OF_WHOLE_BYTES = 8
# Positions and distances are written to this many decimals of a mm: far below what any CT knows.
DECIMALS_MM = 6


@dataclass(frozen=True, eq=False)
class Frame:
    """What the segment with this number covers of the slice `k`: a mask of one slice."""

    segment: int
    k: int
    plane: Image


def frames_of_masks(masks: Mapping[int, Image]) -> list[Frame]:
    """The frames of segments (number -> mask), one for each slice in which a segment has a voxel."""
    found = []
    for segment, mask in masks.items():
        first, j, i = mask.offset
        for k in (first + np.flatnonzero(mask.values.any(axis=(1, 2)))).tolist():
            found.append(
                Frame(segment, k, Image(mask.values[k - first][np.newaxis], mask.lattice, (k, j, i)))
            )
    return found


class Slices:
    """The CT's slices as frames refer to them; each is encoded once, for all segmentations of an export.

    Parameters
    ----------
    lattice : the CT's
    source : its series; frames of a slice without an instance are derived from nothing
    """

    def __init__(self, lattice: Lattice, source: SourceSeries) -> None:
        self.lattice, self.source = lattice, source
        self._instances = {instance.k: instance for instance in source.instances}
        self._known: dict[int, tuple[bytes, bytes]] = {}

    def groups(self, k: int) -> tuple[bytes, bytes]:
        """What frames of this slice are derived from, and where they lie."""
        if k not in self._known:
            self._known[k] = _derived(self._instances.get(k)), _placed(self.lattice, k)
        return self._known[k]


def frame_elements(frames: Sequence[Frame], slices: Slices) -> Iterator[bytes]:
    """The two elements: Per-frame Functional Groups Sequence and Pixel Data."""
    first = min(frame.k for frame in frames)
    segments = {number: _segment(number) for number in {frame.segment for frame in frames}}
    items = []
    for frame in frames:
        derivation, position = slices.groups(frame.k)
        content = CONTENT.pack(*CONTENT_HEAD, frame.segment, frame.k - first + 1)
        # In the order of their tags.
        groups = derivation + content + position + segments[frame.segment]
        items.append(ITEM.pack(*ITEM_TAG, len(groups)) + groups)
    value = b"".join(items)
    yield ELEMENT.pack(*PER_FRAME_TAG, b"SQ", 0, len(value)) + value
    pixels = _bits((frame.plane for frame in frames), slices.lattice.shape[1:])
    yield ELEMENT.pack(*PIXELS_TAG, b"OB", 0, len(pixels)) + pixels


def rounded_mm(length: float) -> float:
    """A position or distance with as many decimals as are written."""
    return round(float(length), DECIMALS_MM) + 0.0


def encoded(dataset: Any) -> bytes:
    """The elements of a dataset as they stand in a file, without a file's header."""
    stream = BytesIO()
    pydicom().dcmwrite(stream, dataset, implicit_vr=False, little_endian=True, enforce_file_format=False)
    return stream.getvalue()


def reference_to(instance: SourceInstance) -> Any:
    """An item that refers to an instance of the CT, and to the frame of it where it has several."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.ReferencedSOPClassUID = instance.sop_class_uid
    item.ReferencedSOPInstanceUID = instance.sop_instance_uid
    if instance.frame is not None:
        item.ReferencedFrameNumber = instance.frame
    return item


def _derived(instance: SourceInstance | None) -> bytes:
    from pydicom.dataset import Dataset

    derived, derivation = Dataset(), Dataset()
    derived.DerivationImageSequence = []
    if instance is not None:
        image = reference_to(instance)
        image.PurposeOfReferenceCodeSequence = [
            _concept("121322", "Source image for image processing operation")
        ]
        image.SpatialLocationsPreserved = "YES"
        derivation.SourceImageSequence = [image]
        derivation.DerivationCodeSequence = [_concept("113076", "Segmentation")]
        derived.DerivationImageSequence = [derivation]
    return encoded(derived)


@cache
def _concept(code: str, meaning: str) -> Any:
    return highdicom().sr.CodedConcept(code, "DCM", meaning)


def _placed(lattice: Lattice, k: int) -> bytes:
    from pydicom.dataset import Dataset
    from pydicom.valuerep import DSfloat

    placed, position = Dataset(), Dataset()
    corner = lattice.to_lps(np.array([k, 0, 0]))
    position.ImagePositionPatient = [DSfloat(rounded_mm(c), auto_format=True) for c in corner]
    placed.PlanePositionSequence = [position]
    return encoded(placed)


def _segment(number: int) -> bytes:
    from pydicom.dataset import Dataset

    groups, identity = Dataset(), Dataset()
    identity.ReferencedSegmentNumber = number
    groups.SegmentIdentificationSequence = [identity]
    return encoded(groups)


def _bits(planes: Iterator[Image], shape: tuple[int, ...]) -> bytes:
    """All pixels one after the other, a bit each, frames not padded (DICOM PS3.5, 8.1.1)."""
    packed, waiting = [], []
    for plane in planes:
        full = np.zeros(shape, np.uint8)
        part = full[plane.box.slices[1:]]
        part[:] = plane.values[0]
        waiting.append(full.ravel())
        if len(waiting) == FRAMES_OF_WHOLE_BYTES:
            packed.append(np.packbits(np.concatenate(waiting), bitorder="little").tobytes())
            waiting = []
    if waiting:
        packed.append(np.packbits(np.concatenate(waiting), bitorder="little").tobytes())
    data = b"".join(packed)
    return data + b"\0" * (len(data) % 2)
