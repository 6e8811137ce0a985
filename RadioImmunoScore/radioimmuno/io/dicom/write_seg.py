"""Lesions, and their rings, as DICOM SEG objects (binary) on the CT's own slices: one segment each.

Lesions and rings are two objects, because a ring lies upon its lesion and many viewers refuse a segmentation
that overlaps itself. Each segment has frames of its own, so that lesions or rings that share voxels keep them
all; `SegmentsOverlap` is whether some do. (A label map would have to take such voxels from one of them.)

Rings are made on the resampled grid. For the CT a ring's mask is interpolated linearly at the centres of the
CT's voxels; a voxel is in the ring where that is at least one half, the rule by which masks are resampled for
features. A slice in which a segment has no voxel has no frame.

Frames are the last two elements of the file. As objects of pydicom they would take longer than all the rest
of an export, though frames have nearly all in common: so they are encoded here, and a slice's part once.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

import numpy as np

from ... import __version__
from ...geometry.box_index import BoxIndex
from ...geometry.grid import Grid
from ...geometry.image import Image, Lattice
from ...lesion import Delineation, DelineationType, Lesion, Site
from ...scoring.results import PatientScore
from .codes import NOT_RECORDED, RING, body_part, coded, lesion_concepts, region_of
from .export_names import RING_ENDING, Tracking, cleaned, derived_uid, shortened
from .library import highdicom, pydicom
from .source import SourceInstance, SourceSeries

MANUFACTURER = "RadioImmunoScore"
INSIDE = 0.5
UNICODE = "ISO_IR 192"
# Recommended colors as DICOM writes them (CIELab, PS3.3 C.10.7.1.1). A color is that of lesions or of rings,
# nothing else. The color of a score would be read without its legend in an archive, and for a demonstration
# signature without its warning; the score is in the report. A lesion looks as it does before it has a score
# (sRGB 0.9, 0.78, 0.3), a ring is of a green that no score has (0, 0.62, 0.45).
LESION_CIELAB, RING_CIELAB = [52938, 32244, 49069], [37860, 21114, 36221]

# Explicit VR, little endian (DICOM PS3.5, 7.1.2 and 7.5): elements of short and of long length, and items.
SHORT = struct.Struct("<HH2sH")
LONG = struct.Struct("<HH2sHI")
ITEM = struct.Struct("<HHI")
ITEM_TAG = 0xFFFE, 0xE000
PADDING = {"UI": b"\0", "DS": b" ", "IS": b" ", "CS": b" "}

# Bits of this many frames are whole bytes, whatever the size of a frame.
FRAMES_OF_WHOLE_BYTES = 8
# Positions and distances are written to this many decimals of a mm: far below the accuracy of any CT.
DECIMALS_MM = 6


@dataclass(frozen=True)
class Content:
    """What kind of segments an object holds: how it is called, and the color that it is shown in."""

    series_description: str
    series_number: int
    description: str
    label: str
    cielab: list[int]


LESIONS = Content("RadioImmunoScore: lesions", 9101, "Lesions", "LESIONS", LESION_CIELAB)
RINGS = Content("RadioImmunoScore: peritumoral rings", 9103, "Peritumoral rings", "RINGS", RING_CIELAB)


@dataclass(frozen=True, eq=False)
class Segment:
    """One segment: a lesion or its ring, as a mask on the CT's lattice with at least one voxel."""

    number: int
    lesion_id: str
    name: str
    tracking: Tracking
    mask: Image
    site: Site | None
    delineation: Delineation | None
    ring: bool


@dataclass(frozen=True, eq=False)
class Segmentation:
    """A SEG object: its segments, its file, and what the file holds besides pixels."""

    segments: Sequence[Segment]
    file: bytes
    dataset: Any


@dataclass(frozen=True, eq=False)
class _Frame:
    """What the segment with this number covers of the slice `k`: a mask of one slice."""

    segment: int
    k: int
    plane: Image


class Slices:
    """The CT's slices as frames refer to them; each is encoded once, for all segmentations of an export.

    Parameters
    ----------
    lattice : Lattice, the CT's
    source : SourceSeries, its series; frames of a slice without an instance are derived from nothing
    """

    def __init__(self, lattice: Lattice, source: SourceSeries) -> None:
        self.lattice, self.source = lattice, source
        self._instances = {instance.k: instance for instance in source.instances}
        self._known: dict[int, tuple[bytes, bytes]] = {}

    def groups(self, k: int) -> tuple[bytes, bytes]:
        """What frames of a slice are derived from, and where they lie, as encoded elements.

        Parameters
        ----------
        k : int, number of the slice
        """
        if k not in self._known:
            self._known[k] = _derivation(self._instances.get(k)), _position(self.lattice, k)
        return self._known[k]


def lesion_segments(
    lesions: Sequence[Lesion], names: Mapping[str, str], trackings: Mapping[str, Tracking]
) -> list[Segment]:
    """A segment for each lesion that has voxels, in their order.

    Parameters
    ----------
    lesions : sequence of Lesion
    names : mapping of str to str, lesion id -> name in the export
    trackings : mapping of str to Tracking, by lesion id
    """
    drawn = [lesion for lesion in lesions if lesion.box is not None]
    return [
        Segment(
            number, one.id, names[one.id], trackings[one.id], one.mask, one.site, one.delineation, ring=False
        )
        for number, one in enumerate(drawn, start=1)
    ]


def ring_segments(
    patient: PatientScore,
    lesions: Sequence[Lesion],
    image: Image,
    names: Mapping[str, str],
    trackings: Mapping[str, Tracking],
) -> list[Segment]:
    """A segment for each ring of a lesion that has a score, in the order of the lesions; on the CT.

    Parameters
    ----------
    patient : PatientScore, with rings
    lesions : sequence of Lesion
    image : Image, the CT
    names : mapping of str to str, lesion id -> name in the export
    trackings : mapping of str to Tracking, by lesion id
    """
    rings = {row.id: row.ring for row in patient.scored if row.ring is not None}
    masks = [(lesion, ring_on_ct(rings[lesion.id], image)) for lesion in lesions if lesion.id in rings]
    made = Delineation(DelineationType.AUTOMATIC, "RadioImmunoScore, peritumoral ring")
    return [
        Segment(
            number,
            lesion.id,
            names[lesion.id] + RING_ENDING,
            trackings[lesion.id].of_ring,
            mask,
            lesion.site,
            made,
            ring=True,
        )
        for number, (lesion, mask) in enumerate(((o, m) for o, m in masks if m.values.any()), start=1)
    ]


def ring_on_ct(ring: Image, image: Image) -> Image:
    """A ring of the resampled grid on the CT's lattice: linear interpolation, inside from one half.

    Parameters
    ----------
    ring : Image of bool
    image : Image, the CT

    Returns
    -------
    Image of bool
    """
    ct = image.canonical().lattice
    back = Grid(ring.lattice, ct)
    box = back.cover(ring.box, max(ring.lattice.spacing))
    share = back.sample(Image(ring.values.astype(np.float32), ring.lattice, ring.offset), box, outside=0.0)
    return Image(share >= INSIDE, ct, box.start).trimmed().on_axes_of(image.lattice)


def make_seg(
    segments: Sequence[Segment],
    content: Content,
    slices: Slices,
    header: Any,
    uid: str,
) -> Segmentation:
    """The SEG object of these segments.

    Parameters
    ----------
    segments : sequence of Segment, at least one
    content : Content, `LESIONS` or `RINGS`
    slices : Slices, the CT's
    header : Dataset of the CT's first instance, for patient and study
    uid : str, UID of the series to be made; that of the instance follows from it
    """
    from pydicom.valuerep import DSfloat

    lattice = slices.lattice
    dataset = _skeleton(segments, content, lattice, header, uid)
    frames = [frame for segment in segments for frame in _frames(segment)]
    dataset.NumberOfFrames = len(frames)
    dataset.SegmentsOverlap = "YES" if _overlap(segments) else "NO"
    dataset.ReferencedSeriesSequence = [_referenced_series(slices.source)]
    # highdicom was given one plane, which has no distance.
    measures = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    measures.SpacingBetweenSlices = DSfloat(_rounded_mm(lattice.spacing[0]), auto_format=True)
    part = body_part(str(header.get("BodyPartExamined") or ""), [segment.site for segment in segments])
    if part:
        dataset.BodyPartExamined = part
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    for element in _frame_elements(frames, slices):
        stream.write(element)
    stream.seek(0)
    return Segmentation(segments, stream.getvalue(), pydicom().dcmread(stream, stop_before_pixels=True))


def _skeleton(segments: Sequence[Segment], content: Content, lattice: Lattice, header: Any, uid: str) -> Any:
    """The dataset without its frames.

    highdicom takes an array of (slices, rows, columns, segments) where segments overlap: gigabytes for a CT
    of ordinary size. So it is given one plane of one segment, and what it makes of it is taken away again.
    """
    hd = highdicom()
    plane = np.zeros((1, *lattice.shape[1:]), np.uint8)
    plane[0, 0, 0] = 1
    descriptions = [_description(segment, content) for segment in segments]
    dataset = hd.seg.Segmentation(
        source_images=[header],
        pixel_array=plane,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=descriptions[:1],
        series_instance_uid=uid,
        series_number=content.series_number,
        sop_instance_uid=derived_uid(uid, "1"),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MANUFACTURER,
        software_versions=__version__,
        device_serial_number="none",
        content_description=content.description,
        content_label=content.label,
        pixel_measures=hd.PixelMeasuresSequence(
            pixel_spacing=[_rounded_mm(length) for length in lattice.spacing[1:]],
            slice_thickness=_rounded_mm(lattice.spacing[0]),
            spacing_between_slices=_rounded_mm(lattice.spacing[0]),
        ),
        plane_orientation=hd.PlaneOrientationSequence("PATIENT", [*lattice.axes[2], *lattice.axes[1]]),
        plane_positions=[hd.PlanePositionSequence("PATIENT", lattice.origin)],
        series_description=content.series_description,
    )
    dataset.SegmentSequence = descriptions
    dataset.SpecificCharacterSet = UNICODE
    del dataset.PerFrameFunctionalGroupsSequence, dataset.PixelData
    return dataset


def _description(segment: Segment, content: Content) -> Any:
    hd = highdicom()
    category, kind = lesion_concepts()
    if segment.ring:
        category = hd.sr.CodedConcept("309825002", "SCT", "Spatial and Relational Concept")
        kind = coded(RING)
    region = region_of(segment.site)
    item = hd.seg.SegmentDescription(
        segment_number=segment.number,
        segment_label=segment.name,
        segmented_property_category=category,
        segmented_property_type=kind,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        tracking_uid=segment.tracking.uid,
        tracking_id=segment.tracking.identifier,
        anatomic_regions=[region] if region else None,
    )
    item.RecommendedDisplayCIELabValue = list(content.cielab)
    _add_algorithm(item, segment)
    return item


def _add_algorithm(item: Any, segment: Segment) -> None:
    """How the segment was drawn: what is known of it, or that nothing is."""
    made = segment.delineation or Delineation(DelineationType.SEMIAUTOMATIC, NOT_RECORDED)
    item.SegmentAlgorithmType = made.type.value
    if made.type is not DelineationType.MANUAL:
        item.SegmentAlgorithmName = shortened(cleaned(made.algorithm) or "unnamed")
    if segment.ring:
        # Of algorithms of others neither family nor version is known, and the sequence must have both.
        family = highdicom().sr.CodedConcept("123104", "DCM", "Morphological Operations")
        item.SegmentationAlgorithmIdentificationSequence = highdicom().AlgorithmIdentificationSequence(
            made.algorithm, family, __version__
        )


def _referenced_series(source: SourceSeries) -> Any:
    from pydicom.dataset import Dataset

    series = Dataset()
    series.SeriesInstanceUID = source.series_uid
    series.ReferencedInstanceSequence = []
    for uid, sop_class in {one.sop_instance_uid: one.sop_class_uid for one in source.instances}.items():
        item = Dataset()
        item.ReferencedSOPClassUID = sop_class
        item.ReferencedSOPInstanceUID = uid
        series.ReferencedInstanceSequence.append(item)
    return series


def _overlap(segments: Sequence[Segment]) -> bool:
    masks = [segment.mask for segment in segments]
    index = BoxIndex([mask.box for mask in masks])
    for number, mask in enumerate(masks):
        for other in (masks[n] for n in index.meeting(mask.box) if n < number):
            box = mask.box.intersect(other.box)
            if (mask.within(box, False) & other.within(box, False)).any():
                return True
    return False


def _frames(segment: Segment) -> Iterator[_Frame]:
    """The frames of a segment, one for each slice in which it has a voxel."""
    mask, (first, j, i) = segment.mask, segment.mask.offset
    for k in np.flatnonzero(mask.values.any(axis=(1, 2))).tolist():
        yield _Frame(
            segment.number, first + k, Image(mask.values[k : k + 1], mask.lattice, (first + k, j, i))
        )


def _frame_elements(frames: Sequence[_Frame], slices: Slices) -> Iterator[bytes]:
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
    pixels = _bits(frames, slices.lattice.shape[1:])
    yield LONG.pack(0x7FE0, 0x0010, b"OB", 0, len(pixels)) + pixels


def _rounded_mm(length: float) -> float:
    """A position or distance with as many decimals as are written."""
    return round(float(length), DECIMALS_MM) + 0.0


def _derivation(instance: SourceInstance | None) -> bytes:
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


def _position(lattice: Lattice, k: int) -> bytes:
    """PlanePositionSequence with ImagePositionPatient."""
    from pydicom.valuerep import DSfloat

    corner = lattice.to_lps(np.array([k, 0, 0]))
    numbers = "\\".join(str(DSfloat(_rounded_mm(c), auto_format=True)) for c in corner)
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


def _bits(frames: Sequence[_Frame], shape: tuple[int, ...]) -> bytes:
    """All pixels one after the other, a bit each, frames not padded (DICOM PS3.5, 8.1.1)."""
    packed = []
    for first in range(0, len(frames), FRAMES_OF_WHOLE_BYTES):
        some = frames[first : first + FRAMES_OF_WHOLE_BYTES]
        full = np.zeros((len(some), *shape), np.uint8)
        for place, frame in zip(full, some, strict=True):
            place[frame.plane.box.slices[1:]] = frame.plane.values[0]
        packed.append(np.packbits(full, bitorder="little").tobytes())
    data = b"".join(packed)
    return data + b"\0" * (len(data) % 2)
