"""Lesions from a DICOM SEG file: binary, fractional or a label map; a segment is a lesion or is left out.

Segments that share voxels stay apart. Planes that coincide with the CT's slices are taken as they are; a
segmentation on another grid of the same frame of reference is put on the CT by the nearest voxel, as any
other (`resampling.resample_mask`). The rings that our own export adds are no lesions and are left out.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...findings import Finding, GeometryError, InputError, Refusal, Severity
from ...geometry.image import Box, Image, Lattice, as_triple
from ...lesion import Delineation, Lesion, Site
from ..resampling import ReadLesions, resample_lesions
from ..selection import Hints, match_names, select_lesions
from .codes import delineation_of, is_ring, site_of_codes, terminology_entry
from .integrity import read_complete
from .library import lenient_reading, text_of
from .seg_frames import CODE, Frame, frames_of, pixels_of
from .source import SourceSeries, Subject, check_frame_of_reference, check_patient, check_series
from .stack import PLANE_TOLERANCE, planes_at

DAMAGED = "lesions.damaged"
# Of a fractional segmentation, voxels of at least this share of its highest value are inside.
FRACTION = 0.5
# Planes of a file are of one stack when their directions differ by less than this, and parallel to the CT's.
PARALLEL = 1e-3


@dataclass(frozen=True)
class _Segment:
    number: int
    name: str
    site: Site | None
    tracking_uid: str | None
    delineation: Delineation | None
    terminology: str
    ring: bool


@dataclass(frozen=True)
class _Part:
    """What a segment covers of one plane: a mask and the row and column of its first pixel."""

    plane: int
    row: int
    column: int
    mask: np.ndarray


@dataclass(frozen=True, eq=False)
class _Content:
    """What a file holds.

    Parameters
    ----------
    has_segments : whether it lists any, be they rings
    picked : the segments to take
    parts : number of a segment -> what it covers of each frame
    plane : rows and columns of a frame
    findings : what holds for all lesions
    """

    has_segments: bool
    picked: tuple[_Segment, ...]
    frames: list[Frame]
    parts: dict[int, list[_Part]]
    plane: tuple[int, int]
    findings: tuple[Finding, ...]


def read_seg(
    path: str | os.PathLike[str],
    image: Image,
    source: SourceSeries | None = None,
    patterns: Sequence[str] = (),
    threshold: float = FRACTION,
    *,
    accepted: Collection[str] = (),
) -> ReadLesions:
    """The segments of a DICOM SEG file, as masks on the CT's lattice.

    Parameters
    ----------
    path : the file
    image : the CT
    source : the DICOM series that it was read from; None for other files, which have no frame of reference
    patterns : names, numbers or glob patterns of the segments to take; by default all that may be lesions
    threshold : share of the highest value from which a voxel of a fractional segmentation is inside
    accepted : codes of `acceptance.OPTIONS` that a person accepted

    Returns
    -------
    ReadLesions
        A lesion's identifier is its segment number; site, tracking UID and how it was drawn are the
        segment's.

    Raises
    ------
    InputError
        `lesions.damaged` for a file that is cut off or damaged, `mask.unreadable` for one without segments,
        `mask.no_match` when a pattern matches none, `lesion.not_a_lesion` when none may be a lesion,
        `patient.mismatch` when it is of another patient than the CT.
    GeometryError
        `mask.geometry` for another frame of reference, or when nothing of it lies on the CT.
    """
    path = Path(path)
    try:
        with lenient_reading():
            dataset = read_complete(path, DAMAGED)
            content = _content(path, dataset, source, patterns, threshold, accepted)
    except Refusal as problem:
        raise GeometryError(problem.code, f"{path}: {problem}") from None
    except (InputError, OSError):
        raise
    except Exception as error:  # a damaged file can make the library raise anything
        raise InputError(
            CODE, f"{path} is damaged or no DICOM segmentation ({type(error).__name__}: {error})."
        ) from None
    if not content.picked:
        what = "no segments"
        if content.has_segments:
            what = "the rings of an export alone; give the file with its lesions"
        raise InputError(CODE, f"{path} holds {what}.")
    lesions = _lesions(content, _stack(path, content.frames, content.plane, image.lattice))
    placed = resample_lesions(
        path, lesions, image.lattice, {lesion.id: content.findings for lesion in lesions}
    )
    hints = {str(segment.number): Hints(segment.terminology) for segment in content.picked}
    return select_lesions(placed, hints, bool(patterns))


def _content(
    path: Path,
    dataset: Any,
    source: SourceSeries | None,
    patterns: Sequence[str],
    threshold: float,
    accepted: Collection[str],
) -> _Content:
    """What a file holds, checked against the CT's series; parameters as of `read_seg`."""
    segments = _segments(dataset)
    frames = frames_of(dataset)
    series = _referenced_series(dataset)
    picked = match_names(
        [segment for segment in segments if not segment.ring],
        patterns,
        lambda segment: (str(segment.number), segment.name),
    )
    frame_of_reference = str(dataset.get("FrameOfReferenceUID") or "")
    other = check_patient("lesions", Subject.of(dataset, [frame_of_reference], series), source, accepted)
    check_frame_of_reference(frame_of_reference, source)
    numbers = {segment.number for segment in picked}
    parts, present = _parts(path, dataset, frames, _least(dataset, threshold), numbers)
    return _Content(
        has_segments=bool(segments),
        picked=tuple(picked),
        frames=frames,
        parts=parts,
        plane=(int(dataset.Rows), int(dataset.Columns)),
        findings=(
            *other,
            *_unlisted(present, dataset),
            *check_series(series, source),
            *_fractional(dataset, threshold),
        ),
    )


def _lesions(content: _Content, stack: tuple[Lattice, np.ndarray]) -> list[Lesion]:
    lattice, numbers = stack
    return [
        Lesion(
            str(segment.number),
            segment.name,
            _mask(content.parts.get(segment.number, []), numbers, lattice),
            segment.site,
            tracking_uid=segment.tracking_uid,
            delineation=segment.delineation,
        )
        for segment in content.picked
    ]


def _segments(dataset: Any) -> list[_Segment]:
    segments: list[_Segment] = []
    for item in dataset.get("SegmentSequence") or []:
        number = int(item.SegmentNumber)
        if any(number == other.number for other in segments):
            raise ValueError(f"segment {number} is described twice")
        kind = list(item.get("SegmentedPropertyTypeCodeSequence") or [])
        regions = list(item.get("AnatomicRegionSequence") or [])
        segments.append(
            _Segment(
                number,
                text_of(item, "SegmentLabel") or f"segment {number}",
                site_of_codes([*regions, *kind]),
                str(item.get("TrackingUID") or "") or None,
                delineation_of(item),
                terminology_entry(item.get("SegmentedPropertyCategoryCodeSequence") or [], kind),
                is_ring(kind),
            )
        )
    # A label map may describe its background.
    return [segment for segment in segments if segment.number > 0]


def _referenced_series(dataset: Any) -> set[str]:
    return {str(item.get("SeriesInstanceUID")) for item in dataset.get("ReferencedSeriesSequence") or []}


def _least(dataset: Any, threshold: float) -> int | None:
    """The lowest value inside; None for a label map, whose values are numbers of segments."""
    kind = str(dataset.get("SegmentationType", ""))
    if kind == "LABELMAP":
        return None
    if kind == "FRACTIONAL":
        return max(1, int(np.ceil(threshold * int(dataset.MaximumFractionalValue))))
    if kind == "BINARY":
        return 1
    raise ValueError(f"SegmentationType is {kind!r}")


def _fractional(dataset: Any, threshold: float) -> list[Finding]:
    if str(dataset.SegmentationType) != "FRACTIONAL":
        return []
    text = f"The segmentation is fractional; voxels of at least {100 * threshold:g} % were taken."
    return [Finding("mask.fractional", Severity.FIXED, text)]


def _parts(
    path: Path, dataset: Any, frames: Sequence[Frame], least: int | None, wanted: set[int]
) -> tuple[dict[int, list[_Part]], set[int]]:
    """What each wanted segment covers of each frame, and the numbers of all segments that cover anything."""
    parts: dict[int, list[_Part]] = {}
    present: set[int] = set()
    for number, pixels in pixels_of(path, dataset, len(frames)):
        segment = frames[number].segment
        if segment is not None and segment not in wanted:
            present.add(segment)
            continue
        there = np.flatnonzero(np.bincount(pixels.ravel())) if segment is None else np.array([segment])
        present.update(there.tolist())
        for label in there.tolist():
            if label in wanted:
                inside = pixels == label if least is None else pixels >= least
                box = Box.around(inside[np.newaxis])
                if box is not None:
                    mask = inside[box.slices[1:]]
                    parts.setdefault(label, []).append(_Part(number, box.start[1], box.start[2], mask))
    return parts, present


def _unlisted(present: set[int], dataset: Any) -> list[Finding]:
    """A warning of voxels that belong to no segment of the list; 0 is the background of a label map."""
    listed = {int(item.SegmentNumber) for item in dataset.get("SegmentSequence") or []}
    unlisted = sorted(present - listed - {0})
    if not unlisted:
        return []
    numbers = ", ".join(map(str, unlisted))
    text = f"The file marks voxels as segments that it does not list (number {numbers})."
    return [Finding("lesions.unlisted", Severity.WARN, text)]


def _stack(
    path: Path, frames: Sequence[Frame], size: tuple[int, int], ct: Lattice
) -> tuple[Lattice, np.ndarray]:
    """The lattice whose planes the frames are, and the plane's number of each frame."""
    first = frames[0]
    row, column = np.array(first.along_row), np.array(first.along_column)
    across, spacing = _across(np.cross(row, column), ct)
    positions = np.array([frame.position for frame in frames])
    away = positions - positions[0]
    sideways = np.abs(away @ np.array([row, column]).T).max()
    turned = max(
        np.abs(np.array([f.along_row, f.along_column]) - [row, column]).max() for f in frames
    ) > PARALLEL or any(f.spacing != first.spacing for f in frames)
    if turned or sideways > PLANE_TOLERANCE * min(first.spacing):
        raise GeometryError("mask.geometry", f"{path}: its frames are not parallel planes of one stack.")
    depth = (positions - np.array(ct.origin)) @ across / spacing
    planes = planes_at(depth, _distance(frames, depth * spacing, spacing) / spacing)
    if planes is None:
        raise GeometryError("mask.geometry", f"{path}: its frames lie at unequal distances.")
    in_plane = positions[0] - ((positions[0] - np.array(ct.origin)) @ across) * across
    x, y, z = in_plane + planes.start * spacing * across
    lattice = Lattice(
        (int(planes.numbers.max()) + 1, *size),
        (planes.step * spacing, *first.spacing),
        (float(x), float(y), float(z)),
        (as_triple(across), first.along_column, first.along_row),
    )
    return lattice, planes.numbers


def _across(normal: np.ndarray, ct: Lattice) -> tuple[np.ndarray, float]:
    """The direction in which planes are counted, and the CT's spacing in it: its own axis where one fits."""
    cosines = np.array(ct.axes) @ normal
    axis = int(np.abs(cosines).argmax())
    if abs(cosines[axis]) > 1 - PARALLEL:
        return np.array(ct.axes[axis]), ct.spacing[axis]
    return normal, ct.spacing[axis]


def _distance(frames: Sequence[Frame], depths: np.ndarray, fallback: float) -> float:
    """Distance of neighbouring planes in mm: as the file says, else the smallest between frames."""
    if frames[0].distance is not None:
        return frames[0].distance
    gaps = np.diff(np.unique(np.round(depths, 3)))
    return float(gaps.min()) if gaps.size else frames[0].thickness or fallback


def _mask(parts: Sequence[_Part], numbers: np.ndarray, lattice: Lattice) -> Image:
    """The parts of a segment as one mask, cropped to the box around them."""
    if not parts:
        return Image(np.zeros((0, 0, 0), bool), lattice)
    starts = np.array([(numbers[part.plane], part.row, part.column) for part in parts])
    stops = starts + [(1, *part.mask.shape) for part in parts]
    corner = starts.min(axis=0)
    values = np.zeros(stops.max(axis=0) - corner, bool)
    for part, start, stop in zip(parts, starts - corner, stops - corner, strict=True):
        values[start[0], start[1] : stop[1], start[2] : stop[2]] |= part.mask
    return Image(values, lattice, (int(corner[0]), int(corner[1]), int(corner[2])))
