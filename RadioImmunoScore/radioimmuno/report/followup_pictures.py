"""Pictures of a lesion in each study, side by side: axial slices at matching positions, at one scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..followup.change import union
from ..followup.follow_up import FollowedLesion, FollowUp
from ..geometry.image import Image
from ..lesion import Lesion
from .figure import slice_picture
from .formatting import NO_BREAK
from .markup import Markup, element
from .picture import outline_path
from .view import AXIAL, MARGIN_MM, SMALLEST_SIDE_MM, View, middle_of_largest
from .window import SOFT_TISSUE

OUTLINE, CASING = "#ffb000", "#000"


@dataclass(frozen=True)
class Spot:
    """Where a picture of a lesion in a study looks.

    Parameters
    ----------
    centre : tuple of float
        Of the window, LPS mm.
    side_mm : float
        The same in all studies.
    """

    centre: tuple[float, float, float]
    side_mm: float


def spots_of(found: FollowUp) -> dict[tuple[str, int], Spot]:
    """Where each lesion's pictures look: at the lesion where it is, else at its place before or after.

    Parameters
    ----------
    found : FollowUp

    Returns
    -------
    dict of (str, int) to Spot
        By the lesion's id and the study's number; none where the place is not known.
    """
    spots = {}
    for lesion in found.lesions:
        masks = [_drawn(found, lesion, number) for number in range(len(found.studies))]
        spans = [
            max(n * s for n, s in zip(one.mask.values.shape[1:], one.mask.lattice.spacing[1:], strict=True))
            for one in masks
            if one is not None
        ]
        side = max(SMALLEST_SIDE_MM, max(spans) + 2 * MARGIN_MM)
        for number, centre in _centres(found, masks).items():
            x, y, z = (float(value) for value in centre)
            spots[lesion.id, number] = Spot((x, y, z), side)
    return spots


def _drawn(found: FollowUp, lesion: FollowedLesion, number: int) -> Lesion | None:
    """The lesion in a study, its parts as one, in canonical axis order."""
    here = lesion.in_studies[number]
    drawn = {one.id: one for one in found.studies[number].study.lesions}
    return union([drawn[each] for each in here.ids]).canonical() if here is not None and here.ids else None


def _centres(found: FollowUp, masks: list[Lesion | None]) -> dict[int, np.ndarray]:
    centres = {
        number: one.mask.lattice.to_lps(middle_of_largest(one.mask, AXIAL))
        for number, one in enumerate(masks)
        if one is not None
    }
    course = found.course
    for number in range(1, len(masks)):
        registration = course.registrations[number - 1]
        if number not in centres and number - 1 in centres and registration is not None:
            centres[number] = registration.to_followup(centres[number - 1][None])[0]
    for number in range(len(masks) - 2, -1, -1):
        registration = course.registrations[number]
        if number not in centres and number + 1 in centres and registration is not None:
            centres[number] = registration.to_baseline(centres[number + 1][None])[0]
    return centres


def pictures_in(
    found: FollowUp, number: int, image: Image, spots: Mapping[tuple[str, int], Spot]
) -> dict[str, Markup]:
    """The pictures of one study's lesions, by the lesion's id.

    Parameters
    ----------
    found : FollowUp
    number : int
        Of the study.
    image : Image
        Its CT, any axis order.
    spots : mapping of (str, int) to Spot
        As of `spots_of`.

    Returns
    -------
    dict of str to Markup
        Without a lesion whose place lies outside of the CT.
    """
    canonical = image.canonical()
    pictures = {}
    for lesion in found.lesions:
        view = _view(canonical, spots.get((lesion.id, number)))
        if view is None:
            continue
        drawn = _drawn(found, lesion, number)
        path = "" if drawn is None else outline_path(drawn.mask, view)
        overlay = [
            element("path", d=path, stroke=CASING, class_="casing lesion"),
            element("path", d=path, stroke=OUTLINE, class_="outline lesion"),
        ]
        where = f"{found.studies[number].name}, {view.place_words}"
        title = f"Axial CT slice of {lesion.id} ({lesion.name}), {where}"
        pictures[lesion.id] = element(
            "figure",
            slice_picture(canonical, view, overlay if path else None, title),
            element("figcaption", f"{where}, {SOFT_TISSUE.words.replace(' ', NO_BREAK)}"),
        )
    return pictures


def _view(image: Image, spot: Spot | None) -> View | None:
    if spot is None:
        return None
    index = image.lattice.to_index(np.array(spot.centre))
    at = round(float(index[0]))
    inside = [0 <= place < size for place, size in zip((at, *index[1:]), image.values.shape, strict=True)]
    if not all(inside):
        return None
    return View(image.lattice, AXIAL, at, (float(index[1]), float(index[2])), spot.side_mm)
