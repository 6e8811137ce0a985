"""Figures of the page: three slices of each lesion with outlines and directions; pictures of the scene."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..geometry.box_index import BoxIndex
from ..geometry.image import Image
from ..lesion import Lesion
from ..scoring.results import LesionScore
from ..signature.color_scale import Rgb
from .axis import Axis
from .context import Context
from .markup import Child, Markup, element
from .picture import (
    UNITS_A_MM,
    data_uri,
    gray_of,
    jpeg_of,
    outline_path,
    scene_jpeg,
)
from .view import AXIAL, PLANES, Plane, View, views_of
from .window import SOFT_TISSUE, Window

BAR_LENGTHS_MM = (10, 20, 50, 100)
BAR_SHARE = 0.35
LIGHT_LUMINANCE = 0.25

# A drawing is this many units wide whatever it shows, so that all share the letters of the directions.
SIDE = 100
_SCENE_PICTURES = {
    "axial.png": (
        "Axial slices through all lesions",
        "Axial CT slices that show every lesion, outlined in the color of its score, with its name and score",
    ),
    "3d.png": (
        "The lesions in the body, in 3D",
        "The body in 3D with every lesion in the color of its score, with its name and score",
    ),
}


@dataclass(frozen=True)
class ScoredMask:
    """What is drawn of a lesion: its score's row and its mask in canonical axis order."""

    row: LesionScore
    mask: Image


class Drawings:
    """The figures of all lesions of a patient.

    Parameters
    ----------
    image : Image
        In any axis order.
    lesions : sequence of Lesion
        The masks; a row of the patient without one cannot be drawn.
    context : Context
        Gives rows, scores their color and lesions their name.
    window : Window, optional
        What is told apart of the image.
    """

    def __init__(
        self, image: Image, lesions: Sequence[Lesion], context: Context, window: Window = SOFT_TISSUE
    ) -> None:
        self._window = window
        masks = {lesion.id: lesion.canonical() for lesion in lesions}
        self._image = image.canonical()
        self._context = context
        self._masks = {
            row.id: ScoredMask(row, masks[row.id].mask) for row in context.patient.lesions if row.id in masks
        }
        self._index = BoxIndex([masks[key].box for key in self._masks])
        self._in_order = list(self._masks.values())

    def figures(self, lesion_id: str) -> Markup | None:
        """An axial, a coronal and a sagittal figure of a lesion; None when there is nothing to show."""
        drawn = self._masks.get(lesion_id)
        figures = [self._figure(drawn, view) for view in views_of(self._image, drawn.mask)] if drawn else []
        return element("div", figures, class_="views") if figures else None

    def _figure(self, drawn: ScoredMask, view: View) -> Markup:
        axis, plane = self._context.axis, view.plane
        beside = (self._in_order[place] for place in self._index.meeting(view.box))
        overlay = [
            [_outline(other, view, axis, "neighbor") for other in beside if other is not drawn],
            _ring(drawn.row, view),
            _outline(drawn, view, axis, "lesion"),
        ]
        title = (
            f"{plane.name} {self._window.name} slice at {view.place_words} through "
            f"{self._context.names[drawn.row.id]}, with the outlines of the lesion and its ring"
        )
        picture = slice_picture(self._image, view, overlay, title, self._window)
        window = f", {self._window.words}" if plane is AXIAL else ""
        caption = element("figcaption", f"{plane.name}, {view.place_words}{window}")
        return element("figure", picture, caption, class_=plane.name.lower())


def slice_picture(
    image: Image, view: View, overlay: Child, title: str, window: Window = SOFT_TISSUE
) -> Markup:
    """A window of the CT with outlines, a scale bar and the letters of the directions.

    Parameters
    ----------
    image : Image
        The CT in canonical axis order.
    view : View
    overlay : Markup
        Paths in tenths of a millimetre, as of `picture.outline_path`.
    title : str
        What it shows, for those who cannot see it.
    window : Window, optional
        What is told apart of the image.

    Returns
    -------
    Markup
        The page has `letters` once.
    """
    gray, scale = gray_of(image, view, window), SIDE / view.side_mm
    return element(
        "svg",
        element(
            "image",
            href=data_uri(jpeg_of(gray.values)),
            x=f"{gray.x * scale:.2f}",
            y=f"{gray.y * scale:.2f}",
            width=f"{gray.width * scale:.2f}",
            height=f"{gray.height * scale:.2f}",
            preserveAspectRatio="none",
        ),
        element("g", overlay, transform=f"scale({scale / UNITS_A_MM:.5f})", class_="overlay"),
        _scale_bar(view.side_mm),
        element("use", href=f"#{_letters_id(view.plane)}"),
        viewBox=f"0 0 {SIDE} {SIDE}",
        role="img",
        aria_label=title,
    )


def letters() -> Markup:
    """The letters of the directions that the figures refer to; they have to be on the page once."""
    near, middle, far, size = 3.5, SIDE / 2, SIDE - 3.5, 4.5
    places = ((near, middle), (far, middle), (middle, near), (middle, far))
    groups = [
        element(
            "g",
            [
                element(
                    "text", letter, x=x, y=round(y + 0.35 * size, 2), text_anchor="middle", font_size=size
                )
                for letter, (x, y) in zip(plane.letters, places, strict=True)
            ],
            id=_letters_id(plane),
            class_="marks",
        )
        for plane in PLANES
    ]
    return element(
        "svg", element("defs", groups), width=0, height=0, class_="definitions", aria_hidden="true"
    )


def slice_note() -> str:
    """How slices are counted and positions are written, for those who look for them elsewhere."""
    first = "; ".join(f"{plane.name.lower()} slice 1 is {plane.first}" for plane in PLANES)
    return (
        "Positions are RAS millimetres of the CT (S above 0, I below; A and P, R and L likewise), as Slicer "
        f"shows them; {first}. Each picture shows the slice in which the lesion is largest."
    )


def _letters_id(plane: Plane) -> str:
    return f"letters-{plane.name.lower()}"


def _outline(drawn: ScoredMask, view: View, axis: Axis, kind: str) -> list[Markup]:
    """The outline in the score's color, on a casing that sets it off from any gray."""
    return colored_outline(outline_path(drawn.mask, view), axis.scale.rgb(drawn.row.score), kind)


def colored_outline(path: str, color: Rgb, kind: str) -> list[Markup]:
    """A line in a color, on a casing that sets it off from any gray.

    Parameters
    ----------
    path : str
        As of `picture.outline_path`; nothing is drawn of an empty one.
    color : (float, float, float)
        0 to 1.
    kind : str
        The line's class: `lesion`, `neighbor`.

    Returns
    -------
    list of Markup
    """
    if not path:
        return []
    casing = "#000" if _luminance(color) > LIGHT_LUMINANCE else "#fff"
    stroke = "#" + "".join(f"{round(255 * channel):02x}" for channel in color)
    return [
        element("path", d=path, stroke=casing, class_=f"casing {kind}"),
        element("path", d=path, stroke=stroke, class_=f"outline {kind}"),
    ]


def _ring(row: LesionScore, view: View) -> Markup | None:
    path = "" if row.ring is None else outline_path(row.ring.canonical(), view)
    return element("path", d=path, class_="ring") if path else None


def _luminance(rgb: Rgb) -> float:
    """Relative luminance (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _scale_bar(side_mm: float) -> Markup:
    length_mm = max((n for n in BAR_LENGTHS_MM if n <= BAR_SHARE * side_mm), default=BAR_LENGTHS_MM[0])
    right, y, tick = 96.0, 95.5, 1.2
    left = right - length_mm / side_mm * SIDE
    ends = "".join(f"M{x:.2f} {y - tick:.2f}V{y + tick:.2f}" for x in (left, right))
    label = element(
        "text",
        f"{length_mm // 10} cm",
        x=f"{(left + right) / 2:.2f}",
        y=y - 2.2,
        text_anchor="middle",
        font_size=4,
    )
    return element(
        "g",
        element("path", d=f"{ends}M{left:.2f} {y:.2f}H{right:.2f}", class_="scale-bar"),
        label,
        class_="marks",
    )


def scene_figures(pictures: Mapping[str, str | os.PathLike[str]]) -> Markup | None:
    """A figure for each picture; None when there is none.

    Parameters
    ----------
    pictures : mapping of str to path
        `axial.png`, `3d.png` -> file
    """
    figures = [_scene_figure(name, Path(pictures[name])) for name in _SCENE_PICTURES if name in pictures]
    return element("div", figures, class_="scene") if figures else None


def _scene_figure(name: str, path: Path) -> Markup:
    caption, alternative = _SCENE_PICTURES[name]
    jpeg, (width, height) = scene_jpeg(path)
    picture = element("img", src=data_uri(jpeg), alt=alternative, width=width, height=height)
    return element("figure", picture, element("figcaption", caption))
