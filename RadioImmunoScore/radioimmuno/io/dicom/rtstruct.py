"""Lesions from an RTSTRUCT file: the contours that a radiotherapy system writes.

Rules, where systems differ:

- contours of one slice are combined by exclusive or, so that holes and keyholes are holes; a contour that is
  there twice counts once;
- a voxel is inside where its centre is (`fill`);
- contours belong to the slice that they lie on, within a tenth of the slice distance; a slice without a
  contour holds nothing of the structure, and nothing is filled in between drawn slices;
- contours that lie between the CT's slices at equal distances are slices of their own, as thick as these
  distances, and are put on the CT by the nearest one (`resampling.resample_mask`); at unequal distances the
  structure is refused;
- a structure in another frame of reference, or of points, lines or contours that are not parallel to the
  CT's slices, is refused.
"""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...findings import Finding, GeometryError, InputError, Refusal, Severity
from ...geometry.image import Box, Image, Lattice
from ...lesion import Delineation, DelineationType, Lesion, Site
from ...structures.rule import Structure, left_out_at_any_size
from ..resampling import Placing, ReadLesions, resample_lesions
from ..selection import Hints, match_names, select_lesions
from .codes import site_of_codes, terminology_entry
from .integrity import read_complete
from .library import lenient_reading, text_of
from .source import SourceSeries, Subject, check_frame_of_reference, check_patient, check_series
from .stack import PLANE_TOLERANCE, planes_at

CODE, DAMAGED = "mask.unreadable", "lesions.damaged"
# A file of this kind has all three, in this order. The last one only has what structures are, and some
# systems leave it out.
MANDATORY = ("StructureSetROISequence", "ROIContourSequence")
LAST = "RTROIObservationsSequence"
CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")

# Contours that reach farther than the CT's own size beyond its border belong to another image.
FAR_SIZES = 1.0

# A corner this near to a voxel's centre (in voxels) was meant to lie on it: rounding must not decide on which
# side a contour along voxel centres runs.
SNAP_DECIMALS = 6


@dataclass(frozen=True)
class _Structure:
    """One ROI of the file: its contours as they are stored."""

    number: str
    name: str
    frame_of_reference_uid: str
    contours: tuple[Any, ...]
    site: Site | None
    delineation: Delineation | None
    hints: Hints


def read_rtstruct(
    path: str | os.PathLike[str],
    image: Image,
    source: SourceSeries | None = None,
    patterns: Sequence[str] = (),
    *,
    accepted: Collection[str] = (),
    place: Placing = resample_lesions,
) -> ReadLesions:
    """The structures of an RTSTRUCT file, as masks on the CT's lattice.

    Parameters
    ----------
    path : str or path, the file
    image : Image, the CT
    source : SourceSeries or None, the DICOM series that the CT was read from; None for other files, which
        have no frame of reference
    patterns : sequence of str, names, numbers or glob patterns of the structures to take; by default all that
        may be lesions
    accepted : collection of str, codes of `acceptance.OPTIONS` that a person accepted
    place : callable, what puts lesions that were drawn on another lattice on the image's

    Returns
    -------
    ReadLesions
        A lesion's identifier is its ROI number. A structure that cannot be used is an empty lesion with the
        reason; one without contours is an empty lesion.

    Raises
    ------
    InputError
        `lesions.damaged`, `mask.unreadable` for a file without structures, `mask.no_match` when a pattern
        matches none, `lesion.not_a_lesion` when none may be a lesion, `patient.mismatch` when it is of
        another patient than the CT.
    GeometryError
        `mask.geometry` when all of it lies in another frame of reference, or nothing of it on the CT.
    """
    path = Path(path)
    everything, of_file, series, subject = _contents(path)
    picked = match_names(everything, patterns, lambda s: (s.number, s.name))
    lesions, findings = [], {}
    of_file += check_patient("lesions", subject, source, accepted)
    shared = [*of_file, *check_series(series, source)]
    aside = (
        frozenset()
        if patterns
        else left_out_at_any_size(
            [Structure(s.number, s.name, s.hints.terminology, s.hints.interpreted_type) for s in picked]
        )
    )
    unread: tuple[Image, list[Finding]] = (_nothing(image.lattice), [])
    for structure in picked:
        mask, found = unread if structure.number in aside else _mask(structure, image.lattice, source)
        lesions.append(
            Lesion(structure.number, structure.name, mask, structure.site, delineation=structure.delineation)
        )
        findings[structure.number] = [*found, *shared]
    read = [found for number, found in findings.items() if number not in aside]
    if read and all(_elsewhere(found) for found in read):
        raise GeometryError("mask.geometry", f"{path}: {read[0][0].text}")
    placed = place(path, lesions, image.lattice, findings)
    return select_lesions(placed, {s.number: s.hints for s in picked}, bool(patterns))


def _contents(path: Path) -> tuple[list[_Structure], list[Finding], set[str], Subject]:
    """The file's structures, what it lacks, the series that it was drawn on and whose it is."""
    try:
        with lenient_reading():
            dataset = read_complete(path, DAMAGED)
            everything, of_file = _structures(dataset), _incomplete(dataset)
            series = _referenced_series(dataset)
            subject = Subject.of(dataset, {s.frame_of_reference_uid for s in everything}, series)
    except (InputError, OSError):
        raise
    except Exception as error:  # a damaged file can make the library raise anything
        raise InputError(DAMAGED, f"{path} is damaged ({type(error).__name__}). Export it again.") from None
    if not everything:
        raise InputError(CODE, f"{path} holds no structures.")
    return everything, of_file, series, subject


def fill(polygons: Sequence[np.ndarray]) -> tuple[np.ndarray, tuple[int, int]]:
    """The voxels whose centre lies inside an odd number of the polygons.

    By this rule the mask of IBSI's CT phantom was made from its contours. Contours of one slice are combined
    by exclusive or: a contour inside another one cuts a hole, and a keyhole (one contour that runs in to a
    hole and back) is a hole too.
    A centre on a polygon's side counts as inside at its lower row and column and as outside at its higher
    ones: polygons that share a side share no voxel.

    Parameters
    ----------
    polygons : sequence of ndarray of float, shape (n, 2), corners as continuous (row, column); voxel centres
        are whole numbers. The last corner is joined to the first

    Returns
    -------
    mask : ndarray of bool, shape (rows, columns), a box that holds all of them
    start : (int, int), row and column of its first voxel
    """
    polygons = [np.round(polygon, SNAP_DECIMALS) for polygon in polygons]
    corners = np.concatenate(polygons)
    low = np.floor(corners.min(axis=0)).astype(np.int64)
    rows, columns = (int(n) for n in np.ceil(corners.max(axis=0)) - low + 1)
    row, column = _crossings(polygons)
    # Walking along a row, every second crossing leaves the polygons again.
    first = np.ceil(column).astype(np.int64) - low[1]
    cell = (row - low[0]) * columns + first
    steps = np.bincount(cell, np.where(np.arange(cell.size) % 2 == 0, 1, -1), rows * columns)
    inside = np.cumsum(steps.reshape(rows, columns), axis=1) > 0
    return inside, (int(low[0]), int(low[1]))


def _elsewhere(found: Sequence[Finding]) -> bool:
    return any(f.code == "mask.geometry" and f.refuses for f in found)


def _frame_of_reference(dataset: Any) -> str:
    frames = dataset.get("ReferencedFrameOfReferenceSequence") or []
    frame = str(frames[0].get("FrameOfReferenceUID", "")) if len(frames) == 1 else ""
    return frame or str(dataset.get("FrameOfReferenceUID", ""))


def _structures(dataset: Any) -> list[_Structure]:
    frame = _frame_of_reference(dataset)
    drawn = _drawn(dataset)
    observed = {
        str(item.get("ReferencedROINumber")): item for item in dataset.get("RTROIObservationsSequence") or []
    }
    structures: list[_Structure] = []
    for item in dataset.get("StructureSetROISequence") or []:
        number = str(item.get("ROINumber"))
        if any(number == other.number for other in structures):
            raise InputError(CODE, f"The file has two structures with the number {number}.")
        structures.append(
            _Structure(
                number,
                text_of(item, "ROIName") or f"structure {number}",
                str(item.get("ReferencedFrameOfReferenceUID") or frame),
                drawn.get(number, ()),
                _site(observed.get(number)),
                _delineation(item),
                _hints(observed.get(number)),
            )
        )
    return structures


def _delineation(roi: Any) -> Delineation | None:
    """How a ROI was drawn, by its item; systems may leave it empty."""
    made = Delineation.parse(str(roi.get("ROIGenerationAlgorithm") or ""))
    if made is None or made.type is DelineationType.MANUAL:
        return made
    return replace(made, algorithm=text_of(roi, "ROIGenerationDescription"))


def _drawn(dataset: Any) -> dict[str, tuple[Any, ...]]:
    """Number of a structure -> its contours."""
    drawn: dict[str, tuple[Any, ...]] = {}
    for item in dataset.get("ROIContourSequence") or []:
        number = str(item.get("ReferencedROINumber"))
        if number in drawn:
            raise InputError(DAMAGED, f"The file has the contours of structure {number} twice.")
        drawn[number] = tuple(item.get("ContourSequence") or ())
    return drawn


def _incomplete(dataset: Any) -> list[Finding]:
    """What the file does not hold although it should, or holds although it does not list it.

    Raises
    ------
    InputError
        `lesions.damaged` without the list of structures or without the contours.
    """
    for keyword in MANDATORY:
        if keyword not in dataset:
            raise InputError(
                DAMAGED, f"The file of the lesions has no {keyword}: it was cut off, or badly exported."
            )
    found = []
    if LAST not in dataset:
        text = (
            f"The file of the lesions has no {LAST}, the part behind the contours: it may have been cut off."
        )
        found.append(Finding(DAMAGED, Severity.WARN, text))
    listed = {str(item.get("ROINumber")) for item in dataset.StructureSetROISequence or []}
    unlisted = [number for number, contours in _drawn(dataset).items() if contours and number not in listed]
    if unlisted:
        text = f"The file has contours of structures that it does not list (number {', '.join(unlisted)})."
        found.append(Finding("lesions.unlisted", Severity.WARN, text))
    return found


def _site(observation: Any) -> Site | None:
    if observation is None:
        return None
    named = list(observation.get("RTROIIdentificationCodeSequence") or [])
    regions = [observation, *named]
    anatomy = [item for place in regions for item in place.get("AnatomicRegionSequence") or []]
    return site_of_codes([*anatomy, *named])


def _hints(observation: Any) -> Hints:
    kind = "" if observation is None else str(observation.get("RTROIInterpretedType") or "")
    named = [] if observation is None else observation.get("RTROIIdentificationCodeSequence") or []
    return Hints(terminology_entry([], named), kind)


def _referenced_series(dataset: Any) -> set[str]:
    return {
        str(series.get("SeriesInstanceUID"))
        for frame in dataset.get("ReferencedFrameOfReferenceSequence") or []
        for study in frame.get("RTReferencedStudySequence") or []
        for series in study.get("RTReferencedSeriesSequence") or []
    }


def _mask(
    structure: _Structure, lattice: Lattice, source: SourceSeries | None
) -> tuple[Image, list[Finding]]:
    """The structure's mask on a lattice of its own, or an empty one and why."""
    try:
        check_frame_of_reference(structure.frame_of_reference_uid, source)
        contours = [_points(contour) for contour in structure.contours]
        if not contours:
            return _nothing(lattice), []
        return _filled(contours, lattice), []
    except Refusal as problem:
        return _nothing(lattice), [Finding(problem.code, Severity.REFUSE, str(problem))]


def _nothing(lattice: Lattice) -> Image:
    return Image(np.zeros((0, 0, 0), bool), lattice)


def _points(contour: Any) -> np.ndarray:
    """Corners of a contour, (n, 3) LPS mm."""
    try:
        kind, claimed = (contour.get(word, "") for word in ("ContourGeometricType", "NumberOfContourPoints"))
        values, count = _numbers(contour), int(claimed) if str(claimed) else None
    except Exception:  # the library makes values when they are first read, and raises anything
        raise Refusal(DAMAGED, "The file is damaged in one of its contours. Export it again.") from None
    if kind not in CLOSED:
        raise Refusal(
            "mask.not_planar",
            f"It has a contour of type {kind or 'unknown'}; only closed planar contours enclose a volume.",
        )
    if not np.isfinite(values).all():
        raise Refusal(DAMAGED, "A contour has coordinates that are no numbers: the file is damaged.")
    if values.size % 3 or (count is not None and 3 * count != values.size):
        text = f"A contour should have {count} points and has {values.size} coordinates: the file is damaged."
        raise Refusal(DAMAGED, text)
    if values.size < 9:
        raise Refusal("mask.not_planar", "It has a contour with fewer than three points.")
    return values.reshape(-1, 3)


def _numbers(contour: Any) -> np.ndarray:
    """The numbers of ContourData; one that is not a number where one is none.

    The library makes an object of each number as soon as the value is read, which takes ten times as
    long as all the rest.
    """
    try:
        element = contour.get_item("ContourData")
        if element is None or not element.value:
            return np.zeros(0)
        if isinstance(element.value, bytes):
            return np.array(element.value.rstrip(b" \0").split(b"\\")).astype(float)
        return np.array([float(value) for value in element.value])
    except ValueError:
        return np.array([np.nan])


def _filled(contours: Sequence[np.ndarray], lattice: Lattice) -> Image:
    index = [lattice.to_index(points) for points in contours]
    turned, index = _facing(index, lattice)
    corners = np.concatenate(index)
    size = np.array(turned.shape)
    if (corners < -FAR_SIZES * size).any() or (corners > (1 + FAR_SIZES) * size).any():
        raise Refusal("mask.geometry", "It reaches far beyond the CT: it was drawn on another image.")
    planes = planes_at(np.array([points[:, 0].mean() for points in index]))
    if planes is None:
        raise Refusal(
            "mask.geometry",
            "Its contours lie between the CT's slices, at unequal distances. Draw it on this CT.",
        )
    if planes.own:
        x, y, z = turned.to_lps(np.array([planes.start, 0.0, 0.0]))
        own = (planes.step * turned.spacing[0], *turned.spacing[1:])
        turned = Lattice(turned.shape, own, (float(x), float(y), float(z)), turned.axes)
    members: dict[int, list[np.ndarray]] = {}
    for number, points in zip(planes.numbers.tolist(), index, strict=True):
        members.setdefault(number, []).append(points[:, 1:])
    return _stacked({number: _distinct(polygons) for number, polygons in members.items()}, turned)


def _facing(index: list[np.ndarray], lattice: Lattice) -> tuple[Lattice, list[np.ndarray]]:
    """Lattice and corners with the axis first that the contours' planes stand across."""
    spread = np.max([np.ptp(points, axis=0) for points in index], axis=0)
    axis = int(spread.argmin())
    if spread[axis] > 2 * PLANE_TOLERANCE:
        raise Refusal("mask.not_planar", "Its contours are not parallel to the CT's slices.")
    order = [axis, *(a for a in range(3) if a != axis)]
    first, second, third = order
    turned = Lattice(
        (lattice.shape[first], lattice.shape[second], lattice.shape[third]),
        (lattice.spacing[first], lattice.spacing[second], lattice.spacing[third]),
        lattice.origin,
        (lattice.axes[first], lattice.axes[second], lattice.axes[third]),
    )
    return turned, [points[:, order] for points in index]


def _distinct(polygons: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Each contour once: two that are the same would cancel each other."""
    return list({points.tobytes(): points for points in polygons}.values())


def _stacked(members: dict[int, list[np.ndarray]], lattice: Lattice) -> Image:
    """The filled planes as one mask, cropped to the box around them."""
    if sum(_cells(polygons) for polygons in members.values()) > 4 * Box.whole(lattice.shape).size + 1000:
        raise Refusal("mask.geometry", "It is larger than the CT: it was drawn on another image.")
    planes = {number: fill(polygons) for number, polygons in members.items()}
    starts = np.array([start for _, start in planes.values()])
    stops = starts + [mask.shape for mask, _ in planes.values()]
    row, column = (int(n) for n in starts.min(axis=0))
    rows, columns = (int(n) for n in stops.max(axis=0) - starts.min(axis=0))
    first = min(planes)
    values = np.zeros((max(planes) - first + 1, rows, columns), bool)
    for number, (mask, (j, i)) in planes.items():
        values[number - first, j - row : j - row + mask.shape[0], i - column : i - column + mask.shape[1]] = (
            mask
        )
    return Image(values, lattice, (first, row, column))


def _cells(polygons: Sequence[np.ndarray]) -> int:
    """Voxels of the box that `fill` makes, to be checked before it is made."""
    corners = np.concatenate(polygons)
    rows, columns = corners.max(axis=0) - corners.min(axis=0) + 3
    return math.ceil(rows) * math.ceil(columns)


def _crossings(polygons: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Where sides cross the rows of voxel centres: row and continuous column, in order.

    A row meets a side at its lower end and not at its higher one, so that it crosses each polygon an even
    number of times.
    """
    start = np.concatenate(polygons)
    stop = np.concatenate([np.roll(polygon, -1, axis=0) for polygon in polygons])
    first = np.ceil(np.minimum(start[:, 0], stop[:, 0])).astype(np.int64)
    count = np.ceil(np.maximum(start[:, 0], stop[:, 0])).astype(np.int64) - first
    side = np.repeat(np.arange(len(start)), count)
    row = first[side] + np.arange(side.size) - np.repeat(np.cumsum(count) - count, count)
    a, b = start[side], stop[side]
    column = a[:, 1] + (row - a[:, 0]) / (b - a)[:, 0] * (b - a)[:, 1]
    order = np.lexsort((column, row))
    return row[order], column[order]
