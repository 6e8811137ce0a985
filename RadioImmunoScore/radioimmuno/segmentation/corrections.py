"""A lesion that is there, corrected: a stroke across what it lacks or has too much, a click on its border.

A gesture shows how wrong the surface is at its own place. Errors of a segmentation are correlated over the
surface, through slices too, by as much as was measured: kriging spreads them over the neighbourhood. They are
small where the surface lies on a clear edge of the CT, and for a stroke where it faces elsewhere: there it
moves little. What is added is as round as lesions are, rounder where the CT looks like the lesion. Nothing
is known but mask and CT: masks edited by hand are corrected alike, and corrections follow each other in any
order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..findings import Finding, GeometryError, InputError, Severity
from ..geometry.image import Box, Image, Triple, as_index
from .error_field import ErrorField, SignedDistance, edge_sds, signed_distance
from .parameters import PARAMETERS as P
from .segmented_lesion import SegmentedLesion, segmented_lesion
from .stroke import check_inside, checked_ends, find_stroke
from .surroundings import clean, places_of


@dataclass(frozen=True, eq=False)
class _Task:
    """A lesion's surface in a box of the canonical CT that holds it and the gesture.

    `radius_mm` is that of the ball of the lesion's volume.
    """

    ct: Image
    distance: SignedDistance
    radius_mm: float

    @property
    def inside(self) -> np.ndarray:
        """The lesion's voxels in the box, (k, j, i)."""
        return self.distance.values < 0

    def indices(self, voxels: np.ndarray) -> tuple[np.ndarray, ...]:
        """Voxels of the CT as an index into the box.

        Parameters
        ----------
        voxels : ndarray of int, shape (m, 3)
        """
        return tuple((voxels - self.distance.box.start).T)

    def mask(self, values: np.ndarray) -> Image:
        """Voxels of the box as a mask of the CT.

        Parameters
        ----------
        values : ndarray of bool, shape (k, j, i)
        """
        return Image(values, self.ct.lattice, self.distance.box.start)


def add_stroke(image: Image, mask: Image, start: Triple, end: Triple) -> SegmentedLesion:
    """The lesion, and with it the part that a stroke crosses.

    The stroke runs through the middle of what is missing, from border to border. All voxels that it crosses
    are in the lesion afterwards, and no voxel leaves it. None changes that is farther from the stroke than
    `PARAMETERS.range_radii` times the radius of the ball of the lesion's volume, or half the stroke if that
    is more, and a cell of the grid (`ErrorField.spread`). A stroke that does not come near the lesion adds
    what it would segment alone.

    Parameters
    ----------
    image : Image
        CT in HU, in any axis order.
    mask : Image
        The lesion so far, bool, on the CT's lattice: segmented, corrected, or drawn by hand.
    start, end : tuple of 3 floats
        The stroke's ends, LPS mm.

    Returns
    -------
    SegmentedLesion
        With the finding `lesion.components` when what is added does not touch the lesion.

    Raises
    ------
    InputError
        `stroke.outside`, `stroke.too_short`; `stroke.nothing_found` when there is nothing to add.
    GeometryError
        `mask.geometry` when the mask lies on other voxels than the CT.
    """
    ct, lesion = _on_ct(image, mask)
    ends = checked_ends(ct, start, end)
    if not lesion.values.size:
        return _with_piece(image, ct, lesion, ends)
    task = _task(ct, lesion, ends)
    line, length, bulge = _along(ends)
    now = task.distance.at(line)
    if now.min() > P.added_depth_share * length:
        return _with_piece(image, ct, lesion, ends)
    errors = np.minimum(-P.added_depth_share * length * bulge - now, 0)
    inside = task.inside
    # A lesion is as large as what the stroke shows of it.
    radius = max(task.radius_mm, length / 2)
    errors, sd = _spread(task, _stroke_errors(line, errors, radius))
    ratio = _log_ratio(task, errors)
    moved = task.distance.values + errors - _favour(errors, sd, ratio) < 0
    crossed = task.indices(_crossed(ct, ends))
    grown = _with_new_pieces(inside, moved | _around_stroke(task, ends, ratio), crossed)
    if np.array_equal(grown, inside):
        text = "The stroke lies inside the lesion: nothing is missing there. Draw it across what is missing."
        raise InputError("stroke.nothing_found", text)
    return _added(image, ct, task.mask(grown), lesion)


def remove_stroke(image: Image, mask: Image, start: Triple, end: Triple) -> SegmentedLesion:
    """The lesion without the part that a stroke crosses.

    The stroke runs through the middle of what is too much, from border to border. No voxel that it crosses is
    in the lesion afterwards, none enters it, and far ones stay as for `add_stroke`. What the cut severs, if
    it is smaller than the cut and as near, goes with it.

    Parameters, returns and errors as of `add_stroke`; `stroke.nothing_found` when the stroke does not cross
    the lesion or would leave nothing of it.
    """
    ct, lesion = _on_ct(image, mask)
    ends = checked_ends(ct, start, end)
    task = _task(ct, lesion, ends) if lesion.values.size else None
    crossed = task.indices(_crossed(ct, ends)) if task else ()
    if task is None or not task.inside[crossed].any():
        text = "The stroke does not cross the lesion. Draw it across the part that is to be removed."
        raise InputError("stroke.nothing_found", text)
    line, length, bulge = _along(ends)
    shares = P.removed_end_share + (P.removed_middle_share - P.removed_end_share) * bulge
    errors = np.maximum(length * shares - task.distance.at(line), 0)
    field, _ = _spread(task, _stroke_errors(line, errors, task.radius_mm))
    inside = task.inside
    left = inside & (task.distance.values + field < 0)
    left[crossed] = False
    left = _without_severed(left, inside & ~left, field != 0)
    if not left.any():
        text = "The stroke would remove the whole lesion. Draw a shorter one, or delete the lesion."
        raise InputError("stroke.nothing_found", text)
    return segmented_lesion(task.mask(left), image)


def pull_border(image: Image, mask: Image, point: Triple) -> SegmentedLesion:
    """The lesion with its border pulled to a point.

    The point lies on the lesion's surface afterwards (between two voxel centres less than a voxel away along
    each axis, of which one is inside); far voxels stay as for `add_stroke`.

    Parameters
    ----------
    image, mask : Image
        As of `add_stroke`.
    point : tuple of 3 floats
        On the lesion's border, LPS mm.

    Returns
    -------
    SegmentedLesion
        Without findings but `lesion.truncated`.

    Raises
    ------
    InputError
        `stroke.outside`; `stroke.far` when the point is too far from the border.
    GeometryError
        As of `add_stroke`.
    """
    ct, lesion = _on_ct(image, mask)
    points = np.array([point], float)
    check_inside(ct, points, "The point lies outside of the CT. Click on the lesion's border.")
    place = places_of(ct.lattice, points)
    task = _task(ct, lesion, place) if lesion.values.size else None
    error = np.full(1, np.inf) if task is None else -task.distance.at(place)
    if task is None or np.abs(error[0]) > P.farthest_radii * task.radius_mm:
        text = (
            "The point is too far from the lesion's border to pull it there. Click nearer to it, or draw a "
            "stroke across what is missing or too much."
        )
        raise InputError("stroke.far", text)
    range_mm, shown_mm = P.click_range_radii * task.radius_mm, P.shown_radii * task.radius_mm
    errors, sd = _spread(task, ErrorField(place, error, 0.0, range_mm, shown_mm, 0.0))
    moved = task.distance.values + errors - _favour(errors, sd, _log_ratio(task, errors)) < 0
    _put_border(moved, task, place[0])
    return segmented_lesion(task.mask(moved), image)


def _on_ct(image: Image, mask: Image) -> tuple[Image, Image]:
    """CT and mask in canonical order, the mask cropped to its voxels."""
    if not mask.lattice.coincides(image.lattice):
        raise GeometryError("mask.geometry", "The lesion lies on another grid than the CT.")
    return image.canonical(), mask.canonical().trimmed()


def _task(ct: Image, lesion: Image, places: np.ndarray) -> _Task:
    """What is worked on, with a margin for what may be added."""
    spacing = np.array(ct.lattice.spacing)
    around = Box(
        as_index(np.floor(places.min(axis=0) / spacing)), as_index(np.ceil(places.max(axis=0) / spacing) + 1)
    ).union(lesion.box)
    volume = np.count_nonzero(lesion.values) * ct.lattice.voxel_volume_mm3
    radius = (3 * volume / (4 * math.pi)) ** (1 / 3)
    box = around.grow(as_index(np.ceil(P.margin_radii * radius / spacing) + 1))
    box = box.intersect(Box.whole(ct.lattice.shape))
    return _Task(ct, signed_distance(lesion, box), radius)


def _along(ends: np.ndarray) -> tuple[np.ndarray, float, np.ndarray]:
    """Places (m, 3) along a stroke, its length, and a parabola (m,): 1 in its middle, 0 at its ends."""
    share = np.linspace(0, 1, P.stroke_places)
    along = ends[1] - ends[0]
    return ends[0] + share[:, None] * along, float(np.linalg.norm(along)), 4 * share * (1 - share)


def _stroke_errors(line: np.ndarray, errors: np.ndarray, radius_mm: float) -> ErrorField:
    """Errors known along a stroke, which is denser than their range, however small the lesion is."""
    length = float(np.linalg.norm(line[-1] - line[0]))
    range_mm = max(P.range_radii * radius_mm, P.range_lengths * length)
    shown_mm = P.shown_lengths * length
    return ErrorField(line, errors, P.stroke_noise_share, range_mm, shown_mm, P.facing_power)


def _spread(task: _Task, field: ErrorField) -> tuple[np.ndarray, np.ndarray]:
    """The likeliest errors (k, j, i) of the surface, and their SD as a share of what it would be unknown."""
    values = clean(task.ct.crop(task.distance.box).values)
    return field.spread(task.distance, edge_sds(values, task.distance))


def _favour(errors: np.ndarray, sd: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """By how much more (mm) than the likeliest error the surface moves where that is uncertain.

    Voxels with the lesion's HU are inside rather, those with its neighbourhood's outside.
    """
    return P.intensity_share * sd * np.abs(errors) * np.tanh(P.intensity_weight * ratio)


def _around_stroke(task: _Task, ends: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Voxels (k, j, i) of a spheroid on an added stroke: thick where the CT looks like the lesion."""
    box, spacing = task.distance.box, task.distance.spacing
    middle, along = ends.mean(axis=0), ends[1] - ends[0]
    length = float(np.linalg.norm(along))
    axes = [
        ((start + np.arange(count)) * step - at).astype(np.float32)
        for start, count, step, at in zip(box.start, ratio.shape, spacing, middle, strict=True)
    ]
    z, y, x = np.meshgrid(*axes, indexing="ij", sparse=True)
    place = (z * along[0] + y * along[1] + x * along[2]) / length
    across = z * z + y * y + x * x - place * place
    share = P.added_width_share + P.added_width_span * np.tanh(P.added_width_weight * ratio)
    width = length * np.clip(share, P.added_width_least, 0.5)
    return (2 * place / length) ** 2 + across / width**2 <= 1


def _log_ratio(task: _Task, errors: np.ndarray) -> np.ndarray:
    """How much more often a voxel's HU occur inside than outside near a gesture: logarithm, smoothed."""
    from scipy.ndimage import gaussian_filter, gaussian_filter1d

    radius, spacing = task.radius_mm, task.distance.spacing
    values = clean(task.ct.crop(task.distance.box).values)
    span = P.intensity_span_hu
    soft = gaussian_filter(np.clip(values, -span, span), P.intensity_blur_mm / spacing, mode="nearest")
    bins = ((soft + span) * ((P.intensity_bins - 1) / (2 * span))).astype(np.intp)
    near = np.abs(errors) > P.intensity_near_share * np.abs(errors).max()
    after = task.distance.values + errors
    inside = near & (after < -P.intensity_inside_radii * radius)
    outside = near & (after > P.intensity_outside_radii * radius)
    counts = [np.bincount(bins[part], minlength=P.intensity_bins).astype(float) for part in (inside, outside)]
    if not all(count.any() for count in counts):
        return np.zeros(errors.shape, np.float32)
    one, other = (gaussian_filter1d(count / count.sum(), P.bin_blur_bins) for count in counts)
    ratio = np.log((one + P.least_frequency) / (other + P.least_frequency)).astype(np.float32)
    return gaussian_filter(ratio[bins], P.intensity_smooth_radii * radius / spacing, truncate=P.gaussian_sds)


def _crossed(ct: Image, ends: np.ndarray) -> np.ndarray:
    """Indices (m, 3) of all voxels that the line between two places crosses."""
    first, last = ends / np.array(ct.lattice.spacing)
    step = last - first
    cuts = [np.array([0.0, 1.0])]
    for start, way in zip(first, step, strict=True):
        low, high = sorted((start, start + way))
        faces = np.arange(math.ceil(low - 0.5), math.floor(high + 0.5)) + 0.5
        cuts.append((faces - start) / way if way else np.empty(0))
    shares = np.unique(np.clip(np.concatenate(cuts), 0, 1))
    middles = (shares[1:] + shares[:-1]) / 2
    voxels = np.rint(first + middles[:, None] * step).astype(int)
    return np.unique(np.clip(voxels, 0, np.array(ct.lattice.shape) - 1), axis=0)


def _with_new_pieces(inside: np.ndarray, grown: np.ndarray, crossed: tuple[np.ndarray, ...]) -> np.ndarray:
    """The lesion and what grew, without pieces that touch neither lesion nor stroke."""
    from scipy.ndimage import label

    known = inside.copy()
    known[crossed] = True
    pieces, count = label(known | grown, np.ones((3, 3, 3)))
    return np.isin(np.arange(count + 1), pieces[known])[pieces]


def _put_border(moved: np.ndarray, task: _Task, place: np.ndarray) -> None:
    """Make sure, in place, that voxels around a place are neither all inside nor all outside."""
    index = place / task.distance.spacing - task.distance.box.start
    low = np.clip(np.floor(index).astype(int), 0, np.maximum(np.array(moved.shape) - 2, 0))
    around = moved[tuple(slice(start, start + 2) for start in low)]
    if around.all() or not around.any():
        nearest = np.clip(np.rint(index).astype(int) - low, 0, np.array(around.shape) - 1)
        around[tuple(nearest)] ^= True


def _without_severed(left: np.ndarray, cut: np.ndarray, near: np.ndarray) -> np.ndarray:
    """What is left (k, j, i) without near pieces that touch the cut and are smaller than it."""
    from scipy.ndimage import binary_dilation, label

    pieces, count = label(left, np.ones((3, 3, 3)))
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    sizes[0] = 0
    severed = sizes < min(np.count_nonzero(cut), sizes.max())
    severed &= np.isin(np.arange(count + 1), pieces[binary_dilation(cut, np.ones((3, 3, 3)))])
    severed[pieces[~near]] = False
    return left & ~severed[pieces]


def _with_piece(image: Image, ct: Image, lesion: Image, ends: np.ndarray) -> SegmentedLesion:
    """The lesion and what a stroke segments alone."""
    found = find_stroke(ct, ends)
    more = found.mask
    crossed = _crossed(ct, ends)
    box = more.box.union(Box(as_index(crossed.min(axis=0)), as_index(crossed.max(axis=0) + 1)))
    box = box.union(lesion.box) if lesion.values.size else box
    grown = more.within(box, False) | lesion.within(box, False)
    grown[tuple((crossed - box.start).T)] = True
    return _added(image, ct, Image(grown, ct.lattice, box.start), lesion, found.findings)


def _added(
    image: Image, ct: Image, grown: Image, lesion: Image, findings: tuple[Finding, ...] = ()
) -> SegmentedLesion:
    """The result, with a finding when pieces are there that hold nothing of what was there before."""
    from scipy.ndimage import label

    before = lesion.within(grown.box, False)
    pieces, count = label(grown.values, np.ones((3, 3, 3)))
    if before.any() and np.unique(pieces[before]).size < count:
        text = "What the stroke added does not touch the lesion: it consists of separate pieces now."
        findings = (*findings, Finding("lesion.components", Severity.WARN, text))
    return segmented_lesion(grown, image, findings)
