"""What mends a mask: pure functions from a lesion to lesions, for whoever asks for one.

A repair never lets a lesion grow into another one, and never leaves nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..extraction.tissue import outside_body
from ..findings import Refusal
from ..geometry.image import Image, Index
from ..lesion import Lesion
from ..thresholds import MIN_VOLUME_CC
from .protrusions import ANY_CORNER, thin_protrusions
from .slices import fill_gaps, smooth_between_slices

# (the canonical mask, which of its box's voxels belong to other lesions) -> the voxels it shall have
Change = Callable[[Image, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Repair:
    """What can be done about a finding.

    Parameters
    ----------
    code : str
        The finding that it mends.
    title : str
        What a button says.
    apply : callable
        (lesion, the patient's other lesions) -> the lesion or lesions that take its place; the first
        keeps its id and name. Raises Refusal (`lesion.empty`) when nothing would be left.
    """

    code: str
    title: str
    apply: Callable[[Lesion, Sequence[Lesion]], tuple[Lesion, ...]]


def repairs_of(code: str, image: Image | None = None) -> tuple[Repair, ...]:
    """What can be done about findings with this code, best first; nothing for most.

    Parameters
    ----------
    code : str
        A code of `findings.TABLE`.
    image : Image, optional
        The CT; a repair that has to look at it is left out without.
    """
    known = [
        Repair("lesion.components", "Split into separate lesions", split_pieces),
        Repair("lesion.components", f"Remove pieces below {MIN_VOLUME_CC} cc", remove_small_pieces),
        Repair("lesion.holes", "Fill the holes", fill_holes),
        Repair("lesion.spurs", "Remove the spurs", remove_protrusions),
        Repair("lesion.slice_gaps", "Interpolate the missing slices", interpolate_slices),
        Repair("lesion.jagged", "Smooth between slices", smooth_slices),
        Repair("lesion.overlap", "Take the shared voxels away from this lesion", remove_shared),
    ]
    if image is not None:
        trim = partial(remove_outside_body, image.canonical())
        known.append(Repair("lesion.outside_body", "Remove what lies outside the body", trim))
    return tuple(repair for repair in known if repair.code == code)


# Findings that have a place of their own, which the lesion alone shows.
PLACED = ("lesion.components", "lesion.holes", "lesion.spurs", "lesion.slice_gaps")


def place_of(code: str, lesion: Lesion) -> tuple[float, float, float] | None:
    """Where in a lesion a finding is to be looked at.

    Parameters
    ----------
    code : str
        A code of `findings.TABLE`.
    lesion : Lesion
        The one that it was found in.

    Returns
    -------
    tuple of float, LPS mm, or None
        A voxel in the largest part that the best repair would change, in the part's middle slice; None for
        a finding that has no place of its own, and for one that is not there any more.
    """
    if code not in PLACED or lesion.box is None:
        return None
    kept = repairs_of(code)[0].apply(lesion, ())[0]
    whole, mask = lesion.canonical().mask, kept.canonical().mask
    changed = whole.values ^ mask.within(whole.box, False)
    if not changed.any():
        return None
    labels, sizes = _pieces(changed)
    places = np.argwhere(labels == np.argmax(sizes) + 1)
    middle = places[len(places) // 2] + np.array(whole.offset)
    x, y, z = whole.lattice.to_lps(middle[None].astype(float))[0].tolist()
    return x, y, z


def split_pieces(lesion: Lesion, others: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """A lesion for each piece (26-connected), the largest first: it keeps id and name, others get numbers."""
    from scipy.ndimage import find_objects

    mask = lesion.canonical().mask
    labels, sizes = _pieces(mask.values)
    if sizes.size < 2:
        return (lesion,)
    boxes = find_objects(labels)
    pieces = [
        Image(labels[boxes[n]] == n + 1, mask.lattice, _start(boxes[n], mask.offset))
        for n in np.argsort(-sizes, kind="stable")
    ]
    taken = {lesion.id, *(other.id for other in others)}
    free = (n for n in itertools.count(2) if f"{lesion.id}-{n}" not in taken)
    found = [_with(lesion, pieces[0])]
    for piece, number in zip(pieces[1:], free, strict=False):
        named = replace(lesion, id=f"{lesion.id}-{number}", name=f"{lesion.name} ({number})")
        found.append(_with(named, piece))
    return tuple(found)


def remove_small_pieces(lesion: Lesion, others: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """The lesion without pieces that would be refused by themselves; the largest stays in any case."""

    def large_ones(mask: Image, _: np.ndarray) -> np.ndarray:
        labels, sizes = _pieces(mask.values)
        kept = sizes * mask.lattice.voxel_volume_mm3 / 1000 >= MIN_VOLUME_CC
        kept[np.argmax(sizes)] = True
        return np.concatenate([[False], kept])[labels]

    return _changed(lesion, others, large_ones)


def fill_holes(lesion: Lesion, others: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """The lesion with its holes (background without a way out over faces) filled."""
    from scipy.ndimage import binary_fill_holes

    return _changed(lesion, others, lambda mask, _: binary_fill_holes(mask.values))


def remove_protrusions(lesion: Lesion, others: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """The lesion without what sticks out of it one voxel wide."""
    return _changed(lesion, others, lambda mask, _: mask.values & (thin_protrusions(mask.values) == 0))


def interpolate_slices(lesion: Lesion, others: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """The lesion with its missing slices interpolated from those beside them."""
    return _changed(lesion, others, lambda mask, _: fill_gaps(mask.values, mask.lattice.spacing))


def smooth_slices(lesion: Lesion, others: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """The lesion smoothed across its slices until it is not jagged, with as many voxels as before.

    What would lie in another lesion is left out, so that there it has fewer.
    """
    return _changed(lesion, others, lambda mask, _: smooth_between_slices(mask.values, mask.lattice.spacing))


def remove_shared(lesion: Lesion, others: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """The lesion without the voxels that also belong to others."""
    return _changed(lesion, others, lambda mask, taken: mask.values & ~taken)


def remove_outside_body(image: Image, lesion: Lesion, others: Sequence[Lesion]) -> tuple[Lesion, ...]:
    """The lesion without the air around the body; `image` is the canonical CT."""
    return _changed(lesion, others, lambda mask, _: mask.values & ~outside_body(image, mask.box))


def _changed(lesion: Lesion, others: Sequence[Lesion], change: Change) -> tuple[Lesion]:
    """The lesion with its canonical mask changed; itself when nothing is to be changed."""
    if lesion.box is None:
        return (lesion,)
    mask = lesion.canonical().mask
    taken = np.zeros(mask.values.shape, bool)
    for other in others:
        taken |= other.canonical().mask.within(mask.box, False)
    values = change(mask, taken) & (mask.values | ~taken)
    if np.array_equal(values, mask.values):
        return (lesion,)
    if not values.any():
        text = f"Nothing of {lesion.name} would be left: remove the segment instead."
        raise Refusal("lesion.empty", text)
    return (_with(lesion, Image(values, mask.lattice, mask.offset)),)


def _with(lesion: Lesion, mask: Image) -> Lesion:
    """The lesion with another mask, canonical and not empty, on the lesion's own axes again and cropped."""
    moved = mask.trimmed().on_axes_of(lesion.mask.lattice)
    return replace(lesion, mask=moved, expected_agreement=None)


def _pieces(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels from 1 of the pieces (26-connected) of a mask, and how many voxels each has."""
    from scipy.ndimage import label

    labels, number = label(mask, ANY_CORNER)
    return labels, np.bincount(labels.ravel(), minlength=number + 1)[1:]


def _start(where: tuple[slice, ...], offset: Index) -> Index:
    k, j, i = (part.start + o for part, o in zip(where, offset, strict=True))
    return k, j, i
