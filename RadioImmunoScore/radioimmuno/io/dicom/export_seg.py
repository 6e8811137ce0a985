"""Lesions, and their rings, as DICOM SEG objects (binary) on the CT's own slices: one segment each.

Lesions and rings are two objects, because a ring lies upon its lesion and many viewers refuse a segmentation
that overlaps itself. Each segment has frames of its own, so that lesions or rings that share voxels keep them
all; `SegmentsOverlap` says whether some do. (A label map would have to take such voxels from one of them.)

Rings are made on the resampled grid. For the CT a ring's mask is interpolated linearly at the centres of the
CT's voxels; a voxel is in the ring where that is at least one half, the rule by which masks are resampled for
features. A slice in which a segment has no voxel has no frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np

from ... import __version__
from ...findings import InputError
from ...geometry.box_index import BoxIndex
from ...geometry.grid import Grid
from ...geometry.image import Image, Lattice
from ...lesion import Delineation, DelineationType, Lesion, Site
from ...scoring.results import PatientScore
from .codes import NOT_RECORDED, RING, body_part, coded, region_of
from .color import LESION_RGB, RING_RGB, cielab
from .export_frames import Slices, frame_elements, frames_of_masks, rounded_mm
from .library import highdicom, pydicom
from .names import RING_ENDING, cleaned, shortened
from .source import SourceSeries
from .tracking import derived_uid

MANUFACTURER = "RadioImmunoScore"
INSIDE = 0.5
UNICODE = "ISO_IR 192"


@dataclass(frozen=True)
class Content:
    """What kind of segments an object holds: how it is called, and the color that it is shown in."""

    series_description: str
    series_number: int
    description: str
    label: str
    rgb: tuple[float, float, float]


LESIONS = Content("RadioImmunoScore: lesions", 9101, "Lesions", "LESIONS", LESION_RGB)
RINGS = Content("RadioImmunoScore: peritumoral rings", 9103, "Peritumoral rings", "RINGS", RING_RGB)


@dataclass(frozen=True, eq=False)
class Segment:
    """One segment: a lesion or its ring, as a mask on the CT's lattice with at least one voxel."""

    number: int
    lesion_id: str
    name: str
    tracking_uid: str
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


def lesion_segments(
    lesions: Sequence[Lesion], names: Mapping[str, str], uids: Mapping[str, str]
) -> list[Segment]:
    """A segment for each lesion that has voxels, in their order.

    Parameters
    ----------
    names, uids : lesion id -> name in the export, tracking UID
    """
    drawn = [lesion for lesion in lesions if lesion.box is not None]
    return [
        Segment(number, one.id, names[one.id], uids[one.id], one.mask, one.site, one.delineation, ring=False)
        for number, one in enumerate(drawn, start=1)
    ]


def ring_segments(
    patient: PatientScore,
    lesions: Sequence[Lesion],
    image: Image,
    names: Mapping[str, str],
    uids: Mapping[str, str],
) -> list[Segment]:
    """A segment for each ring of a lesion that has a score, in the order of the lesions; on the CT."""
    rings = {row.id: row.ring for row in patient.scored if row.ring is not None}
    masks = [(lesion, ring_on_ct(rings[lesion.id], image)) for lesion in lesions if lesion.id in rings]
    made = Delineation(DelineationType.AUTOMATIC, "RadioImmunoScore, peritumoral ring")
    return [
        Segment(
            number,
            lesion.id,
            names[lesion.id] + RING_ENDING,
            derived_uid(uids[lesion.id], RING),
            mask,
            lesion.site,
            made,
            ring=True,
        )
        for number, (lesion, mask) in enumerate(((o, m) for o, m in masks if m.values.any()), start=1)
    ]


def ring_on_ct(ring: Image, image: Image) -> Image:
    """A ring of the resampled grid on the CT's lattice: linear interpolation, inside from one half."""
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
    segments : at least one
    content : `LESIONS` or `RINGS`
    slices : the CT's
    header : dataset of the CT's first instance, for patient and study
    uid : UID of the series to be made; that of the instance follows from it

    Raises
    ------
    InputError
        `mask.geometry` when the CT's lattice is not that of the series.
    """
    from pydicom.valuerep import DSfloat

    lattice = slices.lattice
    rows, columns = lattice.shape[1:]
    if (header.Rows, header.Columns) != (rows, columns):
        raise InputError("mask.geometry", "The image is not the series that results are to refer to.")
    dataset = _skeleton(segments, content, lattice, header, uid)
    frames = frames_of_masks({segment.number: segment.mask for segment in segments})
    dataset.NumberOfFrames = len(frames)
    dataset.SegmentsOverlap = "YES" if _overlap(segments) else "NO"
    dataset.ReferencedSeriesSequence = [_referenced_series(slices.source)]
    # Of the one plane it was given, highdicom could not tell.
    measures = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    measures.SpacingBetweenSlices = DSfloat(rounded_mm(lattice.spacing[0]), auto_format=True)
    part = body_part(str(header.get("BodyPartExamined") or ""), [segment.site for segment in segments])
    if part:
        dataset.BodyPartExamined = part
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    for element in frame_elements(frames, slices):
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
            pixel_spacing=[rounded_mm(length) for length in lattice.spacing[1:]],
            slice_thickness=rounded_mm(lattice.spacing[0]),
            spacing_between_slices=rounded_mm(lattice.spacing[0]),
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
    category = ("309825002", "SCT", "Spatial and Relational Concept")
    kind = coded(RING)
    if not segment.ring:
        category = ("49755003", "SCT", "Morphologically Abnormal Structure")
        kind = hd.sr.CodedConcept("4147007", "SCT", "Mass")
    region = region_of(segment.site)
    item = hd.seg.SegmentDescription(
        segment_number=segment.number,
        segment_label=segment.name,
        segmented_property_category=hd.sr.CodedConcept(*category),
        segmented_property_type=kind,
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        tracking_uid=segment.tracking_uid,
        tracking_id=segment.name,
        anatomic_regions=[region] if region else None,
    )
    item.RecommendedDisplayCIELabValue = cielab(content.rgb)
    _add_algorithm(item, segment)
    return item


def _add_algorithm(item: Any, segment: Segment) -> None:
    """How the segment was drawn: what is known of it, or that nothing is."""
    made = segment.delineation or Delineation(DelineationType.SEMIAUTOMATIC, NOT_RECORDED)
    item.SegmentAlgorithmType = made.type.value
    if made.type is not DelineationType.MANUAL:
        item.SegmentAlgorithmName = shortened(cleaned(made.algorithm) or "unnamed")
    if segment.ring:
        # Of algorithms of others neither family nor version is known, and the sequence wants both.
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
