"""Lesions from a DICOM SEG file: binary, fractional or a label map; a segment is a lesion or is left out.

Segments that share voxels stay apart. Planes that coincide with the CT's slices are taken as they are; a
segmentation on another grid of the same frame of reference is put on the CT by the nearest voxel, as any
other (`resampling.resample_mask`). The rings that our own export adds are no lesions and are left out.

highdicom reads such files, too, but needs more of them than masks do: it refuses segments without an
algorithm or a category, which systems do write, and accepts frames of a segment that is not listed.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...findings import Finding, GeometryError, InputError, Refusal, Severity
from ...geometry.image import Box, Image, Lattice, Triple, as_triple
from ...lesion import Delineation, Lesion, Site
from ..resampling import Placing, ReadLesions, resample_lesions
from ..selection import Hints, match_names, select_lesions
from .codes import delineation_of, is_ring, site_of_codes, terminology_entry
from .headers import BIG_ENDIAN, DEFLATED, LITTLE_ENDIAN
from .integrity import read_complete
from .library import lenient_reading, syntax_name, text_of
from .pixels import DecodingError, Job, decode
from .source import SourceSeries, Subject, check_frame_of_reference, check_patient, check_series
from .stack import DIRECTION_TOLERANCE, PLANE_TOLERANCE, planes_at

CODE, DAMAGED = "mask.unreadable", "lesions.damaged"
# Of a fractional segmentation, voxels of at least this share of its highest value are inside.
FRACTION = 0.5
# Planes of a file are of one stack when their directions differ by less than this, and parallel to the CT's.
PARALLEL = 1e-3
MAX_PIXELS = 8_000_000_000  # of all frames: 20 segments on each of 512 x 512 x 1500 voxels


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
class _Frame:
    """One frame: a plane of one segment, or of all of them in a label map (`segment` is None).

    Parameters
    ----------
    position : tuple of float, (x, y, z) of the centre of its first pixel, LPS mm
    along_row, along_column : tuple of float, (x, y, z), unit vectors, LPS, in which columns and rows count up
    spacing : (float, float), mm between rows, between columns
    distance : float or None, mm between neighbouring planes, None where the file has none
    thickness : float or None, mm, None where the file has none
    """

    segment: int | None
    position: Triple
    along_row: Triple
    along_column: Triple
    spacing: tuple[float, float]
    distance: float | None
    thickness: float | None


@dataclass(frozen=True)
class _Part:
    """What a segment covers of one frame: a mask and the row and column of its first pixel."""

    frame: int
    row: int
    column: int
    mask: np.ndarray


@dataclass(frozen=True, eq=False)
class _Content:
    """What a file holds.

    Parameters
    ----------
    has_segments : bool, whether it lists any, be they rings
    picked : tuple of _Segment, the segments to take
    parts : dict, by the number of a segment what it covers of each frame
    size : (int, int), rows and columns of a frame
    findings : tuple of Finding, what holds for all lesions
    """

    has_segments: bool
    picked: tuple[_Segment, ...]
    frames: list[_Frame]
    parts: dict[int, list[_Part]]
    size: tuple[int, int]
    findings: tuple[Finding, ...]


def read_seg(
    path: str | os.PathLike[str],
    image: Image,
    source: SourceSeries | None = None,
    patterns: Sequence[str] = (),
    threshold: float = FRACTION,
    *,
    accepted: Collection[str] = (),
    place: Placing = resample_lesions,
) -> ReadLesions:
    """The segments of a DICOM SEG file, as masks on the CT's lattice.

    Parameters
    ----------
    path : str or path, the file
    image : Image, the CT
    source : SourceSeries or None, the DICOM series that the CT was read from; None for other files, which
        have no frame of reference
    patterns : sequence of str, names, numbers or glob patterns of the segments to take; by default all that
        may be lesions
    threshold : float, share of the highest value from which a voxel of a fractional segmentation is inside
    accepted : collection of str, codes of `acceptance.OPTIONS` that a person accepted
    place : callable, what puts lesions that were drawn on another lattice on the image's

    Returns
    -------
    ReadLesions
        A lesion's identifier is its segment number; site, tracking UID and delineation are the segment's.

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
            content = _content(path, read_complete(path, DAMAGED), source, patterns, threshold, accepted)
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
    lattice, planes = _stack(path, content.frames, content.size, image.lattice)
    lesions = [
        Lesion(
            str(segment.number),
            segment.name,
            _mask(content.parts.get(segment.number, []), planes, lattice),
            segment.site,
            tracking_uid=segment.tracking_uid,
            delineation=segment.delineation,
        )
        for segment in content.picked
    ]
    placed = place(path, lesions, image.lattice, {lesion.id: content.findings for lesion in lesions})
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
    frames = _frames(dataset)
    series = {str(item.get("SeriesInstanceUID")) for item in dataset.get("ReferencedSeriesSequence") or []}
    picked = match_names(
        [segment for segment in segments if segment.number > 0 and not segment.ring],
        patterns,
        lambda segment: (str(segment.number), segment.name),
    )
    frame_of_reference = str(dataset.get("FrameOfReferenceUID") or "")
    other = check_patient("lesions", Subject.of(dataset, [frame_of_reference], series), source, accepted)
    check_frame_of_reference(frame_of_reference, source)
    least = _least(dataset, threshold)
    parts, present = _parts(path, dataset, frames, least, {segment.number for segment in picked})
    findings = [*other, *check_series(series, source)]
    # 0 is the background of a label map.
    unlisted = sorted(present - {segment.number for segment in segments} - {0})
    if unlisted:
        numbers = ", ".join(map(str, unlisted))
        text = f"The file marks voxels as segments that it does not list (number {numbers})."
        findings.insert(len(other), Finding("lesions.unlisted", Severity.WARN, text))
    if str(dataset.SegmentationType) == "FRACTIONAL":
        text = f"The segmentation is fractional; voxels of at least {100 * threshold:g} % were taken."
        findings.append(Finding("mask.fractional", Severity.FIXED, text))
    return _Content(
        has_segments=any(segment.number > 0 for segment in segments),
        picked=tuple(picked),
        frames=frames,
        parts=parts,
        size=(int(dataset.Rows), int(dataset.Columns)),
        findings=tuple(findings),
    )


def _segments(dataset: Any) -> list[_Segment]:
    """The segments that the file lists; number 0 is a label map's background."""
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
    return segments


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


def _frames(dataset: Any) -> list[_Frame]:
    """The frames in the file's order; raises anything when something of them is missing or no number."""
    shared = (dataset.get("SharedFunctionalGroupsSequence") or [{}])[0]
    label_map = str(dataset.get("SegmentationType", "")) == "LABELMAP"
    return [_frame(groups, shared, label_map) for groups in dataset.PerFrameFunctionalGroupsSequence]


def _frame(groups: Any, shared: Any, label_map: bool) -> _Frame:
    position = _numbers(_group("PlanePositionSequence", groups, shared).ImagePositionPatient, 3)
    cosines = _numbers(_group("PlaneOrientationSequence", groups, shared).ImageOrientationPatient, 6)
    measures = _group("PixelMeasuresSequence", groups, shared)
    spacing: Any = _numbers(measures.PixelSpacing, 2)
    axes = cosines.reshape(2, 3)
    if spacing.min() <= 0 or not np.allclose(axes @ axes.T, np.eye(2), atol=DIRECTION_TOLERANCE):
        raise ValueError("spacing or orientation is not valid")
    segment = None
    if not label_map:
        segment = int(_group("SegmentIdentificationSequence", groups, shared).ReferencedSegmentNumber)
    return _Frame(
        segment,
        as_triple(position),
        as_triple(axes[0]),
        as_triple(axes[1]),
        tuple(spacing.tolist()),
        _length(measures.get("SpacingBetweenSlices")),
        _length(measures.get("SliceThickness")),
    )


def _group(name: str, *places: Any) -> Any:
    """The functional group of a frame: its own or the one that all frames share."""
    for place in places:
        if place.get(name):
            return place.get(name)[0]
    raise KeyError(name)


def _numbers(values: Sequence[Any], count: int) -> np.ndarray:
    numbers = np.array([float(value) for value in values])
    if numbers.size != count or not np.isfinite(numbers).all():
        raise ValueError(f"{count} numbers are expected")
    return numbers


def _length(value: Any) -> float | None:
    return None if value is None or not 0 < float(value) < np.inf else float(value)


def _parts(
    path: Path, dataset: Any, frames: Sequence[_Frame], least: int | None, wanted: set[int]
) -> tuple[dict[int, list[_Part]], set[int]]:
    """What each wanted segment covers of each frame, and the numbers of all segments that cover anything."""
    parts: dict[int, list[_Part]] = {}
    present: set[int] = set()
    for number, pixels in _pixels(path, dataset, len(frames)):
        segment = frames[number].segment
        if segment is not None and segment not in wanted:
            present.add(segment)
            continue
        there = [segment] if segment is not None else np.flatnonzero(np.bincount(pixels.ravel())).tolist()
        present.update(there)
        for label in wanted.intersection(there):
            inside = pixels == label if least is None else pixels >= least
            box = Box.around(inside[np.newaxis])
            if box is not None:
                mask = inside[box.slices[1:]]
                parts.setdefault(label, []).append(_Part(number, box.start[1], box.start[2], mask))
    return parts, present


def _pixels(path: Path, dataset: Any, frames: int) -> Iterator[tuple[int, np.ndarray]]:
    """Number (from 0) and pixels (rows, columns) of each frame that holds anything else than 0.

    Raises
    ------
    InputError
        `mask.unreadable` when the file does not hold the pixels that its header promises, or holds them
        compressed in a way that is not read.
    """
    rows, columns, bits = int(dataset.Rows), int(dataset.Columns), int(dataset.BitsAllocated)
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if bits not in (1, 8, 16) or not 0 < rows * columns * max(1, frames) <= MAX_PIXELS:
        claim = f"{frames} frames of {rows} x {columns} with {bits} bits a pixel"
        raise InputError(CODE, f"{path} claims {claim}.")
    if int(dataset.NumberOfFrames) != frames:
        counts = f"{frames} of {dataset.NumberOfFrames} frames"
        raise InputError(CODE, f"{path} is damaged: it describes {counts}.")
    if syntax == DEFLATED:
        raise InputError(CODE, f"{path} is in the transfer syntax {syntax_name(syntax)}, which is not read.")
    if syntax in (*LITTLE_ENDIAN, BIG_ENDIAN):
        yield from _native(dataset.PixelData, (frames, rows, columns), bits, syntax == BIG_ENDIAN)
        return
    job = Job(str(path), syntax, frames, rows, columns, f"<u{max(1, bits // 8)}")
    try:
        yield from ((number, plane) for _, number, plane in decode([job]) if plane.any())
    except DecodingError:
        named = syntax_name(syntax)
        raise InputError(
            CODE, f"{path}: its pixels (transfer syntax {named}) are damaged, or no decoder is installed."
        ) from None


def _native(
    data: bytes, shape: tuple[int, int, int], bits: int, big_endian: bool
) -> Iterator[tuple[int, np.ndarray]]:
    """Frames that are not compressed; those of a bit a pixel begin inside of bytes, as pydicom 3 cannot."""
    frames, rows, columns = shape
    size = rows * columns
    if len(data) * 8 < frames * size * bits:
        raise ValueError("pixels are missing")
    values = np.frombuffer(data, np.uint8 if bits == 1 else f"{'>' if big_endian else '<'}u{bits // 8}")
    for number in range(frames):
        start, stop = number * size, (number + 1) * size
        part = values[start // 8 : -(-stop // 8)] if bits == 1 else values[start:stop]
        if part.any():
            plane = np.unpackbits(part, bitorder="little")[start % 8 :][:size] if bits == 1 else part
            yield number, plane.reshape(rows, columns)


def _stack(
    path: Path, frames: Sequence[_Frame], size: tuple[int, int], ct: Lattice
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
    lattice = Lattice(
        (int(planes.numbers.max()) + 1, *size),
        (planes.step * spacing, *first.spacing),
        as_triple(in_plane + planes.start * spacing * across),
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


def _distance(frames: Sequence[_Frame], depths: np.ndarray, fallback: float) -> float:
    """Distance of neighbouring planes in mm: the file's, else the smallest between frames."""
    if frames[0].distance is not None:
        return frames[0].distance
    gaps = np.diff(np.unique(np.round(depths, 3)))
    return float(gaps.min()) if gaps.size else frames[0].thickness or fallback


def _mask(parts: Sequence[_Part], planes: np.ndarray, lattice: Lattice) -> Image:
    """The parts of a segment as one mask, cropped to the box around them."""
    if not parts:
        return Image(np.zeros((0, 0, 0), bool), lattice)
    starts = np.array([(planes[part.frame], part.row, part.column) for part in parts])
    stops = starts + [(1, *part.mask.shape) for part in parts]
    corner = starts.min(axis=0)
    values = np.zeros(stops.max(axis=0) - corner, bool)
    for part, start, stop in zip(parts, starts - corner, stops - corner, strict=True):
        values[start[0], start[1] : stop[1], start[2] : stop[2]] |= part.mask
    return Image(values, lattice, (int(corner[0]), int(corner[1]), int(corner[2])))
