"""One stroke across a lesion's longest extent, or two crossed ones -> the lesion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..findings import InputError
from ..geometry.axes import Ends
from ..geometry.image import Image, Triple
from .boosted_trees import SegmentationModel
from .found_lesion import FoundLesion, as_segmented, find_lesion
from .parameters import PARAMETERS as P
from .prior import Known, Prior
from .segmented_lesion import BY_DIAMETERS, SegmentedLesion
from .surface import Ellipsoid
from .surroundings import places_of


def segment_stroke(
    image: Image, start: Triple, end: Triple, model: SegmentationModel | None = None
) -> SegmentedLesion:
    """The lesion that a stroke crosses at its longest extent.

    Boosted trees that were fitted on lesions of other patients tell for each place around the stroke how
    likely it is the lesion's, by where it lies relative to the stroke and how the CT looks there and on
    the way to it. The surface around that is star-shaped, one distance from the lesion's centre in each
    of 642 directions; it is moved to where the nearby edge is steepest (belief propagation), as far as
    the trees go along. Bone and air that the stroke crosses are left out. All is bounded by the stroke's
    length: extent, volume and time.

    Parameters
    ----------
    image : Image
        CT in HU, in any axis order; only a crop around the stroke is looked at.
    start, end : tuple of 3 floats
        The stroke's ends on the lesion's border, LPS mm; in any slice or oblique.
    model : SegmentationModel, optional
        Instead of the one that comes with the software, e.g. one fitted without some patients.

    Returns
    -------
    SegmentedLesion
        With its expected agreement with a reader. Findings may be `lesion.truncated`, `stroke.unsure` and
        `stroke.foreign`.

    Raises
    ------
    InputError
        `stroke.outside`, `stroke.too_short` or `stroke.nothing_found`.
    """
    ct = image.canonical()
    found = find_stroke(ct, checked_ends(ct, start, end), model=model)
    return as_segmented(found, image, model)


def segment_diameters(
    image: Image, long: Ends, short: Ends, model: SegmentationModel | None = None
) -> SegmentedLesion:
    """The lesion that two crossed strokes measure: its long and its short axis, as for RECIST.

    As `segment_stroke`; what the second stroke adds is the lesion's width in their slice, and two more places
    on its border. It need not be exactly perpendicular nor cross in the middle.

    Parameters
    ----------
    image : Image
        CT in HU, in any axis order.
    long, short : tuple of 2 tuples of 3 floats
        The strokes' ends on the lesion's border, LPS mm; the longer one counts as the long axis.
    model : SegmentationModel, optional
        As of `segment_stroke`.

    Returns
    -------
    SegmentedLesion
        Findings as of `segment_stroke`.

    Raises
    ------
    InputError
        As of `segment_stroke`; `stroke.not_crossed` when the strokes do not cross.
    """
    ct = image.canonical()
    lines = checked_ends(ct, *long), checked_ends(ct, *short)
    if not are_crossed(*lines):
        raise InputError(
            "stroke.not_crossed",
            "The two strokes do not cross. Draw the second across the first, from border to border.",
        )
    found = find_stroke(ct, *_longest_first(*lines), model=model)
    return as_segmented(found, image, model, BY_DIAMETERS)


def are_crossed(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether the shorter of two strokes passes from one side of the longer to the other.

    Parameters
    ----------
    one, other : ndarray, shape (2, 3)
        The strokes' ends, mm in any frame.
    """
    ends, short_ends = _longest_first(one, other)
    along = ends[1] - ends[0]
    shares = (short_ends - ends[0]) @ along / (along @ along)
    aside = short_ends - ends[0] - shares[:, None] * along
    return bool(aside[0] @ aside[1] < 0 and ((shares > 0) & (shares < 1)).any())


def _longest_first(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    lengths = [float(np.linalg.norm(ends[1] - ends[0])) for ends in (one, other)]
    return (other, one) if lengths[1] > lengths[0] else (one, other)


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
    if np.abs(index[1] - index[0]).max() < P.least_voxels:
        raise InputError(
            "stroke.too_short",
            "The stroke is shorter than two voxels. Draw it across the lesion, from border to border.",
        )
    return places_of(ct.lattice, ends)


def check_inside(ct: Image, points: np.ndarray, text: str) -> None:
    """Refuse LPS points (m, 3) outside of the CT.

    Parameters
    ----------
    ct : Image
        The canonical CT.
    points : ndarray, shape (m, 3)
        LPS mm.
    text : str
        What the error says.
    """
    index = ct.lattice.to_index(points)
    inside = (index >= -0.5) & (index <= np.array(ct.lattice.shape) - 0.5)  # also False where not a number
    if not inside.all():
        raise InputError("stroke.outside", text)


def find_stroke(
    ct: Image, ends: np.ndarray, short_ends: np.ndarray | None = None, model: SegmentationModel | None = None
) -> FoundLesion:
    """The lesion of a stroke, or of two crossed ones, between places in a canonical CT.

    Parameters
    ----------
    ct : Image
        The canonical CT.
    ends : ndarray, shape (2, 3)
        The stroke's ends, places in mm.
    short_ends : ndarray, shape (2, 3), optional
        The ends of a second stroke across the first.
    model : SegmentationModel, optional
        Instead of the one that comes with the software.

    Raises
    ------
    InputError
        When nothing differs from its neighbourhood.
    """
    prior = stroke_prior(ct, ends)
    if short_ends is not None:
        prior = crossed_prior(prior, short_ends)
    return find_lesion(ct, prior, model)


def stroke_prior(ct: Image, ends: np.ndarray) -> Prior:
    """What a stroke between two places says about the lesion.

    Parameters
    ----------
    ct : Image
        The canonical CT.
    ends : ndarray, shape (2, 3)
        The stroke's ends, places in mm.
    """
    along = ends[1] - ends[0]
    length = float(np.linalg.norm(along))
    normal = _slice_normal(ct, along)
    across, through = _across(along / length, normal)
    is_axial = normal is not None and normal[0] == 1
    shares = (1, P.width_share, P.height_share) if is_axial else (1, P.slender_share, P.slender_share)
    guess = Ellipsoid(
        ends.mean(axis=0), np.stack([along / length, across, through]), length / 2 * np.array(shares)
    )
    return Prior(guess, _tube(ends, across, through), ends, is_axial=is_axial)


def crossed_prior(prior: Prior, short_ends: np.ndarray) -> Prior:
    """What a second stroke across the first adds: the lesion's width, and where it lies.

    Parameters
    ----------
    prior : Prior
        Of the first stroke.
    short_ends : ndarray, shape (2, 3)
        The second stroke's ends, places in mm.
    """
    guess = prior.guess
    along = guess.axes[0]
    aside = short_ends[1] - short_ends[0]
    aside = aside - along * (along @ aside)
    width = float(np.linalg.norm(aside))
    across = aside / width
    shift = across * (across @ (short_ends.mean(axis=0) - guess.centre))
    semi = np.array([guess.semi_mm[0], width / 2, guess.semi_mm[2]])
    crossed = Ellipsoid(guess.centre + shift, np.stack([along, across, np.cross(along, across)]), semi)
    return replace(prior, guess=crossed, known=Known.LENGTH_AND_WIDTH)


def _slice_normal(ct: Image, along: np.ndarray) -> np.ndarray | None:
    """The normal of the slices that a stroke lies in, axial ones first; None for an oblique stroke."""
    steps = np.abs(along) / np.array(ct.lattice.spacing)
    return next((np.eye(3)[axis] for axis in range(3) if steps[axis] < P.in_slice_voxels), None)


def _across(along: np.ndarray, normal: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors across the stroke in its slice, and through the slices."""
    helper = np.eye(3)[np.abs(along).argmin()] if normal is None else normal
    through = helper - along * (along @ helper)
    through = through / np.linalg.norm(through)
    return np.cross(along, through), through


def _tube(ends: np.ndarray, across: np.ndarray, through: np.ndarray) -> np.ndarray:
    """Places (m, 3) along the stroke and around it, as many on every mm of it."""
    along = ends[1] - ends[0]
    angles = np.arange(P.tube_lines)[:, None] * (2 * np.pi / P.tube_lines)
    radius = P.tube_radius_share * np.linalg.norm(along) / 2
    rim = radius * (np.cos(angles) * across + np.sin(angles) * through)
    line = ends[0] + np.linspace(P.tube_end_share, 1 - P.tube_end_share, P.tube_samples)[:, None] * along
    return (line[:, None] + np.concatenate([np.zeros((1, 3)), rim, rim / 2])).reshape(-1, 3)
