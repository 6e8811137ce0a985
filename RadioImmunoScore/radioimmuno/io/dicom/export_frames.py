"""The frames of a DICOM SEG as they stand in its file: what is said of each, and their pixels.

They are the last two elements of the file. As objects of pydicom they would take longer than all the rest of
an export, though frames have nearly all in common: so they are encoded here, and what a slice says once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO

import numpy as np

from ...geometry.image import Image, Lattice
from .library import highdicom, pydicom
from .source import SourceInstance, SourceSeries

# Explicit VR, little endian (DICOM PS3.5, 7.1.2 and 7.5): elements of short and of long length, and items.
SHORT = struct.Struct("<HH2sH")
LONG = struct.Struct("<HH2sHI")
ITEM = struct.Struct("<HHI")
ITEM_TAG = 0xFFFE, 0xE000
PADDING = {"UI": b"\0", "DS": b" ", "IS": b" ", "CS": b" "}

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
        # In the order of their tags.
        content = _content(frame.segment, frame.k - first + 1)
        items.append(derivation + content + position + segments[frame.segment])
    yield _sequence(0x5200, 0x9230, *items)
    pixels = _bits((frame.plane for frame in frames), slices.lattice.shape[1:])
    yield LONG.pack(0x7FE0, 0x0010, b"OB", 0, len(pixels)) + pixels


def rounded_mm(length: float) -> float:
    """A position or distance with as many decimals as are written."""
    return round(float(length), DECIMALS_MM) + 0.0


def _derived(instance: SourceInstance | None) -> bytes:
    """DerivationImageSequence: what a frame was made from."""
    if instance is None:
        return _sequence(0x0008, 0x9124)
    image = _text(0x0008, 0x1150, "UI", instance.sop_class_uid)
    image += _text(0x0008, 0x1155, "UI", instance.sop_instance_uid)
    if instance.frame is not None:
        image += _text(0x0008, 0x1160, "IS", str(instance.frame))
    image += _text(0x0028, 0x135A, "CS", "YES")  # SpatialLocationsPreserved
    image += _sequence(0x0040, 0xA170, _code("121322", "Source image for image processing operation"))
    code = _sequence(0x0008, 0x9215, _code("113076", "Segmentation"))
    return _sequence(0x0008, 0x9124, _sequence(0x0008, 0x2112, image) + code)


def _content(segment: int, place: int) -> bytes:
    """FrameContentSequence with DimensionIndexValues: of which segment and at which place a frame is."""
    return _sequence(
        0x0020, 0x9111, SHORT.pack(0x0020, 0x9157, b"UL", 8) + struct.pack("<II", segment, place)
    )


def _placed(lattice: Lattice, k: int) -> bytes:
    """PlanePositionSequence with ImagePositionPatient."""
    from pydicom.valuerep import DSfloat

    corner = lattice.to_lps(np.array([k, 0, 0]))
    numbers = "\\".join(str(DSfloat(rounded_mm(c), auto_format=True)) for c in corner)
    return _sequence(0x0020, 0x9113, _text(0x0020, 0x0032, "DS", numbers))


def _segment(number: int) -> bytes:
    """SegmentIdentificationSequence with ReferencedSegmentNumber."""
    return _sequence(0x0062, 0x000A, SHORT.pack(0x0062, 0x000B, b"US", 2) + struct.pack("<H", number))


@cache
def _code(code: str, meaning: str) -> bytes:
    stream = BytesIO()
    concept = highdicom().sr.CodedConcept(code, "DCM", meaning)
    pydicom().dcmwrite(stream, concept, implicit_vr=False, little_endian=True, enforce_file_format=False)
    return stream.getvalue()


def _text(group: int, element: int, vr: str, text: str) -> bytes:
    value = text.encode("ascii")
    value += PADDING[vr] * (len(value) % 2)
    return SHORT.pack(group, element, vr.encode("ascii"), len(value)) + value


def _sequence(group: int, element: int, *items: bytes) -> bytes:
    value = b"".join(ITEM.pack(*ITEM_TAG, len(item)) + item for item in items)
    return LONG.pack(group, element, b"SQ", 0, len(value)) + value


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
