"""Lesions and rings as a DICOM SEG (binary): one segment each, on the CT's own slices.

Rings are made on the resampled grid. For the CT a ring's mask is interpolated linearly at the centres of the
CT's voxels; a voxel is in the ring where that is at least one half, the rule by which masks are resampled for
features. A slice in which a segment has no voxel has no frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import __version__
from ..findings import InputError
from ..grid import Grid
from ..image import Image
from ..lesion import Lesion, Site
from ..placement import place
from ..results import PatientScore
from .codes import RING, coded
from .library import highdicom
from .source import SourceInstance, SourceSeries
from .tracking import derived_uid

SERIES_DESCRIPTION = "RadioImmunoScore: lesions and rings"
SERIES_NUMBER = 9101
MANUFACTURER = "RadioImmunoScore"
INSIDE = 0.5
# Bits of this many frames are whole bytes, whatever the size of a frame.
FRAMES_OF_WHOLE_BYTES = 8


@dataclass(frozen=True, eq=False)
class Segment:
    """One segment: a lesion or its ring, as a mask on the CT's lattice with at least one voxel."""

    number: int
    lesion_id: str
    name: str
    tracking_uid: str
    mask: Image
    site: Site | None
    ring: bool


def segments_of(
    patient: PatientScore, lesions: Sequence[Lesion], image: Image, uids: Mapping[str, str]
) -> list[Segment]:
    """The segments to write: lesions in their order, then the rings of those that have a score.

    Parameters
    ----------
    uids : lesion id -> tracking UID; a ring's follows from its lesion's
    """
    rings = {row.id: row.ring for row in patient.scored if row.ring is not None}
    found: list[tuple[Lesion, Image, bool]] = [(lesion, lesion.mask, False) for lesion in lesions]
    found += [(lesion, ring_on_ct(rings[lesion.id], image), True) for lesion in lesions if lesion.id in rings]
    filled = [(lesion, mask, ring) for lesion, mask, ring in found if mask.values.any()]
    return [
        Segment(
            number,
            lesion.id,
            f"{lesion.name}, ring" if ring else lesion.name,
            derived_uid(uids[lesion.id], RING) if ring else uids[lesion.id],
            mask,
            lesion.site,
            ring,
        )
        for number, (lesion, mask, ring) in enumerate(filled, start=1)
    ]


def ring_on_ct(ring: Image, image: Image) -> Image:
    """A ring of the resampled grid on the CT's lattice: linear interpolation, inside from one half."""
    ct = image.canonical().lattice
    back = Grid(ring.lattice, ct)
    box = back.cover(ring.box, max(ring.lattice.spacing))
    share = back.sample(Image(ring.values.astype(np.float32), ring.lattice, ring.offset), box, outside=0.0)
    return place(Image(share >= INSIDE, ct, box.start), image.lattice).mask


def make_seg(segments: Sequence[Segment], image: Image, source: SourceSeries, header: Any, uid: str) -> Any:
    """The SEG as a dataset.

    Parameters
    ----------
    segments : at least one
    image : the CT, as it was read from `source`
    header : dataset of the CT's first instance, for patient and study
    uid : UID of the series to be made; that of the instance follows from it

    Raises
    ------
    InputError
        `mask.geometry` when the CT's lattice is not that of the series.
    """
    from pydicom.valuerep import DSfloat

    rows, columns = image.lattice.shape[1:]
    if (header.Rows, header.Columns) != (rows, columns):
        raise InputError("mask.geometry", "The image is not the series that results are to refer to.")
    dataset = _skeleton(segments, image, header, uid)
    frames = list(_frames(segments))
    used = {k for _, k, _ in frames}
    derivations = {one.k: _derivation(one) for one in source.instances if one.k in used}
    first = min(k for _, k, _ in frames)
    dataset.PerFrameFunctionalGroupsSequence = [
        _frame_item(segment.number, k, k - first + 1, image, derivations.get(k)) for segment, k, _ in frames
    ]
    dataset.NumberOfFrames = len(frames)
    dataset.PixelData = _bits((plane for _, _, plane in frames), (rows, columns))
    dataset.SegmentsOverlap = "YES" if _overlap(segments) else "NO"
    dataset.ReferencedSeriesSequence = [_referenced_series(source)]
    # Of the one plane it was given, highdicom could not tell.
    measures = dataset.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    measures.SpacingBetweenSlices = DSfloat(image.lattice.spacing[0], auto_format=True)
    return dataset


def _skeleton(segments: Sequence[Segment], image: Image, header: Any, uid: str) -> Any:
    """The dataset with one frame, which stands for all.

    highdicom takes an array of (slices, rows, columns, segments), because rings lie upon lesions: gigabytes
    for a CT of ordinary size. So it is given one plane for the header, and frames are added one by one.
    """
    hd = highdicom()
    lattice = image.lattice
    plane = np.zeros((1, *lattice.shape[1:], len(segments)), np.uint8)
    plane[0, 0, 0, 0] = 1
    return hd.seg.Segmentation(
        source_images=[header],
        pixel_array=plane,
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_description(segment) for segment in segments],
        series_instance_uid=uid,
        series_number=SERIES_NUMBER,
        sop_instance_uid=derived_uid(uid, "1"),
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MANUFACTURER,
        software_versions=__version__,
        device_serial_number="none",
        content_description="Lesions and peritumoral rings",
        content_label="RADIOIMMUNOSCORE",
        pixel_measures=hd.PixelMeasuresSequence(
            pixel_spacing=lattice.spacing[1:],
            slice_thickness=lattice.spacing[0],
            spacing_between_slices=lattice.spacing[0],
        ),
        plane_orientation=hd.PlaneOrientationSequence("PATIENT", [*lattice.axes[2], *lattice.axes[1]]),
        plane_positions=[hd.PlanePositionSequence("PATIENT", lattice.origin)],
        series_description=SERIES_DESCRIPTION,
    )


def _description(segment: Segment) -> Any:
    hd = highdicom()
    category = ("309825002", "SCT", "Spatial and Relational Concept")
    kind = coded(RING)
    if not segment.ring:
        category = ("49755003", "SCT", "Morphologically Abnormal Structure")
        kind = hd.sr.CodedConcept("4147007", "SCT", "Mass")
    made: dict[str, Any] = {"algorithm_type": hd.seg.SegmentAlgorithmTypeValues.MANUAL}
    if segment.ring:
        family = hd.sr.CodedConcept("123104", "DCM", "Morphological Operations")
        made = {
            "algorithm_type": hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
            "algorithm_identification": hd.AlgorithmIdentificationSequence(
                "RadioImmunoScore, peritumoral ring", family, __version__
            ),
        }
    site = segment.site
    region = (
        site and site.snomed_code and hd.sr.CodedConcept(site.snomed_code, "SCT", site.label.capitalize())
    )
    return hd.seg.SegmentDescription(
        segment_number=segment.number,
        segment_label=segment.name[:64],
        segmented_property_category=hd.sr.CodedConcept(*category),
        segmented_property_type=kind,
        **made,
        tracking_uid=segment.tracking_uid,
        tracking_id=segment.name,
        anatomic_regions=[region] if region else None,
    )


def _frames(segments: Sequence[Segment]) -> Iterator[tuple[Segment, int, Image]]:
    """Segment, slice and what the segment covers of it, as a mask of one slice."""
    for segment in segments:
        mask = segment.mask
        for number, plane in enumerate(mask.values):
            if plane.any():
                k, j, i = mask.offset
                yield segment, k + number, Image(plane[np.newaxis], mask.lattice, (k + number, j, i))


def _frame_item(number: int, k: int, place: int, image: Image, derivation: Any) -> Any:
    from pydicom.dataset import Dataset
    from pydicom.valuerep import DSfloat

    item, content, position, identity = Dataset(), Dataset(), Dataset(), Dataset()
    content.DimensionIndexValues = [number, place]
    item.FrameContentSequence = [content]
    corner = image.lattice.to_lps(np.array([k, 0, 0]))
    position.ImagePositionPatient = [DSfloat(float(c), auto_format=True) for c in corner]
    item.PlanePositionSequence = [position]
    identity.ReferencedSegmentNumber = number
    item.SegmentIdentificationSequence = [identity]
    item.DerivationImageSequence = [] if derivation is None else [derivation]
    return item


def _derivation(instance: SourceInstance) -> Any:
    from pydicom.dataset import Dataset

    hd = highdicom()
    derivation, image = Dataset(), reference_to(instance)
    purpose = hd.sr.CodedConcept("121322", "DCM", "Source image for image processing operation")
    image.PurposeOfReferenceCodeSequence = [purpose]
    image.SpatialLocationsPreserved = "YES"
    derivation.SourceImageSequence = [image]
    derivation.DerivationCodeSequence = [hd.sr.CodedConcept("113076", "DCM", "Segmentation")]
    return derivation


def reference_to(instance: SourceInstance) -> Any:
    """An item that refers to an instance of the CT, and to the frame of it where it has several."""
    from pydicom.dataset import Dataset

    item = Dataset()
    item.ReferencedSOPClassUID = instance.sop_class_uid
    item.ReferencedSOPInstanceUID = instance.sop_instance_uid
    if instance.frame is not None:
        item.ReferencedFrameNumber = instance.frame
    return item


def _referenced_series(source: SourceSeries) -> Any:
    from pydicom.dataset import Dataset

    item = Dataset()
    item.SeriesInstanceUID = source.series_uid
    once = {instance.sop_instance_uid: instance for instance in source.instances}
    item.ReferencedInstanceSequence = [reference_to(instance) for instance in once.values()]
    for reference in item.ReferencedInstanceSequence:
        if "ReferencedFrameNumber" in reference:
            del reference.ReferencedFrameNumber
    return item


def _bits(planes: Iterator[Image], shape: tuple[int, int]) -> bytes:
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


def _overlap(segments: Sequence[Segment]) -> bool:
    for number, one in enumerate(segments):
        for other in segments[number + 1 :]:
            box = one.mask.box.intersect(other.mask.box)
            if box.size and (one.mask.within(box, False) & other.mask.within(box, False)).any():
                return True
    return False
