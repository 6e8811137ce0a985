"""One stroke across a lesion's longest extent -> the lesion."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..findings import Finding, InputError, Severity
from ..geometry.image import Image, Triple
from .fitting import BLUR, HEIGHT, PRIOR_SD, SLENDER, SLENDER_SD, WIDTH, Prior, fit
from .segmented import Segmented, segmented
from .settling import clearness, settle, unsmoothed
from .surface import Ellipsoid, Surface
from .surroundings import places_of, surroundings

# A stroke's ends are at least this many voxels apart along some array axis.
LEAST_VOXELS = 2.0

# Searched as far from the stroke's middle as it is long. Farther than the second (of the length), a lesion is
# said to be longer than the stroke: rightly found ones are, too, because thin ones that were cut short
# reach no farther. Chosen on the benchmark's lesions and on ellipsoids.
SEARCH, FAR = 1.0, 0.72

# How clear a border is (0 to 1): below the first there is nothing; below the second it is faint where the
# rays are also less sure than the third (0 to 1). Chosen on the benchmark's lesions.
NOTHING, FAINT, SURE = 0.02, 0.85, 0.15

# No lesion is larger than so many balls on the stroke, the latter where it lies in no axial slice.
MOST_BALLS, MOST_BALLS_ACROSS = 2.0, 1.25

# The tube along the stroke that is taken for the lesion: radius (of half the stroke), its ends left out
# (share of the stroke), lines around it, samples on each.
TUBE_RADIUS, TUBE_END, TUBE_LINES, TUBE_SAMPLES = 0.15, 0.06, 6, 60

# Ends nearer than this along an array axis lie in one of its slices.
IN_SLICE_VOXELS = 0.5

NOTHING_FOUND = (
    "No lesion was found there: nothing differs from what is around it. "
    "Draw the stroke across the lesion's longest extent, from border to border."
)


@dataclass(frozen=True, eq=False)
class Found:
    """A surface, and what is to be said about it."""

    surface: Surface
    findings: tuple[Finding, ...]


def segment_stroke(image: Image, start: Triple, end: Triple) -> Segmented:
    """The lesion that a stroke crosses at its longest extent.

    The surface is star-shaped: one distance from the lesion's centre in each of 642 directions, the likeliest
    together by what is seen along the rays (values like those under the stroke before the border, like the
    neighbourhood's behind it, an edge between), by neighbouring rays (belief propagation) and by what a
    stroke says: its ends lie on the border, in its slice nothing is longer. Centre and ellipsoid are fitted
    anew between rounds; last the surface settles where the nearby edge is steepest. All is bounded by the
    stroke's length: extent, volume and time.

    Parameters
    ----------
    image : CT in HU, in any axis order; only a crop around the stroke is looked at
    start, end : the stroke's ends on the lesion's border, LPS mm; in any slice or oblique

    Returns
    -------
    Segmented
        Findings may be `lesion.truncated`, `stroke.limit` and `stroke.faint`.

    Raises
    ------
    InputError
        `stroke.outside`, `stroke.too_short` or `stroke.nothing_found`.
    """
    ct = image.canonical()
    found = find(ct, checked_ends(ct, start, end))
    return finished(found.surface.voxels(ct.lattice), image, found.findings)


def checked_ends(ct: Image, start: Triple, end: Triple) -> np.ndarray:
    """The stroke's ends (2, 3) as places in the canonical CT.

    Raises
    ------
    InputError
        When an end lies outside of the CT, or the ends lie too near to each other.
    """
    ends = np.array([start, end], float)
    check_inside(ct, ends, "The stroke reaches out of the CT. Draw both its ends inside.")
    index = ct.lattice.to_index(ends)
    if np.abs(index[1] - index[0]).max() < LEAST_VOXELS:
        raise InputError(
            "stroke.too_short",
            "The stroke is shorter than two voxels. Draw it across the lesion, from border to border.",
        )
    return places_of(ct.lattice, ends)


def check_inside(ct: Image, points: np.ndarray, text: str) -> None:
    """Refuse LPS points (m, 3) outside of the CT."""
    index = ct.lattice.to_index(points)
    inside = (index >= -0.5) & (index <= np.array(ct.lattice.shape) - 0.5)  # also False where not a number
    if not inside.all():
        raise InputError("stroke.outside", text)


def find(ct: Image, ends: np.ndarray) -> Found:
    """The surface for a stroke between two places in a canonical CT.

    Raises
    ------
    InputError
        When nothing can be told from its neighbourhood.
    """
    prior = stroke_prior(ct, ends)
    middle, length = ends.mean(axis=0), prior.length_mm
    around = surroundings(ct, middle, SEARCH * length, BLUR * length)
    sharp = unsmoothed(around)
    fitted = fit(around, prior)
    surface = _bounded(settle(sharp, fitted.surface), prior)
    clear = clearness(sharp, surface)
    if clear < NOTHING:
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    findings = []
    if surface.reach(middle) > FAR * length:
        text = (
            "The lesion is longer than the stroke and may go on. Look at its far ends, and add a second "
            "stroke where it goes on."
        )
        findings.append(Finding("stroke.limit", Severity.WARN, text))
    if clear < FAINT and fitted.sureness < SURE:
        text = (
            "Along much of its border the lesion hardly differs from what is around it: the border is a "
            "guess there. Look at it and refine it with a second stroke."
        )
        findings.append(Finding("stroke.faint", Severity.WARN, text))
    return Found(surface, tuple(findings))


def _bounded(surface: Surface, prior: Prior) -> Surface:
    """The surface, shrunk to the largest volume that a stroke allows."""
    most = MOST_BALLS if _is_axial(prior.normal) else MOST_BALLS_ACROSS
    balls = float((surface.radii**3).mean()) / (prior.length_mm / 2) ** 3
    return Surface(surface.centre, surface.radii * min(1.0, most / balls) ** (1 / 3))


def _is_axial(normal: np.ndarray | None) -> bool:
    return normal is not None and normal[0] == 1


def stroke_prior(ct: Image, ends: np.ndarray) -> Prior:
    """What a stroke between two places says about the lesion."""
    along = ends[1] - ends[0]
    length = float(np.linalg.norm(along))
    normal = _slice_normal(ct, along)
    across, through = _across(along / length, normal)
    widths, sd = ((WIDTH, HEIGHT), PRIOR_SD) if _is_axial(normal) else ((SLENDER, SLENDER), SLENDER_SD)
    guess = Ellipsoid(
        ends.mean(axis=0), np.stack([along / length, across, through]), length / 2 * np.array([1, *widths])
    )
    return Prior(guess, sd, _tube(ends, across, through), ends, normal)


def _slice_normal(ct: Image, along: np.ndarray) -> np.ndarray | None:
    """The normal of the slices that a stroke lies in, axial ones first; None for an oblique stroke."""
    steps = np.abs(along) / np.array(ct.lattice.spacing)
    return next((np.eye(3)[axis] for axis in range(3) if steps[axis] < IN_SLICE_VOXELS), None)


def _across(along: np.ndarray, normal: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors across the stroke in its slice, and through the slices."""
    helper = np.eye(3)[np.abs(along).argmin()] if normal is None else normal
    through = helper - along * (along @ helper)
    through = through / np.linalg.norm(through)
    return np.cross(along, through), through


def _tube(ends: np.ndarray, across: np.ndarray, through: np.ndarray) -> np.ndarray:
    """Places (m, 3) along the stroke and around it, as many on every mm of it."""
    along = ends[1] - ends[0]
    angles = np.arange(TUBE_LINES)[:, None] * (2 * np.pi / TUBE_LINES)
    rim = TUBE_RADIUS * np.linalg.norm(along) / 2 * (np.cos(angles) * across + np.sin(angles) * through)
    line = ends[0] + np.linspace(TUBE_END, 1 - TUBE_END, TUBE_SAMPLES)[:, None] * along
    return (line[:, None] + np.concatenate([np.zeros((1, 3)), rim, rim / 2])).reshape(-1, 3)


def finished(mask: Image, image: Image, findings: tuple[Finding, ...] = ()) -> Segmented:
    """The result for a canonical mask on the CT as it is stored.

    Raises
    ------
    InputError
        When the mask is empty.
    """
    if not mask.values.any():
        raise InputError("stroke.nothing_found", NOTHING_FOUND)
    result = segmented(mask, image.lattice, findings)
    box = result.mask.box
    if any(a == 0 or b == n for a, b, n in zip(box.start, box.stop, image.lattice.shape, strict=True)):
        text = "The lesion reaches the border of the CT: part of it may be missing."
        cut = Finding("lesion.truncated", Severity.WARN, text)
        return replace(result, findings=(*findings, cut))
    return result
