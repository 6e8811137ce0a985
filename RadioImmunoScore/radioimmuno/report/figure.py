"""The figure of a lesion's card: its slice with outlines, scale bar and directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..colors import Rgb
from ..image import Image
from ..lesion import Lesion
from ..results import LesionScore
from .axis import Axis
from .context import Context
from .markup import Markup, element
from .picture import WINDOW_LEVEL_HU, WINDOW_WIDTH_HU, View, data_uri, gray_png, outline_path, view_of
from .words import fixed

BAR_LENGTHS_MM = (10, 20, 50, 100)
BAR_SHARE = 0.35
LIGHT_LUMINANCE = 0.25


@dataclass(frozen=True)
class Drawn:
    """A lesion that can be drawn: its score's row and its mask in canonical axis order."""

    row: LesionScore
    mask: Image


def drawn_lesions(rows: Sequence[LesionScore], lesions: Sequence[Lesion]) -> dict[str, Drawn]:
    """Identifier -> what to draw, for the rows whose lesion is at hand."""
    masks = {lesion.id: lesion.canonical().mask for lesion in lesions}
    return {row.id: Drawn(row, masks[row.id]) for row in rows if row.id in masks}


def lesion_figure(image: Image, drawn: Drawn, others: Sequence[Drawn], context: Context) -> Markup | None:
    """The figure, or None when there is nothing to show.

    Parameters
    ----------
    image : the CT in canonical axis order
    drawn : the lesion
    others : the patient's other lesions; those that cross the slice are outlined too
    context : gives scores their color and lesions their name
    """
    view = view_of(image, drawn.mask)
    if view is None:
        return None
    overlay = [
        [_outline(other, view, context.axis, "neighbor") for other in others],
        _ring(drawn.row, view),
        _outline(drawn, view, context.axis, "lesion"),
    ]
    name, side = context.names[drawn.row.id], f"{view.side_mm:g}"
    place = f"S {fixed(view.superior_mm, 1)} mm"
    picture = element(
        "svg",
        element("image", href=data_uri(gray_png(image, view)), width=side, height=side),
        element("g", overlay, class_="overlay"),
        _scale_bar(view.side_mm),
        _directions(view.side_mm),
        viewBox=f"0 0 {side} {side}",
        role="img",
        aria_label=f"Axial CT slice at {place} through {name}, with the outlines of the lesion and its ring",
    )
    window = f"W {WINDOW_WIDTH_HU} L {WINDOW_LEVEL_HU} HU"
    return element("figure", picture, element("figcaption", f"Axial, {place}, {window}"))


def _outline(drawn: Drawn, view: View, axis: Axis, kind: str) -> list[Markup]:
    """The outline in the score's color, on a casing that sets it off from any gray."""
    path = outline_path(drawn.mask, view)
    if not path:
        return []
    score = drawn.row.score
    casing = "#000" if _luminance(axis.scale.rgb(score)) > LIGHT_LUMINANCE else "#fff"
    return [
        element("path", d=path, stroke=casing, class_=f"casing {kind}"),
        element("path", d=path, stroke=axis.scale.hex(score), class_=f"outline {kind}"),
    ]


def _ring(row: LesionScore, view: View) -> Markup | None:
    path = "" if row.ring is None else outline_path(row.ring.canonical(), view)
    return element("path", d=path, class_="ring") if path else None


def _luminance(rgb: Rgb) -> float:
    """Relative luminance (WCAG 2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _scale_bar(side_mm: float) -> Markup:
    length = max((n for n in BAR_LENGTHS_MM if n <= BAR_SHARE * side_mm), default=BAR_LENGTHS_MM[0])
    right, y, tick = 0.96 * side_mm, 0.955 * side_mm, 0.012 * side_mm
    left = right - length
    ends = "".join(f"M{x:.2f} {y - tick:.2f}V{y + tick:.2f}" for x in (left, right))
    label = element(
        "text",
        f"{length // 10} cm",
        x=f"{(left + right) / 2:.2f}",
        y=f"{y - 0.022 * side_mm:.2f}",
        text_anchor="middle",
        font_size=f"{0.04 * side_mm:.2f}",
    )
    return element(
        "g",
        element("path", d=f"{ends}M{left:.2f} {y:.2f}H{right:.2f}", class_="scale-bar"),
        label,
        class_="marks",
    )


def _directions(side_mm: float) -> Markup:
    """R, L, A, P at the borders, as on a reading station."""
    near, middle, far = 0.035 * side_mm, side_mm / 2, 0.965 * side_mm
    size = 0.045 * side_mm
    places = (("R", near, middle), ("L", far, middle), ("A", middle, near), ("P", middle, far))
    letters = [
        element(
            "text",
            letter,
            x=f"{x:.2f}",
            y=f"{y + 0.35 * size:.2f}",
            text_anchor="middle",
            font_size=f"{size:.2f}",
        )
        for letter, x, y in places
    ]
    return element("g", letters, class_="marks")
